"""Calls are kept once, and read back as they were."""

from __future__ import annotations

import threading
import tracemalloc
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from kefu.errors import InputError, NotFound
from kefu.store.calls import (
    State,
    delete_calls,
    find_call,
    finished_attempts,
    list_calls,
    records,
    recount,
    results,
    save_calls,
    settle_calls,
)
from kefu.store.database import Store, open_store
from kefu.store.reading import count_calls, list_imported, loose_records
from kefu.store.runs import Progress, progress_of
from store.kept import call, practice, run, started


def test_a_call_is_read_back_as_it_was(store: Store) -> None:
    of = started(store)
    kept = call(of, 2, words="“押金”退不退？\n\t再说。")
    assert save_calls(store, [kept]) == 1
    assert list(records(store, of.id)) == [kept]
    assert list(results(store, of.id)) == [kept.result]
    assert find_call(store, kept.id) == kept


def test_a_second_save_changes_nothing(store: Store) -> None:
    of = started(store)
    assert save_calls(store, [call(of, 0), call(of, 1)], batch=3) == 2
    before = list(records(store, of.id, counted=False)), progress_of(store, of.id)
    assert save_calls(store, [call(of, 1, words="别的话"), call(of, 0, state=State.FAILED)], batch=3) == 0
    assert settle_calls(store, [call(of, 1, valid=False)], batch=3) == 0
    assert (list(records(store, of.id, counted=False)), progress_of(store, of.id)) == before


def test_the_same_call_twice_in_one_save_is_one(store: Store) -> None:
    of = started(store)
    assert save_calls(store, [call(of, 0), call(of, 0)]) == 1
    assert progress_of(store, of.id).done == 1


def test_results_come_in_the_order_of_the_plan(store: Store) -> None:
    of = started(store, trials=7)
    for places in ((5, 2), (6, 0, 3), (4, 1)):
        save_calls(store, [call(of, place) for place in places])
    assert [result.trial for result in results(store, of.id)] == list(range(7))
    assert [row.place for row in records(store, of.id)] == list(range(7))
    assert [result.trial for result in results(store, of.id, caller="script")] == list(range(7))
    assert list(results(store, of.id, caller="human")) == []


def test_an_untrue_call_is_archived_and_its_rerun_counts(store: Store) -> None:
    of = started(store)
    untrue = call(of, 0, counted=False, valid=False)
    save_calls(store, [untrue])
    assert list(results(store, of.id)) == []
    rerun = call(of, 0, attempt=1)
    save_calls(store, [rerun])
    assert list(results(store, of.id)) == [rerun.result]
    assert list(records(store, of.id, counted=False)) == [untrue, rerun]
    progress = progress_of(store, of.id)
    assert (progress.done, progress.invalid, progress.reruns, progress.turns) == (1, 0, 1, 2)


def test_a_call_still_untrue_after_its_reruns_is_done_and_invalid(store: Store) -> None:
    of = started(store)
    save_calls(store, [call(of, 0, attempt=n, valid=False, counted=n == 2) for n in range(3)])
    progress = progress_of(store, of.id)
    assert (progress.done, progress.invalid, progress.reruns) == (1, 1, 2)


def test_the_last_attempt_counts_whenever_it_was_saved(store: Store) -> None:
    of = started(store)
    save_calls(store, [call(of, 0, attempt=1)])
    save_calls(store, [call(of, 0, attempt=0)])
    assert [result.reruns for result in results(store, of.id)] == [1]
    assert progress_of(store, of.id).done == 1


def test_a_paid_talk_is_kept_before_it_is_scored(store: Store) -> None:
    of = started(store)
    talked = call(of, 1, state=State.TALKED)
    assert save_calls(store, [talked]) == 1
    (attempt,) = finished_attempts(store, of.id, [of.plan[1].id, of.plan[2].id])[of.plan[1].id]
    assert (attempt.state, attempt.valid, attempt.record) == (State.TALKED, None, talked.record)
    assert progress_of(store, of.id).done == 0
    assert list(results(store, of.id)) == []
    scored = call(of, 1)
    assert settle_calls(store, [scored]) == 1
    assert settle_calls(store, [scored]) == 0
    assert save_calls(store, [talked]) == 0
    assert list(records(store, of.id)) == [scored]
    (attempt,) = finished_attempts(store, of.id, [of.plan[1].id])[of.plan[1].id]
    assert (attempt.state, attempt.valid, attempt.record) == (State.DONE, True, None)


