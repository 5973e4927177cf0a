"""What has been used and paid, and the amount beyond which no request starts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from kefu.errors import UsageError
from kefu.i18n import gettext as _
from kefu.llm.chat import ChatFailed, Cost, FailureReason, Usage
from kefu.llm.fault import failure
from kefu.llm.price import Prices

__all__ = ["Budget", "Ledger", "Spent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The state of a ledger: ``costs`` by currency; what is ``unpriced`` is in no cost, its price is unknown."""

    replies: int = 0
    tries: int = 0
    failures: int = 0
    cached: int = 0
    usage: Usage = field(default_factory=Usage)
    costs: tuple[Cost, ...] = ()
    unpriced: int = 0


class Ledger:
    """Adds up what one endpoint, or several that share it, answered and failed to."""

    def __init__(self) -> None:
        self._replies = self._tries = self._failures = self._cached = self._unpriced = 0
        self._tokens = [0, 0, 0, 0]  # plain numbers, since adding values costs as much as reading a reply
        self._estimated = False
        self._costs: dict[str, Decimal] = {}

    @property
    def spent(self) -> Spent:
        """Everything so far."""
        costs = tuple(Cost(amount=amount, currency=currency) for currency, amount in sorted(self._costs.items()))
        given, made, cached, reasoned = self._tokens
        usage = Usage(
            input_tokens=given,
            output_tokens=made,
            cached_tokens=cached,
            reasoning_tokens=reasoned,
            estimated=self._estimated,
        )
        return Spent(
            replies=self._replies,
            tries=self._tries,
            failures=self._failures,
            cached=self._cached,
            usage=usage,
            costs=costs,
            unpriced=self._unpriced,
        )

    def tried(self) -> None:
        """A request went out."""
        self._tries += 1

    def failed(self) -> None:
        """A request was given up."""
        self._failures += 1

    def from_cache(self) -> None:
        """A reply cost nothing, since it had been given before."""
        self._cached += 1

    def answered(self, usage: Usage, cost: Cost | None) -> None:
        """A request was answered."""
        self._replies += 1
        self.billed(usage, cost)

    def billed(self, usage: Usage, cost: Cost | None) -> None:
        """Tokens were used, by a reply or by a try that broke off after the endpoint had begun."""
        self._tokens[0] += usage.input_tokens
        self._tokens[1] += usage.output_tokens
        self._tokens[2] += usage.cached_tokens
        self._tokens[3] += usage.reasoning_tokens
        self._estimated = self._estimated or usage.estimated
        if cost is None:
            self._unpriced += 1
        else:
            self._costs[cost.currency] = self._costs.get(cost.currency, Decimal(0)) + cost.amount


class Budget:
    """A hard limit on money, shared by all endpoints of a run.

    Each request reserves the most it may cost and settles for what it did; what
    cannot be reserved does not start, and fails by ``budget``. An endpoint
    without prices cannot be held to a budget, so it is refused at the start.
    """

    def __init__(self, amount: Decimal, currency: str = "") -> None:
        self.amount = amount
        self.currency = currency
        self.spent = Decimal(0)
        self.reserved = Decimal(0)
        self._settled = False
        self._waiting: list[asyncio.Future[None]] = []

    def check(self, priced: Iterable[tuple[str, Prices | None]]) -> None:
        """Raise :class:`UsageError` unless every endpoint, a name and its prices, can be held to this budget."""
        for name, prices in priced:
            if prices is None:
                raise UsageError(
                    _("the price of model {} is unknown").format(name),
                    where="--budget",
                    hint=_("give its prices in kefu.toml, or leave the budget out"),
                )
            self.currency = self.currency or prices.currency
            if prices.currency != self.currency:
                raise UsageError(
                    _("model {} is priced in {}, the budget in {}").format(name, prices.currency, self.currency),
                    where="--budget",
                    hint=_("give all prices in one currency"),
                )

    @property
    def _allowed(self) -> Decimal:
        """All of it; a tenth until the first request has settled and shown what requests really cost."""
        return self.amount if self._settled else self.amount / 10

    @property
    def left(self) -> Decimal:
        """What is neither spent nor reserved."""
        return max(Decimal(0), self.amount - self.spent - self.reserved)

    async def reserve(self, most: Cost, where: str) -> Decimal:
        """Set aside the most that a request may cost; wait where others may yet settle for less than they reserved.

        Raises :class:`ChatFailed` when that much is not left.
        """
        while self.spent + self.reserved + most.amount > self._allowed:
            if self.spent + most.amount > self.amount:
                raise self._over(where)
            if not self.reserved:
                break
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        self.reserved += most.amount
        return most.amount

    def settle(self, reserved: Decimal, cost: Cost | None) -> None:
        """Replace what was set aside by what was paid."""
        self.reserved -= reserved
        self._settled = True
        if cost is not None:
            self.spent += cost.amount
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _over(self, where: str) -> ChatFailed:
        left = _("{} of {} {} spent").format(f"{self.spent:.4f}", self.amount, self.currency)
        return failure(FailureReason.BUDGET, where, left)
