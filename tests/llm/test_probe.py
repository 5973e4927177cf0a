"""What a probe finds out about an endpoint."""

import asyncio

import pytest
from aiohttp import web
from llm_endpoint import completion, error, events, sent, serve
from llm_quick import endpoint_at

from kefu.llm.probe import probe

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def probed(model="small", **server):
    async def run():
        async with serve(**server) as local:
            return await probe(endpoint_at(local.base_url, model=model))

    return {result.what: result for result in asyncio.run(run())}


def able(body):
    """A model that can do everything."""
    if body.get("tools"):
        call = {"id": "1", "function": {"name": "hang_up", "arguments": "{}"}}
        return completion(None, message={"content": None, "tool_calls": [call]}, finish="tool_calls")
    if body.get("response_format"):
        return completion('{"number": 2}')
    if body.get("stream"):
        return web.Response(body=b"".join(events("很好")), content_type="text/event-stream")
    return completion("很好")


def plain(body):
    """A model that can only talk."""
    for name in ("tools", "response_format", "stream"):
        if body.get(name):
            return web.json_response(error(f"{name} is not supported"), status=400)
    return completion("二")


def test_an_endpoint_that_can_do_everything():
    results = probed(answer=able)
    assert list(results) == ["reachable", "model", "latency", "streaming", "json_schema", "tools"]
    assert {result.ok for result in results.values()} == {True}
    assert results["model"].detail == "small answers"
    assert results["tools"].detail == "the model calls them"
    assert results["latency"].seconds > 0
    assert results["streaming"].detail.startswith("first token after 0.")
    assert all("\n" not in result.detail for result in results.values())


def test_an_endpoint_that_can_only_talk():
    results = probed(answer=plain)
    assert {what: result.ok for what, result in results.items()} == {
        "reachable": True,
        "model": True,
        "latency": True,
        "streaming": False,
        "json_schema": False,
        "tools": False,
    }
    assert results["json_schema"].detail == "refused, text is used instead"
    assert results["tools"].detail == "refused"


def test_a_model_that_is_not_there_names_those_that_are():
    async def only_large(request):
        message = "The model `tiny` does not exist"
        return web.json_response(error(message, code="model_not_found"), status=404)

    results = probed("tiny", handle=only_large)
    assert list(results) == ["reachable", "model"]
    assert (results["reachable"].ok, results["model"].ok) == (True, False)
    assert results["model"].detail.endswith("; the endpoint lists: large, small")


def test_an_endpoint_that_is_not_there():
    async def run():
        async with serve() as local:
            gone = endpoint_at(local.base_url)
        return await probe(gone)

    results = {result.what: result for result in asyncio.run(run())}
    assert (results["reachable"].ok, results["model"].ok) == (False, False)
    assert "the endpoint cannot be reached" in results["reachable"].detail


def test_a_stream_in_one_piece_is_told():
    assert probed(answer=lambda _body: completion("好"))["streaming"].detail == "the endpoint answers in one piece"


def test_tools_that_are_accepted_and_ignored_are_an_open_question():
    async def ignoring(request):
        return await sent(request, [b'{"choices": [{"message": {"content": "\xe5\xa5\xbd"}}]}'], "application/json")

    results = probed(handle=ignoring)
    assert (results["tools"].ok, results["tools"].detail) == (None, "accepted, but the model did not call one")
    assert results["json_schema"].detail == "accepted, but not kept to"
