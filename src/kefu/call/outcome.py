"""What came of a call: the result in one word, and what was reported, asked for, given and promised.

Read from the turns alone, so calls from anywhere have one; every entry cites its
turn and words. It is scored on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from typing import Any

from kefu.call.call import Call
from kefu.call.line import does
from kefu.call.phrasing import load
from kefu.call.plan import Plan, plan_of
from kefu.call.speech import clauses, contained, key, sentences
from kefu.call.topic import concepts_of
from kefu.call.turn import Speaker, Turn
from kefu.language.acts import Act, read_acts
from kefu.language.values import Kind, read_values
from kefu.scenario.model import Scenario

__all__ = ["Noted", "Outcome", "Promise", "Request", "Result", "outcome_to_json", "read_outcome"]

_EARLY = 3
_MOST_NOTED = 50
_READ = 400
_DONE = 0.55
_WHOLE = 1.75
_LAST = 2
_SHORT_ANSWER = 20


class Result(StrEnum):
    """What came of a call, in one word."""

    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"
    CALL_BACK = "call_back"
    WRONG_PERSON = "wrong_person"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Words that were said: ``quote`` stands verbatim in turn number ``turn``, counted from 0."""

    turn: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the customer asked for; ``when`` in the customer's words, where it named a time."""

    kind: str
    turn: int
    quote: str
    when: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the caller undertook to do, and by when where it said so."""

    what: str
    turn: int
    quote: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one call; ``reached`` is ``None`` where nobody said who was on the phone."""

    result: Result
    reached: bool | None
    mood: str
    problems: tuple[Noted, ...] = ()
    requests: tuple[Request, ...] = ()
    facts: tuple[Noted, ...] = ()
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """One turn of the customer, with its acts."""

    number: int
    text: str
    acts: frozenset[Act]


def read_outcome(scenario: Scenario, call: Call) -> Outcome:
    """What came of ``call``."""
    heard = _heard(call.turns)
    requests = tuple(_requests(heard))
    reached = _reached(heard)
    return Outcome(
        result=_result(plan_of(scenario), call.turns, heard, requests, reached),
        reached=reached,
        mood=_mood(heard),
        problems=tuple(_problems(heard)),
        requests=requests,
        facts=tuple(_facts(heard)),
        promises=tuple(_promises(call.turns)),
    )


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """``outcome`` in the shape of the interface."""
    return {
        "result": outcome.result.value,
        "reached": outcome.reached,
        "mood": outcome.mood,
        "problems": [{"turn": p.turn, "quote": p.quote} for p in outcome.problems],
        "requests": [{"kind": r.kind, "when": r.when, "turn": r.turn, "quote": r.quote} for r in outcome.requests],
        "facts": [{"turn": f.turn, "quote": f.quote} for f in outcome.facts],
        "promises": [{"what": p.what, "by": p.by, "turn": p.turn, "quote": p.quote} for p in outcome.promises],
    }


def _heard(turns: Sequence[Turn]) -> list[_Heard]:
    found: list[_Heard] = []
    line = ""
    for number, turn in enumerate(turns):
        if turn.speaker is Speaker.CALLER:
            line = turn.text[-_READ:]
        elif turn.text.strip():
            text = turn.text[:_READ]
            found.append(_Heard(number=number, text=text, acts=frozenset(read_acts(text, line))))
    return found


def _reached(heard: Sequence[_Heard]) -> bool | None:
    """Whether the right person was on the phone."""
    for turn in heard[:_EARLY]:
        if Act.DENY in turn.acts and _wrong(turn.text):
            return False
        if Act.CONFIRM in turn.acts:
            return True
    others = {Act.INFORM, Act.ACCEPT, Act.COMPLAIN, Act.SATISFIED}
    return True if any(turn.acts & others for turn in heard) else None


def _wrong(text: str) -> bool:
    return re.search(load("hearing")["wrong"], text) is not None


def _result(
    plan: Plan, turns: Sequence[Turn], heard: Sequence[_Heard], requests: Sequence[Request], reached: bool | None
) -> Result:
    if not heard or all(_patterns()["voicemail.find"].search(turn.text) for turn in heard):
        return Result.NOT_REACHED
    if reached is False:
        return Result.WRONG_PERSON
    covered = _covered(plan, turns)
    last = heard[-_LAST:]
    refusals = [turn for turn in heard if Act.REFUSE in turn.acts and _refuses(turn.text, "refusal")]
    if refusals and (refusals[-1] in last or len(heard) <= _EARLY):
        flat = _refuses(refusals[-1].text, "stop_calls") or _refuses(refusals[-1].text, "no_interest")
        if covered < (_WHOLE if flat else _DONE):
            return Result.REFUSED
    late = [r for r in requests if r.kind == "call_back" and r.turn >= last[0].number - 1]
    if covered < _DONE and (late or any(Act.BUSY in turn.acts for turn in last)):
        return Result.CALL_BACK
    if all(turn.acts <= {Act.UNCLEAR} for turn in heard):
        return Result.NOT_REACHED
    undecided = any(Act.HESITATE in turn.acts and _patterns()["undecided.find"].search(turn.text) for turn in last)
    return Result.DONE if covered >= _DONE and len(heard) >= _EARLY and not undecided else Result.PARTLY


