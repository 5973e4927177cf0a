"""A run as a table for spreadsheets: one row per cell, streamed, with nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from kefu.bench.result import Result
from kefu.score.verdict import Dimension

__all__ = ["COLUMNS", "to_csv"]

_STATUSES = ("met", "partial", "missed", "not_applicable", "unscored")
COLUMNS = (
    "cell", "pair", "scenario", "domain", "caller", "customer", "persona", "perturb", "row", "trial",
    "failed", "valid", "reruns", "total", "task_flow", "interaction",
    *(dimension.value for dimension in Dimension),
    *(f"steps_{status}" for status in _STATUSES),
    "violations", "rules", "attribution", "outcome", "ended_by", "reason", "turns",
)  # fmt: skip
"""The head of the table; ``rules`` are the rules broken, each once, joined by blanks."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula, or for the beginning of another cell; full-width signs too."""
_ROWS = 1000


def to_csv(results: Iterable[Result]) -> Iterator[str]:
    """The table in pieces, each of some rows; UTF-8 without a mark of its order is how it is meant to be written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, result in enumerate(results, 1):
        writer.writerow(_row(result))
        if place % _ROWS == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _row(result: Result) -> list[object]:
    scores = dict(result.dimensions)
    statuses = [status for _number, status, _score in result.steps]
    row: list[object] = [
        result.cell, result.pair, result.scenario, result.domain, result.caller, result.customer, result.persona,
        result.perturb, result.row, result.trial, int(result.failed), int(result.valid), result.reruns,
        result.total, result.task_flow, result.interaction,
        *(scores.get(dimension.value) for dimension in Dimension),
        *(statuses.count(status) for status in _STATUSES),
        len(result.violations), " ".join(dict.fromkeys(rule for rule, _severity in result.violations)),
        result.attribution, result.outcome, result.ended_by, result.reason, result.turns,
    ]  # fmt: skip
    return [_safe(value) if isinstance(value, str) else "" if value is None else value for value in row]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
