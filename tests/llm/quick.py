"""Endpoints that try again at once and give up soon, and the runs that most tests need."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

from llm_endpoint import serve

from kefu.llm.chat import PLAIN, ChatFailed, Message, Options, Reply
from kefu.llm.endpoint import Endpoint, Retry, Timeouts
from kefu.llm.openai import OpenAIChat
from kefu.llm.secret import Secret

KEY = "sk-planted0123456789abcdef"
HELLO = (Message.user("您好"),)
QUICK = Retry(first_wait=timedelta(milliseconds=1), refused_wait=timedelta(milliseconds=1))


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


SHORT = Timeouts(connect=seconds(1), first_token=seconds(0.25), stall=seconds(0.25), total=seconds(0.4))


def endpoint_at(base_url: str, **changes) -> Endpoint:
    settings = {"name": "test", "model": "small", "api_key": Secret(KEY), "retry": QUICK, "timeouts": SHORT}
    return Endpoint(base_url=base_url, **{**settings, **changes})


@asynccontextmanager
async def chat_with(plan=(), *, server=None, **changes):
    """A server and a chat with it."""
    async with serve(plan, **(server or {})) as local, OpenAIChat(endpoint_at(local.base_url, **changes)) as chat:
        yield local, chat


def reply_to(plan=(), options: Options = PLAIN, *, messages=HELLO, server=None, **changes):
    """The reply, or the failure, and what the server was asked."""

    async def run():
        async with chat_with(plan, server=server, **changes) as (local, chat):
            try:
                return await chat.reply(messages, options), local.asked
            except ChatFailed as failed:
                return failed, local.asked

    return asyncio.run(run())


def answered(payload, options: Options = PLAIN, **changes) -> Reply:
    """The reply of an endpoint that answers with ``payload``, or with what that function makes of the request."""
    answer = payload if callable(payload) else lambda _body: payload
    outcome, _asked = reply_to((), options, server={"answer": answer}, **changes)
    if isinstance(outcome, ChatFailed):
        raise outcome
    return outcome
