"""Each half whole, and nothing of the other in it, on whatever document there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from call.talking import EXAMPLES, ROOT, SHARED, read
from kefu.call.half import half_of, name_of
from kefu.call.turn import Speaker
from kefu.scenario.model import Scenario
from kefu.scenario.parse import parse_scenario

DOCUMENTS = [*EXAMPLES, *sorted((ROOT / "data" / "scenarios").glob("*.md")), *SHARED]
_TELLING = 8
"""Shorter words may well stand in both halves."""


def of_customer(scenario: Scenario) -> list[str]:
    customer = scenario.customer
    concerns = customer.concerns
    items = (*customer.background, *customer.behaviours, *customer.imitate, *customer.avoid, *customer.end_conditions)
    worries = (*concerns.primary, *concerns.secondary, *concerns.latent, *concerns.other)
    return [customer.role, *(item.text for item in (*items, *worries))]


def of_caller(scenario: Scenario) -> list[str]:
    caller = scenario.caller
    said = [line.text for step in caller.steps for line in step.lines if line.condition is None]
    told = [text for fact in caller.facts for text in (fact.question, fact.answer)]
    items = (*caller.profile, *caller.openings, *caller.end_conditions, *caller.closings)
    return [caller.role, caller.task, *said, *told, *(item.text for item in items)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_own_half_whole_and_the_other_half_absent(path: Path) -> None:
    scenario = read(path)
    halves = {side: half_of(scenario, side, {}) for side in Speaker}
    own = {Speaker.CALLER: of_caller(scenario), Speaker.CUSTOMER: of_customer(scenario)}
    for side in Speaker:
        assert [text for text in own[side] if text not in halves[side]] == []
        both = "\n".join(own[side])
        strange = [text for text in own[side.other] if len(text) > _TELLING and text not in both]
        assert [text for text in strange if text in halves[side]] == []


def test_a_half_that_is_not_there_is_blank() -> None:
    scenario = parse_scenario("## 电话接听方\n### 角色\n任老师，退休教师\n")
    assert half_of(scenario, Speaker.CALLER, {}) == ""
    assert "任老师" in half_of(scenario, Speaker.CUSTOMER, {})


@pytest.mark.parametrize(
    ("role", "name"),
    [("任雪，女，30岁", "任雪"), ("退休教师，住六楼", "退休教师"), ("一位在菜场口开卤味店的老板", ""), ("", "")],
)
def test_what_a_side_is_called(role: str, name: str) -> None:
    scenario = parse_scenario(f"## 电话接听方\n### 角色\n{role}\n### 背景信息\n- 身份：店主\n")
    assert name_of(scenario, Speaker.CUSTOMER) == name
