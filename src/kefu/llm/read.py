"""The JSON of a chat completion becomes text, reasoning, tool calls and usage, or a failure that names the fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from kefu.i18n import gettext as _
from kefu.llm.chat import FailureReason, FinishReason, ToolCall, Usage
from kefu.llm.fault import Fail, complaint_in, reason_of
from kefu.llm.fields import count, entries, fields, parsed
from kefu.llm.spoken import clean, take_apart, wording

__all__ = ["Reading", "content_of", "read_chat", "read_json", "usage_in"]

_MOST_TOOL_CALLS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One choice as it was understood; ``usage`` is ``None`` where the endpoint counted nothing."""

    text: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...]
    finish: FinishReason
    usage: Usage | None
    model: str


def read_json(body: bytes, charset: str | None, fail: Fail) -> Mapping[str, Any]:
    """The JSON object in ``body``. Raises :class:`ChatFailed` for anything else.

    Bytes are read as UTF-8 or as the charset the endpoint declared; they are
    never guessed at, since a wrong guess would be spoken.
    """
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        try:
            text = body.decode(charset or "utf-8")
        except (UnicodeError, LookupError):
            raise fail(FailureReason.FOREIGN_BODY, _("the text is not UTF-8")) from None
    data = parsed(text)
    found = fields(data) or fields(next(iter(entries(data)), None))
    if not found:
        raise fail(FailureReason.FOREIGN_BODY, text or _("nothing"))
    return found


def read_chat(payload: Mapping[str, Any], fail: Fail) -> Reading:
    """The first choice of a completion. Raises :class:`ChatFailed` when there is none, or nothing in it."""
    choices: object = payload.get("choices")
    complaint = None if choices else complaint_in(payload)
    if complaint is not None:
        raise fail(reason_of(200, complaint), complaint.message)
    if not isinstance(choices, list):
        raise fail(FailureReason.FOREIGN_BODY, _("no choices"))
    first = fields(next(iter(cast("list[object]", choices)), None))
    if not first:
        raise fail(FailureReason.EMPTY_REPLY, _("no choice in the list"))
    message = fields(first.get("message") or first.get("delta"))
    finish = _finish(first, fail)
    text, beside = content_of(message.get("content"))
    if not text and isinstance(message.get("refusal"), str):
        text = message["refusal"]
    spoken = take_apart(clean(text))
    beside += [thought for key in wording().reasoning_fields if key in message and (thought := _text(message[key]))][:1]
    calls = (*_tool_calls(message), *map(_written_call, spoken.tool_calls))
    if not spoken.text and not calls:
        raise fail(FailureReason.EMPTY_REPLY, f"finish_reason {first.get('finish_reason')}")
    named = payload.get("model")
    return Reading(
        text=spoken.text,
        reasoning="\n\n".join(filter(None, (*map(clean, beside), spoken.reasoning))),
        tool_calls=calls,
        finish=FinishReason.TOOL_CALLS if calls and finish is FinishReason.STOP else finish,
        usage=usage_in(payload) or usage_in(first),
        model=named if isinstance(named, str) else "",
    )


def usage_in(payload: Mapping[str, Any]) -> Usage | None:
    """The tokens counted, ``None`` where nothing, or only noughts, were."""
    usage = fields(payload.get("usage"))
    given = count(usage, "prompt_tokens") or count(usage, "input_tokens")
    made = count(usage, "completion_tokens") or count(usage, "output_tokens")
    if not given and not made:
        total = count(usage, "total_tokens")  # all that an embeddings endpoint may count
        return Usage(input_tokens=total) if total else None
    cached = count(fields(usage.get("prompt_tokens_details")), "cached_tokens")
    return Usage(
        input_tokens=given,
        output_tokens=made,
        cached_tokens=cached or count(usage, "cached_tokens") or count(usage, "prompt_cache_hit_tokens"),
        reasoning_tokens=count(fields(usage.get("completion_tokens_details")), "reasoning_tokens"),
    )


def _finish(choice: Mapping[str, Any], fail: Fail) -> FinishReason:
    """Why the model stopped. Raises :class:`ChatFailed` where that means that the reply is void."""
    given = choice.get("finish_reason")
    kind = wording().finish.get(given.lower(), "other") if isinstance(given, str) and given else "stop"
    if kind in ("content_filter", "server_error"):
        inner = complaint_in(choice) if isinstance(choice.get("error"), Mapping) else None
        detail = inner.message if inner else f"finish_reason {given}"
        raise fail(FailureReason(kind), detail)
    return FinishReason(kind)


def content_of(content: object) -> tuple[str, list[str]]:
    """Text and reasoning of a message's content, which may be a list of parts."""
    if isinstance(content, str):
        return content, []
    text: list[str] = []
    reasoning: list[str] = []
    for part in entries(content):
        if isinstance(part, str):
            text.append(part)
            continue
        found = fields(part)
        kind = str(found.get("type", "text"))
        if kind in wording().text_parts:
            text.append(_text(found.get("text")))
        elif kind in wording().reasoning_parts:
            reasoning.append(_text(found.get("text") or found.get(kind)))
    return "".join(text), [part for part in reasoning if part]


def _text(value: object, depth: int = 2) -> str:
    """Text that is a string, ``{"value": …}`` or, in turn, a list of parts; not nested any deeper."""
    if isinstance(value, str):
        return value
    if not depth:
        return ""
    if isinstance(value, list):
        return "".join(_text(fields(part).get("text"), depth - 1) for part in entries(cast("object", value)))
    return _text(fields(value).get("value"), depth - 1)


def _tool_calls(message: Mapping[str, Any]) -> Iterator[ToolCall]:
    listed = list(entries(message.get("tool_calls")))
    if isinstance(message.get("function_call"), Mapping):
        listed.append({"function": message["function_call"]})
    for call in listed[:_MOST_TOOL_CALLS]:
        found = fields(call)
        function = fields(found.get("function")) or found
        name, number = function.get("name"), found.get("id")
        if isinstance(name, str) and name:
            yield _called(name, function.get("arguments"), number if isinstance(number, str) else "")


def _written_call(written: str) -> ToolCall:
    """A tool call that the model wrote into its text: JSON with a name and arguments, or a bare name."""
    found = fields(parsed(written))
    name = found.get("name")
    if isinstance(name, str) and name:
        return _called(name, found.get("arguments", found.get("parameters")), "")
    return ToolCall(name=written.strip().splitlines()[0][:64] if written.strip() else "", raw=written)


def _called(name: str, arguments: object, number: str) -> ToolCall:
    raw = arguments if isinstance(arguments, str) else ""
    if raw.strip():
        arguments = parsed(raw)
    return ToolCall(name=clean(name), arguments=fields(arguments), id=clean(number), raw=clean(raw))
