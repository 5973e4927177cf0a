"""A chat over any OpenAI-compatible endpoint: request and reply are built and read here; the line does the rest."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kefu.llm.body import chat_body
from kefu.llm.budget import Budget, Ledger
from kefu.llm.chat import PLAIN, Chat, Message, Options, Reply, ToolCall, Usage
from kefu.llm.endpoint import Endpoint
from kefu.llm.line import Exchange, Line, Question
from kefu.llm.price import estimate_tokens, tokens_at_most, tokens_of
from kefu.llm.quirk import Quirks
from kefu.llm.read import Reading, read_chat
from kefu.llm.secret import masker

__all__ = ["OpenAIChat", "open_chat"]

_USUAL_REPLY = 200  # tokens booked of a limit per minute until the reply is counted


class OpenAIChat:
    """A model at an endpoint. One for any number of conversations of one event loop; closed by ``aclose``."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.line = Line(endpoint, budget=budget, ledger=ledger, rng=rng)
        self._mask = masker(endpoint.secrets, guess=False)  # what only looks like a key may well be said

    @property
    def ledger(self) -> Ledger:
        """What has been used and paid."""
        return self.line.ledger

    async def __aenter__(self) -> OpenAIChat:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self.line.aclose()

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """The model's next message. Raises :class:`ChatFailed` when there is none after all tries."""
        asked = tuple(messages)
        question = Question(
            path="/chat/completions",
            body=lambda quirks: chat_body(self.endpoint, quirks, asked, options),
            read=partial(read_chat, fail=self.line.wire.fail),
            usage=partial(_used, asked),
            expected=partial(_expected, asked, options),
            most=partial(_most, asked, options, self.endpoint.limits.output_tokens),
        )
        return self._reply(await self.line.ask(question), asked, options)

    def _reply(self, exchange: Exchange[Reading], messages: tuple[Message, ...], options: Options) -> Reply:
        read = exchange.value
        mask = self._mask
        return Reply(
            text=mask(read.text),
            reasoning=mask(read.reasoning),
            tool_calls=tuple(_masked(call, mask) for call in read.tool_calls),
            finish=read.finish,
            usage=exchange.usage,
            model=mask(read.model) or self.endpoint.model,
            cost=exchange.cost,
            latency=exchange.latency,
            first_token=exchange.first_token,
            attempts=exchange.attempts,
            adapted=self._adapted(exchange.quirks, messages, options),
        )

    def _adapted(self, quirks: Quirks, messages: tuple[Message, ...], options: Options) -> tuple[str, ...]:
        """What this request would have held, had the endpoint taken it."""
        names = quirks.names
        if not names:
            return ()
        wanted: Mapping[str, Any] = chat_body(self.endpoint, Quirks(stream=quirks.stream), messages, options)
        return tuple(name for name in names if name.partition(":")[0] in wanted or name in ("fold_system", "alternate"))


@asynccontextmanager
async def open_chat(
    endpoint: Endpoint,
    *,
    budget: Budget | None = None,
    ledger: Ledger | None = None,
    cache: Path | None = None,
    record: Path | None = None,
) -> AsyncGenerator[Chat]:
    """A chat with the endpoint, with a cache of replies and a recording where a path is given for them."""
    from kefu.llm.cache import CachedChat
    from kefu.llm.replay import RecordingChat, to_file

    async with OpenAIChat(endpoint, budget=budget, ledger=ledger) as real:
        chat: Chat = real
        if cache is not None:
            mask = real.line.wire.mask
            chat = CachedChat(chat, cache, identity=endpoint.identity, ledger=real.ledger, mask=mask)
        if record is not None:
            chat = RecordingChat(chat, to_file(record), mask=real.line.wire.mask)
        yield chat


def _masked(call: ToolCall, mask: Callable[[str], str]) -> ToolCall:
    """A tool call whose texts hold no key; of what lies deeper in its arguments nothing is used."""
    arguments = {name: mask(value) if isinstance(value, str) else value for name, value in call.arguments.items()}
    return replace(call, name=mask(call.name), arguments=arguments, id=mask(call.id), raw=mask(call.raw))


def _used(messages: tuple[Message, ...], read: Reading) -> Usage:
    """What the endpoint counted, or an estimate by characters where it counted nothing."""
    if read.usage is not None:
        return read.usage
    arguments = sum(len(call.raw) for call in read.tool_calls)
    written = estimate_tokens(read.text + read.reasoning) + arguments // 3
    return Usage(input_tokens=tokens_of(messages), output_tokens=written, estimated=True)


def _expected(messages: tuple[Message, ...], options: Options) -> Usage:
    written = min(options.max_tokens or _USUAL_REPLY, _USUAL_REPLY)
    return Usage(input_tokens=tokens_of(messages), output_tokens=written, estimated=True)


def _most(messages: tuple[Message, ...], options: Options, output_tokens: int) -> Usage:
    schema = len(repr(options.shape)) + len(repr(options.tools)) if options.shape or options.tools else 0
    given = tokens_at_most(messages) + schema // 2
    return Usage(input_tokens=given, output_tokens=options.max_tokens or output_tokens, estimated=True)
