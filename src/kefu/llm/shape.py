"""JSON schemas in the strict dialect that endpoints enforce, and JSON found in whatever a model wrote around it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from kefu.llm.fields import entries, fields

__all__ = ["json_objects_in", "strict_schema"]

_MOST_CANDIDATES = 20
_MOST_CHARACTERS = 200_000
_DEEPEST = 40
_NAMES = frozenset({"properties", "$defs"})  # below these, keys are names and not keywords


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """``schema`` as strict modes want it: every object closed, every property required, no defaults, no titles.

    References are written out, since some servers do not follow them; a
    recursive one stays as it is.
    """
    definitions = fields(schema.get("$defs"))
    top = {key: value for key, value in schema.items() if key != "$defs"}
    whole = cast("dict[str, Any]", _strict(top, definitions, ()))
    if "#/$defs/" in json.dumps(whole):
        whole["$defs"] = {name: _strict(entry, {}, ()) for name, entry in definitions.items()}
    return whole


def json_objects_in(text: str) -> Iterator[Mapping[str, Any]]:
    """The outermost JSON objects in ``text``, in order; bounded and linear, whatever the text is.

    Nothing is looked for inside an object that cannot be read: a part of an
    answer that was cut off is not the answer.
    """
    text = text[:_MOST_CHARACTERS]
    decoder = json.JSONDecoder(strict=False, parse_constant=_refuse)
    at = 0
    for _attempt in range(_MOST_CANDIDATES):
        start = text.find("{", at)
        if start < 0:
            return
        try:
            found, at = decoder.raw_decode(text, start)
        except ValueError:
            at = _end_of(text, start)
            found = _mended(text[start:at], decoder) if at else None
        except RecursionError:
            return
        if isinstance(found, dict):
            yield fields(cast("object", found))
        if not at:
            return


def _strict(node: object, definitions: Mapping[str, Any], path: tuple[str, ...]) -> object:
    if isinstance(node, list):
        return [_strict(entry, definitions, path) for entry in entries(cast("object", node))]
    if not isinstance(node, Mapping):
        return node
    found = fields(cast("object", node))
    target = str(found.get("$ref", "")).removeprefix("#/$defs/")
    if target in definitions and target not in path and len(path) < _DEEPEST:
        beside = {key: value for key, value in found.items() if key == "description"}
        return {**cast("dict[str, Any]", _strict(definitions[target], definitions, (*path, target))), **beside}
    strict: dict[str, Any] = {}
    for key, value in found.items():
        if key in _NAMES:
            strict[key] = {name: _strict(entry, definitions, path) for name, entry in fields(value).items()}
        elif key == "const":
            strict["enum"] = [value]
        elif key not in ("title", "default"):
            strict[key] = _strict(value, definitions, path)
    if "properties" in strict:
        strict["additionalProperties"] = False
        strict["required"] = list(strict["properties"])
    return strict


def _end_of(text: str, start: int) -> int:
    """Behind the bracket that closes the one at ``start``, 0 where none does."""
    depth, in_string, escaped = 0, False, False
    for at in range(start, len(text)):
        char = text[at]
        if in_string:
            in_string = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if not depth:
                return at + 1
    return 0


def _mended(text: str, decoder: json.JSONDecoder) -> object:
    """``text`` without commas before a closing bracket, the one slip of models that means nothing; else ``None``."""
    kept: list[str] = []
    in_string, escaped = False, False
    for char in text:
        if in_string:
            in_string = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_string = True
        elif char in "}]":
            while kept and kept[-1].isspace():
                kept.pop()
            if kept and kept[-1] == ",":
                kept.pop()
        kept.append(char)
    try:
        return decoder.decode("".join(kept))
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> object:
    raise ValueError(constant)  # NaN is not a number that anybody measured
