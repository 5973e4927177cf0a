"""What is measured of a step in a call, as named numbers: the input of the model that judges steps.

Nothing here depends on how a document is worded: likeness is counted from chance,
and the rest is about order, kinds of lines and the course of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from kefu.language.acts import Act
from kefu.language.values import Value, backed
from kefu.language.vectors import weight_of
from kefu.scenario.inform import step_texts
from kefu.scenario.memo import lazily
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding
from kefu.score.alignment import Alignment, align
from kefu.score.course import Course
from kefu.score.cue import came_up
from kefu.score.goal import Plan, StepGoals, plan_of
from kefu.score.release import releases, skipped
from kefu.score.transcript import Said, Transcript

__all__ = ["FlowReading", "read_flow", "step_features"]

_SHORT = 4
_SOON = 2
_MOST = 12
_KEPT = 256
_KINDS = frozenset({
    "greet", "identify", "introduce", "purpose", "convenience", "ask", "offer", "confirm", "contact", "record",
    "reassure", "acknowledge", "apologise", "thank", "close", "recommend", "consequence", "postpone", "admit",
})  # fmt: skip


@dataclass(frozen=True)
class FlowReading:
    """A call laid beside the flow of its scenario."""

    scenario: Scenario
    plan: Plan
    transcript: Transcript
    course: Course
    alignment: Alignment

    @lazily
    def released(self) -> Said | None:
        """The customer's turn that let the caller go before it took leave."""
        return releases(self.scenario, self.course)

    @lazily
    def may_end(self) -> bool:
        """Whether letting go was right: released, or nobody took anything in."""
        heard = self.course.heard_until_parting
        return self.released is not None or all(said.acts <= {Act.UNCLEAR} for said in heard)

    @lazily
    def let_go(self) -> bool:
        """Whether the caller, once released, took leave before much else could be done."""
        if self.released is None or not self.course.closed:
            return False
        return sum(said.number > self.released.number for said in self.transcript.caller) <= _SOON

    @lazily
    def skipped(self) -> frozenset[int]:
        """The numbers of the steps that the document leads past in this call."""
        return skipped(self.plan, self.course)

    @property
    def likeness(self) -> tuple[float, ...]:
        """The best likeness of each step."""
        return self.alignment.best

    @lazily
    def whole(self) -> Mapping[str, float]:
        """What is measured of the call, the same for every step."""
        course, turns = self.course, len(self.transcript.caller)
        customer = self.transcript.customer
        short = float(turns <= _SHORT)
        refused, busy = float(bool(course.refused)), float(course.first(Act.BUSY) is not None)
        stranger = float(course.first(Act.DENY) is not None)
        steps = max(1, len(self.plan.steps))
        return {
            "mean": sum(self.likeness) / steps,
            "steps": steps / 10,
            "turns": min(12, turns) / 10,
            "turns per step": min(2.0, turns / steps),
            "few turns": float(turns <= 3),
            "closed": float(course.closed),
            "short": short,
            "refused": refused,
            "busy": busy,
            "stranger": stranger,
            "short & refused": short * refused,
            "short & busy": short * busy,
            "short & stranger": short * stranger,
            "customer last": float(course.customer_last),
            "protests": sum(bool(said.does & _PROTESTS) for said in customer) / max(1, len(customer)),
        }

    @lazily
    def _done(self) -> Mapping[StepGoals, Sequence[float]]:
        done = iter(self.alignment.done)
        return {step: list(islice(done, len(step.due))) for step in self.plan.steps}

    def done(self, step: StepGoals) -> Sequence[float]:
        """How far the caller did each due goal of a step, in the turn that did most for it."""
        return self._done[step]

    @lazily
    def told(self) -> tuple[Value, ...]:
        """All that can be checked in the caller's turns."""
        return tuple(value for said in self.alignment.turns for value in said.values)

    @lazily
    def kinds(self) -> frozenset[str]:
        """The kinds of all lines of the caller."""
        return frozenset[str]().union(*(turn.does for turn in self.alignment.turns))

    @lazily
    def recap(self) -> float:
        """Whether one of the caller's last turns confirms what was said."""
        return float(any("confirm" in said.does for said in self.alignment.turns[-3:]))


