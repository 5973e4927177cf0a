"""The canonical form is read back to the same value, whatever was read first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.scenario import Scenario, new_scenario, parse_scenario, write_scenario
from scenario.document import document, read


def same(scenario: Scenario) -> None:
    written = write_scenario(scenario)
    again = parse_scenario(written, id=scenario.id)
    assert replace(again, findings=()) == replace(scenario, findings=())
    assert write_scenario(again) == written


def test_the_canonical_form() -> None:
    assert write_scenario(read()).split("\n")[13:22] == [
        "1. **确认身份**",
        "   - “您好，请问是田守仁田师傅吗？我是启明供水的袁蕾。”",
        "2. **约定时间**",
        "   - “您看周三上午还是周五下午方便？”",
        "   - 如客户没空：“那我下周再给您打。”",
        "3. **道别**",
        "   - “好的，打扰您了，再见。”",
        "",
        "### 问答知识库（常见的客户问题和答案）",
    ]


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"steps": "1. 您好，请问是田师傅吗？\n2. 换表要停水二十分钟。（说慢点）\n3. 如客户没空：那我改天再打。"},
        {
            "steps": "1. **甲**\n   - 若客户同意：\n     - “好。”\n     - 补充：“周三见。”\n"
            "     - 若是周末：“加急要等。”\n   - “再见。”"
        },
        {"steps": "#### 第二步：\n“您好。”\n#### 第五步：道别\n“再见。”（等客户挂断）"},
        {"steps": "1. **《约定》“周三”**\n   - “他说“行”了吗？”"},
        {"facts": "- 费用\n  - 都免。\n- “几点来？”\n  - “““九点””。”"},
        {"profile": "- **已知**：\n  - 换过一次\n  - 1. 住九栋\n- 其他：\n- 无"},
        {"concerns": "他怕收钱。\n- 首要：钱\n- **次要**\n  - 几点"},
        {"style": "反面教材：\n- 您好\n正面教材：\n- “喂？”（挂断）\n- 「「嗯」」"},
        {"ending": "- 约好：“周三见，再见。”\n- “没空”\n\n结束语：\n- 已约好：「您忙。」"},
        {"role": "袁蕾\n- # 客服\n- 「慢性子」"},
        {"opening": "“您好”“供水的”"},
    ],
)
def test_what_was_written_reads_back(sections: dict[str, str]) -> None:
    same(read(**sections))


def test_a_title_other_sections_and_a_lone_half_read_back() -> None:
    same(parse_scenario("# 换表\n前言一句\n\n" + document() + "\n### 开场白以外\n- 甲\n  #### 乙\n    丙\n## 附录\n丁"))
    same(parse_scenario(document().split("## 电话接听方")[0]))
    same(parse_scenario("## 电话接听方" + document().split("## 电话接听方")[1]))
    same(parse_scenario("随手一记\n\n- 甲"))
    same(parse_scenario(""))


def test_every_document_reads_back(own_documents: dict[str, str]) -> None:
    for text in (*own_documents.values(), new_scenario()):
        same(parse_scenario(text))


def test_every_shared_document_reads_back(shared_documents: dict[str, str]) -> None:
    for text in shared_documents.values():
        same(parse_scenario(text))


WORDS = """您好 请问您 如客户 犹豫 ： “行” “您好，您说。” 「好」 （只问一次） 【说明】 [姓名] - * ** 1. 、 或
Q: A： 话术： 结束语： 首要 X月X日 ， 。 ？ 时 # _"""
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=8).map("".join)
LINES = st.lists(st.tuples(st.sampled_from(["", "- ", "  - ", "1. ", "**", "   "]), PIECES).map("".join), max_size=5)
TITLES = st.lists(st.sampled_from(["确认", "地址", "如客户", "拒绝", "（可选）", "，", "时"]), min_size=1, max_size=4)
STEPS = st.lists(st.tuples(TITLES.map("".join), st.lists(PIECES.map("   - {}".format), max_size=4)), max_size=3)


def flow(steps: list[tuple[str, list[str]]]) -> str:
    return "\n".join("\n".join([f"{n}. **{title}**", *lines]) for n, (title, lines) in enumerate(steps, 1))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    STEPS.map(flow),
    st.fixed_dictionaries(
        {
            name: LINES.map("\n".join)
            for name in ("facts", "ending", "profile", "concerns", "style", "opening", "role", "behaviours")
        }
    ),
)
def test_whatever_is_read_reads_back(steps: str, sections: dict[str, str]) -> None:
    same(read(steps=steps, **sections))
