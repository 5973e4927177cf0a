"""Runs and calls to keep, as small as they can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kefu.bench.plan import Plan
from kefu.bench.result import Result
from kefu.scenario import parse_scenario, scenario_to_json
from kefu.store.calls import CallRow, State
from kefu.store.database import Store
from kefu.store.runs import RunRecord, Source, create_run

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
TEXT = "# 回访\n\n## 电话拨打方\n\n### 开场白\n“您好，这里是云栖水务。”\n"


def source(name: str = "visit", text: str = TEXT, path: str = "visit.md") -> Source:
    scenario = parse_scenario(text, id=name)
    return Source(id=name, path=path, hash="4f1c", data=scenario_to_json(scenario), text=text)


def run(name: str = "261121-k7m2", *, trials: int = 4, **more: Any) -> RunRecord:
    values: dict[str, Any] = {
        "sources": (source(),),
        "provenance": {"kefu": "1.0", "git": {"commit": "3d2a", "changed": False}},
        "created_at": AT,
    }
    return RunRecord(id=name, plan=Plan(scenarios=("visit",), trials=trials), **values | more)


def started(store: Store, name: str = "261121-k7m2", *, trials: int = 4) -> RunRecord:
    kept = run(name, trials=trials)
    create_run(store, kept)
    return kept


def call(
    of: RunRecord,
    place: int,
    *,
    attempt: int = 0,
    state: State = State.DONE,
    counted: bool = True,
    valid: bool = True,
    talk: str = "",
    words: str = "您好。",
) -> CallRow:
    """The call of one cell of a run; another ``talk`` is another time that the same attempt was held."""
    cell = of.plan[place]
    turns = place % 3 + 1
    result = Result(
        cell=cell.id,
        pair=cell.pair,
        scenario=cell.scenario,
        domain="care",
        caller=cell.caller,
        customer=cell.customer,
        persona="direct",
        perturb="",
        row=0,
        trial=cell.trial,
        failed=state is State.FAILED,
        valid=valid,
        reruns=attempt,
        total=None if state is State.FAILED else 0.25 + 0.125 * (place % 4),
        task_flow=0.5,
        interaction=None,
        dimensions=(("concision", 0.9), ("empathy", None)),
        steps=((1, "met", 1.0), (2, "unscored", None)),
        violations=(("ignored_question", "minor"),),
        outcome="done",
        ended_by="caller",
        reason="completed",
        turns=turns,
    )
    record = {
        "scenario": cell.scenario,
        "caller": cell.caller,
        "customer": cell.customer,
        "persona": "direct",
        "seed": cell.seed,
        "turns": [{"speaker": "caller", "text": words}] * turns,
    }
    return CallRow(
        id=f"{of.id}.{cell.id}.{attempt}{talk}",
        kind="run",
        run=of.id,
        cell=cell.id,
        place=place,
        attempt=attempt,
        state=state,
        counted=counted and state is not State.TALKED,
        result=None if state is State.TALKED else result,
        record=record,
        source="4f1c",
        ended_at=AT,
    )


def practice(name: str, person: str = "", *, kind: str = "practice", import_id: str = "") -> CallRow:
    """A call of no run."""
    made = call(run(), 0)
    return replace(
        made, id=name, kind=kind, run=None, cell=None, place=None, person=person, import_id=import_id, result=None
    )
