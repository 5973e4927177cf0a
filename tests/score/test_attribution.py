"""Whose failure a broken call is, and what that does to its totals."""

from __future__ import annotations

import pytest

from kefu.call.call import Call, EndedBy, Ending
from kefu.call.turn import Speaker, Turn
from kefu.scenario.model import Scenario
from kefu.scenario.parse import parse_scenario
from kefu.score import score_call
from kefu.score.verdict import Attribution

DOCUMENT = """## 电话拨打方
### 角色
回访员
### 核心任务
确认上门时间
### 分步流程和话术
1. **问候**
   - “您好，我是云舟维修中心的，请问现在方便吗？”
2. **确认时间**
   - “您看周三上午上门可以吗？”
### 结束条件与结束语
**结束语：**
- “好的，再见。”
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse_scenario(DOCUMENT, id="visit")


def broken(fault: Speaker | None) -> Call:
    call = Call(scenario="visit")
    call = call.speak(Turn(speaker=Speaker.CALLER, text="您好，我是云舟维修中心的，请问现在方便吗？"))
    call = call.speak(Turn(speaker=Speaker.CUSTOMER, text="方便，你说。"))
    return call.end(Ending(by=EndedBy.ERROR, reason="agent_crashed", detail="caller: HTTP 500", fault=fault))


@pytest.mark.parametrize(
    ("fault", "attribution"), [(None, Attribution.INFRASTRUCTURE), (Speaker.CUSTOMER, Attribution.CUSTOMER)]
)
def test_what_is_not_the_callers_doing_has_no_totals(
    scenario: Scenario, fault: Speaker | None, attribution: Attribution
) -> None:
    card = score_call(scenario, broken(fault))
    assert card.attribution is attribution
    assert card.totals.total is None
    assert [entry.check for entry in card.unscored] == ["total"]


def test_a_program_that_broke_off_is_scored_as_far_as_it_went(scenario: Scenario) -> None:
    card = score_call(scenario, broken(Speaker.CALLER))
    assert card.attribution is Attribution.CALLER
    assert card.totals.total is not None
    assert card.totals.task_flow is not None
    assert card.totals.task_flow < 1
