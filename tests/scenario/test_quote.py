"""Quotation marks of every kind, closed, open or wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.scenario.quote import balanced, quotes, unquoted


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("“甲”", ["甲"]),
        ("“甲”、“乙”", ["甲", "乙"]),
        ("「甲」乙『丙』", ["甲", "丙"]),
        ('话术："甲"', ["甲"]),
        ("“他说“行”了”", ["他说“行”了"]),
        ("“回‘好’就行”", ["回‘好’就行"]),
        ("“甲“", ["甲"]),
        ("”甲”", ["甲"]),
        ("“甲，乙", ["甲，乙"]),
        ('“甲，乙"', ["甲，乙"]),
        ("甲，乙。”", ["甲，乙。"]),
        ("‘甲’", ["甲"]),
        ("甲乙", []),
    ],
)
def test_quoted_parts(text: str, inner: list[str]) -> None:
    assert [quote.inner for quote in quotes(text)] == inner


@pytest.mark.parametrize(
    ("text", "bare"),
    [("“甲”", "甲"), ("“甲”；", "甲；"), ("“甲”“乙”", "“甲”“乙”"), ("（小声）“甲”", "（小声）“甲”"), ("“”", "“”")],
)
def test_only_quotes_around_the_whole_go(text: str, bare: str) -> None:
    assert unquoted(text) == bare


def test_balance() -> None:
    assert balanced("“甲”「乙」")
    assert not balanced("“甲")
    assert not balanced('甲"')


@given(st.text(alphabet='甲“”「」『』"‘’ ：', max_size=60))
def test_quotes_lie_side_by_side_within_the_text(text: str) -> None:
    end = 0
    for quote in quotes(text):
        assert end <= quote.start < quote.end <= len(text)
        end = quote.end
