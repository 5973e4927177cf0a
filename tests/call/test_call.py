"""A call is a value: what the transition table does not allow raises and changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.call.call import TRANSITIONS, Call, EndedBy, Ending, Event, Phase
from kefu.call.turn import Speaker, Turn
from kefu.errors import IllegalEvent

_SPEECH = {Event.CALLER_SPOKE: Speaker.CALLER, Event.CUSTOMER_SPOKE: Speaker.CUSTOMER}
_ENDINGS = {
    Event.CALLER_HUNG_UP: EndedBy.CALLER,
    Event.CUSTOMER_HUNG_UP: EndedBy.CUSTOMER,
    Event.CUT_OFF: EndedBy.LIMIT,
}


def _after(call: Call, event: Event) -> Call:
    if event in _SPEECH:
        return call.speak(Turn(speaker=_SPEECH[event], text="嗯"))
    return call.end(Ending(by=_ENDINGS[event], reason="test"))


@settings(deadline=None)
@given(st.lists(st.sampled_from(Event), max_size=12))
def test_a_call_moves_only_as_the_table_says(events: list[Event]) -> None:
    call = Call(scenario="s")
    for event in events:
        expected = TRANSITIONS.get((call.phase, event))
        before = call
        if expected is None:
            with pytest.raises(IllegalEvent):
                _after(call, event)
        else:
            call = _after(call, event)
            assert call.phase is expected
            assert len(call.turns) == len(before.turns) + (event in _SPEECH)
        assert (call.ending is not None) == (call.phase is Phase.ENDED)


def test_nothing_follows_an_ended_call() -> None:
    assert not [event for phase, event in TRANSITIONS if phase is Phase.ENDED]


def test_an_illegal_turn_says_what_where_and_leaves_the_call_alone() -> None:
    call = Call(scenario="s").speak(Turn(speaker=Speaker.CALLER, text="您好"))
    with pytest.raises(IllegalEvent) as broken:
        call.speak(Turn(speaker=Speaker.CALLER, text="喂"))
    assert str(broken.value) == "turn 1: caller_spoke is not possible while the call is customers_turn"
    assert len(call.turns) == 1


def test_a_blank_turn_is_illegal() -> None:
    with pytest.raises(IllegalEvent, match="turn 0: the caller said nothing"):
        Call(scenario="s").speak(Turn(speaker=Speaker.CALLER, text=" \n"))


def test_a_turn_that_hangs_up_ends_the_call_with_its_reason() -> None:
    call = Call(scenario="s").speak(Turn(speaker=Speaker.CALLER, text="再见", hangs_up=True, reason="completed"))
    assert call.ending == Ending(by=EndedBy.CALLER, reason="completed")
    assert call.next_speaker is None


def test_the_caller_opens_and_the_two_take_turns() -> None:
    call = Call(scenario="s")
    assert call.next_speaker is Speaker.CALLER
    call = call.speak(Turn(speaker=Speaker.CALLER, text="您好"))
    assert call.next_speaker is Speaker.CUSTOMER
