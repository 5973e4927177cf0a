"""Finished cells as columns: sixty thousand results in a few megabytes, read once and in one pass.

Names become numbers by a codebook; two sets of results that are read with the
same codebook can be laid side by side.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from kefu.bench.result import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["SCORES", "Codebook", "Columns", "Marks", "columns_of"]

SCORES = ("total", "task_flow", "interaction")
_AXES = ("caller", "scenario", "domain", "persona", "perturb", "task", "outcome", "attribution", "ended_by")
_NAN = float("nan")


@dataclass(slots=True, kw_only=True)
class Codebook:
    """The number of every name, counted from 0 on every axis in the order of first appearance."""

    axes: dict[str, dict[Any, int]] = field(default_factory=lambda: {axis: {} for axis in _AXES})
    dimensions: dict[str, int] = field(default_factory=dict[str, int])
    steps: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    rules: dict[str, int] = field(default_factory=dict[str, int])

    def names(self, axis: str) -> list[Any]:
        """The names of an axis by their numbers."""
        return list(self.axes[axis])


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What calls have several of (dimensions, steps, violations): whose row, which, with which status and score."""

    row: Codes
    what: Codes
    status: Codes
    score: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The results, one row each. ``counts`` rows are in the means; ``carded`` ones were measured."""

    book: Codebook
    axes: Mapping[str, Codes]
    pair: Codes
    trial: Codes
    failed: Flags
    valid: Flags
    carded: Flags
    reruns: Codes
    turns: Codes
    gaps: Codes
    scores: Floats
    dimensions: Marks
    steps: Marks
    violations: Marks

    def __len__(self) -> int:
        return len(self.pair)

    @property
    def counts(self) -> Flags:
        """Which rows are in the means."""
        return self.valid & ~self.failed

    def named(self, axis: str, row: int) -> Any:
        """The name that a row has on an axis."""
        return self.book.names(axis)[int(self.axes[axis][row])]


def columns_of(results: Iterable[Result], book: Codebook | None = None) -> Columns:
    """The results as columns, with the names numbered by ``book``."""
    reader = _Reader(book or Codebook())
    for result in results:
        reader.add(result)
    return reader.columns()


class _Flat:
    """Marks as they come in."""

    __slots__ = ("row", "score", "status", "what")

    def __init__(self) -> None:
        self.row, self.what, self.status, self.score = array("q"), array("q"), array("q"), array("d")

    def add(self, row: int, what: int, status: int, score: float | None) -> None:
        self.row.append(row)
        self.what.append(what)
        self.status.append(status)
        self.score.append(_NAN if score is None else score)

    def marks(self) -> Marks:
        return Marks(row=_ints(self.row), what=_ints(self.what), status=_ints(self.status), score=_floats(self.score))


class _Reader:
    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._axes = {axis: array("q") for axis in _AXES}
        self._pair, self._trial, self._reruns, self._turns = array("q"), array("q"), array("q"), array("q")
        self._gaps = array("q")
        self._failed, self._valid, self._carded = array("b"), array("b"), array("b")
        self._scores = array("d")
        self._dimensions, self._steps, self._violations = _Flat(), _Flat(), _Flat()

    def add(self, result: Result) -> None:
        row = len(self._pair)
        book = self._book
        self._pair.append(int.from_bytes(blake2b(result.pair.encode(), digest_size=8).digest(), signed=True))
        self._trial.append(result.trial)
        self._reruns.append(result.reruns)
        self._turns.append(result.turns)
        self._gaps.append(result.gaps)
        self._failed.append(result.failed)
        self._valid.append(result.valid)
        self._carded.append(result.measured)
        task = (result.scenario, result.customer, result.persona, result.perturb, result.row)
        for axis, codes in book.axes.items():
            name = task if axis == "task" else getattr(result, axis)
            self._axes[axis].append(codes.setdefault(name, len(codes)))
        for score in (result.total, result.task_flow, result.interaction):
            self._scores.append(_NAN if score is None else score)
        for name, score in result.dimensions:
            self._dimensions.add(row, book.dimensions.setdefault(name, len(book.dimensions)), 0, score)
        for number, status, score in result.steps:
            what = book.steps.setdefault((result.scenario, number), len(book.steps))
            self._steps.add(row, what, book.statuses.setdefault(status, len(book.statuses)), score)
        for rule in sorted({rule for rule, _severity in result.violations}):
            self._violations.add(row, book.rules.setdefault(rule, len(book.rules)), 0, 1.0)

    def columns(self) -> Columns:
        return Columns(
            book=self._book,
            axes={axis: _ints(codes) for axis, codes in self._axes.items()},
            pair=_ints(self._pair),
            trial=_ints(self._trial),
            failed=_flags(self._failed),
            valid=_flags(self._valid),
            carded=_flags(self._carded),
            reruns=_ints(self._reruns),
            turns=_ints(self._turns),
            gaps=_ints(self._gaps),
            scores=_floats(self._scores).reshape(-1, len(SCORES)),
            dimensions=self._dimensions.marks(),
            steps=self._steps.marks(),
            violations=self._violations.marks(),
        )


def _ints(values: array[int]) -> Codes:
    import numpy as np

    return np.array(values, dtype=np.int64)


def _floats(values: array[float]) -> Floats:
    import numpy as np

    return np.array(values, dtype=np.float64)


def _flags(values: array[int]) -> Flags:
    import numpy as np

    return np.array(values, dtype=np.bool_)
