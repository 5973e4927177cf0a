"""What is finished is saved, whatever the database does: patience while it restarts, a file where it does not return.

A call that was paid for must not be paid again because the database was away
when it ended.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from kefu.bench.result import Result
from kefu.store.calls import RUN, CallRow, Ended, State, keep_calls, settle_calls
from kefu.store.database import Store
from kefu.store.fault import StoreError

__all__ = ["Keeper", "replies_of", "take_in"]

P = ParamSpec("P")
R = TypeVar("R")
_PATIENCE = 60.0
_PAUSE = 0.5
_SUFFIX = ".unsaved.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A call that is to be saved, and who waits for it."""

    row: CallRow
    batch: int
    settles: bool
    done: asyncio.Future[None]


class Keeper:
    """Saves for one worker. ``folder`` is where rows go that the database did not take; ``threaded`` frees the loop."""

    def __init__(
        self, store: Store, folder: Path, run: str, worker: str, *, threaded: bool, patience: float = _PATIENCE
    ) -> None:
        self.store = store
        self._folder = folder
        self._run = run
        self._file = folder / f"{run}.{worker}{_SUFFIX}"
        self._threaded = threaded
        self._patience = patience
        self._away_since: float | None = None
        self._waiting: list[_Waiting] = []
        self._flushing: set[asyncio.Task[None]] = set()

    def replies(self, call: str) -> Path:
        """The folder for the replies that a call was paid for, until it is saved."""
        return replies_of(self._folder, self._run) / call

    @property
    def is_away(self) -> bool:
        """Whether the database could last not be reached, so that nothing new should be begun."""
        return self._away_since is not None

    async def __call__(self, save: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What ``save`` returns. Raises :class:`StoreError` where the database stays away, or is full."""
        while True:
            try:
                if self._threaded:
                    result = await asyncio.to_thread(save, *args, **kwargs)
                else:
                    result = save(*args, **kwargs)
            except StoreError as broken:
                self._away_since = self._away_since or monotonic()
                if not broken.transient or monotonic() - self._away_since > self._patience:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                self._away_since = None
                return result

    async def put(self, row: CallRow, batch: int, *, settles: bool) -> None:
        """Save one call, together with all others that ended in the same turn of the loop: a reply may be waiting.

        What cannot be saved is written to a file of this worker's. Raises :class:`StoreError` after that.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Waiting(row=row, batch=batch, settles=settles, done=done))
        if len(self._waiting) == 1:
            loop.call_soon(self._flush_soon)
        await done

    def _flush_soon(self) -> None:
        waiting, self._waiting = self._waiting, []
        task = asyncio.get_running_loop().create_task(self._flush(waiting))
        self._flushing.add(task)
        task.add_done_callback(self._flushing.discard)

    async def _flush(self, waiting: Sequence[_Waiting]) -> None:
        """All in one transaction: each of its own would keep the others waiting, and what waits may be paid again."""
        groups: dict[tuple[int, bool], list[CallRow]] = {}
        for each in waiting:
            groups.setdefault((each.batch, each.settles), []).append(each.row)
        parts = [Ended(rows=rows, batch=batch, settles=settles) for (batch, settles), rows in groups.items()]
        try:
            await self(keep_calls, self.store, parts)
        except StoreError as broken:
            for part in parts:
                self.put_aside(part.rows, part.batch)
            for each in waiting:
                if not each.done.done():
                    each.done.set_exception(broken)
        else:
            for each in waiting:
                if not each.done.done():
                    each.done.set_result(None)

    async def flushed(self) -> None:
        """Wait until everything that was put is saved or set aside."""
        while self._waiting or self._flushing:
            await asyncio.sleep(0)
            if self._flushing:
                await asyncio.wait(self._flushing)

    def put_aside(self, rows: Sequence[CallRow], batch: int) -> None:
        """Write rows that could not be saved to a file of this worker's; :func:`take_in` saves them later.

        Where there is no room for a file either, they are lost, and held again when the run is resumed.
        """
        lines = [json.dumps({"batch": batch, **row_to_json(row)}, ensure_ascii=False) for row in rows]
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as file:
                file.writelines(line.encode("utf-8", "surrogatepass") + b"\n" for line in lines)


def replies_of(folder: Path, run: str) -> Path:
    """Where workers of this machine keep what was said in calls of ``run`` that are not over."""
    return folder / "replies" / run


def take_in(store: Store, folder: Path, run: str) -> int:
    """Save what earlier workers of ``run`` had to put aside; returns how many calls that were.

    A line that was cut off, as by a kill, is passed over.
    """
    found = 0
    for path in sorted(folder.glob(f"{run}.*{_SUFFIX}")):
        for line in path.read_bytes().splitlines():
            with suppress(ValueError):
                data = json.loads(line.decode("utf-8", "surrogatepass"))
                found += settle_calls(store, [row_from_json(data)], batch=data["batch"])
        path.unlink()
    return found


def row_to_json(row: CallRow) -> dict[str, Any]:
    """A call of a run as a line of JSON."""
    return {
        "id": row.id,
        "run": row.run,
        "cell": row.cell,
        "place": row.place,
        "attempt": row.attempt,
        "state": row.state,
        "counted": row.counted,
        "source": row.source,
        "ended_at": row.ended_at.isoformat(),
        "record": row.record,
        "result": row.result and asdict(row.result),
    }


def row_from_json(data: Mapping[str, Any]) -> CallRow:
    """The call that :func:`row_to_json` wrote."""
    result: dict[str, Any] | None = data["result"]
    if result is not None:
        for name in ("dimensions", "steps", "violations"):
            result[name] = tuple(tuple(each) for each in result[name])
    return CallRow(
        id=data["id"],
        kind=RUN,
        run=data["run"],
        cell=data["cell"],
        place=data["place"],
        attempt=data["attempt"],
        state=State(data["state"]),
        counted=data["counted"],
        source=data["source"],
        ended_at=datetime.fromisoformat(data["ended_at"]),
        record=data["record"],
        result=None if result is None else Result(**result),
    )
