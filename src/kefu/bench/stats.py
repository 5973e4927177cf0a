"""What a run says: every mean with its n, its unscored calls and its interval, for each caller and each side of it.

A call that failed, or whose customer was not true to the document, is counted
and in no mean; a call without a value is counted as unscored, never as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefu.bench.columns import Codebook, Columns, columns_of
from kefu.bench.interval import Estimate, estimate_to_json, rounded
from kefu.bench.likeness import require_like, require_once, require_trials
from kefu.bench.passing import THRESHOLD, Passing, chosen_ks, passing_of, passing_to_json
from kefu.bench.result import Result
from kefu.bench.sides import RuleFigure, Scores, Sides, StepFigure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]

__all__ = [
    "CallerStatistics",
    "Counts",
    "RuleFigure",
    "RunStatistics",
    "Scores",
    "StepFigure",
    "statistics",
    "statistics_to_json",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Cells: ``done`` are those that did not fail, ``invalid`` ones among them are in no mean.

    ``left_out`` are cells that not every caller has yet, in an unfinished run.
    """

    cells: int
    done: int
    failed: int
    invalid: int
    reruns: int
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStatistics:
    """The figures of one caller; ``heat`` is the total by scenario and persona, ``turns`` the mean length."""

    caller: str
    counts: Counts
    scores: Scores
    passing: Passing
    domains: Mapping[str, Scores]
    personas: Mapping[str, Scores]
    scenarios: Mapping[str, Scores]
    perturbs: Mapping[str, Scores]
    dimensions: Mapping[str, Estimate]
    steps: tuple[StepFigure, ...]
    rules: tuple[RuleFigure, ...]
    heat: Mapping[tuple[str, str], Estimate]
    outcomes: Mapping[str, int]
    attributions: Mapping[str, int]
    endings: Mapping[str, int]
    turns: float | None

    @property
    def total(self) -> Estimate:
        """The mean total."""
        return self.scores.total

    @property
    def task_flow(self) -> Estimate:
        """The mean of task flow."""
        return self.scores.task_flow

    @property
    def interaction(self) -> Estimate:
        """The mean of interaction."""
        return self.scores.interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatistics:
    """The figures of a run, callers in the order in which they appeared; a call passes at ``threshold``."""

    callers: tuple[CallerStatistics, ...]
    counts: Counts
    threshold: float
    ks: tuple[int, ...]


def statistics(
    results: Iterable[Result],
    *,
    k: int | Sequence[int] | None = None,
    threshold: float = THRESHOLD,
    unequal: bool = False,
) -> RunStatistics:
    """The figures of ``results``, read once.

    All callers must have been held to the same calls, each customer of each
    document equally often: ``InputError`` if not. ``unequal`` is for runs that
    are not finished and for calls that were not planned: only what every caller
    has is used then, and the rest is counted.
    """
    columns = columns_of(results, Codebook())
    callers = _callers(columns)
    for caller, rows in callers:
        require_once(columns, rows, caller)
    left_out = 0
    if unequal:
        callers, left_out = _shared(columns, callers)
    else:
        for caller, rows in callers:
            require_trials(columns, rows, caller)
            require_like((callers[0][0], columns, callers[0][1]), (caller, columns, rows))
    ks = chosen_ks(k, _trials(columns, callers))
    return RunStatistics(
        callers=tuple(_of_caller(columns, caller, rows, ks, threshold) for caller, rows in callers),
        counts=_counts(columns, None, left_out),
        threshold=threshold,
        ks=ks,
    )


def statistics_to_json(figures: RunStatistics, *, full: bool = True) -> dict[str, Any]:
    """The part of ``bench show --json`` that is statistics; without ``full`` no more of a caller than its line."""
    return {
        **_counts_to_json(figures.counts),
        "left_out": figures.counts.left_out,
        "threshold": figures.threshold,
        "callers": [_caller_to_json(caller, figures.ks, full=full) for caller in figures.callers],
    }