def test_saving_again_does_not_settle(store: Store) -> None:
    of = started(store)
    save_calls(store, [call(of, 1, state=State.TALKED)])
    assert save_calls(store, [call(of, 1)]) == 0


def test_a_call_that_broke_off_is_held_again_as_the_same_attempt(store: Store) -> None:
    of = started(store)
    broken = call(of, 0, state=State.FAILED)
    save_calls(store, [broken])
    assert [result.failed for result in results(store, of.id)] == [True]
    assert progress_of(store, of.id).failed == 1
    again = call(of, 0, talk="b", state=State.TALKED)
    assert save_calls(store, [again]) == 1
    assert progress_of(store, of.id).failed == 0
    assert settle_calls(store, [call(of, 0, talk="b")]) == 1
    assert save_calls(store, [broken]) == 0
    progress = progress_of(store, of.id)
    assert (progress.done, progress.failed, progress.turns) == (1, 0, 1)
    assert len(list(records(store, of.id, counted=False))) == 1


def test_a_failed_attempt_may_be_followed_by_another(store: Store) -> None:
    of = started(store)
    save_calls(store, [call(of, 0, state=State.FAILED)])
    save_calls(store, [call(of, 0, attempt=1)])
    progress = progress_of(store, of.id)
    assert (progress.done, progress.failed, progress.reruns) == (1, 0, 0)


def test_records_of_some_calls(store: Store) -> None:
    of = started(store)
    rows = [call(of, place) for place in range(4)]
    save_calls(store, rows)
    assert list(records(store, of.id, ids=[rows[3].id, rows[1].id, "another"])) == [rows[1], rows[3]]
    assert list(records(store, of.id, ids=[])) == []


def test_whatever_a_program_under_test_says_can_be_kept(store: Store) -> None:
    of = started(store)
    kept = replace(call(of, 0, words="a\0b\ud800c"), person="王\0\udc80芳")
    save_calls(store, [kept])
    (found,) = records(store, of.id)
    assert found.record == kept.record
    assert found.person == "王\ufffd?芳"


def test_a_save_that_fails_keeps_nothing(store: Store) -> None:
    of = started(store)
    with pytest.raises(NotFound) as unknown:
        save_calls(store, [call(run("261121-none"), 0)])
    assert str(unknown.value) == f"{store.url}: there is no run '261121-none'; see kefu bench list"
    with pytest.raises(IntegrityError):  # the second is another cell's call under the id of the first
        save_calls(store, [call(of, 0), replace(call(of, 1), id=call(of, 0).id)])
    assert list(records(store, of.id, counted=False)) == []
    assert progress_of(store, of.id) == Progress(cells=4)


def test_a_call_of_a_run_says_where_it_belongs(store: Store) -> None:
    of = started(store)
    with pytest.raises(ValueError, match="without its run, its cell or the cell's place"):
        save_calls(store, [replace(call(of, 0), place=None)])
    with pytest.raises(ValueError, match="of several runs at once"):
        save_calls(store, [call(of, 0), call(run("261121-zzzz"), 1)])


