"""A model as judge: asked once per rubric after the call, believed only for words that were said.

What it says of an item counts when every quote stands in the turn it names. Items
that do not hold are asked for once more; what still does not hold is unscored with
its reason, and so is everything where no answer came. Nothing here is ever 0 for
want of an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, Protocol, TypeVar

from kefu.call.call import Call
from kefu.call.turn import Speaker
from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.llm.ask import NoAnswer, ask
from kefu.llm.chat import Chat, Message, Options
from kefu.scenario.model import Scenario
from kefu.score.evidence import is_said
from kefu.score.flow import WORTH
from kefu.score.rubric import (
    Cited,
    JudgedSide,
    JudgedStep,
    JudgedViolation,
    Level,
    Rubric,
    Sides,
    Steps,
    Violations,
    judge_settings,
    judged_rules,
    question,
    repair,
)
from kefu.score.settings import rule_settings
from kefu.score.verdict import (
    Dimension,
    DimensionVerdict,
    Evidence,
    Rule,
    Severity,
    StepStatus,
    StepVerdict,
    Unscored,
    Violation,
)

__all__ = ["Judge", "Judgement", "ModelJudge"]

_STEADY = Options(temperature=0.0)
_INVALID = "invalid_answer"
_SHOWN = 200
A = TypeVar("A")
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one judge says of one call.

    ``steps`` go by their place in the flow, from 1. ``violations`` is ``None``
    where they were not judged. ``unscored`` names what is missing and why;
    ``failures`` why an endpoint gave no answer, or none that can be used for anything.
    """

    judge: str
    model: str = ""
    steps: Mapping[int, StepVerdict] = field(default_factory=dict[int, StepVerdict])
    sides: Mapping[Dimension, DimensionVerdict] = field(default_factory=dict[Dimension, DimensionVerdict])
    violations: tuple[Violation, ...] | None = None
    unscored: tuple[Unscored, ...] = ()
    failures: tuple[str, ...] = ()
    discarded: int = 0


