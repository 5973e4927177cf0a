"""How a person gets on from call to call: totals over time, where they stand weakest, which steps they miss again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kefu.bench.summary import Mean, mean

__all__ = ["Missed", "Practice", "Practised", "practice_of", "practised", "sparkline"]

_BARS = "▁▂▃▄▅▆▇█"
_LEAST = 4
"""Scored calls below which nothing is said of a trend."""
_NOTABLE = 0.03
_AGAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """One call of a person: its total, the weakest side of the interaction with its score, the steps missed."""

    scenario: str
    total: float | None
    weakest: str = ""
    score: float | None = None
    missed: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A step that was missed or half done in several calls of one scenario."""

    scenario: str
    step: int
    title: str
    times: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """All calls of a person, from the first to the last.

    ``trend`` is up, down or level, by the mean of the earlier half against that of
    the later one; empty below four scored calls. It is no proof of anything.
    """

    totals: tuple[float | None, ...]
    mean: Mean
    earlier: float | None
    later: float | None
    trend: str
    weakest: tuple[tuple[str, int], ...]
    missed: tuple[Missed, ...]


def practised(record: Mapping[str, Any]) -> Practised:
    """What a kept call, in the shape of ``call --json``, says of the person who held it."""
    card: Mapping[str, Any] | None = record.get("scorecard")
    if card is None:
        return Practised(scenario=record["scenario"], total=None)
    scored = [(side["score"], side["name"]) for side in card["dimensions"] if side["score"] is not None]
    low = min(scored, default=(None, ""))
    titles: Mapping[str, str] = record.get("step_titles") or {}
    return Practised(
        scenario=record["scenario"],
        total=card["totals"]["total"],
        weakest="" if low[0] is None or low[0] >= 1 else low[1],
        score=low[0],
        missed=tuple(
            (step["number"], titles.get(str(step["number"]), ""))
            for step in card["steps"]
            if step["status"] in ("missed", "partial")
        ),
    )


def practice_of(calls: Sequence[Practised]) -> Practice:
    """The progress that calls show, in the order in which they were held."""
    scored = [call.total for call in calls if call.total is not None]
    half = len(scored) // 2
    earlier, later = mean(scored[:half]).value, mean(scored[half:]).value
    trend = ""
    if len(scored) >= _LEAST and earlier is not None and later is not None:
        trend = "up" if later - earlier >= _NOTABLE else "down" if earlier - later >= _NOTABLE else "level"
    held = Counter(call.scenario for call in calls)
    titles = {(call.scenario, number): title for call in calls for number, title in call.missed}
    times = Counter((call.scenario, number) for call in calls for number, _title in call.missed)
    return Practice(
        totals=tuple(call.total for call in calls),
        mean=mean(call.total for call in calls),
        earlier=earlier,
        later=later,
        trend=trend,
        weakest=tuple(Counter(call.weakest for call in calls if call.weakest).most_common()),
        missed=tuple(
            Missed(scenario=key[0], step=key[1], title=titles[key], times=count, calls=held[key[0]])
            for key, count in sorted(times.items(), key=lambda entry: (-entry[1], entry[0]))
            if count >= _AGAIN
        ),
    )


def sparkline(values: Sequence[float | None]) -> str:
    """Scores from 0 to 1 as a line of small bars; a dot where there is none."""
    most = len(_BARS) - 1
    return "".join("·" if value is None else _BARS[min(most, max(0, round(value * most)))] for value in values)
