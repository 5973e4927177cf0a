"""The customer's own words of a call whose words were changed on the way: what a switch put in proves nothing of it."""

from __future__ import annotations

from dataclasses import replace

from kefu.call.perturb import own_words
from kefu.call.turn import Speaker
from kefu.score.terms import MAX_READ
from kefu.score.transcript import Said, Transcript

__all__ = ["own_turns"]

_NO_WORDS = " 。，…,.\n\t"


def own_turns(transcript: Transcript) -> tuple[Said, ...]:
    """The customer's turns with its own words alone; those that held nothing else are left out."""
    call = transcript.call
    if not call.perturb:
        return transcript.customer
    turns = tuple(
        replace(turn, text=own_words(call.perturb, turn.text[:MAX_READ])) if turn.speaker is Speaker.CUSTOMER else turn
        for turn in call.turns
    )
    own = Transcript(replace(call, turns=turns)).customer
    return tuple(
        said
        for said, heard in zip(own, transcript.customer, strict=True)
        if said.text.strip(_NO_WORDS) or said.text == heard.text
    )
