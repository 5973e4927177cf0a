"""What statistics need of one finished cell: who spoke with whom, what the card says, whether it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kefu.bench.plan import Cell

__all__ = ["Result", "as_version", "marks_from_json", "marks_to_json", "result_by", "result_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One finished cell, without what was said.

    A cell is ``failed`` where infrastructure broke its call off, and then has
    no scores; it is not ``valid`` where the customer was not true to the
    document even after the last rerun. Neither is in any mean; both are counted.
    Scores are in 0..1, ``None`` where unscored. ``steps`` are number, status and
    score; ``violations`` rule and severity; ``row`` the place of what was known;
    ``gaps`` how many questions the document does not answer.
    """

    cell: str
    pair: str
    scenario: str
    domain: str
    caller: str
    customer: str
    persona: str
    perturb: str
    row: int
    trial: int
    failed: bool = False
    valid: bool = True
    reruns: int = 0
    total: float | None = None
    task_flow: float | None = None
    interaction: float | None = None
    dimensions: tuple[tuple[str, float | None], ...] = ()
    steps: tuple[tuple[int, str, float | None], ...] = ()
    violations: tuple[tuple[str, str], ...] = ()
    attribution: str = "none"
    outcome: str = ""
    ended_by: str = ""
    reason: str = ""
    turns: int = 0
    gaps: int = 0

    @property
    def counts(self) -> bool:
        """Whether the cell is in the means."""
        return self.valid and not self.failed

    @property
    def measured(self) -> bool:
        """Whether its card says anything: a caller who was never reached has kept no rule either."""
        marks = (*self.dimensions, *self.steps)
        return self.total is not None or bool(self.violations) or any(mark[-1] is not None for mark in marks)


def result_of(cell: Cell, record: Mapping[str, Any], *, domain: str, failed: bool = False, reruns: int = 0) -> Result:
    """The result of a cell whose call, in the shape of ``call --json``, is ``record``."""
    return Result(
        cell=cell.id,
        pair=cell.pair,
        scenario=cell.scenario,
        domain=domain,
        caller=cell.caller,
        customer=cell.customer,
        persona=record["persona"] or "",
        perturb="+".join(cell.perturb),
        row=cell.row,
        trial=cell.trial,
        reruns=reruns,
        **_marks(record, failed=failed),
    )


def result_by(result: Result, record: Mapping[str, Any]) -> Result:
    """The result with another card than the one it was kept with; ``record`` holds that."""
    return replace(result, **_marks(record, failed=False))


def as_version(result: Result, name: str) -> Result:
    """The result as one of a version of the document called ``name``, so that versions of other names pair."""
    parts = (result.customer, result.persona, result.perturb, str(result.row), str(result.trial))
    return replace(result, scenario=name, pair="/".join(parts))


def _marks(record: Mapping[str, Any], *, failed: bool) -> dict[str, Any]:
    """What a record says beside who spoke with whom."""
    ending: Mapping[str, Any] = record["ending"] or {}
    marks: dict[str, Any] = {
        "failed": failed,
        "ended_by": ending.get("by", ""),
        "reason": ending.get("reason", ""),
        "turns": len(record["turns"]),
    }
    card: Mapping[str, Any] | None = record.get("scorecard")
    if card is None:
        return marks
    totals = card["totals"]
    return marks | {
        "valid": bool(card["fidelity"]["valid"]),
        "total": totals["total"],
        "task_flow": totals["task_flow"],
        "interaction": totals["interaction"],
        "dimensions": tuple((each["name"], each["score"]) for each in card["dimensions"]),
        "steps": tuple((each["number"], each["status"], each["score"]) for each in card["steps"]),
        "violations": tuple((each["rule"], each["severity"]) for each in card["violations"]),
        "attribution": card["attribution"],
        "outcome": card["outcome"]["result"],
        "gaps": len(card.get("gaps") or ()),
    }


def marks_to_json(result: Result) -> list[Any]:
    """The parts of a result that have no column of their own in the store: short, since there are many."""
    return [
        [list(each) for each in result.dimensions],
        [list(each) for each in result.steps],
        [list(each) for each in result.violations],
        result.attribution,
        result.outcome,
        result.ended_by,
        result.reason,
        result.turns,
        result.gaps,
    ]


def marks_from_json(marks: list[Any]) -> dict[str, Any]:
    """What :func:`marks_to_json` wrote, by the names of the fields of a result."""
    dimensions, steps, violations, attribution, outcome, ended_by, reason, turns, *more = marks
    return {
        "dimensions": tuple((name, score) for name, score in dimensions),
        "steps": tuple((number, status, score) for number, status, score in steps),
        "violations": tuple((rule, severity) for rule, severity in violations),
        "attribution": attribution,
        "outcome": outcome,
        "ended_by": ended_by,
        "reason": reason,
        "turns": turns,
        "gaps": more[0] if more else 0,  # not noted by the first runs
    }
