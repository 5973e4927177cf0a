"""Evidence is shown where it stands, and nothing of a turn is lost or shown twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kefu.bench.marking import Mark, Weight, marks_of, segments


def mark(quote: str, weight: Weight = Weight.STEP, code: str = "met") -> Mark:
    return Mark(quote=quote, weight=weight, code=code)


def test_a_quote_is_cut_out_of_its_turn() -> None:
    parts = segments("您好，这里是松溪物业。", [mark("松溪物业")])
    assert [(part.text, bool(part.marks)) for part in parts] == [
        ("您好，这里是", False),
        ("松溪物业", True),
        ("。", False),
    ]


def test_where_marks_overlap_the_heavier_comes_first() -> None:
    parts = segments("一定明天退款", [mark("一定明天"), mark("明天退款", Weight.VIOLATION, "over_promise")])
    assert [(part.text, [m.code for m in part.marks]) for part in parts] == [
        ("一定", ["met"]),
        ("明天", ["over_promise", "met"]),
        ("退款", ["over_promise"]),
    ]


def test_a_quote_that_was_not_said_marks_nothing() -> None:
    assert [(part.text, part.marks) for part in segments("好的。", [mark("再见")])] == [("好的。", ())]


@given(st.text("甲乙丙丁", max_size=12), st.lists(st.text("甲乙丙丁", min_size=1, max_size=4), max_size=6))
def test_the_segments_are_the_text(text: str, quotes: list[str]) -> None:
    parts = segments(text, [mark(quote) for quote in quotes])
    assert "".join(part.text for part in parts) == text
    for quote in quotes:
        covered = "".join(part.text for part in parts if mark(quote) in part.marks)
        assert covered == (quote if quote in text else "")


def test_every_kind_of_evidence_of_a_card_is_found() -> None:
    card = {
        "steps": [
            {"number": 1, "status": "met", "turns": [0, 2], "quote": "您好"},
            {"number": 2, "status": "missed", "turns": [], "quote": ""},
        ],
        "dimensions": [{"name": "empathy", "evidence": [{"turn": 2, "quote": "抱歉"}]}],
        "violations": [{"rule": "monologue", "turn": 4, "quote": "……"}],
        "outcome": {
            "problems": [{"turn": 1, "quote": "漏水", "what": "漏水"}],
            "requests": [],
            "promises": [],
        },
    }
    marks = marks_of(card)
    assert {turn: [(m.weight, m.code) for m in entries] for turn, entries in marks.items()} == {
        0: [(Weight.STEP, "met")],
        1: [(Weight.OUTCOME, "problems")],
        2: [(Weight.STEP, "met"), (Weight.DIMENSION, "empathy")],
        4: [(Weight.VIOLATION, "monologue")],
    }
