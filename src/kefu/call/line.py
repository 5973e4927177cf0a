"""What a sentence of the caller does (greets, asks who is there, says farewell), by expressions kept as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from kefu.call.phrasing import load

__all__ = ["does", "kinds_of_closing", "kinds_of_condition", "matter", "offers"]


@cache
def _table(name: str) -> Mapping[str, re.Pattern[str]]:
    return {kind: re.compile(pattern) for kind, pattern in load("lines")[name].items()}


@lru_cache(maxsize=8192)
def does(kind: str, sentence: str) -> bool:
    """Whether ``sentence`` does what ``kind`` names (a key under ``[sentence]`` in ``phrases/lines.toml``)."""
    return _table("sentence")[kind].search(sentence) is not None


def kinds_of_closing(text: str) -> frozenset[str]:
    """What a closing of a document is for."""
    return frozenset(kind for kind, pattern in _table("closing").items() if pattern.search(text))


def kinds_of_condition(text: str) -> frozenset[str]:
    """What a condition that carries a closing is about."""
    return frozenset(kind for kind, pattern in _table("condition").items() if pattern.search(text))


def offers(text: str) -> frozenset[str]:
    """What a document shows that its caller may offer or admit to (a key under ``[register]``)."""
    return frozenset(kind for kind, pattern in _table("register").items() if pattern.search(text))


@lru_cache(maxsize=4096)
def matter(condition: str) -> str:
    """What a condition is about, beside what the customer does: 录音 of 客户不愿意录音; blank if about nothing."""
    rest = _table("behaviour")["words"].sub("", condition)
    return rest if len(rest) > 1 else ""
