"""Whether the caller's flow was carried out: a verdict for every step, by what the step is for.

A small model turns what is measured of a step (``measure.py``) into met, partial,
missed or not applicable; what it may not say (a step left out of a call that nothing
ended, a wrong date told and full marks) is ruled out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kefu.i18n import gettext as _
from kefu.score.context import Context
from kefu.score.goal import StepGoals
from kefu.score.logistic import load_model
from kefu.score.measure import FlowReading, step_features
from kefu.score.proof import proof
from kefu.score.told import contradicted
from kefu.score.transcript import Said
from kefu.score.verdict import StepStatus, StepVerdict, Violation

__all__ = ["WORTH", "judge_steps", "task_flow"]

WORTH: Mapping[StepStatus, float] = MappingProxyType(
    {StepStatus.MET: 1.0, StepStatus.PARTIAL: 0.5, StepStatus.MISSED: 0.0}
)
"""What a status is worth; what does not apply is worth nothing and weighs nothing."""

_LIKE = 1.5
_NEARLY = 0.6
"""Another turn counts as part of a step when it is that nearly as like it as the best."""
_MOST_SHOWN = 40
_ASKING = frozenset({"ask", "offer"})


def judge_steps(
    reading: FlowReading, weights: Mapping[int, float], violations: Sequence[Violation]
) -> tuple[StepVerdict, ...]:
    """A verdict for every step; ``weights`` holds what each step number weighs, 1 where it is not named."""
    broken = Counter(violation.rule.value for violation in violations)
    if not reading.alignment.turns:
        return tuple(
            StepVerdict(
                number=step.step.number,
                status=StepStatus.UNSCORED,
                score=None,
                weight=weights.get(step.step.number, 1.0),
                reason=_("the caller said nothing"),
            )
            for step in reading.plan.steps
        )
    model = load_model("steps")["status"]
    context = Context(reading.scenario, reading.transcript, reading)
    verdicts: list[StepVerdict] = []
    for position, step in enumerate(reading.plan.steps):
        chances = model.probabilities(step_features(reading, position, broken))
        if position == 0 and step.step.condition is None:
            # whoever calls begins: nothing comes before the first step that could make it needless
            chances.pop(StepStatus.NOT_APPLICABLE.value, None)
        elif not _may_be_left_out(reading, step):
            chances.pop(StepStatus.NOT_APPLICABLE.value, None)
        status = StepStatus(max(chances, key=lambda name: (chances[name], name)))
        if status is StepStatus.MISSED and step.step.number in reading.skipped:
            status = StepStatus.NOT_APPLICABLE
        verdicts.append(_verdict(context, position, status, weights.get(step.step.number, 1.0)))
    return tuple(verdicts)


def _may_be_left_out(reading: FlowReading, step: StepGoals) -> bool:
    """Whether a step may be none of this call: it or all that it says has a condition, or something ended the call."""
    return step.conditional or reading.may_end or step.step.number in reading.skipped


def task_flow(steps: tuple[StepVerdict, ...]) -> float | None:
    """The weighted mean over the steps that count; ``None`` where none does."""
    counted = [(step.score, step.weight) for step in steps if step.score is not None and step.weight > 0]
    whole = sum(weight for _score, weight in counted)
    return sum(score * weight for score, weight in counted) / whole if whole else None


def _verdict(context: Context, position: int, status: StepStatus, weight: float) -> StepVerdict:
    reading = context.flow
    step = reading.plan.steps[position]
    turns: tuple[int, ...] = ()
    quote = wrong = ""
    if status in (StepStatus.MET, StepStatus.PARTIAL):
        said = _turns(reading, position)
        against = contradicted(context, step, said)
        if against:
            status, wrong = StepStatus.PARTIAL, against[0][1].text
            # where it was told otherwise is where it was told: no announcement before stands for it
            said = tuple(dict.fromkeys(turn for turn, _value in against))
        found = proof(step, position, said, frozenset(value.text for _said, value in against))
        if found is None:
            status, wrong = StepStatus.MISSED, ""
        else:
            quote = found[1]
            turns = tuple(sorted(turn.number for turn in said))
        if status is StepStatus.MET and step.asks and not any(turn.does & _ASKING for turn in said):
            status = StepStatus.PARTIAL
    return StepVerdict(
        number=step.step.number,
        status=status,
        score=WORTH.get(status),
        weight=weight,
        turns=turns,
        quote=quote,
        reason=_("told otherwise than the document has it: {text}").format(text=wrong)
        if wrong
        else _reason(reading, step, status),
    )


def _turns(reading: FlowReading, position: int) -> tuple[Said, ...]:
    """The turns in which the step happened, the one most like it first."""
    alignment = reading.alignment
    row = alignment.likeness[position]
    best = alignment.where[position] if alignment.best[position] > 0 else alignment.at[position]
    also = [at for at, likeness in enumerate(row) if at != best and likeness > max(_LIKE, _NEARLY * row[best])]
    return tuple(alignment.turns[at] for at in (best, *also))


def _reason(reading: FlowReading, step: StepGoals, status: StepStatus) -> str:
    if status is StepStatus.MET:
        return _("done in these words")
    if status is StepStatus.PARTIAL:
        lacking = _least(reading, step)
        return _("done in part; least of “{text}”").format(text=lacking) if lacking else _("done in part")
    if status is StepStatus.MISSED:
        return _("no turn does what this step is for")
    if reading.released is not None:
        return _("the call had rightly ended before it, or its condition never arose")
    return _("its condition never arose")


def _least(reading: FlowReading, step: StepGoals) -> str:
    """The goal that the call did least for."""
    if len(step.due) < 2:
        return ""
    done = reading.done(step)
    text = step.due[done.index(min(done))].text
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
