"""What is learned from the errors of endpoints, and the requests that follow from it."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.llm.body import chat_body, encode
from kefu.llm.chat import Message, Options, Role, Shape, Tool
from kefu.llm.endpoint import Endpoint, Features
from kefu.llm.quirk import AnswerMode, Quirks, first_quirks, learn

ENDPOINT = Endpoint(name="a", base_url="https://h.example/v1", model="m", body={"enable_thinking": False})
ALL = Options(
    temperature=0.5,
    top_p=0.9,
    max_tokens=100,
    seed=1,
    stop=("完",),
    tools=(Tool(name="hang_up", description="End."),),
    shape=Shape(name="verdict", schema={"type": "object"}),
)


HELLO = (Message.user("您好"),)


def request(quirks=None, options=ALL, messages=HELLO):
    return chat_body(ENDPOINT, quirks or Quirks(), messages, options)


def test_a_request_holds_what_was_asked_for():
    assert request() == {
        "model": "m",
        "messages": [{"role": "user", "content": "您好"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 100,
        "seed": 1,
        "stop": ("完",),
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "hang_up",
                    "description": "End.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "verdict", "schema": {"type": "object"}, "strict": True},
        },
        "enable_thinking": False,
    }
    assert set(request(options=Options())) == {"model", "messages", "enable_thinking"}


@pytest.mark.parametrize(
    ("error", "field", "change"),
    [
        ("Unsupported value: 'temperature' does not support 0.5", "temperature", {"dropped": {"temperature"}}),
        ("invalid temperature: only 1 is allowed for this model", "", {"dropped": {"temperature"}}),
        ("Range of max_tokens should be [1, 8192]", "", {"dropped": {"max_tokens"}}),
        ("Use 'max_completion_tokens' instead.", "max_tokens", {"max_tokens_field": "max_completion_tokens"}),
        ("registry.example/library/m:latest does not support tools", "", {"dropped": {"tools"}}),
        ("This model does not support Function Calling", "", {"dropped": {"tools"}}),
        ("json_schema is not supported", "", {"answer_mode": AnswerMode.OBJECT}),
        ("'response_format.type' must be text", "response_format.type", {"answer_mode": AnswerMode.OBJECT}),
        ("parameter.enable_thinking must be set to false for non-streaming calls", "", {"stream": True}),
        ("System role not supported", "", {"fold_system": True}),
        ("Conversation roles must alternate user/assistant", "", {"alternate": True}),
    ],
)
def test_an_error_that_names_its_cause_is_certain(error, field, change):
    quirks, certain = learn(Quirks(), request(), error, field)
    assert certain
    for name, value in change.items():
        assert getattr(quirks, name) == value


def test_an_error_that_names_no_field_makes_one_after_the_other_suspect():
    quirks, seen = Quirks(), []
    while (change := learn(quirks, request(quirks), "API 调用参数有误，请检查文档。")) is not None:
        quirks, certain = change
        assert not certain
        seen.append(quirks.names)
    assert seen[0] == ("response_format:object",)
    assert seen[-1] == (
        "max_tokens",
        "seed",
        "stop",
        "temperature",
        "tools",
        "top_p",
        "response_format:text",
    )


@pytest.mark.parametrize("error", ["messages must not be empty", "", "model doubao-seed-1 is closed", "unstoppable"])
def test_an_error_about_something_else_teaches_nothing(error):
    assert learn(Quirks(), request(), error) is None


def test_what_the_settings_say_is_known_from_the_start():
    quirks = first_quirks(Features(json_schema=False, tools=False, stream=True))
    body = request(quirks)
    assert body["response_format"] == {"type": "json_object"}
    assert "tools" not in body
    assert body["stream"] is True
    assert "response_format" not in request(first_quirks(Features(json_schema=False, json_object=False)))


messages = st.lists(st.builds(Message, role=st.sampled_from(Role), text=st.text(max_size=5)), max_size=8)


@given(messages)
def test_folded_roles_alternate_from_user_to_user(asked):
    roles = [message["role"] for message in request(Quirks(fold_system=True), messages=asked)["messages"]]
    assert roles[0] == roles[-1] == "user"
    assert all(one != other for one, other in pairwise(roles))


@given(messages)
def test_nothing_that_was_said_is_lost_in_folding(asked):
    sent = "\n".join(message["content"] for message in request(Quirks(fold_system=True), messages=asked)["messages"])
    assert all(message.text in sent for message in asked)


def test_half_a_surrogate_pair_does_not_stop_a_request():
    assert encode(request(messages=[Message.user("好\ud83d")])).decode().count("?") == 1


@given(messages, st.text(max_size=9))
def test_what_is_put_together_by_hand_is_the_json_of_the_request(asked, model):
    body = {"model": model, "temperature": 0.5, "messages": [{"role": one.role, "content": one.text} for one in asked]}
    assert json.loads(encode(body)) == body
