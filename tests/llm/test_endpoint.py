"""Endpoints as values, and as tables of the settings."""

from datetime import timedelta
from decimal import Decimal

import pytest

from kefu.errors import InputError
from kefu.llm.declaration import read_endpoint, read_endpoints
from kefu.llm.endpoint import Endpoint
from kefu.llm.secret import Secret

TABLE = {
    "base_url": "https://llm.example/v1/",
    "model": "large",
    "api_key_env": "EXAMPLE_KEY",
    "prices": {"input": 2.0, "output": "8", "cached_input": 0.5},
    "limits": {"requests_per_minute": 60, "concurrency": 8},
    "timeouts": {"connect": 3, "total": 120.5},
    "features": {"json_schema": False, "stream": True},
    "body": {"enable_thinking": False},
    "headers": {"X-Team": "support"},
    "retries": 2,
}


def test_a_table_becomes_an_endpoint():
    endpoint = read_endpoint("judge", TABLE, {"EXAMPLE_KEY": " key-123456\n"})
    assert endpoint.api_key == Secret("key-123456")
    assert endpoint.url("/chat/completions") == "https://llm.example/v1/chat/completions"
    assert endpoint.prices.output == Decimal(8)
    assert (endpoint.limits.requests_per_minute, endpoint.limits.tokens_per_minute) == (60, None)
    assert (endpoint.timeouts.connect, endpoint.timeouts.total) == (timedelta(seconds=3), timedelta(seconds=120.5))
    assert (endpoint.features.json_schema, endpoint.features.tools) == (False, None)
    assert (endpoint.retry.times, dict(endpoint.body)) == (2, {"enable_thinking": False})
    assert endpoint.label == "model judge (large at https://llm.example/v1)"


def test_every_problem_of_a_table_is_listed_at_once():
    table = {
        "base_url": 7,
        "api_key_env": "NOT_SET",
        "prices": {"input": -1, "output": True, "per": "month"},
        "limits": {"concurrency": 0, "speed": 9},
        "timeouts": {"total": "long"},
        "features": {"stream": "yes"},
        "retries": -1,
        "api_token": "tk-11112222",
    }
    with pytest.raises(InputError) as caught:
        read_endpoint("judge", table, {}, where="kefu.toml")
    assert str(caught.value) == (
        "kefu.toml: models.judge: api_token is not known; prices.per is not known; "
        "prices.input is not an amount of money; prices.output is not an amount of money; "
        "retries is not a number up to 100; limits.speed is not known; limits.concurrency is not a number above 0; "
        "timeouts.total is not a number of seconds; features.stream is neither true nor false; "
        "base_url is not a text; model is missing; the environment variable NOT_SET is not set; mend the settings"
    )


def test_all_tables_of_the_settings():
    tables = {"a": {"base_url": "http://127.0.0.1:1/v1", "model": "m"}, "b": TABLE}
    endpoints = read_endpoints(tables, {"EXAMPLE_KEY": "k"})
    assert [endpoint.name for endpoint in endpoints.values()] == ["a", "b"]
    assert not endpoints["a"].api_key


@pytest.mark.parametrize(
    ("base_url", "line"),
    [
        ("llm.example/v1", "model a: base_url: this is not an http(s) address; write https://HOST/v1"),
        ("ftp://llm.example", "model a: base_url: this is not an http(s) address; write https://HOST/v1"),
        ("https://h.example:99999", "model a: base_url: this is not an address; write https://HOST/v1"),
        ("http://[::1", "model a: base_url: this is not an address; write https://HOST/v1"),
        (
            "https://me:hunter2hunter2@h.example/v1",
            "model a: base_url: a user or password stands in the address; set api_key instead; write https://HOST/v1",
        ),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(base_url, line):
    with pytest.raises(InputError) as caught:
        Endpoint(name="a", base_url=base_url, model="m")
    assert str(caught.value) == line


def test_a_key_with_a_line_break_is_refused_without_showing_it():
    with pytest.raises(InputError) as caught:
        Endpoint(name="a", base_url="https://h.example/v1", model="m", api_key=Secret("key-123\n456"))
    assert str(caught.value) == (
        "model a: the key holds a line break or another control character; copy it again, on one line"
    )


def test_a_query_stays_at_the_end_of_the_address():
    endpoint = Endpoint(name="a", base_url="https://h.example/openai/v1/?api-version=3", model="m")
    assert endpoint.url("/chat/completions") == "https://h.example/openai/v1/chat/completions?api-version=3"
    assert endpoint.address == "https://h.example/openai/v1"
