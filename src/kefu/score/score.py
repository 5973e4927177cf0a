"""One call, scored: every check run once, every quote verified, the totals capped, all of it dated by its data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from kefu.call.call import Call
from kefu.call.outcome import read_outcome
from kefu.i18n import gettext as _
from kefu.language import concepts
from kefu.language.normalise import fold
from kefu.scenario.model import Persona, Scenario
from kefu.scenario.understand import Understanding
from kefu.score.attribution import attribute, is_infrastructure
from kefu.score.context import Context
from kefu.score.evidence import verified, verified_dimension, verified_step
from kefu.score.fidelity import judge_fidelity
from kefu.score.flow import judge_steps, task_flow
from kefu.score.gaps import find_gaps
from kefu.score.goal import Plan
from kefu.score.interaction import interaction_total, judge_interaction
from kefu.score.logistic import model_hash
from kefu.score.measure import read_flow
from kefu.score.patterns import holds
from kefu.score.rules import find_violations
from kefu.score.settings import data_hash, domain_profile, package_hash, rule_settings, weight_settings
from kefu.score.transcript import Transcript
from kefu.score.verdict import (
    DimensionVerdict,
    Rule,
    Scorecard,
    StepStatus,
    StepVerdict,
    Totals,
    Unscored,
    Violation,
)

__all__ = ["score_call", "step_weights", "totals_of", "versions"]


def score_call(scenario: Scenario, call: Call) -> Scorecard:
    """All verdicts of one finished call. Never raises on content; what cannot be told is unscored with a reason."""
    transcript = Transcript(call)
    flow = read_flow(scenario, transcript)
    context = Context(scenario, transcript, flow)
    violations, discarded = verified(call, find_violations(context))
    judged = judge_steps(flow, step_weights(scenario, flow.plan), violations)
    steps = tuple(verified_step(call, step) for step in judged)
    sides, gone = _verified_sides(call, judge_interaction(context, violations))
    totals, unscored = totals_of(scenario, call, steps, sides, violations)
    fidelity = judge_fidelity(scenario, transcript, _persona(call))
    gaps, lost = verified(call, find_gaps(context))
    return Scorecard(
        scenario=call.scenario or scenario.id,
        totals=totals,
        steps=steps,
        dimensions=sides,
        violations=violations,
        outcome=read_outcome(scenario, call),
        fidelity=fidelity,
        attribution=attribute(call, totals, violations, fidelity, gaps),
        gaps=gaps,
        unscored=unscored,
        discarded=discarded + gone + lost,
        versions=_versions_of(scenario),
    )


def step_weights(scenario: Scenario, plan: Plan) -> Mapping[int, float]:
    """What each step weighs by the profile of the document's domain: that of its weightiest kind of line."""
    weights: Mapping[str, float] = domain_profile(scenario.domain).get("weight", {})
    return {
        step.step.number: max((weights[kind] for kind in step.due_does if kind in weights), default=1.0)
        for step in plan.steps
    }


@cache
def versions() -> Mapping[str, str]:
    """The version of the rules, and hashes of every piece of data that a score depends on.

    Those of ``language``, ``scenario`` and ``call`` cover all their data; the rest tell which part has changed.
    """
    acts = files("kefu.language").joinpath("model", "acts.json").read_bytes()
    return MappingProxyType({
        "rules": rule_settings()["version"],
        "settings": data_hash("rules.toml", "fidelity.toml"),
        "weights": data_hash("weights.toml", *_PROFILES),
        "lexicon": data_hash(*_LEXICONS),
        "models": model_hash("steps") + model_hash("rules"),
        "lines": model_hash("lines"),
        "terms": model_hash("terms"),
        "acts": sha256(acts).hexdigest()[:12],
        "concepts": concepts.content_hash()[:12],
        **{package: package_hash(package) for package in ("language", "scenario", "call")},
    })  # fmt: skip


def _versions_of(scenario: Scenario) -> Mapping[str, str]:
    """The versions, with the embedding model where one had a say."""
    vectors = Understanding.of(scenario).vectors
    return MappingProxyType({**versions(), "embeddings": vectors.source}) if vectors else versions()


_LEXICONS = tuple(f"lexicon/{name}.toml" for name in ("caller", "customer", "program", "signs", "title"))
_PROFILES = tuple(
    f"domains/{name}.toml" for name in ("care", "customer_service", "finance", "human_resources", "research", "sales")
)


def _verified_sides(call: Call, sides: tuple[DimensionVerdict, ...]) -> tuple[tuple[DimensionVerdict, ...], int]:
    pairs = [verified_dimension(call, side) for side in sides]
    return tuple(side for side, _gone in pairs), sum(gone for _side, gone in pairs)


def totals_of(
    scenario: Scenario,
    call: Call,
    steps: tuple[StepVerdict, ...],
    sides: tuple[DimensionVerdict, ...],
    violations: tuple[Violation, ...],
) -> tuple[Totals, tuple[Unscored, ...]]:
    """The numbers at the head of a card, and what has no number and why."""
    unscored: list[Unscored] = []
    if is_infrastructure(call):
        reason = _("a party failed; the call says nothing about the caller")
        unscored.append(Unscored(check="total", reason=reason))
        return Totals(task_flow=None, interaction=None, total=None, uncapped=None), tuple(unscored)
    flow, interaction = task_flow(steps), interaction_total(sides)
    if flow is None:
        reason = _("the document has no step") if not steps else _("no step could be judged")
        unscored.append(Unscored(check="task_flow", reason=reason))
    unscored += [
        Unscored(check=f"step {step.number}", reason=step.reason)
        for step in steps
        if step.status is StepStatus.UNSCORED
    ]
    if interaction is None:
        unscored.append(Unscored(check="interaction", reason=_("the caller said nothing")))
    if flow is None or interaction is None:
        return Totals(task_flow=flow, interaction=interaction, total=None, uncapped=None), tuple(unscored)
    share = weight_settings()["total"]
    uncapped = share["task_flow"] * flow + share["interaction"] * interaction
    caps = _caps(scenario, violations)
    total = min([uncapped, *caps.values()])
    by = tuple(rule for rule, cap in caps.items() if cap < uncapped)
    return Totals(task_flow=flow, interaction=interaction, total=total, uncapped=uncapped, capped_by=by), tuple(
        unscored
    )


def _caps(scenario: Scenario, violations: tuple[Violation, ...]) -> dict[Rule, float]:
    """The most that a total may be, by the rules broken; threats and insults cap as such."""
    known: dict[str, float] = {**weight_settings()["cap"], **domain_profile(scenario.domain).get("cap", {})}
    caps: dict[Rule, float] = {}
    for violation in violations:
        if violation.rule.value in known:
            caps[violation.rule] = known[violation.rule.value]
        elif violation.rule is Rule.RUDE_TONE:
            worst = [known[cap] for sign, cap in _CAPPED if holds(fold(violation.quote), sign)]
            if worst:
                caps[violation.rule] = min(*worst, caps.get(violation.rule, 1.0))
    return caps


_CAPPED = (("threatens", "threat"), ("insults", "insult"))
"""Signs of rudeness that cap the total, and the cap."""


def _persona(call: Call) -> Persona | None:
    return Persona(call.persona) if call.persona in tuple(Persona) else None
