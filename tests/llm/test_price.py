"""Prices, costs and estimates of tokens."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import InputError
from kefu.llm.chat import Message, Usage
from kefu.llm.price import Prices, cost_of, estimate_tokens, read_prices, tokens_at_most, tokens_of

PRICES = Prices(input=Decimal(2), output=Decimal(8), cached_input=Decimal("0.5"))


def test_cost_by_the_million_with_cached_input_apart():
    usage = Usage(input_tokens=1000, output_tokens=500, cached_tokens=400)
    cost = cost_of(usage, PRICES)
    assert cost.amount == Decimal("0.0054")  # 600 * 2 + 400 * 0.5 + 500 * 8, by the million
    assert str(cost) == "0.0054 CNY"


def test_an_unknown_price_is_unknown_and_a_free_model_costs_nothing():
    assert cost_of(Usage(input_tokens=9), None) is None
    assert cost_of(Usage(input_tokens=9), Prices(input=Decimal(0), output=Decimal(0))).amount == 0


def test_more_cached_than_given_cannot_make_a_cost_negative():
    assert cost_of(Usage(input_tokens=10, cached_tokens=99), PRICES).amount == Decimal("0.000005")


def test_a_price_file():
    found = read_prices('[small]\ninput = 0.3\noutput = 0.6\n["large-2"]\ninput = 2\noutput = 8\ncurrency = "USD"\n')
    assert found["small"] == Prices(input=Decimal("0.3"), output=Decimal("0.6"))
    assert found["large-2"].currency == "USD"


def test_a_price_file_tells_all_its_problems():
    with pytest.raises(InputError) as caught:
        read_prices("small = 3\n[large]\ninput = inf\ncurrency = 5\n", where="prices.toml")
    assert str(caught.value) == (
        "prices.toml: small is not a table of prices; large.input is not an amount of money; large.output is missing; "
        "large.currency is not a word; a price is input = 2.0, output = 8.0, currency = 'CNY', for a million tokens"
    )
    with pytest.raises(InputError, match=r"^prices\.toml: .*; mend the price file$"):
        read_prices("[small", where="prices.toml")


@pytest.mark.parametrize(
    ("text", "low", "high"), [("您好，请问是哪位？", 4, 9), ("hello, who is it please", 5, 9), ("", 0, 1)]
)
def test_tokens_are_about_right_for_chinese_and_english(text, low, high):
    assert low <= estimate_tokens(text) <= high


@given(st.lists(st.text(), max_size=5))
def test_what_is_reserved_is_never_less_than_what_is_expected(texts):
    messages = tuple(Message.user(text) for text in texts)
    assert tokens_at_most(messages) >= tokens_of(messages) - len(messages)
