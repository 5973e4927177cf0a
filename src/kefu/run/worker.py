"""One process's part in a run: it takes batches, plays them within its share, tells that it lives, and leaves in order.

What an endpoint or ``--concurrency`` allows is parted evenly among the workers
that live, anew at every beat, so that the limits hold for all of them together.
Who has not been heard of is buried by one of the others, which then takes over
what it held.
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from kefu.call.turn import Turn
from kefu.errors import EndpointError, KefuError
from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.judges import needs_model, open_panel
from kefu.llm.budget import Budget
from kefu.llm.pace import Gate
from kefu.parties import Parties, are_embedded
from kefu.run.keep import Keeper
from kefu.run.play import OverBudget, Player
from kefu.run.scoring import Scorers
from kefu.scenario.model import Scenario
from kefu.settings import Settings
from kefu.store.database import Store
from kefu.store.fault import StoreError
from kefu.store.outstanding import unfinished_batches
from kefu.store.runs import RunRecord, is_current
from kefu.store.share import take_share
from kefu.store.workers import Spent, Worker, beat, bury, join, leave, live

if TYPE_CHECKING:
    from kefu.jobs import Jobs

__all__ = ["DEAD_AFTER", "OpenRun", "Why", "is_gone", "take_part"]

BEAT = timedelta(seconds=2)
DEAD_AFTER = timedelta(seconds=20)
_LOOK = 0.2
_FULL = "full disk"
_ROOM = marked("make room and resume: what is finished is kept")
_LAST_CALLS = 60
_OFFERS = 5
"""How often batches are offered that workers left before they were over."""
R = TypeVar("R")
_AHEAD = 2
"""Batches that a worker takes for each that it can play: the next must be at hand when one is over."""


@dataclass(slots=True)
class Why:
    """Why a worker leaves before the run is over; empty as long as it does not."""

    word: str = ""
    error: KefuError | None = None
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, word: str, error: KefuError | None = None) -> None:
        """Leave for this reason, unless there already is one."""
        if not self.word:
            self.word, self.error = word, error
        self.event.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """A run with what is needed to work at it: its open store, its documents as they were, and the settings here."""

    store: Store
    record: RunRecord
    scenarios: Mapping[str, Scenario]
    settings: Settings


async def take_part(
    run: OpenRun,
    why: Why,
    *,
    offer: Callable[[], list[int]] | None = None,
    heard: Callable[[Turn], None] | None = None,
) -> None:
    """Play batches of ``run`` until it is over or ``why`` says to leave.

    ``offer`` returns the batches to put into the queue: whoever begins or
    resumes a run hands them out, others only take. Raises what stopped it.
    """
    _leave_data_alone()
    async with AsyncExitStack() as stack:
        part = await _begin(run, why, stack, heard)
        try:
            await part.work(offer)
        finally:
            await part.end()
    if part.fault is not None:
        raise part.fault
    if why.error is not None:
        raise why.error


def _leave_data_alone() -> None:
    """Keep the collector from what stays for the whole run, and from looking often: it took 5 % of a call."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 50)


async def _begin(run: OpenRun, why: Why, stack: AsyncExitStack, heard: Callable[[Turn], None] | None) -> _Part:
    plan, settings = run.record.plan, run.settings
    budget = Budget(Decimal(run.record.budget)) if run.record.budget else None
    parties = await stack.enter_async_context(Parties(settings, budget=budget))
    panel = None
    if needs_model(plan.judge, settings):
        panel = await stack.enter_async_context(open_panel(plan.judge, settings, parties.chat))
    free = panel is None and are_embedded(*plan.callers, *plan.customers)
    scorers = None
    if panel is None and not free:
        scorers = Scorers(run.scenarios)
        scorers.start()
        stack.callback(scorers.close)
    me = join(run.store, run.record.id)
    player = Player(
        run=run.record,
        scenarios=run.scenarios,
        parties=parties,
        panel=panel,
        scorers=scorers,
        gate=Gate(run.record.concurrency),
        keep=Keeper(run.store, settings.data_dir, run.record.id, me.id, threaded=run.store.postgres),
        stopping=why.event,
        heard=heard,
    )
    return _Part(store=run.store, run=run.record, why=why, me=me, player=player, parties=parties, budget=budget)


