"""The characters of a text and their pairs, clause by clause.

Whoever talks says new turns in clauses that were said before, so what a clause is
made of is remembered and a turn put together from it.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["SHORT", "runs_in"]

SHORT = 40
"""Characters of a clause that is worth remembering; a longer one hardly comes again, and costs more to keep."""


def runs_in(clause: str) -> frozenset[str]:
    """The characters of ``clause`` and the pairs of neighbours among them."""
    return _remembered(clause) if len(clause) <= SHORT else _runs(clause)


def _runs(clause: str) -> frozenset[str]:
    return frozenset(clause).union(map(str.__add__, clause, clause[1:]))


@lru_cache(maxsize=4096)
def _remembered(clause: str) -> frozenset[str]:
    return _runs(clause)
