"""Lines that a service manager would not believe: the embedded caller does not say them, by kinds."""

from __future__ import annotations

import asyncio

import pytest

from call.talking import EXAMPLES, hold, read, say
from kefu.call.call import Call
from kefu.call.hearing import hear
from kefu.call.phrasing import load
from kefu.call.script import ScriptCaller
from kefu.call.turn import Speaker, Turn
from kefu.scenario.model import Domain
from kefu.scenario.parse import parse_scenario

_DOCUMENT = parse_scenario(
    """## 电话拨打方
### 角色
云栖干洗的客服苏禾，核对取送安排，记录并反馈意见，可约时间再打，也可发短信。
### 核心任务（一句话）
告知大衣已洗好，约好送回的时间。
### 分步流程和话术
1. **确认身份**
   - “您好，我是云栖干洗的苏禾，请问是田小满女士吗？现在方便讲两句吗？”
2. **说明来意**
   - “您上周送洗的驼色大衣已经洗好，袖口的咖啡渍也处理干净了。”
3. **约送回**
   - “您看周三还是周四给您送回去？”
   - 如果客户正忙：“那您先忙，您看什么时候方便再打给您？”
   - 如果客户明显不耐烦：“那我不多说了，衣服给您留着。”
4. **征求意见**
   - “这次取件送件，您有什么建议吗？”
5. **道别**
   - “感谢您选择云栖干洗，祝您生活愉快，再见。”
### 问答知识库
- Q：送回去要收运费吗？
  A：取件送件都不收运费。洗护费取件时已经结清。
- Q：衣服洗坏了怎么赔？
  A：按洗护费的十倍以内赔偿，凭取件单申请。
### 开场白
“您好，我是云栖干洗的苏禾，请问是田小满女士吗？”
### 结束条件与结束语
**结束条件：**
- 约好送回时间
- 客户拒绝
**结束语：**
- “好的田女士，那就这么定了，祝您生活愉快，再见。”
## 电话接听方
### 角色
田小满，小学老师。
""",
    id="laundry",
)


def _answers(*customer: str) -> list[str]:
    return say(ScriptCaller(_DOCUMENT, seed=3), _DOCUMENT, *customer)


def test_the_same_answer_is_short_and_stands_alone_the_second_time() -> None:
    said = _answers("是我，你说。", "送回来要收运费吗？", "到底收不收运费？")
    assert "都不收运费" in said[2]
    assert "取件送件都不收运费" in said[3]
    assert "洗护费" not in said[3]


def test_asked_a_third_time_the_caller_says_that_it_knows_no_more() -> None:
    said = _answers("是我，你说。", "送回来要收运费吗？", "到底收不收运费？", "我问你运费收不收？")
    told_out = load("caller")["answered_enough"]
    assert any(text in said[4] for text in told_out)
    assert "不收运费" not in said[4]


def test_what_nothing_answers_is_admitted_and_passed_on() -> None:
    said = _answers("是我，你说。", "你们老板是哪里人？")
    assert not hear(_DOCUMENT, "你们老板是哪里人？", said[1]).sure
    assert any(text in said[2] for text in load("caller")["unknown"])
    assert any(text in said[2] for text in load("caller")["pass_on"])


@pytest.mark.parametrize("text", ["能快点说吗？", "一句话说完行不行？"])
def test_a_wish_to_be_quick_is_no_question_of_the_knowledge_base(text: str) -> None:
    said = _answers("是我，你说。", text)
    assert not any(phrase in said[2] for phrase in load("caller")["unknown"])
    assert "运费" not in said[2]
    assert "洗护费" not in said[2]


@pytest.mark.parametrize("text", ["刚才有人叫我……好了，你接着说。", "作业先放桌上——不是说你，你继续。"])
def test_after_an_aside_the_question_is_put_again_and_nobody_is_patted(text: str) -> None:
    said = _answers("是我，你说。", text)
    assert "周三还是周四" in said[1]
    assert "周三还是周四" in said[2]
    assert not any(phrase in said[2] for phrase in (*load("caller")["patience"], *load("caller")["unsure"]))


def test_a_choice_in_a_word_is_an_answer_and_not_asked_for_again() -> None:
    said = _answers("是我，你说。", "周四，快点弄。")
    assert "周三还是周四" in said[1]
    assert "周三还是周四" not in said[2]


@pytest.mark.parametrize("text", ["我可不想来回跑。", "先说好，别放门口。"])
def test_a_wish_is_heard_as_a_wish_not_as_a_refusal(text: str) -> None:
    said = _answers("是我，你说。", text)
    assert any(phrase in said[2] for phrase in load("caller")["wish"])
    assert not any(phrase in said[2] for phrase in load("caller")["declined"])


def test_feeling_comes_before_the_answer_to_a_complaint() -> None:
    said = _answers("是我，你说。", "上次你们就洗坏了一件，气死我了，这回洗坏了怎么赔？")
    lead, _comma, rest = said[2].partition("按洗护费")
    assert any(lead.startswith(text) for text in load("caller")["sorry"])
    assert rest


def test_nobody_who_is_only_annoyed_is_let_go_before_the_purpose_is_said() -> None:
    said = _answers("快说，什么事？", "嗯。")
    assert "驼色大衣" in said[1] + said[2]
    assert "那我不多说了" not in said[1]


