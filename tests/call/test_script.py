"""The embedded caller follows its document, and the customer."""

from __future__ import annotations

import asyncio

import pytest

from call.talking import example, hold, say
from kefu.call.call import Call
from kefu.call.party import PartyFailed
from kefu.call.phrasing import load
from kefu.call.script import ScriptCaller
from kefu.scenario.model import Scenario
from kefu.scenario.parse import parse_scenario
from kefu.scenario.placeholder import find_placeholders

_DOCUMENT = parse_scenario(
    """## 电话拨打方
### 角色
青禾书店会员专员季然，核对信息并记录反馈。
### 核心任务（一句话）
通知预订的书到店，约好取书时间。
### 目标客户画像
- 姓名：方远
### 分步流程和话术
1. **确认身份**
   - “您好，请问是方远先生吗？我是青禾书店的季然。”
   - 如果接电话的不是本人：“那不打扰了，我换个时间再联系他，再见。”
   - 如果客户正忙：“那您先忙，您看什么时候方便再打给您？”
2. **通知到货**
   - “您订的那套地图集到店了，订单[单号XXXX]给您留着。”
   - 记得语气轻快，不要催促
3. **约取书**
   - “您哪天方便来取？”
   - 如果客户犹豫：“不着急，书给您留两个星期。”
   - 如果客户明确拒绝：“没关系，不想要了也可以直接退。”
4. **道别**
   - “感谢您的支持，祝您阅读愉快，再见。”
### 问答知识库
- Q：店开到几点？
  A：每天早上九点到晚上八点，周一休息。
- Q：不想要了能退钱吗？
  A：七天内没拆封可以全额退，三个工作日退回原账户。
### 开场白
“您好，请问是方远先生吗？我是青禾书店的季然，您订的书到了。”
### 结束条件与结束语
**结束条件：**
- 约好取书时间
- 客户拒绝
**结束语：**
- “好的方先生，书给您留着，祝您生活愉快，再见。”
- “好的，不打扰您了，再见。”
## 电话接听方
### 角色
方远，中学老师。
""",
    id="bookshop",
)


def _answers(*customer: str, seed: int = 1, known: dict[str, str] | None = None) -> list[str]:
    return say(ScriptCaller(_DOCUMENT, known=known or {}, seed=seed), _DOCUMENT, *customer)


def test_the_opening_comes_first_and_is_not_said_again() -> None:
    said = _answers("是我，你说。", "嗯。")
    assert said[0] == "您好，请问是方远先生吗？我是青禾书店的季然，您订的书到了。"
    assert "请问是方远先生吗" not in "".join(said[1:])


def test_a_hole_is_filled_from_what_is_known() -> None:
    assert "订单A9给您留着" in "".join(_answers("是我，你说。", known={"单号": "A9"}))


def test_the_name_that_is_known_replaces_the_documents() -> None:
    said = _answers("是我，你说。", "这周六去取。", "没了。", known={"姓名": "杜若"})
    assert said[0].startswith("您好，请问是杜若先生吗？")
    assert "方远" not in "".join(said)


def test_an_instruction_is_never_spoken() -> None:
    for seed in range(20):
        call = hold(_DOCUMENT, seed)
        assert not [turn for turn in call.turns if "语气" in turn.text or find_placeholders(turn.text)]


def test_a_question_is_answered_from_the_knowledge_base_and_the_flow_goes_on() -> None:
    said = _answers("是我。", "你们店开到几点关门？", "那我周六下午去。")
    assert "九点到晚上八点" in said[2]
    assert "周六" in said[3] or "留着" in said[3] or "再见" in said[3]


def test_what_it_does_not_know_it_admits() -> None:
    said = _answers("是我。", "你们老板是哪里人啊？")[2]
    assert "九点" not in said
    assert "七天" not in said
    assert any(word in said for word in ("说不准", "不清楚", "没有资料", "没有依据", "不掌握", "没有准确", "没法给您"))


