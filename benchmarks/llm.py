"""Conversations with a model over HTTP: kefu's client against what a user would pick instead, in one run.

A local endpoint, a process of its own, answers every request after 100 ms. Each
contestant, a process of its own too, holds conversations of 20 turns, so that
one takes 2 s at best; measured are the share of that ideal rate, the CPU of the
client for each turn, and its memory. A contestant that is not installed is left
out by name.

    python benchmarks/llm.py [--at-once 200] [--rounds 1] [--only kefu …]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from record import ROOT, Figure, record

TURNS = 20
DELAY = 0.1
SYSTEM = (
    "您是一家家电维修公司的客服，正在给预约了上门检修的客户打电话，请确认时间和地址，语气亲切，每次只说一两句话。" * 8
)
SAYS = "我现在不太方便，要不您换个时间再打过来？另外我想问一下检修要不要收费。"
NEEDS = {"kefu": "aiohttp", "kefu, streaming": "aiohttp", "aiohttp alone": "aiohttp", "openai": "openai"}
NEEDS |= {"inspect-ai": "inspect_ai", "pydantic-ai": "pydantic_ai"}

Ask = Callable[[list[dict[str, str]]], Awaitable[str]]


async def talk(ask: Ask) -> None:
    """One conversation; every turn sends all that was said before."""
    messages = [{"role": "system", "content": SYSTEM}]
    for _turn in range(TURNS):
        messages.append({"role": "user", "content": SAYS})
        messages.append({"role": "assistant", "content": await ask(messages)})


async def measure(ask: Ask, at_once: int, rounds: int) -> dict[str, float]:
    """Hold the conversations, ``at_once`` at a time; one request before the clock starts, for imports."""
    await ask([{"role": "user", "content": SAYS}])
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()

    async def one_after_another() -> None:
        for _round in range(rounds):
            await talk(ask)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    turns = at_once * rounds * TURNS
    return {
        "share": rounds * TURNS * DELAY / seconds,
        "rate": at_once * rounds / seconds,
        "cpu_ms": 1000 * cpu / turns,
        "memory_mb": after.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024),
    }


async def with_kefu(url: str, at_once: int, rounds: int, *, stream: bool = False) -> dict[str, float]:
    from kefu.llm.chat import Message, Options, Role
    from kefu.llm.endpoint import Endpoint, Features
    from kefu.llm.openai import OpenAIChat

    endpoint = Endpoint(name="bench", base_url=url, model="small", features=Features(stream=stream))
    options = Options(temperature=0.7, max_tokens=200)
    async with OpenAIChat(endpoint) as chat:

        async def ask(messages: list[dict[str, str]]) -> str:
            asked = [Message(role=Role(message["role"]), text=message["content"]) for message in messages]
            return (await chat.reply(asked, options)).text

        return await measure(ask, at_once, rounds)


async def with_aiohttp(url: str, at_once: int, rounds: int) -> dict[str, float]:
    """The floor: a POST and its JSON, without a try, a limit or a count."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(messages: list[dict[str, str]]) -> str:
            body = {"model": "small", "messages": messages, "temperature": 0.7, "max_tokens": 200}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                return (await response.json())["choices"][0]["message"]["content"]

        return await measure(ask, at_once, rounds)


async def with_openai(url: str, at_once: int, rounds: int) -> dict[str, float]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=4) as client:

        async def ask(messages: Any) -> str:
            made = await client.chat.completions.create(
                model="small", messages=messages, temperature=0.7, max_tokens=200
            )
            return made.choices[0].message.content or ""

        return await measure(ask, at_once, rounds)


async def with_inspect(url: str, at_once: int, rounds: int) -> dict[str, float]:
    from inspect_ai.model import (
        ChatMessage,
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageUser,
        GenerateConfig,
        get_model,
    )

    kinds = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}
    config = GenerateConfig(temperature=0.7, max_tokens=200, max_connections=at_once)
    model = get_model("openai/small", base_url=url, api_key="none", config=config, responses_api=False)

    async def ask(messages: list[dict[str, str]]) -> str:
        asked: list[ChatMessage] = [kinds[message["role"]](content=message["content"]) for message in messages]
        return (await model.generate(asked)).completion

    return await measure(ask, at_once, rounds)


