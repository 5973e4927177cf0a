"""Everything a rule may look at: the call turn by turn, its course, and what the document backs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kefu.language.match import Match
from kefu.language.values import Value
from kefu.scenario.memo import lazily
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding
from kefu.score.backing import Backing, backing_of
from kefu.score.course import Course
from kefu.score.measure import FlowReading
from kefu.score.transcript import Said, Transcript

__all__ = ["Candidate", "Context", "Gradual"]

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

    @lazily
    def backing(self) -> Backing:
        """What the document lets the caller say."""
        return backing_of(self.scenario)

    @lazily
    def loose(self) -> dict[int, tuple[Value, ...]]:
        """By turn the values that nothing backs, as far as they have been looked for (``support.loose_values``)."""
        return {}

    @lazily
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


class Gradual(Mapping[str, float]):
    """Measurements of which the dear ones are taken only when they are asked for.

    Dear ones lie between 0 and 1, those of ``signed`` between -1 and 1; so where even the best of
    them could not make a case, they need not be taken.
    """

    __slots__ = ("_dear", "_known", "_signed")

    def __init__(
        self, known: dict[str, float], dear: Mapping[str, Callable[[], float]], signed: frozenset[str] = frozenset()
    ) -> None:
        self._known = known
        self._dear = dear
        self._signed = signed

    def __getitem__(self, name: str) -> float:
        known = self._known
        if name not in known:
            known[name] = self._dear[name]()
        return known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known.keys() | self._dear.keys())

    def __len__(self) -> int:
        return len(self._known.keys() | self._dear.keys())

    def at_best(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """What is known, and of the rest what would count most by ``weights``."""
        best = dict(self._known)
        for name in self._dear:
            weight = weights.get(name, 0.0)
            if name not in best and weight:
                best[name] = 1.0 if weight > 0 else -1.0 if name in self._signed else 0.0
        return best


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A turn that may break a rule: its words, and what is measured of it.

    Without features the case is certain.
    """

    said: Said
    words: Callable[[], tuple[str, str]]
    """Finds the words that show it and says what is wrong; called only where the case counts."""
    features: Mapping[str, float] = field(default_factory=dict[str, float])
