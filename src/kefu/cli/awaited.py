"""The one place where the command line enters the event loop."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["awaited"]

T = TypeVar("T")


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """What comes of ``work``, with an event loop of its own."""
    import asyncio  # not loaded by commands that wait for nothing

    return asyncio.run(work)
