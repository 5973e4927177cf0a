"""Rivals: two sentences in the same words about the same thing, with another value in its place.

Values are compared within their clauses. What is left of a clause without its
values and without the words that carry no matter says what it speaks of; where
that is next to nothing, the clause before it, or the question, says it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kefu.scenario.words import alternation, load

if TYPE_CHECKING:
    from kefu.language.values import Value

__all__ = ["Contradiction", "Sentence", "rivals"]


class Sentence(NamedTuple):
    """One text of the caller: what it says, the question that it answers, its line, and whether it is known."""

    text: str
    question: str
    line: int
    fact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One thing with two values; ``flow`` where one of them stands in the flow and the other in the knowledge base."""

    thing: str
    value: str
    line: int
    first: str
    first_line: int
    flow: bool


class _Mention(NamedTuple):
    """The values of one kind in one clause, and what the clause says beside them."""

    kind: str
    values: tuple[Value, ...]
    beside: frozenset[tuple[str, str]]
    """The values of other kinds, by kind and text: three months' price is no year's."""
    qualifiers: frozenset[str]
    matter: frozenset[str]
    """The characters of the clause that say what it speaks of."""
    around: frozenset[str]
    """The same with the clause before it, or the question, where the clause says next to nothing."""
    until: bool
    """Whether the value is an end: 到, 截止."""
    next: frozenset[str]
    """The two characters that stand next to the value on either side, where they say something."""
    bound: str
    """What stands behind the last value and makes it a bound: 前, 以上."""
    clause: str
    sentence: Sentence


class _Place(NamedTuple):
    """A clause in which a value seems to stand, and the clause before it."""

    clause: str
    before: str
    sentence: Sentence
    characters: frozenset[str]
    """Those that may say what it speaks of: its own, where it has any, or those of what leads to it."""
    short: bool


class _Words(NamedTuple):
    common: frozenset[str]
    hint: re.Pattern[str]
    clause: re.Pattern[str]
    empty: re.Pattern[str]
    qualifiers: re.Pattern[str]
    until: re.Pattern[str]
    bounds: re.Pattern[str]
    coins: re.Pattern[str]


_KINDS = frozenset(("amount", "percentage", "date", "time", "duration", "count"))
_MOST = 400
"""No document has more clauses with a value that are worth comparing."""
_LONG = 80
_ENOUGH = 2
_CLEARLY = 4
_PIECES = 2
_PAIR = 2
_ALIKE = 0.6
_WITHIN = 0.8


@cache
def _words() -> _Words:
    words = load("check.toml")["rivals"]
    kept = [word for word in words["qualifiers"] if any(empty in word for empty in words["empty"])]
    return _Words(
        common=frozenset(c for word in words["empty"] for c in word if word == c) | frozenset(words["figures"]),
        hint=re.compile("[0-9０-９]|[一二两三四五六七八九十半百千][个天年月周小分元块角毛点号日折成倍次]"),
        clause=re.compile("[，,。；;！!？?：:、\n“”（）()—]+"),
        empty=re.compile(f"(?P<kept>{alternation(kept)})|{alternation(words['empty'])}"),
        qualifiers=re.compile(f"第[0-9一二三四五六七八九十]{{1,3}}|{alternation(words['qualifiers'])}"),
        until=re.compile(f"(?:{alternation(words['until'])})$"),
        bounds=re.compile(alternation(words["bounds"])),
        coins=re.compile(
            "(?<![0-9.元块])([0-9]{1,2}|[一二两三四五六七八九])(?:角|毛)(?!度|落|色|病|线|衣|巾|孩)(?:钱)?"
        ),
    )


def rivals(sentences: Iterable[Sentence]) -> Iterator[Contradiction]:
    """Where a sentence gives another value than a sentence before it gives for the same thing."""
    mentions: defaultdict[str, list[_Mention]] = defaultdict(list)
    places = [place for sentence in sentences for place in _places(sentence)][:_MOST]
    for place in places:
        if _meets_another(place, places):
            for mention in _of_clause(place.clause, place.before, place.sentence):
                mentions[mention.kind].append(mention)
    for found in mentions.values():
        yield from _unlike(found)


def _unlike(found: list[_Mention]) -> Iterator[Contradiction]:
    for at, later in enumerate(found):
        near = [first for first in found[:at] if _of_one_thing(first, later)]
        if not near or any(_agree(first, later) for first in near):
            continue
        first = near[0]
        pair = next(((a, b) for a, b in zip(first.values, later.values, strict=True) if not _same(a, b)), None)
        if pair is not None:
            yield Contradiction(
                thing=later.clause,
                value=pair[1].text,
                line=later.sentence.line,
                first=pair[0].text,
                first_line=first.sentence.line,
                flow=first.sentence.fact != later.sentence.fact,
            )


def _of_one_thing(first: _Mention, later: _Mention) -> bool:
    """Whether two mentions are made of the same thing, in as many values and under the same qualifiers."""
    if (
        first.sentence is later.sentence
        or len(first.values) != len(later.values)
        or first.qualifiers != later.qualifiers
        or first.bound != later.bound
        or _measured_otherwise(first, later)
    ):
        return False
    if first.kind == "count" and any(a.key != b.key for a, b in zip(first.values, later.values, strict=True)):
        return False
    if len(first.matter) >= _ENOUGH and len(later.matter) >= _ENOUGH:
        return _alike(first, later)
    short, other = (first, later) if len(first.matter) <= len(later.matter) else (later, first)
    shared = short.around & other.around
    if not short.matter <= shared or not shared:
        return False
    own = short.matter | other.matter
    if own and own <= shared and (len(shared) > _ENOUGH or (first.until and later.until)):
        return True
    return len(shared) >= _CLEARLY and len(shared) >= _WITHIN * len(short.around)


