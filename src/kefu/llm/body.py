"""A conversation becomes the JSON of a request, in the form that this endpoint takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

from kefu.llm.chat import Message, Options, Role, Shape, Tool
from kefu.llm.endpoint import Endpoint
from kefu.llm.quirk import AnswerMode, Quirks, opening_words

__all__ = ["chat_body", "encode"]

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=dict)  # mappings that are no dict


def chat_body(endpoint: Endpoint, quirks: Quirks, messages: Sequence[Message], options: Options) -> dict[str, Any]:
    """The body of a chat request; what the endpoint is known to refuse is left out."""
    body: dict[str, Any] = {"model": endpoint.model, "messages": _messages(messages, quirks)}
    optional: dict[str, Any] = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        quirks.max_tokens_field: options.max_tokens,
        "seed": options.seed,
        "stop": options.stop or None,
        "tools": [_tool(tool) for tool in options.tools] if options.tools else None,
        "response_format": _response_format(options.shape, quirks.answer_mode),
    }
    if quirks.stream:
        body["stream"] = True
        optional["stream_options"] = {"include_usage": True}
    accepted = {k: value for k, value in optional.items() if value is not None and k not in quirks.dropped}
    return {**body, **accepted, **endpoint.body}


def encode(body: dict[str, Any]) -> bytes:
    """The bytes of a request; half a surrogate pair, which no UTF-8 can hold, becomes a question mark.

    A conversation is most of a request and of one form, so its messages are
    put together by hand, at a third of what the encoder takes for them.
    """
    messages = body.get("messages")
    if messages is None:
        return _encoder.encode(body).encode("utf-8", "replace")
    rest = _encoder.encode({name: value for name, value in body.items() if name != "messages"})
    written = [f'{{"role":"{one["role"]}","content":{encode_basestring(one["content"])}}}' for one in messages]
    return f'{rest[:-1]},"messages":[{",".join(written)}]}}'.encode("utf-8", "replace")


def _messages(messages: Sequence[Message], quirks: Quirks) -> list[dict[str, str]]:
    if not quirks.fold_system and not quirks.alternate:
        return [{"role": message.role, "content": message.text} for message in messages]
    pairs: Iterable[tuple[Role, str]] = ((message.role, message.text) for message in messages)
    if quirks.fold_system:
        pairs = ((Role.USER if role is Role.SYSTEM else role, text) for role, text in pairs)
    return [{"role": role, "content": text} for role, text in _alternating(pairs)]


def _alternating(pairs: Iterable[tuple[Role, str]]) -> list[tuple[Role, str]]:
    """User and assistant in turn, the user first and last, as strict chat templates want it."""
    taken: list[tuple[Role, str]] = []
    for role, text in pairs:
        last = taken[-1][0] if taken else Role.SYSTEM
        if last is role and taken:
            taken[-1] = (role, f"{taken[-1][1]}\n\n{text}")
            continue
        if role is Role.ASSISTANT and last is Role.SYSTEM:
            taken.append((Role.USER, opening_words()))
        taken.append((role, text))
    if not taken or taken[-1][0] is not Role.USER:
        taken.append((Role.USER, opening_words() if len(taken) < 2 else "…"))
    return taken


def _tool(tool: Tool) -> dict[str, Any]:
    parameters = dict(tool.parameters) or {"type": "object", "properties": {}}
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }


def _response_format(shape: Shape | None, mode: AnswerMode) -> dict[str, Any] | None:
    if shape is None or mode is AnswerMode.TEXT:
        return None
    if mode is AnswerMode.OBJECT:
        return {"type": "json_object"}
    schema = {"name": shape.name, "schema": dict(shape.schema), "strict": True}
    return {"type": "json_schema", "json_schema": schema}
