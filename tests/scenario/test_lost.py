"""Nothing is lost, nothing raises and nothing takes long, whatever is done to a document."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.scenario import join_halves, lost_lines, parse_scenario, scenario_to_json, write_scenario
from scenario.document import document

ODD = [
    *(
        "- ",
        "* ",
        "1. ",
        "（2）",
        "三、",
        "Q: ",
        "答：",
        "**",
        "“",
        "”",
        '"',
        "「",
        "：",
        "，",
        "【",
        "】",
        "[",
        "（",
        "）",
    ),
    *(
        "## ",
        "### ",
        "> ",
        "---",
        "<!--",
        "-->",
        "\t",
        "　",
        "或",
        "如客户",
        "您",
        "结束语：",
        "正面教材",
        "话术：",
        "首要：",
    ),
    *("\x00", "\u200b", "*", "____", "[姓名]", "→", "第一步：", "①", "角色", "客户：", "|"),
]


def change(text: str, steps: list[tuple[int, int, int]]) -> str:
    """``text`` with its lines moved, cut, doubled and spoiled as ``steps`` say."""
    lines = text.split("\n")
    for kind, a, b in steps:
        at, odd = a % len(lines), ODD[b % len(ODD)]
        line = lines[at]
        cut = b % (len(line) + 1)
        changed = {
            0: [],
            1: [line, line],
            2: [odd + line],
            3: [line[:cut] + odd + line[cut:]],
            4: [" " * (b % 9) + line.strip()],
            5: [line.replace("“", odd).replace("”", '"')],
            6: [line.replace("**", "")],
            7: [line.replace("- ", odd)],
            8: [line[:cut], line[cut:]],
            9: [line, lines[b % len(lines)]],
            10: [line.lstrip("# ")],
        }[kind % 11]
        lines[at : at + 1] = changed
        lines = lines or [""]
    return "\n".join(lines)


STEPS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 200), st.integers(0, 500)), max_size=12)


def holds(text: str) -> None:
    scenario = parse_scenario(text)
    assert lost_lines(text, scenario) == []
    again = parse_scenario(write_scenario(scenario))
    assert replace(again, findings=()) == replace(scenario, findings=())


def test_nothing_of_our_documents_is_lost(own_documents: dict[str, str]) -> None:
    for name, text in own_documents.items():
        assert lost_lines(text, parse_scenario(text)) == [], name


def test_nothing_of_the_shared_documents_is_lost(shared_documents: dict[str, str]) -> None:
    for name, text in shared_documents.items():
        assert lost_lines(text, parse_scenario(text)) == [], name


def test_what_is_lost_is_seen() -> None:
    text = document()
    scenario = parse_scenario(text)
    poorer = replace(scenario, caller=replace(scenario.caller, facts=scenario.caller.facts[1:]))
    assert lost_lines(text, poorer) == [(23, "- Q: 换表收钱吗？"), (24, "A: 不收，材料和人工都免费。")]


def test_every_line_stands_in_the_json_form(own_documents: dict[str, str]) -> None:
    """The same rule, told without the reader's own code."""
    exempt = re.compile(r"#|-+$|\W*(结束条件|结束语|话术|首要|次要|潜在|反面|正面|不要这样说|要像这样说|学习下面)")
    mark = re.compile(r"^\W*(?:\d+\W+)?(?:(?:[QA问答]|客户问|回答|问题\d|答案)\W+)?")
    for name, text in own_documents.items():
        data = scenario_to_json(parse_scenario(text))
        data.pop("findings")
        found = re.sub(r"\W|_", "", str(data).replace("\\n", ""))
        for line in text.split("\n"):
            if line.strip() and not exempt.match(line.strip()):
                for part in re.split(r"[：:→“”「」【】\s]+|\*\*", mark.sub("", line)):
                    assert re.sub(r"\W|_", "", part) in found, (name, line)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(STEPS)
def test_a_spoiled_document_of_ours(steps: list[tuple[int, int, int]]) -> None:
    holds(change(document(), steps))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_a_spoiled_irregular_document(own_documents: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(own_documents)))
    holds(change(own_documents[name], data.draw(STEPS)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_a_spoiled_shared_document(shared_documents: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(shared_documents)))
    holds(change(shared_documents[name], data.draw(STEPS)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=400))
def test_any_text_at_all(text: str) -> None:
    parse_scenario(text)


@pytest.mark.parametrize(
    "text",
    [
        "### 分步流程和话术\n" + "".join(f"{n}. **步骤{n}**\n   - “您好。”\n" for n in range(1, 5001)),
        "### 分步流程和话术\n1. 甲\n   - 如客户拒绝：\n" + "     - “好的，再见。”\n" * 20_000,
        "### 分步流程和话术\n1. " + "“" * 300_000,
        "### 分步流程和话术\n1. 甲\n - " + "若客户拒绝，或" * 50_000,
        "### 分步流程和话术\n1. " + "甲：（" * 100_000,
        "### 角色\n" + "".join(" " * (n % 2000) + "- 甲\n" for n in range(2000)),
        "### 角色\n" + "*_" * 50_000 + "甲" + "_*" * 50_000,
        "## 电话拨打方\n### 结束条件与结束语\n" + "结束语：" * 100_000,
        "<!--" * 100_000 + "-->" * 100_000,
        "<" * 100_000 + "!--" * 100_000,
        "### 开场白\n" + "1234567890" * 50_000,
        document() * 100,
    ],
    ids=[
        "steps",
        "branch",
        "quotes",
        "clauses",
        "colons",
        "depth",
        "emphasis",
        "labels",
        "comments",
        "nested comments",
        "digits",
        "long",
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    started = time.process_time()
    parse_scenario(text)
    assert time.process_time() - started < 5


def test_looking_for_lost_lines_takes_no_longer_than_the_length() -> None:
    text = "".join(document(role=f"袁蕾{n}", task=f"约第{n}户换表") for n in range(600))
    scenario = parse_scenario(text)
    started = time.process_time()
    assert lost_lines(text, scenario) == []
    assert time.process_time() - started < 5


def test_five_thousand_steps_are_five_thousand() -> None:
    text = "### 分步流程和话术\n" + "".join(f"{n}. **步骤{n}**\n   - “您好{n}。”\n" for n in range(1, 5001))
    assert [step.number for step in parse_scenario(text).caller.steps] == list(range(1, 5001))


def test_two_halves_of_two_documents() -> None:
    caller = parse_scenario(document().split("## 电话接听方")[0] + "### 附记\n甲\n", id="caller")
    customer = parse_scenario("## 电话接听方" + document().split("## 电话接听方")[1], id="customer")
    joined = join_halves(caller, customer)
    whole = parse_scenario(document())
    assert (joined.id, joined.title) == ("caller+customer", whole.title)
    assert (joined.caller, joined.customer) == (whole.caller, whole.customer)
    assert (joined.domain, joined.persona) == (whole.domain, whole.persona)
    assert list(joined.other_sections) == ["附记"]
    assert [finding.code for finding in joined.findings] == ["unknown_section"]
