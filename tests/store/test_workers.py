"""Workers are heard of by the database's clock, and the dead are buried once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kefu.store import workers as module
from kefu.store.database import Store, open_store
from kefu.store.workers import Spent, beat, bury, find_worker, join, leave, live
from store.kept import started

HOUR = timedelta(hours=1)


def test_a_worker_joins_beats_and_leaves(store: Store) -> None:
    of = started(store)
    worker = join(store, of.id, machine="甲机", pid=77)
    assert (worker.run, worker.machine, worker.pid, worker.left_at) == (of.id, "甲机", 77, None)
    assert worker.started_at.utcoffset() == timedelta(0)
    other = join(store, of.id)
    assert [each.id for each in live(store, of.id)] == [worker.id, other.id]
    spent = Spent(cost={"CNY": Decimal("0.10")}, tokens_in=5, tokens_out=7)
    assert beat(store, worker, spent) is True
    assert beat(store, worker.id) is True
    leave(store, other)
    (found,) = live(store, of.id)
    assert found.spent == spent
    assert found.beat_at > worker.beat_at
    assert find_worker(store, other.id).left_at is not None
    assert live(store, "another") == []
    with pytest.raises(LookupError):
        find_worker(store, "nobody")


def test_the_dead_are_buried_once_and_told_so(store: Store) -> None:
    of = started(store)
    worker = join(store, of.id)
    assert bury(store, worker, silent=HOUR) is False
    assert bury(store, worker) is True
    assert bury(store, worker) is False
    assert beat(store, worker) is False
    assert live(store, of.id) == []
    assert bury(store, "nobody") is False
    gone = join(store, of.id)
    leave(store, gone)
    assert bury(store, gone) is False


def test_one_of_several_at_once_buries(database: str) -> None:
    with open_store(database) as store:
        dead = join(store, started(store).id)
    said: list[bool] = []
    begin = threading.Barrier(4)

    def say() -> None:
        with open_store(database) as mine:
            begin.wait(20)
            said.append(bury(mine, dead))

    threads = [threading.Thread(target=say) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == [False, False, False, True]


def test_the_clock_of_the_machine_does_not_matter_where_there_is_a_server(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not store.postgres:
        pytest.skip("a file has no clock")

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + 5 * HOUR

    of = started(store)
    worker = join(store, of.id)
    for name in (module, __import__("kefu.store.database", fromlist=["datetime"])):
        monkeypatch.setattr(name, "datetime", Late)
    assert live(store, of.id)[0].silence < HOUR
    assert bury(store, worker, silent=HOUR) is False
    assert beat(store, worker) is True
    assert find_worker(store, worker.id).beat_at < datetime.now(UTC) + HOUR
