"""Server-sent events, cut anywhere."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_endpoint import REPLY, events

from kefu.llm.chat import ChatFailed, FailureReason
from kefu.llm.fault import failing
from kefu.llm.read import read_chat
from kefu.llm.stream import Stream

WHOLE = b"".join(events(REPLY))


FAIL = failing("model a")


def streamed(*pieces: bytes, close=True):
    stream = Stream(FAIL)
    for piece in pieces:
        stream.feed(piece)
    if close:
        stream.close()
    return stream


def chunk(delta, **choice) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, **choice}]}).encode() + b"\n\n"


END = chunk({}, finish_reason="stop")


@given(st.sets(st.integers(0, len(WHOLE)), max_size=12))
def test_a_stream_may_be_cut_anywhere_also_within_a_character(cuts):
    places = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[start:end] for start, end in pairwise(places)]
    found = read_chat(streamed(*pieces).payload, FAIL)
    assert (found.text, found.usage.input_tokens, found.model) == (REPLY, 40, "small")


@pytest.mark.parametrize(
    "raw",
    [
        WHOLE.replace(b"\n", b"\r\n"),
        WHOLE.replace(b"data: ", b"data:"),
        WHOLE.replace(b"\n\n", b"\n"),
        b": keep-alive\n\n" + WHOLE.replace(b"\n\n", b"\n\n: ping\n\nevent: message\nid: 7\n\n"),
        WHOLE.replace(b"data: [DONE]\n\n", b""),
        WHOLE.rstrip(b"\n"),
        WHOLE + WHOLE[-14:],
    ],
    ids=["crlf", "no space", "no blank lines", "comments", "no end mark", "no last line end", "two end marks"],
)
def test_what_servers_get_wrong_is_forgiven(raw):
    assert read_chat(streamed(raw).payload, FAIL).text == REPLY


def test_one_object_over_several_data_lines():
    raw = b'data: {"choices": [{"delta":\ndata: {"content": "\xe5\xa5\xbd"},\ndata: "finish_reason": "stop"}]}\n\n'
    assert read_chat(streamed(raw).payload, FAIL).text == "好"


def test_a_stream_that_ends_without_an_end_is_broken():
    with pytest.raises(ChatFailed, match="the stream broke off after: 您好") as caught:
        streamed(*events(REPLY)[:3])
    assert caught.value.reason is FailureReason.CONNECTION_LOST


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'data: {"error": {"message": "too many", "code": "rate_limit_exceeded"}}\n\n', "rate_limited"),
        (b'{"error": {"message": "Content Exists Risk"}}\n', "content_filter"),
        (b'event: error\ndata: {"message": "internal", "code": 500}\n\n', "server_error"),
        (b"<html><body>busy</body></html>\n\n", "foreign_body"),
        (b"data: {broken\n\n", "foreign_body"),
        (b"data: {\n" * 200, "foreign_body"),
    ],
)
def test_an_error_in_the_stream_is_a_failure(raw, reason):
    with pytest.raises(ChatFailed) as caught:
        streamed(*events(REPLY)[:3], raw)
    assert caught.value.reason == reason


def test_reasoning_is_kept_apart_and_starts_the_stream():
    stream = streamed(chunk({"role": "assistant"}), close=False)
    assert not stream.started
    stream.feed(chunk({"reasoning_content": "想", "reasoning": "想"}))
    assert stream.started
    stream.feed(chunk({"content": "好"}) + END)
    found = read_chat(stream.payload, FAIL)
    assert (found.text, found.reasoning) == ("好", "想")


@pytest.mark.parametrize(
    "deltas",
    [
        [
            {"index": 0, "id": "a", "function": {"name": "hang_up", "arguments": ""}},
            {"index": 0, "function": {"arguments": '{"rea'}},
            {"index": 0, "function": {"arguments": 'son": 1}'}},
        ],
        [{"id": "a", "function": {"name": "hang_up", "arguments": '{"rea'}}, {"function": {"arguments": 'son": 1}'}}],
        [{"index": 0, "id": "a", "function": {"name": "hang_up", "arguments": {"reason": 1}}}],
    ],
    ids=["by index", "by id", "at once"],
)
def test_tool_calls_are_put_together(deltas):
    found = read_chat(streamed(*(chunk({"tool_calls": [delta]}) for delta in deltas), END).payload, FAIL)
    assert [(call.name, dict(call.arguments)) for call in found.tool_calls] == [("hang_up", {"reason": 1})]


def test_two_tool_calls_stay_two():
    first = {"index": 0, "id": "a", "function": {"name": "note", "arguments": "{}"}}
    second = {"index": 1, "id": "b", "function": {"name": "hang_up", "arguments": "{}"}}
    found = read_chat(streamed(chunk({"tool_calls": [first, second]}), END).payload, FAIL)
    assert [call.name for call in found.tool_calls] == ["note", "hang_up"]


def test_usage_inside_the_last_choice_counts():
    raw = chunk({"content": "好"}) + chunk({}, finish_reason="stop", usage={"prompt_tokens": 3, "completion_tokens": 1})
    assert read_chat(streamed(raw).payload, FAIL).usage.input_tokens == 3


@given(
    st.lists(
        st.binary(max_size=40) | st.sampled_from([b"data: ", b"\n", b"{", b'{"choices": [', b"[DONE]"]), max_size=20
    )
)
def test_any_bytes_are_read_or_fail_with_a_reason(pieces):
    try:
        found = read_chat(streamed(*pieces).payload, FAIL)
    except ChatFailed:
        return
    assert found.text or found.tool_calls


def test_a_long_line_in_small_pieces_takes_no_time():
    started = time.perf_counter()
    stream = Stream(FAIL)
    for _ in range(200_000):
        stream.feed(b"data: xxxxxxxxxxxxxxx")
    assert time.perf_counter() - started < 2
