"""The closed list of rules, one idea per module; what each finds is weighed by its fitted model.

A module yields candidates: turns that may break its rule, with what is measured of
them. A candidate without measurements is certain; the others count when the model
of the rule (``model/rules.json``) finds them more probable than its limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from kefu.score.context import Candidate, Context, Gradual
from kefu.score.logistic import Model, load_model
from kefu.score.rules import (
    asked_for_secret,
    broken_role,
    closing,
    disclosed_to_stranger,
    ignored_question,
    invented_fact,
    monologue,
    off_limits_promotion,
    over_promise,
    pressed_after_refusal,
    repeated_question,
    rude_tone,
)
from kefu.score.settings import rule_settings
from kefu.score.verdict import Rule, Severity, Violation

__all__ = ["RULES", "find_violations"]

RULES: Mapping[Rule, Callable[[Context], Iterator[Candidate]]] = MappingProxyType({
    Rule.INVENTED_FACT: invented_fact.candidates,
    Rule.PRESSED_AFTER_REFUSAL: pressed_after_refusal.candidates,
    Rule.REPEATED_QUESTION: repeated_question.candidates,
    Rule.IGNORED_QUESTION: ignored_question.candidates,
    Rule.OVER_PROMISE: over_promise.candidates,
    Rule.OFF_LIMITS_PROMOTION: off_limits_promotion.candidates,
    Rule.ASKED_FOR_SECRET: asked_for_secret.candidates,
    Rule.DISCLOSED_TO_STRANGER: disclosed_to_stranger.candidates,
    Rule.BROKEN_ROLE: broken_role.candidates,
    Rule.MONOLOGUE: monologue.candidates,
    Rule.RUDE_TONE: rude_tone.candidates,
    Rule.PREMATURE_CLOSE: closing.premature_close,
    Rule.NO_CLOSE: closing.no_close,
})  # fmt: skip
"""Every rule with what finds its candidates."""


def find_violations(context: Context) -> tuple[Violation, ...]:
    """The rules that the caller broke, by turn and then by the order of the list."""
    models = load_model("rules")
    severities = rule_settings()["severity"]
    found: list[Violation] = []
    for rule, candidates in RULES.items():
        model = models.get(rule.value)
        for candidate in candidates(context):
            if candidate.features and (model is None or not _counts(model, candidate.features)):
                continue
            quote, reason = candidate.words()
            found.append(
                Violation(
                    rule=rule,
                    turn=candidate.said.number,
                    quote=quote,
                    severity=Severity(severities[rule.value]),
                    reason=reason,
                )
            )
    order = {rule: place for place, rule in enumerate(Rule)}
    return tuple(sorted(found, key=lambda violation: (violation.turn, order[violation.rule])))


_CLEARLY = 1e-6
"""By so much more than sums of floats may be off."""


def _counts(model: Model, features: Mapping[str, float]) -> bool:
    """Whether a case is more probable than the limit of its rule."""
    if isinstance(features, Gradual) and model.probability(features.at_best(model.first)) < model.limit - _CLEARLY:
        return False
    return model.probability(features) >= model.limit
