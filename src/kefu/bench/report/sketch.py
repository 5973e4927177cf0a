"""A bounded sample of what was said: some of the different texts, always the same ones, with exact counts.

Of all texts those are kept whose checksums are the smallest. Whether a text is
among them does not depend on what else comes or in which order, so a text that is
kept at the end was kept from its first coming on, and its count is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar
from zlib import crc32

__all__ = ["Sketch"]

T = TypeVar("T")
_SLACK = 2


class Sketch(Generic[T]):
    """At most ``most`` different texts, each with how often it came and what was made of its first coming."""

    __slots__ = ("_entries", "_limit", "_most", "seen")

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[str, tuple[tuple[int, str], T, int]] = {}
        self._limit: tuple[int, str] | None = None
        self.seen = 0
        """How many texts came, kept or not."""

    def add(self, text: str, make: Callable[[], T]) -> None:
        """Count ``text``; ``make`` is asked only where it is new and kept."""
        self.seen += 1
        entry = self._entries.get(text)
        if entry is not None:
            place, made, count = entry
            self._entries[text] = (place, made, count + 1)
            return
        place = (crc32(text.encode("utf-8", "surrogatepass")), text)
        if self._limit is not None and place >= self._limit:
            return
        self._entries[text] = (place, make(), 1)
        if len(self._entries) > self._most * _SLACK:
            self._drop()

    def __iter__(self) -> Iterator[tuple[str, T, int]]:
        """Text, what was made of it, and its count; the most frequent first."""
        self._drop()
        kept = sorted(self._entries.items(), key=lambda entry: (-entry[1][2], entry[1][0]))
        return ((text, made, count) for text, (_place, made, count) in kept)

    @property
    def is_full(self) -> bool:
        """Whether texts were passed over."""
        return self._limit is not None or len(self._entries) > self._most

    def _drop(self) -> None:
        if len(self._entries) <= self._most:
            return
        kept = sorted(self._entries.items(), key=lambda entry: entry[1][0])
        self._limit = kept[self._most][1][0]
        self._entries = dict(kept[: self._most])