@pytest.mark.parametrize(
    "text", ["是我，还有这回事啊？", "就是订的书到了，对吧？", "是我，具体是怎么个情况？", "你先说说？"]
)
def test_what_asks_nothing_is_not_met_with_ignorance(text: str) -> None:
    unknown = load("caller")["unknown"]
    for seed in range(5):
        said = _answers(text, seed=seed)[1]
        assert not any(phrase[:6] in said for phrase in unknown)


@pytest.mark.parametrize("when", ["后天上午可以。", "那就后天上午吧。"])
def test_the_time_to_call_again_is_kept_in_the_close(when: str) -> None:
    said = _answers("我在开会，没空。", when)[-1]
    assert "后天上午" in said
    assert "可以" not in said
    assert "后天上午吧" not in said


def test_a_question_that_was_passed_over_is_asked_once_more() -> None:
    said = _answers("是我，你说。", "等一下啊，有人敲门。", "好了，你接着说。")
    assert "".join(said).count("方便来取") == 2


def test_a_stranger_is_told_nothing() -> None:
    said = _answers("你打错了，我不是方远。")
    assert len(said) == 2
    assert "地图集" not in said[1]
    assert "再见" in said[1]


def test_somebody_busy_is_offered_another_time() -> None:
    said = _answers("我在开会呢，不方便。", "明天下午三点吧。")
    assert said[1] == "那您先忙，您看什么时候方便再打给您？"
    assert "明天下午三点" in said[2]
    assert "再见" in said[2]


def test_a_refusal_gets_one_soft_reply_and_then_the_close() -> None:
    said = _answers("我没兴趣，不要了。", "说了不要了，别再打了。", "嗯。")
    assert "直接退" in said[1]
    assert said[2] == "好的，不打扰您了，再见。"
    assert len(said) == 3


def test_who_wants_no_more_calls_is_let_go_at_once() -> None:
    said = _answers("别再给我打电话了，烦不烦！", "嗯。", "嗯。")
    assert len(said) <= 3
    assert "再见" in said[-1]


def test_goodbye_is_answered_with_one_short_line() -> None:
    said = _answers("是我，知道了，我在忙，先挂了，再见。")
    assert len(said) == 2
    assert len(said[1]) <= 48


def test_a_hesitant_customer_gets_patience() -> None:
    assert "不着急，书给您留两个星期。" in "".join(_answers("是我，你说。", "嗯……我还没想好要不要去。"))


def test_a_complaint_is_acknowledged_before_the_flow_goes_on() -> None:
    said = _answers("是我，你说。", "上次等了一个月都没到，太慢了，气死我了。")[2]
    assert any(word in said for word in ("抱歉", "不好意思", "理解", "过意不去", "对不住", "着急", "有气"))


def test_what_was_not_heard_is_said_again_in_other_words() -> None:
    said = _answers("是我，你说。", "啊？没听清，你再说一遍。")
    assert "方便来取" in said[2]
    assert said[2] not in said[1]


def test_the_call_ends_with_one_closing_of_the_document() -> None:
    said = _answers("是我，你说。", "周六下午吧。", "嗯，再见。")
    assert said[2].endswith("好的方先生，书给您留着，祝您生活愉快，再见。")
    assert sum("祝您" in text for text in said) == 1
    assert len(said[3]) <= 6


def test_no_two_turns_of_any_caller_are_too_long_for_the_phone() -> None:
    for name in ("care", "customer_service", "finance", "human_resources", "research", "sales"):
        for seed in range(6):
            longest = max(hold(example(name), seed).turns, key=lambda turn: len(turn.text))
            assert len(longest.text) <= 120


def test_a_document_without_a_line_to_say_fails_as_a_party() -> None:
    with pytest.raises(PartyFailed, match="no line that may be spoken; add an opening"):
        asyncio.run(ScriptCaller(Scenario()).speak(Call(scenario="empty")))


def test_without_an_opening_the_first_step_opens() -> None:
    scenario = parse_scenario(
        "## 电话拨打方\n### 分步流程和话术\n1. **问好**\n   - “您好，驿站的，您有个件到了。”\n"
        "## 电话接听方\n### 角色\n周宁\n"
    )
    assert say(ScriptCaller(scenario), scenario)[0] == "您好，驿站的，您有个件到了。"
