"""Chat over HTTP, against a real server on this machine that fails on command."""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
import tracemalloc

import pytest
from aiohttp import web
from llm_endpoint import FAULTS, MENDABLE, REPLY, completion, error, events, one_in, sent, serve
from llm_quick import HELLO, QUICK, SHORT, answered, chat_with, endpoint_at, reply_to, seconds

from kefu.llm.chat import ChatFailed, FailureReason, FinishReason, Message, Options, Reply, Shape, Tool
from kefu.llm.endpoint import Features, Limits, Retry, Timeouts
from kefu.llm.openai import OpenAIChat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
STREAM = Features(stream=True)
HANG_UP = Tool(name="hang_up", description="End the call.")


def without_port(text) -> str:
    return re.sub(r":\d{4,5}/", ":PORT/", str(text))


def test_a_reply_carries_all_that_is_known_of_it():
    reply, asked = reply_to()
    assert reply.text == REPLY
    assert (reply.finish, reply.attempts, reply.model) == (FinishReason.STOP, 1, "small")
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.estimated) == (40, 20, False)
    assert reply.latency.total_seconds() > 0
    assert reply.first_token is None
    assert reply.cost is None
    assert asked[0].body == {"model": "small", "messages": [{"role": "user", "content": "您好"}]}
    assert asked[0].headers["Authorization"] == "Bearer sk-planted0123456789abcdef"


@pytest.mark.parametrize("features", [Features(), STREAM], ids=["whole", "stream"])
@pytest.mark.parametrize("fault", [name for name in MENDABLE if name != "429 retry-after"])
def test_what_a_second_try_can_mend_is_tried_again(fault, features):
    reply, asked = reply_to([fault], features=features)
    assert isinstance(reply, Reply), reply
    assert (reply.text, reply.attempts, len(asked)) == (REPLY, 2, 2)


@pytest.mark.parametrize("fault", ["500", "429", "reset", "cut json", "null content", "no choices"])
def test_four_more_tries_and_then_a_failure(fault):
    failed, asked = reply_to([fault] * 9)
    assert isinstance(failed, ChatFailed)
    assert (failed.attempts, len(asked)) == (5, 5)
    assert failed.reason.passing


@pytest.mark.parametrize(
    ("fault", "reason", "line"),
    [
        (
            "401",
            "unauthorised",
            "model test (small at http://127.0.0.1:PORT/v1): the endpoint does not accept the key "
            "(HTTP 401 Incorrect API key provided: ***); set KEFU_API_KEY, or api_key_env of this model in kefu.toml",
        ),
        (
            "403",
            "forbidden",
            "model test (small at http://127.0.0.1:PORT/v1): the key may not use this model (HTTP 403 forbidden); "
            "have the provider enable the model for this account, or choose another",
        ),
        (
            "404",
            "not_found",
            "model test (small at http://127.0.0.1:PORT/v1): the endpoint knows no such model or address "
            "(HTTP 404 The model `small` does not exist); check model and base_url; most addresses end in /v1",
        ),
        (
            "400",
            "bad_request",
            "model test (small at http://127.0.0.1:PORT/v1): the endpoint refuses the request "
            "(HTTP 400 messages must not be empty); correct the settings of this model, its body above all",
        ),
        (
            "content filter",
            "content_filter",
            "model test (small at http://127.0.0.1:PORT/v1): the provider's content filter stopped the reply "
            "(finish_reason content_filter); reword the document, or use another endpoint",
        ),
    ],
)
def test_final_errors_at_once_and_in_one_line(fault, reason, line):
    failed, asked = reply_to([fault] * 9)
    assert isinstance(failed, ChatFailed)
    assert (failed.reason, len(asked)) == (reason, 1)
    assert without_port(failed) == line
    assert failed.exit_code == 3


