"""Domain and persona, inferred from the words of a document; names, numbers and ids count for nothing.

The words and their weights are in ``infer.toml``. Every zone of the document
(task, role, behaviours …) votes with the words it holds; a word that is
repeated counts ever less, so that length does not decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log2
from operator import itemgetter
from typing import Any, cast

from kefu.scenario.model import Caller, Domain, Item, Persona, Scenario
from kefu.scenario.words import load

__all__ = ["infer_domain", "infer_persona", "weigh"]

_INDEX: Callable[[tuple[int, int]], int] = itemgetter(1)
_LONG = 20_000
"""More of a zone than this says nothing new; it keeps the time bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Classes:
    automaton: Any
    """An Aho–Corasick automaton: word to its index in ``votes``."""
    votes: tuple[tuple[tuple[str, float], ...], ...]
    zones: Mapping[str, float]
    scale: Mapping[str, float]


@cache
def _classes(kind: str) -> _Classes:
    from importlib import import_module

    data = load("infer.toml")
    votes: dict[str, list[tuple[str, float]]] = {}
    for name, by_weight in cast("Mapping[str, Mapping[str, list[str]]]", data[kind]).items():
        for weight, words in by_weight.items():
            for word in words:
                votes.setdefault(word, []).append((name, float(weight)))
    automaton: Any = cast("Any", import_module("ahocorasick")).Automaton()
    kept: list[tuple[tuple[str, float], ...]] = []
    for word, given in votes.items():
        best: dict[str, float] = {}
        for name, weight in given:
            best[name] = max(best.get(name, 0.0), weight)
        automaton.add_word(word, len(kept))
        kept.append(tuple(best.items()))
    automaton.make_automaton()
    return _Classes(automaton=automaton, votes=tuple(kept), zones=data["zones"][kind], scale=data["scale"][kind])


def weigh(kind: str, zones: Iterable[tuple[str, str]]) -> dict[str, float]:
    """How much the texts of the zones speak for each ``domain`` or ``persona``."""
    classes = _classes(kind)
    votes, automaton = classes.votes, classes.automaton
    totals: dict[str, float] = {}
    for zone, text in zones:
        weight = classes.zones[zone]
        hits: Iterable[tuple[int, int]] = automaton.iter(text[:_LONG])
        seen = Counter(map(_INDEX, hits))
        for index, count in seen.items():
            strength = weight if count == 1 else weight * log2(1 + count)
            for name, vote in votes[index]:
                totals[name] = totals.get(name, 0.0) + vote * strength
    return {name: total * classes.scale.get(name, 1.0) for name, total in totals.items()}


def infer_domain(scenario: Scenario) -> Domain | None:
    """What kind of call this is, from the caller's half; ``None`` where no word tells."""
    caller = scenario.caller
    zones = (
        ("title", scenario.title),
        ("role", caller.role),
        ("task", caller.task),
        ("profile", _joined(caller.profile)),
        ("flow", _titles(caller)),
        ("opening", _joined(caller.openings)),
    )
    best = _best(weigh("domain", zones))
    return Domain(best) if best else None


def infer_persona(scenario: Scenario) -> Persona | None:
    """The customer's character, from its half and the caller's profile of it; ``None`` where no word tells."""
    customer = scenario.customer
    zones = (
        ("profile", _joined(scenario.caller.profile)),
        ("task", scenario.caller.task),
        ("flow", _titles(scenario.caller)),
        ("role", customer.role),
        ("background", _joined(customer.background)),
        ("behaviours", _joined(customer.behaviours)),
    )
    best = _best(weigh("persona", zones))
    return Persona(best) if best else None


def _best(totals: Mapping[str, float]) -> str:
    return max(totals, key=lambda name: (totals[name], name), default="")


def _joined(items: Iterable[Item]) -> str:
    return "\n".join(item.text for item in items)


def _titles(caller: Caller) -> str:
    return "\n".join(step.title for step in caller.steps)
