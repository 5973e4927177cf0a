"""Eight sides, each lowered by its own rules and by what is counted; the interaction is their product."""

from __future__ import annotations

from math import prod

import pytest

from kefu.score.interaction import BELONGS, interaction_total
from kefu.score.settings import weight_settings
from kefu.score.verdict import Dimension, DimensionVerdict, Rule
from score.talks import FLAWED, GOOD, card, talk


def sides(call: object) -> dict[Dimension, float | None]:
    return {side.name: side.score for side in card(call).dimensions}  # pyright: ignore[reportArgumentType]


def test_every_rule_belongs_to_one_side() -> None:
    assert set(BELONGS) == set(Rule)


def test_a_violation_lowers_its_own_side_and_names_its_words() -> None:
    judged = {side.name: side for side in card(FLAWED).dimensions}

    assert judged[Dimension.RESPECT].score is not None
    assert judged[Dimension.RESPECT].score < 0.8
    assert judged[Dimension.CONCISION].score == 1
    assert judged[Dimension.RESPECT].evidence[0].turn == 2
    assert "asked for a secret" in judged[Dimension.RESPECT].reason


def test_lists_and_marks_lower_naturalness() -> None:
    spoken = talk("坐席：您要带三样：身份证、照片、回执。", "客户：行。")
    listed = talk("坐席：您要带：\n1. 身份证\n2. 照片\n3. **回执**", "客户：行。")

    assert sides(spoken)[Dimension.NATURALNESS] == 1
    assert sides(listed)[Dimension.NATURALNESS] < 1  # pyright: ignore[reportOptionalOperand]


def test_the_same_sentence_again_lowers_coherence() -> None:
    once = talk("坐席：周日下午来补做。", "客户：啥？", "坐席：就是周日下午再来擦一遍。", "客户：行。")
    twice = talk("坐席：周日下午来补做。", "客户：啥？", "坐席：周日下午来补做！", "客户：行。")

    assert sides(once)[Dimension.COHERENCE] == 1
    assert sides(twice)[Dimension.COHERENCE] < 1  # pyright: ignore[reportOptionalOperand]


def test_long_turns_lower_concision_before_they_are_a_monologue() -> None:
    long = talk("坐席：" + "我们的阿姨周日下午两点到您家，先擦油烟机，再擦灶台，" * 4, "客户：行。")

    assert Rule.MONOLOGUE not in {violation.rule for violation in card(long).violations}
    assert sides(long)[Dimension.CONCISION] < 1  # pyright: ignore[reportOptionalOperand]


def test_a_complaint_passed_over_lowers_empathy() -> None:
    complaint = "客户：油烟机全是油，跟没擦一样，气死我了！"
    heard = talk("坐席：您满意吗？", complaint, "坐席：实在对不住，是我们没做好。", "客户：嗯。")
    passed = talk("坐席：您满意吗？", complaint, "坐席：阿姨几点走的？", "客户：嗯。")

    assert sides(passed)[Dimension.EMPATHY] < sides(heard)[Dimension.EMPATHY]  # pyright: ignore[reportOperatorIssue]


def test_the_interaction_is_the_product_of_the_sides_within_its_bounds() -> None:
    judged = card(FLAWED)
    bounds = weight_settings()["interaction"]
    product = prod(side.score for side in judged.dimensions if side.score is not None)

    assert judged.totals.interaction == pytest.approx(bounds["least"] + (bounds["most"] - bounds["least"]) * product)


def test_without_one_side_there_is_no_interaction() -> None:
    known = tuple(DimensionVerdict(name=side, score=1.0) for side in Dimension)

    assert interaction_total(known) == weight_settings()["interaction"]["most"]
    assert interaction_total((*known[:-1], DimensionVerdict(name=Dimension.CLOSURE, score=None, reason="?"))) is None
    assert interaction_total(()) is None


def test_a_good_call_keeps_nearly_all() -> None:
    assert min(score for score in sides(GOOD).values() if score is not None) > 0.9
