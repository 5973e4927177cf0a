"""Headings: which half and which section a line belongs to."""

from __future__ import annotations

import pytest

from kefu.scenario import parse_scenario
from kefu.scenario.model import Caller, Customer
from scenario.document import document, read


def test_the_plain_document_is_read_whole() -> None:
    scenario = read()
    assert scenario.title == "约定上门更换智能水表的日期"
    assert scenario.caller.role.startswith("启明供水营业所")
    assert [step.title for step in scenario.caller.steps] == ["确认身份", "约定时间", "道别"]
    assert [item.text for item in scenario.customer.behaviours] == ["先问清是哪家单位", "听不清会让对方再说一遍"]
    assert scenario.other_sections == {}
    assert not [finding for finding in scenario.findings if finding.severity == "error"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("### 目标客户画像（拨打前已知的情况）", "### 客户头像"),
        ("### 目标客户画像（拨打前已知的情况）", "### 3. 用户画像：  "),
        ("### 分步流程和话术（最重要）", "### 通话流程与话术"),
        ("### 分步流程和话术（最重要）", "###分步流程（务必照做）"),
        ("### 问答知识库（常见问题）", "### FAQ"),
        ("### 结束条件与结束语", "### 结束语与结束条件（见下） ###"),
        ("## 电话拨打方", "## 坐席侧"),
        ("## 电话拨打方", "## 一、拨打方设定"),
        ("## 电话接听方", "---\n\n## 接听方（客户）"),
        ("### 对话中的典型行为模式", "### **典型行为模式**"),
        ("### 核心关切点（首要、次要、潜在）", "### 关切（首要，次要）"),
    ],
)
def test_headings_are_known_by_what_stands_before_their_parentheses(old: str, new: str) -> None:
    text = document()
    assert old in text
    assert parse_scenario(text.replace(old, new, 1)) == parse_scenario(text)


def test_other_heading_levels_make_no_difference() -> None:
    text = document()
    flat = text.replace("### ", "## ")
    shallow = text.replace("### ", "%% ").replace("## ", "# ").replace("%% ", "## ")
    assert parse_scenario(flat) == parse_scenario(text)
    assert parse_scenario(shallow) == parse_scenario(text)


def test_a_first_heading_of_its_own_is_the_title() -> None:
    scenario = parse_scenario("# 换表预约话术流程\n\n" + document())
    assert scenario.title == "换表预约话术流程"
    assert len(scenario.caller.steps) == 3


def test_headings_that_have_lost_their_marks() -> None:
    text = document()
    bare = "\n".join(line.lstrip("# ") if line.startswith("#") else line for line in text.split("\n"))
    assert parse_scenario(bare) == parse_scenario(text)


def test_headings_without_marks_with_their_text_on_the_same_line() -> None:
    caller = "电话拨打方\n角色：电费催缴专员阿妙\n核心任务：提醒缴费\n\n开场白：“您好，供电所的。”\n\n"
    text = caller + "电话接听方\n角色：修鞋师傅"
    scenario = parse_scenario(text)
    assert scenario.caller.role == "电费催缴专员阿妙"
    assert scenario.caller.task == "提醒缴费"
    assert [item.text for item in scenario.caller.openings] == ["您好，供电所的。"]
    assert scenario.customer.role == "修鞋师傅"


def test_halves_without_headings_are_told_by_their_sections() -> None:
    text = "\n".join(line for line in document().split("\n") if not line.startswith("## "))
    scenario = parse_scenario(text)
    assert scenario.caller == read().caller
    assert scenario.customer == read().customer


def test_a_missing_section_leaves_the_others_where_they_belong() -> None:
    scenario = read(background="")
    assert scenario.customer.background == ()
    assert scenario.customer.concerns == read().customer.concerns
    assert [(f.code, f.message) for f in scenario.findings if f.code == "missing_section"] == [
        ("missing_section", "section “背景信息” of “电话接听方” is missing or empty; add it")
    ]


def test_an_unknown_section_is_kept_verbatim() -> None:
    text = document().replace(
        "### 开场白", "### 质检要点\n- 语速适中\n  * 不超过每分钟220字\n#### 扣分项\n- 打断\n\n### 开场白"
    )
    scenario = parse_scenario(text)
    assert {title: [item.text for item in items] for title, items in scenario.other_sections.items()} == {
        "质检要点": ["- 语速适中", "  * 不超过每分钟220字", "#### 扣分项", "- 打断"]
    }
    assert [item.text for item in scenario.caller.openings] == ["您好，是田师傅吗？启明供水的，跟您约个换水表的时间。"]


def test_text_before_every_heading_is_kept() -> None:
    scenario = parse_scenario("第二版，培训用。\n\n" + document())
    assert [item.text for items in scenario.other_sections.values() for item in items] == ["第二版，培训用。"]


def test_rules_between_the_halves_are_no_content() -> None:
    text = document().replace("## 电话接听方", "***\n\n---\n\n## 电话接听方")
    assert parse_scenario(text, id="meter") == read()


def test_one_half_alone_is_read_and_the_other_missed() -> None:
    caller_only = parse_scenario(document().split("## 电话接听方")[0])
    customer_only = parse_scenario("## 电话接听方" + document().split("## 电话接听方")[1])
    assert (caller_only.caller, caller_only.customer) == (read().caller, Customer())
    assert (customer_only.caller, customer_only.customer) == (Caller(), read().customer)
    assert [f.code for f in caller_only.findings if f.severity == "error"] == ["customer_half_missing"]
    assert [f.code for f in customer_only.findings if f.severity == "error"] == ["caller_half_missing"]


def test_an_empty_text_is_two_missing_halves() -> None:
    scenario = parse_scenario("")
    assert [f.code for f in scenario.findings] == ["caller_half_missing", "customer_half_missing"]


def test_numbered_section_headings_are_no_steps() -> None:
    text = document()
    for number, name in enumerate(("角色", "核心任务", "目标客户画像", "分步流程和话术", "问答知识库", "开场白"), 1):
        text = text.replace(f"### {name}", f"### {number}. {name}", 1)
    assert parse_scenario(text, id="meter") == read()
