"""Vectors of texts from an embedding model outside: a plain lookup, empty unless somebody fills it.

Models differ in how near they put texts that have nothing to do with each other,
so what counts is how much nearer a text lies to one choice than to the others.
The limits stand in ``model/vectors.toml``.
"""

from __future__ import annotations

import tomllib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import sqrt
from operator import mul
from typing import Any

__all__ = ["Vector", "Vectors", "weight_of"]

Vector = tuple[float, ...]


class Vectors:
    """What is known of texts: the last few thousand of them; ``source`` is the model they come from."""

    __slots__ = ("_kept", "source")

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self.source = ""

    def __bool__(self) -> bool:
        return bool(self._kept)

    def __contains__(self, text: str) -> bool:
        return text in self._kept

    def learn(self, vectors: Mapping[str, Sequence[float]], source: str) -> None:
        """Take over vectors of ``source``; those of another model are forgotten."""
        if source != self.source:
            self._kept.clear()
            self.source = source
        for text, vector in vectors.items():
            length = sqrt(sum(map(mul, vector, vector)))
            if length:
                self._kept[text] = tuple(value / length for value in vector)
        while len(self._kept) > _limits()["most"]:
            self._kept.popitem(last=False)

    def near(self, text: str, other: str) -> float | None:
        """The cosine of two texts; ``None`` where one of them is not known."""
        one, two = self._kept.get(text), self._kept.get(other)
        if one is None or two is None or len(one) != len(two):
            return None
        return sum(map(mul, one, two))

    def leanings(self, text: str, choices: Sequence[Sequence[str]]) -> list[float] | None:
        """How much nearer ``text`` lies to each choice, the nearest of its texts, than to the choices on the whole.

        In deviations, within bounds; ``None`` where the text or a choice is not known.
        """
        if text not in self._kept or len(choices) < 2:
            return None
        nearest: list[float] = []
        for texts in choices:
            known = [near for other in texts if (near := self.near(text, other)) is not None]
            if not known:
                return None
            nearest.append(max(known))
        limits = _limits()
        mean = sum(nearest) / len(nearest)
        spread = sqrt(sum((near - mean) ** 2 for near in nearest) / len(nearest))
        scale = max(spread, limits["least_spread"])
        return [max(-limits["most_leaning"], min(limits["most_leaning"], (near - mean) / scale)) for near in nearest]


@cache
def weight_of(kind: str) -> float:
    """What one deviation weighs: in log odds of a ``fact``, in likeness of a ``step``."""
    return float(_limits()["weight"][kind])


@cache
def _limits() -> Mapping[str, Any]:
    return tomllib.loads(files("kefu.language").joinpath("model", "vectors.toml").read_text(encoding="utf-8"))
