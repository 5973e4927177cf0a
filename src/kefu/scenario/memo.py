"""What is derived from a scenario is derived once: a small cache by identity.

Scenarios are frozen, so whatever a function makes of one never goes stale. They
are large, so hashing them would cost more than most derivations; the cache goes
by identity and keeps the scenario alive with its result.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

__all__ = ["once_per_scenario"]

S = TypeVar("S")
R = TypeVar("R")
_KEPT = 256


def once_per_scenario(derive: Callable[[S], R]) -> Callable[[S], R]:
    """``derive`` with its last 256 results kept, one per scenario object."""
    kept: OrderedDict[int, tuple[S, R]] = OrderedDict()

    @wraps(derive)
    def once(scenario: S) -> R:
        key = id(scenario)
        found = kept.get(key)
        if found is not None and found[0] is scenario:
            return found[1]
        result = derive(scenario)
        kept[key] = (scenario, result)
        if len(kept) > _KEPT:
            kept.popitem(last=False)
        return result

    return once