_MANNERS = ("soft", "named attitude", "named summary", "named doubts")
_NAMED = ("attitude", "doubts", "ending", "summary", "opening", "inquiry", "telling")
_SOFT = frozenset({"close", "apologise", "thank", "reassure", "acknowledge", "record", "contact"})
_HARD = frozenset({"ask", "identify", "introduce", "purpose", "offer", "consequence"})
_ILL = ("pressed_after_refusal", "rude_tone", "off_limits_promotion", "asked_for_secret", "broken_role")
_PROTESTS = frozenset({"protests_tone", "unanswered", "said_already", "protests_close"})


def read_flow(scenario: Scenario, transcript: Transcript) -> FlowReading:
    """Lay the call beside the flow."""
    plan = plan_of(scenario)
    alignment = align(plan, transcript.caller, _leanings(scenario))
    return FlowReading(scenario, plan, transcript, Course(transcript), alignment)


def _leanings(scenario: Scenario) -> Callable[[str], Sequence[float] | None] | None:
    """How much nearer vectors from outside find a turn to each step; ``None`` where there are none."""
    vectors = Understanding.of(scenario).vectors
    if not vectors:
        return None
    weight = weight_of("step")

    def leanings(text: str) -> Sequence[float] | None:
        found = vectors.leanings(text, step_texts(scenario))
        return None if found is None else [weight * leaning for leaning in found]

    return leanings


def step_features(reading: FlowReading, position: int, broken: Mapping[str, int]) -> dict[str, float]:
    """The measurements of the step at ``position``, those of the whole call among them.

    ``broken`` counts the violations found per rule: a step about how to behave is done by
    behaving so.
    """
    step = reading.plan.steps[position]
    fixed = _fixed(reading.plan)[position]
    found = {**fixed, **reading.whole}
    found.update(_behaviour(reading, position, fixed, broken))
    found.update(_likeness(reading, position))
    found.update(_place(reading, position, step, fixed))
    found.update(_kinds(reading, position, step))
    found.update(_goals(reading, position, step))
    return found


@lru_cache(maxsize=_KEPT)
def _fixed(plan: Plan) -> Sequence[Mapping[str, float]]:
    """What is measured of each step before any call."""
    last = len(plan.steps) - 1
    found: list[Mapping[str, float]] = []
    for position, step in enumerate(plan.steps):
        conditional = sum(bool(goal.condition) for goal in step.goals) / max(1, len(step.goals))
        thanks_last = "thank" in step.does and position == last
        measures = {f"named {kind}": float(kind in step.named) for kind in _NAMED}
        measures |= {
            "soft": sum(bool(goal.does & _SOFT) and not goal.does & _HARD for goal in step.due) / max(1, len(step.due)),
            "place": position / max(1, last),
            "first": float(position == 0),
            "second step": float(position == 1),
            "last": float(position == last),
            "conditional": float(step.step.condition is not None),
            "conditional share": conditional,
            "conditional wholly": float(conditional == 1),
            "closing": float("close" in step.does or thanks_last),
        }
        found.append(measures)
    return found


def _likeness(reading: FlowReading, position: int) -> dict[str, float]:
    alignment = reading.alignment
    row = alignment.likeness[position]
    best = alignment.best[position]
    at = alignment.where[position]
    others = [other[at] for place, other in enumerate(alignment.likeness) if place != position] if row else []
    later = alignment.best[position + 1 :]
    earlier = alignment.best[:position]
    mean = reading.whole["mean"]
    return {
        "best": best,
        "in order": row[alignment.at[position]] if row else 0.0,
        "second": sorted(row)[-2] if len(row) > 1 else 0.0,
        "low": float(best < 1),
        "high": float(best > 3),
        "rank": sum(other > best for other in alignment.best) / len(alignment.best),
        "margin": best - _mean(others, best),
        "foremost": float(bool(row) and best >= max(others, default=best)),
        "later": max(later, default=0.0),
        "later mean": _mean(later, mean),
        "earlier mean": _mean(earlier, mean),
    }


