"""What is derived from a scenario is derived once: a small cache by identity.

Scenarios are frozen, so whatever a function makes of one never goes stale. They
are large, so hashing them would cost more than most derivations; the cache goes
by identity and keeps the scenario alive with its result.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, Self, TypeVar, overload

__all__ = ["lazily", "once_per_scenario"]

S = TypeVar("S")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
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


class lazily(Generic[R_co]):  # noqa: N801 - a decorator, like the built-in property
    """An attribute derived when it is first asked for, as ``functools.cached_property`` without its lock.

    What is derived depends on the object alone, so two threads would find the same.
    """

    def __init__(self, derive: Callable[[Any], R_co]) -> None:
        self._derive = derive
        self._name = ""
        self.__doc__ = derive.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> R_co: ...
    def __get__(self, instance: object | None, owner: type) -> Self | R_co:
        if instance is None:
            return self
        found = instance.__dict__[self._name] = self._derive(instance)
        return found
