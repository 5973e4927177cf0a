"""What a customer can say of its own: examples of speech by what they are good for, worries, and things that happened.

Built once per scenario from the customer's half alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from kefu.call.concern import Concern, concerns_of
from kefu.call.phrasing import load
from kefu.call.placeholders import spoken_around
from kefu.call.speech import bigrams, clauses, key, sentences, speakable
from kefu.language.acts import Act, read_acts
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Customer, Item, Scenario
from kefu.scenario.quote import quotes

__all__ = ["Detail", "Example", "Material", "material_of"]

_LONGEST = 70
_OF_ALTERNATIVES = 24
_ALTERNATIVES = re.compile(r"(?<=[\u4e00-\u9fff])/[^，。！？!?”’」\s]{1,16}")
"""Other ways to say it: 行了/知道了."""
_SHORTEST_QUOTE = 4
_READ = 20_000
_MOST_DETAILS = 40
_MOST_EXAMPLES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One utterance in the style of the document; ``uses`` names what it is good for."""

    text: str
    acts: frozenset[Act]
    uses: frozenset[str]

    def good_for(self, use: str) -> bool:
        """Whether it is good for ``use`` (a key under ``[example]`` in ``phrases/material.toml``)."""
        return use in self.uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Something that happened to the customer, as it may be said."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The customer's own words and worries."""

    examples: tuple[Example, ...]
    farewells: tuple[Example, ...]
    concerns: tuple[Concern, ...]
    details: tuple[Detail, ...]
    avoid: tuple[frozenset[str], ...]
    surroundings: tuple[str, ...]
    has_problem: bool

    def avoided(self, text: str) -> bool:
        """Whether ``text`` sounds like what the document says never to sound like."""
        pairs = bigrams(text)
        return any(len(pairs & bad) > 0.55 * max(6, min(len(pairs), len(bad))) for bad in self.avoid)


@once_per_scenario
def material_of(scenario: Scenario) -> Material:
    """The material in the customer's half of ``scenario``."""
    customer = scenario.customer
    name = _name(customer)
    examples = list(_examples([item.text for item in customer.imitate[:_MOST_EXAMPLES]], 0))
    quoted = list(_examples(_quoted(customer.behaviours)[:_MOST_EXAMPLES], len(examples)))
    known = {key(example.text) for example in examples}
    everything = " ".join([customer.role, *(item.text for item in customer.background)])[:_READ]
    occasions: Mapping[str, object] = load("customer")["asides"]
    return Material(
        examples=(*examples, *(example for example in quoted if key(example.text) not in known)),
        farewells=tuple(_examples(_quoted(customer.end_conditions)[:_MOST_EXAMPLES], 1)),
        concerns=concerns_of(customer.concerns, name),
        details=tuple(_details(customer)),
        avoid=tuple(pairs for item in customer.avoid[:_MOST_EXAMPLES] if len(pairs := bigrams(item.text)) > 5),
        surroundings=tuple(occasion for occasion in occasions if re.search(occasion, everything)),
        has_problem=_patterns()["problem"].search(everything) is not None,
    )


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    data = load("material")
    return {name: re.compile(pattern) for group in ("example", "background") for name, pattern in data[group].items()}


def _name(customer: Customer) -> str:
    found = re.match(r"([\u4e00-\u9fff]{2,4})[，,、（(]", customer.role)
    return found[1] if found and not found[1].endswith(("人", "户", "客", "者")) else ""


def _quoted(items: Iterable[Item]) -> list[str]:
    """What the customer is quoted to say; words that it hears or that are only named are left out."""
    return [
        quote.inner
        for item in items
        for quote in quotes(item.text)
        if len(key(quote.inner)) >= _SHORTEST_QUOTE
        and not _patterns()["named"].search(item.text[: quote.start][-8:])
        and not _patterns()["agent"].search(quote.inner)
        and _patterns()["speech"].search(quote.inner)
    ]


def _examples(texts: Iterable[str], offset: int) -> Iterable[Example]:
    patterns = _patterns()
    for at, text in enumerate(texts):
        if patterns["stage_only"].search(text.strip()):
            continue
        if len(text) <= _OF_ALTERNATIVES:
            text = _ALTERNATIVES.sub("", text)
        spoken = _shortened(_marked("".join(spoken_around(s) for s in sentences(speakable(text)))))
        if len(key(spoken)) < 2:
            continue
        uses = {name for name in load("material")["example"] if patterns[name].search(spoken)}
        acts = frozenset(read_acts(spoken))
        if at == 0 and offset == 0 and Act.CONFIRM in acts and "identity" in uses:
            uses.add("opening")
        yield Example(text=spoken, acts=acts, uses=frozenset(uses))


def _marked(text: str) -> str:
    """``text`` with a question mark where it asks without one."""
    if "？" in text or "?" in text or not text.endswith("。"):
        return text
    return text[:-1] + "？" if _patterns()["asks_unmarked"].search(text[:-1]) else text


def _shortened(text: str) -> str:
    """``text`` up to ``_LONGEST`` characters, cut after a sentence."""
    if len(text) <= _LONGEST:
        return text
    cut = max(text.rfind(mark, 0, _LONGEST) for mark in "。？！…")
    return text[: cut + 1] if cut > 8 else text


def _details(customer: Customer) -> Iterable[Detail]:
    patterns = _patterns()
    count = 0
    for item in customer.background:
        for clause in clauses(re.sub(r"^[^：:，,]{2,10}[：:]", "", item.text)):
            if not 5 <= len(clause) <= 26 or patterns["unspeakable"].search(clause):
                continue
            if patterns["event"].search(clause) and "“" not in clause and "”" not in clause and count < _MOST_DETAILS:
                count += 1
                yield Detail(text=clause)
