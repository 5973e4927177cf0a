"""JSON from outside is looked at through these: a value of the wrong kind is an empty one, and nothing raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

__all__ = ["count", "entries", "fields", "parsed"]

_NOTHING: Mapping[str, Any] = {}


def fields(value: object) -> Mapping[str, Any]:
    """``value`` if it is a JSON object, otherwise an empty one."""
    if type(value) is dict:  # what JSON gives, and several times cheaper to tell than a mapping
        return cast("dict[str, Any]", value)
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else _NOTHING


def entries(value: object) -> list[object]:
    """``value`` if it is a JSON list, otherwise an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def count(found: Mapping[str, Any], key: str) -> int:
    """A number of things above 0, otherwise 0."""
    value = found.get(key)
    return value if type(value) is int and value > 0 else 0  # not isinstance: True is no number of things


def parsed(text: str | bytes) -> object:
    """The JSON in ``text``, ``None`` for what is none, also when it is nested too deep to be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
