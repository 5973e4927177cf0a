"""How reliably a caller passes: pass@k (at least one of k trials) and pass^k (all of k), without bias.

A task is a document with one customer; its trials are drawn without replacement:
with c of n trials passed, pass@k = 1 - C(n-c, k)/C(n, k) (Chen et al. 2021, "Evaluating
large language models trained on code") and pass^k = C(c, k)/C(n, k) (Yao et al. 2024,
"tau-bench"). A failed, invalid or unscored trial is no trial. A task keeps those it has
left; one with fewer than k is left out of the figures for k, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kefu.bench.interval import Estimate, estimate_to_json, estimates, sums_of
from kefu.errors import UsageError
from kefu.i18n import gettext as _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

__all__ = ["PASS_K", "THRESHOLD", "Passing", "chosen_ks", "pass_at", "pass_hat", "passing_of", "passing_to_json"]

THRESHOLD = 0.8
"""A call passes from this total on."""
PASS_K = 3
"""The k of pass^k where none is asked for."""
_TINY = 1e-9
"""What rounding may take from a total that stands at the threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """pass@k (``at``) and pass^k (``hat``) over ``tasks`` of ``trials`` trials; ``left_out`` tasks had fewer than k."""

    threshold: float
    trials: int
    tasks: int
    at: Mapping[int, Estimate]
    hat: Mapping[int, Estimate]
    left_out: Mapping[int, int]


def pass_at(n: int, c: int, k: int) -> float:
    """The chance that at least one of ``k`` of the ``n`` trials is among the ``c`` that passed."""
    _check(n, c, k)
    return 1.0 - comb(n - c, k) / comb(n, k)


def pass_hat(n: int, c: int, k: int) -> float:
    """The chance that all of ``k`` of the ``n`` trials are among the ``c`` that passed."""
    _check(n, c, k)
    return comb(c, k) / comb(n, k)


def chosen_ks(k: int | Sequence[int] | None, trials: int) -> tuple[int, ...]:
    """The values of k to report: those asked for, which must not exceed the trials; otherwise 3, or what there is."""
    if k is None:
        return (min(PASS_K, trials),) if trials else ()
    asked = (k,) if isinstance(k, int) else tuple(k)
    for each in asked:
        if each < 1 or each > trials:
            raise UsageError(
                _("pass^{k} needs {k} trials, and there are {trials}").format(k=each, trials=trials)
                if each >= 1
                else _("k must be at least 1, not {k}").format(k=each),
                where="k",
                hint=_("ask for a smaller k, or run with more --trials"),
            )
    return tuple(sorted(set(asked)))


def passing_of(totals: Floats, tasks: Codes, scenarios: Codes, ks: Sequence[int], threshold: float) -> Passing:
    """The figures of all planned calls: ``totals`` is NaN where one failed, was invalid or unscored."""
    import numpy as np

    names, first, place, planned = np.unique(tasks, return_index=True, return_inverse=True, return_counts=True)
    held = np.bincount(place, weights=~np.isnan(totals), minlength=len(names)).astype(np.int64)
    with np.errstate(invalid="ignore"):
        passed = np.bincount(place, weights=totals >= threshold - _TINY, minlength=len(names)).astype(np.int64)
    _scenarios, clusters = np.unique(scenarios[first], return_inverse=True)
    shape = (1, max(1, len(_scenarios)))

    def over(chance: Callable[[int, int, int], float], k: int) -> Estimate:
        enough = held >= k
        pairs, back = np.unique(np.stack([held[enough], passed[enough]]), axis=1, return_inverse=True)
        each = np.array([chance(int(n), int(c), k) for n, c in pairs.T], dtype=np.float64)
        values = each[back.reshape(-1)] if len(each) else each
        return estimates(sums_of(values, np.zeros(len(values), dtype=np.int64), clusters[enough], shape))[0]

    asked = sorted({1, *ks}) if len(names) else []
    return Passing(
        threshold=threshold,
        trials=int(planned.max()) if len(names) else 0,
        tasks=len(names),
        at=MappingProxyType({k: over(pass_at, k) for k in asked}),
        hat=MappingProxyType({k: over(pass_hat, k) for k in ks}),
        left_out=MappingProxyType({k: int((held < k).sum()) for k in asked}),
    )


def passing_to_json(passing: Passing) -> dict[str, Any]:
    """The figures with their intervals; k stands as text, as keys of JSON do."""
    return {
        "threshold": passing.threshold,
        "trials": passing.trials,
        "tasks": passing.tasks,
        "at": {str(k): estimate_to_json(figure) for k, figure in passing.at.items()},
        "hat": {str(k): estimate_to_json(figure) for k, figure in passing.hat.items()},
        "left_out": {str(k): count for k, count in passing.left_out.items()},
    }


def _check(n: int, c: int, k: int) -> None:
    if not (0 <= c <= n and 1 <= k <= n):
        raise UsageError(_("no chance follows from {c} of {n} trials with k = {k}").format(c=c, n=n, k=k))