def test_the_last_fault_and_the_number_of_tries_are_told():
    failed, _asked = reply_to(["502", "500", "502", "500", "502"])
    assert without_port(failed) == (
        "model test (small at http://127.0.0.1:PORT/v1): the endpoint failed "
        "(HTTP 502 <html><title>502 Bad Gateway</title></html>), 5 tries; try again later, or use another endpoint"
    )


def test_a_cut_reply_is_a_reply_that_says_so():
    reply, _asked = reply_to(["length"])
    assert (reply.text, reply.finish) == ("您好，我", FinishReason.LENGTH)


def test_retry_after_is_kept_to():
    started = time.monotonic()
    reply, _asked = reply_to(["429 retry-after"])
    assert reply.attempts == 2
    assert 1.0 <= time.monotonic() - started < 1.5


def test_a_hang_is_given_up_after_the_time_allowed_for_it():
    failed, _asked = reply_to(["hang"], retry=Retry(times=0))
    assert failed.reason is FailureReason.TIMEOUT
    assert re.search(r"no answer in time \(nothing within 0\.[45] s\); try again later", str(failed))


def test_a_stream_without_a_first_token_is_given_up_before_its_total_time():
    failed, _asked = reply_to(["hang"], retry=Retry(times=0), features=STREAM)
    assert re.search(r"\(nothing within 0\.[23] s\)", str(failed))


def test_a_stream_that_only_keeps_alive_has_no_first_token():
    async def comments(request):
        return await sent(request, [b": keep-alive\n\n"] * 100, "text/event-stream", pause=0.02)

    failed, _asked = reply_to(server={"handle": comments}, retry=Retry(times=0), features=STREAM)
    assert re.search(r"\(no first token within 0\.[23] s\)", str(failed))


@pytest.mark.parametrize("features", [Features(), STREAM], ids=["whole", "stream"])
def test_whoever_waits_ten_times_as_long_as_others_did_is_given_up_early(features):
    async def run():
        patient = Timeouts(hang=seconds(0.2))
        async with chat_with(["ok", "ok", "hang", "ok"], timeouts=patient, features=features) as (_local, chat):
            return [await chat.reply(HELLO) for _ in range(3)]

    started = time.monotonic()
    assert [reply.attempts for reply in asyncio.run(run())] == [1, 1, 2]
    assert time.monotonic() - started < 5


def test_a_slow_answer_gets_more_patience_with_every_try():
    async def run():
        async with chat_with(timeouts=Timeouts(hang=seconds(0.3))) as (local, chat):
            await chat.reply(HELLO)
            local.delay = 1.5
            return await chat.reply(HELLO)

    reply = asyncio.run(run())
    assert reply.text == REPLY
    assert reply.attempts in (2, 3)


def test_a_stall_in_a_stream_is_noticed_though_the_total_time_is_long():
    patient = Timeouts(stall=seconds(0.2), total=seconds(30))
    started = time.monotonic()
    reply, _asked = reply_to(["stall"], features=STREAM, timeouts=patient)
    assert (reply.text, reply.attempts) == (REPLY, 2)
    assert time.monotonic() - started < 5


def test_a_stall_in_a_whole_reply_is_noticed_though_the_total_time_is_long():
    patient = Timeouts(stall=seconds(0.2), total=seconds(30))
    reply, _asked = reply_to(["stall"], timeouts=patient)
    assert (reply.text, reply.attempts) == (REPLY, 2)


def test_a_stream_measures_its_first_token():
    reply, asked = reply_to(features=STREAM)
    assert asked[0].body["stream"] is True
    assert asked[0].body["stream_options"] == {"include_usage": True}
    assert 0 < reply.first_token.total_seconds() <= reply.latency.total_seconds()
    assert reply.usage.input_tokens == 40


