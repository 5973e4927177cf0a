"""A worker without a plan of its own: it takes part in one run, or in whichever is under way in its database."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable

from kefu.errors import UsageError
from kefu.i18n import gettext as _
from kefu.run.begin import rules_version
from kefu.run.hold import is_held, settle_without_leader, stops_on_signals
from kefu.run.places import find_stored
from kefu.run.worker import OpenRun, Why, take_part
from kefu.settings import Settings, store_place
from kefu.store.database import Store, open_store
from kefu.store.runs import RunRecord, list_runs, scenarios_of

__all__ = ["serve"]

_LOOK = 1.0
_NEWEST = 20


async def serve(name: str, settings: Settings, *, attached: bool, tell: Callable[[str], None]) -> None:
    """Play batches until the run is over, or without a ``name`` until Ctrl-C.

    ``attached`` is a helper of the process at the other end of stdin, and leaves with it.
    """
    why = Why()
    async with stops_on_signals(why):
        if attached:
            _leave_with_parent(why)
        if name:
            store, run = find_stored(name, settings)
            with store:
                await _one(_opened(store, run, settings), why, tell, quiet=attached)
            return
        with open_store(store_place(settings)) as store:
            tell(_("waiting for runs in {store}; Ctrl-C ends it").format(store=store.url))
            while not why.word:
                run = next(
                    (run for run, _progress in list_runs(store, limit=_NEWEST) if _is_under_way(store, run)), None
                )
                if run is not None:
                    await _one(_opened(store, run, settings), why, tell, quiet=False)
                await asyncio.sleep(_LOOK)


async def _one(run: OpenRun, why: Why, tell: Callable[[str], None], *, quiet: bool) -> None:
    record = run.record
    if record.provenance["rules"] != rules_version():
        raise UsageError(
            _("this kefu scores by other rules than the one that began run {run}").format(run=record.id),
            hint=_("install kefu {version} here").format(version=record.provenance["kefu"]),
        )
    if not quiet:
        tell(_("taking part in run {run}").format(run=record.id))
    await take_part(run, why)
    settle_without_leader(run, why)
    if not quiet:
        tell(_("nothing is left to do in run {run}").format(run=record.id))


def _opened(store: Store, record: RunRecord, settings: Settings) -> OpenRun:
    return OpenRun(store=store, record=record, scenarios=scenarios_of(store, record), settings=settings)


def _is_under_way(store: Store, run: RunRecord) -> bool:
    """Whether somebody is at work at a run: one that was left is not taken up without being asked."""
    unfinished = run.finished_at is None and not run.stopped and run.provenance["rules"] == rules_version()
    return unfinished and is_held(store, run)


def _leave_with_parent(why: Why) -> None:
    loop = asyncio.get_running_loop()

    def wait() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(why.stop, "left")

    threading.Thread(target=wait, daemon=True, name="parent").start()
