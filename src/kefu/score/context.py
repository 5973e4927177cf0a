"""Everything a rule may look at: the call turn by turn, its course, and what the document backs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kefu.language.match import Match
from kefu.language.values import Value
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding
from kefu.score.backing import Backing, backing_of
from kefu.score.course import Course
from kefu.score.measure import FlowReading
from kefu.score.transcript import Said, Transcript

__all__ = ["Candidate", "Context"]

_LOOKS_BACK = 40
_MOST_GIVEN = 200


@dataclass(frozen=True)
class Context:
    """One call under examination."""

    scenario: Scenario
    transcript: Transcript
    flow: FlowReading

    @property
    def course(self) -> Course:
        """How the call went as a whole."""
        return self.flow.course

    @cached_property
    def backing(self) -> Backing:
        """What the document lets the caller say."""
        return backing_of(self.scenario)

    @cached_property
    def loose(self) -> dict[int, tuple[Value, ...]]:
        """By turn the values that nothing backs, as far as they have been looked for (``support.loose_values``)."""
        return {}

    @cached_property
    def _matches(self) -> dict[int, Match]:
        return {}

    def asked_fact(self, said: Said) -> Match:
        """Which fact of the document a customer's turn asks for."""
        found = self._matches.get(said.number)
        if found is None:
            facts = Understanding.of(self.scenario).facts
            found = self._matches[said.number] = facts.match(said.to_people, said.before)
        return found

    def tells(self, said: Said, fact: int) -> float:
        """How likely a turn conveys the answer of a fact, given by its 1-based number, 0 to 1."""
        return Understanding.of(self.scenario).facts.conveys(said.read, fact)

    def heard_before(self, said: Said, most: int = _LOOKS_BACK) -> tuple[Said, ...]:
        """The customer's turns before ``said``, the last ``most`` of them."""
        customer = self.transcript.customer
        end = bisect_left(customer, said.number, key=lambda turn: turn.number)
        return customer[max(0, end - most) : end]

    def given_before(self, said: Said) -> tuple[Value, ...]:
        """The values that the customer gave in those turns, each once; of very many the last."""
        given = {
            (value.kind, value.key, value.low, value.high): value
            for turn in self.heard_before(said)
            for value in turn.values
        }
        return tuple(given.values())[-_MOST_GIVEN:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A turn that may break a rule: its words, and what is measured of it.

    Without features the case is certain.
    """

    said: Said
    words: Callable[[], tuple[str, str]]
    """Finds the words that show it and says what is wrong; called only where the case counts."""
    features: Mapping[str, float] = field(default_factory=dict[str, float])
