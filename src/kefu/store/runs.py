"""Runs as they are kept: the plan, the documents as they were, where the result came from, and how far it has come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kefu.bench.plan import Plan, plan_from_json, plan_to_json
from kefu.errors import InputError, NotFound
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario
from kefu.scenario.wire import scenario_from_json
from kefu.store.database import Store
from kefu.store.tables import batches, documents, pack, runs, sources, workers

__all__ = [
    "Progress",
    "RunRecord",
    "Source",
    "change_run",
    "create_run",
    "find_run",
    "is_current",
    "list_runs",
    "mark_finished",
    "mark_stopped",
    "next_round",
    "progress_of",
    "scenarios_of",
]

LATEST = "latest"
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document as a run called it: ``data`` in the shape of ``scenario_to_json``, ``text`` as canonical Markdown."""

    id: str
    path: str
    hash: str
    data: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as it is kept. ``round`` counts how often it was taken up again, ``stopped`` says why it stands still."""

    id: str
    plan: Plan
    sources: tuple[Source, ...]
    provenance: Mapping[str, Any]
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    batch: int = 50
    concurrency: int = 1
    budget: str | None = None
    keep_exchanges: bool = False
    round: int = 0
    stopped: str = ""
    finished_at: datetime | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come. ``done`` and ``failed`` are cells with a result, ``reruns`` archived attempts."""

    cells: int
    done: int = 0
    failed: int = 0
    invalid: int = 0
    reruns: int = 0
    turns: int = 0
    cost: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    tokens_in: int = 0
    tokens_out: int = 0


def create_run(store: Store, run: RunRecord, *, alone: bool = False) -> str:
    """Keep a new run with its documents; ``InputError`` if there is one of that id.

    With ``alone`` it is only kept where there is no other; returns the id of the one that is there.
    """
    kept = [(_digest(source), source) for source in run.sources]
    values = {
        "id": run.id,
        "label": run.label,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "stopped": run.stopped,
        "round": run.round,
        "cells": len(run.plan),
        "batch": run.batch,
        "concurrency": run.concurrency,
        "budget": run.budget,
        "keep_exchanges": run.keep_exchanges,
        "provenance": pack(dict(run.provenance)),
        "plan": pack(plan_to_json(run.plan)),
    }
    texts = [{"key": key, "text": pack(source.text), "data": pack(source.data)} for key, source in kept]
    links = [
        {
            "run": run.id,
            "place": place,
            "scenario": source.id,
            "path": source.path,
            "hash": source.hash,
            "document": key,
        }
        for place, (key, source) in enumerate(kept)
    ]

    def change(connection: Connection) -> str:
        other = connection.execute(select(runs.c.id).limit(1)).scalar() if alone else None
        if other is not None:
            return str(other)
        connection.execute(insert(runs), values)
        if kept:
            connection.execute(store.insert_new(documents), texts)
            connection.execute(insert(sources), links)
        return ""

    try:
        return store.write(change)
    except IntegrityError:
        raise InputError(
            _("there is a run %s already") % run.id, where=store.url, hint=_("resume it, or use another database")
        ) from None


def find_run(store: Store, name: str) -> RunRecord:
    """The run called ``name``: its id, the beginning of it that no other has, or ``latest``."""
    with store.reading() as connection:
        newest = select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc())
        if name == LATEST:
            found = connection.execute(newest.limit(1)).all()
        else:
            found = connection.execute(newest.where(runs.c.id == name)).all()
            if not found and name:
                fits = newest.where(runs.c.id.startswith(name, autoescape=True)).limit(_SHOWN)
                found = connection.execute(fits).all()
        if len(found) == 1:
            return _records(connection, found)[0]
        newer = connection.execute(select(runs.c.id).order_by(runs.c.created_at.desc()).limit(_SHOWN)).scalars().all()
    if found:
        several = ", ".join(row.id for row in found)
        raise InputError(_("several runs begin with %r") % name, where=store.url, hint=_("say which: %s") % several)
    if not newer:
        raise NotFound(_("there are no runs yet"), where=store.url, hint=_("start one with kefu bench run"))
    hint = _("the newest are %s; see kefu bench list") % ", ".join(newer)
    raise NotFound(_("there is no run %r") % name, where=store.url, hint=hint)


def list_runs(store: Store, *, limit: int = 20) -> list[tuple[RunRecord, Progress]]:
    """The newest runs first, each with how far it has come."""
    with store.reading() as connection:
        newest = select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)
        found = _records(connection, connection.execute(newest).all())
        return [(run, _progress(connection, run.id)) for run in found]


def scenarios_of(store: Store, run: RunRecord | str) -> dict[str, Scenario]:
    """The scenarios of a run by their ids, as they were when it began."""
    record = find_run(store, run) if isinstance(run, str) else run
    return {source.id: scenario_from_json(source.data) for source in record.sources}