class Judge(Protocol):
    """Somebody who says what became of a call."""

    @property
    def name(self) -> str:
        """How it is called: ``model:NAME``."""
        ...

    async def judge(self, scenario: Scenario, call: Call) -> Judgement:
        """The judgement; what could not be told is unscored in it, never raised."""
        ...


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Why an item does not hold: a word of ``judge.toml``, and the turn where it is about one."""

    word: str
    turn: int = -1

    def told(self) -> str:
        """As the judge is told; without any word of the call."""
        return str(judge_settings()["words"][self.word]).format(turn=self.turn)

    def shown(self) -> str:
        """As people are told."""
        what = _(_FLAWS[self.word]).format(turn=self.turn)
        return _("the judge's verdict does not hold: {what}").format(what=what)


_FLAWS = {
    "no_such_turn": marked("there is no turn {turn} of the caller"),
    "not_said": marked("its quote does not stand in turn {turn}"),
    "no_evidence": marked("it has no evidence"),
    "not_judged": marked("it is missing"),
    "judged_twice": marked("it contradicts itself"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read(Generic[K, V]):
    """An answer, item by item: what holds, and what does not and why."""

    held: Mapping[K, V]
    wrong: Mapping[K, _Flaw]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard(Generic[K, V]):
    """What came of one rubric."""

    held: Mapping[K, V]
    unscored: tuple[tuple[str, str], ...] = ()
    models: tuple[str, ...] = ()
    failure: NoAnswer | None = None
    lost: NoAnswer | None = None
    """Why nothing came of a repair."""
    discarded: int = 0


class ModelJudge:
    """A judge behind a chat. One for any number of calls of one event loop."""

    def __init__(self, name: str, chat: Chat) -> None:
        self.name = name
        self._chat = chat

    async def judge(self, scenario: Scenario, call: Call) -> Judgement:
        """Every rubric, asked at the same time."""
        reason = _unfit(call)
        if reason:
            return Judgement(judge=self.name, unscored=tuple(Unscored(check=r.value, reason=reason) for r in Rubric))
        steps, found, sides = await asyncio.gather(
            self._steps(scenario, call), self._violations(scenario, call), self._sides(scenario, call)
        )
        heard = ((Rubric.STEPS, steps), (Rubric.VIOLATIONS, found), (Rubric.INTERACTION, sides))
        unscored = [Unscored(check=check, reason=why) for _rubric, part in heard for check, why in part.unscored]
        failed = [(rubric, part.failure) for rubric, part in heard if part.failure is not None]
        unscored += [Unscored(check=rubric.value, reason=failure.detail) for rubric, failure in failed]
        failures = _by_endpoint([part.failure or part.lost for _rubric, part in heard])
        if unscored and not (steps.held or sides.held or found.held):
            failures = failures or (self._useless(unscored[0].reason),)
        return Judgement(
            judge=self.name,
            model=next((model for _rubric, part in heard for model in part.models if model), ""),
            steps=steps.held,
            sides=sides.held,
            violations=None if found.failure else tuple(found.held.values()),
            unscored=tuple(unscored),
            failures=failures,
            discarded=sum(part.discarded for _rubric, part in heard),
        )

    def _useless(self, why: str) -> str:
        what = _("{judge} gave no verdict that can be used: {why}").format(judge=self.name, why=why)
        return what if len(what) <= _SHOWN else what[:_SHOWN] + "…"

    async def _steps(self, scenario: Scenario, call: Call) -> _Heard[int, StepVerdict]:
        if not scenario.caller.steps:
            return _Heard(held={})
        places = range(1, min(len(scenario.caller.steps), judge_settings()["limit"]["document_lines"]) + 1)
        read = partial(_read_steps, call, places)
        heard = await self._asked(question(Rubric.STEPS, scenario, call), Steps, read, "steps[step={}]")
        numbers = {place: scenario.caller.steps[place - 1].number for place in places}
        held = {place: replace(verdict, number=numbers[place]) for place, verdict in heard.held.items()}
        unscored = tuple((f"step {numbers[int(place)]}", why) for place, why in heard.unscored)
        return replace(heard, held=held, unscored=unscored)

    async def _sides(self, scenario: Scenario, call: Call) -> _Heard[Dimension, DimensionVerdict]:
        return await self._asked(
            question(Rubric.INTERACTION, scenario, call), Sides, partial(_read_sides, call), "sides[name={}]"
        )

    async def _violations(self, scenario: Scenario, call: Call) -> _Heard[tuple[int, Rule], Violation]:
        return await self._asked(
            question(Rubric.VIOLATIONS, scenario, call),
            Violations,
            partial(_read_violations, call),
            "violations[{}]",
            named=lambda key: f"turn {key[0]}, {key[1].value}",
            complete=False,
        )

    async def _asked(
        self,
        asked: tuple[Message, ...],
        shape: type[A],
        read: Callable[[A], _Read[K, V]],
        place: str,
        *,
        named: Callable[[K], str] = str,
        complete: bool = True,
    ) -> _Heard[K, V]:
        """The items that hold, after one repair where some do not; what held at first stays as it was.

        Where an answer need not be ``complete``, an item that the repair leaves out is taken back.
        """
        answer = await ask(self._chat, asked, shape, _STEADY)
        models = tuple(reply.model for reply in answer.replies)
        if answer.value is None:
            return _Heard(held={}, models=models, failure=answer.failure)
        first = read(answer.value)
        if not first.wrong:
            return _Heard(held=first.held, models=models)
        told = [f"{place.format(named(key))}: {flaw.told()}" for key, flaw in first.wrong.items()]
        again = (*asked, Message.assistant(answer.replies[-1].text), repair(told))
        mended = await ask(self._chat, again, shape, _STEADY)
        if mended.value is None:
            unscored = tuple((named(key), flaw.shown()) for key, flaw in first.wrong.items())
            return _Heard(
                held=first.held, unscored=unscored, models=models, lost=mended.failure, discarded=len(first.wrong)
            )
        second = read(mended.value)
        if complete:
            fixed = {key: second.held[key] for key in first.wrong if key in second.held}
            wrong = {key: flaw for key, flaw in first.wrong.items() if key not in fixed}
        else:
            fixed = {key: item for key, item in second.held.items() if key not in first.held}
            wrong = second.wrong
        unscored = tuple((named(key), flaw.shown()) for key, flaw in wrong.items())
        return _Heard(held={**first.held, **fixed}, unscored=unscored, models=models, discarded=len(wrong))


def _by_endpoint(failures: Iterable[NoAnswer | None]) -> tuple[str, ...]:
    """The failures that are not the judge's own: asking again later may help."""
    return tuple(failure.detail for failure in failures if failure is not None and failure.reason != _INVALID)


def _unfit(call: Call) -> str:
    """Why a call is not put before a model; empty where it is."""
    most = judge_settings()["limit"]["turns"]
    if len(call.turns) > most:
        return _("the call has {n} turns; a model judges up to {most}").format(n=len(call.turns), most=most)
    if not any(turn.speaker is Speaker.CALLER and turn.text.strip() for turn in call.turns):
        return _("the caller said nothing")
    return ""


