"""What can be told of words by themselves, whoever says them in whatever call.

An embedded caller says the sentences of its document again in every call, and an
embedded customer its phrases; so words are read once and kept for as long as they
are likely to come again, together with what was found of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import TypeVar

from kefu.language.values import Value
from kefu.scenario.memo import lazily
from kefu.score.lines import SOUNDS, line_scores
from kefu.score.patterns import possible_signs, shows, spans_in
from kefu.score.terms import terms_from, weigh

__all__ = ["SHORT", "Words", "once_per_words"]

SHORT = 160
"""Characters of a turn that is remembered. An embedded caller says no longer one; others hardly repeat themselves."""
_LATIN = re.compile(r"[A-Za-z]")
_LOUDEST = 5.0
_KEPT = 2048

K = TypeVar("K")
R = TypeVar("R")


class Words:
    """Words that were said, read on demand and only once, however often and by whomever they are said again.

    Words are the same only where they are one object; so whatever is made of them
    may be remembered by them.
    """

    def __init__(self, text: str, folded: str, values: tuple[Value, ...]) -> None:
        self.text = text
        self.short = len(text) <= SHORT
        self.folded = folded
        self.values = values
        """What can be checked in them."""
        self.asks = folded.rstrip()[-1:] == "？"
        """Whether they end in a question mark."""
        self._signs: dict[str, bool] = {}

    @lazily
    def terms(self) -> frozenset[str]:
        """What their wording is made of."""
        return terms_from(self.folded, self.values)

    @lazily
    def weight(self) -> float:
        """How much all their terms tell together."""
        return weigh(self.terms)

    @lazily
    def _sounds(self) -> Mapping[str, float]:
        bounded = [max(-_LOUDEST, min(_LOUDEST, score)) for score in line_scores(self.folded)]
        return dict(zip(SOUNDS, bounded, strict=True))

    def sound(self, name: str) -> float:
        """How much they sound like ``name``, for a caller's words: in log-odds, within bounds."""
        return self._sounds[name]

    def has(self, sign: str) -> bool:
        """Whether a sign of the lexicon holds."""
        known = self._signs.get(sign)
        if known is None:
            known = self._signs[sign] = sign in self._possible_signs and shows(self.folded, sign)
        return known

    @lazily
    def _possible_signs(self) -> frozenset[str]:
        return possible_signs(self.folded)

    def words_of(self, sign: str) -> str:
        """The first words that show a sign; empty where it does not hold."""
        spans = spans_in(self.folded, sign)
        return self.text[spans[0][0] : spans[0][1]] if spans else ""

    @lazily
    def plain(self) -> str:
        """Their letters, digits and characters alone."""
        return "".join(filter(str.isalnum, self.text))

    @lazily
    def latin(self) -> int:
        """How many Latin letters they have."""
        return len(_LATIN.findall(self.text))


def once_per_words(derive: Callable[[K, Words], R]) -> Callable[[K, Words], R]:
    """``derive`` with its last few thousand results kept: what something, compared as an object, has to do with words.

    Long words are not kept, so that what is kept stays small whatever is said.
    """
    kept = lru_cache(maxsize=_KEPT)(derive)

    @wraps(derive)
    def once(key: K, words: Words) -> R:
        return kept(key, words) if words.short else derive(key, words)

    return once
