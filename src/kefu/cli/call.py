"""``kefu call``: hold calls, shown as they happen or one line of JSON each."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kefu.call.call import Call, EndedBy, Ending
from kefu.call.perturb import PERTURBATIONS, perturbations
from kefu.call.talk import MAX_TURNS
from kefu.call.wire import call_to_json
from kefu.cli import shown
from kefu.cli.progress import counted
from kefu.errors import EndpointError, InputError, UsageError
from kefu.files import load_scenario, read_text, scenario_paths
from kefu.i18n import gettext as _
from kefu.parties import Parties, is_human
from kefu.runtime import Rehearsal, check_ready, rehearse
from kefu.scenario.model import Persona, Scenario

if TYPE_CHECKING:
    from asyncio import Task

__all__ = ["call", "scored"]

_AHEAD = 8
"""Finished calls that wait for an earlier one, as a multiple of those held at once."""


def call(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help=_("Documents or folders; - is stdin; A.md+B.md joins two halves.")),
    ],
    caller: Annotated[
        str, typer.Option(metavar="PARTY", help=_("Who dials: script, model:NAME, http:URL or human."))
    ] = "script",
    customer: Annotated[
        str, typer.Option(metavar="PARTY", help=_("Who answers: persona, model:NAME, http:URL or human."))
    ] = "persona",
    persona: Annotated[
        Persona | None,
        typer.Option(
            metavar="NAME",
            help=_(
                "The customer's character, instead of the document's: "
                "cooperative, analytic, hesitant, resistant or direct."
            ),
        ),
    ] = None,
    known: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help=_("Fill a placeholder, or say what is known of the customer.")),
    ] = None,
    customers: Annotated[
        str | None, typer.Option(metavar="FILE.csv", help=_("One call per row; columns are what --set sets."))
    ] = None,
    perturb: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=_("Make the customer harder to talk with; may be given again: {names}.").format(
                names=", ".join(PERTURBATIONS)
            ),
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help=_("The same seed gives the same call."))] = 0,
    trials: Annotated[
        int, typer.Option(metavar="N", min=1, max=1_000_000, help=_("Calls per document, with seeds one apart."))
    ] = 1,
    max_turns: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=10_000, help=_("Turns of both parties after which a call fails.")),
    ] = MAX_TURNS,
    concurrency: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help=_("Calls held at once."))] = 8,
    no_score: Annotated[bool, typer.Option("--no-score", help=_("Do not score."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per call."))] = False,
) -> None:
    """Hold every call that the paths, rows and trials ask for."""
    import asyncio

    given = _pairs(known or [])
    plan = Rehearsal(
        caller=caller,
        customer=customer,
        persona=persona,
        perturb=perturbations(perturb or []),
        seed=seed,
        max_turns=max_turns,
    )
    rows = [MappingProxyType({**row, **given}) for row in (_rows(customers) if customers else [{}])]
    scenarios = [load_scenario(path) for path in scenario_paths(paths)]
    parties = Parties()
    for scenario in scenarios:
        check_ready(scenario, plan, parties)
    total = len(scenarios) * len(rows) * trials
    cells = (
        _Cell(scenario=scenario, plan=replace(plan, seed=seed + trial, known=row))
        for scenario in scenarios
        for row in rows
        for trial in range(trials)
    )
    if total == 1 and not as_json:
        failed = asyncio.run(_show(next(cells), parties, score=not no_score))
    else:
        at_once = 1 if is_human(caller, customer) else concurrency
        failed = asyncio.run(_print(counted(cells, total), parties, at_once, score=not no_score))
    if not as_json:
        for name, spent in parties.spent():
            shown.spent(name, spent)
    if failed:
        _complain(failed, total)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    scenario: Scenario
    plan: Rehearsal


async def _show(cell: _Cell, parties: Parties, *, score: bool) -> list[Ending]:
    shown.call_begins(cell.scenario, cell.plan)
    async with parties:
        spoken = await rehearse(cell.scenario, cell.plan, heard=shown.Heard(), parties=parties)
    shown.call_ends(spoken)
    if score:
        shown.scorecard(scored(cell.scenario, spoken), cell.scenario)
    return _broken(spoken)


async def _print(cells: Iterable[_Cell], parties: Parties, concurrency: int, *, score: bool) -> list[Ending]:
    failed: list[Ending] = []
    async with parties:
        async for cell, spoken in _in_order(cells, parties, concurrency):
            typer.echo(json.dumps(_record(cell.scenario, spoken, score=score), ensure_ascii=False))
            failed += _broken(spoken)
    return failed


def _broken(spoken: Call) -> list[Ending]:
    """The ending of a call that an endpoint broke off: nobody on the line is to blame, but the run is not whole."""
    from kefu.llm.chat import FailureReason

    ending = spoken.ending
    failed = ending is not None and ending.by is EndedBy.ERROR and ending.fault is None
    return [ending] if ending and failed and ending.reason in tuple(FailureReason) else []


def _complain(failed: list[Ending], total: int) -> None:
    """Raise :class:`EndpointError`, after everything has been printed."""
    what = _("{failed} of {total} calls were broken off").format(failed=len(failed), total=total)
    raise EndpointError(f"{what}; {failed[0].detail}")


async def _in_order(cells: Iterable[_Cell], parties: Parties, concurrency: int) -> AsyncIterator[tuple[_Cell, Call]]:
    """Calls in the order of the cells, ``concurrency`` of them held at once, however long the first one takes."""
    from asyncio import FIRST_COMPLETED, create_task, wait

    waiting: deque[tuple[_Cell, Task[Call]]] = deque()
    active: set[Task[Call]] = set()
    coming = iter(cells)
    try:
        while True:
            while len(active) < concurrency and len(waiting) < concurrency * _AHEAD:
                if (cell := next(coming, None)) is None:
                    break
                task = create_task(rehearse(cell.scenario, cell.plan, parties=parties))
                waiting.append((cell, task))
                active.add(task)
            if not waiting:
                return
            if not waiting[0][1].done():
                await wait(active, return_when=FIRST_COMPLETED)
            active = {task for task in active if not task.done()}
            while waiting and waiting[0][1].done():
                cell, task = waiting.popleft()
                yield cell, task.result()
    finally:
        for _cell, task in waiting:
            task.cancel()


def _record(scenario: Scenario, spoken: Call, *, score: bool) -> dict[str, Any]:
    record = call_to_json(spoken)
    if score:
        card = scored(scenario, spoken)
        return record | {"outcome": card["outcome"], "scorecard": card}
    from kefu.call.outcome import outcome_to_json, read_outcome

    return record | {"outcome": outcome_to_json(read_outcome(scenario, spoken)), "scorecard": None}


def scored(scenario: Scenario, spoken: Call) -> dict[str, Any]:
    """The scorecard of a call, as JSON."""
    from kefu.score import score_call, scorecard_to_json

    return scorecard_to_json(score_call(scenario, spoken))


def _pairs(entries: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                _("{entry} is not KEY=VALUE").format(entry=repr(entry)),
                where="--set",
                hint=_("write --set {example}").format(example="单号=A1234"),
            )
        pairs[key.strip()] = value.strip()
    return pairs


def _rows(path: str) -> list[dict[str, str]]:
    import csv

    lines: Iterator[str] = StringIO(read_text(path), newline="")
    try:
        rows = [_filled(row) for row in csv.DictReader(lines, strict=True)]
    except csv.Error as broken:
        raise InputError(
            _("not CSV: {problem}").format(problem=broken), where=path, hint=_("the first row names the columns")
        ) from None
    rows = [row for row in rows if row]
    if not rows:
        raise InputError(_("no customer in this file"), where=path, hint=_("the first row names the columns"))
    return rows


def _filled(row: dict[str | Any, str | Any]) -> dict[str, str]:
    # cells beyond the named columns come as a list under None, missing ones as None
    return {
        key.strip(): value.strip()
        for key, value in row.items()
        if isinstance(key, str) and isinstance(value, str) and key.strip() and value.strip()
    }
