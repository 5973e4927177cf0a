"""The processes that work at a run: who is alive, what each has spent, and who says of a silent one that it is dead.

Silence is measured by the clock of the database, since the clocks of machines differ.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Update, insert, select, update

from kefu.store.database import Store
from kefu.store.tables import workers

__all__ = ["Spent", "Worker", "beat", "bury", "find_worker", "join", "leave", "live"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a worker has spent since it joined: cost by currency, and tokens."""

    cost: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process at work; ``silence`` is how long it had not been heard of when this was read."""

    id: str
    run: str
    machine: str
    pid: int
    started_at: datetime
    beat_at: datetime
    left_at: datetime | None = None
    buried_at: datetime | None = None
    spent: Spent = field(default_factory=Spent)
    silence: timedelta = timedelta(0)


def join(store: Store, run_id: str, *, machine: str | None = None, pid: int | None = None) -> Worker:
    """This process, or the one that is named, begins to work at the run."""
    name = f"w-{secrets.token_hex(6)}"
    values = {
        "id": name,
        "run": run_id,
        "machine": platform.node() if machine is None else machine,
        "pid": os.getpid() if pid is None else pid,
        "cost": "{}",
        "tokens_in": 0,
        "tokens_out": 0,
    }

    def change(connection: Connection) -> None:
        moment = _clock(connection, store)
        connection.execute(insert(workers), values | {"started_at": moment, "beat_at": moment})

    store.write(change)
    return find_worker(store, name)


def beat(store: Store, worker: Worker | str, spent: Spent | None = None) -> bool:
    """The worker is alive and has spent so much in all; false if it was buried meanwhile, and must stop."""
    alive = update(workers).where(workers.c.id == _id(worker), workers.c.buried_at.is_(None))
    return _change(store, alive, {"beat_at": store.now()} | _spent(spent))


def leave(store: Store, worker: Worker | str, spent: Spent | None = None) -> None:
    """The worker has done what it could and goes."""
    moments = {"beat_at": store.now(), "left_at": store.now()}
    _change(store, update(workers).where(workers.c.id == _id(worker)), moments | _spent(spent))


def live(store: Store, run_id: str) -> list[Worker]:
    """The workers of the run that neither left nor were buried, the eldest first; see their ``silence``."""
    there = (workers.c.run == run_id, workers.c.left_at.is_(None), workers.c.buried_at.is_(None))
    with store.reading() as connection:
        moment = _clock(connection, store)
        found = connection.execute(select(workers).where(*there).order_by(workers.c.started_at, workers.c.id))
        return [_worker(row, moment) for row in found]


def find_worker(store: Store, worker_id: str) -> Worker:
    """The worker of that id, alive or not; ``LookupError`` if there never was one."""
    with store.reading() as connection:
        row = connection.execute(select(workers).where(workers.c.id == worker_id)).one_or_none()
        if row is None:
            raise LookupError(worker_id)
        return _worker(row, _clock(connection, store))


def bury(store: Store, dead: Worker | str, *, silent: timedelta = timedelta(0)) -> bool:
    """Say that a worker is dead; true for exactly one of those who say so, and only if it kept ``silent`` so long."""

    def change(connection: Connection) -> bool:
        moment = _clock(connection, store)
        here = (workers.c.id == _id(dead), workers.c.left_at.is_(None), workers.c.buried_at.is_(None))
        statement = update(workers).where(*here, workers.c.beat_at <= moment - silent).values(buried_at=moment)
        return bool(connection.execute(statement).rowcount)

    return store.write(change)


def _clock(connection: Connection, store: Store) -> datetime:
    """The time by the clock that all workers share."""
    return connection.execute(select(store.now())).scalar_one() if store.postgres else datetime.now(UTC)


def _id(worker: Worker | str) -> str:
    return worker.id if isinstance(worker, Worker) else worker


def _spent(spent: Spent | None) -> dict[str, Any]:
    if spent is None:
        return {}
    cost = {currency: str(amount) for currency, amount in sorted(spent.cost.items())}
    return {"cost": json.dumps(cost), "tokens_in": spent.tokens_in, "tokens_out": spent.tokens_out}


def _change(store: Store, statement: Update, values: Mapping[str, Any]) -> bool:
    return store.write(lambda connection: bool(connection.execute(statement.values(values)).rowcount))


def _worker(row: Row[Any], moment: datetime) -> Worker:
    cost = {currency: Decimal(amount) for currency, amount in json.loads(row.cost).items()}
    return Worker(
        id=row.id,
        run=row.run,
        machine=row.machine,
        pid=row.pid,
        started_at=row.started_at,
        beat_at=row.beat_at,
        left_at=row.left_at,
        buried_at=row.buried_at,
        spent=Spent(cost=MappingProxyType(cost), tokens_in=row.tokens_in, tokens_out=row.tokens_out),
        silence=max(moment - row.beat_at, timedelta(0)),
    )
