"""The flow: steps however they are numbered, lines however they are written."""

from __future__ import annotations

import pytest

from kefu.scenario.model import Line, LineKind, Step
from scenario.document import document, read

SAID, TOLD, IF = LineKind.UTTERANCE, LineKind.INSTRUCTION, LineKind.BRANCH


def steps(text: str) -> tuple[Step, ...]:
    return read(steps=text).caller.steps


def lines(*texts: str) -> tuple[Line, ...]:
    """The lines of the first step of a flow that quotes what is spoken."""
    body = "\n".join(f"   {text}" for text in texts)
    return steps(f"1. **甲**\n{body}\n2. **乙**\n   - “好的，再见。”")[0].lines


def bare(*texts: str) -> tuple[Line, ...]:
    """The lines of the first step of a flow that quotes nothing."""
    return steps("1. 甲\n" + "\n".join(f"   {text}" for text in texts))[0].lines


@pytest.mark.parametrize(
    "flow",
    [
        "1. **核对地址**\n   - “您住几号楼？”\n2. **道别**\n   - “再见。”",
        "1. 核对地址\n“您住几号楼？”\n2. 道别\n“再见。”",
        "1、核对地址：“您住几号楼？”\n2、道别：“再见。”",
        "1. 【核对地址】\n        “您住几号楼？”\n2. 【道别】\n   话术：\n   “再见。”",
        "**1. 核对地址**\n- “您住几号楼？”\n\n**2. 道别**\n- “再见。”",
        "1. **核对地址：** “您住几号楼？”\n2. **道别：**“再见。”",
        "#### 1. 核对地址\n- “您住几号楼？”\n#### 2. 道别\n- “再见。”",
        "#### 第一步：核对地址\n“您住几号楼？”\n\n#### 第二步：道别\n“再见。”",
        "#### 一、核对地址\n- 「您住几号楼？」\n#### 二、道别\n- 「再见。」",
        "步骤1：核对地址\n- “您住几号楼？”\n步骤2：道别\n- “再见。”",
        "① 核对地址\n  - “您住几号楼？”\n② 道别\n  - “再见。”",
        "１．核对地址\n　“您住几号楼？”\n２．道别\n　“再见。”",
        "### 1. 核对地址\n- “您住几号楼？”\n### 2. 道别\n- “再见。”",
        "- **核对地址**\n  - “您住几号楼？”\n- **道别**\n  - “再见。”",
    ],
)
def test_every_way_of_numbering_steps(flow: str) -> None:
    assert steps(flow) == (
        Step(number=1, title="核对地址", lines=(Line(kind=SAID, text="您住几号楼？", utterances=("您住几号楼？",)),)),
        Step(number=2, title="道别", lines=(Line(kind=SAID, text="再见。", utterances=("再见。",)),)),
    )


def test_steps_and_lines_know_where_they_stand() -> None:
    rows = document().split("\n")
    for step in read().caller.steps:
        assert rows[step.line - 1] == f"{step.number}. **{step.title}**"
        for line in step.lines:
            assert line.text.strip("“”") in rows[line.line - 1]


def test_a_title_keeps_its_parenthesis_and_loses_its_colon() -> None:
    titles = [
        step.title for step in steps("1. **核对（30秒内）**：\n- “您好。”\n2. **约时间**（只问一次）\n- “周三行吗？”")
    ]
    assert titles == ["核对（30秒内）", "约时间（只问一次）"]


def test_numbered_lines_inside_a_step_are_no_steps() -> None:
    found = steps("1. **三种办法**\n   1) “上门取。”\n   2) “自己送。”\n2. **道别**\n   - “再见。”")
    assert [step.number for step in found] == [1, 2]
    assert [line.text for line in found[0].lines] == ["上门取。", "自己送。"]


@pytest.mark.parametrize(
    ("title", "condition"),
    [
        ("如客户拒绝，马上道歉收线", "如客户拒绝"),
        ("遇到质疑时出示编号", "遇到质疑时"),
        ("客户若不耐烦立即简化", "客户若不耐烦"),
        ("应对犹豫，给足时间", "应对犹豫"),
        ("约定上门（客户同意后才做）", "客户同意后才做"),
        ("说明来意，消除顾虑", None),
        ("确认客户需求", None),
        ("针对新表的功能介绍", None),
    ],
)
def test_a_title_may_state_the_condition_of_its_step(title: str, condition: str | None) -> None:
    assert steps(f"1. **{title}**\n   - “您好。”")[0].condition == condition


