"""Which values of a step the caller told, and which it told otherwise than the document has them.

A step that is there to tell a date or an amount is not done by naming another one,
however much the rest of the words are alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from kefu.language.values import Kind, Value, backed
from kefu.score.context import Context
from kefu.score.goal import StepGoals
from kefu.score.support import loose_values
from kefu.score.transcript import Said

__all__ = ["contradicted"]

_HALF_AN_HOUR = 30


def contradicted(context: Context, step: StepGoals, turns: Iterable[Said]) -> tuple[tuple[Said, Value], ...]:
    """The values in these turns that stand where the step has one of that sort, which the caller told nowhere."""
    wanted = step.key_values
    if not wanted:
        return ()
    missing = [value for value in wanted if not backed(value, context.flow.told)]
    # one that tells nothing of what it has to tell, and something of its own instead, is told otherwise whatever it is
    open_kinds = set(Kind) - {Kind.COUNT} if len(missing) == len(wanted) else {value.kind for value in missing}
    return tuple(
        (said, value)
        for said in turns
        for value in loose_values(context, said)
        if value.kind in open_kinds and _is_another(value, wanted)
    )


def _is_another(value: Value, wanted: tuple[Value, ...]) -> bool:
    """Whether a value is another one and not a rounder way to say one of those wanted: 八月底, 两点多."""
    if value.kind is Kind.DATE:
        return value.key[-1:].isdigit()
    if value.kind is Kind.TIME:
        return all(
            max(value.low - other.high, other.low - value.high) > _HALF_AN_HOUR
            for other in wanted
            if other.kind is Kind.TIME
        )
    return True
