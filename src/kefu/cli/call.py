"""``kefu call``: hold calls, shown as they happen or one line of JSON each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import typer

from kefu.bench.record import record_of
from kefu.call.call import Call, EndedBy, Ending
from kefu.call.perturb import PERTURBATIONS, perturbations
from kefu.call.talk import MAX_TURNS
from kefu.cli import shown
from kefu.cli.awaited import awaited
from kefu.cli.naming import pairs_of, persona_named
from kefu.cli.progress import counted
from kefu.customers import read_customers
from kefu.errors import EndpointError, KefuError
from kefu.files import load_scenario, scenario_paths, stdin_once
from kefu.i18n import gettext as _
from kefu.library import refuse_same_names
from kefu.parties import Parties, is_human
from kefu.runtime import Cell, Rehearsal, cells_of, check_ready, rehearse, rehearse_all, unused_names
from kefu.settings import Settings, store_place

__all__ = ["call"]


def call(
    context: typer.Context,
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
        str | None,
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
    person: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help=_("Keep calls of human under this name, otherwise the login name.")),
    ] = None,
    no_save: Annotated[bool, typer.Option("--no-save", help=_("Do not keep calls of human."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per call."))] = False,
) -> None:
    """Hold every call that the paths, rows and trials ask for."""
    given = pairs_of(known or [])
    plan = Rehearsal(
        caller=caller,
        customer=customer,
        persona=persona_named(persona) if persona is not None else None,
        perturb=perturbations(perturb or []),
        seed=seed,
        max_turns=max_turns,
    )
    stdin_once([*paths, *([customers] if customers else [])])
    rows = [MappingProxyType({**row, **given}) for row in (read_customers(customers) if customers else [{}])]
    names = scenario_paths(paths)
    scenarios = [load_scenario(path) for path in names]
    refuse_same_names(names, scenarios)
    settings: Settings = context.obj
    parties = Parties(settings)
    for scenario in scenarios:
        check_ready(scenario, plan, parties)
    if unused := unused_names(scenarios, plan, (key for row in rows for key in row)):
        shown.warning(_("no document has a place for {names}").format(names=", ".join(unused)))
    total = len(scenarios) * len(rows) * trials
    cells = cells_of(scenarios, plan, rows, trials)
    human = is_human(caller, customer)
    keep = _Keeper(settings, person) if human and not no_save else None
    if person is not None and not human:
        shown.warning(_("--as keeps calls of human only"))
    if total == 1 and not as_json:
        failed = awaited(_show(next(cells), parties, keep, score=not no_score))
    else:
        at_once = 1 if human else concurrency
        failed = awaited(_print(counted(cells, total), parties, at_once, keep, score=not no_score))
    if not as_json:
        for name, spent in parties.spent():
            shown.spent(name, spent)
    if failed:
        _complain(failed, total)


class _Keeper:
    """Keeps calls in which a person took part; where that fails, the call has been held all the same."""

    def __init__(self, settings: Settings, person: str | None) -> None:
        self._settings = settings
        self._person = person

    def __call__(self, cell: Cell, spoken: Call, record: Mapping[str, Any]) -> None:
        if _broken(spoken) or not spoken.turns:
            return
        from kefu.keeping import keep_practice, login_name

        person = login_name() if self._person is None else self._person
        try:
            kept = keep_practice(store_place(self._settings), cell.scenario, spoken, record, person)
        except KefuError as failed:
            shown.warning(_("the call is not kept: {why}").format(why=failed))
            return
        shown.note(_("kept as {id}; see kefu calls list --person {name}").format(id=kept, name=person or "''"))


async def _show(cell: Cell, parties: Parties, keep: _Keeper | None, *, score: bool) -> list[Ending]:
    shown.call_begins(cell.scenario, cell.plan)
    async with parties:
        spoken = await rehearse(cell.scenario, cell.plan, heard=shown.Heard(), parties=parties)
    shown.call_ends(spoken)
    record = record_of(cell.scenario, spoken, score=score) if score or keep else {}
    if score:
        shown.scorecard(record["scorecard"], cell.scenario)
    if keep is not None:
        keep(cell, spoken, record)
    shown.broken_off(_is_blamed(spoken), 1)
    return _broken(spoken)


async def _print(
    cells: Iterable[Cell], parties: Parties, concurrency: int, keep: _Keeper | None, *, score: bool
) -> list[Ending]:
    failed: list[Ending] = []
    blamed = total = 0
    async with parties:
        async for cell, spoken in rehearse_all(cells, parties, concurrency):
            record = record_of(cell.scenario, spoken, score=score)
            typer.echo(json.dumps(record, ensure_ascii=False))
            if keep is not None:
                keep(cell, spoken, record)
            failed += _broken(spoken)
            blamed, total = blamed + _is_blamed(spoken), total + 1
    shown.broken_off(blamed, total)
    return failed


def _is_blamed(spoken: Call) -> bool:
    """Whether the program under test broke the call off: its own failure, and a result like any other."""
    ending = spoken.ending
    return ending is not None and ending.by is EndedBy.ERROR and ending.reason.startswith("agent_")


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
