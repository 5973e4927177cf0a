"""The report: one page that needs nothing else, escapes every foreign word, and shows evidence in its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bench.reported import Page
from kefu.bench.report import Entry, build_report
from kefu.bench.words import NAMES, name
from kefu.call.call import Call, EndedBy, Ending
from kefu.call.turn import Speaker, Turn
from kefu.i18n import CHINESE, translations
from kefu.scenario.model import Caller, Domain, Scenario, Step

HOSTILE = '<script>alert("x")</script><img src=http://evil/>'


def entry(total: float | None = 0.72, said: str = "您好，这里是松溪物业。", **changes: Any) -> Entry:
    card: Mapping[str, Any] = {
        "totals": {"task_flow": total, "interaction": total, "total": total, "uncapped": total},
        "steps": [
            {"number": 1, "status": "met", "weight": 1.0, "turns": [0], "quote": "松溪物业", "reason": ""},
            {"number": 2, "status": "missed", "weight": 1.0, "turns": [], "quote": "", "reason": "没有问停水影响"},
        ],
        "dimensions": [{"name": "empathy", "score": 0.4, "reason": "没有致歉", "evidence": []}],
        "violations": [{"rule": "over_promise", "turn": 2, "quote": "一定", "severity": "major"}],
        "outcome": {"result": "partly", "problems": [{"turn": 1, "quote": "停水", "what": "停水"}]},
        "fidelity": {"valid": True, "problems": []},
        "attribution": "caller",
        "unscored": [],
        "versions": {},
    }
    turns = (
        Turn(speaker=Speaker.CALLER, text=said),
        Turn(speaker=Speaker.CUSTOMER, text="又停水？"),
        Turn(speaker=Speaker.CALLER, text="今晚一定修好。"),
    )
    steps = (Step(number=1, title="表明身份"), Step(number=2, title="问影响"))
    return Entry(
        scenario=Scenario(id="water", title="通知停水", domain=Domain.CARE, caller=Caller(steps=steps)),
        call=Call(scenario="water", turns=turns, ending=Ending(by=EndedBy.CUSTOMER, reason="done")),
        card={**card, **changes},
    )


def test_the_page_needs_nothing_else() -> None:
    text = build_report([entry()])
    page = Page(text)
    assert not {tag for tag, _attributes in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    targets = [
        value for _tag, attributes in page.tags for value in (attributes.get("href"), attributes.get("src")) if value
    ]
    assert targets
    assert all(target.startswith("#") for target in targets)
    assert not re.search(r"url\(|@import|https?:", text)


def test_every_link_has_a_target() -> None:
    page = Page(build_report([entry(), entry()]))
    anchors = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert len(anchors) == len(set(anchors))
    for _tag, attributes in page.tags:
        if attributes.get("href"):
            assert str(attributes["href"])[1:] in anchors


def test_foreign_words_are_escaped() -> None:
    hostile = entry(said=HOSTILE, violations=[{"rule": HOSTILE, "turn": 0, "quote": HOSTILE, "severity": HOSTILE}])
    page = Page(build_report([hostile]))
    assert not {tag for tag, _attributes in page.tags} & {"script", "img"}
    assert HOSTILE in page.words


def test_evidence_is_marked_in_its_turn() -> None:
    text = build_report([entry()])
    assert re.search(r'<mark class="m2 met" title="步骤 1：完成">松溪物业</mark>', text)
    assert re.search(r'今晚<mark class="m4" title="过度承诺">一定</mark>修好。', text)
    assert re.search(r'又<mark class="m1" title="反映的问题">停水</mark>？', text)


def test_the_verdict_comes_first_with_its_n() -> None:
    words = " ".join(Page(build_report([entry(0.95), entry(None)], language="en")).words.split())
    assert words.index("The calls went very well.") < words.index("All calls")
    assert "1 calls scored, 1 unscored" in words


@pytest.mark.parametrize(
    ("total", "sentence"),
    [
        (0.9, "very well"),
        (0.8, "went well,"),
        (0.7, "clear weaknesses"),
        (0.2, "fell short"),
        (None, "No call could be"),
    ],
)
def test_the_sentence_follows_the_mean(total: float | None, sentence: str) -> None:
    assert sentence in Page(build_report([entry(total)], language="en")).words


def test_a_capped_total_says_so() -> None:
    totals = {"task_flow": 0.9, "interaction": 0.8, "total": 0.4, "uncapped": 0.86}
    assert "without it 0.86" in Page(build_report([entry(totals=totals)], language="en")).words


def test_it_is_chinese_unless_told_otherwise() -> None:
    chinese, english = build_report([entry()]), build_report([entry()], language="en")
    assert '<html lang="zh-CN">' in chinese
    assert "通话评测报告" in chinese
    assert '<html lang="en">' in english
    assert not re.search("流程|违规|步骤", english)


def test_the_same_calls_make_the_same_page() -> None:
    at = datetime(2026, 3, 1, 9, 5)
    assert build_report([entry()], made_at=at) == build_report([entry()], made_at=at)
    assert "2026-03-01 09:05" in build_report([entry()], made_at=at)


def test_an_empty_report_is_a_page_too() -> None:
    assert "No call could be scored." in Page(build_report([], language="en")).words


def test_every_code_of_a_card_has_a_name() -> None:
    verdict = pytest.importorskip("kefu.score.verdict")
    for kind, codes in (
        ("status", verdict.StepStatus), ("dimension", verdict.Dimension), ("rule", verdict.Rule),
        ("severity", verdict.Severity), ("attribution", verdict.Attribution), ("ended_by", EndedBy), ("domain", Domain),
    ):  # fmt: skip
        assert set(NAMES[kind]) == {code.value for code in codes}


def test_the_chinese_names_are_those_of_the_reference(root: Path) -> None:
    checks = tomllib.loads((root / "src" / "kefu" / "score" / "checks.toml").read_text(encoding="utf-8"))
    for kind in ("rule", "dimension"):
        for code in NAMES[kind]:
            assert name(kind, code, translations(CHINESE).gettext) == checks[code]["zh"]
