"""A count on stderr while many things are done, for a person who waits; programs and logs never see it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

__all__ = ["counted"]

T = TypeVar("T")
_PATIENCE = 1.0
_PAUSE = 0.1


def counted(things: Iterable[T], total: int) -> Iterator[T]:
    """The things, unchanged; ``done/total`` is shown once they take more than a second.

    Only on a terminal, and only where the output goes elsewhere: on the same
    terminal the output itself shows how far the run is.
    """
    if total < 2 or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from things
        return
    due_at = monotonic() + _PATIENCE
    try:
        for done, thing in enumerate(things):
            if monotonic() >= due_at:
                due_at = monotonic() + _PAUSE
                sys.stderr.write(f"\r{done}/{total} ")
                sys.stderr.flush()
            yield thing
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
