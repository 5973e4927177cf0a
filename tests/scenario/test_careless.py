"""Careless documents, pasted from Word or a chat: headings by their names alone, however they are dressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kefu.scenario import lost_lines, parse_scenario
from kefu.scenario.model import Scenario, Severity

Dress = Callable[[str, int], str]
"""From the name of a heading and its number, 0 for a half, to the line that is written."""

FULL = {
    "steps": "分步流程和话术",
    "task": "核心任务",
    "profile": "目标客户画像",
    "facts": "问答知识库",
    "ending": "结束条件与结束语",
    "background": "背景信息",
    "concerns": "核心关切点",
    "behaviours": "对话中的典型行为模式",
    "style": "回复风格示例",
}
SHORT = {
    "steps": "流程",
    "task": "任务",
    "profile": "客户画像",
    "facts": "问答",
    "ending": "结束",
    "background": "背景",
    "concerns": "关切",
    "behaviours": "行为",
    "style": "风格",
}
CHINESE = "零一二三四五六七八九十"


def written(
    dress: Dress,
    names: Mapping[str, str],
    halves: tuple[str, str] = ("拨打方", "接听方"),
    gap: bool = True,
    bullet: str = "- ",
    number: str = "{}. ",
    said: str = "   - ",
) -> str:
    """One scenario, its headings dressed by ``dress``."""
    caller = [
        ("角色", ["桐花镇供电所的抄表员阿芮，说话利索。"]),
        (names["task"], ["通知换电表的日子，约好谁在家。"]),
        (names["profile"], [f"{bullet}姓名：尤根生，住二组", f"{bullet}电表是2009年装的"]),
        (
            names["steps"],
            [
                f"{number.format(1)}问好",
                f"{said}“您好，是尤师傅吗？我是供电所的阿芮。”",
                f"{number.format(2)}约日子",
                f"{said}“换电表要断电四十分钟，您哪天在家？”",
                f"{said}如客户嫌麻烦：“就四十分钟，换完更准。”",
                f"{number.format(3)}道别",
                f"{said}“那就说定了，再见。”",
            ],
        ),
        (names["facts"], ["问：换表要钱吗？", "答：不要钱，表是所里出的。", "问：旧表呢？", "答：我们带走。"]),
        ("开场白", ["“您好，是尤根生尤师傅吗？”"]),
        (names["ending"], ["结束条件：", f"{bullet}日子约好了", "结束语：", f"{bullet}打扰您了，再见。"]),
    ]
    customer = [
        ("角色", ["尤根生，六十一岁，种茶的。"]),
        (names["background"], [f"{bullet}独居，儿子在外地", f"{bullet}性格：爽快，肯配合"]),
        (names["concerns"], [f"{bullet}首要：换表要不要钱", f"{bullet}次要：停电多久"]),
        (names["behaviours"], [f"{bullet}爱问价钱"]),
        (names["style"], ["反面教材：", f"{bullet}“感谢您的来电。”", "正面教材：", f"{bullet}“哦，换表啊？”"]),
        ("结束条件", [f"{bullet}说好日子就挂"]),
    ]
    lines: list[str] = []
    for half, sections in zip(halves, (caller, customer), strict=True):
        lines += [dress(half, 0), *[""][: int(gap)]]
        for at, (name, body) in enumerate(sections, 1):
            lines += [dress(name, at), *body, *[""][: int(gap)]]
    return "\n".join(lines)


def number(name: str, at: int) -> str:
    return f"{CHINESE[at]}、{name}" if at else name


DOCUMENTS = {
    "full names and a colon": written(lambda name, at: f"{name}：", FULL),
    "full names and nothing": written(lambda name, at: name, FULL, gap=False),
    "short names": written(lambda name, at: name, SHORT),
    "short names and a colon, no blank line": written(lambda name, at: f"{name}：", SHORT, gap=False),
    "Chinese numbers": written(number, SHORT),
    "Chinese numbers and ordinal steps": written(number, SHORT, number="第{}步："),
    "brackets": written(lambda name, at: f"【{name}】", SHORT),
    "brackets, no blank line": written(lambda name, at: f"【{name}】", SHORT, gap=False),
    "Arabic numbers": written(lambda name, at: f"{at}. {name}" if at else name, FULL, number="（{}）"),
    "numbers in parentheses": written(lambda name, at: f"（{at}）{name}：" if at else f"一、{name}", SHORT),
    "bold": written(lambda name, at: f"**{name}**", SHORT, gap=False),
    "bold and a colon": written(lambda name, at: f"**{name}：**", SHORT),
    "a colon now and then": written(lambda name, at: name + "：" * (at % 2), SHORT, ("呼叫方", "客户方")),
    "Word bullets": written(lambda name, at: name, SHORT, gap=False, bullet="•\t", number="{}、", said="•\t"),
    "indented by wide spaces": written(
        lambda name, at: f"　　{name}：", SHORT, gap=False, bullet="　　· ", number="　　{}、", said="　　　　· "
    ),
    "dashes around": written(lambda name, at: f"—— {name} ——", SHORT),
    "equals signs around": written(lambda name, at: f"== {name} ==", SHORT),
    "squares before": written(lambda name, at: f"■{name}" if at else f"◆{name}", SHORT),
    "halves called 坐席 and 客户": written(lambda name, at: f"{name}：", SHORT, ("坐席", "客户")),
    "parentheses behind": written(lambda name, at: f"{name}（必填）：", SHORT, ("主叫方", "被叫方")),
    "sections marked, halves not": written(lambda name, at: f"### {name}" if at else f"{name}：", FULL),
    "halves marked, sections not": written(lambda name, at: name if at else f"## {name}", SHORT),
}
MARKED = written(lambda name, at: f"### {name}" if at else f"## {name}", FULL)


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_careless_document_is_read_as_the_marked_one(text: str) -> None:
    scenario, expected = parse_scenario(text), parse_scenario(MARKED)
    assert len(expected.caller.steps) == 3
    assert expected.findings == ()
    assert (scenario.caller, scenario.customer) == (expected.caller, expected.customer)
    assert (scenario.other_sections, scenario.findings) == ({}, ())
    assert lost_lines(text, scenario) == []


def outline(scenario: Scenario) -> tuple[str, str, list[str], list[str], str, list[str]]:
    caller, customer = scenario.caller, scenario.customer
    said = [said for step in caller.steps for line in step.lines for said in line.utterances]
    background = [item.text for item in customer.background]
    return caller.role, caller.task, said, [fact.answer for fact in caller.facts], customer.role, background


SAID = ["您好，是邱婶吗？", "报告出来了，您哪天来取？"]
HAND = {
    "on one line": (
        "拨打方：\n角色：护士小满\n任务：通知取报告\n流程：\n1、问好\n“您好，是邱婶吗？”\n2、说事\n"
        "“报告出来了，您哪天来取？”\n问答：\n问：带什么？\n答：身份证。\n接听方：\n角色：邱婶\n背景：养蚕的\n"
    ),
    "numbers alone": (
        "拨打方\n角色\n护士小满\n任务\n通知取报告\n流程\n一、\n“您好，是邱婶吗？”\n二、\n“报告出来了，您哪天来取？”\n"
        "问答：\n问：带什么？\n答：身份证。\n接听方\n角色\n邱婶\n背景\n养蚕的\n"
    ),
    "sections and steps both numbered": (
        "一、拨打方\n1.角色\n护士小满\n2.任务\n通知取报告\n3.流程\n第一步 问好\n“您好，是邱婶吗？”\n第二步 说事\n"
        "“报告出来了，您哪天来取？”\n4.问答\nQ：带什么？\nA：身份证。\n二、接听方\n1.角色\n邱婶\n2.背景\n养蚕的\n"
    ),
    "nested bullets": (
        "- 拨打方\n  - 角色：护士小满\n  - 任务：通知取报告\n  - 流程：\n    1. 问好\n       “您好，是邱婶吗？”\n"
        "    2. 说事\n       “报告出来了，您哪天来取？”\n  - 问答：\n    问：带什么？\n    答：身份证。\n"
        "- 接听方\n  - 角色：邱婶\n  - 背景：养蚕的\n"
    ),
    "spaces within": (
        "拨 打 方\n\n角 色\n护士小满\n\n任 务\n通知取报告\n\n流 程\n1. 问好\n“您好，是邱婶吗？”\n2. 说事\n"
        "“报告出来了，您哪天来取？”\n\n问 答\n问：带什么？\n答：身份证。\n\n接 听 方\n\n角 色\n邱婶\n\n背 景\n养蚕的\n"
    ),
}


@pytest.mark.parametrize("text", HAND.values(), ids=HAND)
def test_documents_written_by_hand(text: str) -> None:
    scenario = parse_scenario(text)
    assert outline(scenario) == ("护士小满", "通知取报告", SAID, ["身份证。"], "邱婶", ["养蚕的"])
    assert [f.code for f in scenario.findings if f.severity is Severity.ERROR] == []
    assert lost_lines(text, scenario) == []


def test_a_common_word_is_a_label_where_a_surer_heading_stands() -> None:
    text = MARKED.replace("### ", "").replace("## ", "")
    labelled = text.replace("通知换电表的日子", "目标：\n通知换电表的日子").replace(
        "独居，儿子在外地", "独居，儿子在外地\n- 行为：\n- 诉求：少停电"
    )
    scenario = parse_scenario(labelled)
    assert scenario.caller.task == "目标：\n通知换电表的日子，约好谁在家。"
    assert scenario.customer.behaviours == parse_scenario(MARKED).customer.behaviours
    assert len(scenario.customer.concerns.primary) == 1


def test_a_label_within_a_step_is_no_heading() -> None:
    steps = "1. 问好\n目标：\n核对姓名\n话术：\n“您好，是邱婶吗？”\n2. 说事\n结束：\n“报告出来了，您哪天来取？”\n"
    scenario = parse_scenario(
        f"拨打方\n角色\n小满\n核心任务\n取报告\n流程\n{steps}结束条件\n约好了\n接听方\n角色\n邱婶\n"
    )
    assert [said for step in scenario.caller.steps for line in step.lines for said in line.utterances] == SAID
    assert [step.title for step in scenario.caller.steps] == ["问好", "说事"]


def test_what_is_missing_is_told_at_the_heading_of_its_section_or_half() -> None:
    text = "拨打方\n角色\n护士小满\n流程\n问答\n问：带什么？\n答：身份证。\n接听方\n角色\n邱婶\n"
    found = [(f.line, f.code, f.message) for f in parse_scenario(text).findings if f.severity is not Severity.NOTE]
    assert (4, "no_step", "the flow has no step; number its steps 1., 2., 3. under ### 分步流程和话术") in found
    endings = [(line, message) for line, _code, message in found if "结束条件" in message]
    assert endings == [
        (1, "section “结束条件” of “电话拨打方” is missing or empty; add it"),
        (8, "section “结束条件” of “电话接听方” is missing or empty; add it"),
    ]
    assert min(line for line, _code, _message in found) == 1


def test_a_half_that_is_missing_is_told_at_the_first_line_and_an_empty_one_at_its_heading() -> None:
    caller = "拨打方\n角色\n护士小满\n流程\n1. 问好\n“您好。”\n"
    lines = {f.code: f.line for f in parse_scenario(caller).findings}
    assert lines["customer_half_missing"] == 1
    assert {f.code: f.line for f in parse_scenario(f"{caller}接听方\n").findings}["customer_half_missing"] == 7