def test_two_that_save_the_same_cells_at_once_keep_each_once(database: str) -> None:
    with open_store(database) as store:
        of = started(store, trials=60)
    begin = threading.Barrier(2)
    errors: list[BaseException] = []

    def save(places: list[int], attempt: int, batch: int) -> None:
        try:
            with open_store(database) as mine:
                begin.wait(20)
                for at in range(0, 60, 6):
                    save_calls(mine, [call(of, place, attempt=attempt) for place in places[at : at + 6]], batch=batch)
        except BaseException as error:
            errors.append(error)
            raise

    forth, back = list(range(60)), list(reversed(range(60)))
    threads = [threading.Thread(target=save, args=given) for given in ((forth, 0, 1), (back, 1, 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with open_store(database) as store:
        assert [result.trial for result in results(store, of.id)] == forth
        assert {result.reruns for result in results(store, of.id)} == {1}
        progress, counted = progress_of(store, of.id), recount(store, of.id)
        assert (progress.done, progress.turns) == (60, counted.turns)
        assert counted.done == 60


def test_many_calls_are_read_in_little_memory(store: Store) -> None:
    of = started(store, trials=3000)
    for at in range(0, 3000, 100):
        save_calls(store, [call(of, place, words="好" * 2000) for place in range(at, at + 100)])
    tracemalloc.start()
    number = sum(1 for _row in records(store, of.id))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 3000
    assert peak < 6 * 2**20  # all of them are 36 MB


def test_a_call_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    save_calls(store, [practice("c-ab12"), practice("c-ab34"), practice("d_5")])
    assert find_call(store, "d_").id == "d_5"
    assert find_call(store, "c-ab12").id == "c-ab12"
    with pytest.raises(InputError) as several:
        find_call(store, "c-")
    assert str(several.value) == f"{store.url}: several calls begin with 'c-'; say which: c-ab12, c-ab34"
    for name in ("e", "%", "c_ab12"):
        with pytest.raises(NotFound) as nothing:
            find_call(store, name)
        assert "; see kefu calls list" in str(nothing.value)


def test_lists_show_the_newest_first(store: Store) -> None:
    of = started(store)
    save_calls(store, [practice("p-1", "林晓"), practice("p-2", "赵宁")])
    save_calls(store, [call(of, 0)])
    save_calls(store, [practice("i-1", kind="imported", import_id="set-1"), practice("p-3", "林晓")])
    assert [head.id for head in list_calls(store)] == ["p-3", "i-1", call(of, 0).id, "p-2", "p-1"]
    assert [head.id for head in list_calls(store, kind="practice", person="林晓")] == ["p-3", "p-1"]
    assert [head.id for head in list_imported(store, "set-1")] == ["i-1"]
    assert [head.id for head in list_calls(store, limit=2)] == ["p-3", "i-1"]
    (head,) = list_calls(store, run=of.id)
    assert (head.total, head.outcome, head.turns, head.ended_at) == (0.25, "done", 1, call(of, 0).ended_at)


def test_whole_calls_of_no_run_come_in_the_order_in_which_they_were_saved(store: Store) -> None:
    save_calls(store, [call(started(store), 0)])
    save_calls(store, [practice(f"i-{n}", kind="imported", import_id=f"set-{n % 2}") for n in range(4)])
    save_calls(store, [practice("p-1", "林晓"), practice("p-2", "赵宁")])
    assert [row.id for row in loose_records(store, kind="imported")] == ["i-0", "i-1", "i-2", "i-3"]
    assert [row.id for row in loose_records(store, kind="imported", import_id="set-1")] == ["i-1", "i-3"]
    (one,) = loose_records(store, kind="practice", person="林晓")
    assert one == find_call(store, "p-1")


def test_the_last_of_many_come_in_the_order_in_which_they_were_saved(store: Store) -> None:
    of = started(store)
    save_calls(store, [practice(f"p-{n}", "林晓") for n in range(4)])
    save_calls(store, [call(of, 0, counted=False, valid=False), call(of, 0, attempt=1)])
    assert [row.id for row in loose_records(store, person="林晓", last=2)] == ["p-2", "p-3"]
    assert count_calls(store, person="林晓") == 4
    assert count_calls(store, kind="run") == len(list(loose_records(store, kind="run"))) == 1
    assert len(list(loose_records(store, kind="run", counted=False))) == 2


def test_imports_are_undone_and_runs_are_not(store: Store) -> None:
    of = started(store)
    save_calls(store, [call(of, 0)])
    rows = [practice(f"i-{n}", kind="imported", import_id="set-1") for n in range(3)]
    assert save_calls(store, rows) == 3
    assert save_calls(store, rows) == 0
    save_calls(store, [practice("i-9", kind="imported", import_id="set-2"), practice("p-1")])
    assert delete_calls(store, import_id="set-1") == 3
    assert delete_calls(store, ids=["p-1", call(of, 0).id, "nobody"]) == 1
    assert delete_calls(store) == 0
    assert [head.id for head in list_calls(store)] == ["i-9", call(of, 0).id]
