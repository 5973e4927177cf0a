"""Expressions kept as data (``lexicon/*.toml``): which kinds hold for a text, and which words of it they are.

All texts are folded before they come here (marks are ，。？！ only, one script), once. What was told of
the last few thousand texts is remembered: an embedded caller says its lines again in every call.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from kefu.language.needles import Needles

__all__ = ["holds", "kinds_in", "possible_signs", "shows", "spans_in"]

_REFERENCE = re.compile(r"\\([1-9])")


@lru_cache(maxsize=4096)
def kinds_in(folded: str, lexicon: str) -> frozenset[str]:
    """The kinds of ``lexicon/LEXICON.toml`` that hold for a folded text."""
    possible = _needles(lexicon).possible(folded)
    patterns = _patterns(lexicon)
    return frozenset([kind for kind in patterns if kind in possible and patterns[kind].search(folded)])


@lru_cache(maxsize=4096)
def holds(folded: str, sign: str) -> bool:
    """Whether a sign of ``lexicon/signs.toml`` holds for a folded text."""
    return shows(folded, sign)


def shows(folded: str, sign: str) -> bool:
    """The same, for whoever remembers it with the text."""
    return _patterns("signs")[sign].search(folded) is not None


def possible_signs(folded: str) -> frozenset[str]:
    """The signs that may hold for a folded text; all others do not."""
    return _needles("signs").possible(folded)


def spans_in(folded: str, sign: str) -> tuple[tuple[int, int], ...]:
    """Where in a folded text a sign stands; the spans hold for the text itself too."""
    return tuple(match.span() for match in _patterns("signs")[sign].finditer(folded))


@cache
def _needles(lexicon: str) -> Needles:
    return Needles({name: pattern.pattern for name, pattern in _patterns(lexicon).items()})


@cache
def _patterns(lexicon: str) -> dict[str, re.Pattern[str]]:
    source = files("kefu.score").joinpath("lexicon", f"{lexicon}.toml").read_text(encoding="utf-8")
    return {name: re.compile("|".join(_apart(entry["patterns"]))) for name, entry in tomllib.loads(source).items()}


def _apart(patterns: list[str]) -> list[str]:
    """The expressions with their numbered back-references moved on, since each counts its groups from one."""
    if not any(_REFERENCE.search(pattern) for pattern in patterns):
        return patterns
    moved: list[str] = []
    groups = 0
    for pattern in patterns:
        first = groups
        moved.append(_REFERENCE.sub(lambda found, first=first: f"\\{int(found[1]) + first}", pattern))
        groups += re.compile(_REFERENCE.sub(".", pattern)).groups
    return moved
