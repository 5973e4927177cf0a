"""What a text is made of when wordings are compared: characters, pairs of characters, concepts, values.

A pair that every talk has (您好, 一下) weighs little, a rare one much; the weights
come from counting our own documents and calls (``model/terms.json``, written by
``training/score.py``). Concepts bring together what shares no character (退钱, 返还),
values what is written differently (三天, 72小时).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from typing import Any

from kefu.language.concepts import concepts, concepts_in_folded
from kefu.language.lanes import even
from kefu.language.normalise import fold
from kefu.language.runs import runs_in
from kefu.language.values import Kind, Value, read_values

__all__ = [
    "MAX_READ",
    "TURN_SIZE",
    "chance_of",
    "covered",
    "pieces_of",
    "shared",
    "terms_from",
    "terms_of",
    "value_terms",
    "weigh",
    "weight_of",
]

MAX_READ = 600
"""Characters of one turn that are compared; nobody takes in more, and a hostile call must end."""
TURN_SIZE = 65
"""Terms of an ordinary turn of a caller; ``chance_of`` is for such a turn."""
_BREAK = re.compile(r"[^\w]+|_+")
_CONCEPT = "#"
_VALUE = "="
_CHARACTER_WEIGHT = 0.6
_CONCEPT_WEIGHT = 1.6
_UNSEEN = 0.8
_GENERIC_WEIGHT = 0.4
_VALUE_WEIGHT = 6.0
_COUNT_WEIGHT = 3.0
_MOST_UNSEEN = 20_000
"""Terms never counted whose weight is remembered."""


def terms_of(text: str) -> frozenset[str]:
    """The terms of the first ``MAX_READ`` characters of ``text``."""
    read = text[:MAX_READ]
    return terms_from(fold(read), read_values(read))


@lru_cache(maxsize=256)
def terms_from(folded: str, values: tuple[Value, ...]) -> frozenset[str]:
    """The terms of a text that is folded already and whose values have been read."""
    found = pieces_of(folded)
    for value in values:
        found.update(value_terms(value))
    return frozenset(found)


def pieces_of(folded: str) -> set[str]:
    """The characters, pairs of characters and concepts of a folded text."""
    found = set[str]().union(*map(runs_in, _BREAK.split(folded)))
    found.update([_CONCEPT + name for name in concepts_in_folded(folded)])
    return found


def value_terms(value: Value) -> tuple[str, ...]:
    """One or two terms for a value, equal where the values are."""
    if value.kind is Kind.DATE:
        return (f"{_VALUE}date:{value.key.rsplit('-', 1)[-1]}",)
    if value.kind in (Kind.PHONE, Kind.CODE):
        return (f"{_VALUE}digits:{value.key[-7:]}",)
    if value.kind in (Kind.EMAIL, Kind.URL):
        return (f"{_VALUE}address:{value.key}",)
    return (f"{_VALUE}{value.kind.value}:{value.low:g}", f"{_VALUE}{value.kind.value}:{value.high:g}")


def weight_of(term: str) -> float:
    """How much a term tells: the rarer, the more."""
    return _weights()[term]


def chance_of(term: str) -> float:
    """How probable it is that an ordinary turn of any call holds the term."""
    return _chances()[term]


@cache
def _chances() -> Mapping[str, float]:
    texts = _texts()
    known = {term: int(count) / texts for count, joined in _counted()["terms"].items() for term in joined.split(" ")}
    return _Chances(known)


class _Chances(dict[str, float]):
    """Chances by term; one that was never counted has that of being counted once."""

    def __missing__(self, term: str) -> float:
        return 1 / _texts()


@cache
def _texts() -> int:
    return int(_counted()["texts"])


class _Weights(dict[str, float]):
    """Weights by term; one that was never counted is as rare as can be."""

    def __init__(self, known: Mapping[str, float], most: float) -> None:
        super().__init__(known)
        self.most = most
        self._room = _MOST_UNSEEN

    def __missing__(self, term: str) -> float:
        weight = self._unseen(term)
        if self._room:  # the pairs of a document and its callers come again and again
            self._room -= 1
            self[term] = weight
        return weight

    def _unseen(self, term: str) -> float:
        if len(term) == 1:
            return even(_CHARACTER_WEIGHT * self.most)
        if term[0] == _VALUE:
            return _COUNT_WEIGHT if term.startswith("=count") else _VALUE_WEIGHT
        return even(_CONCEPT_WEIGHT * _UNSEEN * self.most) if term[0] == _CONCEPT else self.most


@cache
def _weights() -> _Weights:
    texts = _texts()
    generic = {_CONCEPT + concept.id for concept in concepts().values() if concept.generic}
    weights: dict[str, float] = {}
    for count, joined in _counted()["terms"].items():
        rarity = even(log(texts / int(count)))
        for term in joined.split(" "):
            if len(term) == 1:
                weights[term] = even(_CHARACTER_WEIGHT * rarity)
            elif term[0] == _CONCEPT:
                weights[term] = even(rarity * (_GENERIC_WEIGHT if term in generic else _CONCEPT_WEIGHT))
            else:
                weights[term] = rarity
    return _Weights(weights, even(log(texts)))


@cache
def _counted() -> dict[str, Any]:
    return json.loads(files("kefu.score").joinpath("model", "terms.json").read_text(encoding="utf-8"))


def weigh(terms: Iterable[str]) -> float:
    """The weight of all ``terms`` together."""
    return sum(map(_weights().__getitem__, terms))


def shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """The weight of what two texts have in common."""
    return weigh(ours & theirs)


def covered(ours: frozenset[str], theirs: frozenset[str], whole: float | None = None) -> float:
    """The share, by weight, of ``ours`` that ``theirs`` holds too; 0 where ``ours`` is empty.

    ``whole`` is the weight of ``ours``, where it is known already.
    """
    if whole is None:
        whole = weigh(ours)
    return weigh(ours & theirs) / whole if whole else 0.0
