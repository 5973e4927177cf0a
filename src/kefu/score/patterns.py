"""Expressions kept as data (``lexicon/*.toml``): which kinds hold for a text, and which words of it they are."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from kefu.language.normalise import fold

__all__ = ["kinds_of", "sign_words", "signs_of"]


@lru_cache(maxsize=8192)
def kinds_of(text: str, lexicon: str) -> frozenset[str]:
    """The kinds of ``lexicon/LEXICON.toml`` that hold for ``text``."""
    folded = fold(text)
    return frozenset(kind for kind, pattern in _patterns(lexicon).items() if pattern.search(folded))


@lru_cache(maxsize=8192)
def signs_of(text: str, *names: str) -> frozenset[str]:
    """Which of the named signs hold for ``text``."""
    folded = fold(text)
    known = _patterns("signs")
    return frozenset(name for name in names if known[name].search(folded))


def sign_words(text: str, name: str) -> tuple[tuple[int, int], ...]:
    """Where in ``text`` the sign ``name`` stands, as spans."""
    return tuple(match.span() for match in _patterns("signs")[name].finditer(fold(text)))


@cache
def _patterns(lexicon: str) -> dict[str, re.Pattern[str]]:
    source = files("kefu.score").joinpath("lexicon", f"{lexicon}.toml").read_text(encoding="utf-8")
    return {name: re.compile("|".join(_apart(entry["patterns"]))) for name, entry in tomllib.loads(source).items()}


def _apart(patterns: list[str]) -> list[str]:
    """The expressions with their numbered back-references moved on, since each counts its groups from one."""
    moved: list[str] = []
    groups = 0
    for pattern in patterns:
        first = groups
        moved.append(re.sub(r"\\([1-9])", lambda found, first=first: f"\\{int(found[1]) + first}", pattern))
        groups += re.compile(re.sub(r"\\[1-9]", ".", pattern)).groups
    return moved
