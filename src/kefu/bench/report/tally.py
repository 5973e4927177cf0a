"""What a report counts beside the statistics while the results stream past: worst cells, severities, lost cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappush, heappushpop

from kefu.bench.result import Result

__all__ = ["Lost", "Tally"]

_SERIOUS = frozenset({"major", "critical"})


@dataclass(slots=True, kw_only=True)
class Lost:
    """How many cells there were and how many are in no mean, by why; ``reruns`` is how many calls were held again."""

    cells: int = 0
    failed: int = 0
    invalid: int = 0
    unscored: int = 0
    reruns: int = 0
    rerun: int = 0
    """Cells that were held again at least once."""

    def plus(self, other: Lost) -> Lost:
        """Both together."""
        return Lost(
            cells=self.cells + other.cells,
            failed=self.failed + other.failed,
            invalid=self.invalid + other.invalid,
            unscored=self.unscored + other.unscored,
            reruns=self.reruns + other.reruns,
            rerun=self.rerun + other.rerun,
        )

    @property
    def share(self) -> float:
        """The part of the cells that is in no mean."""
        return (self.failed + self.invalid + self.unscored) / self.cells if self.cells else 0.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of the results that passed through :meth:`watch`; ``most`` cells are remembered as the worst."""

    most: int
    lost: dict[tuple[str, str], Lost] = field(default_factory=dict[tuple[str, str], Lost])
    """By caller and persona."""
    severities: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    """Calls with a rule broken at least once so severely, by caller, rule and severity."""
    critical: Counter[str] = field(default_factory=Counter[str])
    """Calls with a critical violation, by caller."""
    violations: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Violations by rule and severity."""
    serious: dict[str, tuple[list[float], list[str]]] = field(default_factory=dict[str, tuple[list[float], list[str]]])
    """For each caller, of every call that was measured, 1 where a violation was major or critical, and its scenario."""
    _worst: list[tuple[float, int, str]] = field(default_factory=list[tuple[float, int, str]])

    def watch(self, results: Iterable[Result]) -> Iterator[Result]:
        """The same results, counted."""
        for place, result in enumerate(results):
            self._count(result, place)
            yield result

    @property
    def worst(self) -> tuple[str, ...]:
        """The cells with the lowest totals, the lowest first; of equal ones the first."""
        return tuple(cell for _total, _place, cell in sorted(self._worst, key=lambda e: (-e[0], -e[1])))

    def lost_of(self, caller: str) -> Lost:
        """What was lost of a caller, with every persona."""
        whole = Lost()
        for (name, _persona), part in self.lost.items():
            if name == caller:
                whole = whole.plus(part)
        return whole

    def _count(self, result: Result, place: int) -> None:
        key = result.caller, result.persona
        lost = self.lost.get(key)
        if lost is None:
            lost = self.lost[key] = Lost()
        lost.cells += 1
        if result.reruns:
            lost.reruns += result.reruns
            lost.rerun += 1
        if not result.counts:
            if result.failed:
                lost.failed += 1
            else:
                lost.invalid += 1
            return
        if result.measured:
            self._count_violations(result)
        if result.total is None:
            lost.unscored += 1
            return
        entry = (-result.total, -place, result.cell)
        if len(self._worst) < self.most:
            heappush(self._worst, entry)
        elif entry > self._worst[0]:
            heappushpop(self._worst, entry)

    def _count_violations(self, result: Result) -> None:
        values, clusters = self.serious.setdefault(result.caller, ([], []))
        if result.violations:
            self.violations.update(result.violations)
            for rule, severity in set(result.violations):
                self.severities[result.caller, rule, severity] += 1
        grades = {severity for _rule, severity in result.violations}
        self.critical[result.caller] += "critical" in grades
        values.append(float(not grades.isdisjoint(_SERIOUS)))
        clusters.append(result.scenario)
