"""What the steps of a flow are for: each step as goals, compiled once per scenario.

A goal is one sentence of a step with its terms and what it does (identify, ask,
offer, reassure …). A step is done by doing its goals in whatever words, so goals
are compared by terms and kinds, never by their text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kefu.language.lanes import Lanes
from kefu.language.normalise import fold
from kefu.language.values import Kind, Value, read_values
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import LineKind, Scenario, Step
from kefu.score.cue import Cue, cue_of
from kefu.score.patterns import kinds_in
from kefu.score.terms import chance_of, terms_of, weigh, weight_of

__all__ = ["Goal", "Plan", "StepGoals", "plan_of"]

_SENTENCE = re.compile(r"[^。？！；?!;\n]+[。？！；?!;\n]*")
_FORBIDS = re.compile(r"(?:[^，“”]{0,8}，)?(?:也|都|一律|绝|切)?(?:不|勿|禁止|严禁|避免)")
_MOST_GOALS = 12
_MOST_STEPS = 100
_MOST_CHARACTERS = 600
_LEAST = 3
_SHARED_BY_ALL = 0.7
_COMMON = 0.12
_KEY = frozenset({Kind.DATE, Kind.TIME, Kind.AMOUNT, Kind.PERCENTAGE, Kind.PHONE, Kind.DURATION, Kind.CODE})
_PARTS = 1 << 32
"""Weights are summed in parts of that size: as good as floats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One thing to do in a step; ``condition`` is what must hold of the customer for it to be due."""

    text: str
    terms: frozenset[str]
    weight: float
    """How much all its terms tell together."""
    does: frozenset[str]
    condition: str = ""
    forbids: bool = False
    """Whether it says what not to do."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepGoals:
    """A step as its goals; ``due`` are those that no condition restricts, or all where every one has a condition.

    ``expected`` and ``spread`` tell what an ordinary turn shares with its terms by chance.
    """

    step: Step
    goals: tuple[Goal, ...]
    due: tuple[Goal, ...]
    terms: frozenset[str]
    shown: frozenset[str]
    """The terms of what is to be said, without what the step forbids."""
    does: frozenset[str]
    due_does: frozenset[str]
    values: frozenset[str]
    named: frozenset[str]
    """What the title says that the step is for."""
    condition: Cue | None
    branches: tuple[Cue, ...]
    """What the conditions of the step and of its lines look out for."""
    key_values: tuple[Value, ...]
    """The values that it has to tell, whatever else comes up."""
    asks: bool
    """Whether most of what it says is a question."""
    expected: float
    spread: float

    @property
    def conditional(self) -> bool:
        """Whether the step holds, or says anything, only under a condition."""
        return self.step.condition is not None or all(goal.condition for goal in self.goals)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """All steps of a scenario, and ``goals``: those due in all of them, one step after the other.

    What each term weighs in each step, and then in each goal, is a row of ``lanes``.
    """

    steps: tuple[StepGoals, ...]
    goals: tuple[Goal, ...]
    lanes: Lanes
    weights: Mapping[str, int]

    def shared(self, terms: frozenset[str]) -> tuple[list[float], list[float]]:
        """What ``terms`` have in common with each step, by weight, and the share of each goal that they hold."""
        weights = self.weights
        shared = self.lanes.unpack(sum([weights[term] for term in terms & weights.keys()]))
        steps = len(self.steps)
        goals = zip(shared[steps:], self.goals, strict=True)
        return shared[:steps], [both / goal.weight if goal.weight else 0.0 for both, goal in goals]


@once_per_scenario
def plan_of(scenario: Scenario) -> Plan:
    """The plan of a scenario's flow; the opening counts with step 1."""
    openings = [item.text for item in scenario.caller.openings]
    drafts = [
        (step, _goals_of(step, openings if position == 0 else ()))
        for position, step in enumerate(scenario.caller.steps[:_MOST_STEPS])
    ]
    step_terms = [terms_of(step.title).union(*(goal.terms for goal in goals)) for step, goals in drafts]
    rarity = _rarity(step_terms)
    telling = [_telling(terms) for terms in step_terms]
    steps = tuple(
        _step_goals(step, goals, terms, _chance(tells, rarity))
        for (step, goals), terms, tells in zip(drafts, step_terms, telling, strict=True)
    )
    goals = tuple(goal for step in steps for goal in step.due)
    lanes = Lanes(len(steps) + len(goals), _PARTS)
    weights: dict[str, int] = {}
    for position, terms in enumerate(telling):
        for term in terms:
            worth = weight_of(term) * rarity.get(term, 1.0)
            weights[term] = weights.get(term, 0) + lanes.lane(position, worth)
    for place, goal in enumerate(goals, start=len(steps)):
        for term in goal.terms:
            weights[term] = weights.get(term, 0) + lanes.lane(place, weight_of(term))
    return Plan(steps=steps, goals=goals, lanes=lanes, weights=weights)


