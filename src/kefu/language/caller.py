"""What a caller's line asks of the customer, by expressions kept as data."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["caller_line_kinds"]


@lru_cache(maxsize=1024)
def caller_line_kinds(text: str) -> tuple[str, ...]:
    """The kinds of ``lexicon/caller.toml`` that hold for a caller's line, sorted; ``("none",)`` without one.

    Only the last 200 characters are read: what was asked last is answered first.
    """
    tail = text[-200:]
    kinds = tuple(kind for kind, pattern in _kinds() if pattern.search(tail))
    return kinds or ("none",)


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    data = tomllib.loads(files("kefu.language").joinpath("lexicon", "caller.toml").read_text(encoding="utf-8"))
    return tuple((kind, re.compile("|".join(entry["patterns"]))) for kind, entry in sorted(data.items()))