def _refuses(text: str, how: str) -> bool:
    return re.search(load("hearing")[how], text) is not None


def _covered(plan: Plan, turns: Sequence[Turn]) -> float:
    """How much of the flow's unconditional lines the caller has said, in the document's words or its concepts."""
    spoken = "。".join(turn.text[:_READ] for turn in turns if turn.speaker is Speaker.CALLER)[: _READ * 40]
    lines = [beat.text for stage in plan.stages if stage.condition is None for beat in stage.beats]
    if not lines:
        return 1.0
    about = concepts_of(spoken)
    return sum(contained(line, spoken) + _share(concepts_of(line), about) for line in lines) / len(lines)


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _problems(heard: Sequence[_Heard]) -> Iterable[Noted]:
    count = 0
    for turn in heard:
        if Act.COMPLAIN not in turn.acts and Act.INFORM not in turn.acts:
            continue
        for sentence in sentences(turn.text):
            told = not sentence.endswith(("？", "?"))
            if count < _MOST_NOTED and told and _patterns()["problem.find"].search(sentence):
                count += 1
                yield Noted(turn=turn.number, quote=sentence)


def _requests(heard: Sequence[_Heard]) -> Iterable[Request]:
    count = 0
    seen: set[tuple[str, str]] = set()
    for turn, after in zip_longest(heard, heard[1:]):
        for sentence in sentences(turn.text):
            for kind in load("outcome")["requests"]:
                if count >= _MOST_NOTED or not _patterns()[f"requests.{kind}"].search(sentence):
                    continue
                if _patterns()["not_requests.asks"].search(sentence) or (kind, key(sentence)) in seen:
                    continue
                seen.add((kind, key(sentence)))
                count += 1
                when = _when(turn, after) if kind in ("call_back", "change") else None
                yield Request(kind=kind, turn=turn.number, quote=sentence, when=when)


def _when(turn: _Heard, after: _Heard | None) -> str | None:
    """The time that a turn names, or the short answer to the question which would suit."""
    pattern = _patterns()["when.time"]
    found = pattern.search(turn.text)
    if found is None and after is not None and len(after.text) <= _SHORT_ANSWER:
        found = pattern.search(after.text)
    return found[0] if found else None


def _facts(heard: Sequence[_Heard]) -> Iterable[Noted]:
    count = 0
    for turn in heard:
        if Act.INFORM in turn.acts and count < _MOST_NOTED:
            count += 1
            told = [s for s in sentences(turn.text) if not s.endswith(("？", "?"))]
            if told:
                yield Noted(turn=turn.number, quote=max(told, key=lambda s: (len(read_values(s)), len(s))))


def _promises(turns: Sequence[Turn]) -> Iterable[Promise]:
    count = 0
    for number, turn in enumerate(turns):
        if turn.speaker is not Speaker.CALLER:
            continue
        for sentence in sentences(turn.text[:_READ]):
            said = [
                clause
                for clause in clauses(sentence)
                if len(clause) >= load("outcome")["promises"]["short"] and _promised(clause)
            ]
            conditional = _patterns()["promises.conditional"].search(sentence)
            if said and not conditional and not does("asks_customer", sentence) and count < _MOST_NOTED:
                count += 1
                yield Promise(what=said[0], turn=number, quote=sentence, by=_by(sentence))


def _promised(clause: str) -> bool:
    patterns = _patterns()
    if patterns["promises.never_again"].search(clause):
        return True
    return (
        patterns["promises.action"].search(clause) is not None
        and patterns["promises.who"].search(clause) is not None
        and patterns["promises.not"].search(clause) is None
    )


def _by(sentence: str) -> str | None:
    """The time that a sentence names."""
    return next((v.text for v in read_values(sentence) if v.kind in (Kind.DATE, Kind.DURATION, Kind.TIME)), None)


def _mood(heard: Sequence[_Heard]) -> str:
    """``pleased``, ``calm`` or ``annoyed``, as the last turns of the customer sound."""
    good = {Act.SATISFIED, Act.ACCEPT, Act.CONFIRM}
    bad = {Act.COMPLAIN, Act.IMPATIENT, Act.REFUSE, Act.DOUBT}
    score = 0.0
    for turn in heard[-3:]:
        score += 0.5 * len(turn.acts & good) - 0.7 * len(turn.acts & bad)
        score += 0.6 * (_patterns()["mood.pleased"].search(turn.text) is not None)
        score -= 0.8 * (_patterns()["mood.annoyed"].search(turn.text) is not None)
    if score >= 1.0:
        return "pleased"
    return "annoyed" if score <= -1.0 else "calm"


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        f"{group}.{name}": re.compile(pattern)
        for group, entries in load("outcome").items()
        for name, pattern in entries.items()
        if isinstance(pattern, str)
    }
