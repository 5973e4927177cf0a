"""The loop: two parties speak in turn until one hangs up, fails, or the limit is reached."""

from __future__ import annotations

from collections.abc import Callable

from kefu.call.call import Call, EndedBy, Ending
from kefu.call.party import Party, PartyFailed
from kefu.call.turn import Speaker, Turn
from kefu.errors import IllegalEvent
from kefu.i18n import gettext as _
from kefu.i18n import ngettext

__all__ = ["MAX_TURNS", "talk"]

MAX_TURNS = 60
"""Turns of both parties together after which a call counts as failed."""


async def talk(
    caller: Party,
    customer: Party,
    call: Call,
    *,
    max_turns: int = MAX_TURNS,
    heard: Callable[[Turn], None] | None = None,
) -> Call:
    """Carry ``call`` on to its end and return it, ended.

    ``heard`` is told of every turn as it happens. A party that fails, says
    nothing or speaks out of turn ends the call by ``error``, with the turns so
    far kept; reaching ``max_turns`` ends it by ``limit``.
    """
    parties = {Speaker.CALLER: caller, Speaker.CUSTOMER: customer}
    while (speaker := call.next_speaker) is not None:
        if len(call.turns) >= max_turns:
            spoken = ngettext("{n} turn", "{n} turns", max_turns).format(n=max_turns)
            return call.end(Ending(by=EndedBy.LIMIT, reason="max_turns", detail=spoken))
        try:
            turn = await parties[speaker].speak(call)
            call = call.speak(turn)
        except PartyFailed as failure:
            fault = speaker if failure.to_blame else None
            detail = _named(speaker, failure)
            return call.end(Ending(by=EndedBy.ERROR, reason=failure.reason, detail=detail, fault=fault))
        except IllegalEvent as broken:
            return call.end(Ending(by=EndedBy.ERROR, reason="illegal_turn", detail=_named(speaker, broken)))
        if heard is not None and turn.text.strip():
            heard(turn)
    return call


def _named(speaker: Speaker, failure: Exception) -> str:
    side = _("caller") if speaker is Speaker.CALLER else _("customer")
    return _("{side}: {what}").format(side=side, what=failure)
