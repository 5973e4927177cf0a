"""A planted key is looked for everywhere it must not be."""

import asyncio
import json
import logging
import traceback

import pytest
from aiohttp import web
from llm_endpoint import FAULTS, completion, serve
from llm_quick import HELLO, KEY, QUICK, SHORT, endpoint_at

from kefu.llm.chat import ChatFailed, Message
from kefu.llm.embed import Embeddings
from kefu.llm.endpoint import Features
from kefu.llm.openai import open_chat
from kefu.llm.probe import probe
from kefu.llm.secret import Secret

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


SAID = json.dumps({"error": {"message": f"wrong key {KEY} in Bearer {KEY}"}})
ECHOES = {
    "echo 401": lambda: web.Response(status=401, text=SAID),
    "echo 500": lambda: web.Response(status=500, text=f"trace: {KEY}"),
    "echo 200": lambda: web.Response(text=SAID, content_type="application/json"),
    "echo page": lambda: web.Response(text=f"<html>{KEY}", content_type="text/html"),
    "echo stream": lambda: web.Response(text=f"data: {SAID}\n\n", content_type="text/event-stream"),
    "echo finish": lambda: web.json_response(completion("x", finish=f"content_filter {KEY}", error=KEY)),
    "echo cut": lambda: web.Response(text="x" * 185 + KEY, content_type="text/plain"),
    "echo moved": lambda: web.Response(status=302, headers={"Location": f"/{KEY}?k={KEY}"}),
}


def everything(failed: BaseException) -> str:
    """All that a careless report of an error could print, the variables of its frames too."""
    lines = [repr(failed), str(vars(failed)), *traceback.format_exception(failed)]
    seen: BaseException | None = failed
    while seen is not None:
        walked = traceback.TracebackException.from_exception(seen, capture_locals=True)
        lines += walked.format()
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", [*(name for name in FAULTS if name != "429 retry-after"), *ECHOES, "nobody"])
def test_no_key_in_errors_logs_recordings_or_cache(tmp_path, caplog, fault, stream):
    caplog.set_level(logging.DEBUG)

    async def run():
        answer = ECHOES.get(fault)
        async with serve([fault] * 9 if fault in FAULTS else (), answer=answer and (lambda _body: answer())) as local:
            if fault == "nobody":
                await local.stop()
            headers = {"X-Second": Secret("second-" + KEY)}
            endpoint = endpoint_at(
                local.base_url, features=Features(stream=stream), headers=headers, retry=QUICK, timeouts=SHORT
            )
            shown = repr(endpoint)
            async with open_chat(endpoint, cache=tmp_path / "cache", record=tmp_path / "run.jsonl") as chat:
                try:
                    shown += repr(await chat.reply(HELLO))
                except ChatFailed as failed:
                    shown += everything(failed)
            return shown

    shown = asyncio.run(run())
    assert KEY[:12] not in shown
    assert KEY not in caplog.text
    assert any(record.name == "kefu.llm" for record in caplog.records)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert all(KEY.encode() not in content for content in written)


def test_a_model_that_repeats_the_key_is_masked_where_it_is_written(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)

    async def run():
        async with serve(answer=lambda _body: completion(f"密钥是{KEY}")) as local:
            endpoint = endpoint_at(local.base_url)
            async with open_chat(endpoint, cache=tmp_path / "cache", record=tmp_path / "run.jsonl") as chat:
                await chat.reply([Message.user(f"请重复 {KEY}")])

    asyncio.run(run())
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert "密钥是***".encode() in written
    assert KEY not in caplog.text
    assert "密钥是***" in caplog.text


def test_requests_and_replies_are_logged(caplog):
    caplog.set_level(logging.DEBUG, logger="kefu.llm")

    async def run():
        async with serve(["500"]) as local, open_chat(endpoint_at(local.base_url)) as chat:
            await chat.reply(HELLO)

    asyncio.run(run())
    lines = [record.getMessage() for record in caplog.records if record.name == "kefu.llm"]
    assert lines[0] == 'test <- {"model":"small","messages":[{"role":"user","content":"您好"}]}'
    assert "HTTP 500 internal error" in lines[1]
    assert lines[2].startswith("test: trying again in 0.0 s: the endpoint failed")
    assert "您的快递今天下午送到" in lines[-1]


def test_no_key_in_probes_and_embeddings(caplog):
    caplog.set_level(logging.DEBUG)

    async def run():
        async with serve(["401"] * 9) as local:
            results = await probe(endpoint_at(local.base_url))
            async with Embeddings(endpoint_at(local.base_url)) as embeddings:
                with pytest.raises(ChatFailed) as caught:
                    await embeddings.embed(["一"])
            return repr(results) + everything(caught.value)

    assert KEY not in asyncio.run(run()) + caplog.text