def _measured_otherwise(first: _Mention, later: _Mention) -> bool:
    """Whether the values beside are others, or one of the two is only reckoned with a share."""
    if first.beside and later.beside:
        return first.beside != later.beside
    return any(kind == "percentage" for kind, _ in first.beside | later.beside)


def _alike(first: _Mention, later: _Mention) -> bool:
    """Whether two clauses say the same beside their values: most of both, or nearly all of the shorter one."""
    shared = len(first.matter & later.matter)
    least, union = min(len(first.matter), len(later.matter)), len(first.matter | later.matter)
    if shared >= _ENOUGH and shared >= _WITHIN * least and (shared >= _ALIKE * union or shared >= _CLEARLY):
        return True
    return bool(first.next & later.next) and shared >= _CLEARLY and shared >= _ALIKE * least and 2 * shared >= union


def _agree(first: _Mention, later: _Mention) -> bool:
    """Whether two mentions give the same values, or a sentence gives the other's as well and so explains them."""
    if all(_same(a, b) for a, b in zip(first.values, later.values, strict=True)):
        return True
    return any(value.text in later.sentence.text for value in first.values) or any(
        value.text in first.sentence.text for value in later.values
    )


def _same(a: Value, b: Value) -> bool:
    from kefu.language.values import same

    return same(a, b)


def _places(sentence: Sentence) -> Iterator[_Place]:
    """The clauses of a sentence in which a value seems to stand."""
    words = _words()
    if words.hint.search(sentence.text) is None:
        return
    before = ""
    for clause in words.clause.split(sentence.text):
        if len(clause) <= _LONG and words.hint.search(clause) is not None:
            characters = frozenset(clause) - words.common
            short = len(characters) < _ENOUGH
            if short:
                characters |= frozenset(before + sentence.question) - words.common
            yield _Place(clause, before, sentence, characters, short)
        before = clause


def _meets_another(place: _Place, places: list[_Place]) -> bool:
    """Whether a clause has enough in common with another one; most have not, and their values need not be read."""
    mine, sentence = place.characters, place.sentence
    for other in places:
        shared = len(mine & other.characters)
        if shared and other.sentence is not sentence:
            if place.short or other.short:
                return True
            if shared >= _ENOUGH and 2 * shared >= min(len(mine), len(other.characters)):
                return True
    return False


def _of_clause(clause: str, before: str, sentence: Sentence) -> Iterator[_Mention]:
    values = _values(clause)
    values = [value for value in values if not _is_no_value(value, clause)]
    of_kind: defaultdict[str, list[Value]] = defaultdict(list)
    for value in values:
        of_kind[value.kind.value].append(value)
    if not _KINDS.intersection(of_kind):
        return
    words = _words()
    rest = clause
    for value in reversed(values):
        rest = f"{rest[: value.start]} {rest[value.end :]}"
    matter = _matter(rest)
    around = matter
    if len(matter) < _ENOUGH:
        around |= _matter(_without_values(before))
        around |= _matter(_without_values(sentence.question)) if len(around) < _ENOUGH else frozenset()
    for kind, some in of_kind.items():
        if kind in _KINDS:
            yield _Mention(
                kind=kind,
                values=tuple(some),
                beside=frozenset((v.kind.value, v.text) for v in values if v.kind.value != kind),
                qualifiers=frozenset(words.qualifiers.findall(_bare(rest))),
                matter=matter,
                around=around,
                until=words.until.search(clause[: some[0].start]) is not None,
                next=_next_to(clause, some),
                bound=found[0] if (found := words.bounds.match(clause, some[-1].end)) else "",
                clause=clause.strip(),
                sentence=sentence,
            )


def _is_no_value(value: Value, clause: str) -> bool:
    """Whether what looks like a day is a house, 12号 behind a road, or what looks like money are pieces: 两块."""
    if value.kind.value == "date":
        return clause[max(0, value.start - 1) : value.start] in tuple("路街道巷弄里园村栋")
    return len(value.text) == _PIECES and value.text.endswith("块") and not value.text[0].isdecimal()


def _next_to(clause: str, values: list[Value]) -> frozenset[str]:
    before = _bare(clause[: values[0].start])[-_PAIR:]
    behind = _bare(clause[values[-1].end :])[:_PAIR]
    return frozenset(side + part for side, part in (("<", before), (">", behind)) if len(part) == _PAIR)


def _matter(text: str) -> frozenset[str]:
    """The characters of a text that say what it speaks of."""
    return frozenset(c for c in _bare(text) if c.isalpha())


def _bare(text: str) -> str:
    """A text without its empty words; 会 is one, and 会员 holds none."""
    return _words().empty.sub(lambda found: found["kept"] or "", text)


def _without_values(text: str) -> str:
    for value in reversed(_values(text)):
        text = f"{text[: value.start]} {text[value.end :]}"
    return text


def _values(clause: str) -> list[Value]:
    from kefu.language.number import number
    from kefu.language.values import Kind, Value, read_values

    coins = [
        Value(kind=Kind.AMOUNT, text=c[0], start=c.start(), end=c.end(), low=yuan / 10, high=yuan / 10)
        for c in _words().coins.finditer(clause)
        if (yuan := number(c[1])) is not None
    ]
    if not coins:
        return list(read_values(clause))
    others = [v for v in read_values(clause) if all(v.end <= c.start or v.start >= c.end for c in coins)]
    return sorted([*others, *coins], key=lambda value: value.start)
