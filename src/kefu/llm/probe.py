"""Whether an endpoint is there and what it can do, found out with a few short requests: one result a line."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from importlib.resources import files

from kefu.i18n import gettext as _
from kefu.llm.chat import ChatFailed, FailureReason, Message, Options, Reply, Shape, Tool
from kefu.llm.endpoint import Endpoint, Features, Retry
from kefu.llm.fields import entries, fields, parsed
from kefu.llm.openai import OpenAIChat
from kefu.llm.wire import Fault

__all__ = ["Probed", "probe"]

_SHAPE = Shape(
    name="number",
    schema={
        "type": "object",
        "properties": {"number": {"type": "integer"}},
        "required": ["number"],
        "additionalProperties": False,
    },
)
_TOOL = Tool(name="hang_up", description="End the phone call.")
_TOKENS = 1024  # enough for a model that reasons before it says one word


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One thing found out: ``ok`` is ``None`` where it could not be; ``detail`` one line; ``seconds`` it took."""

    what: str
    ok: bool | None
    detail: str
    seconds: float | None = None


async def probe(endpoint: Endpoint) -> tuple[Probed, ...]:
    """Results in the order reachable, model, latency, streaming, json_schema, tools; what cannot follow is left out.

    Of a model that makes vectors: reachable, model, embeddings.
    """
    if endpoint.features.embeddings:
        return await _embedding(endpoint)
    once = replace(endpoint, retry=Retry(times=1), features=replace(endpoint.features, stream=False))
    async with OpenAIChat(once) as chat:
        listed = await _models(chat)
        reply = await _asked(chat, "hello", Options(max_tokens=_TOKENS))
        results = [_reachable(listed, reply), _model(endpoint, listed, reply)]
        if isinstance(reply, ChatFailed):
            return tuple(results)
        results.append(_latency(reply))
        shaped = await _asked(chat, "json", Options(max_tokens=_TOKENS, shape=_SHAPE))
        called = await _asked(chat, "tool", Options(max_tokens=_TOKENS, tools=(_TOOL,)))
    async with OpenAIChat(replace(once, features=Features(stream=True))) as chat:
        streamed = await _asked(chat, "hello", Options(max_tokens=_TOKENS))
    return (*results, _streaming(streamed), _json_schema(shaped), _tools(called))


async def _embedding(endpoint: Endpoint) -> tuple[Probed, ...]:
    from kefu.llm.embed import Embeddings

    async with Embeddings(replace(endpoint, retry=Retry(times=1))) as embeddings:
        try:
            vectors = await embeddings.embed([_questions()["hello"]])
        except ChatFailed as failed:
            return (_reachable(Fault(failure=failed), failed), Probed(what="model", ok=False, detail=str(failed)))
    reachable = Probed(what="reachable", ok=True, detail=_("the endpoint answers"))
    model = Probed(what="model", ok=True, detail=_("{} answers").format(endpoint.model))
    detail = _("{} numbers per text").format(len(vectors[0]))
    return (reachable, model, Probed(what="embeddings", ok=True, detail=detail))


async def _models(chat: OpenAIChat) -> frozenset[str] | Fault:
    """The models the endpoint lists; many list none."""
    received = await chat.line.wire.get("/models")
    if isinstance(received, Fault):
        return received
    names = (fields(entry).get("id") for entry in entries(received.payload.get("data")))
    return frozenset(name for name in names if isinstance(name, str))


async def _asked(chat: OpenAIChat, question: str, options: Options) -> Reply | ChatFailed:
    try:
        return await chat.reply((Message.user(_questions()[question]),), options)
    except ChatFailed as failed:
        return failed


def _reachable(listed: frozenset[str] | Fault, reply: Reply | ChatFailed) -> Probed:
    away = (FailureReason.UNREACHABLE, FailureReason.TIMEOUT, FailureReason.CONNECTION_LOST, FailureReason.INSECURE)
    if isinstance(reply, Reply) or reply.reason not in away or isinstance(listed, frozenset):
        return Probed(what="reachable", ok=True, detail=_("the endpoint answers"))
    return Probed(what="reachable", ok=False, detail=str(reply))


def _model(endpoint: Endpoint, listed: frozenset[str] | Fault, reply: Reply | ChatFailed) -> Probed:
    if isinstance(reply, Reply):
        return Probed(what="model", ok=True, detail=_("{} answers").format(reply.model))
    detail = str(reply)
    if isinstance(listed, frozenset) and listed and endpoint.model not in listed:
        names = ", ".join(sorted(listed)[:8])
        detail = _("{}; the endpoint lists: {}").format(detail, names)
    return Probed(what="model", ok=False, detail=detail)


def _latency(reply: Reply) -> Probed:
    seconds = reply.latency.total_seconds()
    detail = _("{} s for {} tokens").format(f"{seconds:.2f}", reply.usage.output_tokens)
    return Probed(what="latency", ok=True, detail=detail, seconds=seconds)


def _streaming(reply: Reply | ChatFailed) -> Probed:
    if isinstance(reply, ChatFailed):
        return Probed(what="streaming", ok=False, detail=str(reply))
    if reply.first_token is None:
        return Probed(what="streaming", ok=False, detail=_("the endpoint answers in one piece"))
    first: timedelta = reply.first_token
    detail = _("first token after {} s").format(f"{first.total_seconds():.2f}")
    return Probed(what="streaming", ok=True, detail=detail, seconds=first.total_seconds())


def _json_schema(reply: Reply | ChatFailed) -> Probed:
    if isinstance(reply, ChatFailed):
        return Probed(what="json_schema", ok=False, detail=str(reply))
    kept = isinstance(fields(parsed(reply.text)).get("number"), int)
    refused = [name for name in reply.adapted if name.startswith("response_format")]
    if kept and not refused:
        return Probed(what="json_schema", ok=True, detail=_("the schema is kept to"))
    how = refused[0].partition(":")[2] if refused else ""
    detail = _("refused, {} is used instead").format(how) if refused else _("accepted, but not kept to")
    return Probed(what="json_schema", ok=False, detail=detail)


def _tools(reply: Reply | ChatFailed) -> Probed:
    if isinstance(reply, ChatFailed):
        return Probed(what="tools", ok=False, detail=str(reply))
    if "tools" in reply.adapted:
        return Probed(what="tools", ok=False, detail=_("refused"))
    if any(call.name == _TOOL.name for call in reply.tool_calls):
        return Probed(what="tools", ok=True, detail=_("the model calls them"))
    return Probed(what="tools", ok=None, detail=_("accepted, but the model did not call one"))


@cache
def _questions() -> dict[str, str]:
    return tomllib.loads(files("kefu.llm").joinpath("prompts", "probe.toml").read_text(encoding="utf-8"))
