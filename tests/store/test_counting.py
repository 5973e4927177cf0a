"""Whatever is saved and settled, in whatever order and however often, comes to one result a cell and exact sums."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefu.store.calls import State, records, recount, results, save_calls, settle_calls
from kefu.store.database import Store
from kefu.store.runs import progress_of
from store.kept import call, started

CELLS, ATTEMPTS = 3, 3
_fresh = itertools.count()

deed = st.tuples(
    st.booleans(),  # settle, or save
    st.lists(
        st.tuples(
            st.integers(0, CELLS - 1),
            st.integers(0, ATTEMPTS - 1),
            st.sampled_from(State),
            st.booleans(),  # put forward
            st.booleans(),  # true to the document
            st.sampled_from(["", "b"]),  # held once more under another id
        ),
        min_size=1,
        max_size=5,
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(deed, max_size=8))
def test_the_sums_are_those_of_the_calls(store: Store, deeds: list[tuple[bool, list[tuple]]]) -> None:
    of = started(store, f"run-{next(_fresh)}", trials=CELLS)
    for settles, attempts in deeds:
        rows = [
            call(of, place, attempt=attempt, state=state, counted=counted, valid=valid, talk=talk)
            for place, attempt, state, counted, valid, talk in attempts
        ]
        (settle_calls if settles else save_calls)(store, rows, batch=1)
        progress, counted = progress_of(store, of.id), recount(store, of.id)
        for name in ("done", "failed", "invalid", "reruns", "turns"):
            assert getattr(progress, name) == getattr(counted, name), name
        kept = list(records(store, of.id, counted=False))
        found = [row.cell for row in kept if row.counted]
        assert len(found) == len(set(found)) == progress.done + progress.failed
        assert len({(row.cell, row.attempt) for row in kept}) == len(kept)
        assert [result.cell for result in results(store, of.id)] == found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_order_and_repetition_comes_to_the_same(store: Store, data: st.DataObject) -> None:
    """The life of some cells: talked, scored, untrue, held again; as a worker tells it, and told by several at once."""
    of = started(store, f"run-{next(_fresh)}", trials=CELLS)
    deeds = []
    for place in range(CELLS):
        untrue = data.draw(st.integers(0, ATTEMPTS - 1))
        for attempt in range(untrue + 1):
            last = attempt == untrue
            done = call(of, place, attempt=attempt, counted=last, valid=last)
            deeds += [(save_calls, replace(done, state=State.TALKED, result=None)), (settle_calls, done)]
    told = data.draw(st.permutations(deeds + data.draw(st.lists(st.sampled_from(deeds), max_size=6))))
    for keep, row in told:
        keep(store, [row], batch=row.place)
    progress = progress_of(store, of.id)
    archived = len(deeds) // 2 - CELLS
    assert (progress.done, progress.failed, progress.invalid, progress.reruns) == (CELLS, 0, 0, archived)
    assert [result.trial for result in results(store, of.id)] == list(range(CELLS))
    assert all(row.attempt == row.result.reruns for row in records(store, of.id) if row.result)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (3,), (2, 1)])
def test_progress_does_not_depend_on_how_much_is_saved_at_once(store: Store, sizes: tuple[int, ...]) -> None:
    of = started(store)
    rows = iter([call(of, 0, counted=False, valid=False), call(of, 0, attempt=1), call(of, 1, state=State.FAILED)])
    for size in sizes:
        save_calls(store, list(itertools.islice(rows, size)))
    progress = progress_of(store, of.id)
    assert (progress.done, progress.failed, progress.reruns, progress.turns) == (1, 1, 1, 4)
