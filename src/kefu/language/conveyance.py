"""How much of an answer a turn conveys, in whatever words: its values, its rare words, its direction.

The weights are fitted by ``training/conveyance.py`` on answers given freely.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from math import exp
from operator import mul

from kefu.language.meaning import CONCEPT, Meaning, Space, space
from kefu.language.values import Value, backed, read_values

__all__ = ["WEIGHED", "Content", "weigh"]

WEIGHED = ("always", "near", "shared", "values", "no values")
"""What is weighed: nearness, the share of the answer's atoms and of its values that were said, whether it has any."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Content:
    """What is to be conveyed, or was said."""

    meaning: Meaning
    values: tuple[Value, ...]
    known: Space

    @staticmethod
    def of(text: str, meaning: Meaning, known: Space | None = None) -> Content:
        """The content of ``text``, which means ``meaning``."""
        return Content(meaning=meaning, values=read_values(text), known=known or space())

    @cached_property
    def weights(self) -> dict[str, float]:
        """Atoms by how much they tell; nobody asks for those of what was said."""
        rarity = self.known.rarity
        # a concept says more than the characters it was said in
        return {atom: rarity(atom) * (2.0 if atom.startswith(CONCEPT) else 1.0) for atom in self.meaning.atoms}

    def share_in(self, said: Content) -> float:
        """How likely ``said`` conveys this, 0 to 1."""
        weights = _weights()
        logit = sum(map(mul, weights, weigh(self, said)))
        return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def weigh(answer: Content, said: Content) -> list[float]:
    """What is weighed, in the order of WEIGHED."""
    return [
        1.0,
        sum(map(mul, answer.meaning.direction, said.meaning.direction)),
        _shared(answer, said.meaning.atoms),
        _told(answer.values, said.values),
        float(not answer.values),
    ]


def _shared(answer: Content, atoms: Collection[str]) -> float:
    whole = sum(answer.weights.values())
    return sum(weight for atom, weight in answer.weights.items() if atom in atoms) / whole if whole else 0.0


def _told(values: Sequence[Value], said: tuple[Value, ...]) -> float:
    return sum(backed(value, said) for value in values) / len(values) if values else 0.0


@cache
def _weights() -> tuple[float, ...]:
    data = json.loads(files("kefu.language").joinpath("model", "conveyance.json").read_text(encoding="utf-8"))
    return tuple(data[name] for name in WEIGHED)
