"""Can a caller go on the phone? Decided by stated limits, each met, missed or not proven; and what to mend first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from kefu.bench.interval import Estimate, Scope, estimate
from kefu.bench.report.gaps import GapList
from kefu.bench.report.tally import Lost, Tally
from kefu.bench.stats import CallerStatistics, RunStatistics, StepFigure

__all__ = ["Criterion", "Decision", "Mend", "State", "Verdict", "judge", "mends_of"]


class State(StrEnum):
    """Whether a limit is kept."""

    MET = "met"
    MISSED = "missed"
    OPEN = "not proven"


class Decision(StrEnum):
    """Whether a caller may go on the phone."""

    READY = "ready"
    NOT_READY = "not ready"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One limit and how the caller stands to it; ``name`` is the persona that it is about, ``count`` calls."""

    key: str
    state: State
    limit: float
    figure: Estimate | None = None
    count: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision on one caller and what it rests on; ``doubts`` say why the figures carry less than they seem to."""

    caller: str
    decision: Decision
    total: Estimate
    criteria: tuple[Criterion, ...]
    doubts: tuple[str, ...]
    lost: Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One thing to mend: a rule, a step, a kind of customer, a gap of the knowledge base, or calls that were lost."""

    kind: str
    caller: str
    name: str = ""
    scenario: str = ""
    number: int = 0
    value: float | None = None
    count: int = 0
    of: int = 0


def judge(caller: CallerStatistics, tally: Tally) -> Verdict:
    """The verdict on one caller."""
    sound, lost = _settings()["sound"], tally.lost_of(caller.caller)
    criteria = _criteria(caller, tally)
    doubts: list[str] = []
    if caller.total.n < sound["calls"]:
        doubts.append("few_calls")
    if lost.share > sound["lost"]:
        doubts.append("lost")
    unproven = bool(doubts)
    if caller.total.n and caller.total.scope is Scope.CALLS:
        doubts.append("calls_only")
    elif 0 < caller.total.scenarios < sound["documents"]:
        doubts.append("few_documents")
    states = {criterion.state for criterion in criteria}
    decision = Decision.READY
    if unproven or State.OPEN in states:
        decision = Decision.NOT_PROVEN
    if State.MISSED in states and caller.total.n >= sound["calls"]:
        decision = Decision.NOT_READY
    return Verdict(
        caller=caller.caller,
        decision=decision,
        total=caller.total,
        criteria=criteria,
        doubts=tuple(doubts),
        lost=lost,
    )


def _criteria(caller: CallerStatistics, tally: Tally) -> tuple[Criterion, ...]:
    limits = _settings()["limits"]
    serious = estimate(*tally.serious.get(caller.caller, ([], [])))
    critical = tally.critical[caller.caller]
    criteria = [
        Criterion(key="total", state=_least(caller.total, limits["total"]), limit=limits["total"], figure=caller.total),
        Criterion(key="serious", state=_most(serious, limits["serious"]), limit=limits["serious"], figure=serious),
        Criterion(key="critical", state=_none(critical, serious.n), limit=0.0, figure=serious, count=critical),
    ]
    weakest = _weakest(caller)
    if weakest:
        name, figure = weakest
        state = _least(figure, limits["persona"])
        criteria.append(Criterion(key="persona", state=state, limit=limits["persona"], figure=figure, name=name))
    return tuple(criteria)


def _weakest(caller: CallerStatistics) -> tuple[str, Estimate] | None:
    known = [(name, scores.total) for name, scores in caller.personas.items() if scores.total.mean is not None]
    return min(known, key=lambda entry: entry[1].mean or 0.0) if len(known) > 1 else None


def _least(figure: Estimate, limit: float) -> State:
    if figure.low is None or figure.high is None:
        return State.OPEN
    return State.MET if figure.low >= limit else State.MISSED if figure.high < limit else State.OPEN


def _most(figure: Estimate, limit: float) -> State:
    if figure.low is None or figure.high is None:
        return State.OPEN
    if figure.mean == 0 and figure.n >= _settings()["sound"]["none"]:
        return State.MET  # of many calls none: what an interval over few documents cannot say
    return State.MET if figure.high <= limit else State.MISSED if figure.low > limit else State.OPEN


def _none(count: int, calls: int) -> State:
    if count:
        return State.MISSED
    return State.MET if calls >= _settings()["sound"]["none"] else State.OPEN


def mends_of(
    statistics: RunStatistics, tally: Tally, gaps: Sequence[GapList], failing: Sequence[tuple[str, StepFigure]]
) -> tuple[Mend, ...]:
    """What to mend first: what is critical, then the step and the rule that cost most, then people and questions."""
    settings = _settings()["mend"]
    rules = [mend for caller in statistics.callers for mend in _rules(caller, tally)]
    critical = sorted((mend for mend in rules if mend.kind == "critical"), key=lambda m: -m.count)
    broken = sorted((m for m in rules if m.kind == "rule" and (m.value or 0) >= settings["least_rule"]), key=_by_value)
    steps = [
        Mend(
            kind="step",
            caller=caller,
            scenario=step.scenario,
            number=step.number,
            value=step.score.mean,
            count=step.statuses.get("missed", 0) + step.statuses.get("partial", 0),
            of=step.score.n,
        )
        for caller, step in failing[:2]
    ]
    weak = [mend for caller in statistics.callers for mend in _people(caller, settings["least_persona"])]
    asked = [
        Mend(kind="gap", caller="", scenario=each.scenario, name=each.gaps[0].question, count=each.asked)
        for each in gaps[:1]
        if each.gaps
    ]
    return (*critical[:2], *broken[:2], *steps, *weak[:1], *asked)[: settings["most"]]


def _by_value(mend: Mend) -> float:
    return -(mend.value or 0.0)


def _rules(caller: CallerStatistics, tally: Tally) -> list[Mend]:
    mends: list[Mend] = []
    for figure in caller.rules:
        if not figure.calls:
            continue
        grave = tally.severities[caller.caller, figure.rule, "critical"]
        mends.append(
            Mend(
                kind="critical" if grave else "rule",
                caller=caller.caller,
                name=figure.rule,
                value=figure.share.mean,
                count=grave or figure.calls,
                of=figure.share.n,
            )
        )
    return mends


def _people(caller: CallerStatistics, least: float) -> list[Mend]:
    weakest, mean = _weakest(caller), caller.total.mean
    if weakest is None or mean is None or mean - (weakest[1].mean or 0.0) < least:
        return []
    name, figure = weakest
    return [Mend(kind="persona", caller=caller.caller, name=name, value=figure.mean, of=figure.n)]


@cache
def _settings() -> Mapping[str, Any]:
    return tomllib.loads(files("kefu.bench.report").joinpath("verdict.toml").read_text(encoding="utf-8"))
