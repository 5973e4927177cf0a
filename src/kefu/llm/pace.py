"""How fast an endpoint is asked: requests and tokens per minute, and as many at once as it lets through.

Two buckets keep what the settings promise the provider; the gate finds out
what they do not say, shrinking on every refusal and growing back on success.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from kefu.llm.endpoint import Limits

__all__ = ["Bucket", "Gate", "Pace"]

_MINUTE = 60.0
_BURST = 0.1
_LONGEST_PAUSE = 120.0
"""Seconds that everybody waits at most, whatever an endpoint asks for: a quota of a day must fail, not sleep."""


class Bucket:
    """At most ``per_minute`` in any minute: a tenth at once, the rest evenly.

    ``take`` books at once and returns how long to wait, so that whoever asks
    first goes first and nobody polls.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self.most = self.rate = self._level = 0.0
        self.allow(per_minute)
        self._level = self.most

    def allow(self, per_minute: float) -> None:
        """Hold to another limit from now on."""
        self._flow()
        self.most = max(1.0, per_minute * _BURST)
        self.rate = max(per_minute - self.most, min(per_minute, 1.0)) / _MINUTE
        self._level = min(self._level, self.most)

    def take(self, amount: float) -> float:
        """Book ``amount`` and return the seconds to wait before using it."""
        self._flow()
        self._level -= amount
        return max(0.0, -self._level / self.rate)

    def give_back(self, amount: float) -> None:
        """Return what was booked and not used; a negative amount books what was used beyond."""
        self._flow()
        self._level = min(self.most, self._level + amount)

    def _flow(self) -> None:
        now = self._clock()
        self._level = min(self.most, self._level + (now - self._at) * self.rate)
        self._at = now


class Gate:
    """At most ``limit`` requests under way; first come, first served."""

    def __init__(self, most: int, *, shrink_to: float = 0.7, grow_by: float = 0.1) -> None:
        self.most = max(1, most)
        self.limit = float(self.most)
        self.busy = 0
        self._shrink_to = shrink_to
        self._grow_by = grow_by
        self._generation = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> int:
        """Wait for a place; the ticket returned tells ``refused`` which refusals were expected."""
        if self.busy < int(self.limit) and not self._queue:
            self.busy += 1
            return self._generation
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # the place came together with the cancellation
                self.leave()
            raise
        return self._generation

    def allow(self, most: int) -> None:
        """Let ``most`` in from now on; who is in stays. Of 0 nobody else is let in."""
        self.limit = float(most) if self.limit >= self.most else min(self.limit, float(most))
        self.most = most
        self._admit()

    def leave(self) -> None:
        """Free the place, whatever came of the request."""
        self.busy -= 1
        self._admit()

    def answered(self) -> None:
        """A request succeeded: grow by one, or a tenth, for as many successes as there are places."""
        if self.limit < self.most:
            self.limit = min(self.most, self.limit + max(1.0, self.limit * self._grow_by) / self.limit)
            self._admit()

    def refused(self, ticket: int) -> None:
        """The endpoint had too many: shrink, once for all that were under way together."""
        if ticket == self._generation:
            self._generation += 1
            self.limit = max(1.0, min(self.limit, self.busy) * self._shrink_to)

    def _admit(self) -> None:
        while self._queue and self.busy < int(self.limit):
            place = self._queue.popleft()
            if not place.done():
                self.busy += 1
                place.set_result(None)


class Pace:
    """The buckets and the gate of one endpoint, and the pause it asked for."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.gate = Gate(limits.concurrency)
        self._limits = limits
        self.successes = 0
        self._clock = clock
        self._requests = Bucket(limits.requests_per_minute, clock) if limits.requests_per_minute else None
        self._tokens = Bucket(limits.tokens_per_minute, clock) if limits.tokens_per_minute else None
        self._paused_until = 0.0
        self._refused_after = -1

    def share(self, part: float) -> None:
        """Use ``part``, in 0..1, of every limit from now on: others that ask the same endpoint use the rest."""
        self.gate.allow(max(1, int(self._limits.concurrency * part)))
        if self._requests is not None:
            self._requests.allow((self._limits.requests_per_minute or 0) * part)
        if self._tokens is not None:
            self._tokens.allow((self._limits.tokens_per_minute or 0) * part)

    async def enter(self, tokens: int) -> int:
        """Wait until a request of about ``tokens`` may go out; returns the ticket for ``leave``."""
        if self._requests is not None or self._tokens is not None:
            await self._booked(tokens)
        while (wait := self._paused_until - self._clock()) > 0:
            await asyncio.sleep(wait)
        return await self.gate.enter()

    def leave(self) -> None:
        """The request is over."""
        self.gate.leave()

    def answered(self, booked: int, used: int) -> None:
        """It succeeded; the difference between the tokens booked and used is settled."""
        self.successes += 1
        self.gate.answered()
        if self._tokens is not None:
            self._tokens.give_back(booked - used)

    def refused(self, ticket: int, wait: float) -> None:
        """It was refused for rate; ``wait`` are the seconds the endpoint asked for, 0 where it named none.

        A second refusal without a success between them means that nobody gets
        through, so everybody waits; a single one concerns one request.
        """
        self.gate.refused(ticket)
        if wait and self._refused_after == self.successes:
            self._paused_until = max(self._paused_until, self._clock() + min(wait, _LONGEST_PAUSE))
        self._refused_after = self.successes

    async def _booked(self, tokens: int) -> None:
        waits = [self._requests.take(1) if self._requests else 0.0, self._tokens.take(tokens) if self._tokens else 0.0]
        try:
            await asyncio.sleep(max(waits))
        except asyncio.CancelledError:
            if self._requests is not None:
                self._requests.give_back(1)
            if self._tokens is not None:
                self._tokens.give_back(tokens)
            raise
