"""A call as scoring reads it: every turn once, with what it does, says and answers.

What costs time is read when a check first asks for it, and of a long turn only its
beginning, so that a hostile call ends as soon as an honest one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache

from kefu.call.call import Call
from kefu.call.turn import Speaker
from kefu.language.acts import Act, act_scores, read_acts
from kefu.language.normalise import fold
from kefu.language.values import Value, read_values
from kefu.score.lines import SOUNDS, line_scores
from kefu.score.numbers import bare_numbers
from kefu.score.patterns import holds, kinds_in, spans_in
from kefu.score.terms import MAX_READ, terms_from, weigh

__all__ = ["Clause", "Said", "Transcript"]

_CLAUSE = re.compile(r"[^，。？！；,?!;…\n~—]+[，。？！；,?!;…\n~—]*")
_SENTENCE = re.compile(r"[^。？！?!\n]+[。？！?!\n]*")
_MAY_HOLD_VALUE = re.compile(
    r"[0-9０-９一二两三四五六七八九十百千万零〇幺半今明后昨周月年@]|星期|礼拜|次日|当天|www|艾特"
)
_MOST_CLAUSES = 40
_LOUDEST = 5.0


@lru_cache(maxsize=4096)
def _values_in(text: str) -> tuple[Value, ...]:
    return read_values(text) if _MAY_HOLD_VALUE.search(text) else ()


class _Words:
    """Words that were said, read on demand and only once."""

    def __init__(self, text: str, folded: str) -> None:
        self.text = text
        self.folded = folded
        self._signs: dict[str, bool] = {}
        self._values: tuple[Value, ...] | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """What can be checked in them."""
        if self._values is None:
            self._values = self._read_values()
        return self._values

    def _read_values(self) -> tuple[Value, ...]:
        return _values_in(self.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        """What their wording is made of."""
        return terms_from(self.folded, self.values)

    @cached_property
    def letters(self) -> frozenset[str]:
        """Their characters and pairs of characters alone; cheaper than ``terms``."""
        return frozenset(self.folded).union(map(str.__add__, self.folded, self.folded[1:]))

    @cached_property
    def weight(self) -> float:
        """How much all their terms tell together."""
        return weigh(self.terms)

    @cached_property
    def sounds(self) -> Mapping[str, float]:
        """What they sound like, for a caller's words."""
        return dict(zip(SOUNDS, line_scores(self.folded), strict=True))

    def sound(self, name: str) -> float:
        """How much they sound like ``name``, in log-odds, within bounds."""
        return max(-_LOUDEST, min(_LOUDEST, self.sounds[name]))

    def has(self, sign: str) -> bool:
        """Whether a sign of the lexicon holds."""
        known = self._signs.get(sign)
        if known is None:
            known = self._signs[sign] = holds(self.folded, sign)
        return known

    def words_of(self, sign: str) -> str:
        """The first words that show a sign; empty where it does not hold."""
        spans = spans_in(self.folded, sign)
        return self.text[spans[0][0] : spans[0][1]] if spans else ""

    @property
    def asks(self) -> bool:
        """Whether they end in a question mark."""
        return self.folded.rstrip()[-1:] == "？"


class Clause(_Words):
    """One clause of a turn, with its closing mark."""

    def __init__(self, turn: _Words, start: int, end: int) -> None:
        super().__init__(turn.text[start:end], turn.folded[start:end])
        self._turn = turn
        self.start = start
        self.end = end

    def _read_values(self) -> tuple[Value, ...]:
        # those of the turn, which have been read already
        return tuple(value for value in self._turn.values if self.start <= value.start and value.end <= self.end)

    def has(self, sign: str) -> bool:
        """Whether a sign holds for it, which it can only where it holds for the turn."""
        return self._turn.has(sign) and super().has(sign)

    @property
    def quote(self) -> str:
        """Its words without the space around them."""
        return self.text.strip()


class Said(_Words):
    """One turn."""

    def __init__(self, number: int, speaker: Speaker, text: str, before: str) -> None:
        read = text[:MAX_READ]
        super().__init__(read, fold(read))
        # clauses refer to this and not to the turn, which refers to them: a circle would be left to the collector
        self._whole = _Words(read, self.folded)
        self.number = number
        self.speaker = speaker
        self.read = read
        self.length = len(text)
        self.before = before
        """What the other side said just before; empty at the beginning."""

    def _read_values(self) -> tuple[Value, ...]:
        return self._whole.values

    def has(self, sign: str) -> bool:
        """Whether a sign of the lexicon holds."""
        return self._whole.has(sign)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Its clauses in order, at most forty."""
        found: list[Clause] = []
        for match in _CLAUSE.finditer(self.read):
            if match[0].isspace():
                continue
            found.append(Clause(self._whole, match.start(), match.end()))
            if len(found) == _MOST_CLAUSES:
                break
        return tuple(found)

    @cached_property
    def does(self) -> frozenset[str]:
        """Which kinds of the lexicon of its side hold for it."""
        return kinds_in(self.addressed.folded, self.speaker.value)

    @cached_property
    def acts(self) -> frozenset[Act]:
        """What a customer's turn does; of a caller's turn nothing."""
        return frozenset(read_acts(self.to_people, self.before)) if self.speaker is Speaker.CUSTOMER else frozenset()

    @cached_property
    def bare_numbers(self) -> tuple[Value, ...]:
        """Its numbers without a unit."""
        return bare_numbers(self.read, self.folded)

    @cached_property
    def act_scores(self) -> Mapping[Act, float]:
        """How surely it does it."""
        return act_scores(self.to_people, self.before)

    @cached_property
    def to_people(self) -> str:
        """What is read for what it does: a customer's words for a program are no act, unless it says nothing else."""
        if self.speaker is not Speaker.CUSTOMER or not kinds_in(self.folded, "program"):
            return self.read
        parts = [match[0] for match in _SENTENCE.finditer(self.read)]
        rest = "".join(part for part in parts if not kinds_in(fold(part), "program"))
        return rest if rest.strip() else self.read

    @property
    def addressed(self) -> _Words:
        """What is said to people, as words of their own; the turn itself where that is all of it."""
        return self if self.to_people is self.read else self._addressed

    @cached_property
    def _addressed(self) -> _Words:
        return _Words(self.to_people, fold(self.to_people))

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
