"""The knowledge base: questions and answers, marked or told by their shape."""

from __future__ import annotations

import pytest

from kefu.scenario.model import Fact
from scenario.document import document, read

BOTH = (Fact(question="换表收钱吗？", answer="不收。"), Fact(question="停水多久？", answer="二十分钟。"))


@pytest.mark.parametrize(
    "facts",
    [
        "- Q: 换表收钱吗？\n  A: 不收。\n- Q: 停水多久？\n  A: 二十分钟。",
        "- Q：换表收钱吗？\n  - A：不收。\n\n- Q：停水多久？\n  - A：二十分钟。",
        "Q1：换表收钱吗？\nA1：不收。\nQ2：停水多久？\nA2：二十分钟。",
        "1. Q: 换表收钱吗？\n   A: 不收。\n2. Q: 停水多久？\n   A: 二十分钟。",
        "- **Q: 换表收钱吗？**\n  A: 不收。\n- **Q: 停水多久？**\n  A: 二十分钟。",
        "* **Q：** 换表收钱吗？\n  **A：** 不收。\n* **Q：** 停水多久？\n  **A：** 二十分钟。",
        "问：换表收钱吗？\n答：不收。\n\n问：停水多久？\n答：二十分钟。",
        "1. **问：换表收钱吗？**\n   答：不收。\n2. **问：停水多久？**\n   答：二十分钟。",
        "- 客户问：“换表收钱吗？”\n  - 回答：“不收。”\n- 客户问：“停水多久？”\n  - 回答：“二十分钟。”",
        "**问题1**：换表收钱吗？\n**答案**：不收。\n\n**问题2**：停水多久？\n**答案**：二十分钟。",
        "- **Q: 换表收钱吗？**\n  - 不收。\n- **Q: 停水多久？**\n  - 二十分钟。",
        "- 换表收钱吗？\n  答：不收。\n- 停水多久？\n  答：二十分钟。",
        "1. **换表收钱吗？**\n   不收。\n2. **停水多久？**\n   二十分钟。",
        "- 换表收钱吗？\n  不收。\n- 停水多久？\n  二十分钟。",
        "- “换表收钱吗？”\n  - 「不收。」\n- “停水多久？”\n  - 「二十分钟。」",
        "**换表收钱吗？**\n不收。\n\n**停水多久？**\n二十分钟。",
        "**换表收钱吗？**\n- 不收。\n\n**停水多久？**\n- 二十分钟。",
        "1、换表收钱吗？\n不收。\n2、停水多久？\n二十分钟。",
        "- 换表收钱吗？ 答：不收。\n- 停水多久？ 答：二十分钟。",
        "- Q: 换表收钱吗？ A: 不收。\n- Q: 停水多久？ A: 二十分钟。",
        "- **换表收钱吗？** 不收。\n- **停水多久？** 二十分钟。",
        "- “换表收钱吗？”——“不收。”\n- “停水多久？”——“二十分钟。”",
        "- 换表收钱吗？\n- 不收。\n- 停水多久？\n- 二十分钟。",
        "- 客户：换表收钱吗？\n  客服：不收。\n- 客户：停水多久？\n  客服：二十分钟。",
        "#### 费用\n- Q: 换表收钱吗？\n  A: 不收。\n#### 时间\n- Q: 停水多久？\n  A: 二十分钟。",
        "问：\n换表收钱吗？\n答：\n不收。\n问：\n停水多久？\n答：\n二十分钟。",
    ],
)
def test_every_way_of_writing_questions_and_answers(facts: str) -> None:
    assert read(facts=facts).caller.facts == BOTH


def test_a_topic_may_stand_for_a_question() -> None:
    assert read(facts="- **费用**：材料和人工都免。\n- **时间**：二十分钟。").caller.facts == (
        Fact(question="费用", answer="材料和人工都免。"),
        Fact(question="时间", answer="二十分钟。"),
    )
    assert read(facts="- 费用\n  - 都免。\n- 时间\n  - 二十分钟。").caller.facts == (
        Fact(question="费用", answer="都免。"),
        Fact(question="时间", answer="二十分钟。"),
    )


def test_an_answer_of_several_lines_is_one_answer() -> None:
    facts = read(
        facts="- Q: 怎么约？\n  A: 三种办法：\n    - 打电话\n    - 发短信\n- Q: 停多久？\n  A: 一会儿。"
    ).caller.facts
    assert [fact.answer for fact in facts] == ["三种办法： 打电话 发短信", "一会儿。"]


def test_a_question_that_is_a_statement_keeps_its_answer() -> None:
    assert read(facts="- Q: “我不想换。”\n  - A: “没问题，给您登记不换。”").caller.facts == (
        Fact(question="我不想换。", answer="没问题，给您登记不换。"),
    )


def test_questions_and_answers_that_miss_each_other_are_found() -> None:
    scenario = read(facts="- Q: 换表收钱吗？\n- Q: 停水多久？\n  A: 二十分钟。\n  A: 也可能半小时。\nA: 不用预约。")
    assert scenario.caller.facts == (
        Fact(question="换表收钱吗？", answer=""),
        Fact(question="停水多久？", answer="二十分钟。 也可能半小时。"),
        Fact(question="", answer="不用预约。"),
    )
    messages = [finding.message for finding in scenario.findings if "question" in finding.code]
    assert messages == [
        "no answer to “换表收钱吗？”; write one on the next line, beginning with A:",
        "no question to the answer “不用预约。”; write one on the line before, beginning with Q:",
    ]


def test_an_introduction_is_kept_with_what_is_not_known() -> None:
    scenario = read(facts="本表由水务客服部维护：\n- Q: 收钱吗？\n  A: 不收。")
    assert len(scenario.caller.facts) == 1
    assert [item.text for item in scenario.other_sections["问答知识库"]] == ["本表由水务客服部维护："]


def test_facts_know_their_lines() -> None:
    rows = document().split("\n")
    assert [rows[fact.line - 1] for fact in read().caller.facts] == ["- Q: 换表收钱吗？", "- Q: 要停多久的水？"]
