"""What a text means, as a direction: texts that ask the same lie close together, whatever their words.

A text is a bag of atoms, the concepts it mentions and its characters and
pairs of characters. Every atom has a short learnt vector; the sum of a text's atoms, brought
to length one in each block of lanes, is its direction, and the cosine of two
directions tells how near two texts are. The vectors are learnt by
``training/match.py`` from our own questions and documents and kept in
``model/meaning.json``.
"""

from __future__ import annotations

import json
import re
import struct
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import sqrt
from operator import mul

from kefu.language.concepts import concepts_in_folded
from kefu.language.lanes import even
from kefu.language.normalise import fold
from kefu.language.runs import runs_in

__all__ = ["CONCEPT", "Meaning", "Space", "atoms", "meaning", "relatedness", "space"]

CONCEPT = "c:"
"""Before the id of a concept among atoms; no character or pair of ours holds a colon."""
_MAX_LENGTH = 400
"""Characters that are read; what is longer is no single question or answer."""
_NO_WORD = re.compile(r"[^\w]+")
_LANE = 4
"""Bytes of a lane in a packed sum: room for a byte per atom of the longest text."""
_MIDDLE = 128
_UNSIGNED = bytes(byte ^ _MIDDLE for byte in range(256))
"""A signed byte plus the middle: the same byte with its highest bit turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one text means."""

    atoms: frozenset[str]
    concepts: tuple[str, ...]
    direction: tuple[float, ...]
    """Of length one in each block, or all zero where no atom is known."""
    idle: float
    """Log odds that the text, said by a customer, asks for nothing that a knowledge base holds."""


class Space:
    """The learnt vectors of atoms.

    ``vectors`` holds one row of signed bytes per atom of ``rows``: ``blocks`` times
    ``width`` lanes of direction and a last lane for ``idle``. A row is kept as one
    whole number whose lanes lie side by side, so that adding a row costs one addition.
    """

    __slots__ = ("_idle", "_packed", "_rarity", "_shape", "_unpack")

    def __init__(
        self,
        *,
        rows: Sequence[str],
        vectors: bytes,
        rarity: Sequence[float],
        shape: tuple[int, int],
        idle: tuple[float, float],
    ) -> None:
        blocks, width = self._shape = shape
        self._idle = idle
        size = blocks * width + 1
        self._unpack = struct.Struct(f"<{size}I").unpack
        self._packed = {atom: _pack(vectors[at * size : (at + 1) * size]) for at, atom in enumerate(rows)}
        self._rarity = dict(zip(("", *rows), map(even, rarity), strict=True))

    def meaning(self, text: str) -> Meaning:
        """What ``text`` means."""
        folded = fold(text[:_MAX_LENGTH])
        concepts = tuple(concepts_in_folded(folded))
        found = _runs(folded)
        found.update([CONCEPT + concept for concept in concepts])
        direction, idle = self._sum(found)
        return Meaning(atoms=frozenset(found), concepts=concepts, direction=direction, idle=idle)

    def rarity(self, atom: str) -> float:
        """How much it tells that two texts share ``atom``: the logarithm of how rare it is in our texts."""
        return self._rarity.get(atom, self._rarity[""])

    def _sum(self, found: Iterable[str]) -> tuple[tuple[float, ...], float]:
        packed = self._packed
        known = [row for row in map(packed.get, found) if row is not None]
        blocks, width = self._shape
        size = blocks * width + 1
        lanes = self._unpack(sum(known).to_bytes(size * _LANE, "little"))
        offset = len(known) * _MIDDLE
        direction: list[float] = []
        for start in range(0, size - 1, width):
            block = [lane - offset for lane in lanes[start : start + width]]
            length = sqrt(sum(map(mul, block, block)) * blocks) or 1.0
            direction += [lane / length for lane in block]
        scale, bias = self._idle
        return tuple(direction), (lanes[-1] - offset) * scale + bias


def _pack(row: bytes) -> int:
    lanes = bytearray(len(row) * _LANE)
    lanes[::_LANE] = row.translate(_UNSIGNED)
    return int.from_bytes(lanes, "little")


def atoms(text: str) -> frozenset[str]:
    """The atoms of ``text``: concepts mentioned its characters and their pairs within its clauses."""
    folded = fold(text[:_MAX_LENGTH])
    return frozenset(_runs(folded)).union(CONCEPT + concept for concept in concepts_in_folded(folded))


def meaning(text: str) -> Meaning:
    """What ``text`` means, in the space that kefu ships; the last few thousand texts are remembered."""
    return _meaning(text[:_MAX_LENGTH])


def relatedness(a: str, b: str) -> float:
    """How near two texts are in meaning, -1 to 1; unrelated ones lie about 0."""
    return sum(map(mul, meaning(a).direction, meaning(b).direction))


@cache
def space() -> Space:
    """The space that kefu ships."""
    data = json.loads(files("kefu.language").joinpath("model", "meaning.json").read_text(encoding="utf-8"))
    return Space(
        rows=data["atoms"],
        vectors=b64decode(data["vectors"]),
        rarity=data["rarity"],
        shape=(data["blocks"], data["width"]),
        idle=(data["idle"][0], data["idle"][1]),
    )


@lru_cache(maxsize=1024)
def _meaning(text: str) -> Meaning:
    return space().meaning(text)


def _runs(folded: str) -> set[str]:
    return set[str]().union(*map(runs_in, _NO_WORD.split(folded)))
