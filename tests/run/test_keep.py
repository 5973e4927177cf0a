"""A database that is away is waited for; what it never took is in a file, and taken in later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import kefu.run.keep as keeping
from kefu.run.keep import Keeper, row_from_json, row_to_json, take_in
from kefu.store.calls import State, recount
from kefu.store.database import Store
from kefu.store.fault import StoreError
from kefu.store.runs import progress_of
from store.kept import call, started


class Away:
    """What saves, and fails so often before it does."""

    def __init__(self, times: int, save: Any, *, transient: bool = True) -> None:
        self.times, self.tried, self._save, self._transient = times, 0, save, transient

    def __call__(self, *arguments: Any) -> Any:
        self.tried += 1
        if self.tried <= self.times:
            raise StoreError("away", transient=self._transient)
        return self._save(*arguments)


def test_what_ends_together_is_saved_in_one_transaction(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = started(store)
    saves = Away(0, keeping.keep_calls)
    monkeypatch.setattr(keeping, "keep_calls", saves)

    async def hold() -> None:
        keeper = Keeper(store, tmp_path, of.id, "w", threaded=False)
        await asyncio.gather(*(keeper.put(call(of, place), place, settles=place % 2 == 0) for place in range(4)))

    asyncio.run(hold())
    assert saves.tried == 1
    assert progress_of(store, of.id).done == recount(store, of.id).done == 4


@pytest.mark.parametrize("threaded", [False, True])
def test_a_database_that_returns_is_waited_for(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threaded: bool
) -> None:
    of = started(store)
    monkeypatch.setattr(keeping, "_PAUSE", 0.01)
    monkeypatch.setattr(keeping, "keep_calls", Away(3, keeping.keep_calls))

    async def hold() -> bool:
        keeper = Keeper(store, tmp_path, of.id, "w", threaded=threaded)
        await keeper.put(call(of, 0), 0, settles=True)
        return keeper.is_away

    assert asyncio.run(hold()) is False
    assert progress_of(store, of.id).done == 1
    assert not list(tmp_path.glob("*.unsaved.jsonl"))


@pytest.mark.parametrize("transient", [True, False])
def test_what_was_never_taken_is_put_aside_and_taken_in_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transient: bool
) -> None:
    of = started(store)
    monkeypatch.setattr(keeping, "_PAUSE", 0.01)
    monkeypatch.setattr(keeping, "keep_calls", Away(10_000, None, transient=transient))

    async def hold() -> list[BaseException | None]:
        keeper = Keeper(store, tmp_path, of.id, "w", threaded=False, patience=0.05)
        puts = (keeper.put(call(of, place), 0, settles=True) for place in range(3))
        return await asyncio.gather(*puts, return_exceptions=True)

    assert [type(each) for each in asyncio.run(hold())] == [StoreError] * 3
    (aside,) = tmp_path.glob("*.unsaved.jsonl")
    with aside.open("ab") as file:
        file.write(b'{"batch": 0, "id": "cut of')  # as a kill leaves it
    monkeypatch.undo()
    assert take_in(store, tmp_path, of.id) == 3
    assert take_in(store, tmp_path, of.id) == 0
    assert progress_of(store, of.id).done == recount(store, of.id).done == 3


@pytest.mark.parametrize("state", list(State))
def test_a_call_comes_back_from_its_file_as_it_was(store: Store, state: State) -> None:
    of = started(store)
    row = call(of, 1, attempt=1, state=state, words="好\ud800\u2028的")
    assert row_from_json(row_to_json(row)) == row


def test_a_full_disk_below_the_file_too_is_told_by_the_database_alone(store: Store, tmp_path: Path) -> None:
    of = started(store)
    (tmp_path / "file").write_text("")
    Keeper(store, tmp_path / "file", of.id, "w", threaded=False).put_aside([call(of, 0)], 0)
    assert [path.name for path in tmp_path.iterdir() if path.is_file() and path.suffix != ".db"] == ["file"]
