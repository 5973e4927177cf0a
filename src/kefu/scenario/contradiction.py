"""Contradictions: things for which a scenario gives two different numbers.

Amounts, times, telephone numbers and e-mail addresses are compared where the
same thing is named before them. A text that gives two numbers itself explains
them; what is said only under a condition may differ.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kefu.scenario.model import Scenario
from kefu.scenario.words import alternation, load

__all__ = ["Contradiction", "contradictions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One thing with two values; ``flow`` where one of them stands in the flow and the other in the knowledge base."""

    thing: str
    value: str
    line: int
    first: str
    first_line: int
    flow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A number that some text gives for a thing."""

    thing: str
    value: str
    line: int
    fact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """How a number, what it measures, and telephone numbers are written."""

    amount: re.Pattern[str]
    thing: re.Pattern[str]
    qualifier: re.Pattern[str]
    phone: re.Pattern[str]


@cache
def _number_words() -> _Numbers:
    words = load("check.toml")["facts"]
    return _Numbers(
        amount=re.compile(f"(?<!\\d)(\\d{{1,9}}(?:[.,]\\d{{1,4}})?)[ ]?({alternation(words['units'])})"),
        thing=re.compile(
            f"([\u4e00-\u9fff]{{0,4}}(?:{alternation(words['things'])}))(?:{alternation(words['links'])})?[ ]?$"
        ),
        qualifier=re.compile(alternation(words["qualifiers"])),
        phone=re.compile(f"({alternation(words['phones'])})[^\\d，。；,;]{{0,4}}(?<!\\d)(\\d[\\d\\-－— ]{{4,18}}\\d)"),
    )


_NEAR = 14
_SHORT_NAME = 3
_WORTH = re.compile(r"[\d@]")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,10}")


def contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """The things for which different texts of the caller give different values, each once."""
    given: defaultdict[str, list[_Said]] = defaultdict(list)
    for text, line, fact in _spoken_texts(scenario):
        if _WORTH.search(text) is not None:
            for said in _numbers(text, line, fact):
                given[said.thing].append(said)
    for said in _same_things(given):
        first = said[0]
        other = next((later for later in said[1:] if later.value != first.value), None)
        if other is not None:
            yield Contradiction(
                thing=other.thing,
                value=other.value,
                line=other.line,
                first=first.value,
                first_line=first.line,
                flow=first.fact != other.fact,
            )


def _same_things(given: Mapping[str, list[_Said]]) -> Iterator[list[_Said]]:
    """What is said of each thing, together with what is said where its name has more words in front of it."""
    longer: defaultdict[str, list[_Said]] = defaultdict(list)
    for thing, said in given.items():
        for start in range(1, len(thing) - _SHORT_NAME + 1):
            if thing[start:] in given and "的" not in thing[:start]:
                longer[thing[start:]] += said
    for thing, said in given.items():
        yield [*said, *longer[thing]] if thing in longer else said


def _spoken_texts(scenario: Scenario) -> Iterator[tuple[str, int, bool]]:
    """What the caller may say, with its line, and whether it is an answer of the knowledge base."""
    caller = scenario.caller
    for fact in caller.facts:
        yield fact.answer, fact.line, True
    for item in (*caller.openings, *caller.closings):
        yield item.text, item.line, False
    for step in caller.steps:
        for line in step.lines:
            if line.condition is None:
                yield line.text, line.line, False


def _numbers(text: str, line: int, fact: bool) -> Iterable[_Said]:
    words = _number_words()
    found: dict[str, set[str]] = {}
    for amount in words.amount.finditer(text):
        before = text[max(0, amount.start() - _NEAR) : amount.start()]
        named = words.thing.search(before)
        if named is not None and not _qualified(before, named, words):
            found.setdefault(named[1], set()).add(amount[1].replace(",", "") + amount[2])
    for phone in words.phone.finditer(text):
        found.setdefault(phone[1], set()).add(re.sub(r"\D", "", phone[2]))
    mails = set(_MAIL.findall(text)) if "@" in text else set[str]()
    for thing, values in (*found.items(), ("@", mails)):
        if len(values) == 1:
            yield _Said(thing="E-mail" if thing == "@" else thing, value=next(iter(values)), line=line, fact=fact)


def _qualified(before: str, named: re.Match[str], words: _Numbers) -> bool:
    """Whether a thing, or what stands before it, says that the number is not simply its own."""
    return words.qualifier.search(before[max(0, named.start() - 3) : named.end(1)]) is not None
