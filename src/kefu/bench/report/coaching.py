"""Coaching: what was said where a step failed or a question went unanswered, beside what the document offers for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kefu.bench.report.findings import Words
from kefu.language.meaning import relatedness
from kefu.scenario.model import LineKind, Scenario, Step
from kefu.scenario.understand import Understanding

__all__ = ["Lesson", "Offer", "answer_lesson", "found_words", "step_lesson"]

_NEAR = 0.55
"""From here on a turn is about a line; below, nothing in the call was."""
_MOST_OFFERS = 6
_SURE = 0.6
"""How sure it has to be which answer a question asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A line that the document offers, and on what condition."""

    text: str
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was said (``words``; without a quote nothing was) beside what is offered; ``step`` is 0 for a question."""

    scenario: str
    step: int
    title: str
    words: Words
    offers: tuple[Offer, ...]


def step_lesson(scenario: Scenario, number: int, words: Words) -> Lesson | None:
    """The lesson of a failed step; ``None`` where the document offers nothing to say for it."""
    step = _step(scenario, number)
    if step is None or not (offers := _offers(step)):
        return None
    return Lesson(scenario=scenario.id, step=number, title=step.title, words=words, offers=offers)


def answer_lesson(scenario: Scenario, words: Words) -> Lesson | None:
    """The lesson of an unanswered question; ``None`` where the knowledge base holds no answer to it."""
    match = Understanding.of(scenario).facts.match(words.before)
    if match.fact is None or match.score < _SURE:
        return None
    fact = scenario.caller.facts[match.fact - 1]
    if not fact.answer:
        return None
    return Lesson(scenario=scenario.id, step=0, title=fact.question, words=words, offers=(Offer(text=fact.answer),))


def found_words(scenario: Scenario, number: int, words: Words) -> Words:
    """``words`` with the turn of the caller that came nearest to a missed step; where none came near, how it ended."""
    if words.quote or not words.talk:
        return words
    step = _step(scenario, number)
    lines = ([offer.text for offer in _offers(step)] or [step.title]) if step else []
    near, turn = max(
        (
            (max((relatedness(text, line) for line in lines), default=0.0), place)
            for place, (speaker, text) in enumerate(words.talk)
            if speaker == "caller"
        ),
        default=(0.0, -1),
    )
    if near < _NEAR:
        last = next((text for speaker, text in reversed(words.talk) if speaker == "customer"), "")
        return replace(words, before=last, talk=())
    return replace(
        words, turn=turn, quote=words.talk[turn][1], text=words.talk[turn][1], before=_before(words.talk, turn), talk=()
    )


def _before(talk: Sequence[tuple[str, str]], turn: int) -> str:
    return talk[turn - 1][1] if turn > 0 and talk[turn - 1][0] == "customer" else ""


def _step(scenario: Scenario, number: int) -> Step | None:
    return next((each for each in scenario.caller.steps if each.number == number), None)


def _offers(step: Step) -> tuple[Offer, ...]:
    """What may be spoken for a step; where nothing may, what it tells the caller to do."""
    spoken = [Offer(text=text, condition=line.condition or "") for line in step.lines for text in line.utterances]
    return tuple(
        _different(spoken or [Offer(text=line.text) for line in step.lines if line.kind is LineKind.INSTRUCTION])
    )


def _different(offers: Iterable[Offer]) -> list[Offer]:
    return list(dict.fromkeys(offers))[:_MOST_OFFERS]
