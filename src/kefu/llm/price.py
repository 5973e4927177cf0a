"""What tokens cost: prices come from a file of the user's; an unknown price stays unknown, it is never 0."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from kefu.errors import InputError
from kefu.foreign import of_toml
from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.llm.chat import Cost, Message, Usage

__all__ = ["Prices", "cost_of", "estimate_tokens", "read_price_table", "read_prices", "tokens_at_most", "tokens_of"]

_MILLION = Decimal(1_000_000)
_PRICE = marked("a price is input = 2.0, output = 8.0, currency = 'CNY', for a million tokens")
_HIDDEN = 64  # of a chat template's own, such as a default system message
_OVERHEAD = 4  # tokens that frame a message in the usual chat templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Money for a million tokens; ``cached_input`` is that of tokens the endpoint had in its own cache."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    currency: str = "CNY"


def cost_of(usage: Usage, prices: Prices | None) -> Cost | None:
    """What ``usage`` costs, or ``None`` where no price is known."""
    if prices is None:
        return None
    cached = min(usage.cached_tokens, usage.input_tokens)
    cheap = prices.input if prices.cached_input is None else prices.cached_input
    amount = prices.input * (usage.input_tokens - cached) + cheap * cached + prices.output * usage.output_tokens
    return Cost(amount=amount / _MILLION, currency=prices.currency)


def estimate_tokens(text: str) -> int:
    """About how many tokens ``text`` is: 0.7 for each character beyond ASCII, 0.3 for each within."""
    beyond = (len(text.encode("utf-8", "replace")) - len(text)) // 2  # three bytes to a Chinese character, one to ASCII
    return int(0.7 * beyond + 0.3 * (len(text) - beyond)) + 1


def tokens_of(messages: tuple[Message, ...]) -> int:
    """About how many tokens a conversation is."""
    return sum(estimate_tokens(message.text) + _OVERHEAD for message in messages)


def tokens_at_most(messages: tuple[Message, ...]) -> int:
    """More tokens than any current tokeniser makes of a conversation, for reserving money."""
    return _HIDDEN + sum(len(message.text.encode("utf-8", "replace")) // 2 + _OVERHEAD + 1 for message in messages)


def read_prices(text: str, *, where: str = "") -> dict[str, Prices]:
    """A price file: a TOML table for each model, ``input``, ``output`` and ``currency`` for a million tokens.

    Raises :class:`InputError` that lists every problem.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise InputError(of_toml(broken), where=where, hint=_("mend the price file")) from None
    problems: list[str] = []
    found = {model: read_price_table(table, problems, model) for model, table in tables.items()}
    if problems:
        raise InputError("; ".join(problems), where=where, hint=_(_PRICE))
    return {model: prices for model, prices in found.items() if prices is not None}


def read_price_table(table: object, problems: list[str], name: str) -> Prices | None:
    """One table of prices; what is wrong with it is added to ``problems``."""
    if not isinstance(table, Mapping):
        problems.append(_("{name} is not a table of prices").format(name=name))
        return None
    fields = cast("Mapping[str, Any]", table)
    before = len(problems)
    unknown = sorted(set(fields) - {"input", "output", "cached_input", "currency"})
    problems += [_("{name} is not known").format(name=f"{name}.{key}") for key in unknown]
    amounts = {key: _amount(fields.get(key), problems, f"{name}.{key}") for key in ("input", "output")}
    cached = fields.get("cached_input")
    cheap = None if cached is None else _amount(cached, problems, f"{name}.cached_input")
    currency = fields.get("currency", "CNY")
    if not isinstance(currency, str) or not currency:
        problems.append(_("{name} is not a word").format(name=f"{name}.currency"))
        currency = ""
    if len(problems) > before:
        return None
    return Prices(input=amounts["input"], output=amounts["output"], cached_input=cheap, currency=currency)


def _amount(value: object, problems: list[str], name: str) -> Decimal:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount.is_finite() and amount >= 0:
            return amount
    problems.append(
        (_("{name} is not an amount of money") if value is not None else _("{name} is missing")).format(name=name)
    )
    return Decimal(0)