@pytest.mark.parametrize("sent_events", [events(REPLY)[:-1], [*events(REPLY)[:-3], events(REPLY)[-1]]])
def test_a_stream_that_is_over_but_never_closed_is_a_whole_reply(sent_events):
    async def no_end(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in sent_events:
            await response.write(event)
        await asyncio.sleep(60)
        return response

    started = time.monotonic()
    reply, _asked = reply_to(server={"handle": no_end}, features=STREAM, timeouts=Timeouts())
    assert (reply.text, reply.attempts) == (REPLY, 1)
    assert time.monotonic() - started < 5


def test_a_stream_that_nobody_asked_for_is_read():
    body = b"".join(events(REPLY))
    reply = answered(lambda _body: web.Response(body=body, content_type="text/event-stream"))
    assert reply.text == REPLY
    mislabelled = answered(lambda _body: web.Response(body=body, content_type="application/json"))
    assert mislabelled.text == REPLY


def test_a_whole_reply_where_a_stream_was_asked_for_is_read():
    reply = answered(completion("好的"), features=STREAM)
    assert (reply.text, reply.first_token) == ("好的", None)


def test_twenty_megabytes_are_not_read_into_memory():
    tracemalloc.start()
    failed, _asked = reply_to(["huge"], retry=Retry(times=0), limits=Limits(reply_bytes=500_000), timeouts=Timeouts())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failed.reason is FailureReason.TOO_LARGE
    assert peak < 12_000_000  # of which the server holds some, in the same process


def test_an_announced_length_beyond_the_limit_is_refused_before_it_is_read():
    failed, _asked = reply_to(limits=Limits(reply_bytes=50), retry=Retry(times=0))
    assert "the reply is larger than allowed" in str(failed)


def test_a_redirect_is_not_followed_with_the_key():
    moved = web.HTTPFound("https://elsewhere.example/v1?token=secret0123")
    with pytest.raises(ChatFailed) as caught:
        answered(lambda _body: web.Response(status=302, headers=moved.headers))
    assert caught.value.reason is FailureReason.MOVED
    assert "HTTP 302 https://elsewhere.example/v1)" in str(caught.value)
    assert "secret0123" not in str(caught.value)


def test_nobody_listens():
    async def run():
        async with serve() as local:
            url = local.base_url
        async with OpenAIChat(endpoint_at(url)) as chat:
            await chat.reply(HELLO)

    with pytest.raises(ChatFailed, match=r"the endpoint cannot be reached \(.*\), 5 tries; check base_url") as caught:
        asyncio.run(run())
    assert caught.value.reason is FailureReason.UNREACHABLE


def test_https_at_a_plain_port_is_final():
    async def run():
        async with serve() as local:
            url = local.base_url.replace("http:", "https:")
            async with OpenAIChat(endpoint_at(url)) as chat:
                await chat.reply(HELLO)

    with pytest.raises(ChatFailed) as caught:
        asyncio.run(run())
    assert (caught.value.reason, caught.value.attempts) == (FailureReason.INSECURE, 1)


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_an_address_may_lack_its_version_or_name_the_whole_path(tail):
    async def run():
        async with serve() as local:
            only = local.base_url.removesuffix("/v1")
            local.answer = lambda _body: completion("在的")

            async with OpenAIChat(endpoint_at(only + tail)) as chat:
                first = await chat.reply(HELLO)
                second = await chat.reply(HELLO)
            return first, second, [asked.path for asked in local.asked]

    first, second, paths = asyncio.run(run())
    assert first.text == second.text == "在的"
    assert second.attempts == 1
    if tail.startswith("/v1"):
        assert set(paths) == {"/v1/chat/completions"}


async def only_below_v1(request):
    if not request.path.startswith("/v1/"):
        return web.Response(status=404, text="404 page not found")
    return web.json_response(completion("在的"))


def test_an_address_without_its_version_learns_it_once():
    async def run():
        async with chat_with(server={"handle": only_below_v1}) as (local, _chat):
            bare = endpoint_at(local.base_url.removesuffix("/v1"))
            async with OpenAIChat(bare) as chat:
                return [(await chat.reply(HELLO)).attempts for _ in range(2)]

    assert asyncio.run(run()) == [2, 1]


def test_all_who_set_out_together_find_the_version_of_the_address():
    async def slow_below_v1(request):
        await asyncio.sleep(random.random() / 20)
        return await only_below_v1(request)

    async def run():
        async with chat_with(server={"handle": slow_below_v1}) as (local, _chat):
            bare = endpoint_at(local.base_url.removesuffix("/v1"), timeouts=Timeouts())
            async with OpenAIChat(bare) as chat:
                return await asyncio.gather(*(chat.reply(HELLO) for _ in range(50)))

    assert {reply.text for reply in asyncio.run(run())} == {"在的"}


def picky(refusals):
    """An endpoint that refuses a request for each field in ``refusals`` that it holds, with the error given for it."""

    def answer(body):
        for name, refusal in refusals.items():
            if name in body:
                status, payload = refusal
                return web.json_response(payload, status=status)
        return completion("好的")

    return answer


@pytest.mark.parametrize(
    ("refusals", "options", "adapted"),
    [
        (
            {
                "max_tokens": (
                    400,
                    error(
                        "Unsupported parameter: 'max_tokens' is not supported with this model. "
                        "Use 'max_completion_tokens' instead.",
                        param="max_tokens",
                    ),
                )
            },
            Options(max_tokens=50),
            (),
        ),
        (
            {
                "temperature": (
                    400,
                    error(
                        "Unsupported value: 'temperature' does not support 0 with this model.",
                        param="temperature",
                        code="unsupported_value",
                    ),
                )
            },
            Options(temperature=0, max_tokens=50),
            ("temperature",),
        ),
        (
            {"tools": (400, error('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser'))},
            Options(tools=(HANG_UP,)),
            ("tools",),
        ),
        ({"tools": (500, error("tools param requires --jinja flag"))}, Options(tools=(HANG_UP,)), ("tools",)),
        (
            {"seed": (422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]})},
            Options(seed=7),
            ("seed",),
        ),
        (
            {"top_p": (400, {"error": {"code": "1210", "message": "API 调用参数有误，请检查文档。"}})},
            Options(top_p=0.5),
            ("top_p",),
        ),
    ],
    ids=["renamed", "value", "tools", "tools at 500", "extra field", "nothing named"],
)
def test_a_field_that_is_refused_is_left_out_and_remembered(refusals, options, adapted):
    async def run():
        async with chat_with(server={"answer": picky(refusals)}) as (local, chat):
            first = await chat.reply(HELLO, options)
            second = await chat.reply(HELLO, options)
            return first, second, local.asked

    first, second, asked = asyncio.run(run())
    assert first.text == second.text == "好的"
    assert (first.attempts, second.attempts) == (2, 1)
    assert first.adapted == second.adapted == adapted
    assert not set(refusals) & set(asked[-1].body)
    if "max_tokens" in refusals:
        assert asked[-1].body["max_completion_tokens"] == 50


