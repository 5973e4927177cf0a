"""A call as scoring reads it: every turn once, with what it does, says and answers.

What costs time is read when a check first asks for it, and of a long turn only its
beginning, so that a hostile call ends as soon as an honest one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from kefu.call.call import Call
from kefu.call.turn import Speaker
from kefu.language.acts import Act, act_scores, read_acts
from kefu.language.normalise import fold
from kefu.language.values import Value, read_values
from kefu.scenario.memo import lazily
from kefu.score.numbers import bare_numbers
from kefu.score.patterns import kinds_in
from kefu.score.terms import MAX_READ
from kefu.score.words import SHORT, Words

__all__ = ["Clause", "Said", "Transcript"]

_CLAUSE = re.compile(r"[^，。？！；,?!;…\n~—]+[，。？！；,?!;…\n~—]*")
_SENTENCE = re.compile(r"[^。？！?!\n]+[。？！?!\n]*")
_MAY_HOLD_VALUE = re.compile(
    r"[0-9０-９一二两三四五六七八九十百千万零〇幺半今明后昨周月年@]|星期|礼拜|次日|当天|www|艾特"
)
_MOST_CLAUSES = 40


class Clause:
    """One clause of a turn, with its closing mark."""

    __slots__ = ("_turn", "asks", "end", "folded", "quote", "start", "text", "words")

    def __init__(self, turn: Words, start: int, end: int) -> None:
        text = turn.text[start:end]
        values = turn.values and tuple(value for value in turn.values if start <= value.start and value.end <= end)
        # where the values stand is of no account for the clause, and would keep it from being the same one elsewhere
        words = _remembered_clause(text, tuple([replace(value, start=0, end=0) for value in values]))
        self._turn = turn
        self.words = words
        self.text = text
        self.folded = words.folded
        self.asks = words.asks
        self.start = start
        self.end = end
        self.quote = text.strip()
        """Its words without the space around them."""

    @property
    def values(self) -> tuple[Value, ...]:
        """What can be checked in it, wherever in the turn it stands."""
        return self.words.values

    @property
    def terms(self) -> frozenset[str]:
        """What its wording is made of."""
        return self.words.terms

    @property
    def weight(self) -> float:
        """How much all its terms tell together."""
        return self.words.weight

    def sound(self, name: str) -> float:
        """How much it sounds like ``name``."""
        return self.words.sound(name)

    def has(self, sign: str) -> bool:
        """Whether a sign holds for it, which it can only where it holds for the turn."""
        return self._turn.has(sign) and self.words.has(sign)


class _Turn:
    """What was said in one turn, whenever and in answer to whatever."""

    def __init__(self, text: str) -> None:
        values = read_values(text) if _MAY_HOLD_VALUE.search(text) else ()
        # clauses refer to this and not to the turn, which refers to them: a circle would be left to the collector
        self.words = Words(text, fold(text), values)

    @lazily
    def clauses(self) -> tuple[Clause, ...]:
        found: list[Clause] = []
        for match in _CLAUSE.finditer(self.words.text):
            if match[0].isspace():
                continue
            found.append(Clause(self.words, match.start(), match.end()))
            if len(found) == _MOST_CLAUSES:
                break
        return tuple(found)

    @lazily
    def to_people(self) -> Words:
        """What is left of a customer's words without those for a program, unless there are no others."""
        words = self.words
        if not kinds_in(words.folded, "program"):
            return words
        parts = [match[0] for match in _SENTENCE.finditer(words.text)]
        rest = "".join(part for part in parts if not kinds_in(fold(part), "program"))
        return _turn_of(rest).words if rest.strip() else words

    @lazily
    def bare_numbers(self) -> tuple[Value, ...]:
        return bare_numbers(self.words.text, self.words.folded)


def _turn_of(text: str) -> _Turn:
    return _remembered_turn(text) if len(text) <= SHORT else _Turn(text)


