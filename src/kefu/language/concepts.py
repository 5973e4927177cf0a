"""What a text is about, whatever words it uses: mentions of the concepts of service talk.

A concept gathers the formal words of documents and the colloquial ones of callers
(退款, 退钱, 钱拿回来). The data stands in ``lexicon/concepts-*.toml``, one file per
theme; a table per concept with ``zh`` (gloss), ``words``, ``patterns``, ``within`` (the
concept it is a kind of: whoever speaks of the one speaks of the other), ``broader`` (near
concepts) and ``generic`` (says how a thing is asked, not what).

All words go into one automaton. A word inside a longer one does not count (要钱 in
不要钱), words that overlap do; ``lexicon/neutral.toml`` lists longer words that name
no concept (退 in 退步). Patterns are kept finite, so reading stays linear:
``(a|b)`` alternatives, ``x?`` and ``(x)?`` options, ``\\d`` a digit, and once ``…``,
a gap of up to eight characters of the same clause. A part of a pattern counts inside a
longer word too, unless it is a single character that opens it. Everything in the data is written
as ``fold`` writes it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType
from typing import Protocol, cast

from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.language.normalise import fold
from kefu.language.runs import SHORT

__all__ = [
    "Concept",
    "Mention",
    "concepts",
    "concepts_in",
    "concepts_in_folded",
    "content_hash",
    "expand_pattern",
    "mentions_in",
    "with_broader",
]

_NEUTRAL = "neutral.toml"
_GAP = "…"
_LONGEST_GAP = 8
_LONGEST_PART = 12
_CLAUSE_ENDS = frozenset("，。？！；,.?!;\n")
_CLAUSE_END = re.compile("[，。？！；,.?!;\n]+")
_DIGITS = "0123456789一二两三四五六七八九十几半"
_MOST_EXPANSIONS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One entry of the lexicon."""

    id: str
    zh: str
    theme: str
    words: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    within: str | None = None
    broader: tuple[str, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where a concept is spoken of: ``words`` are ``text[start:end]``."""

    concept: str
    start: int
    end: int
    words: str


class _Automaton(Protocol):
    """What is used of ``ahocorasick.Automaton``, which has no type information."""

    def add_word(self, key: str, value: object) -> bool: ...
    def make_automaton(self) -> None: ...
    def iter(self, string: str) -> Iterable[tuple[int, _Entry]]: ...


_Patterns = frozenset[int] | tuple[()]
_Entry = tuple[int, tuple[str, ...], _Patterns, _Patterns, bool]
"""What follows from one literal, as a plain tuple, which the collector of garbage need not look at again.

Its length; the concepts that it names; the patterns with a gap, known by their number, that it may begin, and those
that it may end; whether it is listed as a word, not only a part of patterns: words inside it do not count.
"""


def concepts_in(text: str) -> dict[str, int]:
    """How often each concept is spoken of in ``text``, in the order of the lexicon's finds."""
    return dict(_counted(fold(text)))


def concepts_in_folded(folded: str) -> Mapping[str, int]:
    """The same of a text that is folded already; not to be changed."""
    return _counted(folded)


@lru_cache(maxsize=1024)
def _counted(folded: str) -> Mapping[str, int]:
    # what a call says is asked for its concepts by several hands: matching, scoring, the outcome
    found: dict[str, int] = {}
    for clause in reversed(_CLAUSE_END.split(folded)):
        for concept in _in_clause(clause) if len(clause) <= SHORT else _found_in(clause):
            found[concept] = found.get(concept, 0) + 1
    return found


@lru_cache(maxsize=4096)
def _in_clause(clause: str) -> tuple[str, ...]:
    # no literal holds the end of a clause and no gap reaches beyond one; and clauses come again where turns do not
    return _found_in(clause)


def _found_in(clause: str) -> tuple[str, ...]:
    return tuple([concept for concept, _start, _end in _spans(clause)])


def mentions_in(text: str) -> tuple[Mention, ...]:
    """Every mention of a concept in ``text``, by where it starts."""
    spans = sorted(_spans(fold(text)), key=lambda span: (span[1], -span[2], span[0]))
    return tuple(Mention(concept=concept, start=at, end=end, words=text[at:end]) for concept, at, end in spans)


def with_broader(found: Mapping[str, float], *, share: float = 0.5) -> dict[str, float]:
    """``found`` with the broader concepts of each at ``share`` of its weight; the stronger of two weights holds."""
    known = concepts()
    weights: dict[str, float] = dict(found)
    for concept, weight in found.items():
        for near in known[concept].broader if concept in known else ():
            weights[near] = max(weights.get(near, 0.0), weight * share)
    return weights


def _spans(folded: str) -> list[tuple[str, int, int]]:
    automaton, concepts_of_pattern = _automaton()
    matches = list(automaton.iter(folded))
    # Matches come by their end, at one end the longest first; a reversed sort is stable and keeps that.
    matches.sort(key=itemgetter(0), reverse=True)
    leftmost = len(folded)
    found: list[tuple[str, int, int]] = []
    closing: list[tuple[int, int, _Patterns]] = []
    closed: set[int] = set()
    for last, (length, concepts, opens, closes, is_word) in matches:
        end = last + 1
        start = end - length
        outermost = start < leftmost  # otherwise it lies inside a word already taken, for it ends no later
        if outermost:
            if concepts:
                found += [(concept, start, end) for concept in concepts]
            if is_word:
                leftmost = start
        if closed and not closed.isdisjoint(opens) and (outermost or length > 1):
            for pattern, until in _closed(folded, end, opens, closing):
                found += [(concept, start, until) for concept in concepts_of_pattern[pattern]]
        if closes:
            closing.append((start, end, closes))
            closed |= closes
    return found


def _closed(
    folded: str, end: int, opens: _Patterns, closing: list[tuple[int, int, _Patterns]]
) -> Iterator[tuple[int, int]]:
    """The patterns open at ``end`` that something near behind it closes, each with the nearest end."""
    left = frozenset(opens)
    for start, until, closes in reversed(closing):
        if until > end + _LONGEST_GAP + _LONGEST_PART:
            return
        if end <= start <= end + _LONGEST_GAP and not left.isdisjoint(closes):
            if not _CLAUSE_ENDS.isdisjoint(folded[end:start]):
                return
            for pattern in left.intersection(closes):
                yield pattern, until
            left = left.difference(closes)


@cache
def concepts() -> Mapping[str, Concept]:
    """The lexicon by concept id."""
    found: dict[str, Concept] = {}
    for name, source in _sources():
        data = tomllib.loads(source.decode("utf-8"))
        theme: str = data.pop("theme")
        for key, entry in data.items():
            if key in found:
                raise InputError(_("concept {id} is defined twice").format(id=key), where=name, hint=_("merge the two"))
            found[key] = Concept(
                id=key,
                zh=entry["zh"],
                theme=theme,
                words=tuple(entry["words"]),
                patterns=tuple(entry.get("patterns", ())),
                within=entry.get("within"),
                broader=tuple(entry.get("broader", ())),
                generic=entry.get("generic", False),
            )
    return MappingProxyType(found)


@cache
def content_hash() -> str:
    """A hash of the lexicon as it stands; two results are comparable when it is the same."""
    return sha256(b"\0".join([*(source for _name, source in _sources()), _neutral_source()])).hexdigest()


@cache
def _sources() -> tuple[tuple[str, bytes], ...]:
    folder = files("kefu.language").joinpath("lexicon")
    names = sorted(item.name for item in folder.iterdir() if item.name.startswith("concepts-"))
    return tuple((name, folder.joinpath(name).read_bytes()) for name in names)


def _neutral_source() -> bytes:
    return files("kefu.language").joinpath("lexicon", _NEUTRAL).read_bytes()


@cache
def _automaton() -> tuple[_Automaton, tuple[tuple[str, ...], ...]]:
    """The automaton of all literals, and the concepts of each pattern with a gap."""
    import ahocorasick  # a C extension: loaded when the first text is read

    named: dict[str, list[str]] = {word: [] for word in tomllib.loads(_neutral_source().decode("utf-8"))["words"]}
    opens: dict[str, list[int]] = {}
    closes: dict[str, list[int]] = {}
    concepts_of_pattern: list[tuple[str, ...]] = []
    for concept in concepts().values():
        kinds = tuple(_kinds(concept))
        for word in concept.words:
            named.setdefault(word, []).extend(kinds)
        for pattern in concept.patterns:
            before, gap, after = pattern.partition(_GAP)
            for literal in expand_pattern(before):
                if gap:
                    opens.setdefault(literal, []).append(len(concepts_of_pattern))
                else:
                    named.setdefault(literal, []).extend(kinds)
            if gap:
                for literal in expand_pattern(after):
                    closes.setdefault(literal, []).append(len(concepts_of_pattern))
                concepts_of_pattern.append(kinds)
    automaton = cast(_Automaton, ahocorasick.Automaton())  # pyright: ignore[reportUnknownMemberType]
    for literal in named.keys() | opens.keys() | closes.keys():
        automaton.add_word(
            literal,
            (
                len(literal),
                tuple(dict.fromkeys(named.get(literal, ()))),
                frozenset(opens[literal]) if literal in opens else (),
                frozenset(closes[literal]) if literal in closes else (),
                literal in named,
            ),
        )
    automaton.make_automaton()
    return automaton, tuple(concepts_of_pattern)


def _kinds(concept: Concept) -> Iterator[str]:
    """``concept`` and what it is a kind of, and so on."""
    yield concept.id
    if concept.within is not None:
        yield from _kinds(concepts()[concept.within])


def expand_pattern(pattern: str) -> tuple[str, ...]:
    """Every literal that one side of ``pattern`` stands for."""
    expanded = [""]
    at = 0
    while at < len(pattern):
        choices, at = _choices(pattern, at)
        expanded = [prefix + choice for prefix in expanded for choice in choices]
        if len(expanded) > _MOST_EXPANSIONS:
            raise InputError(
                _("pattern {pattern} stands for more than {most} expressions").format(
                    pattern=pattern, most=_MOST_EXPANSIONS
                ),
                hint=_("split it"),
            )
    return tuple(dict.fromkeys(expanded))


def _choices(pattern: str, at: int) -> tuple[list[str], int]:
    """What may stand at ``at``, and where the pattern goes on."""
    if pattern[at] == "(":
        close = pattern.find(")", at)
        if close < 0:
            raise InputError(_("pattern {pattern} has an open bracket").format(pattern=pattern), hint=_("close it"))
        choices, at = pattern[at + 1 : close].split("|"), close + 1
    elif pattern.startswith("\\d", at):
        choices, at = list(_DIGITS), at + 2
    else:
        choices, at = [pattern[at]], at + 1
    if pattern.startswith("?", at):
        return [*choices, ""], at + 1
    return choices, at
