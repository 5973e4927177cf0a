"""Whose numbers may stand beside whose: one table for each set of scenarios, with every departure from the standard.

Entries over other scenarios are in another table, by what the documents say,
not by what they are called. A place is a range: an entry stands surely above
another only where their intervals do not meet, and everything else is a tie.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kefu.bench import words
from kefu.bench.plan import Plan
from kefu.bench.result import Result
from kefu.call.perturb import perturbations
from kefu.i18n import gettext as _
from kefu.scenario.model import Persona

if TYPE_CHECKING:
    from kefu.bench.interval import Estimate
    from kefu.bench.stats import CallerStatistics, Scores

__all__ = [
    "Board",
    "Deviation",
    "Entrant",
    "Row",
    "Standard",
    "deviations",
    "leaderboard",
    "leaderboard_to_json",
    "leaderboard_to_markdown",
    "leaderboard_to_text",
    "scenario_set",
    "standard",
    "standard_plan",
]

_PARTS = ("total", "task_flow", "interaction")
_MARK = "†"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The settings of a run whose numbers compare, as ``standard.toml`` pins them."""

    version: int
    trials: int
    seed: int
    customer: str
    personas: tuple[Persona, ...]
    perturb: tuple[str, ...]
    reruns: int
    max_turns: int
    judge: str
    threshold: float
    k: int
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One setting in which a run is not standard: what it should be, and what it is."""

    key: str
    standard: str
    found: str

    def __str__(self) -> str:
        return _("{key} is {found}, not {standard}").format(key=self.key, found=self.found, standard=self.standard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A run that wants to be on the board; ``sources`` are the content hashes of its documents by scenario id."""

    run: str
    label: str = ""
    plan: Plan
    provenance: Mapping[str, Any]
    sources: Mapping[str, str]
    results: Iterable[Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One caller of one run, at one of the places ``first`` to ``last``; at none, which is 0, without a score.

    Rows with the same ``scoring`` were called and scored with the same rules and data.
    """

    run: str
    label: str
    caller: str
    first: int
    last: int
    figures: CallerStatistics
    deviations: tuple[Deviation, ...]
    scoring: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The entries over one set of scenarios, the best mean first."""

    scenarios: str
    documents: int
    rows: tuple[Row, ...]

    @property
    def alike(self) -> bool:
        """Whether all rows were called and scored with the same rules and data."""
        return len({row.scoring for row in self.rows}) < 2


@cache
def standard() -> Standard:
    """The pinned settings."""
    data = tomllib.loads(files("kefu.bench").joinpath("standard.toml").read_text(encoding="utf-8"))
    data["personas"] = tuple(Persona(name) for name in data["personas"])
    data["perturb"] = perturbations(data["perturb"])
    return Standard(**data)


def standard_plan(scenarios: Sequence[str], callers: Sequence[str] = ("script",)) -> Plan:
    """The plan of a run whose numbers compare."""
    pinned = standard()
    return Plan(
        scenarios=tuple(scenarios),
        callers=tuple(callers),
        customers=(pinned.customer,),
        personas=pinned.personas,
        perturbs=(pinned.perturb,),
        trials=pinned.trials,
        seed=pinned.seed,
        max_turns=pinned.max_turns,
        reruns=pinned.reruns,
        judge=pinned.judge,
    )


def deviations(plan: Plan, provenance: Mapping[str, Any]) -> list[Deviation]:
    """Each way in which a run is not standard; ``provenance["versions"]`` are those of :func:`kefu.score.versions`."""
    pinned = standard()
    settings: list[tuple[str, object, object]] = [
        ("customer", pinned.customer, _listed(plan.customers)),
        ("persona", _listed(pinned.personas), _listed(name or "own" for name in plan.personas)),
        ("perturb", _perturbs([pinned.perturb]), _perturbs(plan.perturbs)),
        ("customers", _known(0), _known(0 if plan.rows == ({},) else len(plan.rows))),
        ("trials", pinned.trials, plan.trials),
        ("seed", pinned.seed, plan.seed),
        ("max_turns", pinned.max_turns, plan.max_turns),
        ("reruns", pinned.reruns, plan.reruns),
        ("judge", pinned.judge, plan.judge),
        ("rules", pinned.rules, _versions(provenance).get("rules", _("unknown"))),
    ]
    return [
        Deviation(key=key, standard=str(wanted), found=str(found))
        for key, wanted, found in settings
        if str(wanted) != str(found)
    ]


def scenario_set(hashes: Iterable[str]) -> str:
    """What tells one set of documents from another, whatever their names and order: twelve hexadecimal digits."""
    return sha256("\n".join(sorted(set(hashes))).encode()).hexdigest()[:12]


def leaderboard(entrants: Iterable[Entrant]) -> tuple[Board, ...]:
    """The boards, the one with most entries first; the results are read once, one entrant after the other."""
    found: dict[str, list[Row]] = {}
    documents: dict[str, int] = {}
    for entrant in entrants:
        key = scenario_set(entrant.sources.values())
        documents[key] = len(set(entrant.sources.values()))
        found.setdefault(key, []).extend(_rows(entrant))
    boards = [Board(scenarios=key, documents=documents[key], rows=_placed(rows)) for key, rows in found.items()]
    return tuple(sorted(boards, key=lambda board: -len(board.rows)))


def _rows(entrant: Entrant) -> list[Row]:
    from kefu.bench.stats import statistics

    # of a run that was not finished what all its callers have; that it was not is among the deviations
    figures = statistics(entrant.results, threshold=standard().threshold, unequal=True)
    apart = deviations(entrant.plan, entrant.provenance)
    held = figures.counts.cells - figures.counts.left_out
    if held < len(entrant.plan):
        apart.append(Deviation(key="calls", standard=str(len(entrant.plan)), found=str(held)))
    versions = sorted(_versions(entrant.provenance).items())
    scoring = sha256(repr(versions).encode()).hexdigest()[:12] if versions else ""
    return [
        Row(
            run=entrant.run,
            label=entrant.label,
            caller=caller.caller,
            first=0,
            last=0,
            figures=caller,
            deviations=tuple(apart),
            scoring=scoring,
        )
        for caller in figures.callers
    ]


def _placed(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows by their mean, each with the places that its interval leaves open; what has no mean comes last."""
    from dataclasses import replace

    def mean(row: Row) -> float:
        return -1.0 if row.figures.total.mean is None else row.figures.total.mean

    ranked = sorted(rows, key=lambda row: (-mean(row), row.caller, row.run))
    scored = [row for row in ranked if row.figures.total.mean is not None]
    return tuple(
        replace(
            row,
            first=1 + sum(_above(other, row) for other in scored),
            last=len(scored) - sum(_above(row, other) for other in scored),
        )
        if row in scored
        else row
        for row in ranked
    )


def _place(row: Row) -> str:
    if not row.first:
        return "–"
    return str(row.first) if row.first == row.last else f"{row.first}–{row.last}"


def _above(one: Row, other: Row) -> bool:
    low, high = one.figures.total.low, other.figures.total.high
    return low is not None and high is not None and low > high


def leaderboard_to_json(boards: Iterable[Board]) -> dict[str, Any]:
    """The boards for programs."""
    from dataclasses import asdict

    return {
        "standard": asdict(standard()),
        "boards": [
            {
                "scenarios": board.scenarios,
                "documents": board.documents,
                "scored_alike": board.alike,
                "entries": [_row_to_json(row) for row in board.rows],
            }
            for board in boards
        ],
    }


def _row_to_json(row: Row) -> dict[str, Any]:
    from kefu.bench.interval import estimate_to_json

    def three(scores: Scores) -> dict[str, Any]:
        return {part: estimate_to_json(getattr(scores, part)) for part in _PARTS}

    figures = row.figures
    return {
        "rank": {"first": row.first, "last": row.last} if row.first else None,
        "caller": row.caller,
        "run": row.run,
        "label": row.label,
        **three(figures.scores),
        "pass_hat_k": {str(k): value.mean for k, value in figures.passing.hat.items()},
        "cells": figures.counts.cells,
        "failed": figures.counts.failed,
        "invalid": figures.counts.invalid,
        "reruns": figures.counts.reruns,
        "by_domain": {name: three(scores) for name, scores in figures.domains.items()},
        "by_persona": {name: three(scores) for name, scores in figures.personas.items()},
        "standard": not row.deviations,
        "deviations": [{"key": d.key, "standard": d.standard, "found": d.found} for d in row.deviations],
        "scoring": row.scoring,
    }


_Lines = Sequence[tuple[str, ...]]


def leaderboard_to_text(boards: Iterable[Board]) -> str:
    """The boards for a terminal."""
    return _pages(boards, _aligned, lambda text: text)


def leaderboard_to_markdown(boards: Iterable[Board]) -> str:
    """The boards for a page."""
    return _pages(boards, _piped, lambda text: f"## {text}")


def _pages(boards: Iterable[Board], table: Callable[[_Lines], str], head: Callable[[str], str]) -> str:
    parts: list[str] = []
    for board in boards:
        title = _("{n} documents (set {key}), standard {version}")
        parts.append(head(title.format(n=board.documents, key=board.scenarios, version=standard().version)))
        parts.append(table(_main(board)))
        for label, kind in ((_("total by domain"), "domain"), (_("total by persona"), "persona")):
            parts.append(f"{label}\n\n{table(_split(board, kind))}")
        parts.append("\n".join(_notes(board)))
    return "\n\n".join(part for part in parts if part) + "\n" if parts else _("no runs yet") + "\n"


def _main(board: Board) -> list[tuple[str, ...]]:
    k = standard().k
    heads = (_("rank"), _("caller"), _("run"), _("total"), "95 %", _("task flow"), _("interaction"))
    lines: list[tuple[str, ...]] = [(*heads, f"pass^{k}", "n", _("invalid"))]
    for row in board.rows:
        figures = row.figures
        lines.append((
            _place(row),
            row.caller + (_MARK if row.deviations else ""),
            row.label or row.run,
            _mean(figures.total),
            "–" if figures.total.low is None else f"{figures.total.low:.3f}–{figures.total.high:.3f}",
            _mean(figures.task_flow),
            _mean(figures.interaction),
            _mean(figures.passing.hat.get(k)),
            str(figures.total.n),
            str(figures.counts.invalid),
        ))  # fmt: skip
    return lines


def _split(board: Board, kind: str) -> list[tuple[str, ...]]:
    """The totals by domain or persona, a column for each."""
    sides = [row.figures.domains if kind == "domain" else row.figures.personas for row in board.rows]
    names = sorted({name for side in sides for name in side})
    lines = [(_("caller"), _("run"), *(words.name(kind, name) for name in names))]
    for row, side in zip(board.rows, sides, strict=True):
        cells = (_mean(side[name].total) if name in side else "–" for name in names)
        lines.append((row.caller + (_MARK if row.deviations else ""), row.label or row.run, *cells))
    return lines


def _notes(board: Board) -> list[str]:
    """What a reader must know before believing the order."""
    notes: list[str] = []
    if any(row.first != row.last for row in board.rows):
        notes.append(_("Who shares places cannot be told apart here; kefu bench compare pairs two runs and sees more."))
    if any(row.figures.total.scope == "calls" for row in board.rows):
        notes.append(_("With so few documents an interval holds for further calls on these, not for other documents."))
    if not board.alike:
        notes.append(_("Not all were called and scored with the same rules and data: these numbers do not compare."))
    for row in board.rows:
        if row.deviations:
            apart = _("; ").join(map(str, row.deviations))
            what = _("{caller}, {run}: {what}").format(caller=row.caller, run=row.label or row.run, what=apart)
            notes.append(f"{_MARK} {what}")
    return notes


def _mean(figure: Estimate | None) -> str:
    return "–" if figure is None or figure.mean is None else f"{figure.mean:.3f}"


def _aligned(lines: _Lines) -> str:
    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

    clean = [tuple(_one_line(cell) for cell in line) for line in lines]
    widths = [max(width(cell) for cell in column) for column in zip(*clean, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (most - width(cell)) for cell, most in zip(line, widths, strict=True)).rstrip()
        for line in clean
    )


def _piped(lines: _Lines) -> str:
    clean = [tuple(_one_line(cell).replace("|", "\\|") for cell in line) for line in lines]
    rows = [clean[0], tuple("---" for _cell in clean[0]), *clean[1:]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _one_line(cell: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in cell).split())


def _versions(provenance: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] | None = provenance.get("versions")
    return found or MappingProxyType({})


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _perturbs(each: Iterable[Sequence[str]]) -> str:
    return ", ".join("+".join(names) or _("none") for names in each)


def _known(rows: int) -> str:
    return str(rows) if rows else _("none")
