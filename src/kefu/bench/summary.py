"""What many scorecards say together, in figures: means with their n, counts, the weakest and the strongest side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Mean", "Summary", "mean", "summarise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over the ``n`` values there are; ``unscored`` were none, and count for nothing."""

    value: float | None
    n: int
    unscored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a set of calls; ``invalid`` ones, whose customer was not true to the document, are in no mean."""

    calls: int
    invalid: int
    total: Mean
    task_flow: Mean
    interaction: Mean
    steps: Mapping[str, int]
    dimensions: tuple[tuple[str, Mean], ...]
    rules: tuple[tuple[str, int], ...]
    results: tuple[tuple[str, int], ...]

    @property
    def violations(self) -> int:
        """All violations together."""
        return sum(count for _rule, count in self.rules)


def mean(values: Iterable[float | None]) -> Mean:
    """The mean of the values that there are."""
    entries = list(values)
    known = [value for value in entries if value is not None]
    return Mean(value=sum(known) / len(known) if known else None, n=len(known), unscored=len(entries) - len(known))


def summarise(cards: Sequence[Mapping[str, Any]]) -> Summary:
    """The figures of scorecards in the shape of ``score --json``; dimensions from the weakest to the strongest."""
    valid = [card for card in cards if _part(card, "fidelity").get("valid", True)]
    scores: dict[str, list[float | None]] = {}
    for card in valid:
        for dimension in card["dimensions"]:
            scores.setdefault(str(dimension["name"]), []).append(dimension["score"])
    means = [(name, mean(values)) for name, values in scores.items()]
    means.sort(key=lambda entry: 2.0 if entry[1].value is None else entry[1].value)
    return Summary(
        calls=len(cards),
        invalid=len(cards) - len(valid),
        total=mean(card["totals"]["total"] for card in valid),
        task_flow=mean(card["totals"]["task_flow"] for card in valid),
        interaction=mean(card["totals"]["interaction"] for card in valid),
        steps=Counter(str(step["status"]) for card in valid for step in card["steps"]),
        dimensions=tuple(means),
        rules=tuple(Counter(str(v["rule"]) for card in valid for v in card["violations"]).most_common()),
        results=tuple(Counter(str(_part(card, "outcome").get("result", "")) for card in valid).most_common()),
    )


def _part(card: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] | None = card.get(name)
    return part or {}
