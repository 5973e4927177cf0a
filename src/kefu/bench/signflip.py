"""How likely so large a difference is if there is none: the sign-flip permutation test, for many questions at once.

If neither side is better, each paired difference (or the sum of a cluster of them)
might as well have had the other sign. Up to 13 values all sign patterns are counted;
up to 400, random ones, more of them where few reach the difference seen; beyond that
the sum of flipped signs is normal for all that p tells. The seed is fixed: the same
differences give the same p.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kefu.bench.quantile import normal_p

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["ALL_PATTERNS", "MOST_DRAWN", "holm", "least_p", "sign_flip"]

ALL_PATTERNS = 13
"""Up to so many values every sign pattern is tried."""
MOST_DRAWN = 400
"""Beyond so many values none is."""
_DRAWS, _ROUNDS, _ENOUGH = 2_000, 50, 20
"""Patterns drawn in a round, the most rounds, and how many must reach the difference before a p is believed."""
_AT_ONCE = 200
"""Questions that share the patterns drawn, so that memory does not grow with them."""
_SEED = 20_240_601
_TIE = 1e-9


def sign_flip(questions: Sequence[Floats]) -> list[float]:
    """For each set of differences the two-sided p of their sum."""
    import numpy as np

    moved = [values[values != 0] for values in questions]
    found = [1.0] * len(moved)
    drawn: list[int] = []
    for number, values in enumerate(moved):
        if not len(values):
            continue
        if len(values) <= ALL_PATTERNS:
            found[number] = _exact(values)
        elif len(values) > MOST_DRAWN:
            found[number] = normal_p(float(values.sum()) / float(np.sqrt((values**2).sum())))
        else:
            drawn.append(number)
    for start in range(0, len(drawn), _AT_ONCE):
        some = drawn[start : start + _AT_ONCE]
        for number, p in zip(some, _drawn([moved[number] for number in some]), strict=True):
            found[number] = p
    return found


def least_p(values: int) -> float:
    """The smallest p that so many values can give: all of one sign."""
    if values == 0:
        return 1.0
    if values > MOST_DRAWN:
        return 0.0
    exact = 2.0 ** (1 - values)
    return exact if values <= ALL_PATTERNS else max(exact, 1 / (_DRAWS * _ROUNDS + 1))


def holm(ps: Sequence[float]) -> list[float]:
    """The p values corrected for their number, step by step from the smallest (Holm 1979)."""
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    corrected = [1.0] * len(ps)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, ps[place] * (len(ps) - rank)))
        corrected[place] = highest
    return corrected


def _exact(values: Floats) -> float:
    import numpy as np

    patterns = np.arange(1 << (len(values) - 1), dtype=np.int64)  # the other half are these with every sign turned
    turned = (patterns[:, None] >> np.arange(len(values))) & 1
    signs = 1.0 - 2.0 * turned.astype(np.float64)
    reached = np.abs(signs @ values) >= _bar(values)
    return float(reached.mean())


def _drawn(questions: Sequence[Floats]) -> list[float]:
    import numpy as np

    table = np.zeros((max(len(values) for values in questions), len(questions)))
    for column, values in enumerate(questions):
        table[: len(values), column] = values
    bars = np.array([_bar(values) for values in questions])
    reached = np.zeros(len(questions), dtype=np.int64)
    draws = np.zeros(len(questions), dtype=np.int64)
    random = np.random.default_rng(_SEED)
    for _round in range(_ROUNDS):
        open_ = np.flatnonzero(reached < _ENOUGH)
        if not len(open_):
            break
        signs = random.integers(0, 2, (_DRAWS, len(table)), dtype=np.int8) * 2.0 - 1.0
        sums = np.abs(signs @ table[:, open_])
        reached[open_] += (sums >= bars[open_]).sum(axis=0)
        draws[open_] += _DRAWS
    return [float(each) for each in (reached + 1) / (draws + 1)]


def _bar(values: Floats) -> float:
    """The sum seen, a little less for what rounding does to one that equals it."""
    import numpy as np

    return abs(float(values.sum())) - _TIE * float(np.abs(values).sum())
