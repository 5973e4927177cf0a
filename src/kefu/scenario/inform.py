"""An embedding model helps to understand a scenario's calls: its texts and what was said become vectors beforehand.

Understanding itself stays a matter of looking up: it waits for nobody, and where
there are no vectors it goes by what kefu measures itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding

__all__ = ["Embedder", "inform", "step_texts"]

_MOST_STEPS = 100
_MOST_LINES = 12
_MOST_CHARACTERS = 600
_MOST_TEXTS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedder:
    """An embedding model: ``name`` for the record, ``embed`` one vector for each text."""

    name: str
    embed: Callable[[Sequence[str]], Awaitable[Sequence[Sequence[float]]]]


async def inform(scenario: Scenario, said: Iterable[str], embedder: Embedder) -> None:
    """Let the scenario know the vectors of its own texts and of what was ``said``. Raises what the model raises."""
    vectors = Understanding.of(scenario).vectors
    if vectors.source != embedder.name:
        vectors.learn({}, embedder.name)
    wanted = dict.fromkeys((*_own(scenario), *said))
    missing = [text for text in wanted if text.strip() and text not in vectors][:_MOST_TEXTS]
    if missing:
        read = await embedder.embed([text[:_MOST_CHARACTERS] for text in missing])
        vectors.learn(dict(zip(missing, read, strict=True)), embedder.name)


@once_per_scenario
def step_texts(scenario: Scenario) -> tuple[tuple[str, ...], ...]:
    """For each step the texts that tell what is done in it."""
    return tuple(
        (step.title, *[text for line in step.lines[:_MOST_LINES] for text in (line.utterances or (line.text,))])
        for step in scenario.caller.steps[:_MOST_STEPS]
    )


@once_per_scenario
def _own(scenario: Scenario) -> tuple[str, ...]:
    facts = [text for fact in scenario.caller.facts for text in (fact.question, fact.answer)]
    return (*facts, *(text for texts in step_texts(scenario) for text in texts))
