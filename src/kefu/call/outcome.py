"""What came of a call: the result in one word, and what was reported, asked for, given and promised.

Read from the turns alone, so calls from anywhere have one; every entry cites its
turn and words. It is scored on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from kefu.call.call import Call
from kefu.call.line import does
from kefu.call.phrasing import load
from kefu.call.plan import Plan, plan_of
from kefu.call.speech import bigrams, clauses, key, pairs_of, sentences
from kefu.call.topic import concepts_of
from kefu.call.turn import Speaker, Turn
from kefu.language.acts import Act, read_acts
from kefu.language.values import Kind, read_values
from kefu.scenario.model import Scenario

__all__ = ["Noted", "Outcome", "Promise", "Request", "Result", "outcome_to_json", "read_outcome"]

_EARLY = 3
_MOST_NOTED = 50
_READ = 400
_REMEMBERED = 4096
"""Sentences of which it is remembered what they ask for or promise: embedded parties say them in call after call."""
_MOST_SPOKEN = 200
_DONE = 0.55
_HALF = 1.6
_EVERYTHING = 2.1
_WHOLE = 1.9
_LAST = 2
_SHORT_ANSWER = 20
_TIME_ALONE = 12
_CONTENT = 0.3
"""How much of the flow has to be found in what was said where the customer parts pleased."""
_CHOICE = re.compile(r"([\u4e00-\u9fff]{1,2})不\1")


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
    parted: bool = False
    """Whether the caller had said farewell before."""


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
    parted = False
    for number, turn in enumerate(turns):
        if turn.speaker is Speaker.CALLER:
            line = turn.text[-_READ:]
            parted = any(does("wishes", sentence) for sentence in sentences(line)[-_LAST:])
        elif turn.text.strip():
            text = turn.text[:_READ]
            acts = frozenset(read_acts(text, line))
            found.append(_Heard(number=number, text=text, acts=acts, parted=parted))
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
    if all(turn.acts <= {Act.UNCLEAR} for turn in heard):
        return Result.NOT_REACHED
    if reached is False:
        return Result.WRONG_PERSON
    covered = _covered(plan, turns)
    if ended := _ended(turns, heard, requests, covered):
        return ended
    last = heard[-_LAST:]
    if covered < _WHOLE and any(_refuses(turn.text, "busy") and not turn.parted for turn in last):
        return Result.PARTLY
    undecided = any(Act.HESITATE in turn.acts and _patterns()["undecided.find"].search(turn.text) for turn in last)
    if undecided or _threatens(heard) or not _answered(heard):
        return Result.PARTLY
    content = covered >= _CONTENT and len(heard) > _EARLY and _mood(heard) == "pleased"
    return Result.DONE if (covered >= _DONE and len(heard) >= _EARLY) or content else Result.PARTLY


def _ended(
    turns: Sequence[Turn], heard: Sequence[_Heard], requests: Sequence[Request], covered: float
) -> Result | None:
    """The result of a call that the customer cut short: refused or put off; ``None`` where it was not."""
    last = heard[-_LAST:]
    if _appointed(turns, heard, requests):
        return Result.CALL_BACK
    refusals = [turn for turn in heard if _is_refusal(turn)]
    if refusals and (refusals[-1] in last or len(heard) <= _EARLY) and covered < _most_covered(refusals[-1].text):
        return Result.REFUSED
    if _only_refused(heard):
        return Result.REFUSED
    if _put_off(turns, last, requests) and covered < (_HALF if len(heard) > _EARLY else _WHOLE):
        return Result.CALL_BACK
    return None


def _only_refused(heard: Sequence[_Heard]) -> bool:
    """Whether the last that the customer said before the farewell were refusals, after nothing it took up."""
    talk = [turn for turn in heard if not turn.parted]
    if len(talk) <= _LAST or any(Act.REFUSE not in turn.acts for turn in talk[-_LAST:]):
        return False
    return not any(turn.acts & {Act.ACCEPT, Act.SATISFIED, Act.INFORM} for turn in talk[1:])


def _appointed(turns: Sequence[Turn], heard: Sequence[_Heard], requests: Sequence[Request]) -> bool:
    """Whether the customer's last word before the farewell asked for another call, and the caller agreed."""
    talk = [turn for turn in heard if not turn.parted]
    if not talk or not any(r.kind == "call_back" and r.turn == talk[-1].number for r in requests):
        return False
    said = next((turn.text[:_READ] for turn in turns[talk[-1].number + 1 :] if turn.speaker is Speaker.CALLER), "")
    return _patterns()["appointed.find"].search(said) is not None


