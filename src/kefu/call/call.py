"""A call: turns in order, whose turn it is, and why it ended.

Legality lives in ``TRANSITIONS``: a call changes only by recording a turn or an
ending, and what the table does not allow raises and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kefu.call.turn import Speaker, Turn
from kefu.errors import IllegalEvent
from kefu.i18n import gettext as _

__all__ = ["TRANSITIONS", "Call", "EndedBy", "Ending", "Event", "Phase"]


class EndedBy(StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    CUSTOMER = "customer"
    LIMIT = "limit"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Who ended the call and why: ``reason`` is a word for programs, ``detail`` a line for people.

    ``fault`` is the side whose own failure an ending by ``error`` is; empty
    where nobody on the line is to blame, as when a model cannot be reached.
    """

    by: EndedBy
    reason: str
    detail: str = ""
    fault: Speaker | None = None


class Phase(StrEnum):
    """Where a call stands between two events."""

    RINGING = "ringing"
    CUSTOMERS_TURN = "customers_turn"
    CALLERS_TURN = "callers_turn"
    ENDED = "ended"


class Event(StrEnum):
    """What can happen to a call."""

    CALLER_SPOKE = "caller_spoke"
    CUSTOMER_SPOKE = "customer_spoke"
    CALLER_HUNG_UP = "caller_hung_up"
    CUSTOMER_HUNG_UP = "customer_hung_up"
    CUT_OFF = "cut_off"


TRANSITIONS: dict[tuple[Phase, Event], Phase] = {
    (Phase.RINGING, Event.CALLER_SPOKE): Phase.CUSTOMERS_TURN,
    (Phase.RINGING, Event.CUSTOMER_SPOKE): Phase.CALLERS_TURN,
    (Phase.RINGING, Event.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.RINGING, Event.CUT_OFF): Phase.ENDED,
    (Phase.CUSTOMERS_TURN, Event.CUSTOMER_SPOKE): Phase.CALLERS_TURN,
    (Phase.CUSTOMERS_TURN, Event.CUSTOMER_HUNG_UP): Phase.ENDED,
    (Phase.CUSTOMERS_TURN, Event.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.CUSTOMERS_TURN, Event.CUT_OFF): Phase.ENDED,
    (Phase.CALLERS_TURN, Event.CALLER_SPOKE): Phase.CUSTOMERS_TURN,
    (Phase.CALLERS_TURN, Event.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.CALLERS_TURN, Event.CUSTOMER_HUNG_UP): Phase.ENDED,
    (Phase.CALLERS_TURN, Event.CUT_OFF): Phase.ENDED,
}
"""Every legal event; whoever has just spoken, or is about to, may hang up. Nothing follows ``ENDED``."""

_SPOKE = {Speaker.CALLER: Event.CALLER_SPOKE, Speaker.CUSTOMER: Event.CUSTOMER_SPOKE}
_HUNG_UP = {EndedBy.CALLER: Event.CALLER_HUNG_UP, EndedBy.CUSTOMER: Event.CUSTOMER_HUNG_UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One conversation between a caller and a customer about one scenario.

    ``caller`` and ``customer`` name the parties (``script``, ``persona``,
    ``model:NAME`` …). A call is a value: ``speak`` and ``end`` return the call
    that follows. ``perturb`` names what was done to the customer's words.
    """

    scenario: str
    caller: str = ""
    customer: str = ""
    persona: str = ""
    seed: int = 0
    perturb: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    ending: Ending | None = None
    phase: Phase = Phase.RINGING

    @property
    def next_speaker(self) -> Speaker | None:
        """Whose turn it is; ``None`` once the call has ended. The caller opens."""
        if self.phase is Phase.ENDED:
            return None
        return Speaker.CUSTOMER if self.phase is Phase.CUSTOMERS_TURN else Speaker.CALLER

    def speak(self, turn: Turn) -> Call:
        """The call after ``turn``; a turn that hangs up also ends it, and without words does nothing else.

        Raises :class:`IllegalEvent` when it is not the speaker's turn, the text
        is blank, or the call has ended.
        """
        if not turn.text.strip() and turn.hangs_up and turn.speaker is self.next_speaker:
            return self.end(Ending(by=EndedBy(turn.speaker.value), reason=turn.reason or "hung_up"))
        if not turn.text.strip():
            silent = _("the caller said nothing") if turn.speaker is Speaker.CALLER else _("the customer said nothing")
            raise IllegalEvent(silent, where=_("turn {number}").format(number=len(self.turns)))
        phase = self._after(_SPOKE[turn.speaker])
        spoken = replace(self, turns=(*self.turns, turn), phase=phase)
        if turn.hangs_up:
            return spoken.end(Ending(by=EndedBy(turn.speaker.value), reason=turn.reason or "hung_up"))
        return spoken

    def end(self, ending: Ending) -> Call:
        """The call after ``ending``. Raises :class:`IllegalEvent` when it has ended already."""
        phase = self._after(_HUNG_UP.get(ending.by, Event.CUT_OFF))
        return replace(self, ending=ending, phase=phase)

    def _after(self, event: Event) -> Phase:
        try:
            return TRANSITIONS[self.phase, event]
        except KeyError:
            what = _("{event} is not possible while the call is {phase}")
            raise IllegalEvent(
                what.format(event=event.value, phase=self.phase.value),
                where=_("turn {number}").format(number=len(self.turns)),
            ) from None
