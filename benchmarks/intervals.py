"""How often the intervals hold what they should, and how often a comparison is wrong: simulated, nominal 95 % and 5 %.

    scripts/bench intervals

Documents differ, calls on one document resemble each other. The peers are what is
often printed instead: mean ± 1.96 standard errors of independent calls, the t interval with
the plain sandwich variance (CR1), and the percentile bootstrap over documents.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kefu.bench.compare import Answer, compare
from kefu.bench.interval import Sums, estimates
from kefu.bench.quantile import t_quantile
from kefu.bench.result import Result
from record import Figure, record

Floats = NDArray[np.float64]
RUNS = 4_000
BOOTSTRAPS = 300
COMPARISONS = 1_000
CLUSTERS = (2, 5, 10, 30)
SHAPES: dict[str, tuple[tuple[float, float], bool]] = {
    "scores around 0.8": ((8, 2), False),
    "skewed scores around 0.9": ((4.5, 0.5), False),
    "shares around 0.1": ((1, 9), True),
    "shares around 0.02": ((0.4, 19.6), True),
}


def drawn(random: np.random.Generator, clusters: int, shape: str) -> tuple[Sums, float]:
    """So many runs with documents of unequal size, and the mean that is true of all documents."""
    (a, b), binary = SHAPES[shape]
    level = random.beta(a, b, (RUNS, clusters))
    n = random.integers(10, 60, (RUNS, clusters))
    if binary:
        total = random.binomial(n, level).astype(np.float64)
        squares = total
    else:
        calls = random.beta(
            np.maximum(level * 6, 1e-3)[..., None], np.maximum((1 - level) * 6, 1e-3)[..., None], (*n.shape, 60)
        )
        calls *= np.arange(60) < n[..., None]
        total, squares = calls.sum(axis=-1), (calls**2).sum(axis=-1)
    return Sums(n=n.astype(np.float64), total=total, squares=squares, unscored=np.zeros(RUNS)), a / (a + b)


def ours(sums: Sums) -> tuple[Floats, Floats]:
    found = estimates(sums)
    return np.array([each.low for each in found], float), np.array([each.high for each in found], float)


def sandwich(sums: Sums) -> tuple[Floats, Floats]:
    n, clusters = sums.n.sum(axis=1), sums.n.shape[1]
    mean = sums.total.sum(axis=1) / n
    variance = clusters / (clusters - 1) * ((sums.total - sums.n * mean[:, None]) ** 2).sum(axis=1) / n**2
    half = t_quantile(0.95, np.full(len(n), clusters - 1.0)) * np.sqrt(variance)
    return mean - half, mean + half


def independent(sums: Sums) -> tuple[Floats, Floats]:
    n = sums.n.sum(axis=1)
    mean = sums.total.sum(axis=1) / n
    half = 1.96 * np.sqrt(np.maximum(sums.squares.sum(axis=1) - n * mean**2, 0) / (n - 1) / n)
    return mean - half, mean + half


def bootstrap(sums: Sums) -> tuple[Floats, Floats]:
    random = np.random.default_rng(3)
    runs, clusters = sums.n.shape
    ends = np.empty((runs, 2))
    for run in range(runs):
        chosen = random.integers(0, clusters, (BOOTSTRAPS, clusters))
        ends[run] = np.quantile(sums.total[run][chosen].sum(axis=1) / sums.n[run][chosen].sum(axis=1), [0.025, 0.975])
    return ends[:, 0], ends[:, 1]


METHODS: dict[str, Callable[[Sums], tuple[Floats, Floats]]] = {
    "ours": ours,
    "CR1, t": sandwich,
    "bootstrap": bootstrap,
    "independent": independent,
}


def coverage() -> list[Figure]:
    random = np.random.default_rng(1)
    figures: list[Figure] = []
    for shape in SHAPES:
        for clusters in CLUSTERS:
            sums, true = drawn(random, clusters, shape)
            for method, ends in METHODS.items():
                low, high = ends(sums)
                held = float(((low <= true) & (true <= high)).mean())
                on = f"{shape}, {clusters} documents of 10 to 59 calls"
                figures.append(Figure(what=f"coverage of {method}", value=100 * held, unit="%", on=on))
    return figures


def side(caller: str, scores: Floats) -> list[Result]:
    """Results from scores by document and call."""
    return [
        Result(
            cell=f"{caller}-{document}-{call}",
            pair=f"{document}-{call}",
            scenario=f"document-{document:02}",
            domain="sales",
            caller=caller,
            customer="persona",
            persona="",
            perturb="",
            row=0,
            trial=call,
            total=float(score),
        )
        for document, row in enumerate(scores)
        for call, score in enumerate(row)
    ]


def verdicts(clusters: int, calls: int, difference: float, runs: int = COMPARISONS) -> list[Answer]:
    """Of many comparisons in which B is better by ``difference`` on average, more on some documents than on others."""
    random = np.random.default_rng(clusters)
    found: list[Answer] = []
    for _run in range(runs):
        level = random.beta(8, 2, (clusters, 1))
        # below six documents the answer is about these alone, so they differ in nothing but the calls
        moved = difference + (random.normal(0, 0.05, (clusters, 1)) if clusters >= 6 else 0.0)
        a, b = (np.clip(level + shift + random.normal(0, 0.1, (clusters, calls)), -9, 9) for shift in (0.0, moved))
        found.append(compare(side("a", a), side("b", b)).headline.verdict)
    return found


def errors() -> list[Figure]:
    figures: list[Figure] = []
    for clusters in (1, 3, 6, 10, 30):
        on = f"{clusters} documents × 10 calls"
        wrong = [answer is not Answer.NOT_PROVEN for answer in verdicts(clusters, 10, 0.0)]
        right = [answer is Answer.BETTER for answer in verdicts(clusters, 10, 0.05)]
        figures += [
            Figure(what="comparisons of equals called unequal", value=100 * float(np.mean(wrong)), unit="%", on=on),
            Figure(what="found, a difference of 0.05", value=100 * float(np.mean(right)), unit="%", on=on),
        ]
    return figures


def main() -> None:
    record("intervals", "Intervals and comparisons under simulation, nominal 95 % and 5 %", [*coverage(), *errors()])


if __name__ == "__main__":
    main()