def _goals(reading: FlowReading, position: int, step: StepGoals) -> dict[str, float]:
    """How far the caller did each thing of the step, and told the values that it is there to tell."""
    alignment = reading.alignment
    done = reading.done(step)[:_MOST]
    wanted = step.key_values
    share = sum(backed(value, reading.told) for value in wanted) / len(wanted) if wanted else 0.5
    at = alignment.where[position]
    earlier = [where for where in alignment.where[:position] if where >= 0]
    return {
        "goals done": _mean(done, 0.0),
        "least goal": min(done, default=0.0),
        "foremost goal": max(done, default=0.0),
        "values told": share,
        "no value told": float(bool(wanted) and not share),
        "in the opening": float(position > 0 and at == 0),
        "in the opening & late": float(position > 1 and at == 0),
        "before its time": sum(where > at for where in earlier) / len(earlier) if earlier else 0.0,
    }


def _place(reading: FlowReading, position: int, step: StepGoals, fixed: Mapping[str, float]) -> dict[str, float]:
    whole, turns = reading.whole, len(reading.alignment.turns)
    place, last, wholly = fixed["place"], fixed["last"], fixed["conditional wholly"]
    middle = (1 - fixed["first"]) * (1 - last)
    let_go = float(bool(whole["refused"] or whole["busy"] or whole["stranger"]))
    customer = reading.transcript.customer
    arose = came_up(step.condition, customer) if step.condition else 1.0
    branch = max((came_up(cue, customer) for cue in step.branches), default=0.5)
    return {
        "condition never arose": 1 - arose,
        "no branch arose": wholly * (1 - branch),
        "branch arose": branch,
        "place & turns": place * whole["turns per step"],
        "place in call": reading.alignment.at[position] / max(1, turns - 1) if turns else 0.0,
        "last & closed": last * whole["closed"],
        "last & open": last * (1 - whole["closed"]),
        "short & place": whole["short"] * place,
        "short & middle": whole["short"] * middle,
        "short & middle & let go": whole["short"] * middle * let_go,
        "conditional & unlike": fixed["conditional"] * max(0.0, 3 - reading.likeness[position]),
    }


def _kinds(reading: FlowReading, position: int, step: StepGoals) -> dict[str, float]:
    turns = reading.alignment.turns
    at = reading.alignment.at[position]
    near = (
        frozenset[str]().union(*(turn.does for turn in turns[max(0, at - 1) : at + 2])) if turns else frozenset[str]()
    )
    wanted = step.due_does & _KINDS
    return {
        "kinds": len(wanted & reading.kinds) / len(wanted) if wanted else 0.5,
        "kinds near": len(wanted & near) / len(wanted) if wanted else 0.5,
    }


def _behaviour(
    reading: FlowReading, position: int, fixed: Mapping[str, float], broken: Mapping[str, int]
) -> dict[str, float]:
    """Steps that ask for a manner rather than for words, and what the rules say of the manner."""
    whole = reading.whole
    step = reading.plan.steps[position]
    soft, attitude, summary, doubts = (fixed[name] for name in _MANNERS)
    place, premature = fixed["place"], float(broken.get("premature_close", 0))
    ill = float(min(3, sum(broken.get(rule, 0) for rule in _ILL)))
    let_go = float(bool(whole["refused"] or whole["busy"] or whole["stranger"]))
    ending = float("ending" in step.named or "close" in step.due_does)
    asked = float(reading.course.first(Act.ASK) is not None)
    middle = float(0 < position < len(reading.plan.steps) - 1)
    rightly = float(reading.let_go and not ill and not broken.get("premature_close", 0))
    return {
        "ill": ill,
        "rightly ended": rightly,
        "rightly ended & middle": rightly * middle,
        "rightly ended & middle & short": rightly * middle * whole["short"],
        "rightly ended & unlike": rightly * middle * float(reading.likeness[position] < 1.0),
        "not ended & middle": (1 - rightly) * middle * whole["short"],
        "unheard & short": whole["short"] * float(reading.course.unheard > 1),
        "premature": premature,
        "no close": float(broken.get("no_close", 0)),
        "soft & ill": soft * ill,
        "soft & closed": soft * whole["closed"],
        "attitude & ill": attitude * ill,
        "attitude & let go": attitude * let_go,
        "attitude & well": attitude * float(ill == 0),
        "ending & closed": ending * whole["closed"],
        "ending & open": ending * (1 - whole["closed"]),
        "ending & ill": ending * ill,
        "summary & recap": summary * reading.recap,
        "summary & none": summary * (1 - reading.recap),
        "doubts & asked": doubts * asked,
        "place & premature": place * premature,
        "place & ill": place * ill,
    }


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
