"""A call as scoring reads it: every turn once, with what it does, says and answers.

What costs time is read when a check first asks for it, and of a long turn only its
beginning, so that a hostile call ends as soon as an honest one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kefu.call.call import Call
from kefu.call.turn import Speaker
from kefu.language.acts import Act, act_scores, read_acts
from kefu.language.values import Value, read_values
from kefu.score.patterns import kinds_of
from kefu.score.terms import MAX_READ, terms_of

__all__ = ["Clause", "Said", "Transcript", "clauses_of"]

_CLAUSE = re.compile(r"[^，。？！；,?!;…\n~—]+[，。？！；,?!;…\n~—]*")
_MOST_CLAUSES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a turn, with its closing mark."""

    text: str
    start: int


class Said:
    """One turn, read on demand."""

    def __init__(self, number: int, speaker: Speaker, text: str, before: str) -> None:
        self.number = number
        self.speaker = speaker
        self.text = text
        self.before = before
        """What the other side said just before; empty at the beginning."""
        self.read = text[:MAX_READ]

    @cached_property
    def terms(self) -> frozenset[str]:
        """What its wording is made of."""
        return terms_of(self.read)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """What can be checked in it."""
        return read_values(self.read)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Its clauses in order."""
        return clauses_of(self.read)

    @cached_property
    def does(self) -> frozenset[str]:
        """Which kinds of the lexicon of its side hold for it."""
        return kinds_of(self.read, self.speaker.value)

    @cached_property
    def acts(self) -> frozenset[Act]:
        """What a customer's turn does; of a caller's turn nothing."""
        return frozenset(read_acts(self.text, self.before)) if self.speaker is Speaker.CUSTOMER else frozenset()

    @cached_property
    def act_scores(self) -> Mapping[Act, float]:
        """How surely it does it."""
        return act_scores(self.text, self.before)


class Transcript:
    """A call read turn by turn."""

    def __init__(self, call: Call) -> None:
        self.call = call
        turns = call.turns
        before = {Speaker.CALLER: "", Speaker.CUSTOMER: ""}
        said: list[Said] = []
        for number, turn in enumerate(turns):
            said.append(Said(number, turn.speaker, turn.text, before[turn.speaker.other]))
            before[turn.speaker] = turn.text
        self.turns = tuple(said)
        self.caller = tuple(s for s in said if s.speaker is Speaker.CALLER)
        self.customer = tuple(s for s in said if s.speaker is Speaker.CUSTOMER)

    def before(self, said: Said) -> Said | None:
        """The other side's last turn before ``said``."""
        return next((s for s in reversed(self.turns[: said.number]) if s.speaker is not said.speaker), None)

    def after(self, said: Said) -> Said | None:
        """The other side's first turn after ``said``."""
        return next((s for s in self.turns[said.number + 1 :] if s.speaker is not said.speaker), None)


def clauses_of(text: str) -> tuple[Clause, ...]:
    """The clauses of ``text``, at most forty."""
    found: list[Clause] = []
    for match in _CLAUSE.finditer(text):
        found.append(Clause(text=match[0], start=match.start()))
        if len(found) == _MOST_CLAUSES:
            break
    return tuple(found)
