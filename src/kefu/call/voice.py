"""The words of one customer: phrases of its character, examples of the document, worries, each used once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from kefu.call.concern import Concern
from kefu.call.material import Example, Material
from kefu.call.phrasing import Phrases, load
from kefu.call.speech import Said, contained
from kefu.call.topic import related
from kefu.language.acts import Act
from kefu.language.number import number
from kefu.scenario.model import Persona

__all__ = ["Raised", "Voice", "echoes"]

_FOREIGN = {
    Persona.COOPERATIVE: frozenset({Act.REFUSE, Act.DOUBT, Act.IMPATIENT, Act.BUSY, Act.COMPLAIN, Act.BYE}),
    Persona.ANALYTIC: frozenset({Act.REFUSE, Act.IMPATIENT, Act.BUSY, Act.BYE}),
    Persona.HESITANT: frozenset({Act.REFUSE, Act.IMPATIENT, Act.BYE}),
    Persona.RESISTANT: frozenset({Act.ACCEPT, Act.SATISFIED, Act.HESITATE}),
    Persona.DIRECT: frozenset({Act.HESITATE, Act.REFUSE}),
}
"""What a character does not do: examples that do are left out where the document is another character's."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千万点]{2,}")
_ADDRESSED = 0.6
_RELATED = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A question or worry that was raised: its words, and the worry behind it where there is one."""

    text: str
    concern: Concern | None = None


class Voice:
    """What one customer has to say, and what of it has been said."""

    def __init__(self, material: Material, persona: Persona, *, own: bool, rng: Random, said: Said) -> None:
        self._phrases = Phrases(load(persona.value), load("customer"))
        self._rng = rng
        self._said = said
        self._material = material
        foreign = frozenset[Act]() if own else _FOREIGN[persona]
        self._examples = [example for example in material.examples if example.acts.isdisjoint(foreign)]
        self._farewells = [example for example in material.farewells if example.acts.isdisjoint(foreign)]
        self._concerns = list(material.concerns)
        self._raised_primary = not any(not concern.goal for concern in self._concerns)

    @property
    def owes_primary(self) -> bool:
        """Whether the primary worry has not been raised yet."""
        return not self._raised_primary

    def phrase(self, occasion: str, **holes: str) -> str:
        """A phrase for ``occasion`` that has not been said and does not sound like what is to be avoided."""
        for _ in range(3):
            text = self._phrases.choose(occasion, self._rng, self._said, **holes)
            self._said.add(text)
            if not text or not self._material.avoided(text):
                return text
        return ""

    def phrase_unlike(self, occasion: str, unfit: Callable[[str], bool]) -> str:
        """As ``phrase``, without the variants that are ``unfit``."""
        fit = [text for text in self._phrases.variants(occasion) if not unfit(text) and self._said.fresh(text)]
        return self._now(self._rng.choice(fit)) if fit else ""

    def example(self, fits: Callable[[Example], bool], to: str = "") -> str:
        """An example that ``fits``; where ``to`` is given, the one most about the same, if any is."""
        best: Example | None = None
        most = _RELATED - 0.01
        for example in self._shuffled(self._examples):
            if not fits(example) or not self._said.fresh(example.text) or self._said.nearly(example.text):
                continue
            if not to:
                best = example
                break
            score = related(to, example.text)
            if score > most:
                best, most = example, score
        if best is None:
            return ""
        self._examples.remove(best)
        return self._now(best.text)

    def farewell(self, fits: Callable[[Example], bool]) -> str:
        """An example of how the document's customer ends a call."""
        for example in self._shuffled(self._farewells):
            if fits(example) and self._said.fresh(example.text):
                self._farewells.remove(example)
                return self._now(example.text)
        return self.example(lambda e: e.good_for("closing") and fits(e))

    def detail(self, to: str) -> str:
        """Something that happened, if ``to`` is about it."""
        best, most = "", _RELATED - 0.01
        for detail in self._material.details:
            score = related(to, detail.text)
            if score > most and self._said.fresh(detail.text):
                best, most = detail.text, score
        return self.phrase("detail", x=best) if best else ""

    def worry(self, to: str, told: str) -> Raised | None:
        """The worry or question that comes up next, given what the caller says now and has ``told`` so far."""
        best: Raised | None = None
        most = -9.0
        behind: Concern | Example | None = None
        for concern in self._concerns:
            if concern.goal or (concern.rank and contained(concern.clause, told) > _ADDRESSED):
                continue
            text = self._saying(concern)
            score = 1.0 - 0.6 * concern.rank + 0.5 * min(2.0, related(to, concern.clause)) + self._rng.random() * 0.6
            if text and score > most:
                best, most, behind = Raised(text=text, concern=concern), score, concern
        for example in self._examples:
            if not _asks(example) or not self._said.fresh(example.text) or self._said.nearly(example.text):
                continue
            about = related(to, example.text)
            if example.good_for("refers") and about < _RELATED:
                continue
            if not echoes(example, told):
                continue
            score = 0.5 + 0.6 * min(2.0, about) + self._rng.random() * 0.6
            if score > most:
                best, most, behind = Raised(text=self._said.soften(example.text)), score, example
        if isinstance(behind, Concern):
            self._concerns.remove(behind)
            self._raised_primary = self._raised_primary or behind.rank == 0
        elif behind is not None:
            self._examples.remove(behind)
            self._raised_primary = self._raised_primary or self._is_primary(behind.text)
        if best is not None:
            self._said.add(best.text)
        return best

    def urge(self) -> str:
        """A wish to be done soon, where the document has one."""
        for concern in self._concerns:
            if concern.goal and (text := self._saying(concern)):
                return self._now(text)
        return ""

    def another(self, raised: Raised) -> str:
        """The same worry in other words."""
        if raised.concern is None:
            return ""
        text = self._saying(raised.concern)
        self._said.add(text)
        return text

    def _now(self, text: str) -> str:
        """``text``, as it is said now."""
        spoken = self._said.soften(text)
        self._said.add(spoken)
        return spoken

    def _is_primary(self, text: str) -> bool:
        return any(c.rank == 0 and related(c.clause, text) >= _RELATED for c in self._material.concerns)

    def _saying(self, concern: Concern) -> str:
        sayings = list(concern.sayings)
        self._rng.shuffle(sayings)
        for text in sayings:
            if self._said.fresh(text) and not self._said.nearly(text) and not self._material.avoided(text):
                return text
        return ""

    def _shuffled(self, examples: Sequence[Example]) -> list[Example]:
        return self._rng.sample(examples, len(examples))


def echoes(example: Example, told: str) -> bool:
    """Whether the number that an example repeats (三百？) has been said at all; true where it repeats none."""
    if not example.good_for("echo"):
        return True
    numbers = {number(found) for found in _NUMBER.findall(told)}
    found = _NUMBER.search(example.text)
    return found is None or number(found[0]) in numbers


def _asks(example: Example) -> bool:
    return (
        example.good_for("asks")
        and not example.good_for("opening")
        and not example.good_for("aside")
        and not example.good_for("closing")
        and bool(example.acts & {Act.ASK, Act.DOUBT, Act.COMPLAIN})
    )
