"""Whether the caller's flow was carried out: a verdict for every step, by what the step is for.

Each step is compared with every turn of the caller, and the call as a whole with
the flow; a small model turns those measurements into met, partial, missed or not
applicable. The measurements are the features below, so that fitting and scoring
cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from collections.abc import Mapping

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.scenario.model import Scenario
from kefu.score.alignment import Alignment, align
from kefu.score.course import Course
from kefu.score.goal import Plan, StepGoals, plan_of
from kefu.score.logistic import load_model
from kefu.score.terms import covered, shared, terms_of
from kefu.score.transcript import Said, Transcript
from kefu.score.verdict import StepStatus, StepVerdict

__all__ = ["SCORES", "FlowReading", "judge_steps", "read_flow", "step_features"]

SCORES: Mapping[StepStatus, float | None] = MappingProxyType(
    {StepStatus.MET: 1.0, StepStatus.PARTIAL: 0.5, StepStatus.MISSED: 0.0}
)
"""What a status is worth; what does not apply is worth nothing and weighs nothing."""

_SHORT = 4
_KINDS = (
    "greet", "identify", "introduce", "purpose", "convenience", "ask", "offer", "confirm", "contact", "record",
    "reassure", "acknowledge", "apologise", "thank", "close", "recommend", "consequence", "postpone", "admit",
)  # fmt: skip
_TOLD = ("apologise", "record", "confirm", "offer", "reassure", "acknowledge", "contact", "thank", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReading:
    """A call laid beside the flow of its scenario."""

    plan: Plan
    transcript: Transcript
    course: Course
    alignment: Alignment


def read_flow(scenario: Scenario, transcript: Transcript) -> FlowReading:
    """Lay the call beside the flow."""
    plan = plan_of(scenario)
    alignment = align(plan, transcript.caller)
    return FlowReading(plan=plan, transcript=transcript, course=Course(transcript), alignment=alignment)


def judge_steps(reading: FlowReading, weights: Mapping[int, float]) -> tuple[StepVerdict, ...]:
    """A verdict for every step; ``weights`` holds the step numbers that do not weigh 1."""
    model = load_model("steps")["status"]
    whole = _whole_features(reading)
    verdicts: list[StepVerdict] = []
    for position, step in enumerate(reading.plan.steps):
        chances = model.probabilities(step_features(reading, position) | whole)
        status = StepStatus(max(chances, key=lambda name: (chances[name], name)))
        verdicts.append(_verdict(reading, position, status, weights.get(step.step.number, 1.0)))
    return tuple(verdicts)
