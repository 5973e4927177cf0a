"""Scored calls as one HTML page that needs nothing else: the verdict first, then every call with its evidence in place.

The page is made of macros in ``templates/parts.html.j2``; the report of a run
calls the same macros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kefu.bench.report.page import call_view, rendered
from kefu.bench.summary import Summary, summarise
from kefu.call.call import Call
from kefu.call.wire import call_to_json
from kefu.i18n import CHINESE
from kefu.scenario.model import Scenario

__all__ = ["Entry", "build_report"]

_GRADES = ((0.9, "excellent"), (0.8, "good"), (0.65, "fair"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call of a report: its scenario, what was said, and its scorecard in the shape of ``score --json``."""

    scenario: Scenario
    call: Call
    card: Mapping[str, Any]


def build_report(entries: Sequence[Entry], *, language: str = CHINESE, made_at: datetime | None = None) -> str:
    """The page, in ``zh_CN`` or ``en``; every word of a party or a document is escaped."""
    summary = summarise([entry.card for entry in entries])
    worst = min(
        (number for number, entry in enumerate(entries) if entry.card["totals"]["total"] is not None),
        key=lambda number: entries[number].card["totals"]["total"],
        default=None,
    )
    values = {
        "made_at": made_at,
        "summary": summary,
        "grade": _grade(summary),
        "entries": [
            call_view(number, entry.scenario, call_to_json(entry.call), entry.card)
            for number, entry in enumerate(entries, 1)
        ],
        "worst": worst,
    }
    return rendered("report.html.j2", language, values)


def _grade(summary: Summary) -> str:
    value = summary.total.value
    if value is None:
        return "unscored"
    return next((grade for limit, grade in _GRADES if value >= limit), "poor")
