"""One batch of a run becomes finished cells: what the store has is left alone, the rest is called, scored and saved.

Calls that cost nothing are saved a batch at a time. A call that somebody pays
for is saved when it ends, before it is scored, so that what a kill can take is
what was still being said.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import Any

from kefu.bench.plan import Cell, seed_of
from kefu.bench.record import record_of
from kefu.bench.result import result_of
from kefu.call.call import Call
from kefu.call.turn import Turn
from kefu.call.wire import call_from_json, call_to_json
from kefu.llm.chat import FailureReason
from kefu.llm.pace import Gate
from kefu.parties import HUMAN, Parties, are_embedded
from kefu.run.keep import Keeper
from kefu.run.scoring import Scorers
from kefu.runtime import Rehearsal, rehearse
from kefu.scenario.model import Scenario
from kefu.score.attribution import is_infrastructure
from kefu.score.panel import Panel, judge_call
from kefu.score.wire import scorecard_to_json
from kefu.store.calls import RUN, Attempt, CallRow, State, finished_attempts, save_calls
from kefu.store.database import Store
from kefu.store.exchanges import save_exchange
from kefu.store.runs import RunRecord

__all__ = ["OverBudget", "Player"]


_Todo = tuple[int, Cell, Sequence[Attempt]]
"""A cell that is to be held: its place in the plan, and what earlier workers have kept of it."""
_PAUSE = 0.5
_AWAY = "agent_unreachable"
"""A program that fails in a call is to blame for it; one that nobody can reach may be back when the run is resumed."""


class OverBudget(Exception):
    """The budget does not allow the next request; nothing of the call it would have been for is kept."""


@dataclass(frozen=True, kw_only=True)
class Player:
    """Plays batches of one run for one worker; ``gate`` holds as many calls at once as are this worker's share."""

    run: RunRecord
    scenarios: Mapping[str, Scenario]
    parties: Parties
    panel: Panel | None
    scorers: Scorers | None
    gate: Gate
    keep: Keeper
    stopping: asyncio.Event
    heard: Callable[[Turn], None] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_free(self) -> bool:
        """Whether nobody pays for a call, or waits for one, so that a batch may be lost and played again."""
        plan = self.run.plan
        return self.panel is None and are_embedded(*plan.callers, *plan.customers)

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hash of each document by its id."""
        return {source.id: source.hash for source in self.run.sources}

    async def play(self, number: int) -> int:
        """Hold every cell of a batch that is not done; returns how many were.

        Raises :class:`StoreError` and :class:`OverBudget`, alone or in a group.
        """
        first = number * self.run.batch
        places = range(first, min(first + self.run.batch, len(self.run.plan)))
        cells = {place: self.run.plan[place] for place in places}
        ids = [cell.id for cell in cells.values()]
        known = await self.keep(finished_attempts, self.keep.store, self.run.id, ids)
        todo = [
            (place, cell, known.get(cell.id, ()))
            for place, cell in cells.items()
            if not _is_done(known.get(cell.id, ()))
        ]
        if self.is_free:
            await self._all_at_once(number, todo)
        else:
            await self._each_when_it_ends(number, todo)
        return len(todo)

    async def _all_at_once(self, number: int, todo: Sequence[_Todo]) -> None:
        async with self.turn:  # the next batch is at hand, not begun: it would only make both late
            rows: list[CallRow] = []
            for each in todo:
                if self.stopping.is_set():
                    break
                async for row, _settles in self._attempts(*each):
                    rows.append(row)
                await asyncio.sleep(0)  # whoever watches must have a turn: an embedded call waits for nothing
            if rows:
                await self.keep(save_calls, self.keep.store, rows, batch=number)

    async def _each_when_it_ends(self, number: int, todo: Sequence[_Todo]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for each in todo:
                await self.gate.enter()
                if self.stopping.is_set():
                    self.gate.leave()
                    break
                task = tasks.create_task(self._hold(number, each))
                task.add_done_callback(lambda _task: self.gate.leave())

    async def _hold(self, number: int, todo: _Todo) -> None:
        while self.keep.is_away and not self.stopping.is_set():
            await asyncio.sleep(_PAUSE)  # nothing new is begun that could not be saved
        async for row, settles in self._attempts(*todo):
            await self.keep.put(row, number, settles=settles)

    async def _attempts(
        self, place: int, cell: Cell, earlier: Sequence[Attempt]
    ) -> AsyncGenerator[tuple[CallRow, bool]]:
        """The rows of one cell until one of them counts, each with whether it settles one that was kept before.

        A paid call comes twice: as ``talked``, and scored. An attempt that broke
        off is held again as the same attempt, with the same seed; one that only
        its judge could not read to the end is only judged again.
        """
        scenario = self.scenarios[cell.scenario]
        last = earlier[-1] if earlier else None
        attempt = 0 if last is None else last.attempt + (last.state is State.DONE)
        while True:
            call_id, spoken = self._id(cell, attempt), _unscored(last)
            if last is not None and spoken is not None:
                call_id = last.id
            else:
                exchanges: list[str] = []
                spoken = await self._rehearsed(cell, scenario, attempt, exchanges)
                if not self.is_free and spoken.turns and not _is_broken(spoken):
                    record = call_to_json(spoken) | {"outcome": None, "scorecard": None}
                    yield self._row(call_id, place, cell, attempt, record, State.TALKED), False
                if exchanges:
                    await self.keep(_keep_exchanges, self.keep.store, call_id, exchanges)
            row = await self._scored(call_id, place, cell, attempt, spoken)
            yield row, True
            if (kept := self._kept(cell, attempt)) is not None:
                rmtree(kept, ignore_errors=True)
            if row.counted:
                return
            attempt, last = attempt + 1, None

    async def _rehearsed(self, cell: Cell, scenario: Scenario, attempt: int, exchanges: list[str]) -> Call:
        plan = self.run.plan
        held = Rehearsal(
            caller=cell.caller,
            customer=cell.customer,
            persona=cell.persona,
            seed=seed_of(cell, attempt),
            perturb=cell.perturb,
            known=plan.rows[cell.row],
            max_turns=plan.max_turns,
        )
        record = exchanges.append if self.run.keep_exchanges else None
        kept = self._kept(cell, attempt)
        spoken = await rehearse(scenario, held, self.heard, parties=self.parties, record=record, kept=kept)
        if is_infrastructure(spoken) and spoken.ending and spoken.ending.reason == FailureReason.BUDGET:
            raise OverBudget
        return spoken

    async def _scored(self, call_id: str, place: int, cell: Cell, attempt: int, spoken: Call) -> CallRow:
        scenario = self.scenarios[cell.scenario]
        record, whole = await self._record(scenario, spoken)
        result = result_of(cell, record, domain=scenario.domain or "", failed=not whole, reruns=attempt)
        again = whole and not result.valid and cell.customer != HUMAN and attempt < self.run.plan.reruns
        row = self._row(call_id, place, cell, attempt, record, State.DONE if whole else State.FAILED)
        return replace(row, result=result, counted=not again)

    async def _record(self, scenario: Scenario, spoken: Call) -> tuple[dict[str, Any], bool]:
        """The call with its card, and whether both are whole: an endpoint may have broken off either of them."""
        if _is_broken(spoken):
            return record_of(scenario, spoken, score=False), False
        if self.panel is not None:
            card = await judge_call(scenario, spoken, self.panel)
            told = scorecard_to_json(card)
            return call_to_json(spoken) | {"outcome": told["outcome"], "scorecard": told}, not card.failures
        if self.scorers is not None:
            return await self.scorers.record(scenario.id, spoken), True
        return record_of(scenario, spoken, score=True), True

    def _row(
        self, call_id: str, place: int, cell: Cell, attempt: int, record: Mapping[str, Any], state: State
    ) -> CallRow:
        return CallRow(
            id=call_id,
            kind=RUN,
            run=self.run.id,
            cell=cell.id,
            place=place,
            attempt=attempt,
            state=state,
            counted=False,
            record=record,
            source=self.hashes[cell.scenario],
            ended_at=datetime.now(UTC),
        )

    def _kept(self, cell: Cell, attempt: int) -> Path | None:
        """Where the replies of a call are until it is saved; a kill then takes only what was still on the way."""
        return None if self.is_free else self.keep.replies(f"{cell.id}.{attempt}")

    def _id(self, cell: Cell, attempt: int) -> str:
        """The id of a talk: an attempt that is held again in a later round is another talk."""
        held_again = f".{attempt}" if attempt else ""
        in_round = f"-{self.run.round}" if self.run.round else ""
        return f"{self.run.id}.{cell.id}{held_again}{in_round}"


def _is_broken(spoken: Call) -> bool:
    """Whether a call is no result: infrastructure broke it off, or the program under test was not there at all."""
    return is_infrastructure(spoken) or (spoken.ending is not None and spoken.ending.reason == _AWAY)


def _unscored(last: Attempt | None) -> Call | None:
    """A talk that is kept and whole, and that nobody has scored yet, or that its judge could not."""
    if last is None or last.record is None or not last.record["turns"]:
        return None
    spoken = call_from_json(last.record, where=last.id)
    return None if _is_broken(spoken) else spoken


def _keep_exchanges(store: Store, call_id: str, lines: Sequence[str]) -> None:
    for number, line in enumerate(lines):
        told: dict[str, Any] = json.loads(line)
        save_exchange(store, call_id, number, told["request"], {name: told[name] for name in told if name != "request"})


def _is_done(attempts: Sequence[Attempt]) -> bool:
    return any(attempt.counted and attempt.state == "done" for attempt in attempts)