def test_the_response_format_steps_down_from_schema_to_object_to_text():
    def answer(body):
        kind = body.get("response_format", {}).get("type")
        if kind == "json_schema":
            return web.json_response(error("This response_format type is unavailable now"), status=400)
        if kind == "json_object":
            return web.json_response(error("json mode is not supported"), status=400)
        return completion("{}")

    reply = answered(answer, Options(shape=Shape(name="a", schema={"type": "object"})))
    assert (reply.attempts, reply.adapted) == (3, ("response_format:text",))


def test_a_model_that_only_streams_is_streamed():
    def answer(body):
        if not body.get("stream"):
            message = "This model only support stream mode, please enable the stream parameter to access the model."
            return web.json_response(error(message), status=400)
        return web.Response(body=b"".join(events("好的")), content_type="text/event-stream")

    reply = answered(answer)
    assert (reply.text, reply.attempts) == ("好的", 2)
    assert reply.first_token is not None


@pytest.mark.parametrize(
    ("message", "roles"),
    [
        ("System role not supported", ["user", "assistant", "user"]),
        (
            "Conversation roles must alternate user/assistant/user/assistant/...",
            ["system", "user", "assistant", "user"],
        ),
    ],
)
def test_strict_chat_templates_get_the_roles_they_want(message, roles):
    refused = []

    def answer(body):
        if not refused:
            refused.append(body)
            return web.json_response(error(message), status=400)
        return completion("好的")

    messages = [Message.system("您是客服"), Message.assistant("您好"), Message.user("谁"), Message.user("哪位")]
    outcome, asked = reply_to(messages=messages, server={"answer": answer})
    assert outcome.text == "好的"
    assert [message["role"] for message in asked[-1].body["messages"]] == roles


