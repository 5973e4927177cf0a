"""What part of a run's limits a worker may use: places by rank, and money that nobody else can spend.

What a worker is given of the budget is noted with it in one transaction with
what the others have been given, so that all together never have more than there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select, update

from kefu.store.database import Store
from kefu.store.tables import runs, workers
from kefu.store.workers import Worker

__all__ = ["Share", "take_share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One of ``workers`` that live, the eldest of rank 0; ``money`` is all it may spend, with what it has spent."""

    workers: int
    rank: int
    money: Decimal | None = None


def take_share(store: Store, worker: Worker, budget: str | None) -> Share:
    """The share of a worker, which has told what it spent; what it does not need of its old one is free again."""

    def change(connection: Connection) -> Share:
        connection.execute(select(runs.c.id).where(runs.c.id == worker.run).with_for_update())  # one after another
        everybody = connection.execute(
            select(workers).where(workers.c.run == worker.run).order_by(workers.c.started_at, workers.c.id)
        ).all()
        here = [row for row in everybody if row.left_at is None and row.buried_at is None]
        ids = [row.id for row in here]
        rank = ids.index(worker.id) if worker.id in ids else len(ids)
        money = None
        if budget is not None:
            money = _money(Decimal(budget), everybody, worker.id, len(here))
            connection.execute(update(workers).where(workers.c.id == worker.id).values(allowed=str(money)))
        return Share(workers=max(1, len(here)), rank=rank, money=money)

    return store.write(change)


def _money(budget: Decimal, everybody: Iterable[Row[Any]], me: str, living: int) -> Decimal:
    """An even part of what is left, as far as the others have not been given it."""
    mine = others = all_spent = Decimal(0)
    for row in everybody:
        spent = sum((Decimal(amount) for amount in json.loads(row.cost).values()), Decimal(0))
        all_spent += spent
        gone = row.left_at is not None or row.buried_at is not None
        if row.id == me:
            mine = spent
        else:
            others += spent if gone else max(spent, Decimal(row.allowed or "0"))
    even = mine + max(Decimal(0), budget - all_spent) / max(1, living)
    return max(mine, min(even, budget - others))
