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

from kefu.language.concepts import concepts, concepts_in
from kefu.language.normalise import fold
from kefu.language.values import Kind, Value, read_values

__all__ = ["MAX_READ", "TURN_SIZE", "chance_of", "covered", "shared", "terms_of", "value_terms", "weigh", "weight_of"]

MAX_READ = 600
"""Characters of one turn that are compared; nobody takes in more, and a hostile call must end."""
TURN_SIZE = 65
"""Terms of an ordinary turn of a caller; ``chance_of`` is for such a turn."""
_BREAK = re.compile(r"[^\w]+|_+")
_CONCEPT = "#"
_VALUE = "="
_CONCEPT_WEIGHT = 1.6
_GENERIC_WEIGHT = 0.4
_VALUE_WEIGHT = 6.0
_COUNT_WEIGHT = 3.0


@lru_cache(maxsize=8192)
def terms_of(text: str) -> frozenset[str]:
    """The terms of the first ``MAX_READ`` characters of ``text``."""
    folded = fold(text[:MAX_READ])
    found: set[str] = set()
    for clause in _BREAK.split(folded):
        found.update(clause)
        found.update(map(str.__add__, clause, clause[1:]))
    found.update(_CONCEPT + name for name in concepts_in(folded))
    found.update(value_terms(read_values(text[:MAX_READ])))
    found.discard("")
    return frozenset(found)


def value_terms(values: Iterable[Value]) -> set[str]:
    """One or two terms for each value, equal where the values are."""
    found: set[str] = set()
    for value in values:
        if value.kind is Kind.DATE:
            found.add(f"{_VALUE}date:{value.key.split('-')[-1]}")
        elif value.kind in (Kind.PHONE, Kind.CODE):
            found.add(f"{_VALUE}digits:{value.key[-7:]}")
        elif value.kind in (Kind.EMAIL, Kind.URL):
            found.add(f"{_VALUE}address:{value.key}")
        else:
            found.add(f"{_VALUE}{value.kind.value}:{value.low:g}")
            found.add(f"{_VALUE}{value.kind.value}:{value.high:g}")
    return found


def weight_of(term: str) -> float:
    """How much a term tells: the rarer, the more."""
    return _weights().get(term) or _default(term)


def chance_of(term: str) -> float:
    """How probable it is that an ordinary turn of any call holds the term."""
    return _chances().get(term, 1 / _texts())


@cache
def _chances() -> Mapping[str, float]:
    texts = _texts()
    return {term: int(count) / texts for count, joined in _counted()["terms"].items() for term in joined.split(" ")}


@cache
def _texts() -> int:
    return int(_counted()["texts"])


@cache
def _default(term: str) -> float:
    most = log(_texts())
    if term.startswith(_VALUE) and len(term) > 1:
        return _COUNT_WEIGHT if ":count" in term or term.startswith("=count") else _VALUE_WEIGHT
    if term.startswith(_CONCEPT) and len(term) > 1:
        return _CONCEPT_WEIGHT * most * 0.8
    return most if len(term) > 1 else 0.6 * most


@cache
def _weights() -> Mapping[str, float]:
    texts = _texts()
    generic = {_CONCEPT + concept.id for concept in concepts().values() if concept.generic}
    weights: dict[str, float] = {}
    for count, joined in _counted()["terms"].items():
        rarity = log(texts / int(count))
        for term in joined.split(" "):
            if term.startswith(_CONCEPT):
                weights[term] = rarity * (_GENERIC_WEIGHT if term in generic else _CONCEPT_WEIGHT)
            else:
                weights[term] = rarity if len(term) > 1 else 0.6 * rarity
    return weights


@cache
def _counted() -> dict[str, Any]:
    return json.loads(files("kefu.score").joinpath("model", "terms.json").read_text(encoding="utf-8"))


def weigh(terms: Iterable[str]) -> float:
    """The weight of all ``terms`` together."""
    return sum(map(weight_of, terms))


def shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """The weight of what two texts have in common."""
    return weigh(ours & theirs)


def covered(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """The share, by weight, of ``ours`` that ``theirs`` holds too; 0 where ``ours`` is empty."""
    whole = weigh(ours)
    return shared(ours, theirs) / whole if whole else 0.0
