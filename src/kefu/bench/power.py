"""How much more would settle it: trials or documents, from the variance seen within and between them.

More trials wear down only what varies from trial to trial of the same customer; what
differs between documents stays, and only more documents wear that down. The difference
seen is taken for the true one, so this is a guide and no promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log2, sqrt
from statistics import NormalDist

from kefu.bench.interval import LEVEL

__all__ = ["POWER", "Needed", "Precision", "detectable", "needed"]

POWER = 0.8
"""How surely a difference of the size seen should be found."""
_MOST_TRIALS, _MOST_SCENARIOS = 10_000, 10_000
"""Beyond these nobody goes, and "so many more" would be a joke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """What a difference rests on: its variance, the part of that which trials cause, and how many there were.

    ``scenarios`` is 0 where the difference holds for these documents alone.
    ``noise`` is ``None`` where no customer was called twice; ``pairs`` is how many there were in all.
    """

    variance: float
    noise: float | None
    freedom: float
    trials: float
    scenarios: int
    pairs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """How many more ``trials`` of each customer, or ``scenarios``, would settle a difference of the size seen.

    ``None`` where no number would, or none that anybody would run.
    ``detectable`` is the least difference that what there is would show.
    """

    trials: int | None
    scenarios: int | None
    detectable: float | None


def needed(difference: float, seen: Precision) -> Needed:
    """What it would take to show ``difference``."""
    if seen.variance <= 0 and difference and (seen.scenarios or seen.pairs):
        return _alike(abs(difference), seen)
    return Needed(
        trials=_trials(abs(difference), seen),
        scenarios=_scenarios(abs(difference), seen),
        detectable=detectable(seen),
    )


def detectable(seen: Precision) -> float | None:
    """The least difference that is found with :data:`POWER`; ``None`` where nothing is known of the spread."""
    if seen.variance <= 0 or seen.freedom < 1:
        return None
    return min(1.0, _reach(seen.freedom) * sqrt(seen.variance))


def _alike(difference: float, seen: Precision) -> Needed:
    """Where every pair differs alike: so many that what may still be unseen among them cannot undo the difference."""
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    # the first for p, the second for the interval
    count = max(ceil(1 - log2(1 - LEVEL)), floor(z * z / difference) + 1)
    if seen.scenarios:
        more = max(1, count - seen.scenarios)
        return Needed(trials=None, scenarios=more if more <= _MOST_SCENARIOS else None, detectable=None)
    more = max(1, ceil(seen.trials * (count / seen.pairs - 1)))
    return Needed(trials=more if more <= _MOST_TRIALS else None, scenarios=None, detectable=None)


def _trials(difference: float, seen: Precision) -> int | None:
    if seen.noise is None or seen.variance <= 0 or difference <= 0 or seen.freedom < 1:
        return None
    target = (difference / _reach(seen.freedom)) ** 2
    noise = min(seen.noise, seen.variance)
    left = target - (seen.variance - noise)
    if left <= 0:
        return None
    # the interval may exclude 0 by a hair and p not: one more trial at least
    more = max(1, ceil(seen.trials * (noise / left - 1)))
    return more if more <= _MOST_TRIALS else None


def _scenarios(difference: float, seen: Precision) -> int | None:
    if not seen.scenarios or seen.variance <= 0 or difference <= 0:
        return None
    count = seen.scenarios
    for _step in range(20):
        aim = seen.variance * seen.scenarios * (_reach(count - 1) / difference) ** 2
        if not isfinite(aim) or aim > _MOST_SCENARIOS:
            return None
        if aim <= count:
            break
        count = ceil(aim)
    more = max(1, count - seen.scenarios)
    return more if more <= _MOST_SCENARIOS else None


def _reach(freedom: float) -> float:
    """How many standard errors a difference must be away from none."""
    import numpy as np

    from kefu.bench.quantile import t_quantile

    return float(t_quantile(LEVEL, np.array([freedom]))[0]) + NormalDist().inv_cdf(POWER)
