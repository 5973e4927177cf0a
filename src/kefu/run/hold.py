"""A run in the foreground: this process leads, others of this machine help, Ctrl-C leaves it so that it goes on later.

A helper is a process of its own (``kefu bench worker RUN --attached``) that
leaves when this one is gone, however it went.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from shutil import rmtree
from time import monotonic, sleep

from kefu.call.turn import Turn
from kefu.errors import UsageError
from kefu.i18n import gettext as _
from kefu.run.keep import replies_of, take_in
from kefu.run.worker import OpenRun, Why, is_gone, take_part
from kefu.store.database import Store
from kefu.store.fault import StoreError
from kefu.store.outstanding import unfinished_batches
from kefu.store.runs import Progress, RunRecord, find_run, mark_finished, mark_stopped, progress_of
from kefu.store.workers import bury, live

__all__ = [
    "Watch",
    "hold",
    "is_held",
    "keep_signals_back",
    "refuse_if_held",
    "settle_without_leader",
    "stops_on_signals",
]

Watch = Callable[[Progress], None]
"""Is told how far the run is, again and again."""
_LOOK = 0.5
_LEAVING = 15
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def hold(
    run: OpenRun,
    *,
    place: str,
    helpers: int = 0,
    watch: Watch | None = None,
    heard: Callable[[Turn], None] | None = None,
) -> Progress:
    """Hold a stored run to its end, or to what stops it; returns how far it came.

    ``place`` is how helpers find it: a run's id, or the folder of its store.
    Raises what stopped it, after it has been noted in the store.
    """
    store, name = run.store, run.record.id
    take_in(store, run.settings.data_dir, name)
    why = Why()
    async with stops_on_signals(why), _helpers(place, helpers):
        watching = asyncio.create_task(_watch(run, watch)) if watch else None
        try:
            await take_part(run, why, offer=lambda: unfinished_batches(store, name), heard=heard)
        finally:
            if watching is not None:
                watching.cancel()
            _settle(run, why)
    return progress_of(store, name)


def _settle(run: OpenRun, why: Why) -> None:
    """Note in the store how the run stands, so that helpers and whoever asks later know."""
    if why.word:
        with suppress(StoreError):  # a database that is gone is why it stopped; who looks later finds nobody at work
            mark_stopped(run.store, run.record.id, why.word)
        return
    progress = progress_of(run.store, run.record.id)
    if progress.done + progress.failed >= progress.cells:
        mark_finished(run.store, run.record.id)
        rmtree(replies_of(run.settings.data_dir, run.record.id), ignore_errors=True)
    else:
        mark_stopped(run.store, run.record.id, "incomplete")


def settle_without_leader(run: OpenRun, why: Why) -> None:
    """Note that a run is over whose last worker finds that who led it is gone."""
    now, progress = find_run(run.store, run.record.id), progress_of(run.store, run.record.id)
    open_still = now.finished_at is None and not now.stopped and now.round == run.record.round
    if open_still and not why.word and progress.done + progress.failed >= progress.cells:
        mark_finished(run.store, run.record.id)


async def _watch(run: OpenRun, watch: Watch) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        with suppress(StoreError):
            watch(await asyncio.to_thread(progress_of, run.store, run.record.id))


def is_held(store: Store, run: RunRecord) -> bool:
    """Whether somebody is at work at a run."""
    return any(not is_gone(worker) for worker in live(store, run.id))


def refuse_if_held(store: Store, run: RunRecord) -> None:
    """Raise :class:`UsageError` where somebody is at work at a run; bury those that only seem to be.

    Where the one who led it is gone, its helpers are about to leave: they are waited for.
    """
    until, buried = monotonic() + _LEAVING, False
    while workers := live(store, run.id):
        here = [worker for worker in workers if not is_gone(worker)]
        for worker in workers:
            if worker not in here:
                buried = bury(store, worker) or buried
        if here and (not buried or monotonic() > until):
            raise UsageError(
                _("run {run} is under way: process {pid} on {machine}").format(
                    run=run.id, pid=here[0].pid, machine=here[0].machine
                ),
                hint=_("take part in it with: kefu bench worker {run}").format(run=run.id),
            )
        if here:
            sleep(_LOOK)


@asynccontextmanager
async def stops_on_signals(why: Why) -> AsyncGenerator[None]:
    """Within it, Ctrl-C and a request to terminate make ``why`` say so instead of breaking off at any place."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows: Ctrl-C breaks off; what is finished is saved all the same
        for each in _SIGNALS:
            loop.add_signal_handler(each, why.stop, "interrupted")
    _mask_signals(keep_back=False)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for each in _SIGNALS:
                loop.remove_signal_handler(each)


def keep_signals_back() -> None:
    """Let Ctrl-C wait until :func:`hold` listens for it: a run that has been told of must say how to go on with it."""
    _mask_signals(keep_back=True)


def _mask_signals(*, keep_back: bool) -> None:
    if os.name != "nt":
        signal.pthread_sigmask(signal.SIG_BLOCK if keep_back else signal.SIG_UNBLOCK, _SIGNALS)


@asynccontextmanager
async def _helpers(place: str, number: int) -> AsyncGenerator[None]:
    """That many further workers on this machine; they leave when the run is over, or when this process is gone."""
    command = (sys.executable, "-m", "kefu.cli.main", "bench", "worker", place, "--attached")
    helpers = [
        await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,  # its end tells a helper that this process is gone
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=os.name != "nt",  # Ctrl-C is for this process, which tells the others
        )
        for _number in range(number)
    ]
    try:
        yield
    finally:
        for helper in helpers:
            if helper.stdin is not None:
                helper.stdin.close()
        for helper in helpers:
            try:
                async with asyncio.timeout(_LEAVING):
                    await helper.wait()
            except TimeoutError:
                helper.kill()
                await helper.wait()
