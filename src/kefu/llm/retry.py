"""Whether a request is tried again, and how long to wait before; no clock and no network in here."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from kefu.llm.chat import FailureReason
from kefu.llm.endpoint import Retry

__all__ = ["Course", "retry_after"]

_SPREAD = 0.1


class Course:
    """The tries of one request: ``attempts`` made, ``late`` of them given up waiting.

    One request too many counts as a failed try only when nothing else got
    through in the meantime: an endpoint that serves others is a queue, no fault.
    """

    def __init__(self, retry: Retry, rng: random.Random) -> None:
        self.attempts = 0
        self.late = 0
        self._retry = retry
        self._rng = rng
        self._failed = 0
        self._waited = 0.0
        self._successes_seen = 0

    def wait_after(
        self, reason: FailureReason, asked: float | None, successes: int, *, crowded: bool = False
    ) -> float | None:
        """Seconds to wait before the next try, ``None`` when there is none.

        ``asked`` are the seconds the endpoint asked for; ``successes`` counts
        what the endpoint has answered to anybody; ``crowded`` means that there
        were too many requests at once.
        """
        queued = crowded and successes > self._successes_seen
        self._successes_seen = successes
        self.late += reason is FailureReason.TIMEOUT
        if not reason.passing:
            return None
        if not queued:
            self._failed += 1
        if self._failed > self._retry.times:
            return None
        wait = self._backoff(reason)
        if asked is not None:
            at_least = self._retry.first_wait.total_seconds() / 2  # "Retry-After: 0" must not become a storm
            wait = max(at_least, asked) * (1 + self._rng.random() * _SPREAD)
        self._waited += wait
        return None if self._waited > self._retry.patience.total_seconds() else wait

    def _backoff(self, reason: FailureReason) -> float:
        refused = reason is FailureReason.RATE_LIMITED
        first = (self._retry.refused_wait if refused else self._retry.first_wait).total_seconds()
        longest = self._retry.longest_wait.total_seconds()
        wait = min(longest, first * self._retry.factor ** max(0, self._failed - 1))
        return wait * (0.5 + self._rng.random() / 2)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds an endpoint asks to wait: ``retry-after-ms``, or ``Retry-After`` in seconds or as a date.

    A date is taken against the endpoint's own ``Date`` where it sent one, since
    the clock of an office PC may be wrong.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("Retry-After", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    until = _date(headers.get("Retry-After", ""))
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("Date", "")) or now or datetime.now(UTC))).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