def test_a_pure_utterance_is_its_own_text() -> None:
    assert lines("- “您看周三行吗？”") == (Line(kind=SAID, text="您看周三行吗？", utterances=("您看周三行吗？",)),)


def test_an_instruction_inside_an_utterance_is_not_spoken() -> None:
    (line,) = lines("- “您是户主吗？（如对方确认）那我跟您约个时间，材料费（含水表）都免。”")
    assert line.text == "您是户主吗？（如对方确认）那我跟您约个时间，材料费（含水表）都免。"
    assert line.utterances == ("您是户主吗？那我跟您约个时间，材料费（含水表）都免。",)


def test_an_instruction_is_never_spoken() -> None:
    assert lines("- 先看工单上的楼栋号，再拨号。") == (Line(kind=TOLD, text="先看工单上的楼栋号，再拨号。"),)


def test_a_label_stays_in_the_text_and_out_of_what_is_spoken() -> None:
    assert lines("- 安抚：“给您添麻烦了。”") == (
        Line(kind=SAID, text="安抚：“给您添麻烦了。”", utterances=("给您添麻烦了。",)),
    )


def test_a_label_alone_names_a_group() -> None:
    assert lines("- 话术示例：", "  - “您好。”", "或", "  - “喂，您好。”") == (
        Line(kind=SAID, text="您好。", utterances=("您好。",)),
        Line(kind=SAID, text="喂，您好。", utterances=("喂，您好。",)),
    )


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("如客户没空：“那我改天再打。”", "如客户没空"),
        ("若对方质疑：“您可以拨营业厅电话核实。”", "若对方质疑"),
        ("客户犹豫：“您不用现在定。”", "客户犹豫"),
        ("用户问价格：“不收钱。”", "用户问价格"),
        ("针对停水时间的疑虑：“二十分钟就好。”", "针对停水时间的疑虑"),
        ("对已经换过表的客户：“那就不打扰您了。”", "对已经换过表的客户"),
        ("被打断：“好，我长话短说。”", "被打断"),
        ("客户确认后：“那就周三上午。”", "客户确认后"),
        ("没收到短信：“我再发一遍。”", "没收到短信"),
        ("【如对方不耐烦】“就耽误您十秒。”", "如对方不耐烦"),
        ("[客户反应：拒绝] “好，不打扰您。”", "客户反应：拒绝"),
        ("如客户拒绝，礼貌收尾：“好的，打扰您了。”", "如客户拒绝"),
        ("遇到嘈杂环境可补充：“您方便再说。”", "遇到嘈杂环境"),
        ("若客户嫌麻烦 → “就二十分钟。”", "若客户嫌麻烦"),
        ("若客户连着追问，直接回答“所有费用都由公司出，您放心”", "若客户连着追问"),
    ],
)
def test_a_branch_on_one_line(written: str, condition: str) -> None:
    (line,) = lines(f"- {written}")
    assert (line.kind, line.text, line.condition) == (IF, written, condition)
    assert len(line.utterances) == 1
    assert line.utterances[0] in written


def test_a_branch_with_its_utterances_below() -> None:
    assert lines("- 需要改时间：", "  - “您报个时间。”", "  - “我记下了。”", "- “谢谢。”") == (
        Line(kind=IF, text="需要改时间：", condition="需要改时间", utterances=("您报个时间。", "我记下了。")),
        Line(kind=SAID, text="谢谢。", utterances=("谢谢。",)),
    )


def test_what_a_condition_waits_for_may_stand_beside_it() -> None:
    assert lines("- *如有抗拒：*", "- “就一句话。”") == (
        Line(kind=IF, text="如有抗拒：", condition="如有抗拒", utterances=("就一句话。",)),
    )


def test_the_customers_words_in_a_condition_are_not_the_callers() -> None:
    assert lines("- 如果客户表示“不清楚”、“再说吧”：", "  - “不急，您慢慢想。”") == (
        Line(
            kind=IF,
            text="如果客户表示“不清楚”、“再说吧”：",
            condition="如果客户表示“不清楚”、“再说吧”",
            utterances=("不急，您慢慢想。",),
        ),
    )
    assert lines("- 客户如沉默或只说“嗯”，“那我先不打扰了。”")[0].utterances == ("那我先不打扰了。",)
    assert lines("- 如客户说：“不用了。”", "  - “好的，打扰了。”")[0].utterances == ("好的，打扰了。",)


