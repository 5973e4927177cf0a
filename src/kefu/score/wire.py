"""A scorecard as JSON, in the shape and order of the interface."""

from __future__ import annotations

from typing import Any

from kefu.call.outcome import outcome_to_json
from kefu.score.verdict import Evidence, Scorecard, StepVerdict, Violation

__all__ = ["scorecard_to_json"]

_DIGITS = 4


def scorecard_to_json(card: Scorecard) -> dict[str, Any]:
    """The card as one JSON object; numbers have four digits, what is not known is ``null``."""
    totals = card.totals
    return {
        "scenario": card.scenario,
        "totals": {
            "task_flow": _round(totals.task_flow),
            "interaction": _round(totals.interaction),
            "total": _round(totals.total),
            "uncapped": _round(totals.uncapped),
            "capped_by": [rule.value for rule in totals.capped_by],
        },
        "steps": [_step(step) for step in card.steps],
        "dimensions": [
            {
                "name": side.name.value,
                "score": _round(side.score),
                "reason": side.reason,
                "evidence": [_evidence(piece) for piece in side.evidence],
            }
            for side in card.dimensions
        ],
        "violations": [_violation(violation) for violation in card.violations],
        "outcome": outcome_to_json(card.outcome) if card.outcome is not None else None,
        "fidelity": {
            "valid": card.fidelity.valid,
            "problems": [
                {"code": p.code, "turn": p.turn, "quote": p.quote, "message": p.message, "voids": p.voids}
                for p in card.fidelity.problems
            ],
        },
        "attribution": card.attribution.value,
        "gaps": [_evidence(gap) for gap in card.gaps],
        "unscored": [{"check": entry.check, "reason": entry.reason} for entry in card.unscored],
        "discarded": card.discarded,
        "versions": dict(card.versions),
        **(_judges(card) if card.judges else {}),
    }


def _judges(card: Scorecard) -> dict[str, Any]:
    return {
        "judges": [{"judge": j.judge, "model": j.model or None, "under_test": j.under_test} for j in card.judges],
        "agreement": {rubric: _round(share) for rubric, share in card.agreement.items()},
    }


def _step(step: StepVerdict) -> dict[str, Any]:
    return {
        "number": step.number,
        "status": step.status.value,
        "weight": step.weight,
        "turns": list(step.turns),
        "quote": step.quote,
        "reason": step.reason,
        "score": step.score,
    }


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "rule": violation.rule.value,
        "turn": violation.turn,
        "quote": violation.quote,
        "severity": violation.severity.value,
        "reason": violation.reason,
    }


def _evidence(piece: Evidence) -> dict[str, Any]:
    return {"turn": piece.turn, "quote": piece.quote}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