def _caller_to_json(figures: CallerStatistics, ks: Sequence[int], *, full: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "caller": figures.caller,
        "n": figures.total.n,
        "unscored": figures.total.unscored,
        **_scores_to_json(figures.scores),
        "pass_at_1": rounded(figures.passing.at[1].mean) if 1 in figures.passing.at else None,
        "pass_hat_k": {str(k): rounded(figures.passing.hat[k].mean) for k in ks if k in figures.passing.hat},
    }
    if not full:
        return line
    return line | {
        "counts": _counts_to_json(figures.counts),
        "pass": passing_to_json(figures.passing),
        "by_domain": {name: _scores_to_json(scores) for name, scores in figures.domains.items()},
        "by_persona": {name: _scores_to_json(scores) for name, scores in figures.personas.items()},
        "by_scenario": {name: _scores_to_json(scores) for name, scores in figures.scenarios.items()},
        "by_perturb": {name: _scores_to_json(scores) for name, scores in figures.perturbs.items()},
        "dimensions": {name: estimate_to_json(figure) for name, figure in figures.dimensions.items()},
        "steps": [
            {
                "scenario": step.scenario,
                "number": step.number,
                "statuses": dict(step.statuses),
                "score": estimate_to_json(step.score),
            }
            for step in figures.steps
        ],
        "rules": [
            {"rule": rule.rule, "calls": rule.calls, "share": estimate_to_json(rule.share)} for rule in figures.rules
        ],
        "heat": [
            {"scenario": scenario, "persona": persona, "total": estimate_to_json(figure)}
            for (scenario, persona), figure in figures.heat.items()
        ],
        "outcomes": dict(figures.outcomes),
        "attributions": dict(figures.attributions),
        "endings": dict(figures.endings),
        "turns": rounded(figures.turns),
    }


def _scores_to_json(scores: Scores) -> dict[str, Any]:
    return {
        "total": estimate_to_json(scores.total),
        "task_flow": estimate_to_json(scores.task_flow),
        "interaction": estimate_to_json(scores.interaction),
    }


def _counts_to_json(counts: Counts) -> dict[str, int]:
    return {
        "cells": counts.cells,
        "done": counts.done,
        "failed": counts.failed,
        "invalid": counts.invalid,
        "reruns": counts.reruns,
    }


def _callers(columns: Columns) -> list[tuple[str, Codes]]:
    import numpy as np

    codes = columns.axes["caller"]
    return [(name, np.flatnonzero(codes == code)) for code, name in enumerate(columns.book.names("caller"))]


def _shared(columns: Columns, callers: list[tuple[str, Codes]]) -> tuple[list[tuple[str, Codes]], int]:
    import numpy as np

    pairs, counts = np.unique(columns.pair, return_counts=True)
    everywhere = pairs[counts == len(callers)]
    kept = [(caller, rows[np.isin(columns.pair[rows], everywhere)]) for caller, rows in callers]
    return kept, len(columns) - sum(len(rows) for _caller, rows in kept)


def _trials(columns: Columns, callers: list[tuple[str, Codes]]) -> int:
    import numpy as np

    if not callers or not len(callers[0][1]):
        return 0
    return int(np.bincount(columns.axes["task"][callers[0][1]]).max())


def _counts(columns: Columns, rows: Codes | None, left_out: int = 0) -> Counts:
    failed = columns.failed if rows is None else columns.failed[rows]
    valid = columns.valid if rows is None else columns.valid[rows]
    reruns = columns.reruns if rows is None else columns.reruns[rows]
    return Counts(
        cells=len(failed),
        done=int((~failed).sum()),
        failed=int(failed.sum()),
        invalid=int((~valid & ~failed).sum()),
        reruns=int(reruns.sum()),
        left_out=left_out,
    )


def _of_caller(columns: Columns, caller: str, rows: Codes, ks: Sequence[int], threshold: float) -> CallerStatistics:
    import numpy as np

    inside = np.zeros(len(columns), dtype=np.bool_)
    inside[rows] = True
    inside &= columns.counts
    sides = Sides(columns, inside)
    counted = columns.counts[rows]
    totals = np.where(counted, columns.scores[rows, 0], np.nan)
    tasks, scenarios = columns.axes["task"][rows], columns.axes["scenario"][rows]
    turns = columns.turns[inside]
    return CallerStatistics(
        caller=caller,
        counts=_counts(columns, rows),
        scores=sides.scores(None)[""],
        passing=passing_of(totals, tasks, scenarios, ks, threshold),
        domains=sides.scores("domain"),
        personas=sides.scores("persona"),
        scenarios=sides.scores("scenario"),
        perturbs=sides.scores("perturb"),
        dimensions=sides.dimensions(),
        steps=sides.steps(),
        rules=sides.rules(),
        heat=sides.heat(),
        outcomes=sides.tally("outcome"),
        attributions=sides.tally("attribution"),
        endings=sides.tally("ended_by"),
        turns=float(turns.mean()) if len(turns) else None,
    )
