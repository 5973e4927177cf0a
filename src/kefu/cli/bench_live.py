"""How far a run is, on one line that is written again and again; only for a person at a terminal."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import Self

from kefu.i18n import gettext as _
from kefu.llm.chat import Cost
from kefu.store.runs import Progress, RunRecord

__all__ = ["Live"]

_BAR = 24
_MINUTE = 60
_SETTLED = 3.0
"""Seconds after which the rate tells something."""


class Live:
    """The line; ``on`` is false where nobody looks, or where a person needs the terminal for a call."""

    def __init__(self, run: RunRecord, *, on: bool) -> None:
        self._cells = len(run.plan)
        self._on = on and sys.stderr.isatty()
        self._began = monotonic()
        self._before: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, progress: Progress) -> None:
        """Write the line anew."""
        if not self._on:
            return
        ended = progress.done + progress.failed
        if self._before is None:
            self._before = ended  # of a run that goes on: what earlier rounds have done says nothing of the rate
        sys.stderr.write("\r" + self._line(progress, ended) + "\x1b[K")
        sys.stderr.flush()

    def _line(self, progress: Progress, ended: int) -> str:
        filled = _BAR * ended // max(1, self._cells)
        parts = [f"{'█' * filled}{'░' * (_BAR - filled)} {ended:,}/{self._cells:,}"]
        if progress.failed:
            parts.append(_("{number} failed").format(number=progress.failed))
        if progress.reruns or progress.invalid:
            parts.append(_("{reruns} held again, {invalid} invalid").format(
                reruns=progress.reruns, invalid=progress.invalid
            ))  # fmt: skip
        seconds = monotonic() - self._began
        done_here = ended - (self._before or 0)
        if seconds > _SETTLED and done_here:
            rate = done_here / seconds
            parts.append(_("{rate} calls/s").format(rate=f"{rate:.1f}" if rate < 100 else f"{rate:.0f}"))
            parts.append(_("{time} left").format(time=_time((self._cells - ended) / rate)))
        parts += [str(Cost(amount=amount, currency=currency)) for currency, amount in progress.cost.items()]
        return " · ".join(parts)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
