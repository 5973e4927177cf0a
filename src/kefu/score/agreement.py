"""Agreement between two series: precision and recall, kappa, rank correlation, and intervals by document.

Plain arithmetic on counts and numbers; nothing here knows what a call is.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Counts", "Interval", "bootstrap", "kappa", "macro_f1", "mean", "per_label", "spearman"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Hits, false alarms and misses of one label."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(hits=self.hits + other.hits, false=self.false + other.false, missed=self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """Share of what was said that is so; ``None`` where nothing was said."""
        said = self.hits + self.false
        return self.hits / said if said else None

    @property
    def recall(self) -> float | None:
        """Share of what is so that was said; ``None`` where nothing is so."""
        true = self.hits + self.missed
        return self.hits / true if true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; ``None`` where the label neither is nor was said."""
        every = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / every if every else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value with its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None


def mean(values: Iterable[float]) -> float | None:
    """The mean, ``None`` of nothing."""
    series = tuple(values)
    return sum(series) / len(series) if series else None


def per_label(pairs: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, Counts]:
    """Counts per label of (true, said) pairs of one label each."""
    hits: Counter[Hashable] = Counter()
    false: Counter[Hashable] = Counter()
    missed: Counter[Hashable] = Counter()
    for true, said in pairs:
        if true == said:
            hits[true] += 1
        else:
            false[said] += 1
            missed[true] += 1
    return {
        label: Counts(hits=hits[label], false=false[label], missed=missed[label])
        for label in sorted({*hits, *false, *missed}, key=str)
    }


def macro_f1(counts: Mapping[Hashable, Counts]) -> float | None:
    """Mean F1 over labels that are so at least once."""
    return mean(c.f1 or 0.0 for c in counts.values() if c.hits + c.missed)


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of (true, said) pairs: agreement beyond chance; ``None`` where chance alone agrees wholly."""
    if not pairs:
        return None
    n = len(pairs)
    agreed = sum(a == b for a, b in pairs) / n
    true, said = Counter(a for a, _b in pairs), Counter(b for _a, b in pairs)
    chance = sum(true[label] * said[label] for label in true) / (n * n)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Rank correlation of two series, ties sharing their mean rank; ``None`` where one does not vary."""
    if len(pairs) < 2:
        return None
    first, second = _ranks([a for a, _b in pairs]), _ranks([b for _a, b in pairs])
    middle = (len(pairs) + 1) / 2
    cross = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    one, two = sum((a - middle) ** 2 for a in first), sum((b - middle) ** 2 for b in second)
    return cross / (one * two) ** 0.5 if one and two else None


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for i in range(at, end + 1):
            ranks[order[i]] = (at + end) / 2 + 1
        at = end + 1
    return ranks


def bootstrap(
    clusters: Sequence[Sequence[T]],
    measure: Callable[[Sequence[T]], float | None],
    *,
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """``measure`` of all items, with a 95 % interval from drawing whole clusters again and again.

    Items of one document resemble one another, so documents are drawn, not items.
    """
    value = measure([item for cluster in clusters for item in cluster])
    if value is None or len(clusters) < 2:
        return Interval(value=value, low=None, high=None)
    dice = random.Random(seed)
    drawn: list[float] = []
    for _draw in range(draws):
        sample = [item for cluster in dice.choices(clusters, k=len(clusters)) for item in cluster]
        result = measure(sample)
        if result is not None:
            drawn.append(result)
    if not drawn:
        return Interval(value=value, low=None, high=None)
    drawn.sort()
    return Interval(value=value, low=drawn[int(0.025 * (len(drawn) - 1))], high=drawn[round(0.975 * (len(drawn) - 1))])