def _key_values(text: str) -> tuple[Value, ...]:
    return tuple(
        value
        for value in read_values(text)
        if value.kind in _KEY and (value.kind is not Kind.DATE or value.key[-1:].isdigit())
    )


def _step_goals(step: Step, goals: tuple[Goal, ...], terms: frozenset[str], chance: tuple[float, float]) -> StepGoals:
    due = tuple(goal for goal in goals if not goal.condition) or goals
    expected, spread = chance
    return StepGoals(
        step=step,
        goals=goals,
        due=due,
        terms=terms,
        shown=frozenset[str]().union(*(goal.terms for goal in goals if not goal.forbids)) or terms,
        does=frozenset[str]().union(*(goal.does for goal in goals)),
        due_does=frozenset[str]().union(*(goal.does for goal in due)),
        values=frozenset(term for term in terms if term.startswith("=") and len(term) > 1),
        named=kinds_in(fold(step.title), "title"),
        condition=cue_of(step.condition) if step.condition else None,
        key_values=tuple(value for goal in due for value in _key_values(goal.text)),
        asks=2 * sum(goal.text.rstrip("”」 ")[-1:] in "？?" for goal in due) > len(due),
        branches=tuple(cue_of(line.condition) for line in step.lines[:_MOST_GOALS] if line.condition),
        expected=expected,
        spread=spread,
    )


def _rarity(step_terms: list[frozenset[str]]) -> dict[str, float]:
    """A term of every step (the company, the order) tells steps apart no more than a common word does."""
    spread: dict[str, int] = {}
    for terms in step_terms:
        for term in terms:
            spread[term] = spread.get(term, 0) + 1
    most = max(1, len(step_terms) - 1)
    return {term: 1.0 - _SHARED_BY_ALL * (count - 1) / most for term, count in spread.items() if count > 1}


def _telling(terms: frozenset[str]) -> frozenset[str]:
    """Without what stands in every other turn: it tells nothing and costs most."""
    return frozenset([term for term in terms if chance_of(term) < _COMMON])


def _chance(terms: frozenset[str], rarity: Mapping[str, float]) -> tuple[float, float]:
    """The weight that an ordinary turn shares with ``terms`` by chance, and its deviation."""
    expected = spread = 0.0
    for term in sorted(terms):  # in an order of their own, so that the sum is the same in every process
        weight = weight_of(term) * rarity.get(term, 1.0)
        chance = chance_of(term)
        expected += weight * chance
        spread += weight * weight * chance
    return expected, spread**0.5


def _goals_of(step: Step, openings: Iterable[str]) -> tuple[Goal, ...]:
    goals: list[Goal] = []
    for text in openings:
        goals += _sentences(text, "")
    for line in step.lines:
        if line.kind is LineKind.INSTRUCTION:
            goals += [
                replace(goal, forbids=_FORBIDS.match(goal.text) is not None)
                for goal in _sentences(line.text, line.condition or "")
            ]
        for utterance in line.utterances:
            goals += _sentences(utterance, line.condition or "")
        if len(goals) > _MOST_GOALS:
            break
    return tuple(goals[:_MOST_GOALS]) or tuple(_sentences(step.title, ""))


def _sentences(text: str, condition: str) -> list[Goal]:
    found: list[Goal] = []
    for match in _SENTENCE.finditer(text[:_MOST_CHARACTERS]):
        sentence = match[0].strip()
        if len(sentence) >= _LEAST:
            does = kinds_in(fold(sentence), "caller")
            terms = terms_of(sentence)
            found.append(Goal(text=sentence, terms=terms, weight=weigh(terms), does=does, condition=condition))
    return found