async def with_pydantic_ai(url: str, at_once: int, rounds: int) -> dict[str, float]:
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    model = OpenAIChatModel("small", provider=OpenAIProvider(base_url=url, api_key="none"))

    async def ask(messages: list[dict[str, str]]) -> str:
        asked: list[ModelRequest | ModelResponse] = []
        for message in messages:
            text = message["content"]
            if message["role"] == "assistant":
                asked.append(ModelResponse(parts=[TextPart(content=text)]))
            elif message["role"] == "system":
                asked.append(ModelRequest(parts=[SystemPromptPart(content=text)]))
            else:
                asked.append(ModelRequest(parts=[UserPromptPart(content=text)]))
        made = await model_request(model, asked, model_settings={"temperature": 0.7, "max_tokens": 200})
        return "".join(part.content for part in made.parts if isinstance(part, TextPart))

    return await measure(ask, at_once, rounds)


async def contest(name: str, url: str, at_once: int, rounds: int) -> dict[str, float]:
    """What one contestant, in this process, makes of it."""
    match name:
        case "kefu":
            return await with_kefu(url, at_once, rounds)
        case "kefu, streaming":
            return await with_kefu(url, at_once, rounds, stream=True)
        case "aiohttp alone":
            return await with_aiohttp(url, at_once, rounds)
        case "openai":
            return await with_openai(url, at_once, rounds)
        case "inspect-ai":
            return await with_inspect(url, at_once, rounds)
        case _:
            return await with_pydantic_ai(url, at_once, rounds)


class Server(asyncio.Protocol):
    """The least that speaks HTTP; its answers are ready-made, so that the clients are what is measured."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._length = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        if self._length < 0:
            head, blank, rest = self._got.partition(b"\r\n\r\n")
            if not blank:
                return
            self._length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
            self._got = rest
        if len(self._got) >= self._length:
            answer = _STREAMED if b'"stream":true' in self._got else _WHOLE
            self._got, self._length = b"", -1
            asyncio.get_running_loop().call_later(DELAY, self._answer, answer)

    def _answer(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _http(body: bytes, kind: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _json(value: dict[str, Any]) -> str:
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "small", **value}, ensure_ascii=False
    )


_SAID = "好的，那我明天上午十点再联系您，检修本身不收费，如需更换配件会先跟您报价，您看可以吗？"
_USAGE = {"usage": {"prompt_tokens": 400, "completion_tokens": 40, "total_tokens": 440}}
_MESSAGE = {"index": 0, "message": {"role": "assistant", "content": _SAID}, "finish_reason": "stop"}
_CHUNKS = [{"choices": [{"index": 0, "delta": {"content": _SAID[at : at + 2]}}]} for at in range(0, len(_SAID), 2)]
_LAST = [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, {"choices": [], **_USAGE}]
_WHOLE = _http(_json({"choices": [_MESSAGE], **_USAGE}).encode(), "application/json")
_LINES = "".join(f"data: {_json(chunk)}\n\n" for chunk in (*_CHUNKS, *_LAST)) + "data: [DONE]\n\n"
_STREAMED = _http(_LINES.encode(), "text/event-stream")


async def serve() -> None:
    """Listen until stopped, after printing the address."""
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


def in_its_own_process(name: str, url: str, at_once: int, rounds: int) -> list[Figure]:
    """The figures of one contestant; none where it failed."""
    command = [
        sys.executable,
        __file__,
        "--run",
        name,
        "--url",
        url,
        "--at-once",
        str(at_once),
        "--rounds",
        str(rounds),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name:<18} failed: {done.stderr.strip().splitlines()[-1]}")
        return []
    found = json.loads(done.stdout.splitlines()[-1])
    on = f"{at_once} conversations of {TURNS} turns at once"
    return [
        Figure(what=f"{name}: share of the ideal rate", value=100 * found["share"], unit="%", on=on),
        Figure(what=f"{name}: CPU", value=found["cpu_ms"], unit="ms a turn", on=on),
        Figure(what=f"{name}: memory, peak", value=found["memory_mb"], unit="MB", on=on),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", action="append", choices=list(NEEDS), default=[])
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve())
        return
    if chosen.run:
        sys.path.insert(0, str(ROOT / "src"))
        print(json.dumps(asyncio.run(contest(chosen.run, chosen.url, chosen.at_once, chosen.rounds))))
        return
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            figures: list[Figure] = []
            for name, module in NEEDS.items():
                if chosen.only and name not in chosen.only:
                    continue
                if importlib.util.find_spec(module) is None:
                    print(f"{name} is left out: {module} is not installed (pip install -r benchmarks/peers.txt)")
                    continue
                figures += in_its_own_process(name, url, chosen.at_once, chosen.rounds)
            if not chosen.only or "kefu" in chosen.only:
                figures += in_its_own_process("kefu", url, 1000, 1)
            record("llm", f"Clients of a model that answers after {DELAY * 1000:.0f} ms", figures)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
