"""A model on the phone: what it is shown, what is heard of it, and how it hangs up."""

from __future__ import annotations

import asyncio

import pytest

from call.talking import example
from kefu.call.call import Call, EndedBy
from kefu.call.cleaning import Names
from kefu.call.model import HANG_UP, ModelParty, names_of, prompt_hash, role_of
from kefu.call.talk import talk
from kefu.call.turn import Speaker
from kefu.llm.chat import ChatFailed, FailureReason, FinishReason, Reply, Role, ToolCall
from kefu.llm.replay import Said, ScriptedChat
from kefu.scenario.model import Caller, Customer, Persona, Scenario
from kefu.scenario.parse import parse_scenario

DOCUMENT = """## 电话拨打方
### 角色
邵敏，女，30岁，云舟家电维修中心的回访员
### 核心任务
确认上门检修的时间（拨打方暗号：青瓷）
### 目标客户画像
- 姓名：[客户姓名]，上周报修了热水器
### 分步流程和话术
1. **确认身份**
   - “您好，请问是[客户姓名]吗？”
### 补充说明
- 拨打方补充：旧砖
### 问答知识库
- Q: 检修收费吗？
  A: 不收费。
### 开场白
“您好，我是云舟维修中心的邵敏。”
### 结束条件与结束语
**结束语：**
- “再见。”

## 电话接听方
### 角色
任老师，退休教师（接听方暗号：白鹭）
### 背景信息
- 身份：住在六楼，腿脚不便
### 邻居
- 接听方补充：老槐
### 核心关切点
- 首要关切：怕修不好还要再来
### 对话中的典型行为模式
- 爱问清楚
### 回复风格示例
- **正面教材**：
  - “喂，哪位？”
### 结束条件
- 时间定下来就挂
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse_scenario(DOCUMENT, id="repair")


def party(side: Speaker, scenario: Scenario, *lines: Said, **role: object) -> tuple[ModelParty, ScriptedChat]:
    chat = ScriptedChat(lines)
    return ModelParty(chat, role_of(scenario, side, **role)), chat  # type: ignore[arg-type]


def hold(caller: ModelParty, customer: ModelParty, **options: int) -> Call:
    return asyncio.run(talk(caller, customer, Call(scenario="repair"), **options))


def ended(text: str = "", **arguments: str) -> Reply:
    return Reply(text=text, tool_calls=(ToolCall(name=HANG_UP, arguments=arguments),), finish=FinishReason.TOOL_CALLS)


def asked_of(chat: ScriptedChat) -> str:
    return "\n".join(message.text for messages, _options in chat.asked for message in messages)


def test_each_side_sees_its_own_half_and_its_own_lines_and_never_the_other_half(scenario: Scenario) -> None:
    caller, caller_chat = party(Speaker.CALLER, scenario, "您好，我是邵敏。", "周三上午行吗？", ended("好，再见。"))
    customer, customer_chat = party(Speaker.CUSTOMER, scenario, "喂，哪位？", "可以，周三吧。")
    call = hold(caller, customer)
    assert [turn.text for turn in call.turns] == [
        "您好，我是邵敏。", "喂，哪位？", "周三上午行吗？", "可以，周三吧。", "好，再见。",
    ]  # fmt: skip
    assert "青瓷" in asked_of(caller_chat)
    assert "旧砖" in asked_of(caller_chat)
    assert "白鹭" in asked_of(customer_chat)
    for secret in ("白鹭", "老槐", "六楼"):
        assert secret not in asked_of(caller_chat)
    for secret in ("青瓷", "旧砖", "热水器", "不收费"):
        assert secret not in asked_of(customer_chat)
    last, _options = caller_chat.asked[-1]
    assert [(message.role, message.text) for message in last[1:]] == [
        (Role.USER, "（电话接通了，请你先开口。）"),
        (Role.ASSISTANT, "您好，我是邵敏。"),
        (Role.USER, "喂，哪位？"),
        (Role.ASSISTANT, "周三上午行吗？"),
        (Role.USER, "可以，周三吧。"),
    ]
    heard, _options = customer_chat.asked[-1]
    assert [message.role for message in heard] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER]


def test_the_whole_half_is_shown() -> None:
    care = example("care")
    _party, chat = party(Speaker.CALLER, care, "您好")
    asyncio.run(_party.speak(Call(scenario="care")))
    shown = asked_of(chat)
    assert all(fact.answer in shown and fact.question in shown for fact in care.caller.facts)
    assert all(line.text in shown for step in care.caller.steps for line in step.lines if line.condition is None)
    assert all(item.text in shown for item in (*care.caller.end_conditions, *care.caller.closings))


def test_what_is_known_fills_the_half(scenario: Scenario) -> None:
    caller, chat = party(Speaker.CALLER, scenario, "您好", known={"客户姓名": "任雪", "工单": "{7}"})
    asyncio.run(caller.speak(Call(scenario="repair")))
    assert "请问是任雪吗" in asked_of(chat)
    assert "工单：{7}" in asked_of(chat)
    assert "[客户姓名]" not in asked_of(chat)


def test_another_character_replaces_that_of_the_document(scenario: Scenario) -> None:
    customer, chat = party(Speaker.CUSTOMER, scenario, "喂", persona=Persona.RESISTANT)
    asyncio.run(customer.speak(Call(scenario="repair")))
    assert "抵触排斥" in asked_of(chat)


def test_the_tool_ends_the_call_after_the_last_words(scenario: Scenario) -> None:
    caller, chat = party(Speaker.CALLER, scenario, ended(last_words="打扰了，再见。", reason="wrong_person"))
    call = hold(caller, party(Speaker.CUSTOMER, scenario)[0])
    assert [turn.text for turn in call.turns] == ["打扰了，再见。"]
    assert call.ending is not None
    assert (call.ending.by, call.ending.reason) == (EndedBy.CALLER, "wrong_person")
    (tool,) = chat.asked[0][1].tools
    assert tool.name == "hang_up"


def test_words_that_are_said_twice_are_heard_once(scenario: Scenario) -> None:
    caller, _chat = party(Speaker.CALLER, scenario, ended("好的，再见。", last_words="再见。", reason="nonsense"))
    turn = asyncio.run(caller.speak(Call(scenario="repair")))
    assert (turn.text, turn.hangs_up, turn.reason) == ("好的，再见。", True, "hung_up")


def test_hanging_up_without_a_word_leaves_no_turn(scenario: Scenario) -> None:
    customer, _chat = party(Speaker.CUSTOMER, scenario, ended(reason="customer_busy"))
    call = hold(party(Speaker.CALLER, scenario, "您好")[0], customer)
    assert [turn.text for turn in call.turns] == ["您好"]
    assert call.ending is not None
    assert (call.ending.by, call.ending.reason) == (EndedBy.CUSTOMER, "customer_busy")


def test_a_mark_ends_the_call_where_there_are_no_tools(scenario: Scenario) -> None:
    caller, _chat = party(Speaker.CALLER, scenario, "那不打扰了，再见。【挂断】")
    call = hold(caller, party(Speaker.CUSTOMER, scenario)[0])
    assert call.turns[0].text == "那不打扰了，再见。"
    assert call.turns[0].cleaned == ("end_mark",)
    assert call.turns[0].raw == "那不打扰了，再见。【挂断】"
    assert call.ending is not None
    assert call.ending.by is EndedBy.CALLER


def test_what_is_cleaned_is_what_the_model_sees_as_its_own_line(scenario: Scenario) -> None:
    caller, chat = party(Speaker.CALLER, scenario, "客服：**您好**\n客户：喂", "再见【挂断】")
    hold(caller, party(Speaker.CUSTOMER, scenario, "喂，哪位？")[0])
    last, _options = chat.asked[-1]
    assert [message.text for message in last[2:]] == ["您好", "喂，哪位？"]


def test_a_model_that_never_hangs_up_meets_the_limit(scenario: Scenario) -> None:
    caller = ModelParty(ScriptedChat(["嗯，您说。"], forever=True), role_of(scenario, Speaker.CALLER))
    customer = ModelParty(ScriptedChat(["嗯。"], forever=True), role_of(scenario, Speaker.CUSTOMER))
    call = hold(caller, customer, max_turns=9)
    assert len(call.turns) == 9
    assert call.ending is not None
    assert call.ending.by is EndedBy.LIMIT


def test_a_reply_cut_off_by_its_length_ends_with_a_whole_sentence(scenario: Scenario) -> None:
    cut = Reply(text="您好，打扰了。我这边是", finish=FinishReason.LENGTH)
    caller, _chat = party(Speaker.CALLER, scenario, cut)
    turn = asyncio.run(caller.speak(Call(scenario="repair")))
    assert (turn.text, turn.cleaned) == ("您好，打扰了。", ("cut_short",))


def test_a_reply_cut_off_within_its_first_sentence_is_recorded_as_such(scenario: Scenario) -> None:
    caller, _chat = party(Speaker.CALLER, scenario, Reply(text="您好，打扰了，我这边", finish=FinishReason.LENGTH))
    turn = asyncio.run(caller.speak(Call(scenario="repair")))
    assert (turn.text, turn.cleaned, turn.raw) == ("您好，打扰了，我这边", ("cut_short",), "您好，打扰了，我这边")


def test_a_model_that_begins_with_its_name_is_heard_without_it() -> None:
    named = Scenario(
        caller=Caller(role="青禾物业回访专员潘若溪（女），说话温和，今天打给住户韩立。"),
        customer=Customer(role="韩立，住户"),
    )
    assert names_of(named, Speaker.CALLER) == Names(own=("潘若溪",), other=("韩立",))
    chat = ScriptedChat(["潘若溪：您好。\n韩立：哪位？"])
    turn = asyncio.run(ModelParty(chat, role_of(named, Speaker.CALLER)).speak(Call(scenario="repair")))
    assert (turn.text, turn.cleaned) == ("您好。", ("other_side",))


def test_nothing_but_a_direction_is_asked_for_again(scenario: Scenario) -> None:
    caller, chat = party(Speaker.CALLER, scenario, "（沉默）", "您好。")
    turn = asyncio.run(caller.speak(Call(scenario="repair")))
    assert turn.text == "您好。"
    assert chat.asked[1][0][-1].text.startswith("（线路里没有声音")


def test_a_model_that_says_nothing_twice_ends_the_call_by_error(scenario: Scenario) -> None:
    customer, _chat = party(Speaker.CUSTOMER, scenario, "（沉默）", "……")
    call = hold(party(Speaker.CALLER, scenario, "您好")[0], customer)
    assert len(call.turns) == 1
    assert call.ending is not None
    assert (call.ending.by, call.ending.reason, call.ending.fault) == (EndedBy.ERROR, "empty_reply", None)
    assert call.ending.detail == "customer: the model wrote nothing that can be spoken"


def failed(reason: FailureReason) -> ChatFailed:
    return ChatFailed("no answer in time", reason=reason, where="model small", hint="try again later")


def test_an_endpoint_that_fails_ends_the_call_by_error_and_nobody_is_to_blame(scenario: Scenario) -> None:
    caller, _chat = party(Speaker.CALLER, scenario, "您好", failed(FailureReason.TIMEOUT))
    call = hold(caller, party(Speaker.CUSTOMER, scenario, "喂")[0])
    assert [turn.text for turn in call.turns] == ["您好", "喂"]
    assert call.ending is not None
    assert (call.ending.by, call.ending.reason, call.ending.fault) == (EndedBy.ERROR, "timeout", None)
    assert call.ending.detail == "caller: model small: no answer in time; try again later"


def test_a_talk_too_long_is_compacted_until_the_model_takes_it(scenario: Scenario) -> None:
    caller, chat = party(Speaker.CALLER, scenario, *[failed(FailureReason.CONTEXT_LENGTH)] * 2, "那再见。")
    call = Call(scenario="repair")
    from kefu.call.turn import Turn

    for number in range(20):
        call = call.speak(Turn(speaker=Speaker.CALLER, text=f"我说第{number}句"))
        call = call.speak(Turn(speaker=Speaker.CUSTOMER, text=f"对方第{number}句" + "说个没完" * 30))
    assert asyncio.run(caller.speak(call)).text == "那再见。"
    sizes = [sum(len(message.text) for message in messages) for messages, _options in chat.asked]
    assert sizes[0] > sizes[1] > sizes[2]
    texts = [message.text for message in chat.asked[-1][0]]
    assert texts[0] == chat.asked[0][0][0].text
    assert all(f"我说第{number}句" in texts for number in range(20))
    assert texts[-1] == "对方第19句" + "说个没完" * 30


def test_a_talk_that_is_never_short_enough_ends_by_error(scenario: Scenario) -> None:
    caller, chat = party(Speaker.CALLER, scenario, *[failed(FailureReason.CONTEXT_LENGTH)] * 9)
    call = hold(caller, party(Speaker.CUSTOMER, scenario)[0])
    assert call.ending is not None
    assert call.ending.reason == "context_length"
    assert len(chat.asked) == 6


def test_trials_are_independent_and_the_prompt_is_named(scenario: Scenario) -> None:
    roles = [role_of(scenario, Speaker.CALLER, seed=seed) for seed in (0, 1)]
    assert [(role.options.seed, role.options.sample) for role in roles] == [(0, 0), (1, 1)]
    assert len(prompt_hash()) == 12
