"""The loop keeps a call whole whatever its parties do."""

from __future__ import annotations

import asyncio

from kefu.call.call import Call, EndedBy, Ending
from kefu.call.party import PartyFailed
from kefu.call.talk import talk
from kefu.call.turn import Speaker, Turn


class _Says:
    """A party that says one thing for ever."""

    def __init__(self, speaker: Speaker, text: str = "嗯", hangs_up_after: int = 10_000) -> None:
        self._turn = Turn(speaker=speaker, text=text)
        self._left = hangs_up_after

    async def speak(self, call: Call) -> Turn:
        self._left -= 1
        if self._left < 0:
            return Turn(speaker=self._turn.speaker, text=self._turn.text, hangs_up=True, reason="bored")
        return self._turn


class _Fails:
    async def speak(self, call: Call) -> Turn:
        raise PartyFailed("no_key", "the model has no key")


def _talk(caller: object, customer: object, **options: int) -> Call:
    return asyncio.run(talk(caller, customer, Call(scenario="s"), **options))  # type: ignore[arg-type]


def test_the_limit_counts_the_turns_of_both_parties() -> None:
    call = _talk(_Says(Speaker.CALLER), _Says(Speaker.CUSTOMER), max_turns=7)
    assert len(call.turns) == 7
    assert call.ending == Ending(by=EndedBy.LIMIT, reason="max_turns", detail="7 turns")


def test_a_party_that_hangs_up_ends_the_call() -> None:
    call = _talk(_Says(Speaker.CALLER), _Says(Speaker.CUSTOMER, hangs_up_after=1))
    assert len(call.turns) == 4
    assert call.ending == Ending(by=EndedBy.CUSTOMER, reason="bored")


def test_a_party_that_fails_ends_the_call_by_error_and_the_turns_so_far_stay() -> None:
    call = _talk(_Says(Speaker.CALLER), _Fails())
    assert [turn.text for turn in call.turns] == ["嗯"]
    assert call.ending == Ending(by=EndedBy.ERROR, reason="no_key", detail="customer: the model has no key")


def test_a_party_that_says_nothing_ends_the_call_by_error() -> None:
    call = _talk(_Says(Speaker.CALLER, text="  "), _Says(Speaker.CUSTOMER))
    assert call.turns == ()
    assert call.ending is not None
    assert (call.ending.by, call.ending.reason) == (EndedBy.ERROR, "illegal_turn")


def test_a_party_that_speaks_for_the_other_ends_the_call_by_error() -> None:
    call = _talk(_Says(Speaker.CALLER), _Says(Speaker.CALLER))
    assert len(call.turns) == 1
    assert call.ending is not None
    assert call.ending.reason == "illegal_turn"
    assert call.ending.detail == "customer: turn 1: caller_spoke is not possible while the call is customers_turn"


def test_every_turn_is_heard_as_it_happens() -> None:
    heard: list[str] = []
    caller, customer = _Says(Speaker.CALLER, "您好"), _Says(Speaker.CUSTOMER, "喂", hangs_up_after=0)
    asyncio.run(talk(caller, customer, Call(scenario="s"), heard=lambda turn: heard.append(turn.text)))
    assert heard == ["您好", "喂"]
