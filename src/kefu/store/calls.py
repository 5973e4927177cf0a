"""Calls as they are kept: each attempt at a cell once, whatever is saved twice, and what has become of it.

Saving and settling are one transaction each, with the sums of the batch in it,
so that a run's progress is exact after any kill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kefu.errors import NotFound
from kefu.i18n import gettext as _
from kefu.store.attempts import Held, State, Tally, accepted, ranked, tally_of
from kefu.store.database import Store
from kefu.store.reading import find_call, list_calls, records, results
from kefu.store.row import IMPORTED, PRACTICE, RUN, CallHead, CallRow, columns_of
from kefu.store.tables import batches, calls, runs

__all__ = [
    "IMPORTED",
    "PRACTICE",
    "RUN",
    "Attempt",
    "CallHead",
    "CallRow",
    "Ended",
    "State",
    "Tally",
    "delete_calls",
    "find_call",
    "finished_attempts",
    "keep_calls",
    "list_calls",
    "records",
    "recount",
    "results",
    "save_calls",
    "settle_calls",
]

_AT_ONCE = 500
"""Values in one list of a query: databases bound them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known of an attempt at a cell; its ``record`` only where it is not done."""

    id: str
    attempt: int
    state: State
    counted: bool
    valid: bool | None
    turns: int
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Calls of one batch that have ended, or what has become of calls that were kept when they ended (``settles``)."""

    rows: Sequence[CallRow]
    batch: int
    settles: bool


def save_calls(store: Store, rows: Sequence[CallRow], *, batch: int = 0) -> int:
    """Keep calls that have ended, and add them to the sums of the batch; how many were new.

    What is kept already stays as it is. Calls of a run are all of one run, and a cell always of one batch.
    """
    return keep_calls(store, [Ended(rows=rows, batch=batch, settles=False)])


def settle_calls(store: Store, rows: Sequence[CallRow], *, batch: int = 0) -> int:
    """What has become of calls that were kept when they ended; others are kept now. How many changed."""
    return keep_calls(store, [Ended(rows=rows, batch=batch, settles=True)])


def keep_calls(store: Store, parts: Sequence[Ended]) -> int:
    """Calls of several batches of one run, saved and settled, in one transaction; how many changed."""
    values = [(part, [columns_of(row) for row in part.rows]) for part in parts if part.rows]  # before the lock is taken
    of = {row.run for part in parts for row in part.rows}
    if not of:
        return 0
    if len(of) > 1:
        raise ValueError(f"calls of several runs at once: {sorted(map(str, of))}")
    run = of.pop()
    if run is None:
        return store.write(lambda connection: sum(_keep_loose(connection, some) for _part, some in values))
    # in one order, so that two who save the same batches cannot wait for each other; what was paid for before its score
    values.sort(key=lambda each: (each[0].batch, each[0].settles))

    def change(connection: Connection) -> int:
        return sum(_keep_of_run(connection, store, run, some, part) for part, some in values)

    try:
        return store.write(change)
    except IntegrityError:
        with store.reading() as connection:
            if connection.execute(select(runs.c.id).where(runs.c.id == run)).first() is None:
                raise NotFound(_("there is no run %r") % run, where=store.url, hint=_("see kefu bench list")) from None
        raise


