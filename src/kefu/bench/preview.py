"""What a run will come to, before anybody pays: calls, turns, tokens and money, by a rehearsal that costs nothing.

Each document is called once by the embedded parties; what the models of the run
would have been sent in that call is counted, and multiplied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kefu.bench.plan import Plan
from kefu.call.call import Call
from kefu.call.model import role_of, talk_messages
from kefu.call.persona import PersonaCustomer
from kefu.call.script import ScriptCaller
from kefu.call.talk import talk
from kefu.call.turn import Speaker
from kefu.llm.chat import PLAIN, ChatFailed, FailureReason, Message, Options, Reply, Usage
from kefu.llm.price import Prices, cost_of, estimate_tokens, tokens_of
from kefu.scenario.model import Persona, Scenario

__all__ = ["Preview", "preview"]

_MODEL = "model:"
_SAMPLE = 20
_JUDGEMENT = 400
"""Tokens that a judge writes for one rubric: evidence, then a verdict, for each item of an ordinary document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """About what a run comes to, without reruns.

    ``cost`` is by currency, without the models in ``unpriced``, whose price is unknown.
    """

    calls: int
    turns: int
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    unpriced: tuple[str, ...] = ()


async def preview(plan: Plan, scenarios: Sequence[Scenario], prices: Mapping[str, Prices | None]) -> Preview:
    """The estimate; ``prices`` by the name of each model with a part in the run, without ``model:``."""
    sample = scenarios[:: max(1, len(scenarios) // _SAMPLE)][:_SAMPLE]
    used: dict[str, list[int]] = {name: [0, 0] for name in prices}
    turns = 0
    for place, scenario in enumerate(sample):
        spoken = await _rehearsed(scenario, plan, plan.personas[place % len(plan.personas)])
        turns += len(spoken.turns)
        for side, names in ((Speaker.CALLER, plan.callers), (Speaker.CUSTOMER, plan.customers)):
            for name in _models(names):
                _add(used[name], _spoken(scenario, spoken, side), len(plan.callers) * len(plan.customers) // len(names))
        for name in _models(plan.judge.split(",")):
            _add(used[name], await _judged(scenario, spoken), len(plan.callers) * len(plan.customers))
    each = len(plan) / (len(sample) * len(plan.callers) * len(plan.customers))
    return _total(plan, round(turns * len(plan) / len(sample)), used, each, prices)


def _total(
    plan: Plan, turns: int, used: Mapping[str, Sequence[int]], each: float, prices: Mapping[str, Prices | None]
) -> Preview:
    cost: dict[str, Decimal] = {}
    tokens_in = tokens_out = 0
    for name, (given, made) in used.items():
        usage = Usage(input_tokens=round(given * each), output_tokens=round(made * each))
        tokens_in, tokens_out = tokens_in + usage.input_tokens, tokens_out + usage.output_tokens
        if (price := cost_of(usage, prices[name])) is not None:
            cost[price.currency] = cost.get(price.currency, Decimal(0)) + price.amount
    unpriced = tuple(name for name, price in prices.items() if price is None)
    return Preview(
        calls=len(plan), turns=turns, tokens_in=tokens_in, tokens_out=tokens_out, cost=cost, unpriced=unpriced
    )


async def _rehearsed(scenario: Scenario, plan: Plan, persona: Persona | None) -> Call:
    caller = ScriptCaller(scenario, known=plan.rows[0], seed=plan.seed)
    customer = PersonaCustomer(scenario, persona=persona, seed=plan.seed)
    return await talk(caller, customer, Call(scenario=scenario.id), max_turns=plan.max_turns)


def _models(names: Sequence[str]) -> list[str]:
    return [name.strip().removeprefix(_MODEL) for name in names if name.strip().startswith(_MODEL)]


def _add(used: list[int], more: tuple[int, int], times: int) -> None:
    used[0] += more[0] * times
    used[1] += more[1] * times


def _spoken(scenario: Scenario, spoken: Call, side: Speaker) -> tuple[int, int]:
    """Tokens sent and received by a model on ``side`` of a call like this one."""
    system = tokens_of((role_of(scenario, side).system,))
    given = made = 0
    for place, turn in enumerate(spoken.turns):
        if turn.speaker is side:
            before = Call(scenario=scenario.id, turns=spoken.turns[:place])
            given += system + tokens_of(talk_messages(before, side))
            made += estimate_tokens(turn.text)
    return given, made


async def _judged(scenario: Scenario, spoken: Call) -> tuple[int, int]:
    """Tokens sent and received by a model that judges a call like this one."""
    from kefu.score.judge import ModelJudge

    chat = _Counting()
    await ModelJudge("preview", chat).judge(scenario, spoken)
    return chat.given, chat.requests * _JUDGEMENT


class _Counting:
    """A chat that counts what it is asked, and answers nothing."""

    def __init__(self) -> None:
        self.requests = self.given = 0

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """Raises :class:`ChatFailed`, always."""
        self.requests += 1
        self.given += tokens_of(tuple(messages))
        raise ChatFailed("", reason=FailureReason.SCRIPT_OVER)
