"""What a customer's utterance does: fourteen acts, one or more, given the caller's line before.

One logistic regression per act over character n-grams, the shape of the clauses
and the kind of line that it answers. The weights are trained by
``training/acts.py`` on our own utterances (``data/``) and kept in
``model/acts.json``; the features are these here, so that training and reading
cannot differ.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from math import exp

from kefu.language.caller import caller_line_kinds

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
    if not text.strip():
        return (Act.UNCLEAR,)
    model = _model()
    scores = _scores(text, caller_line)
    acts = tuple(act for act, score, limit in zip(Act, scores, model.limits, strict=True) if score >= limit)
    if acts:
        return acts
    margins = [score - limit for score, limit in zip(scores, model.limits, strict=True)]
    return (tuple(Act)[margins.index(max(margins))],)


def act_scores(text: str, caller_line: str = "") -> dict[Act, float]:
    """The probability of every act, 0 to 1, by itself (they need not add up to 1)."""
    return {
        act: 1 / (1 + exp(-max(-30.0, min(30.0, s)))) for act, s in zip(Act, _scores(text, caller_line), strict=True)
    }


def features(text: str, caller_line: str = "") -> list[str]:
    """The names of the features that hold for an utterance; binary, without repeats."""
    text = text[:_MAX_LENGTH].translate(_MARKS)
    clauses = [c for c in _CLAUSE.split(text) if c]
    found: set[str] = set()
    add = found.add
    for clause in clauses:
        marked = f"^{clause}$"
        size = len(marked)
        for width in (1, 2, 3, 4):
            for i in range(size - width + 1):
                add(marked[i : i + width])
    for mark in "？！…":
        if mark in text:
            add("has" + mark)
    kinds = caller_line_kinds(caller_line)
    for kind in kinds:
        add("to:" + kind)
    if clauses:
        first, last = clauses[0], clauses[-1]
        add("first=" + first)
        add("last=" + last)
        for kind in kinds:
            add(f"to:{kind}&{first[:2]}")
            if text.endswith("？"):
                add(f"to:{kind}&?")
    for limit, name in _LENGTHS:
        if len(text) <= limit:
            add("length=" + name)
            break
    add(f"clauses={min(len(clauses), 5)}")
    return list(found)


@lru_cache(maxsize=8192)
def _scores(text: str, caller_line: str) -> tuple[float, ...]:
    model = _model()
    totals = list(model.bias)
    weights = model.weights
    for feature in features(text, caller_line):
        row = weights.get(feature)
        if row is not None:
            for index, weight in row:
                totals[index] += weight
    return tuple(totals)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    bias: tuple[float, ...]
    limits: tuple[float, ...]
    weights: dict[str, tuple[tuple[int, float], ...]]


@cache
def _model() -> _Model:
    data = json.loads(files("kefu.language").joinpath("model", "acts.json").read_text(encoding="utf-8"))
    return _Model(
        bias=tuple(data["bias"]),
        limits=tuple(data["limits"]),
        weights={name: tuple(zip(row[0::2], row[1::2], strict=True)) for name, row in data["weights"].items()},
    )
