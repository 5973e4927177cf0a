"""Who the caller says it is, against the document: strangers, programs, written-out talks, and what is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from call.talking import EXAMPLES, SHARED, read
from call.test_perturb import hold
from kefu.scenario import Scenario, parse_scenario
from kefu.score import score_call
from kefu.score.verdict import Rule
from score.talks import DOCUMENT, talk

HELLO = ("坐席：您好，是段秋萍女士吗？我是宜林家政的孙悦，做个保洁回访，两分钟就好。", "客户：是我，你说吧。")


def found(document: str, *lines: str) -> list[tuple[int, str]]:
    scenario = parse_scenario(document, id="test")
    return broken(scenario, lines)


def broken(scenario: Scenario, lines: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(v.turn, v.quote) for v in score_call(scenario, talk(*lines)).violations if v.rule is Rule.BROKEN_ROLE]


STRANGERS = {
    "a courier": "您好，我是迅鹿速递的小龚，您有个包裹放哪儿？",
    "a courier without 是": "段女士吗？我迅鹿速递的小龚，您有个包裹放哪儿？",
    "who says where it is": "您好，这里是迅鹿速递，您有个包裹到了。",
    "who calls from": "您好，迅鹿速递打来的，您有个包裹到了。",
    "a bank": "您好，我是云汀银行信贷中心的龚兰，想跟您核对一下额度。",
    "a name taken back": "您好，我迅鹿速递……哦不对，宜林家政的，做个保洁回访。",
    "another person of the firm": "您好，我是宜林家政的龚兰，做个保洁回访。",
    "another person": "您好，我叫龚兰，做个保洁回访。",
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_company_or_person_that_the_document_does_not_know_is_a_break(case: str) -> None:
    assert [turn for turn, _quote in found(DOCUMENT, f"坐席：{STRANGERS[case]}", "客户：嗯，你说。")] == [0]


@pytest.mark.parametrize("case", STRANGERS)
def test_it_is_one_wherever_in_the_call(case: str) -> None:
    lines = (*HELLO, "坐席：3月8日打扫得怎么样？", "客户：还行。", f"坐席：{STRANGERS[case]}", "客户：啊？")
    assert [turn for turn, _quote in found(DOCUMENT, *lines)] == [4]


PROGRAMS = {
    "cannot call": "作为一个人工智能语言模型，我无法拨打电话。",
    "a model": "抱歉，我只是一个大语言模型，没有办法安排补做。",
    "its prompt": "我的提示词里没有这一条，您换个问题。",
    "an assistant": "您好，我是宜林家政的智能客服，正在为您回访。",
    "the other side's words": "好的，您请讲。客户：厨房没擦干净。坐席：我记下了。",
    "a direction": "（翻看工单）3月8日打扫得怎么样？",
    "a direction within": "您稍等。*敲键盘* 3月8日打扫得怎么样？",
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_who_speaks_as_a_program_or_reads_out_a_talk_breaks_its_role(case: str) -> None:
    assert [turn for turn, _quote in found(DOCUMENT, *HELLO, f"坐席：{PROGRAMS[case]}", "客户：啊？")] == [2]


NONE = {
    "never names the company": "您好，段女士吗？前几天给您家打扫的事，做个回访。",
    "the firm alone": "段姐您好，我是宜林家政的，回访一下。",
    "an office of it": "您好，我是宜林家政客服部的孙悦。",
    "by the surname": "您好，我是宜林家政的小孙。",
    "by the given name": "您好，我叫孙悦，做个回访。",
    "what it is not": "您放心，我是真人，不是机器人，也不是什么语言模型。",
    "a product": "您也可以用我们的智能客服查进度，那边能看到工单。",
    "a word about the firm": "我们是正规公司，您放心。",
    "an aside in brackets": "下次深度保洁是260元（四个小时），您看行吗？",
    "begs pardon": "不好意思，打扰了。我是宜林家政的孙悦，做个保洁回访。",
    "takes back something else": "您好，宜林家政，2月的，哦不对，3月8日的保洁，您满意吗？",
    "a short form": "您好，我是宜家的孙悦，做个保洁回访。",
    "the customer by name": "那我跟您核对一下，客户是段秋萍女士，住梧桐里，对吗？",
    "what the caller does": "我是负责回访的，不管排班，我帮您转给排班的同事。",
}


@pytest.mark.parametrize("case", NONE)
def test_an_honest_introduction_is_none(case: str) -> None:
    assert found(DOCUMENT, f"坐席：{NONE[case]}", "客户：嗯，行。") == []


def test_a_machine_that_the_document_calls_so_may_say_so_but_not_speak_as_the_program_behind() -> None:
    machine = DOCUMENT.replace("宜林家政的回访专员，女", "宜林家政的智能语音客服，女声")
    said = "坐席：您好，我是宜林家政的智能语音客服孙悦，做个保洁回访。"
    assert found(machine, said, "客户：机器啊？") == []
    assert found(machine, said, "客户：机器啊？", f"坐席：{PROGRAMS['cannot call']}", "客户：啊？") == [
        (2, "作为一个人工智能语言模型，")
    ]


@pytest.mark.parametrize("hole", ["[公司名]的[姓名]", "XX家政的XXX", "某家政的某某"])
def test_names_left_open_back_any(hole: str) -> None:
    document = DOCUMENT.replace("宜林家政的孙悦", hole).replace("孙悦，宜林家政的", "")
    assert found(document, "坐席：您好，我是迅鹿家政的龚兰，做个保洁回访。", "客户：嗯，你说。") == []


def test_the_words_that_show_it_are_told() -> None:
    assert found(DOCUMENT, f"坐席：{STRANGERS['a courier']}", "客户：嗯。") == [(0, "迅鹿速递的小龚")]


def test_the_embedded_caller_stays_in_its_role() -> None:
    _assert_none(EXAMPLES)


def test_the_embedded_caller_stays_in_its_role_on_the_shared_documents(shared: Path) -> None:
    _assert_none(SHARED)


def _assert_none(paths: list[Path]) -> None:
    for path in paths:
        scenario = read(path)
        card = score_call(scenario, hold(scenario, []))
        assert [v.quote for v in card.violations if v.rule is Rule.BROKEN_ROLE] == [], path.stem
