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
from collections.abc import Iterable, Mapping
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
    found: set[str] = set()
    for clause in clauses:
        marked = f"^{clause}$"
        runs: Iterable[str] = marked
        found.update(runs)
        for more in (1, 2, 3):
            runs = list(map(add, runs, marked[more:]))
            found.update(runs)
    for mark in "？！…":
        if mark in text:
            found.add("has" + mark)
    found.update(["c:" + concept for concept in concepts_in(text)])
    found.update(_asked(caller_line))
    kinds = caller_line_kinds(caller_line)
    for kind in kinds:
        found.add("to:" + kind)
    if clauses:
        first, last = clauses[0], clauses[-1]
        found.add("first=" + first)
        found.add("last=" + last)
        for kind in kinds:
            found.add(f"to:{kind}&{first[:2]}")
            if text.endswith("？"):
                found.add(f"to:{kind}&?")
    for limit, name in _LENGTHS:
        if len(text) <= limit:
            found.add("length=" + name)
            break
    found.add(f"clauses={min(len(clauses), 5)}")
    return list(found)


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=8192)
def _read(text: str, caller_line: str) -> _Reading:
    model = _model()
    weights = model.weights
    known = [weights[feature] for feature in features(text, caller_line) if feature in weights]
    logits = _LANES.unpack(sum(known, model.bias))
    margins = [logit - limit for logit, limit in zip(logits, model.limits, strict=True)]
    acts = tuple([act for act, margin in zip(_ACTS, margins, strict=True) if margin >= 0])
    return _Reading(
        acts=acts or (_ACTS[margins.index(max(margins))],),
        scores=MappingProxyType(dict(zip(_ACTS, map(_chance, logits), strict=True))),
    )


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