def test_an_error_that_asks_for_no_other_form_is_not_tried_again():
    long = error(
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens. "
        "Please reduce the length of the messages or max_tokens.",
        code="context_length_exceeded",
    )
    outcome, asked = reply_to(
        (), Options(max_tokens=9), server={"answer": lambda _b: web.json_response(long, status=400)}
    )
    assert (outcome.reason, len(asked)) == (FailureReason.CONTEXT_LENGTH, 1)


def test_tool_calls_are_read_with_or_without_words():
    called = {
        "content": None,
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "hang_up", "arguments": '{"reason": "done"}'}}
        ],
    }
    reply = answered(completion(None, message=called, finish="tool_calls"), Options(tools=(HANG_UP,)))
    assert (reply.text, reply.finish) == ("", FinishReason.TOOL_CALLS)
    assert [(call.name, dict(call.arguments)) for call in reply.tool_calls] == [("hang_up", {"reason": "done"})]


def test_usage_that_is_missing_is_estimated_and_says_so():
    reply = answered(completion("一二三四五六七八九十", usage=None))
    assert reply.usage.estimated
    assert 5 <= reply.usage.output_tokens <= 12


def test_no_more_at_once_than_the_limit():
    async def run():
        limits = Limits(concurrency=3)
        async with chat_with(server={"delay": 0.01}, limits=limits) as (local, chat):
            await asyncio.gather(*(chat.reply(HELLO) for _ in range(20)))
            return local.most_busy

    assert asyncio.run(run()) == 3


def test_an_endpoint_that_takes_ten_at_once_answers_two_hundred():
    """Refusals shrink what is sent at once; as long as others get through they are no failed tries.

    Whatever is under way arrives before any of it is answered, so that how many
    the endpoint sees at once does not depend on how busy this machine is.
    """

    async def run():
        retry = Retry(refused_wait=seconds(0.05))
        async with serve() as local, OpenAIChat(endpoint_at(local.base_url, retry=retry)) as chat:
            gate = chat.line.pace.gate

            async def when_all_are_here(request):
                if local.busy > 10:
                    return await FAULTS["429"](local, request, {})
                while gate.busy > local.busy:
                    await asyncio.sleep(0.001)
                return web.json_response(completion(REPLY))

            local.handle = when_all_are_here
            replies = await asyncio.gather(*(chat.reply(HELLO) for _ in range(200)))
            shrunk = gate.limit
            local.handle = None
            for _ in range(30):
                await asyncio.gather(*(chat.reply(HELLO) for _ in range(20)))
            return replies, shrunk, gate.limit

    replies, shrunk, grown = asyncio.run(run())
    assert {reply.text for reply in replies} == {REPLY}
    assert shrunk < 40
    assert grown > shrunk


def test_a_server_that_restarts_in_the_middle_of_two_hundred_requests_loses_none():
    async def run():
        async with serve(delay=0.02) as local:
            retry = Retry(first_wait=seconds(0.1))
            timeouts = Timeouts(connect=seconds(2), total=seconds(5))
            limits = Limits(concurrency=20)
            async with OpenAIChat(endpoint_at(local.base_url, retry=retry, timeouts=timeouts, limits=limits)) as chat:
                tasks = [asyncio.create_task(chat.reply(HELLO)) for _ in range(200)]
                await asyncio.sleep(0.08)
                await local.stop()
                await asyncio.sleep(0.3)
                await local.start()
                return await asyncio.gather(*tasks)

    replies = asyncio.run(run())
    assert {reply.text for reply in replies} == {REPLY}
    assert max(reply.attempts for reply in replies) > 1


