"""Many at once, handed on in order: no more in hand than allowed, endless input, cancelled when nobody listens."""

from __future__ import annotations

import asyncio
from itertools import count

from kefu.bench.order import in_order


def test_the_order_is_that_of_the_things_however_long_each_takes() -> None:
    async def collect() -> tuple[list[tuple[int, int]], int]:
        active = most = 0

        async def slow_first(number: int) -> int:
            nonlocal active, most
            active += 1
            most = max(most, active)
            await asyncio.sleep(0.02 if number == 0 else 0)
            active -= 1
            return number * number

        return [pair async for pair in in_order(range(40), slow_first, 3)], most

    found, most = asyncio.run(collect())
    assert found == [(n, n * n) for n in range(40)]
    assert most == 3


def test_things_may_be_none() -> None:
    async def same(thing: int | None) -> int | None:
        return thing

    async def collect() -> list[tuple[int | None, int | None]]:
        return [pair async for pair in in_order([None, 1, None], same, 2)]

    assert asyncio.run(collect()) == [(None, None), (1, 1), (None, None)]


def test_endless_things_are_taken_as_there_is_room_and_dropped_when_nobody_listens() -> None:
    async def first_three() -> tuple[list[int], int, bool]:
        things, cancelled = count(), False

        async def stuck_later(number: int) -> int:
            nonlocal cancelled
            try:
                await asyncio.sleep(0 if number < 3 else 60)
            except asyncio.CancelledError:
                cancelled = True
                raise
            return number

        found: list[int] = []
        stream = in_order(things, stuck_later, 4)
        async for _thing, number in stream:
            found.append(number)
            if len(found) == 3:
                break
        await stream.aclose()
        await asyncio.sleep(0)
        return found, next(things), cancelled

    found, taken, cancelled = asyncio.run(first_three())
    assert found == [0, 1, 2]
    assert taken <= 3 + 4 * 8
    assert cancelled