def _threatens(heard: Sequence[_Heard]) -> bool:
    """Whether the customer's last word but a farewell was that it would complain somewhere."""
    talk = [turn for turn in heard if turn.acts - {Act.BYE, Act.UNCLEAR}]
    bad = {Act.COMPLAIN, Act.IMPATIENT, Act.REFUSE}
    return any(turn.acts & bad and _patterns()["threat.find"].search(turn.text) for turn in talk[-1:])


def _answered(heard: Sequence[_Heard]) -> bool:
    """Whether the customer said more than a bare no to what came after the first words."""
    talk = [turn for turn in heard[1:] if not turn.parted and turn.acts - {Act.BYE, Act.UNCLEAR}]
    return not talk or any(not _patterns()["bare_no.find"].match(turn.text) for turn in talk)


def _put_off(turns: Sequence[Turn], last: Sequence[_Heard], requests: Sequence[Request]) -> bool:
    """Whether the call ended with the talk put off to another time."""
    if any(request.kind == "call_back" and request.turn >= last[0].number - 1 for request in requests):
        return True
    if any(Act.BUSY in turn.acts and _refuses(turn.text, "busy") for turn in last):
        return True
    said = [turn.text[:_READ] for turn in turns if turn.speaker is Speaker.CALLER][-_LAST:]
    return any(_patterns()["appointed.find"].search(text) for text in said)


def _is_refusal(turn: _Heard) -> bool:
    """Whether a turn refuses; what is said after the caller's farewell changes nothing any more."""
    if turn.parted:
        return False
    if Act.REFUSE in turn.acts and _refuses(turn.text, "refusal"):
        return True
    if _refuses(turn.text, "no_interest") and turn.acts & {Act.IMPATIENT, Act.COMPLAIN, Act.BYE, Act.BUSY}:
        return True
    return _refuses(turn.text, "stop_calls") and Act.ACCEPT not in turn.acts


def _most_covered(refusal: str) -> float:
    """How much of the flow may have been said and the call still count as refused."""
    if _refuses(refusal, "stop_calls"):
        return _EVERYTHING
    return _WHOLE if _refuses(refusal, "no_interest") or _refuses(refusal, "outright") else _DONE


@lru_cache(maxsize=_REMEMBERED)
def _refuses(text: str, how: str) -> bool:
    # 要紧不要紧, 去不去: a choice that is asked about is none that was made
    return re.search(load("hearing")[how], _CHOICE.sub("", text)) is not None


def _covered(plan: Plan, turns: Sequence[Turn]) -> float:
    """How much of the flow's unconditional lines the caller has said, in the document's words or its concepts."""
    said = [turn.text[:_READ] for turn in turns if turn.speaker is Speaker.CALLER][:_MOST_SPOKEN]
    lines = [beat.text for stage in plan.stages if stage.condition is None for beat in stage.beats]
    if not lines:
        return 1.0
    told = pairs_of(said)
    # no concept reaches from one sentence into the next
    about = frozenset[str]().union(*(concepts_of(sentence) for text in said for sentence in sentences(text)))
    return sum(_share(bigrams(line), told) + _share(concepts_of(line), about) for line in lines) / len(lines)


