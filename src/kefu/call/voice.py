"""The words of one customer: phrases of its character, examples of the document, worries, each used once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from kefu.call.concern import Concern
from kefu.call.material import Example, Material
from kefu.call.phrasing import phrases
from kefu.call.speech import Said, Told
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
_CLOSELY = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A question or worry that was raised: its words, and the worry behind it where there is one."""

    text: str
    concern: Concern | None = None


class Voice:
    """What one customer has to say, and what of it has been said."""

    def __init__(self, material: Material, persona: Persona, *, own: bool, rng: Random, said: Said) -> None:
        self._phrases = phrases(persona.value, "customer")
        self._rng = rng
        self._said = said
        self._material = material
        foreign = frozenset[Act]() if own else _FOREIGN[persona]
        self._examples = [example for example in material.examples if example.acts.isdisjoint(foreign)]
        self._farewells = [example for example in material.farewells if example.acts.isdisjoint(foreign)]
        self._concerns = list(material.concerns)
        self._details = list(material.details)
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
        found = [example for example in self._examples if fits(example)]
        if to:
            scored = [(related(to, example.text), example) for example in found]
            scored.sort(key=lambda pair: -pair[0])
            found = [example for score, example in scored if score >= _RELATED]
        else:
            self._rng.shuffle(found)
        for example in found:
            if self._new(example.text):
                self._examples.remove(example)
                return self._now(example.text)
        return ""

    def farewell(self, fits: Callable[[Example], bool]) -> str:
        """An example of how the document's customer ends a call."""
        found = [example for example in self._farewells if fits(example)]
        self._rng.shuffle(found)
        for example in found:
            if self._said.fresh(example.text):
                self._farewells.remove(example)
                return self._now(example.text)
        return self.example(lambda e: e.good_for("closing") and fits(e))

    def detail(self, to: str) -> str:
        """Something that happened, if ``to`` is about it."""
        scored = [(related(to, detail.text), detail) for detail in self._details]
        score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if best is None or score < _CLOSELY:
            return ""
        self._details.remove(best)
        return self.phrase("detail", x=best.text)

    def worry(self, to: str, told: Told) -> Raised | None:
        """The worry or question that comes up next, given what the caller says now and has ``told`` so far."""
        scored: list[tuple[float, Concern | Example]] = []
        for concern in self._concerns:
            if not concern.goal and not (concern.rank and told.holds(concern.clause) > _ADDRESSED):
                about = min(2.0, related(to, concern.clause))
                scored.append((1.0 - 0.6 * concern.rank + 0.5 * about + self._rng.random() * 0.6, concern))
        for example in self._examples:
            if _asks(example) and echoes(example, told):
                about = related(to, example.text)
                if about >= _RELATED or not example.good_for("refers"):
                    scored.append((0.5 + 0.6 * min(2.0, about) + self._rng.random() * 0.6, example))
        scored.sort(key=lambda pair: -pair[0])
        return next((raised for _score, source in scored if (raised := self._raise(source)) is not None), None)

    def _raise(self, source: Concern | Example) -> Raised | None:
        """``source`` as it is said now; ``None`` where all its words have been used."""
        if isinstance(source, Concern):
            text = self._saying(source)
            if not text:
                return None
            self._concerns.remove(source)
            self._raised_primary = self._raised_primary or source.rank == 0
            return Raised(text=self._now(text), concern=source)
        if not self._new(source.text):
            return None
        self._examples.remove(source)
        self._raised_primary = self._raised_primary or self._is_primary(source.text)
        return Raised(text=self._now(source.text))

    def _new(self, text: str) -> bool:
        return self._said.fresh(text) and not self._said.nearly(text)

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
            if self._new(text) and not self._material.avoided(text):
                return text
        return ""


def echoes(example: Example, told: Told) -> bool:
    """Whether the number that an example repeats (三百？) has been said at all; true where it repeats none."""
    if not example.good_for("echo"):
        return True
    numbers = {number(found) for text in told.texts for found in _NUMBER.findall(text)}
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
