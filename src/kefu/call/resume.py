"""Bringing a party to where it stood: it speaks its own earlier turns again, and they are discarded."""

from __future__ import annotations

from dataclasses import replace

from kefu.call.call import Call, Phase
from kefu.call.party import Party
from kefu.call.turn import Speaker

__all__ = ["resume"]


async def resume(party: Party, call: Call, speaker: Speaker) -> None:
    """Bring ``party``, made anew with the same seed, to where ``speaker`` stood in ``call``.

    What was really said on its side counts as said, also where the party would
    have said something else.
    """
    so_far = replace(call, turns=(), ending=None, phase=Phase.RINGING)
    for turn in call.turns:
        if turn.speaker is speaker:
            await party.speak(so_far)
        phase = Phase.CUSTOMERS_TURN if turn.speaker is Speaker.CALLER else Phase.CALLERS_TURN
        so_far = replace(so_far, turns=(*so_far.turns, turn), phase=phase)
