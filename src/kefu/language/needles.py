"""Which expressions may hold for a text at all: one pass for the literals that their matches cannot do without.

An expression like ``(?:查|核)(?:完|清)?才`` matches nothing that holds no ``才``. Such literals are
read off the expressions and looked for all at once; only those whose literal is there are then
searched for. An expression of which none can be read off is always searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, cast

__all__ = ["Needles", "needles_of"]

_QUANTIFIER = re.compile(r"(?:[?*+]|\{(?P<least>\d*)(?:,\d*)?\})[?+]?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_OPENING = re.compile(r"\((?:\?(?:(?P<inner>:|P<\w+>)|(?P<around><?[=!])))?")
_LITERAL_ESCAPE = re.compile(r"\\[^0-9A-Za-z]")
_OTHER_ESCAPE = re.compile(r"\\[0-9dDsSwWbBAZ]")

Choice = frozenset[str] | None
"""Literals of which every match holds one; ``None`` where none is known."""


class _Automaton(Protocol):
    """What is used of ``ahocorasick.Automaton``, which has no type information."""

    def add_word(self, key: str, value: object) -> bool: ...
    def make_automaton(self) -> None: ...
    def iter(self, string: str) -> Iterable[tuple[int, frozenset[str]]]: ...


class Needles:
    """The names of expressions by the literals that they need."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        import ahocorasick  # a C extension: loaded when the first text is read

        found = {name: needles_of(pattern) for name, pattern in patterns.items()}
        self._always = frozenset([name for name, needles in found.items() if not needles])
        named: dict[str, set[str]] = {}
        for name, needles in found.items():
            for needle in needles or ():
                named.setdefault(needle, set()).add(name)
        self._automaton = cast(_Automaton, ahocorasick.Automaton())  # pyright: ignore[reportUnknownMemberType]
        for needle, names in named.items():
            self._automaton.add_word(needle, frozenset(names))
        self._automaton.make_automaton()
        self._any = bool(named)

    def possible(self, text: str) -> frozenset[str]:
        """The expressions that may hold for ``text``; all others do not."""
        if not self._any:
            return self._always
        return self._always.union(*[names for _end, names in self._automaton.iter(text)])


def needles_of(pattern: str) -> Choice:
    """Literals of which every match of ``pattern`` holds one; ``None`` where none can be told."""
    try:
        needles, end = _choices(pattern, 0)
    except _UnknownSyntax:
        return None
    return needles if end == len(pattern) else None


class _UnknownSyntax(Exception):
    """An expression of a kind that is not read."""


def _choices(pattern: str, at: int) -> tuple[Choice, int]:
    """What alternatives need: something of each."""
    found: set[str] = set()
    known = True
    while True:
        needles, at = _sequence(pattern, at)
        known = known and needles is not None
        found.update(needles or ())
        if at >= len(pattern) or pattern[at] != "|":
            return (frozenset(found) if known else None), at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[Choice, int]:
    """What a sequence needs: the most telling of what its parts do."""
    found: list[frozenset[str]] = []
    run = ""
    while at < len(pattern) and pattern[at] not in "|)":
        literal, needles, at = _part(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, at)
        needed = quantifier is None or quantifier[0][0] == "+" or int(quantifier["least"] or 0) > 0
        if quantifier is not None:
            at = quantifier.end()
        if literal and needed:
            run += literal
        if not literal or quantifier is not None:
            found += [frozenset([run])] if run else []
            run = ""
        if needles and needed:
            found.append(needles)
    found += [frozenset([run])] if run else []
    return max(found, key=lambda needles: (min(map(len, needles)), -len(needles)), default=None), at


def _part(pattern: str, at: int) -> tuple[str, Choice, int]:
    """One part of a sequence: the character that it is or else what it needs, and where it ends."""
    sign = pattern[at]
    if sign == "(":
        opening = _OPENING.match(pattern, at)
        if opening is None or (opening.end() == at + 1 and pattern.startswith("(?", at)):
            raise _UnknownSyntax
        needles, end = _choices(pattern, opening.end())
        if not pattern.startswith(")", end):
            raise _UnknownSyntax
        return "", None if opening["around"] else needles, end + 1
    if sign == "[":
        found = _CLASS.match(pattern, at)
    elif sign == "\\":
        if _LITERAL_ESCAPE.match(pattern, at):
            return pattern[at + 1], None, at + 2
        found = _OTHER_ESCAPE.match(pattern, at)
    elif sign in ".^$":
        return "", None, at + 1
    else:
        return sign, None, at + 1
    if found is None:
        raise _UnknownSyntax
    return "", None, found.end()
