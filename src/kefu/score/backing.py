"""What a caller may say: the values, names and wording of the caller's half of the document, compiled once.

A claim is backed when the document makes it or the customer made it in the call;
what stands only in the customer's half is unknown to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kefu.language.normalise import fold
from kefu.language.values import Value, read_values
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Domain, Scenario
from kefu.score.patterns import signs_of
from kefu.score.terms import terms_of

__all__ = ["Backing", "backing_of", "pairs_of"]

_MOST_CHARACTERS = 20_000
_SENTENCE = re.compile(r"[^。？！；?!;\n]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_RULES_OUT = re.compile(
    r"(?:不|勿|禁止|严禁|避免|绝不|无)(?:得|能|做|要|会|可|进行|涉及|主动|强行|强)?.{0,4}(?:推销|营销|推荐|促销|销售|卖|劝)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """The caller's half as evidence."""

    text: str
    values: tuple[Value, ...]
    numbers: frozenset[float]
    terms: frozenset[str]
    sentences: tuple[frozenset[str], ...]
    pairs: frozenset[str]
    own_pairs: frozenset[str]
    """Character pairs of what introduces the caller: its role, the opening, the first step."""
    holes: bool
    machine: bool
    no_promotion: bool
    sells: bool


@once_per_scenario
def backing_of(scenario: Scenario) -> Backing:
    """The backing of a scenario's caller."""
    caller = scenario.caller
    texts = list(_texts(scenario))
    text = "\n".join(texts)[:_MOST_CHARACTERS]
    first = [step.title for step in caller.steps[:2]]
    first += [line.text for step in caller.steps[:2] for line in step.lines]
    introduces = "\n".join((caller.role, caller.task, *(item.text for item in caller.openings), *first))
    values = read_values(text)
    return Backing(
        text=text,
        values=values,
        numbers=frozenset(number for value in values for number in (value.low, value.high) if number),
        terms=terms_of_long(text),
        sentences=tuple(terms_of(match[0]) for match in _SENTENCE.finditer(text) if len(match[0]) > 3),
        pairs=pairs_of(text),
        own_pairs=pairs_of(introduces),
        holes=bool(scenario.placeholders),
        machine="machine" in signs_of(caller.role[:400] + introduces[:400], "machine"),
        no_promotion=bool(_RULES_OUT.search(text)),
        sells=scenario.domain is Domain.SALES,
    )


def terms_of_long(text: str) -> frozenset[str]:
    """The terms of a text of any length, line by line."""
    return frozenset[str]().union(*(terms_of(line) for line in text.split("\n")))


@lru_cache(maxsize=2048)
def pairs_of(text: str) -> frozenset[str]:
    """All pairs of neighbouring Chinese characters."""
    found: set[str] = set()
    for run in _CHINESE.findall(fold(text)):
        found.update(map(str.__add__, run, run[1:]))
    return frozenset(found)


def _texts(scenario: Scenario) -> Iterator[str]:
    caller = scenario.caller
    yield from (scenario.title, caller.role, caller.task)
    yield from (item.text for item in caller.profile)
    for step in caller.steps:
        yield step.title
        yield from (line.text for line in step.lines)
    for fact in caller.facts:
        yield from (fact.question, fact.answer)
    for items in (caller.openings, caller.end_conditions, caller.closings):
        yield from (item.text for item in items)
    for items in scenario.other_sections.values():
        yield from (item.text for item in items)
