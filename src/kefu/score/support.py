"""How far the document backs a claim, and which values of a turn nothing backs."""

from __future__ import annotations

from itertools import combinations

from kefu.language.values import Kind, Value, backed
from kefu.score.against import against
from kefu.score.backing import Backing
from kefu.score.context import Context
from kefu.score.transcript import Clause, Said
from kefu.score.words import Words, once_per_words

__all__ = ["is_precise", "loose_values", "near_number", "supported"]

_FEW = 5.0
_TEN_MINUTES = 600.0
_DAY = 86_400.0
_ROUND_MINUTES = 30
_MOST_NUMBERS = 24
_MOST_VALUES = 20
"""Values of one turn that are looked up; nobody takes in more, and a hostile call must end."""
_SURELY = 0.5
"""From here on the document is taken to speak of the same thing: three charges are not five."""
_SOME = frozenset("几好上数多这那哪")
_CLOSE = 0.03
"""Half a year and six months are one duration: that near counts as the same."""


def supported(backing: Backing, clause: Clause) -> float:
    """The share of a clause's wording that the sentence of the document nearest to it holds, 0 to 1."""
    return _support(backing, clause.words)


@once_per_words
def _support(backing: Backing, words: Words) -> float:
    return backing.support(words.terms, words.weight)


def loose_values(context: Context, said: Said) -> tuple[Value, ...]:
    """The values of a turn that neither the document nor the customer gave, nor follow from theirs."""
    if said.number not in context.loose:
        context.loose[said.number] = _loose_values(context, said)
    return context.loose[said.number]


def _loose_values(context: Context, said: Said) -> tuple[Value, ...]:
    doubtful = [
        value
        for value in said.values[:_MOST_VALUES]
        if not _vague(said, value)
        and not backed(value, context.backing.values)
        and (not _trivial(value) or (value.kind is not Kind.DATE and against(context, said, value) >= _SURELY))
    ]
    taken = [(value.start, value.end) for value in said.values]
    bare = [
        value
        for value in said.bare_numbers[:_MOST_VALUES]
        if value.low not in context.backing.numbers
        and not _vague(said, value)
        and not any(s < value.end and value.start < e for s, e in taken)
    ]
    if not doubtful and not bare:
        return ()
    heard = context.given_before(said)
    numbers = context.backing.numbers | {n for value in heard for n in (value.low, value.high)}
    numbers |= {v.low for turn in context.heard_before(said) for v in turn.bare_numbers}
    times = frozenset(value.low for value in said.values if value.kind is Kind.COUNT)
    loose = [value for value in doubtful if not backed(value, heard) and not _follows(value, numbers, times)]
    loose += [value for value in bare if not _follows(value, numbers, times)]
    return tuple(loose)


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


def _vague(said: Said, value: Value) -> bool:
    """Whether it only looks like a number: a few hundred, well over a thousand, these two parts (这两块)."""
    return said.folded[max(0, value.start - 1) : value.start] in _SOME


def _follows(value: Value, numbers: frozenset[float], times: frozenset[float]) -> bool:
    """Whether a number is known as another sort of value, or an amount follows from two known ones.

    ``times`` are the counts of the turn itself: two visits at a known price are no invention.
    """
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
        for a, b in combinations(sorted(numbers | times)[:_MOST_NUMBERS], 2)
    )
