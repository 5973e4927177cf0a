"""Holes that an author left, and what only looks like one."""

from __future__ import annotations

import pytest

from kefu.scenario import find_placeholders, parse_scenario
from scenario.document import document, read


@pytest.mark.parametrize(
    ("text", "holes"),
    [
        ("您的工单[单号XXXX]已登记", ["[单号XXXX]"]),
        ("延误原因是[天气/堵塞]", ["[天气/堵塞]"]),
        ("X月X日前到账", ["X月X日"]),
        ("欠费×××元，×天", ["×××元", "×天"]),
        ("我是XX银行的，单号XXXX", ["XX", "XXXX"]),
        ("您好，${name}，{{order_id}}已发出", ["${name}", "{{order_id}}"]),
        ("请联系____先生", ["____"]),
        ("某某公司的王老师", ["某某"]),
        ("X先生您好", ["X"]),
        ("请问是<客户姓名>吗", ["<客户姓名>"]),
        ("转给【客户姓名】处理", ["【客户姓名】"]),
        ("138XXXX5678", ["138XXXX5678"]),
        ("[客户姓名]您好", ["[客户姓名]"]),
    ],
)
def test_holes(text: str, holes: list[str]) -> None:
    assert find_placeholders(text) == holes


@pytest.mark.parametrize(
    "text",
    [
        "7×24小时值班",
        "3x5规格的板子",
        "【说明来意】",
        "【如对方不耐烦】",
        "请稍等[客户反应：沉默]再说",
        "点【我的】再点【设置】",
        "做个X光检查",
        "XXL码的衣服",
        "见附注[1]和[2-3]",
        "https://example.com/xxx",
        "a<b，c>d",
        "他某天来过",
    ],
)
def test_what_only_looks_like_a_hole(text: str) -> None:
    assert find_placeholders(text) == []


def test_a_document_lists_its_holes_with_their_lines() -> None:
    text = document(opening="“您好，您的表号是[表号XXXX]。”", ending="**结束语：**\n- “X月X日见，X月X日前不来就算了。”")
    scenario = parse_scenario(text)
    rows = text.split("\n")
    assert [hole.text for hole in scenario.placeholders] == ["[表号XXXX]", "X月X日", "X月X日"]
    for hole in scenario.placeholders:
        assert hole.text in rows[hole.line - 1]
    assert [(f.code, f.severity, f.line) for f in scenario.findings if "placeholder" in f.code] == [
        ("placeholder", "warning", hole.line) for hole in scenario.placeholders
    ]


def test_a_hole_under_a_condition_is_listed_once() -> None:
    scenario = read(
        steps="1. **甲**\n   - 如客户问编号：\n     - “编号是[编号XXXX]。”\n   - “编号[编号XXXX]（共X张）。”"
    )
    assert [hole.text for hole in scenario.placeholders] == ["[编号XXXX]", "[编号XXXX]", "X张"]
