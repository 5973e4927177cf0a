"""Whether a call might rightly end where it did: what released the caller, and which steps the document skips.

A step that was never reached does not count only where something let it go: the
customer's no, no time, a wrong person, a farewell of its own, or an end condition
of the document that arose. A caller that takes leave of a willing customer left
the rest undone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kefu.language.acts import Act
from kefu.language.condition import Condition, ConditionKind
from kefu.language.number import number
from kefu.scenario.model import Scenario
from kefu.score.course import Course
from kefu.score.goal import Plan
from kefu.score.terms import covered, terms_of, weigh
from kefu.score.transcript import Said

__all__ = ["releases", "skipped"]

_AGAINST = frozenset({Act.REFUSE, Act.BUSY, Act.DENY, Act.HESITATE, Act.COMPLAIN, Act.IMPATIENT})
_OUTRIGHT = frozenset({Act.REFUSE, Act.BUSY, Act.DENY})
"""What releases by itself where it is said outright (``Course.released``), and else only of a matter that is named."""
_SURE = 0.6
_SPOKEN_OF = 0.12
"""The share of an end condition's wording that the caller's turn and the answer to it hold between them;
conditions are written about a call and not in its words."""
_MOST_CONDITIONS = 20
_MOST_TURNS = 60
_ON_TO = re.compile(r"(?:直接|跳|转|进入|进|到)[到至入]{0,2}第([0-9]{1,2}|[一二三四五六七八九十]{1,3})步")


def releases(scenario: Scenario, course: Course) -> Said | None:
    """The customer's turn that let the caller go before it took leave; ``None`` where none did."""
    if course.released is not None:
        return course.released
    conditions = [item.text for item in scenario.caller.end_conditions[:_MOST_CONDITIONS]]
    heard = course.heard_until_parting[:_MOST_TURNS]
    return next((said for said in heard if any(_arose(text, said) for text in conditions)), None)


def _arose(text: str, said: Said) -> bool:
    """Whether an end condition arose in a turn of the customer."""
    condition = Condition.of(text)
    if condition.kind is ConditionKind.DONE:
        # that all is said and done tells of the flow, not of what cut it short
        return False
    against = condition.acts & _AGAINST & said.acts
    if against and (against - _OUTRIGHT or condition.kind is not ConditionKind.ACT):
        return condition.holds(said.to_people, said.acts, said.before) >= _SURE
    if Act.ACCEPT not in condition.acts or condition.acts & _AGAINST or not said.acts & {Act.ACCEPT, Act.CONFIRM}:
        return False
    terms, weight = _wording(text)
    spoken_of = covered(terms, said.answered.terms | said.addressed.terms, weight) >= _SPOKEN_OF
    return spoken_of and condition.holds(said.to_people, said.acts, said.before) >= _SURE


@lru_cache(maxsize=1024)
def _wording(text: str) -> tuple[frozenset[str], float]:
    terms = terms_of(text)
    return terms, weigh(terms)


def skipped(plan: Plan, course: Course) -> frozenset[int]:
    """The numbers of the steps that a line of the document leads past, where its condition arose."""
    found: set[int] = set()
    for step in plan.steps:
        for line in step.step.lines[:_MOST_CONDITIONS]:
            target = _target(line.text) if line.condition else None
            if target is not None and line.condition and _held(line.condition, course):
                found.update(range(step.step.number + 1, target))
    return frozenset(found)


def _target(text: str) -> int | None:
    match = _ON_TO.search(text[:400])
    value = number(match[1]) if match else None
    return int(value) if value is not None else None


def _held(condition: str, course: Course) -> bool:
    read = Condition.of(condition)
    return any(
        read.holds(said.to_people, said.acts, said.before) >= _SURE for said in course.heard_until_parting[:_MOST_TURNS]
    )