def test_a_dialogue_in_a_step() -> None:
    assert lines("- 客户：“收钱吗？”", "- 客服：“不收。”") == (
        Line(kind=IF, text="客户：“收钱吗？”\n客服：“不收。”", condition="客户：“收钱吗？”", utterances=("不收。",)),
    )


def test_a_branch_inside_a_branch_holds_under_both() -> None:
    outer, inner, after = lines("- 若客户同意：", "  - 若是周末：“周末加急要等。”", "  - 记下门牌号。")
    assert (outer.kind, outer.condition) == (TOLD, "若客户同意")
    assert (inner.kind, inner.condition, inner.utterances) == (IF, "若客户同意，若是周末", ("周末加急要等。",))
    assert (after.kind, after.condition) == (TOLD, "若客户同意")


def test_a_label_nested_in_a_branch_stays_in_its_text() -> None:
    assert lines("- 需要改地址时：", "  - “您报新地址。”", "  - 补充：“楼栋也说一下。”") == (
        Line(
            kind=IF,
            text="需要改地址时：\n补充：“楼栋也说一下。”",
            condition="需要改地址时",
            utterances=("您报新地址。", "楼栋也说一下。"),
        ),
    )


@pytest.mark.parametrize(
    "written",
    [
        "不说“您冷静一下”这类话",
        "客户骂人时：听完，不打断，不说“请您配合”。",
        "不承诺“当天一定来水”",
        "对“收不收钱”“停多久”两问一句话带过",
        "拒绝回答就记“拒答”",
        "注意：全程最多问一次“要不要换”。",
    ],
)
def test_quotes_that_are_not_to_be_spoken(written: str) -> None:
    (line,) = lines(f"- {written}")
    assert (line.kind, line.utterances) == (TOLD, ())


def test_an_utterance_mixed_with_an_instruction() -> None:
    (line,) = lines("- “那我复述一遍，您听对不对？”然后逐项念。")
    assert (line.kind, line.utterances) == (SAID, ("那我复述一遍，您听对不对？",))
    assert line.text == "“那我复述一遍，您听对不对？”然后逐项念。"


def test_a_flow_that_quotes_nothing() -> None:
    assert bare(
        "- 您好，请问是田师傅吗？（听不清就重复一遍）我是启明供水的。",
        "- 换表要停二十分钟水。",
        "- 不问客户家里几口人。",
        "- （客户不愿说就跳过）",
        "- 如果您不放心，可以打营业厅电话问。",
        "- 如果客户表示“再想想”：",
        "  - 不着急，您定了打给我。",
        "- 若客户没空：那我明天再打给您。",
    ) == (
        Line(
            kind=SAID,
            text="您好，请问是田师傅吗？（听不清就重复一遍）我是启明供水的。",
            utterances=("您好，请问是田师傅吗？我是启明供水的。",),
        ),
        Line(kind=SAID, text="换表要停二十分钟水。", utterances=("换表要停二十分钟水。",)),
        Line(kind=TOLD, text="不问客户家里几口人。"),
        Line(kind=TOLD, text="（客户不愿说就跳过）", condition="客户不愿说"),
        Line(
            kind=SAID,
            text="如果您不放心，可以打营业厅电话问。",
            utterances=("如果您不放心，可以打营业厅电话问。",),
        ),
        Line(
            kind=IF,
            text="如果客户表示“再想想”：",
            condition="如果客户表示“再想想”",
            utterances=("不着急，您定了打给我。",),
        ),
        Line(
            kind=IF, text="若客户没空：那我明天再打给您。", condition="若客户没空", utterances=("那我明天再打给您。",)
        ),
    )


def test_quotes_left_open_or_closed_wrongly_are_still_quotes() -> None:
    found = lines("- “您住几号楼？", '- “您贵姓？"', "- 您几点在家？”")
    assert [line.utterances for line in found] == [("您住几号楼？",), ("您贵姓？",), ("您几点在家？",)]


def test_a_flow_without_any_structure_is_one_step() -> None:
    (step,) = steps("先问好，再约时间。")
    assert (step.number, step.title) == (1, "先问好，再约时间。")
