"""Several judges, one card: the middle verdict counts, and what the rules found stays.

Of an even number of verdicts the lower middle one counts, and a violation when more
than half of the judges name it. Whatever the rules hold against a turn lowers the
card as if they judged alone, whatever a model thinks of it; nothing that they find
good makes up for what a model found wanting, nor for a verdict that is missing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp
from statistics import median_low
from types import MappingProxyType
from typing import TypeVar

from kefu.call.call import Call
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario
from kefu.score.attribution import attribute, is_infrastructure
from kefu.score.evidence import verified, verified_dimension, verified_step
from kefu.score.flow import WORTH
from kefu.score.interaction import BELONGS
from kefu.score.judge import Judge, Judgement
from kefu.score.rubric import Rubric, judge_settings, judged_rules, prompts_hash
from kefu.score.score import score_call, totals_of
from kefu.score.settings import weight_settings
from kefu.score.verdict import (
    Dimension,
    DimensionVerdict,
    Evidence,
    JudgeNote,
    Rule,
    Scorecard,
    StepStatus,
    StepVerdict,
    Unscored,
    Violation,
)

__all__ = ["RULES", "Panel", "judge_call", "judge_calls"]

RULES = "rules"
_AHEAD = 4
_INTERACTION = Rubric.INTERACTION.value
K = TypeVar("K")
V = TypeVar("V")


def _nobody(_judge: str, _party: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Who judges: ``judges`` are models; with ``rules`` the rules have a vote like each of them.

    ``is_same`` tells whether a judge is the same model as a party, both by name;
    ``inform`` is awaited before the rules read a call.
    """

    judges: tuple[Judge, ...] = ()
    rules: bool = False
    is_same: Callable[[str, str], bool] = _nobody
    inform: Callable[[Scenario, Call], Awaitable[None]] | None = None


async def judge_call(scenario: Scenario, call: Call, panel: Panel) -> Scorecard:
    """The card of one finished call. Never raises on content, nor for what a model or an endpoint does."""
    if panel.inform is not None:
        await panel.inform(scenario, call)
    card = score_call(scenario, call)
    if not panel.judges:
        return card
    notes = tuple(JudgeNote(judge=j.name, under_test=panel.is_same(j.name, call.caller)) for j in panel.judges)
    versions = MappingProxyType({
        **card.versions,
        "judge": ",".join([*([RULES] if panel.rules else []), *(judge.name for judge in panel.judges)]),
        "judge_rules": judge_settings()["version"],
        "judge_prompts": prompts_hash(),
    })  # fmt: skip
    if is_infrastructure(call):
        return replace(card, judges=notes, versions=versions)
    heard = await asyncio.gather(*(judge.judge(scenario, call) for judge in panel.judges))
    notes = tuple(replace(note, model=said.model) for note, said in zip(notes, heard, strict=True))
    votes = [_own(card), *heard] if panel.rules else list(heard)
    models = ",".join(dict.fromkeys(said.model for said in heard if said.model))
    versions = MappingProxyType({**versions, "judge_model": models})
    return replace(_merged(scenario, call, card, votes), judges=notes, versions=versions)


async def judge_calls(
    pairs: Iterable[tuple[Scenario, Call]], panel: Panel, concurrency: int = 8
) -> AsyncIterator[Scorecard]:
    """The cards in the order of the calls, up to ``concurrency`` of them judged at once."""
    gate = asyncio.Semaphore(concurrency)

    async def judged(scenario: Scenario, call: Call) -> Scorecard:
        async with gate:
            return await judge_call(scenario, call, panel)

    waiting: deque[asyncio.Task[Scorecard]] = deque()
    coming = iter(pairs)
    try:
        while True:
            # further ahead than are judged at once, so that one slow call does not hold up the others
            while len(waiting) < concurrency * _AHEAD and (pair := next(coming, None)) is not None:
                waiting.append(asyncio.create_task(judged(*pair)))
            if not waiting:
                return
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()


def _own(card: Scorecard) -> Judgement:
    """What the rules say, as one judgement among others."""
    return Judgement(
        judge=RULES,
        steps={p: step for p, step in enumerate(card.steps, 1) if step.status is not StepStatus.UNSCORED},
        sides={side.name: side for side in card.dimensions if side.score is not None},
        violations=card.violations,
    )


def _merged(scenario: Scenario, call: Call, card: Scorecard, votes: Sequence[Judgement]) -> Scorecard:
    steps = tuple(verified_step(call, _step(place, own, votes)) for place, own in enumerate(card.steps, start=1))
    found, lost = verified(call, _violations(card.violations, votes))
    sides: list[DimensionVerdict] = []
    gone = lost
    for own in card.dimensions:
        side, less = verified_dimension(call, _side(own, found, votes))
        sides.append(side)
        gone += less
    totals, missing = totals_of(scenario, call, steps, tuple(sides), found)
    return replace(
        card,
        totals=totals,
        steps=steps,
        dimensions=tuple(sides),
        violations=found,
        attribution=attribute(call, totals, found, card.fidelity, card.gaps),
        unscored=(*_explained(missing, sides), *_missing(votes), *_sides_missing(sides)),
        discarded=card.discarded + gone + sum(said.discarded for said in votes),
        agreement=MappingProxyType(_agreement(votes)),
        failures=tuple(dict.fromkeys(why for said in votes for why in said.failures)),
    )


