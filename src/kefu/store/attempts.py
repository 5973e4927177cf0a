"""Which attempt at a cell is its result, and what that adds to the sums of a run: plain rules, without a database.

The same calls in any order, however often, come to the same: an attempt only
advances (talked, failed, done), the last attempt that is put forward counts, and what is
noted for a batch is the difference between before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["Held", "State", "Tally", "accepted", "ranked", "tally_of"]


class State(StrEnum):
    """What has become of an attempt. Paid talks are saved before they are scored: ``talked``."""

    TALKED = "talked"
    FAILED = "failed"
    DONE = "done"


_RANK = {State.TALKED: 0, State.FAILED: 1, State.DONE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An attempt as far as counting goes. ``number`` is its row, ``fresh`` its place among those being saved."""

    id: str
    attempt: int
    state: State
    counted: bool
    valid: bool | None
    turns: int
    number: int | None = None
    fresh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What has become of some cells. ``invalid`` are done but not true to the end, ``reruns`` archived for that."""

    done: int = 0
    failed: int = 0
    invalid: int = 0
    reruns: int = 0
    turns: int = 0

    def minus(self, other: Tally) -> Tally:
        """The difference to ``other``."""
        return Tally(
            done=self.done - other.done,
            failed=self.failed - other.failed,
            invalid=self.invalid - other.invalid,
            reruns=self.reruns - other.reruns,
            turns=self.turns - other.turns,
        )


def accepted(kept: Held | None, new: Held, *, settles: bool) -> bool:
    """Whether ``new`` takes the place of what is kept of the same attempt.

    A call that broke off may be held again as the same attempt, then under
    another id; a talk that is kept is only changed where it ``settles``.
    """
    if kept is None:
        return True
    if kept.state is State.DONE:
        return False
    if kept.state is State.FAILED and kept.id != new.id:
        return True
    return settles and kept.id == new.id and _RANK[new.state] > _RANK[kept.state]


def ranked(held: Mapping[int, Held]) -> dict[int, Held]:
    """The attempts at one cell, of which only the last that was put forward counts."""
    last = max((attempt for attempt, each in held.items() if each.counted), default=None)
    return {
        attempt: replace(each, counted=False) if each.counted and attempt != last else each
        for attempt, each in held.items()
    }


def tally_of(held: Iterable[Held]) -> Tally:
    """The sums over attempts, at any number of cells."""
    done = failed = invalid = reruns = turns = 0
    for each in held:
        turns += each.turns
        untrue = each.state is State.DONE and each.valid is False
        if not each.counted:
            reruns += untrue
        elif each.state is State.FAILED:
            failed += 1
        else:
            done += 1
            invalid += untrue
    return Tally(done=done, failed=failed, invalid=invalid, reruns=reruns, turns=turns)
