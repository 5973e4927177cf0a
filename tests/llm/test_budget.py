"""What is spent, and where it stops."""

import asyncio
import time
from decimal import Decimal

import pytest
from llm_endpoint import completion
from llm_quick import HELLO, chat_with

from kefu.errors import UsageError
from kefu.llm.budget import Budget, Ledger
from kefu.llm.chat import ChatFailed, Cost, FailureReason, Options, Usage
from kefu.llm.endpoint import Retry
from kefu.llm.price import Prices

PRICES = Prices(input=Decimal(100), output=Decimal(100))
loopback = pytest.mark.allow_hosts(["127.0.0.1"])


def yuan(amount) -> Cost:
    return Cost(amount=Decimal(str(amount)), currency="CNY")


def test_a_ledger_keeps_currencies_apart_and_counts_what_has_no_price():
    ledger = Ledger()
    ledger.answered(Usage(input_tokens=10, output_tokens=1), yuan(2))
    ledger.answered(Usage(input_tokens=5, estimated=True), Cost(amount=Decimal(1), currency="USD"))
    ledger.answered(Usage(output_tokens=3), None)
    spent = ledger.spent
    assert [str(cost) for cost in spent.costs] == ["2 CNY", "1 USD"]
    assert (spent.replies, spent.unpriced) == (3, 1)
    assert (spent.usage.input_tokens, spent.usage.output_tokens, spent.usage.estimated) == (15, 4, True)


@pytest.mark.parametrize(
    ("prices", "line"),
    [
        (
            None,
            "--budget: the price of model judge is unknown; give its prices in kefu.toml, or leave the budget out",
        ),
        (
            Prices(input=Decimal(1), output=Decimal(1), currency="USD"),
            "--budget: model judge is priced in USD, the budget in CNY; give all prices in one currency",
        ),
    ],
)
def test_a_budget_refuses_what_it_cannot_hold(prices, line):
    with pytest.raises(UsageError) as caught:
        Budget(Decimal(5)).check([("party", PRICES), ("judge", prices)])
    assert str(caught.value) == line


def test_a_request_waits_for_others_to_settle_for_less():
    async def run():
        budget = Budget(Decimal(10), "CNY")
        first = await budget.reserve(yuan(8), "model a")
        second = asyncio.create_task(budget.reserve(yuan(8), "model a"))
        await asyncio.sleep(0)
        assert not second.done()
        budget.settle(first, yuan(1))
        assert await second == 8
        return budget.left

    assert asyncio.run(run()) == 1


def test_what_cannot_be_paid_does_not_start():
    async def run():
        budget = Budget(Decimal(10), "CNY")
        budget.settle(await budget.reserve(yuan(8), "model a"), yuan(8))
        await budget.reserve(yuan(3), "model a")

    with pytest.raises(ChatFailed) as caught:
        asyncio.run(run())
    assert caught.value.reason is FailureReason.BUDGET
    assert str(caught.value) == "model a: the budget is spent (8.0000 of 10 CNY spent); raise --budget to go on"


@loopback
def test_a_run_stops_cleanly_within_its_budget():
    """A reply costs 0.006; 0.1 pays for 16, whatever the number asked for at once."""
    budget = Budget(Decimal("0.1"))

    async def run():
        async with chat_with(prices=PRICES) as (local, chat):
            chat.line._budget = budget
            options = Options(max_tokens=20)
            outcomes = await asyncio.gather(*(chat.reply(HELLO, options) for _ in range(50)), return_exceptions=True)
            return outcomes, local.number, chat.ledger.spent

    outcomes, sent, spent = asyncio.run(run())
    failures = [outcome for outcome in outcomes if isinstance(outcome, ChatFailed)]
    assert {failure.reason for failure in failures} == {FailureReason.BUDGET}
    assert len(failures) + sent == 50
    assert Decimal("0.08") < budget.spent <= budget.amount
    assert spent.costs == (Cost(amount=budget.spent, currency="CNY"),)
    assert budget.reserved == 0


@loopback
def test_a_try_that_broke_off_after_it_began_counts_as_an_estimate():
    async def run():
        async with chat_with(["null content"], prices=PRICES) as (_local, chat):
            reply = await chat.reply(HELLO)
            return reply, chat.ledger.spent

    reply, spent = asyncio.run(run())
    assert reply.cost.amount < spent.costs[0].amount
    assert spent.usage.estimated
    assert (spent.replies, spent.tries) == (1, 2)


@loopback
def test_a_reply_without_prices_has_no_cost():
    async def run():
        async with chat_with() as (_local, chat):
            return (await chat.reply(HELLO)).cost, chat.ledger.spent

    cost, spent = asyncio.run(run())
    assert cost is None
    assert (spent.costs, spent.unpriced) == ((), 1)


@loopback
def test_tokens_per_minute_are_kept_to():
    from kefu.llm.endpoint import Limits

    async def run():
        limits = Limits(tokens_per_minute=60_000)
        reply = completion("好", usage={"prompt_tokens": 3000, "completion_tokens": 500})
        async with chat_with(server={"answer": lambda _body: reply}, limits=limits, retry=Retry(times=0)) as (_, chat):
            started = time.monotonic()
            for _ in range(3):
                await chat.reply(HELLO)
            return time.monotonic() - started

    assert asyncio.run(run()) > 1.1  # 6000 at once, then 900 a second
