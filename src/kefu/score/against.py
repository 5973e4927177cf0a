"""Whether the document says otherwise: another value where the caller's words say the same."""

from __future__ import annotations

from kefu.language.values import Kind, Value, same
from kefu.score.context import Context
from kefu.score.terms import value_terms, weigh
from kefu.score.transcript import Clause, Said

__all__ = ["against"]

_AS_NEAR = 0.75
"""A sentence this near, measured against the nearest, speaks of the same thing and may back the value too."""
_LIGHT = 25.0
"""A clause that weighs less says little by itself: what it speaks of stands before it."""


def against(context: Context, said: Said, value: Value) -> float:
    """How surely the document gives another value in this place, 0 to 1.

    It is the share of the words around the value that the nearest sentence with a
    value of its sort holds; 0 where that sentence, or one nearly as near, holds the
    value itself.
    """
    backing = context.backing
    rivals = backing.of_kind.get(value.kind, ())
    if not rivals:
        return 0.0
    here = _around(context, said, value)
    weight = weigh(here)
    if not weight:
        return 0.0
    shares = backing.shares(here)
    best = max(shares[sentence] for sentence, _other in rivals)
    if not best:
        return 0.0
    near = [other for sentence, other in rivals if shares[sentence] >= _AS_NEAR * best]
    return 0.0 if any(same(value, other) for other in near) or not _comparable(value, near) else best / weight


def _comparable(value: Value, near: list[Value]) -> bool:
    """Counts are of one measure; three rooms say nothing about five years."""
    return value.kind is not Kind.COUNT or any(other.key == value.key for other in near)


def _around(context: Context, said: Said, value: Value) -> frozenset[str]:
    """The terms of the clause around the value, and of what leads to it where the clause says little."""
    at = next((n for n, c in enumerate(said.clauses) if c.start <= value.start < c.end), None)
    if at is None:
        return frozenset()
    found = _without(said.clauses[at], value)
    if weigh(found) < _LIGHT:
        if at > 0:
            found |= said.clauses[at - 1].terms
        elif (before := context.transcript.before(said)) is not None:
            found |= before.terms
    return found


def _without(clause: Clause, value: Value) -> frozenset[str]:
    return clause.terms - frozenset(value_terms(value))
