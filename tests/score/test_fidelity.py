"""The customer's side is judged by itself: what voids a call, and what is only told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kefu.call.call import Call
from kefu.score.verdict import Attribution
from score.talks import GOOD, card, talk

ASKED = "坐席：您好，是段秋萍女士吗？保洁打扫得您满意吗？"


def codes(call: Call) -> list[str]:
    return [problem.code for problem in card(call).fidelity.problems]


VOID = {
    "like an assistant": (talk(ASKED, "客户：感谢您的来电，请问还有其他可以帮您的吗？"), "sounds_like_assistant"),
    "like the bad example": (
        talk(ASKED, "客户：非常感谢贵公司的回访，我对本次保洁服务的整体流程表示高度认可。"),
        "like_the_bad_examples",
    ),
    "the caller's line": (
        talk(ASKED, "客户：给您打电话是想做个保洁回访，两分钟就好，不推销任何东西。"),
        "speaks_callers_lines",
    ),
    "a loop": (talk(*[ASKED, "客户：我在改裤脚，你快说。"] * 3), "loop"),
    "another language": (talk(ASKED, "客户：Yes, the cleaning was fine, thank you."), "wrong_language"),
    "no words": (talk(ASKED, "客户： "), "empty_turn"),
}


@pytest.mark.parametrize("case", VOID)
def test_what_no_customer_says_voids_the_call(case: str) -> None:
    call, code = VOID[case]
    judged = card(call)

    assert code in codes(call)
    assert not judged.fidelity.valid
    assert judged.attribution is Attribution.CUSTOMER


def test_an_honest_customer_is_valid() -> None:
    assert card(GOOD).fidelity.valid
    assert codes(GOOD) == []


def test_short_words_may_come_again() -> None:
    assert codes(talk(*[ASKED, "客户：嗯，行。"] * 4)) == []


def test_a_resistant_customer_that_never_resists_is_told_but_voids_nothing() -> None:
    rounds = [ASKED, "客户：是我。", "坐席：满意吗？", "客户：挺满意的。", "坐席：周日补做？", "客户：好的，可以。"]
    meek = talk(*rounds, *rounds)

    judged = card(replace(meek, persona="resistant"))

    assert [problem.code for problem in judged.fidelity.problems] == ["against_persona"]
    assert judged.fidelity.valid


def test_a_persona_may_be_another_than_the_documents() -> None:
    assert "against_persona" not in codes(replace(GOOD, persona="cooperative"))
