"""Whose doing a failed call was."""

from __future__ import annotations

from kefu.call.call import EndedBy, Ending
from kefu.score.attribution import attribute
from kefu.score.verdict import Attribution, Evidence, Fidelity, Rule, Severity, Totals, Violation
from score.talks import FLAWED, GOOD, talk

LOW = Totals(task_flow=0.3, interaction=0.4, total=0.35, uncapped=0.35)
HIGH = Totals(task_flow=0.9, interaction=0.9, total=0.9, uncapped=0.9)
TRUE, FALSE = Fidelity(valid=True), Fidelity(valid=False)
GAPS = (Evidence(turn=1, quote="招不招人？"), Evidence(turn=3, quote="能刷卡不？"))
RUDE = Violation(rule=Rule.RUDE_TONE, turn=2, quote="随便您", severity=Severity.MAJOR)


def test_a_call_that_did_not_fail_is_nobodys() -> None:
    assert attribute(GOOD, HIGH, (), TRUE, ()) is Attribution.NONE


def test_a_low_call_is_the_callers() -> None:
    assert attribute(FLAWED, LOW, (RUDE,), TRUE, GAPS) is Attribution.CALLER


def test_a_low_call_without_a_major_violation_and_with_unanswerable_questions_is_the_scripts() -> None:
    assert attribute(GOOD, LOW, (), TRUE, GAPS) is Attribution.SCRIPT
    assert attribute(GOOD, LOW, (), TRUE, GAPS[:1]) is Attribution.CALLER


def test_a_false_customer_comes_before_the_caller() -> None:
    assert attribute(FLAWED, LOW, (RUDE,), FALSE, ()) is Attribution.CUSTOMER


def test_a_call_cut_off_at_the_limit_failed_whatever_it_scored() -> None:
    limit = talk("坐席：您好。", ending=Ending(by=EndedBy.LIMIT, reason="max_turns"))

    assert attribute(limit, HIGH, (), TRUE, ()) is Attribution.CALLER
