"""How a run is cut into batches, and which of them are left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kefu.bench.plan import Plan
from kefu.run.begin import batch_size
from kefu.settings import Settings
from kefu.store.calls import State, save_calls
from kefu.store.database import Store
from kefu.store.outstanding import unfinished_batches
from kefu.store.runs import create_run
from store.kept import call, run

SET = Settings(environment={})


@pytest.mark.parametrize(
    ("caller", "cells", "concurrency", "size"),
    [
        ("script", 1, 8, 1),
        ("script", 15, 8, 1),
        ("script", 3_000, 8, 100),
        ("script", 60_000, 8, 100),
        ("http:http://h/x", 1_000, 8, 2),
        ("http:http://h/x", 1_000, 1, 1),
        ("http:http://h/x", 60_000, 10_000, 100),
        ("http:http://h/x", 100, 64, 7),
    ],
)
def test_batches_are_cheap_to_hand_out_and_enough_for_several(
    caller: str, cells: int, concurrency: int, size: int
) -> None:
    plan = Plan(scenarios=("visit",), callers=(caller,), trials=cells)
    assert batch_size(plan, concurrency, SET) == size


def test_what_is_left_of_a_run(store: Store) -> None:
    of = replace(run(trials=5), batch=2)
    create_run(store, of)
    assert unfinished_batches(store, of.id) == [0, 1, 2]
    save_calls(store, [call(of, 0), call(of, 1)], batch=0)
    save_calls(store, [call(of, 2), call(of, 3, state=State.FAILED)], batch=1)
    assert unfinished_batches(store, of.id) == [1, 2]
    assert unfinished_batches(store, of.id, failed=False) == [2]
    save_calls(store, [call(of, 4)], batch=2)
    assert unfinished_batches(store, of.id) == [1]
