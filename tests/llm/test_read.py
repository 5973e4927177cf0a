"""Completions of all kinds as replies: what is spoken, what is not, what is void."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_endpoint import completion

from kefu.llm.chat import ChatFailed, FinishReason
from kefu.llm.fault import failing
from kefu.llm.read import read_chat, read_json, usage_in
from kefu.llm.spoken import clean, take_apart

FAIL = failing("model a")


def read(text, **changes):
    return read_chat(completion(text, **changes), FAIL)


@pytest.mark.parametrize(
    ("written", "text", "reasoning"),
    [
        ("<think>客户生气了</think>非常抱歉。", "非常抱歉。", "客户生气了"),
        ("<think>\n\n</think>\n\n好的", "好的", ""),
        ("先想一想</think>好的", "好的", "先想一想"),
        ("好的<think>要不要再问", "好的", "要不要再问"),
        ("<think>一</think>好<think>二</think>的", "好的", "一\n\n二"),
        ("<thinking>嗯</thinking>好的", "好的", "嗯"),
        ("◁think▷嗯◁/think▷好的", "好的", "嗯"),
        ("[THINK]嗯[/THINK]好的", "好的", "嗯"),
        (
            "<|channel|>analysis<|message|>嗯<|end|><|start|>assistant<|channel|>final<|message|>好的<|return|>",
            "好的",
            "嗯",
        ),
        ("好的<|im_end|>", "好的", ""),
        ("价格 < 100 元", "价格 < 100 元", ""),
    ],
)
def test_reasoning_is_kept_apart_from_what_is_spoken(written, text, reasoning):
    found = read(written)
    assert (found.text, found.reasoning) == (text, reasoning)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_in_a_field_of_its_own(field):
    found = read("好的", message={field: "客户同意了"})
    assert (found.text, found.reasoning) == ("好的", "客户同意了")


def test_the_same_reasoning_in_two_fields_is_kept_once():
    assert read("好", message={"reasoning_content": "嗯", "reasoning": "嗯"}).reasoning == "嗯"


def test_content_in_parts():
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "想"}]},
        {"type": "text", "text": "您"},
        "好",
        {"type": "output_text", "text": {"value": "！"}},
        {"type": "image_url", "image_url": {"url": "x"}},
        7,
    ]
    found = read(None, message={"content": parts})
    assert (found.text, found.reasoning) == ("您好！", "想")


@pytest.mark.parametrize("text", [None, "", "  \n", "<think>只想不说", "<think>想</think>  ", "<|im_end|>", []])
def test_nothing_to_say_is_a_fault(text):
    with pytest.raises(ChatFailed, match="the model said nothing"):
        read(None, message={"content": text})


@pytest.mark.parametrize(
    ("given_reason", "finish"),
    [("stop", "stop"), (None, "stop"), ("", "stop"), ("eos", "stop"), ("LENGTH", "length"), ("weird", "other")],
)
def test_finish_reasons(given_reason, finish):
    assert read("好", finish=given_reason).finish == finish


@pytest.mark.parametrize(
    ("given_reason", "reason"),
    [
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("network_error", "server_error"),
        ("insufficient_system_resource", "server_error"),
        ("abort", "server_error"),
    ],
)
def test_finish_reasons_that_make_a_reply_void(given_reason, reason):
    with pytest.raises(ChatFailed) as caught:
        read("好", finish=given_reason)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("calls", "name", "arguments"),
    [
        ([{"id": "1", "function": {"name": "hang_up", "arguments": '{"a": 1}'}}], "hang_up", {"a": 1}),
        ([{"function": {"name": "hang_up", "arguments": {"a": 1}}}], "hang_up", {"a": 1}),
        ([{"function": {"name": "hang_up", "arguments": ""}}], "hang_up", {}),
        ([{"function": {"name": "hang_up", "arguments": "{broken"}}], "hang_up", {}),
        ([{"function": {"name": "hang_up", "arguments": "[1]"}}], "hang_up", {}),
        ([{"name": "hang_up", "arguments": "{}"}], "hang_up", {}),
        ([None, 5, {"function": None}, {"function": {"name": "hang_up"}}], "hang_up", {}),
    ],
)
def test_tool_calls_however_they_are_written(calls, name, arguments):
    found = read("再见", message={"tool_calls": calls})
    assert [(call.name, dict(call.arguments)) for call in found.tool_calls] == [(name, arguments)]
    assert (found.text, found.finish) == ("再见", FinishReason.TOOL_CALLS)


def test_a_call_by_the_old_field():
    found = read(None, message={"function_call": {"name": "hang_up", "arguments": "{}"}})
    assert found.tool_calls[0].name == "hang_up"


def test_a_tool_call_written_into_the_text_is_not_spoken():
    found = read('好的再见<tool_call>\n{"name": "hang_up", "arguments": {"reason": "done"}}\n</tool_call>')
    assert found.text == "好的再见"
    assert [(call.name, dict(call.arguments)) for call in found.tool_calls] == [("hang_up", {"reason": "done"})]


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 5}}, (9, 4, 5, 0)),
        ({"prompt_tokens": 9, "completion_tokens": 4, "prompt_cache_hit_tokens": 6}, (9, 4, 6, 0)),
        (
            {"prompt_tokens": 9, "completion_tokens": 4, "completion_tokens_details": {"reasoning_tokens": 3}},
            (9, 4, 0, 3),
        ),
        ({"input_tokens": 9, "output_tokens": 4}, (9, 4, 0, 0)),
    ],
)
def test_usage_in_its_dialects(usage, counts):
    found = usage_in({"usage": usage})
    assert (found.input_tokens, found.output_tokens, found.cached_tokens, found.reasoning_tokens) == counts


@pytest.mark.parametrize("usage", [None, {}, [], {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": "9"}])
def test_usage_that_counts_nothing_is_none(usage):
    assert usage_in({"usage": usage}) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "content",
                    "finish_reason",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "type",
                    "text",
                    "usage",
                    "choices",
                    "error",
                    "reasoning",
                    "delta",
                    "prompt_tokens",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["choices", "usage", "model", "error"]), json_values, max_size=4))
def test_any_object_is_read_or_fails_with_a_reason(payload):
    try:
        found = read_chat(payload, FAIL)
    except ChatFailed:
        return
    assert found.text or found.tool_calls


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"null",
        b"[]",
        b"[1, 2]",
        b'"text"',
        b'{"a": ',
        b"\xff\xfe\x00",
        b"{" * 100_000,
        b"\xb2\xb4",
    ],
)
def test_a_body_that_is_no_json_object_is_foreign(body):
    with pytest.raises(ChatFailed, match="the answer is not that of a model"):
        read_json(body, None, FAIL)


def test_a_body_is_read_in_the_charset_it_declares_and_never_guessed_at():
    raw = json.dumps({"text": "您好"}, ensure_ascii=False).encode("gbk")
    assert read_json(raw, "gbk", FAIL) == {"text": "您好"}
    for charset in (None, "utf-8", "no-such-charset"):
        with pytest.raises(ChatFailed, match=r"\(the text is not UTF-8\)"):
            read_json(raw, charset, FAIL)
    assert read_json(b'\xef\xbb\xbf{"a": 1}', None, FAIL) == {"a": 1}


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_text_can_be_stored_anywhere(text):
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned


@given(
    st.lists(
        st.sampled_from(["<think>", "</think>", "<tool_call>", "</tool_call>", "好", "<", "[THINK]", "<|im_end|>"])
    )
)
def test_no_reasoning_mark_is_ever_spoken(pieces):
    assert "<think>" not in take_apart("".join(pieces)).text


def test_hostile_text_takes_no_time():
    started = time.perf_counter()
    for piece in ("<think>", "</think>", "<tool_call>", "<", "<|", "[THINK]</think>"):
        take_apart(piece * 200_000)
    assert time.perf_counter() - started < 3


def test_nesting_without_end_breaks_nothing():
    deep = nested = {}
    for _ in range(900):
        nested["value"] = nested = {}
    with pytest.raises(ChatFailed):
        read(None, message={"content": [{"type": "text", "text": deep}], "reasoning": deep})
    with pytest.raises(ChatFailed):
        read_chat({"choices": None, "error": {"message": deep, "detail": [deep]}}, FAIL)
