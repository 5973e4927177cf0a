"""Which batches of a run have cells without a finished call."""

from __future__ import annotations

from sqlalchemy import select

from kefu.store.database import Store
from kefu.store.tables import batches, runs

__all__ = ["unfinished_batches"]


def unfinished_batches(store: Store, run_id: str, *, failed: bool = True) -> list[int]:
    """Their numbers in order; with ``failed`` a batch with a failed call is one of them, since that is tried again."""
    with store.reading() as connection:
        cells, size = connection.execute(select(runs.c.cells, runs.c.batch).where(runs.c.id == run_id)).one()
        ended = (batches.c.done if failed else batches.c.done + batches.c.failed).label("done")
        found = connection.execute(select(batches.c.number, ended).where(batches.c.run == run_id))
        done: dict[int, int] = {row.number: row.done for row in found}
    numbers = range(-(-cells // size))
    return [number for number in numbers if done.get(number, 0) < min(size, cells - number * size)]
