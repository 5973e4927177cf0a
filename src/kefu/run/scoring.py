"""Scoring beside the talks: another process reads the cards, so that no reply waits while a call is scored.

What has been paid for is in danger from when a reply arrives until its call is
saved; scoring in the same process would stretch that by milliseconds a call.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from kefu.bench.record import record_of
from kefu.call.call import Call
from kefu.errors import EndpointError
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario
from kefu.scenario.wire import scenario_from_json, scenario_to_json

__all__ = ["Scorers"]

_MOST_STARTS = 5


class Scorers:
    """Processes that score calls of some documents by the rules, until it is closed."""

    def __init__(self, scenarios: Mapping[str, Scenario]) -> None:
        self._documents = {name: scenario_to_json(scenario) for name, scenario in scenarios.items()}
        self._starts = 0
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> ProcessPoolExecutor:
        """The processes, started: before the first call, since starting them holds up whatever is to be saved."""
        if self._pool is None:
            self._starts += 1
            number = max(1, (os.cpu_count() or 2) - 1)
            self._pool = ProcessPoolExecutor(
                max_workers=number,
                mp_context=get_context("spawn"),
                initializer=_begin,
                initargs=(self._documents,),
            )
            for _process in range(number):
                self._pool.submit(os.getpid)
        return self._pool

    async def record(self, name: str, spoken: Call) -> dict[str, Any]:
        """The call of the document called ``name`` with its outcome and its card, as ``record_of`` makes it.

        Processes that are gone, as when memory ran out, are started again. Raises
        :class:`EndpointError` where that happens again and again.
        """
        while True:
            pool = self.start()
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, _record, name, spoken)
            except BrokenProcessPool:
                if self._pool is pool:
                    self._pool = None
                if self._starts >= _MOST_STARTS:
                    raise EndpointError(
                        _("the processes that score end again and again"),
                        hint=_("see whether memory is short; the calls are kept and scored when the run is resumed"),
                    ) from None

    def close(self) -> None:
        """Let the processes go; what they are at is left."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


_scenarios: dict[str, Scenario] = {}
"""Of a scoring process: its documents, read once."""


def _begin(documents: Mapping[str, Any]) -> None:
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which lets this process go
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _scenarios.update({name: scenario_from_json(data) for name, data in documents.items()})


def _leave_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _record(name: str, spoken: Call) -> dict[str, Any]:
    return record_of(_scenarios[name], spoken, score=True)
