"""What scoring says: verdicts with their evidence, and the scorecard that holds them.

A verdict that could not be reached has no number: its score is ``None`` and a
reason says why. Every finding names the turn and the words it relies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from kefu.i18n import marked

if TYPE_CHECKING:
    from kefu.call.outcome import Outcome

__all__ = [
    "RULE_NAMES",
    "Attribution",
    "Dimension",
    "DimensionVerdict",
    "Evidence",
    "Fidelity",
    "FidelityProblem",
    "JudgeNote",
    "Rule",
    "Scorecard",
    "Severity",
    "StepStatus",
    "StepVerdict",
    "Totals",
    "Unscored",
    "Violation",
]


class StepStatus(StrEnum):
    """What became of one step of the caller's flow."""

    MET = "met"
    PARTIAL = "partial"
    MISSED = "missed"
    NOT_APPLICABLE = "not_applicable"
    UNSCORED = "unscored"


class Rule(StrEnum):
    """The closed list of what a caller must not do."""

    INVENTED_FACT = "invented_fact"
    PRESSED_AFTER_REFUSAL = "pressed_after_refusal"
    REPEATED_QUESTION = "repeated_question"
    IGNORED_QUESTION = "ignored_question"
    OVER_PROMISE = "over_promise"
    OFF_LIMITS_PROMOTION = "off_limits_promotion"
    ASKED_FOR_SECRET = "asked_for_secret"
    DISCLOSED_TO_STRANGER = "disclosed_to_stranger"
    BROKEN_ROLE = "broken_role"
    MONOLOGUE = "monologue"
    RUDE_TONE = "rude_tone"
    PREMATURE_CLOSE = "premature_close"
    NO_CLOSE = "no_close"


RULE_NAMES: dict[str, str] = {
    Rule.INVENTED_FACT.value: marked("invented a fact"),
    Rule.PRESSED_AFTER_REFUSAL.value: marked("pressed after a refusal"),
    Rule.REPEATED_QUESTION.value: marked("asked again what was answered"),
    Rule.IGNORED_QUESTION.value: marked("left a question unanswered"),
    Rule.OVER_PROMISE.value: marked("promised too much"),
    Rule.OFF_LIMITS_PROMOTION.value: marked("promoted where it is ruled out"),
    Rule.ASKED_FOR_SECRET.value: marked("asked for a secret"),
    Rule.DISCLOSED_TO_STRANGER.value: marked("disclosed to a stranger"),
    Rule.BROKEN_ROLE.value: marked("fell out of the role"),
    Rule.MONOLOGUE.value: marked("spoke too long at once"),
    Rule.RUDE_TONE.value: marked("rude tone"),
    Rule.PREMATURE_CLOSE.value: marked("closed too early"),
    Rule.NO_CLOSE.value: marked("no closing"),
}
"""What people call the rules, in English, to be translated where they are shown."""


class Severity(StrEnum):
    """How much a violation weighs."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Dimension(StrEnum):
    """The eight sides of how well a caller spoke."""

    NATURALNESS = "naturalness"
    COHERENCE = "coherence"
    GROUNDING = "grounding"
    RESPONSIVENESS = "responsiveness"
    EMPATHY = "empathy"
    CONCISION = "concision"
    RESPECT = "respect"
    CLOSURE = "closure"


class Attribution(StrEnum):
    """Whose doing a failed call was; ``none`` for a call that did not fail."""

    NONE = "none"
    CALLER = "caller"
    CUSTOMER = "customer"
    SCRIPT = "script"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words that were said, verbatim, and the turn that holds them, counted from 0."""

    turn: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVerdict:
    """What became of step ``number``; ``score`` is ``None`` where it does not count or could not be told."""

    number: int
    status: StepStatus
    score: float | None
    weight: float
    turns: tuple[int, ...] = ()
    quote: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionVerdict:
    """How well the caller did on one side of the talk."""

    name: Dimension
    score: float | None
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule: the caller's turn at fault and its words."""

    rule: Rule
    turn: int
    quote: str
    severity: Severity
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityProblem:
    """One way in which the simulated customer was not true to its half; ``voids`` when the call may not count."""

    code: str
    turn: int
    quote: str
    message: str
    voids: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """Whether the customer's side may count; a call that is not ``valid`` is run again, never averaged."""

    valid: bool
    problems: tuple[FidelityProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The numbers at the head of a card; ``uncapped`` is the total before caps, ``capped_by`` the rules that capped."""

    task_flow: float | None
    interaction: float | None
    total: float | None
    uncapped: float | None
    capped_by: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """A check that reached no verdict, and why."""

    check: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeNote:
    """Who judged: ``model`` as it named itself, and whether it was the very model under test."""

    judge: str
    model: str = ""
    under_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """All verdicts of one call.

    ``gaps`` are the customer's questions that no fact of the document answers;
    ``discarded`` counts findings whose quote was not found in the turn they cite.
    ``judges`` are those that were asked besides the rules, empty where the rules
    alone judged; ``agreement`` is theirs with one another, ``None`` where only one
    judged. ``failures`` say why an endpoint gave no judgement.
    """

    scenario: str
    totals: Totals
    steps: tuple[StepVerdict, ...] = ()
    dimensions: tuple[DimensionVerdict, ...] = ()
    violations: tuple[Violation, ...] = ()
    outcome: Outcome | None = None
    fidelity: Fidelity = Fidelity(valid=True)
    attribution: Attribution = Attribution.NONE
    gaps: tuple[Evidence, ...] = ()
    unscored: tuple[Unscored, ...] = ()
    discarded: int = 0
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    judges: tuple[JudgeNote, ...] = ()
    agreement: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
    failures: tuple[str, ...] = ()
