"""Typed answers: asked for, found in what a model wrote, repaired once, or recorded as failed."""

import asyncio
import time
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_endpoint import completion, error
from llm_quick import HELLO, chat_with
from pydantic import BaseModel, Field

from kefu.llm.ask import ask, prompt_hash, read_answer
from kefu.llm.chat import ChatFailed, FailureReason, FinishReason, Message, Options, Reply
from kefu.llm.replay import ScriptedChat
from kefu.llm.shape import json_objects_in, strict_schema


class Grade(StrEnum):
    GOOD = "good"
    BAD = "bad"


class Note(BaseModel):
    turn: int
    quote: str = ""


class Verdict(BaseModel):
    grade: Grade
    score: float = Field(ge=0, le=1)
    notes: tuple[Note, ...] = ()


GOOD = '{"grade": "good", "score": 0.5, "notes": [{"turn": 3, "quote": "好的"}]}'
BAD = '{"grade": "fine", "score": 5}'


def asked(*lines, messages=HELLO, options=None):
    chat = ScriptedChat(lines)
    return asyncio.run(ask(chat, messages, Verdict, *([options] if options else []))), chat


def test_a_good_answer_at_once():
    answer, chat = asked(GOOD, options=Options(temperature=0))
    assert answer.value == Verdict(grade=Grade.GOOD, score=0.5, notes=(Note(turn=3, quote="好的"),))
    assert (answer.failure, answer.repaired, len(answer.replies)) == (None, False, 1)
    messages, options = chat.asked[0]
    assert options.temperature == 0
    assert options.shape.name == "Verdict"
    assert options.shape.schema["additionalProperties"] is False
    assert messages[-1].text.startswith("您好\n\n")
    assert '"grade"' in messages[-1].text


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{GOOD}\n```",
        f"根据通话记录{{见上}}，我的判断如下：\n{GOOD}\n以上。",
        GOOD.replace("}]}", "},],\n}"),
        GOOD.replace("好的", "好\n的"),
        f"{GOOD}\n{GOOD}",
        f'{{"comment": "[先看结构]"}}\n{GOOD}',
    ],
    ids=["fenced", "among words", "commas", "line break", "twice the same", "another object"],
)
def test_an_answer_is_found_in_what_stands_around_it(text):
    value, problems = read_answer(text, Verdict)
    assert (value.grade, value.score, problems) == (Grade.GOOD, 0.5, "")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("好的。", "there is no JSON object in the reply"),
        (GOOD[:-10], "there is no JSON object in the reply"),
        ('{"score": NaN, "grade": "good"}', "there is no JSON object in the reply"),
        (
            BAD,
            "grade: Input should be 'good' or 'bad'; score: Input should be less than or equal to 1",
        ),
        (f"{GOOD} 或者 {GOOD.replace('0.5', '0.9')}", "the reply holds 2 different answers"),
        ("{" * 100_000, "there is no JSON object in the reply"),
        ('{"a":' * 50_000, "there is no JSON object in the reply"),
    ],
    ids=["words", "cut", "nan", "invalid", "two answers", "braces", "deep"],
)
def test_what_is_no_answer_and_why(text, problems):
    assert read_answer(text, Verdict) == (None, problems)


def test_a_part_of_a_cut_answer_is_not_taken_for_the_answer():
    cut = '{"verdicts": [{"turn": 1, "quote": "甲"}, {"turn": 2, "quo'
    assert read_answer(cut, Note)[0] is None


def test_one_repair_shows_the_error():
    answer, chat = asked(BAD, GOOD)
    assert answer.value.score == 0.5
    assert answer.repaired
    messages, _options = chat.asked[1]
    assert messages[-2] == Message.assistant(BAD)
    assert "score: Input should be less than or equal to 1" in messages[-1].text
    assert '"grade"' in messages[-1].text


def test_a_second_failure_is_a_record():
    answer, chat = asked(BAD, "我不知道")
    assert answer.value is None
    assert (answer.failure.reason, answer.failure.detail) == ("invalid_answer", "there is no JSON object in the reply")
    assert len(answer.replies) == len(chat.asked) == 2


def test_a_cut_answer_says_that_it_was_cut():
    answer, _chat = asked(*[Reply(text='{"grade": ', finish=FinishReason.LENGTH)] * 2)
    assert answer.failure.detail == "the reply was cut at max_tokens; there is no JSON object in the reply"


@pytest.mark.parametrize("before", [(), (BAD,)])
def test_a_failed_chat_is_a_record(before):
    failed = ChatFailed("no answer", reason=FailureReason.TIMEOUT, where="model a", hint="wait")
    answer, _chat = asked(*before, failed)
    assert answer.value is None
    assert (answer.failure.reason, answer.failure.detail) == ("timeout", "model a: no answer; wait")
    assert len(answer.replies) == len(before)


def test_a_question_that_ends_with_the_model_gets_its_instruction_from_the_user():
    _answer, chat = asked(GOOD, messages=(Message.system("评分"), Message.assistant("好")))
    assert [message.role for message in chat.asked[0][0]] == ["system", "assistant", "user"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_endpoint_without_schemas_is_asked_in_words():
    from aiohttp import web

    def answer(body):
        if "response_format" in body:
            return web.json_response(error("response_format is not supported"), status=400)
        assert "JSON Schema" in body["messages"][-1]["content"]
        return completion(f"<think>嗯</think>结果：{GOOD}")

    async def run():
        async with chat_with(server={"answer": answer}) as (_local, chat):
            return await ask(chat, HELLO, Verdict)

    found = asyncio.run(run())
    assert found.value.grade is Grade.GOOD
    assert found.replies[0].adapted == ("response_format:text",)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_schema_answer_that_fails_twice_breaks_nothing():
    async def run():
        async with chat_with(server={"answer": lambda _body: completion(BAD)}) as (local, chat):
            return await ask(chat, HELLO, Verdict), local.asked

    answer, requests = asyncio.run(run())
    assert answer.failure.reason == "invalid_answer"
    assert len(requests) == 2
    assert requests[0].body["response_format"]["type"] == "json_schema"


def test_a_strict_schema_is_closed_and_written_out():
    schema = strict_schema(Verdict.model_json_schema())
    assert schema["required"] == ["grade", "score", "notes"]
    assert "$defs" not in schema
    note = schema["properties"]["notes"]["items"]
    assert (note["additionalProperties"], note["required"]) == (False, ["turn", "quote"])
    assert "default" not in note["properties"]["quote"]


class Tree(BaseModel):
    title: str
    below: "list[Tree]" = []


def test_a_recursive_shape_keeps_its_reference():
    schema = strict_schema(Tree.model_json_schema())
    assert "$defs" in schema
    assert read_answer('{"title": "甲", "below": [{"title": "乙", "below": []}]}', Tree)[0].below[0].title == "乙"


def test_a_property_called_title_stays():
    assert "title" in strict_schema(Tree.model_json_schema())["properties"]


@given(st.text(alphabet='{}[]":,a1 \\\n', max_size=200))
def test_any_text_gives_objects_or_nothing(text):
    for found in json_objects_in(text):
        assert isinstance(found, dict)


def test_hostile_text_takes_no_time():
    started = time.perf_counter()
    for piece in ("{", "{}", '{"a":', '{"', "{'a'}", "{,}", '{"a":[', "}{"):
        list(json_objects_in(piece * 200_000))
    assert time.perf_counter() - started < 5


def test_the_hash_of_the_prompts_is_stable():
    assert prompt_hash() == prompt_hash()
    assert len(prompt_hash()) == 16