def next_round(store: Store, run_id: str) -> int:
    """Take the run up again; the number of this round, which nobody else is given."""

    def change(connection: Connection) -> int:
        values = {"round": runs.c.round + 1, "stopped": "", "finished_at": None}
        connection.execute(update(runs).where(runs.c.id == run_id).values(values))
        found: int | None = connection.execute(select(runs.c.round).where(runs.c.id == run_id)).scalar_one_or_none()
        if found is None:
            raise _no_run(store, run_id)
        return found

    return store.write(change)


def change_run(store: Store, run_id: str, *, budget: str | None, provenance: Mapping[str, Any]) -> None:
    """Another budget, or other rules, from here on."""
    _mark(store, run_id, {"budget": budget, "provenance": pack(dict(provenance))})


def mark_stopped(store: Store, run_id: str, why: str) -> None:
    """The run stopped before its end, and why; empty if it goes on."""
    _mark(store, run_id, {"stopped": why, "finished_at": None})


def mark_finished(store: Store, run_id: str) -> None:
    """Every cell of the run has been held."""
    _mark(store, run_id, {"stopped": "", "finished_at": datetime.now(UTC)})


def is_current(store: Store, run_id: str, round_: int) -> bool:
    """Whether this round of the run still goes on: neither finished nor stopped, and none after it."""
    goes_on = (runs.c.id == run_id, runs.c.round == round_, runs.c.stopped == "", runs.c.finished_at.is_(None))
    with store.reading() as connection:
        return connection.execute(select(runs.c.id).where(*goes_on)).first() is not None


def progress_of(store: Store, run_id: str) -> Progress:
    """How far the run has come: sums of what its batches and workers have noted, however many calls there are."""
    with store.reading() as connection:
        return _progress(connection, run_id)


def _mark(store: Store, run_id: str, values: Mapping[str, Any]) -> None:
    def change(connection: Connection) -> None:
        if not connection.execute(update(runs).where(runs.c.id == run_id).values(values)).rowcount:
            raise _no_run(store, run_id)

    store.write(change)


def _no_run(store: Store, run_id: str) -> NotFound:
    return NotFound(_("there is no run %r") % run_id, where=store.url, hint=_("see kefu bench list"))


_SUMS = ("done", "failed", "invalid", "reruns", "turns")


def _progress(connection: Connection, run_id: str) -> Progress:
    cells: int = connection.execute(select(runs.c.cells).where(runs.c.id == run_id)).scalar_one_or_none() or 0
    sums = connection.execute(
        select(*(func.coalesce(func.sum(batches.c[name]), 0) for name in _SUMS)).where(batches.c.run == run_id)
    ).one()
    cost: dict[str, Decimal] = {}
    tokens_in = tokens_out = 0
    spent = select(workers.c.cost, workers.c.tokens_in, workers.c.tokens_out).where(workers.c.run == run_id)
    for row in connection.execute(spent):
        tokens_in += row.tokens_in
        tokens_out += row.tokens_out
        for currency, amount in json.loads(row.cost).items():
            cost[currency] = cost.get(currency, Decimal(0)) + Decimal(amount)
    done, failed, invalid, reruns, turns = (int(number) for number in sums)
    return Progress(
        cells=cells,
        done=done,
        failed=failed,
        invalid=invalid,
        reruns=reruns,
        turns=turns,
        cost=MappingProxyType(cost),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


def _records(connection: Connection, rows: Sequence[Row[Any]]) -> list[RunRecord]:
    """Runs with their documents; a document that several have is read once."""
    ids = [row.id for row in rows]
    links = connection.execute(select(sources).where(sources.c.run.in_(ids)).order_by(sources.c.place)).all()
    keys = sorted({link.document for link in links})
    texts = {row.key: row for row in connection.execute(select(documents).where(documents.c.key.in_(keys)))}
    return [
        _record(
            row,
            tuple(
                Source(
                    id=link.scenario,
                    path=link.path,
                    hash=link.hash,
                    data=texts[link.document].data,
                    text=texts[link.document].text,
                )
                for link in links
                if link.run == row.id
            ),
        )
        for row in rows
    ]


def _record(row: Row[Any], of: tuple[Source, ...]) -> RunRecord:
    return RunRecord(
        id=row.id,
        plan=plan_from_json(row.plan),
        sources=of,
        provenance=MappingProxyType(row.provenance),
        created_at=row.created_at,
        batch=row.batch,
        concurrency=row.concurrency,
        budget=row.budget,
        keep_exchanges=row.keep_exchanges,
        round=row.round,
        stopped=row.stopped,
        finished_at=row.finished_at,
        label=row.label,
    )


def _digest(source: Source) -> str:
    said = json.dumps([source.text, source.data], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
