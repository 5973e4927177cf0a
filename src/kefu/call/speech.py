"""What is spoken, taken apart: sentences, what makes two of them the same, and what a party has said so far.

Two sentences are the same when they are equal without their punctuation. A party
says no sentence twice in a call; ``Said`` is how it remembers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = [
    "Said",
    "Told",
    "bigrams",
    "clauses",
    "contained",
    "join",
    "key",
    "pairs_of",
    "sentences",
    "speakable",
    "tidy",
]

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n”’」』）)]*")
_PIECE = re.compile(r"[。！？!?；;\n…—]+")
_CLAUSE = re.compile(r"[。！？!?；;\n…—，,：:]+")
_NOT_A_WORD = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")
_ASIDE = re.compile(r"[（(][^（()）]{0,80}[)）]")
_MARKUP = re.compile(r"[*#`_~>|]{1,4}(?=\S)|[*#`~|]{2,}")
_POINT = re.compile(r"(?<=[\u4e00-\u9fff])\.(?=[”\"」』]*$)")
_EDGE = re.compile(r"^[\s，,。；;：:、！!…—.\-·•]+")
_DOUBLED = re.compile(r"[，,、：:\s]+(?=[，,。；;！!？?])")
_OUTER_QUOTES = '“”"「」『』'
_STOPS = "。！？!?…"
_COMMAS = "，,；;：:"
_INTERJECTIONS = "嗯呃啊哦哎唉诶噢喂"
_ALIKE_LENGTH = 8
_PHRASE = 40
_SHORT = 160
"""Characters of a turn that is remembered."""
_SHORT_PIECE = 5
_ALIKE = 0.82
_ALIKE_PAIRS = 14


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of ``text`` with their marks, each stripped."""
    return _sentences(text) if len(text) <= _SHORT else _split(text)


@lru_cache(maxsize=2048)
def _sentences(text: str) -> tuple[str, ...]:
    return _split(text)


def _split(text: str) -> tuple[str, ...]:
    return tuple([s for s in map(str.strip, _SENTENCE.findall(text)) if s])


def clauses(text: str) -> list[str]:
    """The parts of ``text`` between any marks, without them."""
    return [c for c in (part.strip() for part in _CLAUSE.split(text)) if c]


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """``text`` as letters, digits and characters alone."""
    return _NOT_A_WORD.sub("", text)


@lru_cache(maxsize=4096)
def _ways(text: str) -> frozenset[str]:
    """What must not have been said for ``text`` to be new: it, its pieces, and these without an interjection."""
    pieces = _pieces(text)
    return frozenset([key(text), *pieces, *(piece.lstrip(_INTERJECTIONS) or piece for piece in pieces)])


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str, ...]:
    """The keys of what stands between full stops, dots and dashes."""
    return tuple(k for k in (key(part) for part in _PIECE.split(text)) if k)


def pairs_of(texts: Iterable[str]) -> set[str]:
    """The pairs of neighbouring characters of ``texts`` one after the other, without their marks."""
    found: set[str] = set()
    last = ""
    for text in texts:
        for sentence in sentences(text):  # which come back, while their order is ever new
            if flat := key(sentence):
                found |= bigrams(sentence)
                if last:
                    found.add(last + flat[0])
                last = flat[-1]
    return found


