"""Contradictions: things for which a scenario gives two different numbers.

Amounts, times, days, telephone numbers and e-mail addresses are compared where
the same thing is named beside them; what costs nothing costs zero. A text that gives two numbers itself explains
them; what is said only under a condition may differ.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kefu.scenario.model import Scenario
from kefu.scenario.rival import Contradiction, Sentence, rivals
from kefu.scenario.words import alternation, load

__all__ = ["Contradiction", "contradictions"]


_Given = tuple[tuple[str, str], str]
"""What is measured and its name, and the value that is given for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A number that some text gives for a thing."""

    thing: tuple[str, str]
    """What is measured, and its name."""
    value: str
    line: int
    fact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """How a number, what it measures, days, telephone numbers and what costs nothing are written."""

    amount: re.Pattern[str]
    thing: re.Pattern[str]
    ends: frozenset[str]
    """The characters in which the name of a thing may end."""
    qualifier: re.Pattern[str]
    phone: re.Pattern[str]
    call: re.Pattern[str]
    others: re.Pattern[str]
    event: re.Pattern[str]
    event_behind: re.Pattern[str]
    free: re.Pattern[str]
    free_before: re.Pattern[str]
    unless: re.Pattern[str]
    measure: Mapping[str, str]


@cache
def _number_words() -> _Numbers:
    words = load("check.toml")["facts"]
    calls, dates, free = words["calls"], words["dates"], words["free"]
    things, events = alternation(words["things"]), alternation(dates["events"])
    number = "(\\d[\\d\\-－— ]{4,18}\\d)"
    return _Numbers(
        amount=re.compile(f"(?<!\\d)(\\d{{1,9}}(?:[.,]\\d{{1,4}})?)[ ]?({alternation(words['units'])})"),
        thing=re.compile(f"([\u4e00-\u9fff]{{0,4}}(?:{things}))(?:{alternation(words['links'])}){{0,2}}[ ]?$"),
        ends=frozenset(thing[-1] for thing in words["things"]),
        qualifier=re.compile(alternation(words["qualifiers"])),
        phone=re.compile(f"({alternation(words['phones'])})[^\\d，。；,;]{{0,4}}(?<!\\d){number}"),
        call=re.compile(
            f"(?:{alternation(calls['verbs'])})[^\\d，。；,;]{{0,4}}(?<!\\d)(?={alternation(calls['starts'])}){number}"
        ),
        others=re.compile(alternation(calls["others"])),
        event=re.compile(f"([\u4e00-\u9fff]{{0,4}}(?:{events}))(?:{alternation(dates['links'])}){{0,2}}[ ]?$"),
        event_behind=re.compile(f"[ ]?(?:{alternation(dates['behind'])})?({events})"),
        free=re.compile(
            f"([\u4e00-\u9fff]{{0,4}}(?:{things}))(?:{alternation(free['between'])}){{0,2}}(?:{alternation(free['behind'])})"
        ),
        free_before=re.compile(f"(?:{alternation(free['before'])})((?:[\u4e00-\u9fff]{{0,2}})(?:{things}))"),
        unless=re.compile(alternation(free["unless"])),
        measure={unit: name for name, units in words["measures"].items() for unit in units},
    )


_NEAR = 14
_SHORT_NAME = 2
_WORTH = re.compile("[0-9@免]")
_LONG_NUMBER = re.compile(r"\d[\d\-－— ]{4}")
_NOTHING = re.compile("免|不收|不要钱")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,10}")
_DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]")
_CLAUSE = re.compile("[，,。；;！!？?]")
_CALLED = "电话"
"""What a telephone number is called that no label names."""
_SAME_UNIT = {"块": "元", "块钱": "元", "％": "%", "工作日": "个工作日"}


def contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """The things for which different texts of the caller give different values, each once."""
    told: set[frozenset[int]] = set()
    for found in (*_named(scenario), *_in_the_same_words(scenario)):
        places = frozenset((found.line, found.first_line))
        if places not in told or not found.line:
            told.add(places)
            yield found


def _in_the_same_words(scenario: Scenario) -> Iterator[Contradiction]:
    """What two sentences say in the same words with another value; no name of the thing is needed."""
    asked = {fact.line: fact.question for fact in scenario.caller.facts}
    sentences = [
        Sentence(text, asked.get(line, "") if fact else "", line, fact) for text, line, fact in _spoken_texts(scenario)
    ]
    return rivals(sentences)


def _named(scenario: Scenario) -> Iterator[Contradiction]:
    """What is named beside its values."""
    given: defaultdict[tuple[str, str], list[_Said]] = defaultdict(list)
    for text, line, fact in _spoken_texts(scenario):
        if _WORTH.search(text) is not None or "不收" in text or "不要钱" in text:
            for said in _numbers(text, line, fact):
                given[said.thing].append(said)
    for said in _same_things(given):
        if not said:
            continue
        first = said[0]
        other = next((later for later in said[1:] if later.value != first.value), None)
        if other is not None:
            yield Contradiction(
                thing=other.thing[1],
                value=other.value,
                line=other.line,
                first=first.value,
                first_line=first.line,
                flow=first.fact != other.fact,
            )


def _same_things(given: Mapping[tuple[str, str], list[_Said]]) -> Iterator[list[_Said]]:
    """What is said of each thing, together with what is said where its name has more words in front of it."""
    longer: defaultdict[tuple[str, str], list[_Said]] = defaultdict(list)
    for (measure, thing), said in given.items():
        for start in range(1, len(thing) - _SHORT_NAME + 1):
            if (measure, thing[start:]) in given and "的" not in thing[:start]:
                longer[measure, thing[start:]] += said
    labelled = [
        one for (measure, thing), said in given.items() if measure == "phone" and thing != _CALLED for one in said
    ]
    for key, said in given.items():
        if key == ("phone", _CALLED):
            yield _unlike(said, labelled)
        else:
            yield [*said, *longer[key]] if key in longer else said


def _unlike(called: list[_Said], labelled: list[_Said]) -> list[_Said]:
    """The numbers that no label names, with a labelled one where it tells them to be wrong."""
    known = {said.value for said in labelled}
    wrong = [said for said in called if said.value not in known]
    return [labelled[0], *wrong] if labelled and wrong else wrong if not labelled else called[:1]


def _spoken_texts(scenario: Scenario) -> Iterator[tuple[str, int, bool]]:
    """What the caller knows and may say, with its line, and whether it is known rather than part of the flow."""
    caller = scenario.caller
    for fact in caller.facts:
        yield fact.answer, fact.line, True
    for item in caller.profile:
        yield item.text, item.line, True
    for item in (*caller.openings, *caller.closings):
        yield item.text, item.line, False
    for step in caller.steps:
        for line in step.lines:
            if line.condition is None:
                yield line.text, line.line, False


def _numbers(text: str, line: int, fact: bool) -> Iterable[_Said]:
    words = _number_words()
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    given = [*_amounts(text, words), *_phones(text, words)]
    if "月" in text:
        given += _days(text, words)
    if _NOTHING.search(text) is not None:
        given += _free(text, words)
    if "@" in text:
        given += [(("mail", "E-mail"), mail) for mail in _MAIL.findall(text)]
    for thing, value in given:
        found[thing].add(value)
    for thing, values in found.items():
        if len(values) == 1:
            yield _Said(thing=thing, value=next(iter(values)), line=line, fact=fact)


def _amounts(text: str, words: _Numbers) -> Iterator[_Given]:
    """Amounts and times, by the thing that is named before them."""
    for amount in words.amount.finditer(text):
        before = text[max(0, amount.start() - _NEAR) : amount.start()]
        named = None if words.ends.isdisjoint(before) else words.thing.search(before)
        if named is not None and not _qualified(before, named, words):
            unit = _SAME_UNIT.get(amount[2], amount[2])
            yield (words.measure.get(amount[2], "time"), named[1]), amount[1].replace(",", "") + unit


def _phones(text: str, words: _Numbers) -> Iterator[_Given]:
    """Telephone numbers by their label, and the service's that no label names."""
    if _LONG_NUMBER.search(text) is None:
        return
    for phone in words.phone.finditer(text):
        yield ("phone", phone[1]), _digits(phone[2])
    for call in words.call.finditer(text):
        if words.others.search(text[max(0, call.start() - _NEAR) : call.start()]) is None:
            yield ("phone", _CALLED), _digits(call[1])


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _days(text: str, words: _Numbers) -> Iterator[_Given]:
    """The days of events: 活动截止到…, or …截止."""
    for day in _DAY.finditer(text):
        before = text[max(0, day.start() - _NEAR) : day.start()]
        named = words.event.search(before) or words.event_behind.match(text, day.end())
        if named is not None and not (named.string is before and _qualified(before, named, words)):
            yield ("day", named[1]), f"{int(day[1])}月{int(day[2])}日"


def _free(text: str, words: _Numbers) -> Iterator[_Given]:
    """What costs nothing, as 上门费免费; not where the clause says for whom or when."""
    for hint in _NOTHING.finditer(text):
        around = (max(0, hint.start() - _NEAR), hint.end() + _NEAR)
        for found in (*words.free.finditer(text, *around), *words.free_before.finditer(text, *around)):
            starts = [cut.end() for cut in _CLAUSE.finditer(text, max(0, found.start() - 40), found.start())]
            clause = text[starts[-1] if starts else max(0, found.start() - 40) : found.end()]
            if words.unless.search(clause) is None and words.qualifier.search(clause) is None:
                yield ("money", found[1]), "0元"


def _qualified(before: str, named: re.Match[str], words: _Numbers) -> bool:
    """Whether a thing, or what stands before it, says that the number is not simply its own."""
    return words.qualifier.search(before[max(0, named.start() - 3) : named.end(1)]) is not None
