"""A party made anew with the same seed can be brought to where it stood."""

from __future__ import annotations

import asyncio

import pytest

from call.talking import example, hold
from kefu.call.call import Call, Phase
from kefu.call.persona import PersonaCustomer
from kefu.call.resume import resume
from kefu.call.script import ScriptCaller
from kefu.call.talk import talk
from kefu.call.turn import Speaker, Turn


def _cut(call: Call, turns: int) -> Call:
    phase = Phase.CUSTOMERS_TURN if turns % 2 else Phase.CALLERS_TURN
    return Call(
        scenario=call.scenario, seed=call.seed, turns=call.turns[:turns], phase=phase if turns else Phase.RINGING
    )


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 8])
def test_a_resumed_call_goes_on_as_if_nothing_had_happened(turns: int) -> None:
    scenario = example("customer_service")
    whole = hold(scenario, 4)
    so_far = _cut(whole, turns)
    caller, customer = ScriptCaller(scenario, seed=4), PersonaCustomer(scenario, seed=4)

    async def carry_on() -> Call:
        await resume(caller, so_far, Speaker.CALLER)
        await resume(customer, so_far, Speaker.CUSTOMER)
        return await talk(caller, customer, so_far)

    assert asyncio.run(carry_on()) == whole


def test_what_was_really_said_counts_where_it_differs() -> None:
    scenario = example("care")
    call = Call(scenario="care").speak(Turn(speaker=Speaker.CALLER, text="冯阿姨好，我是医院的小苏。"))
    call = call.speak(Turn(speaker=Speaker.CUSTOMER, text="是我是我，你说。"))
    caller = ScriptCaller(scenario, seed=1)

    async def next_turn() -> Turn:
        await resume(caller, call, Speaker.CALLER)
        return await caller.speak(call)

    turn = asyncio.run(next_turn())
    assert turn.text
    assert "冯阿姨好，我是医院的小苏" not in turn.text
