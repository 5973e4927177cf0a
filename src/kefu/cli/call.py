"""``kefu call``: hold calls, shown as they happen or one line of JSON each."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any

import typer

from kefu.call.call import Call
from kefu.call.talk import MAX_TURNS
from kefu.call.wire import call_to_json
from kefu.cli import shown
from kefu.errors import InputError, UsageError
from kefu.files import load_scenario, read_text, scenario_paths
from kefu.i18n import gettext as _
from kefu.runtime import Rehearsal, rehearse
from kefu.scenario.model import Persona, Scenario

__all__ = ["call"]


class PersonaName(StrEnum):
    """The personas, as the command line spells them."""

    COOPERATIVE = "cooperative"
    ANALYTIC = "analytic"
    HESITANT = "hesitant"
    RESISTANT = "resistant"
    DIRECT = "direct"


def call(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help=_("Documents or folders; A.md+B.md joins two halves."))],
    caller: Annotated[str, typer.Option(metavar="PARTY", help=_("Who dials."))] = "script",
    customer: Annotated[str, typer.Option(metavar="PARTY", help=_("Who answers."))] = "persona",
    persona: Annotated[PersonaName | None, typer.Option(help=_("The customer's character, instead of the document's."))] = None,
    known: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Fill a placeholder, or say what is known of the customer."))] = None,
    customers: Annotated[str | None, typer.Option(metavar="FILE.csv", help=_("One call per row; columns are what --set sets."))] = None,
    seed: Annotated[int, typer.Option(help=_("The same seed gives the same call."))] = 0,
    trials: Annotated[int, typer.Option(min=1, max=100_000, help=_("Calls per document, with seeds one apart."))] = 1,
    max_turns: Annotated[int, typer.Option(min=1, max=10_000, help=_("Turns of both parties after which a call has failed."))] = MAX_TURNS,
    concurrency: Annotated[int, typer.Option(min=1, max=10_000, help=_("Calls held at once."))] = 8,
    no_score: Annotated[bool, typer.Option("--no-score", help=_("Do not score."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per call."))] = False,
) -> None:
    """Hold every call that the paths, rows and trials ask for."""
    scenarios = [load_scenario(path) for path in scenario_paths(paths)]
    rows = _rows(customers) if customers else [{}]
    given = _pairs(known or [])
    cells = [
        _Cell(
            scenario=scenario,
            plan=Rehearsal(
                caller=caller, customer=customer, persona=Persona(persona.value) if persona else None,
                seed=seed + trial, known=MappingProxyType({**row, **given}), max_turns=max_turns,
            ),
        )
        for scenario in scenarios for row in rows for trial in range(trials)
    ]  # fmt: skip
    asyncio.run(_hold(cells, concurrency, score=not no_score, as_json=as_json))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    scenario: Scenario
    plan: Rehearsal


async def _hold(cells: list[_Cell], concurrency: int, *, score: bool, as_json: bool) -> None:
    if len(cells) == 1 and not as_json:
        cell = cells[0]
        shown.call_begins(cell.scenario, cell.plan)
        spoken = await rehearse(cell.scenario, cell.plan, heard=shown.Heard(cell.scenario))
        shown.call_ends(spoken)
        if score:
            shown.scorecard(_card(cell.scenario, spoken))
        return
    async for cell, spoken in _in_order(cells, concurrency):
        typer.echo(json.dumps(_record(cell.scenario, spoken, score=score), ensure_ascii=False))


async def _in_order(cells: Iterable[_Cell], concurrency: int) -> AsyncIterator[tuple[_Cell, Call]]:
    """Calls in the order of the cells, up to ``concurrency`` of them held at once."""
    waiting: list[tuple[_Cell, asyncio.Task[Call]]] = []
    coming = iter(cells)
    try:
        while True:
            while len(waiting) < concurrency and (cell := next(coming, None)) is not None:
                waiting.append((cell, asyncio.create_task(rehearse(cell.scenario, cell.plan))))
            if not waiting:
                return
            cell, task = waiting.pop(0)
            yield cell, await task
    finally:
        for _cell, task in waiting:
            task.cancel()


def _record(scenario: Scenario, spoken: Call, *, score: bool) -> dict[str, Any]:
    from kefu.call.outcome import outcome_to_json, read_outcome

    record = call_to_json(spoken)
    if not score:
        return record | {"outcome": outcome_to_json(read_outcome(scenario, spoken))}

    card = _card(scenario, spoken)
    return record | {"outcome": card["outcome"], "scorecard": card}


def _card(scenario: Scenario, spoken: Call) -> dict[str, Any]:
    from kefu.score import score_call, scorecard_to_json

    return scorecard_to_json(score_call(scenario, spoken))


def _pairs(entries: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{entry!r} is not KEY=VALUE", where="--set", hint="write --set 单号=A1234")
        pairs[key.strip()] = value.strip()
    return pairs


def _rows(path: str) -> list[dict[str, str]]:
    lines: Iterator[str] = iter(read_text(path).splitlines())
    try:
        rows = [
            {key.strip(): (value or "").strip() for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
            for row in csv.DictReader(lines)
        ]
    except csv.Error as broken:
        raise InputError(f"not CSV: {broken}", where=path, hint="the first row names the columns") from None
    if not rows:
        raise InputError("no customer in this file", where=path, hint="the first row names the columns")
    return rows
