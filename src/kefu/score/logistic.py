"""Small fitted models: named features in, probabilities out.

A model is a JSON file in ``model/`` with, per class, a bias and a weight per feature
name. It is fitted by ``training/score.py``; a feature it does not know counts nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import compress, repeat
from math import exp
from operator import add, mul
from typing import Any

from kefu.language.lanes import GRAIN, Lanes, even

__all__ = ["Model", "SparseModel", "load_model", "load_sparse", "model_hash"]

_FAR = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model over ``classes``; with a single class the second is its contrary.

    ``weights`` holds one row per class, in the order of ``names``.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    bias: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    limit: float = 0.5
    first: Mapping[str, float] = field(default_factory=dict[str, float])
    """The weights of the first class by name."""

    def scores(self, features: Mapping[str, float]) -> list[float]:
        """The sum of bias and weights per class."""
        values = list(map(features.get, self.names, repeat(0.0)))
        told = list(filter(None, values))  # most features say nothing in most cases
        rows = zip(self.weights, self.bias, strict=True)
        return [sum(map(mul, told, compress(row, values)), start) for row, start in rows]

    def probability(self, features: Mapping[str, float]) -> float:
        """Of a model with one class, how probable it is."""
        return 1 / (1 + exp(-max(-_FAR, min(_FAR, self.scores(features)[0]))))

    def probabilities(self, features: Mapping[str, float]) -> dict[str, float]:
        """Of a model with several classes, how probable each is; they add up to 1."""
        totals = self.scores(features)
        most = max(totals)
        powers = [exp(max(-_FAR, total - most)) for total in totals]
        whole = sum(powers)
        return {name: power / whole for name, power in zip(self.classes, powers, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseModel:
    """A model over so many features that a text has only a few of them, each present or not."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, int]
    """A row of ``lanes`` per feature, with its weight for each class."""
    lanes: Lanes

    @classmethod
    def of(cls, classes: Sequence[str], bias: Sequence[float], rows: Mapping[str, Sequence[float]]) -> SparseModel:
        """The model with these weights per feature, one for each class."""
        lanes = Lanes(len(classes), GRAIN)
        weights = {feature: lanes.pack(enumerate(row)) for feature, row in rows.items()}
        return cls(classes=tuple(classes), bias=tuple(map(even, bias)), weights=weights, lanes=lanes)

    def scores(self, present: Set[str]) -> Sequence[float]:
        """The sum of bias and the weights of what is present, per class."""
        weights = self.weights
        rows = [weights[name] for name in present & weights.keys()]
        return list(map(add, self.lanes.unpack(sum(rows)), self.bias)) if rows else self.bias


@cache
def load_sparse(name: str) -> SparseModel:
    """The one model of ``model/NAME.json``, for features that are present or not."""
    data: dict[str, Any] = json.loads(_source(name))
    return SparseModel.of(data["classes"], data["bias"], data["weights"])


@cache
def load_model(name: str) -> Mapping[str, Model]:
    """The models of ``model/NAME.json`` by their names."""
    data: dict[str, Any] = json.loads(_source(name))
    return {
        key: Model(
            classes=tuple(entry["classes"]),
            names=tuple(entry["weights"]),
            bias=tuple(entry["bias"]),
            weights=tuple(zip(*entry["weights"].values(), strict=True)),
            limit=entry.get("limit", 0.5),
            first={feature: row[0] for feature, row in entry["weights"].items()},
        )
        for key, entry in data.items()
    }


@cache
def model_hash(name: str) -> str:
    """A short hash of ``model/NAME.json`` as it stands."""
    return sha256(_source(name)).hexdigest()[:12]


@cache
def _source(name: str) -> bytes:
    return files("kefu.score").joinpath("model", f"{name}.json").read_bytes()