def _explained(missing: Sequence[Unscored], sides: Sequence[DimensionVerdict]) -> list[Unscored]:
    """What has no number, and why: of the interaction, why no side of it has one."""
    why = next((side.reason for side in sides if side.score is None), "")
    return [replace(entry, reason=why) if entry.check == _INTERACTION and why else entry for entry in missing]


def _missing(votes: Sequence[Judgement]) -> list[Unscored]:
    """What a judge could not tell, by judge."""
    return [
        Unscored(check=f"{said.judge}: {entry.check}", reason=entry.reason) for said in votes for entry in said.unscored
    ]


def _sides_missing(sides: Sequence[DimensionVerdict]) -> list[Unscored]:
    return [Unscored(check=side.name.value, reason=side.reason) for side in sides if side.score is None]


def _step(place: int, own: StepVerdict, votes: Sequence[Judgement]) -> StepVerdict:
    """The middle of what the judges say of a step; what does not apply counts only for more than half."""
    said = [judgement.steps[place] for judgement in votes if place in judgement.steps]
    if not said:
        reason = _("no judge reached a verdict")
        return replace(own, status=StepStatus.UNSCORED, score=None, turns=(), quote="", reason=reason)
    applies = [step for step in said if step.status is not StepStatus.NOT_APPLICABLE]
    status = StepStatus.NOT_APPLICABLE
    if 2 * len(applies) >= len(said):
        worth = median_low([WORTH[step.status] for step in applies])
        status = next(step.status for step in applies if WORTH[step.status] == worth)
    chosen = next(step for step in said if step.status is status)
    return replace(chosen, number=own.number, weight=own.weight, score=WORTH.get(status))


def _violations(own: Sequence[Violation], votes: Sequence[Judgement]) -> tuple[Violation, ...]:
    """All that the rules found, and what more than half of the judges name."""
    judging = [judgement.violations for judgement in votes if judgement.violations is not None]
    named: dict[tuple[int, Rule], list[Violation]] = {}
    for violations in judging:
        for key, violation in {(v.turn, v.rule): v for v in violations}.items():
            named.setdefault(key, []).append(violation)
    kept = {(violation.turn, violation.rule) for violation in own}
    more = [said[0] for key, said in named.items() if 2 * len(said) > len(judging) and key not in kept]
    order = {rule: place for place, rule in enumerate(Rule)}
    return tuple(sorted((*own, *more), key=lambda violation: (violation.turn, order[violation.rule])))


def _side(own: DimensionVerdict, found: Sequence[Violation], votes: Sequence[Judgement]) -> DimensionVerdict:
    """The middle of what the judges say of a side, at most what the violations leave of it."""
    said = [judgement.sides[own.name] for judgement in votes if own.name in judgement.sides]
    if not said:
        return replace(own, score=None, reason=_("no judge reached a verdict"), evidence=())
    score = median_low([side.score for side in said if side.score is not None])
    chosen = next(side for side in said if side.score == score)
    left, broken = _left(own.name, found)
    if left >= score:
        return replace(chosen, name=own.name)
    return DimensionVerdict(
        name=own.name,
        score=left,
        reason=", ".join(dict.fromkeys(violation.rule.value for violation in broken)),
        evidence=tuple(Evidence(turn=violation.turn, quote=violation.quote) for violation in broken),
    )


def _left(name: Dimension, found: Sequence[Violation]) -> tuple[float, list[Violation]]:
    """What violations leave of a side, and those that belong to it."""
    broken = [violation for violation in found if BELONGS[violation.rule] is name]
    costs: Mapping[str, float] = weight_settings()["violation"]
    return exp(-sum(costs[violation.rule.value] for violation in broken)), broken


def _agreement(votes: Sequence[Judgement]) -> dict[str, float | None]:
    """How often two judges say the same of the same thing, over all pairs of judges; ``None`` without a pair."""
    pairs = list(combinations(votes, 2))
    steps = [_alike(one.steps, other.steps, lambda step: step.status) for one, other in pairs]
    sides = [_alike(one.sides, other.sides, lambda side: _nearest(side.score)) for one, other in pairs]
    violations = [_shared(one, other) for one, other in pairs]
    parts = {Rubric.STEPS: steps, Rubric.VIOLATIONS: violations, Rubric.INTERACTION: sides}
    return {rubric.value: _mean([share for share in shares if share is not None]) for rubric, shares in parts.items()}


def _alike(one: Mapping[K, V], other: Mapping[K, V], label: Callable[[V], object]) -> float | None:
    both = [key for key in one if key in other]
    return _mean([float(label(one[key]) == label(other[key])) for key in both])


def _shared(one: Judgement, other: Judgement) -> float | None:
    """Of the violations that either names, the share that both do; 1 where neither names any."""
    if one.violations is None or other.violations is None:
        return None
    left, right = ({(v.turn, v.rule) for v in j.violations or () if v.rule in judged_rules()} for j in (one, other))
    return len(left & right) / len(left | right) if left | right else 1.0


def _nearest(score: float | None) -> str:
    """The level nearest to a score: the rules know no levels."""
    levels: Mapping[str, float] = judge_settings()["level"]
    return min(levels, key=lambda level: abs(levels[level] - (score or 0.0)))


def _mean(shares: Sequence[float]) -> float | None:
    return sum(shares) / len(shares) if shares else None
