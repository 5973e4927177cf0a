"""A small real endpoint that fails on command, for tests and benchmarks; also a program of its own.

    python tests/llm/endpoint.py --delay 0.1 --fault-rate 0.1 --seed 7

prints its address and serves until it is stopped. A plan (a list of fault
names, or a function of the number of the request) says how each request is
answered; what the plan does not name is answered well.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

REPLY = "您好，您的快递今天下午送到，请保持手机畅通，有问题随时联系我们。"
Plan = Sequence[str] | Callable[[int], str]


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class LocalEndpoint:
    """An endpoint on 127.0.0.1 whose faults are planned."""

    plan: Plan = ()
    delay: float = 0.0
    text: str = REPLY
    keep: bool = True
    asked: list[Asked] = field(default_factory=list, repr=False)  # keys are in it
    number: int = 0
    busy: int = 0
    most_busy: int = 0
    port: int = 0
    answer: Callable[[dict[str, Any]], Any] | None = None
    handle: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    _runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        app = web.Application(client_max_size=64_000_000)
        app.router.add_post("/{path:.*}", self._post)
        app.router.add_get("/{path:.*}", self._models)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=4096, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _models(self, request: web.Request) -> web.Response:
        if request.path != "/v1/models":
            return web.Response(status=404, text="404 page not found")
        return web.json_response({"data": [{"id": "small"}, {"id": "large"}]})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        if self.keep:
            self.asked.append(Asked(path=request.path, headers=dict(request.headers), body=body))
        number, self.number = self.number, self.number + 1
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            fault = self._fault(number)
            if self.delay:
                await asyncio.sleep(self.delay)
            if self.handle is not None:
                return await self.handle(request)
            if self.answer is not None and fault == "ok":
                made = self.answer(body)
                return made if isinstance(made, web.StreamResponse) else web.json_response(made)
            return await FAULTS[fault](self, request, body)
        finally:
            self.busy -= 1

    def _fault(self, number: int) -> str:
        if callable(self.plan):
            return self.plan(number)
        return self.plan[number] if number < len(self.plan) else "ok"


@contextlib.asynccontextmanager
async def serve(plan: Plan = (), **settings: Any) -> AsyncIterator[LocalEndpoint]:
    """An endpoint for the length of a ``with``."""
    endpoint = LocalEndpoint(plan=plan, **settings)
    await endpoint.start()
    try:
        yield endpoint
    finally:
        await endpoint.stop()


def completion(text: str | None, **changes: Any) -> dict[str, Any]:
    """A completion as OpenAI sends it; ``finish`` and whatever else of the message or the top are given by name."""
    message = {"role": "assistant", "content": text, **changes.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": changes.pop("finish", "stop")}
    usage = {"prompt_tokens": 40, "completion_tokens": 20, "total_tokens": 60}
    return {"id": "c", "object": "chat.completion", "model": "small", "choices": [choice], "usage": usage, **changes}


def error(message: str, **fields: Any) -> dict[str, Any]:
    """An error as OpenAI sends it."""
    return {"error": {"message": message, "type": "invalid_request_error", **fields}}


def events(text: str, size: int = 4) -> list[bytes]:
    """The completion of ``text`` as server-sent events."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    chunks: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": {"role": "assistant"}}]}]
    chunks += [{"model": "small", "choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 20}})
    lines = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode() for chunk in chunks]
    return [*lines, b"data: [DONE]\n\n"]


async def sent(
    request: web.Request, pieces: Sequence[bytes], content_type: str, pause: float = 0.0
) -> web.StreamResponse:
    """A reply in pieces, whole."""
    response = web.StreamResponse(headers={"Content-Type": content_type})
    await response.prepare(request)
    with contextlib.suppress(ConnectionResetError):  # the client had enough
        for piece in pieces:
            await response.write(piece)
            if pause:
                await asyncio.sleep(pause)
        await response.write_eof()
    return response


async def _ok(endpoint: LocalEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    if request.path.endswith("/embeddings"):
        texts = body["input"]
        data = [{"index": at, "embedding": [float(len(text)), 1.0]} for at, text in enumerate(texts)]
        return web.json_response({"data": data, "usage": {"prompt_tokens": len(texts), "total_tokens": len(texts)}})
    if body.get("stream"):
        return await sent(request, events(endpoint.text), "text/event-stream")
    return web.Response(body=_plain(endpoint.text), content_type="application/json")


_PLAIN: dict[str, bytes] = {}


def _plain(text: str) -> bytes:
    if text not in _PLAIN:
        _PLAIN[text] = json.dumps(completion(text), ensure_ascii=False).encode()
    return _PLAIN[text]


def _status(status: int, message: str, headers: dict[str, str] | None = None, **fields: Any) -> Fault:
    async def answer(_endpoint: LocalEndpoint, _request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        return web.json_response(error(message, **fields), status=status, headers=headers)

    return answer


def _body(content: bytes | dict[str, Any], content_type: str = "application/json") -> Fault:
    raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()

    async def answer(_endpoint: LocalEndpoint, _request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        return web.Response(body=raw, headers={"Content-Type": content_type})

    return answer


async def _hang(_endpoint: LocalEndpoint, _request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
    await asyncio.sleep(3600)
    raise AssertionError


async def _stall(endpoint: LocalEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    streamed = bool(body.get("stream"))
    pieces = events(endpoint.text)[:4] if streamed else [_plain(endpoint.text)[:60]]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream" if streamed else "application/json"})
    await response.prepare(request)
    for piece in pieces:
        await response.write(piece)
    await asyncio.sleep(3600)
    return response


async def _reset(_endpoint: LocalEndpoint, request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
    transport = request.transport
    assert transport is not None
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await asyncio.sleep(3600)
    raise AssertionError


async def _broken_off(endpoint: LocalEndpoint, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    """A body that ends, by the connection, before its announced length; a stream before its end mark."""
    if body.get("stream"):
        return await sent(request, events(endpoint.text)[:4], "text/event-stream")
    whole = _plain(endpoint.text)
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    assert request.transport is not None
    request.transport.close()
    await asyncio.sleep(3600)
    return response


async def _bad_gateway(_endpoint: LocalEndpoint, _request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
    return web.Response(status=502, text="<html><title>502 Bad Gateway</title></html>", content_type="text/html")


async def _huge(_endpoint: LocalEndpoint, request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
    return await sent(request, [b'{"choices": "', *[b"x" * 1_000_000] * 20, b'"}'], "application/json")


Fault = Callable[[LocalEndpoint, web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]
FAULTS: dict[str, Fault] = {
    "ok": _ok,
    "429": _status(429, "Too many requests"),
    "429 retry-after": _status(429, "Too many requests", {"Retry-After": "1"}),
    "500": _status(500, "internal error"),
    "502": _bad_gateway,
    "hang": _hang,
    "stall": _stall,
    "reset": _reset,
    "broken off": _broken_off,
    "cut json": _body(_plain(REPLY)[:-30]),
    "html": _body(b"<!DOCTYPE html><html><body>welcome</body></html>", "text/html"),
    "no choices": _body(completion("x", choices=[])),
    "null content": _body(completion(None)),
    "length": _body(completion("您好，我", finish="length")),
    "content filter": _body(completion("您", finish="content_filter")),
    "wrong encoding": _body(json.dumps(completion(REPLY), ensure_ascii=False).encode("gbk")),
    "huge": _huge,
    "error 200": _body({"error": {"message": "upstream timed out", "code": 502}}),
    "401": _status(401, "Incorrect API key provided: sk-a1*****9f", code="invalid_api_key"),
    "403": _status(403, "forbidden"),
    "404": _status(404, "The model `small` does not exist", code="model_not_found"),
    "400": _status(400, "messages must not be empty"),
}

MENDABLE = (
    "429",
    "500",
    "502",
    "hang",
    "stall",
    "reset",
    "broken off",
    "cut json",
    "html",
    "no choices",
    "null content",
    "wrong encoding",
    "huge",
    "error 200",
    "429 retry-after",
)
"""What a second try mends."""


def one_in(rate: float, seed: int, faults: Sequence[str] = MENDABLE) -> Callable[[int], str]:
    """A plan under which a share of the requests, drawn at random, meets one of the faults."""
    rng = random.Random(seed)
    return lambda _number: rng.choice(faults) if rng.random() < rate else "ok"


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--fault-rate", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--without", action="append", default=[], help="a fault that is not to happen")
    chosen = parser.parse_args()
    faults = [name for name in MENDABLE if name not in chosen.without]
    plan: Plan = one_in(chosen.fault_rate, chosen.seed, faults) if chosen.fault_rate else ()
    async with serve(plan, delay=chosen.delay, keep=False, port=chosen.port) as endpoint:
        print(endpoint.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
