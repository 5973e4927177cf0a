"""Results as tests of statistics need them: short to write, with everything else as it usually is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kefu.bench.result import Result

__all__ = ["made", "series"]


def made(total: float | None = 0.8, *, scenario: str = "alpha", trial: int = 0, **other: Any) -> Result:
    """One result; its pair follows from who was called."""
    fields: dict[str, Any] = {
        "domain": "sales",
        "caller": "script",
        "customer": "persona",
        "persona": "direct",
        "perturb": "",
        "row": 0,
        "dimensions": (("empathy", total),),
    } | other
    pair = f"{scenario}/{fields['persona']}/{fields['perturb']}/{fields['row']}/{trial}"
    named = {"cell": f"{fields['caller']}/{pair}", "pair": pair} | fields
    return Result(scenario=scenario, trial=trial, total=total, task_flow=total, interaction=total, **named)


def series(table: Sequence[Sequence[float | None]], **other: Any) -> list[Result]:
    """Totals by document and trial; documents are named ``d00`` and so on."""
    return [
        made(total, scenario=f"d{number:02}", trial=trial, **other)
        for number, row in enumerate(table)
        for trial, total in enumerate(row)
    ]
