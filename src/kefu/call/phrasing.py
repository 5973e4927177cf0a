"""The phrases that are ours: variants by occasion, kept as data, none of them said twice in a call."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from kefu.call.speech import Said

__all__ = ["Phrases", "load", "phrases"]


@cache
def load(name: str) -> Mapping[str, Any]:
    """The table ``phrases/NAME.toml``."""
    return tomllib.loads(files("kefu.call").joinpath("phrases", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def phrases(*names: str) -> Phrases:
    """The phrases of the tables called ``names``, the first first."""
    return Phrases(*(load(name) for name in names))


class Phrases:
    """Variants by occasion from one table or several, the first table first."""

    def __init__(self, *tables: Mapping[str, Any]) -> None:
        self._tables = tables
        self._lists: dict[str, tuple[str, ...]] = {}

    def variants(self, occasion: str) -> tuple[str, ...]:
        """What may be said on ``occasion``; ``a.b`` looks for ``b`` in the table ``a``."""
        found = self._lists.get(occasion)
        if found is None:
            found = self._lists[occasion] = tuple(text for table in self._tables for text in _entries(table, occasion))
        return found

    def choose(self, occasion: str, rng: Random, said: Said, **holes: str) -> str:
        """A variant that repeats nothing said so far, its holes filled; blank when all have been used."""
        variants = self.variants(occasion)
        if not variants:
            return ""
        start = rng.randrange(len(variants))
        for i in range(len(variants)):
            text = variants[(start + i) % len(variants)]
            for name, value in holes.items():
                text = text.replace(f"{{{name}}}", value)
            text = said.soften(text)
            if said.fresh(text):
                return text
        return ""


def _entries(table: Mapping[str, Any], occasion: str) -> tuple[str, ...]:
    group, _dot, name = occasion.rpartition(".")
    entries = table.get(group, {}).get(name, ()) if group else table.get(name, ())
    return tuple(entries)
