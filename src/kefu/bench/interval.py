"""How sure a mean is: its 95 % interval, clustered by scenario, inside the range that scores have.

Calls on one document resemble each other, so thirty documents with a hundred calls
each are not three thousand independent measurements. The variance of a mean is that of
the delete-one-cluster jackknife (CV3 in MacKinnon, Nielsen & Webb 2023, "Cluster-robust
inference: a guide to empirical practice"), with Student's t on clusters - 1 degrees of
freedom, and never less than that of independent calls. A mean in 0..1 gets an interval of
Wilson's form with the effective number of calls m(1 - m)/V (Korn & Graubard 1998, "Confidence
intervals for proportions with small expected number of positive counts"), which
stays inside 0..1 and is as skewed as scores are; a difference gets mean ± t · sqrt(V).
``benchmarks/intervals.py`` measures how often such intervals hold.

Where all values are equal, nothing was seen of their spread. Unequal values may then
still be a share of up to u = z²/(n + z²) (Wilson's bound for none of n; n counts
scenarios where there are several), and the interval is what such a share could do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kefu.bench.quantile import normal_quantile, t_quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "LEVEL",
    "Estimate",
    "Scope",
    "Spread",
    "Sums",
    "estimate",
    "estimate_to_json",
    "estimates",
    "spread_of",
    "sums_of",
]

LEVEL = 0.95
_NO_SPREAD = 1e-10
"""A variance below this is rounding: scores have four digits."""
DIGITS = 6
"""Digits behind the point in JSON: beyond them is the order in which floats were added."""


class Scope(StrEnum):
    """For what an interval holds: other documents like these, or further calls on these documents alone."""

    SCENARIOS = "scenarios"
    CALLS = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over ``n`` values from so many ``scenarios``, and its interval.

    ``unscored`` calls had no value and are in nothing. There is no interval
    (``None``) below two values, and no mean of none.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int
    unscored: int
    scenarios: int
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """All that a mean and its interval follow from: group by cluster, how many values, their sum, that of squares."""

    n: Floats
    total: Floats
    squares: Floats
    unscored: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of each group its mean, the variance of that mean with its degrees of freedom, and for what that holds."""

    mean: Floats
    variance: Floats
    freedom: Floats
    n: Floats
    clusters: Floats
    clustered: NDArray[np.bool_]


def estimate(values: Sequence[float | None], clusters: Sequence[str], *, differences: bool = False) -> Estimate:
    """The mean of ``values`` (in 0..1; in -1..1 for ``differences``), each from the cluster beside it."""
    import numpy as np

    names = {name: code for code, name in enumerate(sorted(set(clusters)))}
    codes = np.array([names[name] for name in clusters], dtype=np.int64)
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    sums = sums_of(numbers, np.zeros(len(numbers), dtype=np.int64), codes, (1, max(1, len(names))))
    return estimates(sums, differences=differences)[0]


def sums_of(values: Floats, groups: NDArray[Any], clusters: NDArray[Any], shape: tuple[int, int]) -> Sums:
    """The sums of ``values`` (NaN where unscored) by group and cluster, both counted from 0; ``shape`` is how many."""
    import numpy as np

    rows, columns = shape
    known = ~np.isnan(values)
    place = groups[known].astype(np.int64) * columns + clusters[known]
    scored = values[known]

    def summed(weights: Floats | None) -> Floats:
        return np.bincount(place, weights=weights, minlength=rows * columns).astype(np.float64).reshape(shape)

    return Sums(
        n=summed(None),
        total=summed(scored),
        squares=summed(scored * scored),
        unscored=np.bincount(groups[~known].astype(np.int64), minlength=rows).astype(np.float64),
    )


def spread_of(sums: Sums, least: int = 2) -> Spread:
    """The means with their variances; below ``least`` clusters the clusters are taken as given, not as drawn."""
    import numpy as np

    present = sums.n > 0
    n: Floats = sums.n.sum(axis=1)
    clusters: Floats = present.sum(axis=1).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = sums.total.sum(axis=1)
        mean = total / n
        without = (total[:, None] - sums.total) / (n[:, None] - sums.n)
        jackknife: Floats = (
            np.where(present, (without - mean[:, None]) ** 2, 0.0).sum(axis=1) * (clusters - 1) / clusters
        )
        independent: Floats = np.divide(sums.squares.sum(axis=1) - total * mean, (n - 1) * n)
        inside: Floats = np.where(present, sums.squares - sums.total**2 / sums.n, 0.0).sum(axis=1) / (n - clusters) / n
    clustered = clusters >= least
    strata = ~clustered & (n > clusters)
    given: Floats = np.where(strata, inside, independent)
    variance: Floats = np.where(clustered, np.fmax(jackknife, independent), given)
    variance = np.where(variance * n < _NO_SPREAD, 0.0, variance)
    freedom: Floats = np.where(clustered, clusters - 1, np.where(strata, n - clusters, n - 1))
    return Spread(mean=mean, variance=variance, freedom=freedom, n=n, clusters=clusters, clustered=clustered)


def estimates(sums: Sums, *, differences: bool = False, least: int = 2) -> list[Estimate]:
    """One estimate for each group; ``differences`` lie in -1..1, other values in 0..1."""
    import numpy as np

    spread = spread_of(sums, least)
    z = normal_quantile(LEVEL)
    mean = spread.mean
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        t = t_quantile(LEVEL, spread.freedom)
        low, high = _plain(mean, spread.variance, t) if differences else _wilson(mean, spread.variance, t)
        unseen = z * z / (np.where(spread.clustered, spread.clusters, spread.n) + z * z)
        floor = mean * (1 - unseen) - (unseen if differences else 0.0)
        equal = spread.variance == 0
        low = np.where(equal, floor, low)
        high = np.where(equal, mean * (1 - unseen) + unseen, high)
    return [
        Estimate(
            mean=float(mean[row]) if spread.n[row] else None,
            low=float(low[row]) if spread.n[row] > 1 else None,
            high=float(high[row]) if spread.n[row] > 1 else None,
            n=int(spread.n[row]),
            unscored=int(sums.unscored[row]),
            scenarios=int(spread.clusters[row]),
            scope=Scope.SCENARIOS if spread.clustered[row] else Scope.CALLS,
        )
        for row in range(len(mean))
    ]


def estimate_to_json(figure: Estimate) -> dict[str, Any]:
    """The estimate as it stands in ``bench show --json``."""
    return {
        "mean": rounded(figure.mean),
        "low": rounded(figure.low),
        "high": rounded(figure.high),
        "n": figure.n,
        "unscored": figure.unscored,
        "scenarios": figure.scenarios,
        "scope": figure.scope.value,
    }


def rounded(value: float | None) -> float | None:
    """A figure as it stands in JSON: the same whatever order the calls came in."""
    return None if value is None else round(value, DIGITS) + 0.0


def _wilson(mean: Floats, variance: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Wilson's score interval for a mean whose variance grows like m(1 - m) towards the middle."""
    import numpy as np

    inner = np.clip(mean, 0.0, 1.0)
    room = inner * (1 - inner)
    per_call = t * t * variance / room  # t² over the effective number of calls
    centre = (inner + per_call / 2) / (1 + per_call)
    half = np.sqrt(per_call * room + per_call**2 / 4) / (1 + per_call)
    return np.clip(centre - half, 0.0, mean), np.clip(centre + half, mean, 1.0)


def _plain(mean: Floats, variance: Floats, t: Floats) -> tuple[Floats, Floats]:
    import numpy as np

    half = t * np.sqrt(variance)
    return np.clip(mean - half, -1.0, 1.0), np.clip(mean + half, -1.0, 1.0)
