"""Everything a rule may look at: the call turn by turn, its course, and what the document backs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kefu.language.values import Value
from kefu.scenario.model import Scenario
from kefu.score.backing import Backing, backing_of
from kefu.score.course import Course
from kefu.score.measure import FlowReading
from kefu.score.transcript import Said, Transcript

__all__ = ["Candidate", "Context"]


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

    def heard_before(self, said: Said) -> tuple[Value, ...]:
        """The values that the customer gave before ``said``."""
        return tuple(value for turn in self.transcript.customer if turn.number < said.number for value in turn.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A turn that may break a rule: its words, and what is measured of it.

    Without features the case is certain.
    """

    said: Said
    quote: Callable[[], str]
    """Finds the words; called only where the case counts."""
    features: Mapping[str, float] = field(default_factory=dict[str, float])
    reason: str = ""
