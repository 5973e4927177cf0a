"""A call is a value: what the transition table does not allow raises and changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.call.call import TRANSITIONS, Call, EndedBy, Ending, Event, Phase
from kefu.call.turn import Speaker, Turn
from kefu.call.wire import call_from_json, call_to_json
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


def test_the_table() -> None:
    told = {f"{phase.value}: {event.value}": after.value for (phase, event), after in TRANSITIONS.items()}

    assert told == {
        "ringing: caller_spoke": "customers_turn",
        "ringing: customer_spoke": "callers_turn",
        "ringing: caller_hung_up": "ended",
        "ringing: cut_off": "ended",
        "callers_turn: caller_spoke": "customers_turn",
        "callers_turn: caller_hung_up": "ended",
        "callers_turn: customer_hung_up": "ended",
        "callers_turn: cut_off": "ended",
        "customers_turn: customer_spoke": "callers_turn",
        "customers_turn: caller_hung_up": "ended",
        "customers_turn: customer_hung_up": "ended",
        "customers_turn: cut_off": "ended",
    }


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


def test_hanging_up_without_a_word_ends_the_call_and_leaves_no_turn() -> None:
    call = Call(scenario="s").speak(Turn(speaker=Speaker.CALLER, text="您好"))
    ended = call.speak(Turn(speaker=Speaker.CUSTOMER, text="", hangs_up=True))
    assert ended.turns == call.turns
    assert ended.ending == Ending(by=EndedBy.CUSTOMER, reason="hung_up")


def test_nobody_hangs_up_without_a_word_out_of_turn() -> None:
    call = Call(scenario="s").speak(Turn(speaker=Speaker.CALLER, text="您好"))
    with pytest.raises(IllegalEvent, match="turn 1: the caller said nothing"):
        call.speak(Turn(speaker=Speaker.CALLER, text="", hangs_up=True))


def test_whose_fault_a_failure_is_survives_the_way_to_json_and_back() -> None:
    failed = Ending(by=EndedBy.ERROR, reason="agent_timeout", detail="caller: no answer", fault=Speaker.CALLER)
    call = Call(scenario="s").speak(Turn(speaker=Speaker.CALLER, text="您好")).end(failed)
    record = call_to_json(call)
    assert record["ending"]["fault"] == "caller"
    assert call_from_json(record).ending == failed
    record["ending"]["fault"] = ["nobody"]
    read = call_from_json(record).ending
    assert read is not None
    assert read.fault is None


def test_what_was_cleaned_stands_on_the_turn_and_only_there() -> None:
    said = Turn(speaker=Speaker.CALLER, text="您好", cleaned=("markdown",), raw="**您好**")
    call = Call(scenario="s").speak(said).speak(Turn(speaker=Speaker.CUSTOMER, text="喂"))
    assert call_to_json(call)["turns"] == [
        {"speaker": "caller", "text": "您好", "cleaned": ["markdown"], "raw": "**您好**"},
        {"speaker": "customer", "text": "喂"},
    ]
