"""The customer's half: background, concerns, behaviour and examples of style."""

from __future__ import annotations

import pytest

from kefu.scenario.model import Item
from scenario.document import read


def texts(items: tuple[Item, ...]) -> list[str]:
    return [item.text for item in items]


def test_background_as_bullets_groups_or_prose() -> None:
    assert texts(read(background="- 身份：钳工\n- 五十八岁").customer.background) == ["身份：钳工", "五十八岁"]
    assert texts(read(background="退休三年，老伴去世。\n\n爱种花。").customer.background) == [
        "退休三年，老伴去世。",
        "爱种花。",
    ]
    grouped = read(background="- **经历**：\n  - 修过水管\n  - 被骗过\n- 性格：慢").customer.background
    assert [(item.text, item.under) for item in grouped] == [("修过水管", "经历"), ("被骗过", "经历"), ("性格：慢", "")]
    headed = read(behaviours="- 先沉默\n#### 情绪\n- 急\n- 软").customer.behaviours
    assert [(item.text, item.under) for item in headed] == [("先沉默", ""), ("急", "情绪"), ("软", "情绪")]


def test_a_label_with_nothing_under_it_is_an_item() -> None:
    assert texts(read(background="- 经历：\n- 身份：钳工").customer.background) == ["经历：", "身份：钳工"]


@pytest.mark.parametrize(
    "concerns",
    [
        "**首要问题**\n- 收不收钱\n- 会不会停水\n\n**次要问题**\n- 几点来\n\n**潜在问题**\n- 怕新表快",
        "- **首要**：\n  - 收不收钱\n  - 会不会停水\n- **次要**：\n  - 几点来\n- **潜在**：\n  - 怕新表快",
        "首要关切：\n- 收不收钱\n- 会不会停水\n次要关切：\n- 几点来\n潜在关切：\n- 怕新表快",
        "#### 首要\n- 收不收钱\n- 会不会停水\n#### 次要\n- 几点来\n#### 潜在\n- 怕新表快",
    ],
)
def test_concerns_by_level(concerns: str) -> None:
    found = read(concerns=concerns).customer.concerns
    assert texts(found.primary) == ["收不收钱", "会不会停水"]
    assert texts(found.secondary) == ["几点来"]
    assert texts(found.latent) == ["怕新表快"]
    assert found.other == ()


def test_a_level_on_one_line_is_one_item() -> None:
    found = read(
        concerns="- 首要：收不收钱；停不停水\n- 次要问题（表层）：几点来\n- **潜在**：怕新表快"
    ).customer.concerns
    assert texts(found.primary) == ["首要：收不收钱；停不停水"]
    assert texts(found.secondary) == ["次要问题（表层）：几点来"]
    assert texts(found.latent) == ["潜在：怕新表快"]


def test_concerns_in_prose_are_of_no_level() -> None:
    assert texts(read(concerns="他最怕的是收钱，别的都好说。").customer.concerns.other) == [
        "他最怕的是收钱，别的都好说。"
    ]


@pytest.mark.parametrize(
    "style",
    [
        "- **反面教材 (不要这样说)**：\n  - “感谢贵司。”\n- **正面教材 (模仿)**：\n  - “收钱不？”\n  - “几点来？”",
        "- **反面教材（别学）：**\n    “感谢贵司。”\n\n- **正面教材（这样说）：**\n    “收钱不？”\n    “几点来？”",
        "**反面教材：**\n- “感谢贵司。”\n\n**正面教材：**\n- “收钱不？”\n- “几点来？”",
        "反面教材：\n-「感谢贵司。」\n正面教材：\n-「收钱不？」\n-「几点来？」",
        "学习下面的语气，不要照抄。\n- 反面教材\n  - 「感谢贵司。」\n- 正面教材\n  - 「收钱不？」\n  - 「几点来？」",
        "**不要这样说**\n- “感谢贵司。”\n\n**要像这样说**\n- “收钱不？”\n- “几点来？”",
        "#### 反面教材\n- “感谢贵司。”\n#### 正面教材\n- “收钱不？”\n- “几点来？”",
        "正面示例（模仿）：\n1. “收钱不？”\n2. “几点来？”\n负面示例（避免）：\n1. “感谢贵司。”",
        "❌ 反例：“感谢贵司。”\n✅ 正例：\n- “收钱不？”\n- “几点来？”",
    ],
)
def test_every_way_of_giving_examples(style: str) -> None:
    customer = read(style=style).customer
    assert texts(customer.avoid) == ["感谢贵司。"]
    assert texts(customer.imitate) == ["收钱不？", "几点来？"]


def test_an_example_with_a_stage_direction_keeps_it() -> None:
    customer = read(style="正面教材：\n- （背景有狗叫）“哎，你说。”\n- “再说。”（挂断）").customer
    assert texts(customer.imitate) == ["（背景有狗叫）“哎，你说。”", "“再说。”（挂断）"]


def test_an_example_may_speak_of_recommending() -> None:
    customer = read(style="正面教材：\n- 别给我推荐了\n- “推荐啥呀”").customer
    assert texts(customer.imitate) == ["别给我推荐了", "推荐啥呀"]


def test_examples_without_labels_are_to_be_imitated() -> None:
    assert texts(read(style="- “喂？”\n- “啥事？”").customer.imitate) == ["喂？", "啥事？"]
