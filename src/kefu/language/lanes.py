"""Sums of many short rows of numbers, at the price of one addition a row.

A row is kept as one whole number whose lanes lie side by side; what every number of
it counts is parts of a given size, so that sums are exact.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

__all__ = ["GRAIN", "Lanes", "even"]

_BITS = 64
_SIGN = 1 << (_BITS - 1)
GRAIN = 1 << 20


def even(number: float) -> float:
    """``number`` to the nearest 2 ** -20: sums of such numbers are exact, hence the same in whatever order.

    What lies in a set comes in another order in every process.
    """
    return round(number * GRAIN) / GRAIN


class Lanes:
    """Rows of ``count`` numbers, each a multiple of one ``parts``-th or nearly so."""

    __slots__ = ("_offset", "_parts", "_struct")

    def __init__(self, count: int, parts: int) -> None:
        self._parts = parts
        self._struct = struct.Struct(f"<{count}Q")
        self._offset = sum(_SIGN << _BITS * place for place in range(count))

    def pack(self, row: Iterable[tuple[int, float]]) -> int:
        """The row that holds each number at its place, and nothing elsewhere."""
        parts = self._parts
        return sum([round(number * parts) << _BITS * place for place, number in row])

    def lane(self, place: int, number: float) -> int:
        """The row that holds ``number`` at ``place``, and nothing elsewhere."""
        return round(number * self._parts) << _BITS * place

    def unpack(self, total: int) -> list[float]:
        """The numbers of a sum of rows."""
        parts = self._parts
        # lanes below zero borrow from their neighbours; with the sign bit added none is below zero
        lanes = self._struct.unpack((total + self._offset).to_bytes(self._struct.size, "little"))
        return [(lane - _SIGN) / parts for lane in lanes]
