"""The counted calls of one caller, cut along every axis: which domain, persona, document, step and rule they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from kefu.bench.columns import SCORES, Columns, Marks
from kefu.bench.interval import Estimate, estimates, sums_of
from kefu.score.verdict import Rule, StepStatus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

__all__ = ["RuleFigure", "Scores", "Sides", "StepFigure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The three figures of a set of calls."""

    total: Estimate
    task_flow: Estimate
    interaction: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigure:
    """What became of a step; its score is over the calls in which it applied."""

    scenario: str
    number: int
    statuses: Mapping[str, int]
    score: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigure:
    """In how many calls a rule was broken at least once, and the share of calls that is."""

    rule: str
    calls: int
    share: Estimate


class Sides:
    """The counted calls of one caller, cut along every axis."""

    def __init__(self, columns: Columns, inside: NDArray[np.bool_]) -> None:
        import numpy as np

        self._columns = columns
        self._inside = inside
        self._rows = np.flatnonzero(inside)
        self._scenario = columns.axes["scenario"]
        self._scenarios = max(1, len(columns.book.axes["scenario"]))

    def scores(self, axis: str | None) -> Mapping[str, Scores]:
        """The three scores by the names of an axis, sorted; over all, under no name, where there is no axis."""
        import numpy as np

        groups = np.zeros(len(self._rows), dtype=np.int64) if axis is None else self._columns.axes[axis][self._rows]
        names = [""] if axis is None else self._columns.book.names(axis)
        over = self._within if axis == "scenario" else self._estimates
        three = [over(self._columns.scores[self._rows, i], groups, len(names)) for i in range(len(SCORES))]
        used = range(1) if axis is None else np.unique(groups)
        found = {
            names[code]: Scores(total=three[0][code], task_flow=three[1][code], interaction=three[2][code])
            for code in used
        }
        return MappingProxyType(dict(sorted(found.items())))

    def heat(self) -> Mapping[tuple[str, str], Estimate]:
        """The total by scenario and persona."""
        import numpy as np

        book, persona = self._columns.book, self._columns.axes["persona"][self._rows]
        personas = max(1, len(book.axes["persona"]))
        used, groups = np.unique(self._scenario[self._rows] * personas + persona, return_inverse=True)
        figures = self._within(self._columns.scores[self._rows, 0], groups, len(used))
        scenarios, names = book.names("scenario"), book.names("persona")
        found = {
            (scenarios[int(code) // personas], names[int(code) % personas]): figure
            for code, figure in zip(used, figures, strict=True)
        }
        return MappingProxyType(dict(sorted(found.items())))

    def dimensions(self) -> Mapping[str, Estimate]:
        """The dimensions in the order of the cards."""
        marks, names = self._mine(self._columns.dimensions), list(self._columns.book.dimensions)
        figures = self._estimates(marks.score, marks.what, len(names), self._scenario[marks.row])
        return MappingProxyType(
            dict(each for each in zip(names, figures, strict=True) if each[1].n or each[1].unscored)
        )

    def steps(self) -> tuple[StepFigure, ...]:
        """The steps by scenario and number; a step that did not apply has no score to miss."""
        import numpy as np

        marks, book = self._mine(self._columns.steps), self._columns.book
        statuses = list(book.statuses)
        table = np.bincount(marks.what * len(statuses) + marks.status, minlength=len(book.steps) * len(statuses))
        table = table.reshape(len(book.steps), len(statuses))
        applied = marks.status != book.statuses.get(StepStatus.NOT_APPLICABLE.value, -1)
        figures = self._within(marks.score[applied], marks.what[applied], len(book.steps))
        found = [
            StepFigure(
                scenario=scenario,
                number=number,
                statuses=MappingProxyType(
                    {name: int(table[code, i]) for i, name in enumerate(statuses) if table[code, i]}
                ),
                score=figures[code],
            )
            for (scenario, number), code in book.steps.items()
            if table[code].any()
        ]
        return tuple(sorted(found, key=lambda step: (step.scenario, step.number)))

    def rules(self) -> tuple[RuleFigure, ...]:
        """All rules, those never broken too; the most frequent first. Calls without a card are unscored."""
        import numpy as np

        columns = self._columns
        names = list(dict.fromkeys([*(rule.value for rule in Rule), *columns.book.rules]))
        marks = self._mine(columns.violations)
        order = np.array([names.index(rule) for rule in columns.book.rules], dtype=np.int64)
        found: list[RuleFigure] = []
        for code, rule in enumerate(names):
            broken = np.zeros(len(columns))
            broken[~columns.carded] = np.nan
            broken[marks.row[order[marks.what] == code]] = 1.0
            share = self._estimates(broken[self._rows], np.zeros(len(self._rows), dtype=np.int64), 1)[0]
            found.append(RuleFigure(rule=rule, calls=int(np.nansum(broken[self._rows])), share=share))
        return tuple(sorted(found, key=lambda figure: -figure.calls))

    def tally(self, axis: str) -> Mapping[str, int]:
        """How many calls have each name of an axis, the most frequent first."""
        import numpy as np

        names = self._columns.book.names(axis)
        codes, counts = np.unique(self._columns.axes[axis][self._rows], return_counts=True)
        found = sorted((-int(count), names[code]) for code, count in zip(codes, counts, strict=True))
        return MappingProxyType({name: -count for count, name in found if name})

    def _mine(self, marks: Marks) -> Marks:
        mine = self._inside[marks.row]
        return Marks(row=marks.row[mine], what=marks.what[mine], status=marks.status[mine], score=marks.score[mine])

    def _estimates(self, values: Floats, groups: Codes, many: int, clusters: Codes | None = None) -> list[Estimate]:
        where = self._scenario[self._rows] if clusters is None else clusters
        return estimates(sums_of(values, groups, where, (many, self._scenarios)))

    def _within(self, values: Floats, groups: NDArray[np.int64], many: int) -> list[Estimate]:
        """Groups that lie within one scenario each."""
        import numpy as np

        return estimates(sums_of(values, groups, np.zeros(len(values), dtype=np.int64), (many, 1)))
