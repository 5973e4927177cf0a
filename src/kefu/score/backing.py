"""What a caller may say: the values, names and wording of the caller's half of the document, compiled once.

A claim is backed when the document makes it or the customer made it in the call;
what stands only in the customer's half is unknown to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kefu.language.normalise import fold
from kefu.language.values import Kind, Value, read_values
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Domain, Scenario
from kefu.score.numbers import bare_numbers
from kefu.score.patterns import holds
from kefu.score.terms import terms_of, weight_of

__all__ = ["Backing", "backing_of", "pairs_in"]

_MOST_CHARACTERS = 20_000
_SENTENCE = re.compile(r"[^。？！；?!;\n]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_RULES_OUT = re.compile(
    r"(?:不|勿|禁止|严禁|避免|绝不|无)(?:得|能|做|要|会|可|进行|涉及|主动|强行|强)?.{0,4}(?:推销|营销|推荐|促销|销售|卖|劝)"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backing:
    """The caller's half as evidence."""

    values: tuple[Value, ...]
    numbers: frozenset[float]
    """Every number of the text, with a unit or without."""
    sentences: Mapping[str, Sequence[int]]
    """Per term the sentences that hold it."""
    sentence_count: int
    of_kind: Mapping[Kind, tuple[tuple[int, Value], ...]]
    """Per kind of value those of the sentences, with the number of the sentence."""
    own_pairs: frozenset[str]
    """Character pairs of what introduces the caller: its role, the opening, the first steps."""
    holes: bool
    machine: bool
    no_promotion: bool
    sells: bool

    def support(self, terms: frozenset[str], weight: float) -> float:
        """The share of a claim that the sentence nearest to it holds, 0 to 1."""
        return max(self.shares(terms), default=0.0) / weight if weight else 0.0

    def shares(self, terms: frozenset[str]) -> list[float]:
        """Per sentence the weight of what it has in common with ``terms``."""
        shared = [0.0] * self.sentence_count
        for term in terms & self.sentences.keys():
            worth = weight_of(term)
            for sentence in self.sentences[term]:
                shared[sentence] += worth
        return shared


@once_per_scenario
def backing_of(scenario: Scenario) -> Backing:
    """The backing of a scenario's caller."""
    caller = scenario.caller
    text = "\n".join(_texts(scenario))[:_MOST_CHARACTERS]
    first = [step.title for step in caller.steps[:2]]
    first += [line.text for step in caller.steps[:2] for line in step.lines]
    introduces = "\n".join((caller.role, caller.task, *(item.text for item in caller.openings), *first))
    values = read_values(text)
    folded = fold(text)
    numbers = {number for value in values for number in (value.low, value.high) if number}
    wordings = [match[0] for match in _SENTENCE.finditer(text) if len(match[0]) > 3]
    sentences = [terms_of(wording) for wording in wordings]
    return Backing(
        values=values,
        numbers=frozenset(numbers | {value.low for value in bare_numbers(text, folded)}),
        sentences=_postings(sentences),
        sentence_count=len(sentences),
        of_kind=_by_kind(wordings),
        own_pairs=pairs_in(fold(introduces)),
        holes=bool(scenario.placeholders),
        machine=holds(fold(introduces[:_MOST_CHARACTERS]), "machine_role"),
        no_promotion=bool(_RULES_OUT.search(text)),
        sells=scenario.domain is Domain.SALES,
    )


def pairs_in(folded: str) -> frozenset[str]:
    """All pairs of neighbouring Chinese characters of a folded text."""
    found: set[str] = set()
    for run in _CHINESE.findall(folded):
        found.update(map(str.__add__, run, run[1:]))
    return frozenset(found)


def _postings(sentences: list[frozenset[str]]) -> dict[str, Sequence[int]]:
    # numbers alone and no pair per posting: of ten thousands of pairs the collector of garbage would look at each
    found: dict[str, list[int]] = {}
    for number, terms in enumerate(sentences):
        for term in terms:
            if term in found:
                found[term].append(number)
            else:
                found[term] = [number]
    return {term: tuple(where) for term, where in found.items()}


def _by_kind(wordings: list[str]) -> dict[Kind, tuple[tuple[int, Value], ...]]:
    found: dict[Kind, list[tuple[int, Value]]] = {}
    for number, wording in enumerate(wordings):
        for value in read_values(wording):
            found.setdefault(value.kind, []).append((number, value))
    return {kind: tuple(values) for kind, values in found.items()}


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
