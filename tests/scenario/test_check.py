"""Findings: what an author is told, and what is left alone."""

from __future__ import annotations

import pytest

from kefu.scenario import FINDINGS, new_scenario, parse_scenario
from kefu.scenario.model import Severity
from scenario.document import ENDING, document, read


def findings(**sections: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in read(**sections).findings]


def test_a_sound_document_has_no_findings() -> None:
    assert findings() == []


@pytest.mark.parametrize(
    ("sections", "code", "message"),
    [
        ({"steps": ""}, "no_step", "the flow has no step; number its steps 1., 2., 3. under ### 分步流程和话术"),
        (
            {"steps": "1. **核对**\n   - 先看工单", "opening": ""},
            "no_opening_and_no_utterance",
            "nothing to say: write an opening, or put what is spoken in the steps into quotes “…”",
        ),
        (
            {"steps": "1. **核对**\n   - 先看工单\n2. **道别**\n   - “再见。”"},
            "step_without_line",
            "step 1 has no line to say; add one in quotes “…”",
        ),
        (
            {"steps": "1. **问好**\n   - “您好。”\n3. **道别**\n   - “再见。”"},
            "step_number_gap",
            "step 3 follows step 1; number the steps without gaps",
        ),
        (
            {"steps": "1. **问好**\n   - “您好。”\n1. **道别**\n   - “再见。”"},
            "duplicate_step",
            "step number 1 was used already in line 14; renumber the steps",
        ),
        (
            {"steps": "1. **问好**\n   - “您好。”\n2. **问好**\n   - “再见。”"},
            "duplicate_step",
            "step 2 has the title of the step in line 14; merge them or rename one",
        ),
        (
            {"facts": "- Q: 收钱吗？\n  A: 不收。\n- Q: 收钱吗？\n  A: 免费。"},
            "duplicate_question",
            "“收钱吗？” was asked already in line 23; keep one of them",
        ),
        (
            {"ending": ENDING.replace("- 客户拒绝更换", "- 次日傍晚仍下雨")},
            "end_condition_never",
            "nothing said in the call can bring “次日傍晚仍下雨” about; name what the customer says or does",
        ),
        (
            {"opening": "“您好，田师傅，启明供水的。"},
            "unbalanced_quotes",
            "a quotation mark is missing in ““您好，田师傅，启明供水的。”; close every “ with a ”",
        ),
        (
            {"facts": "- Q: 迟到罚吗？\n  A: 违约金20元。\n- Q: 爽约呢？\n  A: 违约金30元。"},
            "contradictory_facts",
            "“违约金” is 30元 here and 20元 in line 23; keep one of them",
        ),
        (
            {"facts": "- Q: 怎么查？\n  A: 打服务热线96800-11。\n- Q: 投诉呢？\n  A: 打服务热线96800-22。"},
            "contradictory_facts",
            "“服务热线” is 9680022 here and 9680011 in line 23; keep one of them",
        ),
        (
            {"facts": "- Q: 收钱吗？\n  A: 上门费15元。", "opening": "“您好，换表上门费18元，您看行吗？”"},
            "flow_contradicts_fact",
            "“换表上门费” is 18元 here and 15元 in line 23; keep one of them",
        ),
    ],
)
def test_what_an_author_is_told(sections: dict[str, str], code: str, message: str) -> None:
    found = dict(findings(**sections))
    assert found[code] == message


@pytest.mark.parametrize(
    "facts",
    [
        "- Q: 多少钱？\n  A: 原价398元，续约价358元。\n- Q: 新装呢？\n  A: 价格420元。",
        "- Q: 几年？\n  A: 保修期1年，换过主板的保修期2年。\n- Q: 一年够吗？\n  A: 保修期1年，够用。",
        "- Q: 找谁？\n  A: 投诉电话96800-11。\n- Q: 报修呢？\n  A: 客服电话96800-22。",
    ],
)
def test_different_numbers_that_are_no_contradiction(facts: str) -> None:
    assert [code for code, _ in findings(facts=facts) if "contradict" in code] == []


def test_what_is_said_under_a_condition_may_differ() -> None:
    steps = "1. **甲**\n   - “上门费15元。”\n   - 如客户要夜间：“夜间上门费30元，上门费30元您能接受吗？”"
    assert [code for code, _ in findings(steps=steps) if "contradict" in code] == []


def test_an_unknown_section_is_noted() -> None:
    text = document().replace("### 开场白", "### 质检要点\n- 语速适中\n\n### 开场白")
    (finding,) = parse_scenario(text).findings
    assert (finding.code, finding.severity) == ("unknown_section", Severity.NOTE)
    assert text.split("\n")[finding.line - 1] == "- 语速适中"
    assert finding.message == "“质检要点” is kept but not used in calls; move what matters under a known heading"


def test_findings_stand_in_the_order_of_the_lines() -> None:
    found = read(steps="2. **甲**\n   - 看工单", facts="- Q: 收钱吗？", ending="- 来年开春下雨").findings
    assert [finding.line for finding in found] == sorted(finding.line for finding in found)


def test_every_finding_is_in_the_table() -> None:
    for code, kind in FINDINGS.items():
        assert kind.code == code
        assert kind.summary.endswith(".")


def test_the_skeleton_has_no_error_and_its_holes_are_found() -> None:
    scenario = parse_scenario(new_scenario())
    assert {finding.code for finding in scenario.findings} == {"placeholder"}
    assert len(scenario.placeholders) > 15


def test_no_shared_document_has_an_error_and_few_have_a_warning(shared_documents: dict[str, str]) -> None:
    found = [finding for text in shared_documents.values() for finding in parse_scenario(text).findings]
    assert [finding for finding in found if finding.severity is Severity.ERROR] == []
    others = [finding for finding in found if finding.code != "placeholder"]
    assert len(others) <= len(shared_documents) / 4


def test_no_document_of_ours_has_an_error(own_documents: dict[str, str]) -> None:
    for name, text in own_documents.items():
        assert [f.message for f in parse_scenario(text).findings if f.severity is Severity.ERROR] == [], name
