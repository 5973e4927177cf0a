"""The phrases that are ours: enough of them, fit to be spoken, and the same occasions for every character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest

from kefu.call.answers import PLAIN
from kefu.call.phrasing import load, phrases
from kefu.call.speech import Said, key
from kefu.scenario.model import Persona

_SPOKEN = ("caller", "customer", *(persona.value for persona in Persona))
_DIRECTION = re.compile(r"[（(【\\[*#]")


def _variants(table: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for occasion, entry in table.items():
        if isinstance(entry, Mapping):
            yield from _variants(entry)
        elif isinstance(entry, list) and entry and isinstance(entry[0], str):
            yield occasion, entry


@pytest.mark.parametrize("name", _SPOKEN)
def test_every_phrase_can_be_spoken(name: str) -> None:
    for occasion, variants in _variants(load(name)):
        for text in variants:
            assert not _DIRECTION.search(text), (occasion, text)
            assert len(text) <= 40, (occasion, text)
            assert text[-1] in "。？！，…" or text.endswith("还是"), (occasion, text)


@pytest.mark.parametrize("name", _SPOKEN)
def test_no_variant_stands_twice_under_an_occasion(name: str) -> None:
    for occasion, variants in _variants(load(name)):
        assert len({key(text) for text in variants}) == len(variants), occasion


def test_the_caller_is_polite_and_promises_nothing() -> None:
    for occasion, variants in _variants(load("caller")):
        for text in variants:
            assert "你" not in text, (occasion, text)
            assert not re.search("保证|一定会|肯定会|绝对|包您", text), (occasion, text)


def test_every_character_knows_every_occasion() -> None:
    shared = {occasion for occasion, _ in _variants(load("customer"))}
    occasions = {persona: {o for o, _ in _variants(load(persona.value))} for persona in Persona}
    everywhere = set.intersection(*occasions.values())
    assert {"identity", "convenience", "explained", "answered", "yes", "no", "choice", "bye", "refuse"} <= everywhere
    for persona in Persona:
        assert set(PLAIN.values()) <= occasions[persona] | shared | everywhere, persona


def test_a_variant_is_said_once_and_then_the_next() -> None:
    said, rng = Said(), Random(1)
    found: list[str] = []
    while text := phrases("caller").choose("glad", rng, said):
        said.add(text)
        found.append(text)
    assert sorted(found) == sorted(phrases("caller").variants("glad"))
