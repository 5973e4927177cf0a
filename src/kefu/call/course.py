"""What the embedded caller has at hand in one call: its plan and place in it, its words, and what it has heard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from kefu.call.hearing import Heard
from kefu.call.phrasing import Phrases, phrases
from kefu.call.placeholders import Filling
from kefu.call.plan import MOST, Branch, Plan, plan_of
from kefu.call.progress import Progress
from kefu.call.speech import Said
from kefu.scenario.model import Scenario

__all__ = ["Course", "course_of"]

_NAMED = 40
_REQUEST = re.compile(r"请(?:您)?(?:直接)?(?:报|说|提供|告诉|讲|念)")


@dataclass(slots=True, kw_only=True)
class Course:
    """One call from the caller's side, as far as it has gone."""

    scenario: Scenario
    plan: Plan
    progress: Progress
    filling: Filling
    phrases: Phrases
    rng: Random
    said: Said = field(default_factory=Said)
    heard: list[Heard] = field(default_factory=list[Heard])
    last: str = ""
    """The caller's last turn."""
    question: str = ""
    """What that turn asked."""
    closed: str = ""
    """Why the caller has closed the call, once it has."""

    def choose(self, occasion: str, **holes: str) -> str:
        """One of our phrases for ``occasion``; blank when all have been used."""
        return self.phrases.choose(occasion, self.rng, self.said, **holes)

    def spoken(self, text: str) -> str:
        """What of a line may be said now: its holes filled, without what has been said before."""
        return self.said.new(self.filling.apply(text))

    def offered(self, branch: Branch) -> str:
        """The lines of a branch, up to one that wants an answer; the rest follows after it."""
        joined = ""
        for at, beat in enumerate(branch.beats):
            text = self.spoken(beat.text)
            if joined and len(joined) + len(text) > MOST:
                self.progress.push(branch.beats[at:])
                break
            joined += text
            if beat.asks or _REQUEST.search(text):
                self.progress.push(branch.beats[at + 1 :])
                break
        return joined


def course_of(scenario: Scenario, known: Mapping[str, str], seed: int) -> Course:
    """A call that has not begun."""
    plan = plan_of(scenario)
    return Course(
        scenario=scenario,
        plan=plan,
        progress=Progress(plan),
        filling=Filling(scenario, known),
        phrases=phrases("caller"),
        # the role keeps calls on different documents apart; the id would change with the name of the file
        rng=Random(f"{seed} {scenario.caller.role[:_NAMED]}"),
    )
