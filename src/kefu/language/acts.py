"""What a customer's utterance does: fourteen acts, one or more, given the caller's line before.

One logistic regression per act over character n-grams, concepts, the shape of the
clauses and the line that it answers. The weights are trained by
``training/acts.py`` on our own utterances (``data/``) and kept in
``model/acts.json``; the features are these here, so that training and reading
cannot differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from math import exp
from operator import add
from types import MappingProxyType
from typing import Any

from kefu.language.caller import caller_line_kinds
from kefu.language.concepts import concepts_in
from kefu.language.lanes import Lanes
from kefu.language.runs import SHORT

__all__ = ["Act", "act_scores", "features", "read_acts"]


class Act(StrEnum):
    """What a customer's utterance does."""

    CONFIRM = "confirm"
    DENY = "deny"
    ACCEPT = "accept"
    REFUSE = "refuse"
    BUSY = "busy"
    ASK = "ask"
    DOUBT = "doubt"
    HESITATE = "hesitate"
    COMPLAIN = "complain"
    SATISFIED = "satisfied"
    INFORM = "inform"
    IMPATIENT = "impatient"
    UNCLEAR = "unclear"
    BYE = "bye"


_MAX_LENGTH = 200
"""Characters of an utterance that are read; people on the phone rarely say more in one turn."""
_LINE_END = 60
_LAST_CLAUSE = 10
"""Characters at the end of a caller's line, and of its last clause, that are read as what it asks."""
_CLAUSE = re.compile(r"[，。！？!?,；;、…~—\s]+|\.{2,}")
_MARKS = str.maketrans(
    {
        "!": "！",
        "?": "？",
        ",": "，",
        "~": "…",
        "“": "",
        "”": "",
        '"': "",
        "「": "",
        "」": "",
        "吗": "吗",
        "嘛": "吗",
        "么": "么",
    }
)
_LENGTHS = ((2, "1"), (4, "2"), (8, "3"), (14, "4"), (24, "5"), (40, "6"), (999, "7"))


def read_acts(text: str, caller_line: str = "") -> tuple[Act, ...]:
    """The acts of ``text``, in the order of :class:`Act`; at least one, ``unclear`` for a blank text."""
    return _read(text, caller_line).acts if text.strip() else (Act.UNCLEAR,)


def act_scores(text: str, caller_line: str = "") -> Mapping[Act, float]:
    """The probability of every act, 0 to 1, by itself (they need not add up to 1)."""
    return _read(text, caller_line).scores


def features(text: str, caller_line: str = "") -> list[str]:
    """The names of the features that hold for an utterance; binary, without repeats."""
    text = text[:_MAX_LENGTH].translate(_MARKS)
    clauses = [c for c in _CLAUSE.split(text) if c]
    found = set[str]().union(*map(_grams, clauses))
    found.update(_shape(text, clauses))
    found.update(_answered(_first(clauses), _line(caller_line), asks=text.endswith("？")))
    return list(found)


def _grams(clause: str) -> set[str]:
    """The runs of one to four characters of a clause, with its beginning and end."""
    marked = f"^{clause}$"
    runs: Iterable[str] = marked
    found = set(runs)
    for more in (1, 2, 3):
        runs = list(map(add, runs, marked[more:]))
        found.update(runs)
    return found


def _shape(text: str, clauses: Sequence[str]) -> Iterator[str]:
    """What holds for the utterance as a whole, whatever it answers."""
    for mark in "？！…":
        if mark in text:
            yield "has" + mark
    for concept in concepts_in(text):
        yield "c:" + concept
    if clauses:
        yield "first=" + clauses[0]
        yield "last=" + clauses[-1]
    for limit, name in _LENGTHS:
        if len(text) <= limit:
            yield "length=" + name
            break
    yield f"clauses={min(len(clauses), 5)}"


def _first(clauses: Sequence[str]) -> str | None:
    return clauses[0][:2] if clauses else None


