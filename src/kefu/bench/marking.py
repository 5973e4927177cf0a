"""Where the words that a verdict relies on stand in the talk, so that they can be shown in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any

__all__ = ["Mark", "Segment", "Weight", "marks_of", "segments"]


class Weight(IntEnum):
    """What a mark is for; where marks overlap the heavier one gives the colour."""

    OUTCOME = 1
    STEP = 2
    DIMENSION = 3
    VIOLATION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Words of one turn and what they are evidence for: ``kind`` and ``code`` name it, ``number`` is a step's."""

    quote: str
    weight: Weight
    code: str
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a turn's text with all the marks that cover it, the heaviest first."""

    text: str
    marks: tuple[Mark, ...] = ()


def marks_of(card: Mapping[str, Any]) -> dict[int, list[Mark]]:
    """The marks of every turn of a scorecard, turns counted from 0."""
    marks: dict[int, list[Mark]] = {}

    def add(turn: object, mark: Mark) -> None:
        if isinstance(turn, int) and mark.quote.strip():
            marks.setdefault(turn, []).append(mark)

    for step in card.get("steps") or ():
        mark = Mark(
            quote=str(step.get("quote") or ""), weight=Weight.STEP, code=str(step["status"]), number=int(step["number"])
        )
        for turn in step.get("turns") or ():
            add(turn, mark)
    for dimension in card.get("dimensions") or ():
        for evidence in dimension.get("evidence") or ():
            add(
                evidence.get("turn"),
                Mark(quote=str(evidence.get("quote") or ""), weight=Weight.DIMENSION, code=str(dimension["name"])),
            )
    for violation in card.get("violations") or ():
        add(
            violation.get("turn"),
            Mark(quote=str(violation.get("quote") or ""), weight=Weight.VIOLATION, code=str(violation["rule"])),
        )
    outcome: Mapping[str, Any] = card.get("outcome") or {}
    for kind in ("problems", "requests", "promises"):
        for entry in outcome.get(kind) or ():
            add(entry.get("turn"), Mark(quote=str(entry.get("quote") or ""), weight=Weight.OUTCOME, code=kind))
    return marks


def segments(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """``text`` cut where marks begin and end; a quote that is not in it marks nothing."""
    spans = [(at, at + len(mark.quote), mark) for mark in marks if (at := text.find(mark.quote)) >= 0]
    cuts = sorted({0, len(text), *(start for start, _end, _mark in spans), *(end for _start, end, _mark in spans)})
    return [Segment(text=text[start:end], marks=_covering(spans, start, end)) for start, end in pairwise(cuts)]


def _covering(spans: Sequence[tuple[int, int, Mark]], start: int, end: int) -> tuple[Mark, ...]:
    over = {mark: None for first, last, mark in spans if first <= start and end <= last}
    return tuple(sorted(over, key=lambda mark: -mark.weight))
