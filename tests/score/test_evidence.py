"""A finding stands or falls with its words."""

from __future__ import annotations

from kefu.score.evidence import is_said, verified, verified_dimension, verified_step
from kefu.score.verdict import Dimension, DimensionVerdict, Evidence, StepStatus, StepVerdict
from score.talks import GOOD


def test_words_must_stand_in_the_very_turn_that_is_cited() -> None:
    assert is_said(GOOD, 1, "改着裤脚")
    assert not is_said(GOOD, 0, "改着裤脚")
    assert not is_said(GOOD, 1, "改着裤腿")
    assert not is_said(GOOD, 99, "改着裤脚")
    assert not is_said(GOOD, -1, "挂了")
    assert not is_said(GOOD, 1, "")


def test_what_was_not_said_goes_and_is_counted() -> None:
    said, invented = Evidence(turn=1, quote="快说"), Evidence(turn=1, quote="慢慢说")

    assert verified(GOOD, [said, invented]) == ((said,), 1)


def test_a_step_that_cites_what_was_not_said_is_unscored_with_a_reason() -> None:
    step = StepVerdict(number=2, status=StepStatus.MET, score=1.0, weight=1.0, turns=(0,), quote="从没说过的话")

    judged = verified_step(GOOD, step)

    assert judged.status is StepStatus.UNSCORED
    assert judged.score is None
    assert judged.turns == ()
    assert judged.reason == "the words it cites were not said"


def test_a_step_that_was_missed_needs_no_words() -> None:
    step = StepVerdict(number=2, status=StepStatus.MISSED, score=0.0, weight=1.0)

    assert verified_step(GOOD, step) is step


def test_a_side_keeps_its_score_without_the_evidence_that_was_not_said() -> None:
    false = Evidence(turn=0, quote="没有这句")
    side = DimensionVerdict(name=Dimension.RESPECT, score=0.5, evidence=(Evidence(turn=1, quote="快说"), false))

    judged, gone = verified_dimension(GOOD, side)

    assert gone == 1
    assert judged.score == 0.5
    assert judged.evidence == (Evidence(turn=1, quote="快说"),)
