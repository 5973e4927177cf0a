"""What a proxy of the environment is shown: where to, and nothing that is meant for the endpoint."""

from __future__ import annotations

import asyncio

import pytest

from kefu.llm.chat import ChatFailed, Message
from kefu.llm.endpoint import Endpoint, Retry
from kefu.llm.openai import OpenAIChat
from kefu.llm.secret import Secret

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


async def _shown(monkeypatch: pytest.MonkeyPatch) -> bytes:
    seen = bytearray()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://guest:door@127.0.0.1:{port}")
        endpoint = Endpoint(
            name="far",
            base_url="https://models.example.com/v1",
            model="small",
            api_key=Secret("TOPSECRETKEY"),
            headers={"X-Key": Secret("SECONDSECRET")},
            retry=Retry(times=0),
        )
        chat = OpenAIChat(endpoint)
        try:
            with pytest.raises(ChatFailed):
                await chat.reply((Message.user("您好"),))
        finally:
            await chat.aclose()
    return bytes(seen)


def test_a_proxy_is_shown_its_own_password_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = asyncio.run(_shown(monkeypatch))

    assert shown.startswith(b"CONNECT models.example.com:443")
    assert b"Basic Z3Vlc3Q6ZG9vcg==" in shown
    assert b"TOPSECRETKEY" not in shown
    assert b"SECONDSECRET" not in shown
