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

__all__ = [
    "PERTURBATIONS", "Perturbed", "brought_about", "intended", "is_planted", "own_words", "perturbations",
    "without_dialect",
]  # fmt: skip

PERTURBATIONS = (
    "very_short", "talkative", "off_topic", "dialect", "interrupts", "hostile", "injects", "mishears", "noisy_line",
)  # fmt: skip
"""All switches, in the order in which they work."""

_CLAUSE = re.compile(r"[^，。？！；,?!;…\n]+[，。？！；,?!;…\n]*")
_ENDS = "。？！；?!;…\n"
_MARKS = "，。？！；,?!;…\n “”\"'"
_GAP = "……"
_HEARD = (3, 14)
_MOST_HEARD = 400
_LEAST_PLANTED = 3
_WHOLE = 12
_MOST_WEIGHED = 12
_AS_GOOD = 0.8
_TURNING = ("deny", "refuse", "busy", "bye", "ask")
_TELLING = (
    *_TURNING, "complain", "doubt", "impatient", "hesitate", "unclear", "satisfied", "inform", "accept", "confirm",
)  # fmt: skip
"""What a shortened answer must still do, the most consequential first."""


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
        text = _replaced(text, self._does.get("words", {}))
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
            text = _shortened(text, caller_line, most)
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

    Raises :class:`UsageError` for a name that no switch has, and for an entry without a name.
    """
    given = [[name.strip() for name in entry.split(",") if name.strip()] for entry in names]
    choose = _("choose {names}").format(names=", ".join(PERTURBATIONS))
    if not all(given):
        raise UsageError(_("no perturbation is named"), where="--perturb", hint=choose)
    wanted = [name for entry in given for name in entry]
    for name in wanted:
        if name not in PERTURBATIONS:
            raise UsageError(
                _("no perturbation is called {name}").format(name=repr(name)), where="--perturb", hint=choose
            )
    return tuple(name for name in PERTURBATIONS if name in wanted)


def intended(names: Iterable[str]) -> frozenset[str]:
    """The faults that a customer may be driven to by the switches ``names``; unknown names intend nothing."""
    return _listed(names, "intends")


def brought_about(names: Iterable[str]) -> frozenset[str]:
    """What the switches ``names`` do themselves by taking words away, so that nobody can be told of it."""
    return _listed(names, "causes")


def _listed(names: Iterable[str], kind: str) -> frozenset[str]:
    return frozenset(code for name in names for code in _table().get(name, {}).get(kind, ()))


def is_planted(names: Iterable[str], words: str) -> bool:
    """Whether ``words`` of a customer were put in its mouth by the switches ``names``."""
    return any(words in phrase for phrase in _planted(frozenset(names)))


def own_words(names: Iterable[str], text: str) -> str:
    """What is left of a customer's ``text`` without the words that the switches ``names`` put in its mouth."""
    switches = frozenset(names)
    for phrase in _planted(switches):
        text = text.replace(phrase, "")
    if "mishears" in switches:
        for pattern in _mishearings():
            text = pattern.sub(_unless_own, text)
    # of planted words too a bad line may have swallowed a clause
    gone = _planted_clauses(switches)
    return _CLAUSE.sub(lambda found: "" if found[0].strip(_MARKS) in gone else found[0], text) if gone else text


def without_dialect(names: Iterable[str], text: str) -> str:
    """``text`` with the words of the regions that a switch brought in put back."""
    for name in names:
        for word, other in _table().get(name, {}).get("words", {}).items():
            text = text.replace(other, word)
    return text


@cache
def _planted(names: frozenset[str]) -> tuple[str, ...]:
    """All phrases that the switches add, the longest first, also as switches after them change their words."""
    found: set[str] = set()
    for name in names:
        does = _table().get(name, {})
        plain = {phrase for place in ("before", "after") for phrase in does.get(place, ())}
        found |= plain
        for word_switch in (other for other in names if "words" in _table().get(other, {})):
            found |= {_replaced(phrase, _table()[word_switch]["words"]) for phrase in plain}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


@cache
def _planted_clauses(names: frozenset[str]) -> frozenset[str]:
    phrases = [*_planted(names), *(_table()["mishears"]["instead"] if "mishears" in names else ())]
    clauses = (match[0].strip(_MARKS) for phrase in phrases for match in _CLAUSE.finditer(phrase))
    return frozenset(clause for clause in clauses if len(clause) >= _LEAST_PLANTED and "{" not in clause)


@cache
def _mishearings() -> tuple[re.Pattern[str], ...]:
    heard = f"(?P<heard>[^，。？！；,?!;…\\n]{{{_HEARD[0]},{_HEARD[1] + 4}}})"
    templates: list[str] = _table()["mishears"]["instead"]
    parts = [[re.escape(part) for part in template.split("{heard}")] for template in templates]
    whole = [heard.join(part) for part in parts]
    # what is left of one of them on a bad line, when the clause before or after was swallowed
    rest = [
        re.escape(before) + heard + re.escape(after)
        for template in templates
        for clause in _CLAUSE.findall(template)
        if "{heard}" in clause
        for before, after in [clause.split("{heard}")]
    ]
    return tuple(re.compile(pattern) for pattern in (*whole, *rest))


def _unless_own(found: re.Match[str]) -> str:
    """Nothing, where the words heard hold one that was taken for another; else the words as they are."""
    confused: Mapping[str, str] = _table()["mishears"]["confuses"]
    return "" if any(other in found["heard"] for other in confused.values()) else found[0]


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("kefu.call").joinpath("perturb.toml").read_text(encoding="utf-8"))


def _clauses(text: str) -> list[str]:
    return [bare for match in _CLAUSE.finditer(text) if (bare := match[0].strip(_MARKS))]


def _shortened(text: str, caller_line: str, most: int) -> str:
    """The one clause that does what the whole does, a reason for having no time among them.

    Cut words would say something else, so only a clause of more than ``_WHOLE`` characters is cut, to ``most`` of them,
    and none that turns the call.
    """
    clauses = [match[0] for match in _CLAUSE.finditer(text[:_MOST_HEARD]) if _clauses(match[0])]
    if not clauses:
        return text
    # the names of the switches stand in the help, which must cost no reading of acts
    from kefu.language.acts import Act, act_scores, read_acts

    does = read_acts(text, caller_line)
    act = next((act for act in map(Act, _TELLING) if act in does), None)
    # of a talkative answer only so many clauses are weighed, so that no answer takes long
    weighed = [(act_scores(clause, caller_line)[act] if act else 0.0, clause) for clause in clauses[:_MOST_WEIGHED]]
    best = max(score for score, _clause in weighed)
    clause = min((c for score, c in weighed if score >= _AS_GOOD * best), key=lambda c: len(c) > _WHOLE)
    bare = _clauses(clause)[0]
    if len(bare) <= _WHOLE or act in _TURNING:
        return bare + ("？" if clause.rstrip()[-1:] in "？?" else "。")
    return bare[:most] + "。"


def _joined(text: str, more: str) -> str:
    if not more or text.rstrip()[-1:] in _ENDS:
        return text + more
    return text.rstrip("，, ") + "。" + more