@lru_cache(maxsize=2048)
def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a line or sentence without its marks."""
    flat = key(text)
    return frozenset(map(str.__add__, flat, flat[1:]))


def contained(part: str, whole: str) -> float:
    """The share of what ``part`` says that ``whole`` says too, 0 to 1, by pairs of characters."""
    pairs = bigrams(part)
    return len(pairs & bigrams(whole)) / len(pairs) if pairs else 0.0


def speakable(text: str) -> str:
    """``text`` as it may be spoken: no stage directions in brackets, no markup, no quotes around the whole."""
    spoken = _POINT.sub("。", _MARKUP.sub("", _ASIDE.sub("", text)).strip())
    while len(spoken) > 1 and spoken[0] in _OUTER_QUOTES and spoken[-1] in _OUTER_QUOTES:
        spoken = spoken[1:-1].strip()
    return tidy(spoken)


def tidy(text: str) -> str:
    """``text`` without marks that have nothing before them, and with a stop at its end."""
    text = _DOUBLED.sub("", _EDGE.sub("", text.replace("\n", " "))).strip().strip('“"「」『』').strip()
    if not text:
        return ""
    if text[-1] in "，,、：:；;":
        text = text[:-1]
    if text[-1] in "”」』）)":
        return text if len(text) > 1 and text[-2] in _STOPS + "~" else text + "。"
    return text if text[-1] in _STOPS + "~～" else text + "。"


def join(*parts: str) -> str:
    """``parts`` one after the other; one that ends with a comma leads into the next, and ends if nothing follows."""
    text = "".join(part for part in parts if part)
    return text[:-1] + "。" if text and text[-1] in _COMMAS else text


class Told:
    """What the other party has said so far: its words, its sentences, and the pairs of characters in them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pairs: set[str] = set()
        self._keys: set[str] = set()

    def add(self, text: str) -> bool:
        """Remember ``text``; whether half of it or more had been said before."""
        keys = [piece for piece in _pieces(text) if len(piece) >= _SHORT_PIECE]
        again = bool(keys) and sum(piece in self._keys for piece in keys) >= len(keys) / 2
        self.texts.append(text)
        self._keys.update(keys)
        for sentence in sentences(text):
            self._pairs |= bigrams(sentence)
        return again

    def holds(self, part: str) -> float:
        """The share of what ``part`` says that has been said, 0 to 1."""
        pairs = bigrams(part)
        return len(pairs & self._pairs) / len(pairs) if pairs else 0.0


class Said:
    """The sentences of one party so far."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._long: list[frozenset[str]] = []
        self._pairs: set[str] = set()

    def add(self, text: str) -> None:
        """Remember every sentence of ``text``."""
        for piece in _pieces(text):
            if piece not in self._keys:
                self._keys.add(piece)
                self._keys.add(piece.lstrip(_INTERJECTIONS) or piece)
                if len(piece) >= _ALIKE_LENGTH:
                    pairs = bigrams(piece)
                    self._long.append(pairs)
                    self._pairs |= pairs
        whole = key(text)
        if len(whole) <= _PHRASE:  # dots and dashes make one phrase several pieces, or do not
            self._keys.add(whole)

    def fresh(self, text: str) -> bool:
        """Whether no sentence of ``text`` has been said, word for word."""
        return self._keys.isdisjoint(_ways(text))

    def new(self, text: str) -> str:
        """``text`` without the sentences that were said before, in the same words or nearly so."""
        kept: list[str] = []
        for sentence in sentences(text):
            softened = self.soften(sentence)
            if self.fresh(softened) and not self.nearly(softened):
                kept.append(softened)
        return "".join(kept)

    def nearly(self, sentence: str) -> bool:
        """Whether a sentence almost the same has been said."""
        pairs = bigrams(sentence)
        if len(pairs) < _ALIKE_LENGTH:
            return False
        least = len(pairs) / 2
        if len(pairs & self._pairs) < _ALIKE * min(len(pairs), max(least, _ALIKE_PAIRS)):
            return False  # as most are: not even all that was said shares enough with it
        for other in self._long:
            if len(other) < least or pairs.isdisjoint(other):
                continue
            shared = len(pairs & other)
            longer = max(len(other), _ALIKE_PAIRS)
            if shared >= _ALIKE * len(pairs) or shared >= _ALIKE * longer:
                return True
        return False

    def soften(self, text: str) -> str:
        """``text`` with dots and dashes after an interjection turned to commas where it was said before."""
        for mark in ("……", "——", "…"):
            if mark in text:
                head, _, rest = text.partition(mark)
                flat = key(head)
                if rest and flat and len(flat) <= _ALIKE_LENGTH and flat in self._keys:
                    text = f"{head}，{rest}"
        return text

    def first_fresh(self, texts: Iterable[str]) -> str | None:
        """The first of ``texts`` that can be said without repeating."""
        return next((text for text in texts if self.fresh(text)), None)
