"""How a customer feels in the course of a call: a temper that rises and falls, and a patience that runs out."""

from __future__ import annotations

from random import Random

from kefu.call.listening import Listening
from kefu.scenario.model import Persona

__all__ = ["Mood"]

_LONG = 100
_LIKELY_YES = {
    Persona.COOPERATIVE: 0.95,
    Persona.ANALYTIC: 0.75,
    Persona.HESITANT: 0.6,
    Persona.RESISTANT: 0.25,
    Persona.DIRECT: 0.85,
}
_IRRITABLE = frozenset({Persona.RESISTANT, Persona.DIRECT})


class Mood:
    """The temper (-1 annoyed to 1 pleased) and patience (in turns of the caller) of one customer in one call."""

    def __init__(self, persona: Persona, patience: float, rng: Random) -> None:
        self._persona = persona
        self.temper = {Persona.COOPERATIVE: 0.4, Persona.RESISTANT: -0.4}.get(persona, 0.0) + rng.uniform(-0.2, 0.2)
        self.patience = patience * rng.uniform(0.75, 1.35)
        if persona is Persona.RESISTANT and rng.random() < 0.28:
            self.patience += 3  # softens when let alone

    @property
    def out(self) -> bool:
        """Whether the patience has run out."""
        return self.patience <= 0

    @property
    def annoyed(self) -> bool:
        """Whether the temper is bad."""
        return self.temper < -0.45

    @property
    def likely_yes(self) -> float:
        """How likely a proposal is accepted, 0 to 1."""
        return min(0.98, max(0.02, _LIKELY_YES[self._persona] + 0.25 * self.temper))

    def hear(self, heard: Listening, *, repeated: bool, ignored: bool, answered: bool) -> None:
        """Let a turn of the caller work on temper and patience."""
        irritable = 2.0 if self._persona in _IRRITABLE else 1.0
        self.patience -= 1.0
        if len(heard.text) > _LONG:
            self._sour(0.3 * irritable, 0.35 * irritable)
        if repeated:
            self._sour(0.25, 0.8 * irritable)
        if ignored:
            self._sour(0.35, 1.0 * irritable)
        if "pressing" in heard.does:
            self._sour(0.3, 0.8 * irritable)
        if "secret" in heard.does:
            self._sour(0.8, 3.0)
        if "apology" in heard.does:
            self._please(0.2, 0.3)
        if answered:
            self._please(0.2, 0.6)

    def _sour(self, temper: float, patience: float) -> None:
        self.temper = max(-1.0, self.temper - temper)
        self.patience -= patience

    def _please(self, temper: float, patience: float) -> None:
        self.temper = min(1.0, self.temper + temper)
        self.patience += patience