def test_with_one_request_in_ten_faulty_calls_of_twenty_turns_finish():
    faults = [name for name in MENDABLE if name != "429 retry-after"]  # it only adds a second's wait

    async def run():
        async with serve(one_in(0.1, 5, faults), keep=False) as local:
            settings = endpoint_at(local.base_url, retry=QUICK, timeouts=SHORT)
            async with OpenAIChat(settings, rng=random.Random(3)) as chat:

                async def call():
                    for _turn in range(20):
                        await chat.reply(HELLO)

                return await asyncio.gather(*(call() for _ in range(60)), return_exceptions=True)

    outcomes = asyncio.run(run())
    assert sum(outcome is None for outcome in outcomes) >= 59


def test_connections_are_kept_and_closed():
    async def run():
        async with serve() as local:
            ports = set()
            local.answer = lambda _body: completion("好")
            async with OpenAIChat(endpoint_at(local.base_url)) as chat:
                for _ in range(5):
                    await chat.reply(HELLO)
                    ports |= {len(pool) for pool in chat.line.wire._session.connector._conns.values()}
            return ports, chat.line.wire._session

    ports, session = asyncio.run(run())
    assert ports == {1}
    assert session is None


def test_a_cancelled_request_frees_its_place():
    async def run():
        async with chat_with(["hang"], limits=Limits(concurrency=1), timeouts=Timeouts()) as (_local, chat):
            task = asyncio.create_task(chat.reply(HELLO))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await asyncio.wait_for(chat.reply(HELLO), 2)

    assert asyncio.run(run()).text == REPLY


def test_few_file_handles_slow_a_run_down_and_lose_nothing():
    """In a process of its own, whose limit can be lowered; other files are open, so that not even the limit is true."""
    code = """
import asyncio, resource, sys
sys.path[:0] = ["src", "tests/llm"]
import endpoint
from kefu.llm.chat import Message
from kefu.llm.endpoint import Endpoint
from kefu.llm.openai import OpenAIChat

async def main(url):
    resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))
    in_use = [open("pyproject.toml") for _ in range(45)]
    async with OpenAIChat(Endpoint(name="test", base_url=url, model="small")) as chat:
        replies = await asyncio.gather(*(chat.reply([Message.user("x")]) for _ in range(150)))
    print(len(replies), max(reply.attempts for reply in replies) > 1)
    for file in in_use: file.close()

asyncio.run(main(sys.argv[1]))
"""
    pytest.importorskip("resource")
    server = [sys.executable, "tests/llm/endpoint.py", "--delay", "0.01"]
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip()
        done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=False)
        running.terminate()
    assert done.stdout == "150 True\n", done.stderr


def test_fifty_at_once_learn_two_quirks_and_all_get_through():
    refusals = {
        "max_tokens": (400, error("Use 'max_completion_tokens' instead.", param="max_tokens")),
        "temperature": (400, error("temperature is not supported", param="temperature")),
    }
    options = Options(max_tokens=9, temperature=0.5)

    async def slow(request):
        await asyncio.sleep(random.random() / 20)
        made = picky(refusals)(json.loads(await request.read()))
        return made if isinstance(made, web.Response) else web.json_response(made)

    async def run():
        async with chat_with(server={"handle": slow}, timeouts=Timeouts()) as (_local, chat):
            first = await asyncio.gather(*(chat.reply(HELLO, options) for _ in range(50)))
            return first, await chat.reply(HELLO, options)

    first, later = asyncio.run(run())
    assert {reply.text for reply in first} == {"好的"}
    assert max(reply.attempts for reply in first) <= 6
    assert (later.attempts, later.adapted) == (1, ("temperature",))
