"""Statistics of large runs: seconds and memory for 60,000 results, and for comparing twice 30,000.

    scripts/bench comparing

The peer is what one would write with numpy alone, on columns that are there already:
a mean and a cluster-robust interval for one figure along one axis.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import stats as scipy_stats

from kefu.bench.compare import compare
from kefu.bench.result import Result
from kefu.bench.stats import statistics
from kefu.score.verdict import Dimension, Rule
from record import Figure, peak_memory, record

PERSONAS = ("cooperative", "analytic", "hesitant", "resistant", "direct")
STEPS = 8
ROUNDS = 3


def results(count: int, *, scenarios: int = 30, caller: str = "script", seed: int = 1) -> Iterator[Result]:
    """Invented results with the shape of real ones: eight steps, eight dimensions, a violation now and then."""
    random = np.random.default_rng(seed)
    trials = count // scenarios // len(PERSONAS)
    rules = list(Rule)
    for document in range(scenarios):
        level = random.beta(8, 2)
        for persona in PERSONAS:
            scores = np.clip(random.normal(level, 0.1, (trials, STEPS + len(Dimension) + 3)), 0, 1)
            broken = random.integers(0, 60, trials)
            for trial, (row, rule) in enumerate(zip(scores.tolist(), broken.tolist(), strict=True)):
                name = f"document-{document}/{persona}/{trial}"
                yield Result(
                    cell=caller + name,
                    pair=name,
                    scenario=f"document-{document}",
                    domain=f"domain-{document % 6}",
                    caller=caller,
                    customer="persona",
                    persona=persona,
                    perturb="",
                    row=0,
                    trial=trial,
                    total=row[0],
                    task_flow=row[1],
                    interaction=row[2],
                    dimensions=tuple(zip(Dimension, row[3:11], strict=True)),
                    steps=tuple(
                        (i + 1, "met" if score > 0.5 else "partial", score) for i, score in enumerate(row[11:])
                    ),
                    violations=((rules[rule], "major"),) if rule < len(rules) else (),
                    turns=18,
                )


def plain(total: np.ndarray, cluster: np.ndarray, groups: np.ndarray) -> dict[int, tuple[float, float, float]]:
    """Mean ± t · CR1 for each group, with numpy and scipy."""
    found: dict[int, tuple[float, float, float]] = {}
    for group in np.unique(groups):
        mine = groups == group
        values, codes = total[mine], cluster[mine]
        mean = values.mean()
        each = np.array([(values[codes == code] - mean).sum() for code in np.unique(codes)])
        count = len(each)
        half = scipy_stats.t.ppf(0.975, count - 1) * np.sqrt(count / (count - 1) * (each**2).sum()) / len(values)
        found[int(group)] = (mean, mean - half, mean + half)
    return found


def timed(do: Callable[[], Any]) -> float:
    best = float("inf")
    for _round in range(ROUNDS):
        started = time.perf_counter()
        do()
        best = min(best, time.perf_counter() - started)
    return best


def peak(do: Callable[[], Any]) -> float:
    tracemalloc.start()
    do()
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 2**20


def main() -> None:
    on = "30 documents × 5 personas"
    many, fewer = list(results(60_000)), list(results(3_000))
    a, b = list(results(30_000)), list(results(30_000, caller="model:x", seed=2))
    total = np.array([result.total for result in many])
    document = np.array([int(result.scenario.split("-")[1]) for result in many])
    persona = np.array([PERSONAS.index(result.persona) for result in many])
    statistics(fewer)
    wide = list(results(60_000, scenarios=3_000))
    figures = [
        Figure(what="statistics of 60,000 results", value=timed(lambda: statistics(many)), unit="s", on=on),
        Figure(what="statistics of 3,000 results", value=timed(lambda: statistics(fewer)), unit="s", on=on),
        Figure(
            what="statistics of 60,000 results",
            value=timed(lambda: statistics(wide)),
            unit="s",
            on="3,000 documents × 5 personas × 4 trials",
        ),
        Figure(
            what="numpy alone, the total by persona",
            value=timed(lambda: plain(total, document, persona)),
            unit="s",
            on=f"60,000 results, {on}, columns made before",
        ),
        Figure(what="compare 30,000 with 30,000", value=timed(lambda: compare(a, b)), unit="s", on=on),
        Figure(
            what="memory of statistics, results streamed",
            value=peak(lambda: statistics(results(60_000))),
            unit="MiB",
            on="60,000 results",
        ),
        Figure(
            what="memory of compare, results streamed",
            value=peak(lambda: compare(results(30_000), results(30_000, caller="model:x", seed=2))),
            unit="MiB",
            on="twice 30,000 results",
        ),
        Figure(what="most memory of this process", value=peak_memory(), unit="MiB", on="all results in memory"),
    ]
    record("comparing", "Statistics and comparison of large runs", figures)


if __name__ == "__main__":
    main()
