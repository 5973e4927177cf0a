"""Calls of ours with one fault put in: a changed value, a question passed over, a rude word.

In the calls that people wrote a customer mostly protests when something is wrong. Real customers
often do not notice: these teach the rules to tell by the caller's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from calls import Case
from kefu.call.turn import Speaker, Turn
from kefu.language.acts import Act, read_acts
from kefu.language.values import Kind, backed, read_values
from kefu.score.backing import backing_of
from kefu.score.verdict import Rule

_CHANGED = frozenset({Kind.DATE, Kind.TIME, Kind.AMOUNT, Kind.PERCENTAGE, Kind.PHONE, Kind.DURATION, Kind.COUNT})
_DIGITS = re.compile(r"[0-9]+|[一二三四五六七八九]")
_CHINESE = "一二三四五六七八九"
_LEAST_LENGTH = 8
_TRIES = 8


class Altered(NamedTuple):
    """A labelled call with a fault in one turn, and which rule that breaks."""

    case: Case
    rule: Rule
    turn: int


def alterations(case: Case, seed: int, rude: Sequence[str] = ()) -> Iterator[Altered]:
    """One call with each fault that it has a place for; none on a turn that people found fault with."""
    random = Random(f"{seed}")
    marked = {turn for _rule, turn in case.labelled.violations or ()}
    turns = case.labelled.call.turns
    free = [n for n, turn in enumerate(turns) if turn.speaker is Speaker.CALLER and n not in marked]
    random.shuffle(free)
    for rule, spoil in ((Rule.INVENTED_FACT, _wrong), (Rule.IGNORED_QUESTION, _passed_over)):
        for number in free:
            text = spoil(case, number, random)
            if text:
                yield Altered(_with(case, number, text), rule, number)
                break
    if rude and free:
        text = turns[free[0]].text
        word = random.choice(rude)
        yield Altered(_with(case, free[0], random.choice((text + word, word + text, word))), Rule.RUDE_TONE, free[0])


def _with(case: Case, number: int, text: str) -> Case:
    turns = list(case.labelled.call.turns)
    turns[number] = Turn(speaker=turns[number].speaker, text=text)
    call = replace(case.labelled.call, turns=tuple(turns))
    return Case(case.scenario, replace(case.labelled, call=call))


def _wrong(case: Case, number: int, random: Random) -> str:
    """The turn with a value that the document backs changed into one that nothing backs."""
    turns = case.labelled.call.turns
    text = turns[number].text
    known = backing_of(case.scenario).values
    heard = tuple(v for turn in turns[:number] if turn.speaker is Speaker.CUSTOMER for v in read_values(turn.text))
    values = [v for v in read_values(text) if v.kind in _CHANGED and _DIGITS.search(v.text) and backed(v, known)]
    random.shuffle(values)
    for value in values:
        for _try in range(_TRIES):
            new = _other(value.text, random)
            spoiled = text[: value.start] + new + text[value.end :]
            read = [v for v in read_values(spoiled) if v.start == value.start]
            if read and read[0].kind is value.kind and not backed(read[0], known) and not backed(read[0], heard):
                return spoiled
    return ""


def _other(text: str, random: Random) -> str:
    places = list(_DIGITS.finditer(text))
    match = random.choice(places)
    if match[0].isdigit():
        new = str(max(1, int(match[0]) + random.choice((-10, -5, -3, -2, -1, 1, 2, 3, 5, 10, 20))))
        new = new.zfill(len(match[0]))[-max(len(match[0]), 1) :]
    else:
        new = random.choice(_CHINESE)
    return text[: match.start()] + new + text[match.end() :]


def _passed_over(case: Case, number: int, _random: Random) -> str:
    """The caller's next turn in place of the answer that the customer had asked for."""
    turns = case.labelled.call.turns
    if number < 2 or number + 2 >= len(turns):
        return ""
    before = turns[number - 1]
    known = (case.labelled.acts or {}).get(number - 1)
    asks = Act.ASK in (known if known is not None else read_acts(before.text, turns[number - 2].text))
    following = turns[number + 2].text
    if not asks or "？" not in before.text or len(following) < _LEAST_LENGTH or number + 4 >= len(turns):
        return ""
    return following