@lru_cache(maxsize=1024)
def _remembered_turn(text: str) -> _Turn:
    # in a run two of three turns have been said before, in another call on the document
    return _Turn(text)


@lru_cache(maxsize=2048)
def _remembered_clause(text: str, values: tuple[Value, ...]) -> Words:
    # and of their clauses nineteen in twenty
    return Words(text, fold(text), values)


class Said:
    """One turn."""

    def __init__(self, number: int, speaker: Speaker, text: str, before: str) -> None:
        self.number = number
        self.speaker = speaker
        self.text = self.read = text[:MAX_READ]
        self.length = len(text)
        self.before = before
        """What the other side said just before; empty at the beginning."""
        self._turn = turn = _turn_of(self.read)
        self.words = words = turn.words
        self.folded = words.folded
        self.values = words.values
        """What can be checked in it."""
        self.asks = words.asks
        """Whether it ends in a question mark."""
        self.has = words.has
        self.sound = words.sound
        self.words_of = words.words_of

    @property
    def terms(self) -> frozenset[str]:
        """What its wording is made of."""
        return self.words.terms

    @property
    def weight(self) -> float:
        """How much all its terms tell together."""
        return self.words.weight

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Its clauses in order, at most forty."""
        return self._turn.clauses

    @property
    def bare_numbers(self) -> tuple[Value, ...]:
        """Its numbers without a unit."""
        return self._turn.bare_numbers

    @property
    def answered(self) -> Words:
        """What the other side said just before, as words."""
        return _turn_of(self.before).words

    @lazily
    def does(self) -> frozenset[str]:
        """Which kinds of the lexicon of its side hold for it."""
        return kinds_in(self.addressed.folded, self.speaker.value)

    @lazily
    def acts(self) -> frozenset[Act]:
        """What a customer's turn does; of a caller's turn nothing."""
        return frozenset(read_acts(self.to_people, self.before)) if self.speaker is Speaker.CUSTOMER else frozenset()

    @lazily
    def act_scores(self) -> Mapping[Act, float]:
        """How surely it does it."""
        return act_scores(self.to_people, self.before)

    @property
    def to_people(self) -> str:
        """What is read for what it does: a customer's words for a program are no act, unless it says nothing else."""
        return self.addressed.text

    @property
    def addressed(self) -> Words:
        """What is said to people, as words of their own; the turn itself where that is all of it."""
        return self._turn.to_people if self.speaker is Speaker.CUSTOMER else self.words

    @property
    def opening_words(self) -> str:
        """Its first clause, to quote it by."""
        return self.clauses[0].quote if self.clauses else self.read[:20]


class Transcript:
    """A call read turn by turn."""

    def __init__(self, call: Call) -> None:
        self.call = call
        before = {Speaker.CALLER: "", Speaker.CUSTOMER: ""}
        said: list[Said] = []
        for number, turn in enumerate(call.turns):
            said.append(Said(number, turn.speaker, turn.text, before[turn.speaker.other]))
            before[turn.speaker] = turn.text[:MAX_READ]
        self.turns = tuple(said)
        self.caller = tuple(s for s in said if s.speaker is Speaker.CALLER)
        self.customer = tuple(s for s in said if s.speaker is Speaker.CUSTOMER)
        self._before, self._after = _neighbours(said)

    def before(self, said: Said) -> Said | None:
        """The other side's last turn before ``said``."""
        return self._before[said.number]

    def after(self, said: Said) -> Said | None:
        """The other side's first turn after ``said``."""
        return self._after[said.number]


def _neighbours(said: list[Said]) -> tuple[list[Said | None], list[Said | None]]:
    """Per turn the other side's last turn before it and first turn after it."""
    before: list[Said | None] = []
    last: dict[Speaker, Said] = {}
    for turn in said:
        before.append(last.get(turn.speaker.other))
        last[turn.speaker] = turn
    after: list[Said | None] = []
    last = {}
    for turn in reversed(said):
        after.append(last.get(turn.speaker.other))
        last[turn.speaker] = turn
    return before, after[::-1]