def _read_steps(call: Call, places: Sequence[int], answer: Steps) -> _Read[int, StepVerdict]:
    held: dict[int, StepVerdict] = {}
    wrong: dict[int, _Flaw] = {}
    by_place = _grouped((item.step, item) for item in answer.steps)
    for place in places:
        found = by_place.get(place, [])
        flaw = _unclear([item.status for item in found])
        if flaw is None and found:
            flaw = _unsaid(call, found[0].evidence, needed=found[0].status in ("met", "partial"), by_caller=True)
        if flaw is not None:
            wrong[place] = flaw
        else:
            held[place] = _step(found[0])
    return _Read(held=held, wrong=wrong)


def _step(item: JudgedStep) -> StepVerdict:
    status = StepStatus(item.status)
    return StepVerdict(
        number=item.step,
        status=status,
        score=WORTH.get(status),
        weight=1.0,
        turns=tuple(dict.fromkeys(cited.turn for cited in item.evidence)),
        quote=item.evidence[0].quote.strip() if item.evidence else "",
        reason=_plain(item.reason),
    )


def _read_sides(call: Call, answer: Sides) -> _Read[Dimension, DimensionVerdict]:
    held: dict[Dimension, DimensionVerdict] = {}
    wrong: dict[Dimension, _Flaw] = {}
    by_name = _grouped((item.name, item) for item in answer.sides)
    for name in Dimension:
        found = by_name.get(name, [])
        flaw = _unclear([item.level for item in found])
        if flaw is None and found:
            flaw = _unsaid(call, found[0].evidence, needed=found[0].level is not Level.FLAWLESS)
        if flaw is not None:
            wrong[name] = flaw
        else:
            held[name] = _side(found[0])
    return _Read(held=held, wrong=wrong)


def _side(item: JudgedSide) -> DimensionVerdict:
    return DimensionVerdict(
        name=item.name,
        score=float(judge_settings()["level"][item.level.value]),
        reason=_plain(item.reason),
        evidence=tuple(Evidence(turn=cited.turn, quote=cited.quote.strip()) for cited in item.evidence),
    )


def _read_violations(call: Call, answer: Violations) -> _Read[tuple[int, Rule], Violation]:
    held: dict[tuple[int, Rule], Violation] = {}
    wrong: dict[tuple[int, Rule], _Flaw] = {}
    for item in answer.violations:
        if item.rule not in judged_rules():
            continue
        flaw = _unsaid(call, [Cited(turn=item.turn, quote=item.quote)], needed=True, by_caller=True)
        if flaw is not None:
            wrong[item.turn, item.rule] = flaw
        else:
            held.setdefault((item.turn, item.rule), _violation(item))
    return _Read(held=held, wrong={key: flaw for key, flaw in wrong.items() if key not in held})


def _violation(item: JudgedViolation) -> Violation:
    severity = Severity(rule_settings()["severity"][item.rule.value])
    return Violation(
        rule=item.rule, turn=item.turn, quote=item.quote.strip(), severity=severity, reason=_plain(item.reason)
    )


def _unclear(verdicts: Sequence[object]) -> _Flaw | None:
    if not verdicts:
        return _Flaw("not_judged")
    return _Flaw("judged_twice") if any(verdict != verdicts[0] for verdict in verdicts) else None


def _unsaid(call: Call, cited: Sequence[Cited], *, needed: bool, by_caller: bool = False) -> _Flaw | None:
    """Why evidence does not hold, ``None`` where it does."""
    if needed and not cited:
        return _Flaw("no_evidence")
    for piece in cited:
        known = 0 <= piece.turn < len(call.turns)
        if not known or (by_caller and needed and call.turns[piece.turn].speaker is not Speaker.CALLER):
            return _Flaw("no_such_turn", piece.turn)
        if not _shows(call, piece):
            return _Flaw("not_said", piece.turn)
    return None


def _shows(call: Call, piece: Cited) -> bool:
    """Whether the quote stands in its turn and is more than a mark that stands in any."""
    quote = piece.quote.strip()
    least = judge_settings()["limit"]["quote_letters"]
    whole = sum(map(str.isalnum, call.turns[piece.turn].text))
    return is_said(call, piece.turn, quote) and sum(map(str.isalnum, quote)) >= min(least, whole)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return groups


def _plain(reason: str) -> str:
    """One line of printable words."""
    line = " ".join("".join(c if c.isprintable() else " " for c in reason[:2000]).split())
    return line[: judge_settings()["limit"]["reason_characters"]]
