"""Two runs laid beside each other, call by call, and every question that can be asked of the pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kefu.bench.columns import SCORES, Columns, Marks
from kefu.bench.interval import Sums, spread_of, sums_of
from kefu.bench.likeness import require_like, require_once, shared_rows
from kefu.bench.power import Precision
from kefu.score.verdict import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

__all__ = ["LEAST_SCENARIOS", "Pairs", "Question", "aligned", "question_sums"]

LEAST_SCENARIOS = 6
"""From so many documents on, signs flipped by document can give a p below 5 %."""
_CUTS = ("domain", "persona", "perturb")


def aligned(sides: Sequence[Columns], names: Sequence[str], *, unequal: bool) -> tuple[Codes, Codes]:
    """The rows of either side that are the same call, in the order of their pairs."""
    import numpy as np

    rows = [np.arange(len(side)) for side in sides]
    for side, name, every in zip(sides, names, rows, strict=True):
        require_once(side, every, name)
    left, right = shared_rows(sides[0].pair, sides[1].pair)
    if not len(left) or not unequal:
        require_like((names[0], sides[0], rows[0]), (names[1], sides[1], rows[1]))
    return left, right


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Values of both sides, pair by pair, and from which pair each is."""

    axis: str
    name: str
    a: Floats
    b: Floats
    clusters: Codes
    pair: Codes


class Pairs:
    """Two sides laid beside each other, and every question that they can answer."""

    def __init__(self, a: Columns, b: Columns, left: Codes, right: Codes) -> None:
        import numpy as np

        self._sides = ((a, left), (b, right))
        self._counts = a.counts[left] & b.counts[right]
        self._book = a.book
        names = a.book.names("scenario")
        rank = np.argsort(np.argsort(np.array(names)))  # by name: the same p whatever order the calls came in
        self._clusters = rank[a.axes["scenario"][left]].astype(np.int64)
        self._tasks = a.axes["task"][left]
        self._total = self._scores(0)

    def questions(self) -> Iterator[Question]:
        """The headline, then the family in the order in which it is shown."""
        yield self._total
        for i, part in enumerate(SCORES[1:], start=1):
            yield replace(self._scores(i), axis="part", name=part)
        yield from self._marks("dimension", list(self._book.dimensions))
        yield from self._rules()
        yield from self._gaps()
        for axis in _CUTS:
            yield from self._cut(axis)
        yield from self._marks("step", [f"{scenario}/{number}" for scenario, number in self._book.steps])

    def precision(self, question: Question) -> Precision:
        """What the answer to a question rests on."""
        import numpy as np

        values = question.b - question.a
        spread = spread_of(question_sums(question, values), LEAST_SCENARIOS)
        _tasks, place, count = np.unique(self._tasks[question.pair], return_inverse=True, return_counts=True)
        middle = np.bincount(place, weights=values) / count
        freedom = len(values) - len(count)
        noise = float(((values - middle[place]) ** 2).sum()) / freedom / len(values) if freedom else None
        variance, clustered = float(spread.variance[0]), bool(spread.clustered[0])
        return Precision(
            variance=variance,
            noise=noise if clustered else variance,
            freedom=float(spread.freedom[0]),
            trials=float(count.mean()) if len(count) else 0.0,
            scenarios=int(spread.clusters[0]) if clustered else 0,
            pairs=len(values),
        )

    def _scores(self, i: int) -> Question:
        import numpy as np

        a, b = (np.where(self._counts, side.scores[rows, i], np.nan) for side, rows in self._sides)
        return self._question("total", SCORES[i], a, b)

    def _question(self, axis: str, name: str, a: Floats, b: Floats) -> Question:
        """A question over the pairs in which both sides have a value."""
        import numpy as np

        pair = np.flatnonzero(~np.isnan(a) & ~np.isnan(b))
        return Question(axis=axis, name=name, a=a[pair], b=b[pair], clusters=self._clusters[pair], pair=pair)

    def _cut(self, axis: str) -> Iterator[Question]:
        """The total by the names of an axis; where there is one name alone, that is the headline again."""
        import numpy as np

        side, rows = self._sides[0]
        codes, total, names = side.axes[axis][rows][self._total.pair], self._total, self._book.names(axis)
        used = np.unique(codes)
        for name, code in sorted((names[code], code) for code in used) if len(used) > 1 else ():
            mine = codes == code
            yield Question(
                axis=axis,
                name=name,
                a=total.a[mine],
                b=total.b[mine],
                clusters=total.clusters[mine],
                pair=total.pair[mine],
            )

    def _rules(self) -> Iterator[Question]:
        import numpy as np

        place = {rule.value: number for number, rule in enumerate(Rule)}
        for rule, code in sorted(self._book.rules.items(), key=lambda each: (place.get(each[0], len(place)), each[0])):
            sides: list[Floats] = []
            for side, rows in self._sides:
                broken = np.where(side.carded, 0.0, np.nan)
                broken[side.violations.row[side.violations.what == code]] = 1.0
                sides.append(np.where(self._counts, broken[rows], np.nan))
            yield self._question("rule", rule, sides[0], sides[1])

    def _gaps(self) -> Iterator[Question]:
        """Whether the customer asked what the document does not answer: each side is scored by its own document."""
        import numpy as np

        a, b = (
            np.where(self._counts & side.carded[rows], (side.gaps[rows] > 0).astype(np.float64), np.nan)
            for side, rows in self._sides
        )
        if np.nansum(a) + np.nansum(b):
            yield self._question("gap", "calls", a, b)

    def _marks(self, axis: str, names: Sequence[str]) -> Iterator[Question]:
        """A question for each dimension, or for each step, over the pairs in which both have a score."""
        import numpy as np

        many = max(1, len(names))
        (keys_a, a), (keys_b, b) = (
            self._keys(side.dimensions if axis == "dimension" else side.steps, len(side), rows, many)
            for side, rows in self._sides
        )
        keys, left, right = np.intersect1d(keys_a, keys_b, return_indices=True)
        what, pair = keys % many, keys // many
        order = np.argsort(what, kind="stable")
        steps = list(self._book.steps)
        edges = np.searchsorted(what[order], np.arange(len(names) + 1))
        numbers = range(len(names)) if axis == "dimension" else sorted(range(len(names)), key=steps.__getitem__)
        for number in numbers:
            mine = order[edges[number] : edges[number + 1]]
            if len(mine):
                yield Question(
                    axis=axis,
                    name=names[number],
                    a=a[left[mine]],
                    b=b[right[mine]],
                    clusters=self._clusters[pair[mine]],
                    pair=pair[mine],
                )

    def _keys(self, marks: Marks, size: int, rows: Codes, many: int) -> tuple[Codes, Floats]:
        """The scored marks of counted pairs, each under the number of its pair and its name."""
        import numpy as np

        pair_of = np.full(size, -1, dtype=np.int64)
        pair_of[rows[self._counts]] = np.flatnonzero(self._counts)
        pair = pair_of[marks.row]
        known = (pair >= 0) & ~np.isnan(marks.score)
        return pair[known] * many + marks.what[known], marks.score[known]


def question_sums(question: Question, values: Floats) -> Sums:
    import numpy as np

    names, codes = np.unique(question.clusters, return_inverse=True)
    return sums_of(values, np.zeros(len(values), dtype=np.int64), codes, (1, max(1, len(names))))
