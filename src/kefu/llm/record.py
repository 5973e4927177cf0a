"""Requests and replies as JSON, both ways, and the key under which an exchange is found again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from kefu.llm.chat import Cost, FinishReason, Message, Options, Reply, ToolCall, Usage
from kefu.llm.fields import count, entries, fields

__all__ = ["key_of", "reply_from_json", "reply_to_json", "request_to_json"]

_FORM = 1  # of what is hashed: a new one makes all older keys unknown


def request_to_json(messages: Sequence[Message], options: Options) -> dict[str, Any]:
    """Everything of a request that decides what the reply may be."""
    request: dict[str, Any] = {
        "messages": [{"role": message.role.value, "content": message.text} for message in messages],
        "temperature": options.temperature,
        "top_p": options.top_p,
        "max_tokens": options.max_tokens,
        "seed": options.seed,
        "stop": list(options.stop),
        "tools": [
            {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
            for tool in options.tools
        ],
        "shape": options.shape and {"name": options.shape.name, "schema": dict(options.shape.schema)},
        "sample": options.sample,
    }
    return {name: value for name, value in request.items() if value not in (None, [], 0) or name == "temperature"}


def key_of(request: Mapping[str, Any], identity: Mapping[str, Any] | None = None) -> str:
    """A hash over the request, and over whom it goes to where ``identity`` is given."""
    whole = {"form": _FORM, "request": request, "identity": identity}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dict)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A reply, without what is at its default."""
    usage = reply.usage
    calls = [
        {"name": call.name, "arguments": dict(call.arguments), "id": call.id, "raw": call.raw}
        for call in reply.tool_calls
    ]
    data: dict[str, Any] = {
        "text": reply.text,
        "reasoning": reply.reasoning,
        "tool_calls": calls,
        "finish": reply.finish.value,
        "usage": {name: value for name in _USAGE if (value := getattr(usage, name))},
        "model": reply.model,
        "cost": reply.cost and {"amount": str(reply.cost.amount), "currency": reply.cost.currency},
        "latency": reply.latency.total_seconds(),
        "first_token": None if reply.first_token is None else reply.first_token.total_seconds(),
        "attempts": reply.attempts,
        "adapted": list(reply.adapted),
    }
    return {name: value for name, value in data.items() if value or name == "text"}


def reply_from_json(data: object) -> Reply | None:
    """The reply that ``reply_to_json`` wrote, ``None`` for anything else."""
    found = fields(data)
    text, finish = found.get("text"), found.get("finish")
    if not isinstance(text, str) or finish not in tuple(FinishReason):
        return None
    usage = fields(found.get("usage"))
    first = found.get("first_token")
    return Reply(
        text=text,
        reasoning=str(found.get("reasoning", "")),
        tool_calls=tuple(_call(fields(call)) for call in entries(found.get("tool_calls"))),
        finish=FinishReason(finish),
        usage=Usage(
            **{name: count(usage, name) for name in _USAGE if name != "estimated"},
            estimated=usage.get("estimated") is True,
        ),
        model=str(found.get("model", "")),
        cost=_cost(fields(found.get("cost"))),
        latency=_seconds(found.get("latency")) or timedelta(),
        first_token=_seconds(first),
        attempts=count(found, "attempts") or 1,
        adapted=tuple(str(name) for name in entries(found.get("adapted"))),
    )


_USAGE = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "estimated")


def _call(found: Mapping[str, Any]) -> ToolCall:
    return ToolCall(
        name=str(found.get("name", "")),
        arguments=dict(fields(found.get("arguments"))),
        id=str(found.get("id", "")),
        raw=str(found.get("raw", "")),
    )


def _cost(found: Mapping[str, Any]) -> Cost | None:
    try:
        return Cost(amount=Decimal(str(found["amount"])), currency=str(found["currency"]))
    except (KeyError, InvalidOperation):
        return None


def _seconds(value: object) -> timedelta | None:
    return timedelta(seconds=value) if isinstance(value, int | float) and 0 <= value < 1e9 else None
