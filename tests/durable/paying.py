"""An endpoint where every reply costs money, and which knows what each call has had of it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web

TURNS = 3
"""Replies that a call takes; the last of them hangs up."""


class Paying:
    """Speaks one side of every call; a call is known by its instructions and its seed.

    ``marks`` are words that only the instructions of one document hold, and the
    name its calls go by; without them they go by a hash.
    """

    def __init__(self, delay: float = 0.03, marks: Mapping[str, str] | None = None) -> None:
        self.delay = delay
        self.marks = marks or {}
        self.port = 0
        self.replies: Counter[str] = Counter()
        self.finished: Counter[str] = Counter()
        self.busy = 0
        self.most_busy = 0
        self.broken = 0
        """Requests still to be refused, as if the endpoint were down."""
        self.asked_at: list[float] = []
        """When each request came."""
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def total(self) -> int:
        return sum(self.replies.values())

    async def start(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/v1/chat/completions", self._reply)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _reply(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = json.loads(await request.read())
        self.asked_at.append(time.monotonic())
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            await asyncio.sleep(self.delay)
        finally:
            self.busy -= 1
        if self.broken:
            self.broken -= 1
            return web.json_response({"error": {"message": "down"}}, status=400)
        said = body["messages"]
        call = f"{self._name(said[0]['content'])}/{body.get('seed', 0)}"
        turn = sum(1 for message in said if message["role"] == "assistant") + 1
        self.replies[call] += 1
        message: dict[str, Any] = {"role": "assistant", "content": f"第{turn}句，我先把您的情况记下来。"}
        if turn >= TURNS:
            self.finished[call] += 1
            arguments = json.dumps({"last_words": "好的，感谢您的接听，再见。", "reason": "done"}, ensure_ascii=False)
            message = {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "hang_up", "arguments": arguments}}
                ],
            }
        return web.json_response({
            "model": "paid",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 10},
        })  # fmt: skip

    def _name(self, instructions: str) -> str:
        for words, name in self.marks.items():
            if words in instructions:
                return name
        return hashlib.sha256(instructions.encode()).hexdigest()[:8]
