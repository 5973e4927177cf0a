"""How the caller begins and ends."""

from __future__ import annotations

import pytest

from scenario.document import read

CONDITIONS = ["时间约定好", "客户拒绝更换"]
CLOSINGS = ["谢谢田师傅，再见。"]


@pytest.mark.parametrize(
    "ending",
    [
        "**结束条件：**\n- 时间约定好\n- 客户拒绝更换\n\n**结束语：**\n- “谢谢田师傅，再见。”",
        "结束条件：\n1. 时间约定好\n2. 客户拒绝更换\n\n结束语示例：\n谢谢田师傅，再见。",
        "- 时间约定好\n- 客户拒绝更换\n\n结束语示例：\n“谢谢田师傅，再见。”",
        "- 时间约定好\n- 客户拒绝更换\n\n**结束语**：“谢谢田师傅，再见。”",
        "- 时间约定好\n- 客户拒绝更换\n\n“谢谢田师傅，再见。”",
        "- 时间约定好\n- 客户拒绝更换\n\n谢谢田师傅，再见。",
        "#### 结束条件\n- 时间约定好\n- 客户拒绝更换\n#### 结束语\n「谢谢田师傅，再见。」",
        "**结束条件**  \n- 时间约定好\n- 客户拒绝更换\n---\n**结束语**\n- “谢谢田师傅，再见。”\n---",
        "- **结束条件**：\n  - 时间约定好\n  - 客户拒绝更换\n- **结束语**：\n  - “谢谢田师傅，再见。”",
        "结束语：\n“谢谢田师傅，再见。”\n\n结束条件：\n- 时间约定好\n- 客户拒绝更换",
        "- 时间约定好：“谢谢田师傅，再见。”\n- 客户拒绝更换",
        "- 时间约定好：谢谢田师傅，再见。\n- 客户拒绝更换",
        "- 时间约定好 → “谢谢田师傅，再见。”\n- 客户拒绝更换",
        "- 时间约定好，结束语：“谢谢田师傅，再见。”\n- 客户拒绝更换",
    ],
)
def test_every_way_of_ending(ending: str) -> None:
    caller = read(ending=ending).caller
    assert [item.text for item in caller.end_conditions] == CONDITIONS
    assert [item.text for item in caller.closings] == CLOSINGS


def test_closings_side_by_side_and_what_joins_them() -> None:
    caller = read(ending="- 约好了\n\n**结束语：**\n“谢谢，再见。”\n或\n“那我挂了，您忙。”").caller
    assert [item.text for item in caller.closings] == ["谢谢，再见。", "那我挂了，您忙。"]


def test_a_closing_keeps_its_label() -> None:
    caller = read(ending="**结束条件：**\n- 约好了\n**结束语：**\n- 已约好：「周三见。」").caller
    assert [item.text for item in caller.closings] == ["已约好：「周三见。」"]


def test_a_condition_keeps_the_customers_words() -> None:
    caller = read(ending="- 客户说“知道了”“行了”等\n- 客户问完，表示：“没别的了”").caller
    assert [item.text for item in caller.end_conditions] == ["客户说“知道了”“行了”等", "客户问完，表示：“没别的了”"]
    assert caller.closings == ()


def test_an_action_alone_is_a_condition() -> None:
    customer = read(customer_ending="- 直接挂断\n- 沉默超过十秒").customer
    assert [item.text for item in customer.end_conditions] == ["直接挂断", "沉默超过十秒"]


@pytest.mark.parametrize(
    "opening", ["“您好，供水的。”", "您好，供水的。", "「您好，供水的。」", '"您好，供水的。"', "- “您好，供水的。”"]
)
def test_an_opening_in_any_quotes(opening: str) -> None:
    assert [item.text for item in read(opening=opening).caller.openings] == ["您好，供水的。"]


def test_an_opening_of_several_lines_is_one_and_variants_are_several() -> None:
    one = read(opening="“您好，供水的。”\n“跟您约个时间。”").caller.openings
    assert [item.text for item in one] == ["您好，供水的。 跟您约个时间。"]
    two = read(opening="- “您好，供水的。”\n- “喂，您好，打扰一下。”").caller.openings
    assert [item.text for item in two] == ["您好，供水的。", "喂，您好，打扰一下。"]
