"""Nothing is believed without its words: a quote that the cited turn does not hold goes, and its finding with it.

This is the only place where quotes are checked; whatever finds something, rules
or a model, hands its findings through here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from kefu.call.call import Call
from kefu.i18n import gettext as _
from kefu.score.verdict import DimensionVerdict, StepStatus, StepVerdict

__all__ = ["Quoting", "is_said", "verified", "verified_dimension", "verified_step"]


class Quoting(Protocol):
    """Whatever cites a turn by its words."""

    @property
    def turn(self) -> int: ...

    @property
    def quote(self) -> str: ...


Q = TypeVar("Q", bound=Quoting)


def is_said(call: Call, turn: int, quote: str) -> bool:
    """Whether ``quote`` stands, character by character, in that turn of the call."""
    return bool(quote) and 0 <= turn < len(call.turns) and quote in call.turns[turn].text


def verified(call: Call, findings: Iterable[Q]) -> tuple[tuple[Q, ...], int]:
    """The findings whose words were said, in their order, and how many were not."""
    found = tuple(findings)
    kept = tuple(f for f in found if is_said(call, f.turn, f.quote))
    return kept, len(found) - len(kept)


def verified_step(call: Call, step: StepVerdict) -> StepVerdict:
    """``step``, or an unscored one where it cites words that were not said."""
    if not step.turns and not step.quote:
        return step
    held = bool(step.turns) and all(0 <= turn < len(call.turns) for turn in step.turns)
    if held and (not step.quote or any(is_said(call, turn, step.quote) for turn in step.turns)):
        return step
    reason = _("the words it cites were not said")
    return replace(step, status=StepStatus.UNSCORED, score=None, turns=(), quote="", reason=reason)


def verified_dimension(call: Call, dimension: DimensionVerdict) -> tuple[DimensionVerdict, int]:
    """``dimension`` without evidence that was not said, and how many pieces went."""
    kept, gone = verified(call, dimension.evidence)
    return (replace(dimension, evidence=kept), gone) if gone else (dimension, 0)
