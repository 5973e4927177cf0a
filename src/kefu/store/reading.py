"""Reading calls back: the results of a run for statistics, whole calls for reports, heads for lists.

Results and whole calls come a few at a time, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from kefu.bench.result import Result
from kefu.errors import InputError, NotFound
from kefu.i18n import gettext as _
from kefu.store.database import Store
from kefu.store.row import CallHead, CallRow, call_of, head_of, result_of
from kefu.store.tables import calls

__all__ = ["count_calls", "find_call", "list_calls", "list_imported", "loose_records", "records", "results"]

_ROWS = 500
"""Rows held at a time."""
_SHOWN = 5


def results(store: Store, run_id: str, *, caller: str | None = None) -> Iterator[Result]:
    """The results of a run, one for each cell that has one, in the order of the plan."""
    chosen = _RESULTS.where(calls.c.run == run_id, calls.c.counted.is_(True)).order_by(calls.c.place)
    if caller is not None:
        chosen = chosen.where(calls.c.caller == caller)
    with store.reading(rows=_ROWS) as connection:
        for row in connection.execute(chosen):
            yield result_of(row)


def records(
    store: Store, run_id: str, *, ids: Sequence[str] | None = None, caller: str | None = None, counted: bool = True
) -> Iterator[CallRow]:
    """Whole calls of a run in the order of the plan: those that are results, or with ``counted=False`` all attempts."""
    chosen = select(calls).where(calls.c.run == run_id).order_by(calls.c.place, calls.c.attempt)
    if counted:
        chosen = chosen.where(calls.c.counted.is_(True))
    if ids is not None:
        chosen = chosen.where(calls.c.id.in_(list(ids)))
    if caller is not None:
        chosen = chosen.where(calls.c.caller == caller)
    with store.reading(rows=_ROWS) as connection:
        for row in connection.execute(chosen):
            yield call_of(row)


def loose_records(
    store: Store,
    *,
    kind: str | None = None,
    person: str | None = None,
    import_id: str | None = None,
    counted: bool = True,
    last: int | None = None,
) -> Iterator[CallRow]:
    """Whole calls by anything but their run, in the order in which they were saved; of these the ``last`` so many.

    Of runs those that are results, or with ``counted=False`` all attempts.
    """
    fits = _fitting(kind=kind, person=person, import_id=import_id, counted=counted or None)
    chosen = select(calls).where(*fits).order_by(calls.c.number)
    if last is not None:  # found by their numbers, so that no talk is read to be sorted away
        numbers = select(calls.c.number).where(*fits).order_by(calls.c.number.desc()).limit(last)
        chosen = select(calls).where(calls.c.number.in_(numbers)).order_by(calls.c.number)
    with store.reading(rows=_ROWS) as connection:
        for row in connection.execute(chosen):
            yield call_of(row)


def find_call(store: Store, call_id: str) -> CallRow:
    """The call of that id, or of the beginning of it that no other has."""
    with store.reading() as connection:
        row = connection.execute(select(calls).where(calls.c.id == call_id)).one_or_none()
        if row is not None:
            return call_of(row)
        fits = select(calls).where(calls.c.id.startswith(call_id, autoescape=True)).limit(_SHOWN)
        found = connection.execute(fits).all()
        if len(found) == 1:
            return call_of(found[0])
    if found:
        several = ", ".join(row.id for row in found)
        raise InputError(_("several calls begin with %r") % call_id, where=store.url, hint=_("say which: %s") % several)
    raise NotFound(_("there is no call %r") % call_id, where=store.url, hint=_("see kefu calls list"))


def list_calls(
    store: Store,
    *,
    kind: str | None = None,
    person: str | None = None,
    run: str | None = None,
    counted: bool = False,
    limit: int | None = 50,
) -> list[CallHead]:
    """The calls that fit, those saved last first; with ``counted`` of runs only those that are results."""
    fits = _fitting(kind=kind, person=person, run=run, counted=counted or None)
    chosen = _HEADS.where(*fits).order_by(calls.c.number.desc()).limit(limit)
    with store.reading() as connection:
        return [head_of(row) for row in connection.execute(chosen)]


def list_imported(store: Store, import_id: str) -> list[CallHead]:
    """The calls of one import, those saved last first."""
    with store.reading() as connection:
        chosen = _HEADS.where(calls.c.import_id == import_id).order_by(calls.c.number.desc())
        return [head_of(row) for row in connection.execute(chosen)]


def count_calls(store: Store, *, kind: str | None = None, person: str | None = None) -> int:
    """How many calls fit, of runs those that are results."""
    fits = _fitting(kind=kind, person=person, counted=True)
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(calls).where(*fits)).scalar_one()


def _fitting(**wanted: str | bool | None) -> list[ColumnElement[bool]]:
    """What the columns must hold, where something is wanted of them."""
    return [
        calls.c[name].is_(True) if value is True else calls.c[name] == value
        for name, value in wanted.items()
        if value is not None
    ]


_COLUMNS = (
    *("cell", "pair", "scenario", "domain", "caller", "customer", "persona", "perturb", "known", "trial", "state"),
    *("valid", "reruns", "total", "task_flow", "interaction", "marks"),
)
_RESULTS: Select[Any] = select(*(calls.c[name] for name in _COLUMNS))
_HEADS: Select[Any] = select(*(column for column in calls.columns if column.name != "record"))
