"""What a customer's utterance does and which fact of the scenario it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from kefu.language.acts import Act, read_acts
from kefu.language.match import FactIndex
from kefu.language.vectors import Vectors
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Scenario

__all__ = ["Heard", "Understanding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One utterance: its acts, the 1-based number of the fact it asks for, and how probable the likeliest fact is."""

    acts: tuple[Act, ...]
    fact: int | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What is needed to hear a scenario's customer; made once per scenario."""

    facts: FactIndex
    vectors: Vectors
    """Of its texts and of what was said, where an embedding model is set; else empty."""

    @staticmethod
    def of(scenario: Scenario) -> Understanding:
        """The understanding of ``scenario``."""
        return _understanding(scenario)

    def hear(self, text: str, caller_line: str = "") -> Heard:
        """``text`` as an answer to ``caller_line``."""
        match = self.facts.match(text, caller_line)
        return Heard(acts=read_acts(text, caller_line), fact=match.fact, score=match.score)


@once_per_scenario
def _understanding(scenario: Scenario) -> Understanding:
    vectors = Vectors()
    facts = [(fact.question, fact.answer) for fact in scenario.caller.facts]
    return Understanding(facts=FactIndex.of(facts, vectors), vectors=vectors)
