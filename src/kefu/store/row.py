"""A call between its value and its row: which columns it fills, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from kefu.bench.result import Result, marks_from_json, marks_to_json
from kefu.store.attempts import State
from kefu.store.tables import pack

__all__ = ["IMPORTED", "PRACTICE", "RUN", "CallHead", "CallRow", "call_of", "columns_of", "head_of", "result_of"]

RUN, PRACTICE, IMPORTED = "run", "practice", "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A call as it is kept: ``record`` in the shape of ``call --json``, ``result`` as the statistics see it.

    A call of a run has ``run``, ``cell`` and ``place`` (the cell's in the plan). An
    ``id`` belongs to one talk: the same attempt held again after a failure has another.
    ``counted`` puts the attempt forward as the result of its cell; while a call
    has only ``talked`` it is nobody's result, whatever is said here.
    """

    id: str
    kind: str
    record: Mapping[str, Any]
    run: str | None = None
    cell: str | None = None
    place: int | None = None
    attempt: int = 0
    state: State = State.DONE
    counted: bool = True
    result: Result | None = None
    person: str = ""
    source: str = ""
    import_id: str = ""
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHead:
    """A kept call without its talk, for lists; scores are ``None`` where there are none."""

    id: str
    kind: str
    run: str | None
    cell: str | None
    attempt: int
    state: State
    counted: bool
    scenario: str
    caller: str
    customer: str
    persona: str
    person: str
    import_id: str
    total: float | None
    task_flow: float | None
    interaction: float | None
    turns: int
    outcome: str
    ended_at: datetime


def columns_of(row: CallRow) -> dict[str, Any]:
    """The columns of a call."""
    if row.kind == RUN and (row.run is None or row.cell is None or row.place is None):
        raise ValueError(f"call {row.id} of a run without its run, its cell or the cell's place")
    record, result = row.record, row.result
    return {
        "id": row.id,
        "kind": row.kind,
        "run": row.run,
        "cell": row.cell,
        "place": row.place,
        "attempt": row.attempt,
        "state": str(row.state),
        "counted": row.counted and row.state != State.TALKED,
        "turns": len(record["turns"]),
        "person": row.person,
        "source": row.source,
        "import_id": row.import_id,
        "ended_at": row.ended_at.astimezone(UTC),
        "record": pack(record),
        **(_from_record(record) if result is None else _from_result(result)),
    }


def _from_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a call is found by that has no result yet."""
    names = ("scenario", "caller", "customer", "persona")
    return {
        **{name: str(record.get(name) or "") for name in names},
        **dict.fromkeys(("domain", "perturb", "pair"), ""),
        **dict.fromkeys(("known", "trial", "reruns"), 0),
        **dict.fromkeys(("valid", "total", "task_flow", "interaction", "marks"), None),
    }


def _from_result(result: Result) -> dict[str, Any]:
    return {
        "scenario": result.scenario,
        "domain": result.domain,
        "caller": result.caller,
        "customer": result.customer,
        "persona": result.persona,
        "perturb": result.perturb,
        "pair": result.pair,
        "known": result.row,
        "trial": result.trial,
        "reruns": result.reruns,
        "valid": result.valid,
        "total": result.total,
        "task_flow": result.task_flow,
        "interaction": result.interaction,
        "marks": json.dumps(marks_to_json(result), separators=(",", ":")),
    }


def result_of(row: Row[Any]) -> Result:
    return Result(
        cell=row.cell or "",
        pair=row.pair,
        scenario=row.scenario,
        domain=row.domain,
        caller=row.caller,
        customer=row.customer,
        persona=row.persona,
        perturb=row.perturb,
        row=row.known,
        trial=row.trial,
        failed=row.state == State.FAILED,
        valid=row.valid,
        reruns=row.reruns,
        total=row.total,
        task_flow=row.task_flow,
        interaction=row.interaction,
        **marks_from_json(json.loads(row.marks)),
    )


def call_of(row: Row[Any]) -> CallRow:
    return CallRow(
        id=row.id,
        kind=row.kind,
        record=row.record,
        run=row.run,
        cell=row.cell,
        place=row.place,
        attempt=row.attempt,
        state=State(row.state),
        counted=row.counted,
        result=None if row.marks is None else result_of(row),
        person=row.person,
        source=row.source,
        import_id=row.import_id,
        ended_at=row.ended_at,
    )


def head_of(row: Row[Any]) -> CallHead:
    outcome = "" if row.marks is None else marks_from_json(json.loads(row.marks))["outcome"]
    return CallHead(
        id=row.id,
        kind=row.kind,
        run=row.run,
        cell=row.cell,
        attempt=row.attempt,
        state=State(row.state),
        counted=row.counted,
        scenario=row.scenario,
        caller=row.caller,
        customer=row.customer,
        persona=row.persona,
        person=row.person,
        import_id=row.import_id,
        total=row.total,
        task_flow=row.task_flow,
        interaction=row.interaction,
        turns=row.turns,
        outcome=outcome,
        ended_at=row.ended_at,
    )
