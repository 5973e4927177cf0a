"""Buckets, the gate, and both together."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.llm.endpoint import Limits
from kefu.llm.pace import Bucket, Gate, Pace


class Clock:
    """Time that passes when told."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@given(st.integers(1, 600), st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_minute_ever_holds_more_than_the_limit(per_minute, pauses):
    clock = Clock()
    bucket = Bucket(per_minute, clock)
    sent = []
    for pause in pauses * 3:
        clock.now += pause
        sent.append(clock.now + bucket.take(1))
    for start in sent:
        assert sum(start <= at < start + 59.999 for at in sent) <= per_minute


def test_a_bucket_flows_as_fast_as_it_may():
    clock = Clock()
    bucket = Bucket(600, clock)
    waits = [bucket.take(1) for _ in range(600)]
    assert waits[59] == 0  # a tenth at once
    assert waits[60] > 0
    assert waits[-1] == pytest.approx(60, rel=0.01)


def test_tokens_that_were_not_used_are_given_back():
    clock = Clock()
    bucket = Bucket(6000, clock)
    bucket.take(600)
    bucket.give_back(500)
    assert bucket.take(400) == 0
    bucket.give_back(-300)
    assert bucket.take(1) > 0


def gate_with(most, busy):
    async def enter_all():
        gate = Gate(most)
        tickets = [await gate.enter() for _ in range(busy)]
        return gate, tickets

    return enter_all()


def test_one_shrinking_for_all_that_were_refused_together():
    async def run():
        gate, tickets = await gate_with(100, 20)
        for ticket in tickets:
            gate.refused(ticket)
        return gate.limit

    assert asyncio.run(run()) == pytest.approx(14)  # of the 20 under way, not of the 100 allowed


def test_the_gate_shrinks_to_one_and_grows_back_to_its_most():
    async def run():
        gate, _tickets = await gate_with(50, 50)
        for _ in range(40):
            gate.refused(gate._generation)
        smallest = gate.limit
        for _ in range(1000):
            gate.answered()
        return smallest, gate.limit

    assert asyncio.run(run()) == (1, 50)


def test_whoever_came_first_goes_first_and_a_cancelled_one_takes_no_place():
    async def run():
        gate = Gate(1)
        await gate.enter()
        came = []

        async def wait_for_place(name):
            await gate.enter()
            came.append(name)
            gate.leave()

        tasks = [asyncio.create_task(wait_for_place(name)) for name in "abc"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        gate.leave()
        await asyncio.gather(*tasks, return_exceptions=True)
        return came, gate.busy

    assert asyncio.run(run()) == (["a", "c"], 0)


def test_a_place_that_comes_together_with_a_cancellation_is_not_lost():
    async def run():
        gate = Gate(1)
        await gate.enter()
        task = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        gate.leave()  # gives the place to the task, which has not run yet
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return gate.busy

    assert asyncio.run(run()) == 0


def test_one_refusal_pauses_one_request_and_two_in_a_row_everybody():
    clock = Clock()
    pace = Pace(Limits(), clock)
    ticket = asyncio.run(pace.enter(0))
    pace.refused(ticket, 5)
    assert pace._paused_until == 0
    pace.answered(0, 0)
    pace.refused(ticket, 5)
    assert pace._paused_until == 0
    pace.refused(ticket, 5)
    assert pace._paused_until == 5


def test_a_request_waits_for_its_bucket():
    async def run():
        pace = Pace(Limits(requests_per_minute=600))
        loop = asyncio.get_running_loop()
        for _ in range(60):
            await pace.enter(0)
        started = loop.time()
        for _ in range(2):
            await pace.enter(0)
        return loop.time() - started

    assert 0.1 < asyncio.run(run()) < 1.0


def test_a_cancelled_wait_gives_its_booking_back():
    async def run():
        pace = Pace(Limits(requests_per_minute=10, tokens_per_minute=1000))
        await pace.enter(100)
        before = pace._tokens._level
        task = asyncio.create_task(pace.enter(5000))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return pace._tokens._level - before

    assert asyncio.run(run()) == pytest.approx(0, abs=5)
