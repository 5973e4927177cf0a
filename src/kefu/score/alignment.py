"""Which of the caller's turns did which step: likeness of every pair, and the best way through in order.

Likeness is what a turn shares with a step beyond what any turn of its length would
share by chance, in standard deviations; so a long step of common words gains
nothing from its length. A caller may do several steps in one turn and one step
over several, but on the whole goes forward; the way that gathers the most likeness
without going back tells where a step would have happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kefu.score.goal import Plan
from kefu.score.terms import TURN_SIZE
from kefu.score.transcript import Said
from kefu.score.words import Words, once_per_words

__all__ = ["Alignment", "align"]

_MOST_TURNS = 60
"""Caller turns that are compared with the flow; a longer call repeats itself."""
_STEADY = 3.0
"""Added to every deviation: few words shared with a short line are no evidence yet."""
_ANNOUNCED = 0.6
"""Whoever says at the beginning what the call is about announces the later steps and does not do them yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """``likeness`` per step and turn; ``at`` the turn on the best way through, per step.

    ``done`` is how far each due goal of the plan was done, in the turn that did most for it.
    """

    turns: tuple[Said, ...]
    likeness: tuple[tuple[float, ...], ...]
    best: tuple[float, ...]
    """The most likeness of any turn with each step; 0 without turns."""
    where: tuple[int, ...]
    """The turn most like each step, the first of equals; -1 without turns."""
    at: tuple[int, ...]
    done: tuple[float, ...]


def align(
    plan: Plan, said: Sequence[Said], leanings: Callable[[str], Sequence[float] | None] | None = None
) -> Alignment:
    """Compare the caller's turns with the steps of a plan.

    ``leanings`` tells of a turn how much nearer to each step something else finds it.
    """
    turns = tuple(said[:_MOST_TURNS])
    rows: list[list[float]] = [[] for _step in plan.steps]
    done = [0.0] * len(plan.goals)
    for turn in turns:
        likes, covered = _compared(plan, turn.words)
        done = list(map(max, done, covered))
        for row, like in zip(rows, likes, strict=True):
            row.append(like)
        if leanings is not None and (found := leanings(turn.text)) is not None:
            for row, leaning in zip(rows, found, strict=False):
                row[-1] += leaning
    for row in rows[1:]:
        if row and row[0] > 0:
            row[0] *= _ANNOUNCED
    likeness = tuple(map(tuple, rows))
    best = tuple(max(row, default=0.0) for row in likeness)
    return Alignment(
        turns=turns,
        likeness=likeness,
        best=best,
        where=tuple(row.index(most) if row else -1 for row, most in zip(likeness, best, strict=True)),
        at=_way(likeness, len(turns)),
        done=tuple(done),
    )


@once_per_words
def _compared(plan: Plan, words: Words) -> tuple[Sequence[float], Sequence[float]]:
    """How like each step of a plan the words are, and how far they do each goal."""
    size = max(1, len(words.terms)) / TURN_SIZE
    root = size**0.5
    shared, covered = plan.shared(words.terms)
    likeness = [
        (total - step.expected * size) / (step.spread * root + _STEADY)
        for step, total in zip(plan.steps, shared, strict=True)
    ]
    return likeness, covered


def _way(likeness: Sequence[Sequence[float]], turns: int) -> tuple[int, ...]:
    """Per step the turn on the way with the most likeness that never goes back."""
    if not turns or not likeness:
        return (-1,) * len(likeness)
    gathered: list[list[float]] = []
    for number, row in enumerate(likeness):
        before = _running_best(gathered[number - 1]) if number else [0.0] * turns
        gathered.append([max(0.0, row[turn]) + before[turn] for turn in range(turns)])
    way: list[int] = []
    limit = turns
    for row in reversed(gathered):
        turn = max(range(limit), key=row.__getitem__)
        way.append(turn)
        limit = turn + 1
    return tuple(reversed(way))


def _running_best(row: Sequence[float]) -> list[float]:
    best = 0.0
    found: list[float] = []
    for value in row:
        best = max(best, value)
        found.append(best)
    return found
