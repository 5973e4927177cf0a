"""How far the document backs a claim, and which values of a turn nothing backs."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import combinations

from kefu.language.normalise import fold
from kefu.language.number import number
from kefu.language.values import Kind, Value, backed
from kefu.score.backing import Backing
from kefu.score.context import Context
from kefu.score.terms import covered, terms_of
from kefu.score.transcript import Said

__all__ = ["bare_numbers", "is_precise", "loose_values", "near_number", "supported"]

_FEW = 5.0
_TEN_MINUTES = 600.0
_DAY = 86_400.0
_ROUND_MINUTES = 30
_MOST_NUMBERS = 40
_CLOSE = 0.03
"""Half a year and six months are one duration: that near counts as the same."""
_BARE = re.compile(
    r"(?<![0-9a-z.\-第零一二两三四五六七八九十百千万])"
    r"(?:[一二两三四五六七八九][百千万][零一二三四五六七八九十百千万]*|[一二三四五六七八九]?十[一二三四五六七八九]?万[零一二三四五六七八九千百]*"
    r"|[1-9][0-9]{2,6}(?:\.[0-9]+)?|[1-9][0-9]{0,3}(?:\.[0-9]+)?万)"
    r"(?![0-9零一二三四五六七八九十百千万.:\-年月日号点时分秒天周位楼层室栋路街弄个次人家件张份道题克米吨瓦度兆%a-z])"
)


def supported(backing: Backing, text: str) -> float:
    """The share of a claim's wording that the sentence of the document nearest to it holds, 0 to 1."""
    terms = terms_of(text)
    if not terms & backing.terms:
        return 0.0
    return max((covered(terms, sentence) for sentence in backing.sentences), default=0.0)


def loose_values(context: Context, said: Said) -> tuple[Value, ...]:
    """The values of a turn that neither the document nor the customer gave, nor follow from theirs."""
    heard = context.heard_before(said)
    backing = context.backing
    numbers = backing.numbers | {n for value in heard for n in (value.low, value.high)}
    taken = [(value.start, value.end) for value in said.values]
    bare = [v for v in bare_numbers(said.read) if not any(s < v.end and v.start < e for s, e in taken)]
    loose = [
        value
        for value in said.values
        if not _trivial(value) and not backed(value, backing.values) and not backed(value, heard)
        and not _follows(value, numbers)
    ]  # fmt: skip
    heard_text = "".join(turn.read for turn in context.transcript.customer if turn.number < said.number)
    known = {value.low for value in bare_numbers(heard_text)} | {value.low for value in bare_numbers(backing.text)}
    loose += [value for value in bare if value.low not in known and not _follows(value, numbers | known)]
    return tuple(loose)


def bare_numbers(text: str) -> tuple[Value, ...]:
    """Numbers of a hundred and more that stand without a unit, as money is often named (最多三百, 一共九万二)."""
    found: list[Value] = []
    for match in _BARE.finditer(fold(text)):
        amount = number(match[0])
        if amount is not None and amount >= 100:
            found.append(
                Value(kind=Kind.AMOUNT, text=text[match.start() : match.end()], start=match.start(), end=match.end(),
                      low=amount, high=amount)
            )  # fmt: skip
    return tuple(found)


def near_number(backing: Backing, value: Value) -> bool:
    """Whether the document holds the same number as another sort of value."""
    return value.low in backing.numbers or value.high in backing.numbers


def is_precise(value: Value) -> bool:
    """Whether a time of day is given to the minute, as only somebody does who has looked it up."""
    return value.low % _ROUND_MINUTES != 0


def _trivial(value: Value) -> bool:
    """What anybody may say without a source: a couple of minutes, one more time, a day, today."""
    if value.kind is Kind.COUNT:
        return value.high <= _FEW
    if value.kind is Kind.DURATION:
        return value.high <= _TEN_MINUTES or (value.low == value.high == _DAY)
    if value.kind is Kind.DATE:
        return not any(c.isdigit() for c in value.key)
    return False


def _follows(value: Value, numbers: Collection[float]) -> bool:
    """Whether a number is known as another sort of value, or an amount is a sum, difference or product of known ones."""
    if value.kind is Kind.CODE and value.key.isdigit():
        return float(value.key[:15]) in numbers
    if value.kind is Kind.DURATION:
        return any(abs(n - value.low) <= _CLOSE * value.low for n in numbers)
    if value.kind not in (Kind.AMOUNT, Kind.COUNT):
        return False
    if value.low in numbers:
        return True
    if value.kind is Kind.COUNT:
        return False
    goal, slack = value.low, max(0.011, abs(value.low) * 1e-4)
    return any(
        abs(a + b - goal) < slack or abs(b - a - goal) < slack or (a > 1 and b > 1 and abs(a * b - goal) < slack)
        for a, b in combinations(sorted(numbers)[:_MOST_NUMBERS], 2)
    )
