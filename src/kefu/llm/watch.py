"""Who waits for an endpoint, and for how long yet: one timer for all requests, instead of several for each.

A timer for each request, moved on with each piece of a stream, costs more than
reading the piece. So a request only notes its deadline, and a watchman looks at
all of them, a few times in the shortest time allowed.
"""

from __future__ import annotations

import asyncio
from collections import deque

from kefu.llm.endpoint import Timeouts
from kefu.llm.stream import Stream

__all__ = ["Watch", "Watchman"]

_RARELY = 0.5
_OFTEN = 8  # looks in the shortest time allowed
_RECENT = 64
_SLOWER = 10.0  # than the slowest recent answer, and the endpoint is taken to hang
_PATIENCE = 4.0  # how much longer the next try may take


class Watch:
    """How far one try has come, and when it is given up."""

    __slots__ = ("answered", "begun", "deadline", "end", "first_token", "late", "patience", "started", "stream")

    def __init__(self, patience: asyncio.Timeout, started: float, late: int) -> None:
        self.patience = patience
        self.started = started
        self.late = late
        self.end = self.deadline = started
        self.answered = False
        self.begun = False
        self.first_token: float | None = None
        self.stream: Stream | None = None

    def wait_until(self, deadline: float) -> None:
        """Be given up at ``deadline``, and never later than the whole time allowed."""
        self.deadline = min(self.end, deadline)


class Watchman:
    """Gives up the requests of one endpoint that are past their deadline, or wait far longer than others just did."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._first = timeouts.first_token.total_seconds()
        self._total = timeouts.total.total_seconds()
        self._hang = timeouts.hang.total_seconds()
        self._every = min(_RARELY, min(self._first, self._total, self._hang, timeouts.stall.total_seconds()) / _OFTEN)
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._watches: set[Watch] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, patience: asyncio.Timeout, *, stream: bool, late: int) -> Watch:
        """Watch over a try that begins now; ``late`` earlier ones were given up waiting."""
        loop = asyncio.get_running_loop()
        watch = Watch(patience, loop.time(), late)
        watch.end = watch.started + self._total
        watch.wait_until(watch.started + self._first if stream else watch.end)
        self._watches.add(watch)
        if self._timer is None:
            self._timer = loop.call_later(self._every, self._look)
        return watch

    def end(self, watch: Watch) -> None:
        """The try is over, whatever came of it."""
        self._watches.discard(watch)

    def answered(self, seconds: float) -> None:
        """A try took ``seconds`` to its answer, or to its first token."""
        self._recent.append(seconds)

    def close(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._timer = loop.call_later(self._every, self._look) if self._watches else None
        allowed = max(self._hang, _SLOWER * max(self._recent)) if self._recent else self._total
        for watch in self._watches:
            waiting = not watch.answered or (watch.stream is not None and watch.first_token is None)
            hangs = waiting and now - watch.started > allowed * _PATIENCE**watch.late
            if (hangs or now >= watch.deadline) and not watch.patience.expired():
                watch.patience.reschedule(now)