def test_no_time_is_heard_without_the_word_busy_and_gets_another_time() -> None:
    said = _answers("我这会儿走不开，一会儿再聊吧。", "晚上八点行。")
    assert "方便" in said[1]
    assert "驼色大衣" not in said[1]
    assert "晚上八点" in said[2]
    assert "再见" in said[2]


def test_leave_taken_while_another_time_is_looked_for_ends_the_call() -> None:
    said = _answers("我在开会，没空。", "好，先这样。")
    assert "驼色大衣" not in said[2]
    assert len(said) == 3


def test_a_second_goodbye_is_not_another_farewell() -> None:
    async def last() -> Turn:
        caller = ScriptCaller(_DOCUMENT, seed=1)
        call = Call(scenario=_DOCUMENT.id)
        for answer in ("是我，你说。", "周四吧。", "没有。"):
            call = call.speak(await caller.speak(call)).speak(Turn(speaker=Speaker.CUSTOMER, text=answer))
        farewell = await caller.speak(call)
        assert "再见" in farewell.text
        assert not farewell.hangs_up
        return await caller.speak(call.speak(farewell).speak(Turn(speaker=Speaker.CUSTOMER, text="好，再见。")))

    turn = asyncio.run(last())
    assert "再见" not in turn.text
    assert turn.hangs_up


@pytest.mark.parametrize("text", ["打错了，没这个人。", "我不是田小满，你找错人了。"])
def test_a_stranger_is_told_nothing_of_the_matter(text: str) -> None:
    said = _answers(text)
    assert len(said) == 2
    assert "大衣" not in said[1]


def test_the_caller_does_not_name_itself_again_in_the_first_step() -> None:
    said = _answers("是我，你说。")
    assert "苏禾" not in said[1]
    assert "方便" not in said[1]


def test_something_asked_again_by_its_matter_is_found_among_all_that_was_said() -> None:
    said = _answers("是我，你说。", "周四吧。", "你刚才说那个咖啡渍怎么了？没听清。")
    assert "咖啡渍" in said[3]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_call_repeats_its_leads_or_says_farewell_and_goes_on(path: object) -> None:
    scenario = read(path)  # type: ignore[arg-type]
    for seed in range(6):
        call = hold(scenario, seed)
        farewells = [at for at, turn in enumerate(call.turns) if turn.speaker is Speaker.CALLER and "再见" in turn.text]
        assert len(farewells) <= 1, (scenario.id, seed)
        assert not farewells or farewells[0] >= len(call.turns) - 3, (scenario.id, seed)


_LOAN = """## 电话拨打方
### 角色
云栖银行贷款服务专员苏禾，提醒还款、核对账单。
### 核心任务（一句话）
提醒客户贷款逾期，协助还款。
### 分步流程和话术
1. **确认身份**
   - “您好，我是云栖银行的苏禾，请问是田小满女士吗？”
2. **说明来意**
   - “您名下的一笔贷款已经逾期，应还本金和利息在账单里。”
3. **约还款**
   - “您看这周能把逾期的贷款还上吗？”
### 问答知识库
- Q：逾期影响征信吗？
  A：逾期会按规定报送征信，还清后状态会更新。
### 开场白
“您好，我是云栖银行的苏禾，请问是田小满女士吗？”
## 电话接听方
### 角色
田小满，小学老师，有一笔银行贷款逾期未还。
"""


def test_where_money_is_the_matter_nobody_is_told_who_has_not_said_who_he_is() -> None:
    scenario = parse_scenario(_LOAN, id="loan")
    assert scenario.domain is Domain.FINANCE
    for seed in range(6):
        said = say(ScriptCaller(scenario, seed=seed), scenario, "谁啊？什么银行？", "是我本人。")
        assert "苏禾" in said[1], seed
        assert "请问是田小满女士吗" in said[1] or any(text in said[1] for text in load("caller")["identity"]), seed
        assert "逾期" not in said[1]
        assert "逾期" in said[2]


def test_what_was_declined_is_not_spoken_of_as_agreed() -> None:
    scenario = parse_scenario(
        _LOAN.split("### 分步流程")[0] + "### 分步流程和话术\n1. **邀请**\n   - “周六有理财讲座，需要帮您报名吗？”\n"
        "2. **登记**\n   - “已为您登记名额，入场看短信。讲座在二楼。”\n3. **建议**\n   - “您对网点有什么建议吗？”\n"
        "### 开场白\n“您好，我是云栖银行的苏禾。”\n## 电话接听方\n### 角色\n田小满，老师。\n",
        id="lecture",
    )
    declined = "".join(say(ScriptCaller(scenario, seed=1), scenario, "嗯，你说。", "这个不用了。", "没有。"))
    accepted = "".join(say(ScriptCaller(scenario, seed=1), scenario, "嗯，你说。", "好，报吧。", "没有。"))
    assert "已为您登记" not in declined
    assert "已为您登记" in accepted


def test_a_farewell_inside_an_answer_waits_for_the_end() -> None:
    scenario = parse_scenario(_LOAN.replace("还清后状态会更新。", "还清后状态会更新。祝您生活愉快。"), id="farewell")
    said = say(ScriptCaller(scenario, seed=1), scenario, "是我，你说。", "逾期影响征信吗？")
    assert "报送征信" in said[2]
    assert "祝您" not in said[2]
