"""How a call went as a whole: who was reached, who let go first, whether and how it was closed.

A step not reached or a call cut short is judged by what gave rise to it, so all
checks look at the same facts here.
"""

from __future__ import annotations

from dataclasses import dataclass

from kefu.call.turn import Speaker
from kefu.language.acts import Act
from kefu.scenario.memo import lazily
from kefu.score.transcript import Said, Transcript

__all__ = ["Course"]

_SURE = 0.6


@dataclass(frozen=True)
class Course:
    """The course of one call, read from its turns."""

    transcript: Transcript

    @lazily
    def last_caller(self) -> Said | None:
        """The caller's last turn that holds a word."""
        return next((said for said in reversed(self.transcript.caller) if said.folded.strip()), None)

    @lazily
    def last_customer(self) -> Said | None:
        """The customer's last turn."""
        return self.transcript.customer[-1] if self.transcript.customer else None

    @lazily
    def closed(self) -> bool:
        """Whether the caller's last turn says goodbye."""
        return self.last_caller is not None and "close" in self.last_caller.does

    @lazily
    def customer_last(self) -> bool:
        """Whether the customer had the last word."""
        turns = self.transcript.turns
        return bool(turns) and turns[-1].speaker is Speaker.CUSTOMER

    def first(self, act: Act) -> int | None:
        """The first customer turn with that act."""
        return next((said.number for said in self.transcript.customer if act in said.acts), None)

    @lazily
    def refused(self) -> tuple[Said, ...]:
        """The customer's turns that refuse."""
        return tuple(said for said in self.transcript.customer if Act.REFUSE in said.acts)

    @lazily
    def stranger(self) -> Said | None:
        """The turn in which somebody else than the customer is on the line, until the customer comes."""
        for said in self.transcript.customer[:4]:
            if Act.DENY in said.acts and said.act_scores[Act.DENY] >= _SURE and self._denies_identity(said):
                return said
        return None

    def _denies_identity(self, said: Said) -> bool:
        """Whether a no can mean the person: the caller had asked for one just now, or for one at all and it says so."""
        asked = [turn for turn in self.transcript.caller if turn.number < said.number]
        if not any(turn.has("names_person") for turn in asked):
            return False
        return "not_the_customer" in said.does or (len(asked) == 1 and "identify" in asked[0].does)

    @lazily
    def unheard(self) -> int:
        """How many of the customer's turns did not take in what was said."""
        return sum(Act.UNCLEAR in said.acts for said in self.transcript.customer)

    @lazily
    def parting(self) -> Said | None:
        """The turn in which the caller takes leave for good: the first of its last turns that all say goodbye."""
        found: Said | None = None
        for said in reversed(self.transcript.caller):
            if said.folded.strip():
                if "close" not in said.does:
                    break
                found = said
        return found

    @lazily
    def heard_until_parting(self) -> tuple[Said, ...]:
        """The customer's turns before the caller took leave: an answering farewell releases nobody."""
        parting = self.parting
        customer = self.transcript.customer
        return customer if parting is None else tuple(said for said in customer if said.number < parting.number)

    @lazily
    def released(self) -> Said | None:
        """The first turn of the customer after which letting go is right: no, not now, wrong person, goodbye."""
        for said in self.heard_until_parting:
            if "refuses_all" in said.does and Act.REFUSE in said.acts:
                return said
            if Act.BUSY in said.acts or said is self.stranger or (Act.BYE in said.acts and "hangs_up" in said.does):
                return said
        return None
