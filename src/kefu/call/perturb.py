"""Switches that make any customer harder to talk with: whatever it says is changed on its way to the caller.

What a switch does stands in ``perturb.toml``; the switches do not know of one
another and work together in the order of that file. The same seed changes the
same turns in the same way. A customer that hangs up still does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from kefu.call.call import Call
from kefu.call.party import Party
from kefu.call.turn import Speaker, Turn
from kefu.errors import UsageError
from kefu.i18n import gettext as _

__all__ = ["PERTURBATIONS", "Perturbed", "intended", "is_planted", "perturbations"]

PERTURBATIONS = (
    "very_short", "talkative", "off_topic", "dialect", "interrupts", "hostile", "injects", "mishears", "noisy_line",
)  # fmt: skip
"""All switches, in the order in which they work."""

_CLAUSE = re.compile(r"[^，。？！；,?!;…\n]+[，。？！；,?!;…\n]*")
_ENDS = "。？！；?!;…\n"
_GAP = "……"
_HEARD = (3, 14)
_MOST_HEARD = 400


class Perturbed:
    """A customer whose words are changed by the switches ``names``."""

    def __init__(self, party: Party, names: Sequence[str], *, seed: int = 0) -> None:
        self._party = party
        self._switches = [_Switch(name, seed) for name in PERTURBATIONS if name in names]

    async def speak(self, call: Call) -> Turn:
        """What the customer says, changed. Raises :class:`PartyFailed` as the customer itself does."""
        turn = await self._party.speak(call)
        line = next((said.text for said in reversed(call.turns) if said.speaker is Speaker.CALLER), "")
        text = turn.text
        for switch in self._switches:
            text = switch.change(text, line, leaving=turn.hangs_up)
        return replace(turn, text=text) if text.strip() else turn


class _Switch:
    """One switch in one call."""

    def __init__(self, name: str, seed: int) -> None:
        self._does = _table()[name]
        self._rng = Random(f"{seed} perturb {name}")
        self._left: dict[str, list[str]] = {}
        self._worked = False
        self._turns = 0

    def change(self, text: str, caller_line: str, *, leaving: bool) -> str:
        """``text`` as it comes out; who is ``leaving`` is only changed in its words."""
        for word, other in self._does.get("words", {}).items():
            text = text.replace(word, other)
        self._turns += 1
        # a switch that is on shows by the second turn, however seldom it works otherwise
        works = self._rng.random() < self._does["chance"] or (self._turns > 1 and not self._worked)
        if leaving or not works or not text.strip():
            return text
        changed = self._changed(text, caller_line)
        self._worked = self._worked or changed != text
        return changed

    def _changed(self, text: str, caller_line: str) -> str:
        if (most := self._does.get("keep")) is not None:
            text = _beginning(text, most)
        if self._rng.random() < self._does.get("lost", 0.0):
            text = self._without_a_clause(text)
        if (heard := self._misheard(caller_line)) and (instead := self._fresh("instead")):
            return instead.format(heard=heard)
        return self._fresh("before") + _joined(text, self._fresh("after"))

    def _fresh(self, place: str) -> str:
        """Words for that place that this call has not heard; empty when there are none left."""
        if place not in self._left:
            self._left[place] = list(self._does.get(place, ()))
            self._rng.shuffle(self._left[place])
        return self._left[place].pop() if self._left[place] else ""

    def _misheard(self, caller_line: str) -> str:
        """A clause of the caller with words taken for others; empty where nothing in it sounds like anything else."""
        confuses: Mapping[str, str] = self._does.get("confuses", {})
        if not confuses:
            return ""
        least, most = _HEARD
        clauses = [c for c in _clauses(caller_line[:_MOST_HEARD]) if least <= len(c) <= most]
        self._rng.shuffle(clauses)
        for clause in clauses:
            for word, other in confuses.items():
                if word in clause:
                    return clause.replace(word, other, 1)
        return ""

    def _without_a_clause(self, text: str) -> str:
        clauses = [match[0] for match in _CLAUSE.finditer(text)]
        if len(clauses) < 2:
            return text
        clauses[self._rng.randrange(len(clauses))] = _GAP
        return "".join(clauses)


def perturbations(names: Iterable[str]) -> tuple[str, ...]:
    """The switches called ``names``, each once and in order; commas part several in one word.

    Raises :class:`UsageError` for a name that no switch has.
    """
    wanted = [name.strip() for entry in names for name in entry.split(",") if name.strip()]
    for name in wanted:
        if name not in PERTURBATIONS:
            raise UsageError(
                _("no perturbation is called {name}").format(name=repr(name)),
                where="--perturb",
                hint=_("choose {names}").format(names=", ".join(PERTURBATIONS)),
            )
    return tuple(name for name in PERTURBATIONS if name in wanted)


def intended(names: Iterable[str]) -> frozenset[str]:
    """The faults of a customer that the switches ``names`` bring about on purpose; unknown names intend nothing."""
    return frozenset(code for name in names for code in _table().get(name, {}).get("intends", ()))


def is_planted(names: Iterable[str], words: str) -> bool:
    """Whether ``words`` of a customer were put in its mouth by the switches ``names``."""
    return any(words in phrase for name in names for phrase in _planted(name))


@cache
def _planted(name: str) -> tuple[str, ...]:
    does = _table().get(name, {})
    return tuple(phrase for place in ("before", "after") for phrase in does.get(place, ()))


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("kefu.call").joinpath("perturb.toml").read_text(encoding="utf-8"))


def _clauses(text: str) -> list[str]:
    return [bare for match in _CLAUSE.finditer(text) if (bare := match[0].strip("，。？！；,?!;…\n “”\"'"))]


def _beginning(text: str, most: int) -> str:
    """The first clause, cut to ``most`` characters."""
    first = next(iter(_clauses(text)), "")
    if not first:
        return text
    asks = "？" if text.rstrip()[-1:] in "？?" and len(first) <= most else "。"
    return first[:most] + asks


def _joined(text: str, more: str) -> str:
    if not more or text.rstrip()[-1:] in _ENDS:
        return text + more
    return text.rstrip("，, ") + "。" + more
