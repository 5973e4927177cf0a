"""What the caller hears in a customer's turn: its acts, the fact it asks for, and what it wants of the call itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from kefu.call.phrasing import load
from kefu.call.speech import clauses, sentences
from kefu.language.acts import Act
from kefu.language.needles import Needles
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding

__all__ = ["Heard", "hear"]

_SHORTEST = 4
_GOOD = 0.35
_UNDECIDED = frozenset({Act.ASK, Act.DOUBT, Act.IMPATIENT, Act.UNCLEAR, Act.BUSY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One turn of the customer: ``fact`` is the 1-based number of the fact it asks for."""

    text: str
    caller_line: str
    acts: frozenset[Act]
    fact: int | None = None
    score: float = 0.0

    @property
    def sure(self) -> bool:
        """Whether it asks for a fact with some certainty; a wrong fact is worse than none."""
        return self.fact is not None and self.score >= _GOOD

    @property
    def matter(self) -> str:
        """What of the talk before it speaks about, where it wants to hear something again."""
        return "".join(s for s in sentences(self.text) if _found("before", s) is not None)

    def wants(self, name: str) -> bool:
        """Whether it says what ``name`` stands for in ``phrases/hearing.toml``."""
        return _found(name, self.text) is not None

    def only_asks(self, name: str) -> bool:
        """Whether all its questions are of the kind ``name``; where none is marked, whether the whole is."""
        asked = [s for s in sentences(self.text) if s.endswith(("？", "?"))]
        return all(_found(name, s) is not None for s in asked) if asked else self.wants(name)

    def words(self, name: str) -> str:
        """The words in which it says so."""
        return _found(name, self.text) or ""

    def does(self, *acts: Act) -> bool:
        """Whether it does any of ``acts``."""
        return not self.acts.isdisjoint(acts)

    @property
    def answers(self) -> bool:
        """Whether it answers the line before at all, in whatever sense."""
        if self.acts - _UNDECIDED or _found("replies", self.text) is not None:
            return True
        told = [c for s in sentences(self.text) if not s.endswith(("？", "?")) for c in clauses(s)]
        return any(len(s) > _SHORTEST and _found("urge", s) is None for s in told) and not self.does(Act.UNCLEAR)


def hear(scenario: Scenario, text: str, caller_line: str) -> Heard:
    """``text`` as an answer to ``caller_line``."""
    heard = Understanding.of(scenario).hear(text, caller_line)
    return Heard(text=text, caller_line=caller_line, acts=frozenset(heard.acts), fact=heard.fact, score=heard.score)


@lru_cache(maxsize=32768)
def _found(name: str, text: str) -> str | None:
    if name not in _possible(text):
        return None
    found = _table()[name].search(text[:200])
    return found[0] if found else None


@lru_cache(maxsize=1024)
def _possible(text: str) -> frozenset[str]:
    return _needles().possible(text[:200])


@cache
def _needles() -> Needles:
    return Needles(load("hearing"))


@cache
def _table() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in load("hearing").items()}
