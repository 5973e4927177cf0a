"""Quantiles of the normal distribution and of Student's t, by scipy.

Of ``scipy.special`` alone: ``scipy.stats`` holds the same functions and takes a second to load.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["normal_p", "normal_quantile", "t_quantile"]


def normal_quantile(level: float) -> float:
    """How many standard deviations to either side hold the share ``level``: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def normal_p(deviations: float) -> float:
    """The share beyond ``deviations`` standard deviations, both sides together."""
    from math import erfc, sqrt

    return erfc(abs(deviations) / sqrt(2))


def t_quantile(level: float, freedom: Floats) -> Floats:
    """The same for Student's t, for each number of degrees of freedom; NaN where there are none."""
    import numpy as np

    degrees = np.asarray(freedom, dtype=np.float64)
    known, place = np.unique(np.where(degrees >= 1, degrees, np.nan), return_inverse=True)
    return np.asarray(_special("stdtrit")(known, (1 + level) / 2), dtype=np.float64)[place].reshape(degrees.shape)


@cache
def _special(name: str) -> Callable[..., Any]:
    # scipy has no types: named here once, so that nothing untyped goes further
    return getattr(importlib.import_module("scipy.special"), name)