def _answered(first: str | None, line: _Line, *, asks: bool) -> Iterator[str]:
    """What holds for an utterance that answers ``line``, begins with ``first`` and may end in a question mark."""
    yield from line.asked
    for kind in line.kinds:
        yield "to:" + kind
        if first is not None:
            yield f"to:{kind}&{first}"
            if asks:
                yield f"to:{kind}&?"


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """What of the caller's line counts for the answer; many lines come down to the same object."""

    asked: tuple[str, ...]
    kinds: tuple[str, ...]


@lru_cache(maxsize=1024)
def _line(caller_line: str) -> _Line:
    return _same_line(_asked(caller_line), caller_line_kinds(caller_line))


@lru_cache(maxsize=1024)
def _same_line(asked: tuple[str, ...], kinds: tuple[str, ...]) -> _Line:
    return _Line(asked, kinds)


def _asked(caller_line: str) -> tuple[str, ...]:
    """What the end of the caller's line says, in pairs of characters: it is that which an utterance answers."""
    clauses = [c for c in _CLAUSE.split(caller_line[-_LINE_END:]) if c]
    if not clauses:
        return ("asked:nothing",)
    last = clauses[-1][-_LAST_CLAUSE:]
    mark = "asked?" if caller_line.rstrip().endswith(("？", "?")) else "told"
    return (mark, *dict.fromkeys("asked:" + pair for pair in map(add, last, last[1:])))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    acts: tuple[Act, ...]
    scores: Mapping[Act, float]


def _read(text: str, caller_line: str) -> _Reading:
    return _reading(text[:_MAX_LENGTH], _line(caller_line))


@lru_cache(maxsize=2048)
def _reading(text: str, line: _Line) -> _Reading:
    model = _model()
    weights = model.weights
    said = _said(text)
    answers = {feature for feature in _answered(said.first, line, asks=said.asks) if feature in weights}
    logits = _LANES.unpack(sum([weights[feature] for feature in answers - said.known], said.total))
    margins = [logit - limit for logit, limit in zip(logits, model.limits, strict=True)]
    acts = tuple([act for act, margin in zip(_ACTS, margins, strict=True) if margin >= 0])
    return _Reading(
        acts=acts or (_ACTS[margins.index(max(margins))],),
        scores=MappingProxyType(dict(zip(_ACTS, map(_chance, logits), strict=True))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is known of an utterance before it is known what it answers."""

    known: frozenset[str]
    """Its features that weigh anything."""
    total: int
    """The sum of their weights, with the bias."""
    first: str | None
    asks: bool


@lru_cache(maxsize=1024)
def _said(text: str) -> _Said:
    # the same words answer many lines: what they weigh by themselves is summed once
    text = text.translate(_MARKS)
    clauses = [c for c in _CLAUSE.split(text) if c]
    model = _model()
    known = frozenset(filter(model.weights.__contains__, _shape(text, clauses))).union(*map(_known_grams, clauses))
    total = sum(map(model.weights.__getitem__, known), model.bias)
    return _Said(known=known, total=total, first=_first(clauses), asks=text.endswith("？"))


def _known_grams(clause: str) -> frozenset[str]:
    return _remembered_grams(clause) if len(clause) <= SHORT else frozenset(_model().weights.keys() & _grams(clause))


@lru_cache(maxsize=2048)
def _remembered_grams(clause: str) -> frozenset[str]:
    return frozenset(_model().weights.keys() & _grams(clause))


def _chance(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if -_FAR < logit < _FAR else float(logit > 0)


_ACTS = tuple(Act)
_FAR = 30.0
"""Log-odds beyond which there is no doubt left."""
_LANES = Lanes(len(_ACTS), 10_000)
"""The weights of a feature for all acts; they have three digits, a bias four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    bias: int
    limits: tuple[float, ...]
    weights: Mapping[str, int]


@cache
def _model() -> _Model:
    data: dict[str, Any] = json.loads(files("kefu.language").joinpath("model", "acts.json").read_text(encoding="utf-8"))
    bias: list[float] = data["bias"]
    return _Model(
        bias=_LANES.pack(enumerate(bias)),
        limits=tuple(data["limits"]),
        weights={name: _LANES.pack(zip(row[0::2], row[1::2], strict=True)) for name, row in data["weights"].items()},
    )