def finished_attempts(store: Store, run_id: str, cell_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """What is kept of these cells, each one's attempts in order; a cell without any is not in it."""
    found: dict[str, list[Attempt]] = {}
    with store.reading() as connection:
        for some in _in_parts(cell_ids):
            here = (calls.c.run == run_id, calls.c.cell.in_(some))
            talked = select(calls.c.number, calls.c.record).where(*here, calls.c.state == State.TALKED)
            unscored = {row.number: row.record for row in connection.execute(talked)}
            for row in connection.execute(select(*_HELD).where(*here).order_by(calls.c.attempt)):
                found.setdefault(row.cell, []).append(
                    Attempt(
                        id=row.id,
                        attempt=row.attempt,
                        state=State(row.state),
                        counted=row.counted,
                        valid=row.valid,
                        turns=row.turns,
                        record=unscored.get(row.number),
                    )
                )
    return found


def recount(store: Store, run_id: str) -> Tally:
    """The sums of a run from its calls, one by one: what its batches must come to."""
    with store.reading(rows=1000) as connection:
        found = connection.execute(select(*_HELD).where(calls.c.run == run_id))
        return tally_of(_held(row) for row in found)


def delete_calls(store: Store, *, ids: Sequence[str] = (), import_id: str = "") -> int:
    """Forget calls by their ids, or all that were imported together; never those of runs. How many there were."""

    def change(connection: Connection) -> int:
        here = delete(calls).where(calls.c.kind != RUN)
        gone = 0
        for some in _in_parts(ids):
            gone += connection.execute(here.where(calls.c.id.in_(some))).rowcount
        if import_id:
            gone += connection.execute(here.where(calls.c.import_id == import_id)).rowcount
        return gone

    return store.write(change)


_HELD = tuple(
    calls.c[name] for name in ("number", "id", "cell", "place", "attempt", "state", "counted", "valid", "turns")
)
_REPLACE = (
    update(calls)
    .where(calls.c.number == bindparam("kept"))
    .values({column.name: bindparam(column.name) for column in calls.columns if column.name != "number"})
)
_RETIRE = update(calls).where(calls.c.number == bindparam("kept")).values(counted=False)
_SUMS = [each.name for each in fields(Tally)]


def _keep_loose(connection: Connection, values: Sequence[Mapping[str, Any]]) -> int:
    """Calls of no run: whatever has a known id is kept already."""
    new = {value["id"]: value for value in reversed(values)}
    for some in _in_parts(list(new)):
        for known in connection.execute(select(calls.c.id).where(calls.c.id.in_(some))).scalars():
            del new[known]
    if new:
        connection.execute(insert(calls), list(reversed(new.values())))
    return len(new)


def _keep_of_run(
    connection: Connection, store: Store, run: str, values: Sequence[Mapping[str, Any]], part: Ended
) -> int:
    here = (batches.c.run == run, batches.c.number == part.batch)
    connection.execute(store.insert_new(batches).values(run=run, number=part.batch, **dict.fromkeys(_SUMS, 0)))
    connection.execute(select(batches.c.number).where(*here).with_for_update())  # who saves the same batch waits here
    before = _held_of(connection, run, sorted({value["cell"] for value in values}))
    after = {cell: dict(held) for cell, held in before.items()}
    changed = 0
    for place, value in enumerate(values):
        held = after.setdefault(value["cell"], {})
        new = _held_fresh(value, place)
        kept = held.get(new.attempt)
        if accepted(kept, new, settles=part.settles):
            held[new.attempt] = new if kept is None else _in_place_of(kept, new)
            changed += 1
    after = {cell: ranked(held) for cell, held in after.items()}
    _write(connection, values, before, after)
    sums = _all(after).minus(_all(before))
    added = {name: batches.c[name] + getattr(sums, name) for name in _SUMS}
    connection.execute(update(batches).where(*here).values(added))
    return changed


def _write(
    connection: Connection,
    values: Sequence[Mapping[str, Any]],
    before: Mapping[str, Mapping[int, Held]],
    after: Mapping[str, Mapping[int, Held]],
) -> None:
    """Make of what was before what is after; first what counts no longer, since only one attempt at a cell may."""
    retired: list[dict[str, Any]] = []
    replaced: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    for cell, held in after.items():
        for attempt, each in held.items():
            if each.fresh is not None:
                value = {**values[each.fresh], "counted": each.counted}
                if each.number is None:
                    added.append(value)
                else:
                    replaced.append({**value, "kept": each.number})
            elif before[cell][attempt].counted and not each.counted:
                retired.append({"kept": each.number})
    replaced.sort(key=lambda value: (value["counted"], value["place"]))
    added.sort(key=lambda value: value["place"])  # so that two that save the same cells do not wait for each other
    for statement, parameters in ((_RETIRE, retired), (_REPLACE, replaced), (insert(calls), added)):
        if parameters:
            connection.execute(statement, parameters)


def _held_of(connection: Connection, run: str, cells: Sequence[str]) -> dict[str, dict[int, Held]]:
    found: dict[str, dict[int, Held]] = {cell: {} for cell in cells}
    for some in _in_parts(cells):
        for row in connection.execute(select(*_HELD).where(calls.c.run == run, calls.c.cell.in_(some))):
            found[row.cell][row.attempt] = _held(row)
    return found


def _held(row: Any) -> Held:
    return Held(
        number=row.number,
        id=row.id,
        attempt=row.attempt,
        state=State(row.state),
        counted=row.counted,
        valid=row.valid,
        turns=row.turns,
    )


def _held_fresh(value: Mapping[str, Any], place: int) -> Held:
    return Held(
        id=value["id"],
        attempt=value["attempt"],
        state=State(value["state"]),
        counted=value["counted"],
        valid=value["valid"],
        turns=value["turns"],
        fresh=place,
    )


def _in_place_of(kept: Held, new: Held) -> Held:
    return replace(new, number=kept.number)


def _all(held: Mapping[str, Mapping[int, Held]]) -> Tally:
    return tally_of(each for attempts in held.values() for each in attempts.values())


def _in_parts(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE)]
