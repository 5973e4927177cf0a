"""The line to an endpoint: a question goes out at the endpoint's pace and within the budget, again where that may help.

Chat and embeddings are two kinds of question over the same line, so that what
one learns of the endpoint (its pace, what it refuses) holds for both.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from kefu.i18n import gettext as _
from kefu.llm.body import encode
from kefu.llm.budget import Budget, Ledger
from kefu.llm.chat import ChatFailed, Cost, FailureReason, Usage
from kefu.llm.endpoint import Endpoint
from kefu.llm.fault import Complaint, reason_of
from kefu.llm.pace import Pace
from kefu.llm.price import cost_of
from kefu.llm.quirk import Quirks, first_quirks, insists, learn, opening_words
from kefu.llm.retry import Course
from kefu.llm.spoken import wording
from kefu.llm.wire import Fault, Received, Wire

__all__ = ["Exchange", "Line", "Question"]

T = TypeVar("T")

_log = logging.getLogger("kefu.llm")
_MOST_CHANGES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """What is sent, how the answer is read, and what it may use.

    ``read`` raises :class:`ChatFailed` for an answer that is none; ``usage``
    counts, or estimates, the tokens of one that is. ``expected`` and ``most``
    are what is booked before: of the limits per minute, and of the budget.
    """

    path: str
    body: Callable[[Quirks], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], T]
    usage: Callable[[T], Usage]
    expected: Callable[[], Usage]
    most: Callable[[], Usage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Generic[T]):
    """An answer and what it took; ``quirks`` are those under which it came."""

    value: T
    usage: Usage
    cost: Cost | None
    latency: timedelta
    first_token: timedelta | None
    attempts: int
    quirks: Quirks


class Line:
    """One endpoint, asked by any number of tasks of one event loop."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if budget is not None:
            budget.check([(endpoint.name, endpoint.prices)])
        self.endpoint = endpoint
        self.ledger = ledger or Ledger()
        self.quirks = first_quirks(endpoint.features)
        self.pace = Pace(replace(endpoint.limits, concurrency=min(endpoint.limits.concurrency, _places())))
        self.wire = Wire(endpoint)
        self._budget = budget
        self._dearer = Decimal(1)  # than thought, as the dearest reply so far showed: what is reserved goes by it
        self._rng = rng or random.Random()
        _load_words()

    async def aclose(self) -> None:
        """Close all connections."""
        await self.wire.aclose()

    async def ask(self, question: Question[T]) -> Exchange[T]:
        """The answer. Raises :class:`ChatFailed` when there is none after all tries."""
        course = Course(self.endpoint.retry, self._rng)
        quirks, guessed, changes = self.quirks, False, 0
        while True:
            course.attempts += 1
            body = question.body(quirks)
            outcome = await self._try(question, body, quirks, course)
            if isinstance(outcome, Exchange):
                if guessed:
                    self.quirks = quirks
                return outcome
            fault = outcome
            change = self._changed(quirks, body, fault, guessed=guessed) if changes < _MOST_CHANGES else None
            if change is not None:
                changes += 1
                quirks, certain = change
                guessed = guessed or not certain
                if not guessed:
                    self.quirks = quirks
                self._note(_("adapting to {}: {}"), ", ".join(quirks.names) or _("another form"), fault.failure.message)
                continue
            reason = fault.failure.reason
            wait = course.wait_after(reason, fault.asked, self.pace.successes, crowded=fault.crowded)
            if wait is None:
                self.ledger.failed()
                raise self._given_up(fault.failure, course.attempts)
            self._note(_("trying again in {} s: {}"), f"{wait:.1f}", fault.failure.message)
            await asyncio.sleep(wait)

    async def _try(
        self, question: Question[T], body: dict[str, Any], quirks: Quirks, course: Course
    ) -> Exchange[T] | Fault:
        """One request, at the endpoint's pace and within the budget."""
        tokens = question.expected().total_tokens if self.endpoint.limits.tokens_per_minute else 0
        ticket = await self.pace.enter(tokens)
        reserved, paid = None, None
        try:
            if self._budget is not None and (most := cost_of(question.most(), self.endpoint.prices)) is not None:
                reserved = await self._budget.reserve(
                    replace(most, amount=most.amount * self._dearer), self.endpoint.label
                )
            outcome = await self._sent(question, body, quirks, course)
            if isinstance(outcome, Exchange):
                self.pace.answered(tokens, outcome.usage.total_tokens)
                self.ledger.answered(outcome.usage, outcome.cost)
                paid = outcome.cost
                if reserved and paid is not None:
                    self._dearer = max(self._dearer, self._dearer * paid.amount / reserved)
            else:
                if outcome.crowded:
                    self.pace.refused(ticket, outcome.asked or 0.0)
                if outcome.begun:  # it may well be on the bill, so it counts, as an estimate
                    used = question.expected()
                    paid = cost_of(used, self.endpoint.prices)
                    self.ledger.billed(replace(used, estimated=True), paid)
            return outcome
        finally:
            self.pace.leave()
            if reserved is not None and self._budget is not None:
                self._budget.settle(reserved, paid)

    async def _sent(
        self, question: Question[T], body: dict[str, Any], quirks: Quirks, course: Course
    ) -> Exchange[T] | Fault:
        data = encode(body)
        logged = _log.isEnabledFor(logging.DEBUG)
        if logged:
            _log.debug("%s <- %s", self.endpoint.name, self.wire.mask(data.decode("utf-8")))
        self.ledger.tried()
        received = await self.wire.post(
            quirks.prefix + question.path, data, stream=body.get("stream") is True, late=course.late
        )
        if isinstance(received, Fault):
            if logged:
                _log.debug("%s -> %s", self.endpoint.name, self.wire.mask(str(received.failure)))
            return received
        if logged:
            _log.debug("%s -> %s", self.endpoint.name, self.wire.mask(_shown(received.payload)))
        try:
            value = question.read(received.payload)
        except ChatFailed as failed:
            return self.wire.fault(failed, begun=True)
        return self._exchange(question, value, received, quirks, course.attempts)

    def _exchange(
        self, question: Question[T], value: T, received: Received, quirks: Quirks, attempt: int
    ) -> Exchange[T]:
        usage = question.usage(value)
        first = received.first_token
        return Exchange(
            value=value,
            usage=usage,
            cost=cost_of(usage, self.endpoint.prices),
            latency=timedelta(seconds=received.seconds),
            first_token=None if first is None else timedelta(seconds=first),
            attempts=attempt,
            quirks=quirks,
        )

    def _changed(
        self, quirks: Quirks, body: Mapping[str, Any], fault: Fault, *, guessed: bool
    ) -> tuple[Quirks, bool] | None:
        """The quirks to try because of ``fault`` and whether they are certain, ``None`` for a fault of another kind."""
        reason = fault.failure.reason
        said = fault.complaint.message if fault.complaint is not None else fault.failure.message
        refused = reason is FailureReason.BAD_REQUEST
        if not refused and not (reason in (FailureReason.NOT_FOUND, FailureReason.SERVER_ERROR) and insists(said)):
            return self._elsewhere(quirks, reason)
        if quirks != self.quirks and not guessed:
            return self.quirks, True  # another request has learned meanwhile
        change = learn(quirks, body, said, fault.complaint.field if fault.complaint is not None else "")
        return change if refused or (change is not None and change[1]) else None

    def _elsewhere(self, quirks: Quirks, reason: FailureReason) -> tuple[Quirks, bool] | None:
        """An address without a path most likely lacks its ``/v1``."""
        bare = not urlsplit(self.endpoint.address).path
        if reason is not FailureReason.NOT_FOUND or not bare or quirks.prefix:
            return None
        if self.quirks.prefix:
            return self.quirks, True  # another request has found out meanwhile
        return None if self.pace.successes else (replace(quirks, prefix="/v1"), False)

    def _note(self, text: str, *values: str) -> None:
        if _log.isEnabledFor(logging.INFO):
            _log.info("%s: %s", self.endpoint.name, text.format(*values))

    def _given_up(self, failed: ChatFailed, attempts: int) -> ChatFailed:
        tries = _("{} tries").format(attempts)
        message = failed.message if attempts == 1 else f"{failed.message}, {tries}"
        return ChatFailed(message, reason=failed.reason, where=failed.where, hint=failed.hint, attempts=attempts)


def _load_words() -> None:
    """Read the data files now: at the height of a run there may be no file handle left to read them with."""
    wording()
    opening_words()
    reason_of(400, Complaint())


def _places() -> int:
    """How many connections the operating system leaves room for."""
    try:
        import resource
    except ImportError:  # Windows, where it is memory that limits them
        return sys.maxsize
    allowed, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if allowed == resource.RLIM_INFINITY else max(8, allowed - max(32, allowed // 8))


def _shown(payload: Mapping[str, Any]) -> str:
    try:
        return repr(payload)
    except RecursionError:
        return "…"