@dataclass(slots=True, kw_only=True)
class _Part:
    """What belongs to one worker while it works."""

    store: Store
    run: RunRecord
    why: Why
    me: Worker
    player: Player
    parties: Parties
    budget: Budget | None
    jobs: Jobs | None = None
    is_eldest: bool = False
    offering: asyncio.Task[None] | None = None
    offered: int = 0
    suspected: set[str] = field(default_factory=set[str])
    """Batches that nobody who lives seemed to play when this worker last looked."""
    fault: BaseException | None = None
    """What nobody foresaw: a fault of kefu's own, which must not pass for a batch that is over."""
    playing: set[asyncio.Task[int]] = field(default_factory=set[asyncio.Task[int]])
    quitting: threading.Event = field(default_factory=threading.Event)

    async def work(self, offer: Callable[[], list[int]] | None) -> None:
        from kefu.jobs import Jobs

        loop = asyncio.get_running_loop()

        def play(number: int) -> dict[str, Any]:
            try:
                held = asyncio.run_coroutine_threadsafe(self._play(number), loop).result()
            except (CancelledError, RuntimeError):  # this worker leaves; the store knows what the batch has done
                held = 0
            return {"is": "batch", "number": number, "held": held}

        await self._beat()
        if not self.player.is_free and len(live(self.store, self.run.id)) > 1:
            await self._wait(BEAT.total_seconds())  # until the others have made room
        jobs = Jobs(self.store.place, _queue(self.run), self.me.id, _version(self.run), play, at_once=self._at_once())
        self.jobs = await asyncio.to_thread(jobs.__enter__)
        beats = asyncio.create_task(self._beats())
        if offer is not None:
            self.offering = asyncio.create_task(self._offer(jobs, offer()))
        try:
            while not self.why.word and not await self._is_over(jobs):
                await self._wait(_LOOK)
            if self.why.word == _FULL and self.playing:  # nothing new begins; for what is under way there is room
                await asyncio.wait(self.playing, timeout=_LAST_CALLS)
        finally:
            self.quitting.set()
            beats.cancel()
            for task in (*self.playing, *([self.offering] if self.offering else [])):
                task.cancel()
            await asyncio.gather(*self.playing, return_exceptions=True)
            await self.player.keep.flushed()

    async def end(self) -> None:
        """Leave, so that nobody waits for this worker."""
        with suppress(StoreError):
            leave(self.store, self.me, self._spent())
        if self.jobs is not None:
            with suppress(TimeoutError):  # its threads may hang on a database that does not answer
                async with asyncio.timeout(5):
                    await asyncio.to_thread(self.jobs.__exit__)

    def _at_once(self) -> int:
        if self.player.is_free:
            return _AHEAD
        return _AHEAD * -(-self.run.concurrency // self.run.batch) + 1

    async def _play(self, number: int) -> int:
        task = asyncio.create_task(self.player.play(number))
        self.playing.add(task)
        try:
            return await task
        except* OverBudget:
            self.why.stop("budget")
        except* StoreError as broken:
            self.why.stop("database", _first(broken))
        except* KefuError as broken:
            self.why.stop("error", _first(broken))
        finally:
            self.playing.discard(task)
            self._note_fault(task)
        return 0

    def _note_fault(self, task: asyncio.Task[int]) -> None:
        broken = None if task.cancelled() or not task.done() else task.exception()
        faults = [each for each in _leaves(broken) if not isinstance(each, OverBudget | KefuError)]
        if faults:
            self.fault = self.fault or faults[0]
            self.why.stop("error")

    async def _offer(self, jobs: Jobs, numbers: list[int]) -> None:
        again, self.offered = self.offered, self.offered + 1
        while True:
            try:
                return await asyncio.to_thread(jobs.offer, numbers, self.quitting, again)
            except StoreError as broken:  # how long to be patient is for the keeper to tell
                if not broken.transient:
                    raise
                await asyncio.sleep(_LOOK)

    async def _is_over(self, jobs: Jobs) -> bool:
        """Whether there is nothing left to do here."""
        if self.store.cramped:
            self.why.stop(_FULL, StoreError(_("the disk is full"), where=self.store.url, hint=_(_ROOM), full=True))
            return True
        if not await self.player.keep(is_current, self.store, self.run.id, self.run.round):
            return True
        if self.offering is None and not self.is_eldest:  # who leads the run has begun it before anybody joined
            return False
        if self.playing or (self.offering is not None and not self.offering.done()):
            return False
        if self.offering is not None:
            self.offering.result()
        if not await self._asked(jobs.is_idle, otherwise=False):
            return False
        left = await self.player.keep(unfinished_batches, self.store, self.run.id, failed=False)
        if self.offering is None or not left or self.offered > _OFFERS:
            return True
        self.offering = asyncio.create_task(self._offer(jobs, left))  # whoever held them left before they were over
        return False

    async def _asked(self, ask: Callable[[], R], *, otherwise: R) -> R:
        """What the queue answers, or ``otherwise`` while its database is away."""
        try:
            return await asyncio.to_thread(ask)
        except StoreError as broken:
            if not broken.transient:
                raise
            return otherwise

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT.total_seconds())
            with suppress(StoreError):  # the keeper of calls knows how long to be patient
                await self._beat()
                await self._find_lost()

    async def _find_lost(self) -> None:
        """Give out again what the queue believes to be played and nobody plays: its end could not be noted."""
        if self.jobs is None:
            return
        there = {worker.id for worker in await asyncio.to_thread(live, self.store, self.run.id)}
        if not self.playing:
            there.discard(self.me.id)
        held = {batch for batch, by in (await asyncio.to_thread(self.jobs.held)).items() if by not in there}
        lost = held & self.suspected
        await asyncio.to_thread(self.jobs.give_again, sorted(lost))
        self.suspected = held - lost

    async def _beat(self) -> None:
        """Tell that this worker lives and what it has spent; take its share; bury who is gone."""
        for other in await asyncio.to_thread(live, self.store, self.run.id):
            if other.id != self.me.id and is_gone(other) and await asyncio.to_thread(bury, self.store, other):
                await self._take_over(other.id)
        spent = self._spent()
        if not await asyncio.to_thread(beat, self.store, self.me, spent):
            self.why.stop("buried", EndpointError(_("this worker was silent for too long, and others have taken over")))
            return
        share = await asyncio.to_thread(take_share, self.store, self.me, self.run.budget)
        self.is_eldest = share.rank == 0
        self.parties.share(1 / share.workers)
        whole, rest = divmod(self.run.concurrency, share.workers)
        self.player.gate.allow(whole + (share.rank < rest))
        if self.budget is not None and share.money is not None:
            self.budget.amount = share.money

    async def _take_over(self, dead: str) -> None:
        if self.jobs is not None:
            held = await asyncio.to_thread(self.jobs.held)
            await asyncio.to_thread(self.jobs.give_again, [batch for batch, by in held.items() if by == dead])

    def _spent(self) -> Spent:
        cost: dict[str, Decimal] = {}
        given = made = 0
        for _name, each in self.parties.spent():
            given, made = given + each.usage.input_tokens, made + each.usage.output_tokens
            for paid in each.costs:
                cost[paid.currency] = cost.get(paid.currency, Decimal(0)) + paid.amount
        return Spent(cost=cost, tokens_in=given, tokens_out=made)

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.why.event.wait()


def is_gone(worker: Worker) -> bool:
    """Whether a worker that has not left can be taken for dead: silent for long, or its process is not there."""
    if worker.silence >= DEAD_AFTER:
        return True
    return worker.machine == platform.node() and not _is_there(worker.pid)


def _is_there(pid: int) -> bool:
    if pid == os.getpid():  # another that had this number before: a container counts from one again
        return False
    if os.name == "nt":  # where asking by a signal would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _leaves(broken: BaseException | None) -> list[BaseException]:
    if isinstance(broken, BaseExceptionGroup):
        inner: tuple[BaseException, ...] = broken.exceptions  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return [leaf for each in inner for leaf in _leaves(each)]
    return [] if broken is None else [broken]


def _first(group: BaseExceptionGroup[Any]) -> KefuError:
    found = (each for each in _leaves(group) if isinstance(each, KefuError))
    return next(found, EndpointError(_("the run broke off")))


def _queue(run: RunRecord) -> str:
    return f"{run.id}.{run.round}"


def _version(run: RunRecord) -> str:
    """What workers must share to work together: the same program and the same rules."""
    return str(run.provenance["rules"])