def _share(part: frozenset[str], whole: Set[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _problems(heard: Sequence[_Heard]) -> Iterable[Noted]:
    count = 0
    for turn in heard:
        if Act.COMPLAIN not in turn.acts and Act.INFORM not in turn.acts:
            continue
        for sentence in sentences(turn.text):
            told = not sentence.endswith(("？", "?"))
            if count < _MOST_NOTED and told and _tells_problem(sentence):
                count += 1
                yield Noted(turn=turn.number, quote=sentence)


@lru_cache(maxsize=_REMEMBERED)
def _tells_problem(sentence: str) -> bool:
    return _patterns()["problem.find"].search(sentence) is not None


def _requests(heard: Sequence[_Heard]) -> Iterable[Request]:
    count = 0
    seen: set[tuple[str, str]] = set()
    for turn, after in zip_longest(heard, heard[1:]):
        for sentence in sentences(turn.text):
            for kind in _requested(sentence):
                if count >= _MOST_NOTED or (kind, key(sentence)) in seen:
                    continue
                seen.add((kind, key(sentence)))
                count += 1
                when = _when(turn, after) if kind in ("call_back", "change") else None
                yield Request(kind=kind, turn=turn.number, quote=sentence, when=when)


@lru_cache(maxsize=_REMEMBERED)
def _requested(sentence: str) -> tuple[str, ...]:
    """What a sentence of the customer asks for, by kind."""
    patterns = _patterns()
    found = [kind for kind in load("outcome")["requests"] if patterns[f"requests.{kind}"].search(sentence)]
    if not found or any(patterns[f"not_requests.{no}"].search(sentence) for no in load("outcome")["not_requests"]):
        return ()
    return tuple(kind for kind in found if kind != "call_back" or "do_not_call" not in found)


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
    """What the caller commits itself to; the opening only says what the call is for."""
    count = 0
    opening = next((number for number, turn in enumerate(turns) if turn.speaker is Speaker.CALLER), 0)
    for number, turn in enumerate(turns):
        if turn.speaker is not Speaker.CALLER or number == opening:
            continue
        for sentence in sentences(turn.text[:_READ]):
            said = _committed(sentence)
            if said and count < _MOST_NOTED:
                count += 1
                yield Promise(what=said, turn=number, quote=sentence, by=_by(said, sentence, turn.text[:_READ]))


@lru_cache(maxsize=_REMEMBERED)
def _committed(sentence: str) -> str:
    """The clause of ``sentence`` that commits the caller; blank where none does."""
    if _patterns()["promises.conditional"].search(sentence) or does("asks_customer", sentence):
        return ""
    short = load("outcome")["promises"]["short"]
    return next((c for c in clauses(sentence) if len(c) >= short and _promised(c)), "")


def _promised(clause: str) -> bool:
    patterns = _patterns()
    if patterns["promises.never_again"].search(clause):
        return True
    return patterns["promises.will"].search(clause) is not None and patterns["promises.not"].search(clause) is None


def _by(clause: str, sentence: str, turn: str) -> str | None:
    """The time that a promise names: in its clause, alone before it, or by ``到时候`` somewhere in the turn."""
    committed = [clause, *(other for other in clauses(sentence) if other != clause and _promised(other))]
    if found := next((m for own in committed if (m := _patterns()["when.time"].search(own))), None):
        return found[0]
    named = (v for own in committed for v in read_values(own))
    if (own := next((v.text for v in named if v.kind in (Kind.DATE, Kind.DURATION, Kind.TIME)), None)) is not None:
        return own
    before = sentence[: max(0, sentence.find(clause))]
    alone = next((c for c in clauses(before)[-1:] if len(c) <= _TIME_ALONE), "")
    found = _patterns()["when.time"].search(turn if "到时" in clause else alone)
    return found[0] if found else None


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
    action = load("outcome")["promises"]["action"]
    return {
        f"{group}.{name}": re.compile(pattern.replace("ACTION", action))
        for group, entries in load("outcome").items()
        for name, pattern in entries.items()
        if isinstance(pattern, str)
    }
