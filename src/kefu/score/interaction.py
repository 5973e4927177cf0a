"""How well the caller spoke: eight sides, each from the rules broken on it and from what can be counted.

A side is worth 1, less for every violation that belongs to it and for what is
measured of the talk (``weights.toml``). The interaction is the product of the eight
sides: one that fails spoils the call, whatever the others are worth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, prod
from types import MappingProxyType

from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.language.acts import Act
from kefu.score.context import Context
from kefu.score.settings import weight_settings
from kefu.score.transcript import Said, Transcript
from kefu.score.verdict import RULE_NAMES, Dimension, DimensionVerdict, Evidence, Rule, Violation

__all__ = ["BELONGS", "MEASURES", "interaction_total", "judge_interaction", "measured"]

BELONGS: Mapping[Rule, Dimension] = MappingProxyType({
    Rule.INVENTED_FACT: Dimension.GROUNDING,
    Rule.OVER_PROMISE: Dimension.GROUNDING,
    Rule.PRESSED_AFTER_REFUSAL: Dimension.RESPECT,
    Rule.OFF_LIMITS_PROMOTION: Dimension.RESPECT,
    Rule.ASKED_FOR_SECRET: Dimension.RESPECT,
    Rule.DISCLOSED_TO_STRANGER: Dimension.RESPECT,
    Rule.REPEATED_QUESTION: Dimension.COHERENCE,
    Rule.IGNORED_QUESTION: Dimension.RESPONSIVENESS,
    Rule.BROKEN_ROLE: Dimension.NATURALNESS,
    Rule.RUDE_TONE: Dimension.RESPECT,
    Rule.MONOLOGUE: Dimension.CONCISION,
    Rule.PREMATURE_CLOSE: Dimension.CLOSURE,
    Rule.NO_CLOSE: Dimension.CLOSURE,
})  # fmt: skip
"""The side that a violation lowers."""

_WRITTEN = re.compile(r"(?m)^\s*(?:[-*•#>]|[0-9]{1,2}[.、)）])|\*\*|`|^\s*\|")
_LONG = 80
_FELT = frozenset({Act.COMPLAIN, Act.DOUBT, Act.IMPATIENT})
_HEARD = frozenset({"acknowledge", "apologise", "reassure", "record", "thank"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something counted on one side of the talk: how far it fell short (0 to 1), where, and what it is called."""

    dimension: Dimension
    count: Callable[[Transcript], tuple[float, tuple[Evidence, ...]]]
    reason: str


def judge_interaction(context: Context, violations: tuple[Violation, ...]) -> tuple[DimensionVerdict, ...]:
    """A verdict on each of the eight sides; without a turn of the caller none has a score."""
    if not context.transcript.caller:
        return tuple(DimensionVerdict(name=side, score=None, reason=_("the caller said nothing")) for side in Dimension)
    shortfalls = {name: measure.count(context.transcript) for name, measure in MEASURES.items()}
    settings = weight_settings()
    verdicts: list[DimensionVerdict] = []
    for side in Dimension:
        cost = 0.0
        reasons: list[str] = []
        evidence: list[Evidence] = []
        for violation in violations:
            if BELONGS[violation.rule] is side:
                cost += settings["violation"][violation.rule.value]
                reasons.append(_(RULE_NAMES[violation.rule]))
                evidence.append(Evidence(turn=violation.turn, quote=violation.quote))
        for name, measure in MEASURES.items():
            short, where = shortfalls[name]
            if measure.dimension is side and short > 0 and settings["measure"][name] > 0:
                cost += settings["measure"][name] * short
                reasons.append(_(measure.reason))
                evidence += where
        verdicts.append(
            DimensionVerdict(
                name=side, score=exp(-cost), reason=", ".join(dict.fromkeys(reasons)), evidence=tuple(evidence)
            )
        )
    return tuple(verdicts)


def interaction_total(dimensions: tuple[DimensionVerdict, ...]) -> float | None:
    """The product of the sides, from its lowest to its highest value; ``None`` where a side has no score."""
    scores = [side.score for side in dimensions]
    known = [score for score in scores if score is not None]
    if len(known) < len(scores) or not known:
        return None
    bounds = weight_settings()["interaction"]
    return bounds["least"] + (bounds["most"] - bounds["least"]) * prod(known)


def measured(transcript: Transcript) -> dict[str, float]:
    """How far each measure fell short in a call."""
    return {name: measure.count(transcript)[0] for name, measure in MEASURES.items()}


def _written(transcript: Transcript) -> tuple[float, tuple[Evidence, ...]]:
    found = [(said, match) for said in transcript.caller if (match := _WRITTEN.search(said.read))]
    where = tuple(Evidence(turn=said.number, quote=match[0]) for said, match in found if match[0].strip())
    return _share(len(found), len(transcript.caller)), where


def _long(transcript: Transcript) -> tuple[float, tuple[Evidence, ...]]:
    found = [said for said in transcript.caller if said.length > _LONG]
    return _share(len(found), len(transcript.caller)), tuple(_beginning(said) for said in found)


def _again(transcript: Transcript) -> tuple[float, tuple[Evidence, ...]]:
    seen: set[str] = set()
    found: list[Evidence] = []
    for said in transcript.caller:
        plain = said.words.plain
        if plain in seen and plain:
            found.append(_beginning(said))
        seen.add(plain)
    return _share(len(found), len(transcript.caller)), tuple(found)


def _unfelt(transcript: Transcript) -> tuple[float, tuple[Evidence, ...]]:
    """Complaints and doubts that the next turn passes over."""
    felt = 0
    found: list[Evidence] = []
    for said in transcript.caller:
        before = transcript.before(said)
        if before is not None and before.acts & _FELT:
            felt += 1
            if not said.does & _HEARD:
                found.append(_beginning(said))
    return _share(len(found), max(3, felt)), tuple(found)


def _share(count: int, whole: int) -> float:
    return count / whole if whole else 0.0


def _beginning(said: Said) -> Evidence:
    return Evidence(turn=said.number, quote=said.opening_words)


MEASURES: Mapping[str, Measure] = MappingProxyType({
    "written": Measure(dimension=Dimension.NATURALNESS, count=_written, reason=marked("speaks in lists or marks")),
    "long": Measure(dimension=Dimension.CONCISION, count=_long, reason=marked("long turns")),
    "again": Measure(dimension=Dimension.COHERENCE, count=_again, reason=marked("says the same again")),
    "unfelt": Measure(dimension=Dimension.EMPATHY, count=_unfelt, reason=marked("passes over complaints or doubts")),
})  # fmt: skip
"""What is counted, and the side that it lowers."""
