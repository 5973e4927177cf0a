"""Many things done at once, and handed on in the order in which they were asked for."""

from __future__ import annotations

from asyncio import FIRST_COMPLETED, Task, create_task, wait
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

__all__ = ["in_order"]

_AHEAD = 8
"""Finished results that wait for an earlier one, as a multiple of those in hand at once."""
T = TypeVar("T")
R = TypeVar("R")


async def in_order(
    things: Iterable[T], do: Callable[[T], Coroutine[Any, Any, R]], concurrency: int
) -> AsyncGenerator[tuple[T, R]]:
    """Every thing with what came of it, ``concurrency`` of them in hand at once, however long the first one takes.

    Things are taken only as there is room, so they may be endless. What is in
    hand is cancelled when nobody listens any more.
    """
    waiting: deque[tuple[T, Task[R]]] = deque()
    active: set[Task[R]] = set()
    coming = iter(things)
    more = True
    try:
        while True:
            while more and len(active) < concurrency and len(waiting) < concurrency * _AHEAD:
                try:
                    thing = next(coming)
                except StopIteration:
                    more = False
                    break
                task = create_task(do(thing))
                waiting.append((thing, task))
                active.add(task)
            if not waiting:
                return
            if not waiting[0][1].done():
                await wait(active, return_when=FIRST_COMPLETED)
            active = {task for task in active if not task.done()}
            while waiting and waiting[0][1].done():
                thing, task = waiting.popleft()
                yield thing, task.result()
    finally:
        for _thing, task in waiting:
            task.cancel()
