"""``kefu bench run``, ``resume`` and ``worker``: many calls held, scored and kept, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from kefu.bench.plan import RERUNS, Plan
from kefu.call.perturb import PERTURBATIONS, perturbations
from kefu.call.talk import MAX_TURNS
from kefu.cli import shown
from kefu.cli.awaited import awaited
from kefu.cli.naming import pairs_of, persona_named
from kefu.cli.wording import Command, Group
from kefu.errors import UsageError
from kefu.i18n import CHINESE
from kefu.i18n import gettext as _
from kefu.parties import are_embedded, is_human
from kefu.scenario.model import Persona
from kefu.settings import Settings

if TYPE_CHECKING:
    from kefu.run.begin import Documents
    from kefu.run.worker import OpenRun
    from kefu.store.database import Store
    from kefu.store.runs import RunRecord

__all__ = ["app"]

app = typer.Typer(
    cls=Group,
    help=_("Hold many calls, compare callers honestly, lose nothing."),
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_ALL = "all"
_NO_PERTURB = "none"
_CALLS_PER_HELPER = 200
"""Embedded calls that are worth the second which a further process takes to start."""

Run = Annotated[
    str, typer.Argument(metavar="RUN", help=_("Its id, the beginning of one, latest, or the folder given as --out."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=256, help=_("Processes on this machine; otherwise as many as help.")),
]
FailUnder = Annotated[
    str | None,
    typer.Option(
        metavar="KEY=VALUE,…",
        help=_("Leave with 1 if a caller is below: total=0.8; or above, for rules: invented_fact=0."),
    ),
]
Junit = Annotated[Path | None, typer.Option(metavar="FILE", help=_("Write JUnit XML for a CI server."))]


@app.callback()
def _root(context: typer.Context) -> None:  # pyright: ignore[reportUnusedFunction] -- Typer calls it
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command("run", cls=Command, help=_("Hold and score every call of a plan, and keep it."))
def run(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help=_("Documents or folders."))],
    caller: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY", help=_("Who dials: script, model:NAME, http:URL; may be given again.")),
    ] = None,
    customer: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY", help=_("Who answers: persona, model:NAME; may be given again.")),
    ] = None,
    trials: Annotated[
        int, typer.Option(metavar="N", min=1, max=1_000_000, help=_("Calls of each caller with each customer."))
    ] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help=_("Of the first trial; the others follow it."))] = 0,
    persona: Annotated[
        list[str] | None,
        typer.Option(metavar="all|NAME", help=_("Characters instead of the document's own: all five, or those named.")),
    ] = None,
    perturb: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=_(
                "Customers made harder; each one given is another customer, A+B has both, none has neither: {names}."
            ).format(names=", ".join(PERTURBATIONS)),
        ),
    ] = None,
    judge: Annotated[
        str, typer.Option(metavar="JUDGE", help=_("Who scores: rules, model:NAME, or several."))
    ] = "rules",
    known: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help=_("Fill a placeholder, or say what is known of the customer.")),
    ] = None,
    customers: Annotated[
        str | None, typer.Option(metavar="FILE.csv", help=_("One customer per row; columns are what --set sets."))
    ] = None,
    max_turns: Annotated[
        int, typer.Option(metavar="N", min=1, max=10_000, help=_("Turns after which a call fails."))
    ] = MAX_TURNS,
    reruns: Annotated[
        int, typer.Option(metavar="N", min=0, max=20, help=_("How often a call with an untrue customer is held again."))
    ] = RERUNS,
    concurrency: Annotated[
        int, typer.Option(metavar="N", min=1, max=10_000, help=_("Calls held at once, by all workers together."))
    ] = 8,
    workers: Workers = None,
    budget: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help=_("Money that models may cost; nothing is spent beyond."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Keep the run in this folder, with its report."))
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help=_("A note to find the run by."))] = "",
    standard: Annotated[
        bool, typer.Option("--standard", help=_("The settings of the leaderboard, so that figures compare."))
    ] = False,
    keep_exchanges: Annotated[
        bool, typer.Option("--keep-exchanges", help=_("Also keep what models were asked and answered, word for word."))
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help=_("Only say what the run would come to; hold no call."))
    ] = False,
    fail_under: FailUnder = None,
    junit: Junit = None,
    as_json: Json = False,
) -> None:
    """Read, plan, store, hold; the rest is told by :mod:`kefu.cli.bench_told`."""
    from kefu.cli.bench_told import told_end, told_preview
    from kefu.parties import Parties
    from kefu.run.begin import check_plan, new_run, read_documents
    from kefu.run.worker import OpenRun

    settings: Settings = context.obj
    _refuse_early(fail_under, junit)
    money = _money(budget)
    documents = read_documents(paths)
    plan = Plan(
        scenarios=tuple(scenario.id for scenario in documents.scenarios),
        callers=tuple(caller or ["script"]),
        customers=tuple(dict.fromkeys(customer or ["persona"])),
        personas=_personas(persona or []),
        perturbs=_perturbs(perturb or []),
        rows=_rows(known or [], customers),
        trials=trials,
        seed=seed,
        max_turns=max_turns,
        reruns=reruns,
        judge=judge,
    )
    if standard:
        from kefu.bench.leaderboard import standard_plan

        _refuse_given(context)
        plan = standard_plan(plan.scenarios, plan.callers)
    check_plan(plan, documents, Parties(settings), money)
    _warn_of_unused(plan, documents)
    if told_preview(plan, documents, settings, money, as_json=as_json, only=preview):
        return
    record = new_run(
        plan,
        documents,
        settings,
        concurrency=concurrency,
        budget=None if money is None else str(money),
        label=label,
        keep_exchanges=keep_exchanges,
    )
    store, place = _stored(record, out, settings)
    with store:
        opened = OpenRun(store=store, record=record, scenarios=documents.by_id(), settings=settings)
        _hold(opened, place, workers, quiet=as_json)
        told_end(
            store,
            record,
            as_json=as_json,
            fail_under=fail_under,
            junit=junit,
            out=out,
            reports_in=settings.lang or CHINESE,
        )


@app.command("resume", cls=Command, help=_("Go on with a run that was stopped, or try again what failed."))
def resume(
    context: typer.Context,
    name: Run,
    anyway: Annotated[
        bool, typer.Option("--anyway", help=_("Go on with the documents as they were, though files have changed."))
    ] = False,
    workers: Workers = None,
    budget: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help=_("Another budget, for the whole run with what it has spent."))
    ] = None,
    fail_under: FailUnder = None,
    junit: Junit = None,
    as_json: Json = False,
) -> None:
    """Everything the run needs is in the store; files are only looked at to tell whether they have changed."""
    from kefu.cli.bench_told import told_end
    from kefu.run.hold import refuse_if_held
    from kefu.run.places import find_stored
    from kefu.run.take_up import documents_of, take_up
    from kefu.run.worker import OpenRun

    settings: Settings = context.obj
    _refuse_early(fail_under, junit)
    money = _money(budget)
    store, record = find_stored(name, settings, spare=True)
    with store:
        documents = documents_of(store, record)
        refuse_if_held(store, record)
        record = take_up(store, record, documents, settings, anyway=anyway, budget=money)
        opened = OpenRun(store=store, record=record, scenarios=documents.by_id(), settings=settings)
        _hold(opened, _place_of(name, record), workers, quiet=as_json)
        folder = Path(name) if Path(name).is_dir() else None
        told_end(
            store,
            record,
            as_json=as_json,
            fail_under=fail_under,
            junit=junit,
            out=folder,
            reports_in=settings.lang or CHINESE,
        )


@app.command("worker", cls=Command, help=_("Take part in runs of the same database, from any machine."))
def worker(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="RUN", help=_("Only this run; otherwise whichever is under way, until Ctrl-C."))
    ] = "",
    attached: Annotated[bool, typer.Option("--attached", hidden=True)] = False,
) -> None:
    """Play batches of runs that somebody else began."""
    from kefu.run.serve import serve

    settings: Settings = context.obj
    awaited(serve(name, settings, attached=attached, tell=shown.note))


def _hold(run: OpenRun, place: str, workers: int | None, *, quiet: bool) -> None:
    from kefu.cli.bench_live import Live
    from kefu.run.hold import hold, keep_signals_back

    record = run.record
    keep_signals_back()
    shown.note(f"run: {record.id}")  # not translated: programs read it
    human = is_human(*record.plan.callers, *record.plan.customers)
    helpers = 0 if human else (workers or _useful_workers(record)) - 1
    try:
        with Live(record, on=not human and not quiet) as live:
            heard = shown.Heard() if human else None
            awaited(hold(run, place=place, helpers=helpers, watch=live.show, heard=heard))
    except KeyboardInterrupt:  # where a run cannot listen for it, as on Windows
        _note_interrupted(run)


def _note_interrupted(run: OpenRun) -> None:
    from kefu.store.runs import find_run, mark_stopped

    if find_run(run.store, run.record.id).finished_at is None:
        mark_stopped(run.store, run.record.id, "interrupted")


def _useful_workers(record: RunRecord) -> int:
    """Embedded calls keep every core busy; others wait for an endpoint, which one process does for all."""
    import os

    plan = record.plan
    if not are_embedded(*plan.callers, *plan.customers):
        return 1
    return max(1, min(os.cpu_count() or 1, len(plan) // _CALLS_PER_HELPER))


def _stored(record: RunRecord, out: Path | None, settings: Settings) -> tuple[Store, str]:
    """The run, stored; and the name under which a helper finds it."""
    from kefu.run.places import FILE, folder_place, remember
    from kefu.settings import store_place
    from kefu.store.database import open_store
    from kefu.store.runs import create_run

    if out is None:
        store = open_store(store_place(settings), spare=True)
        create_run(store, record)
        return store, record.id
    if out.exists() and not out.is_dir():
        raise UsageError(_("this is a file"), where=f"--out {out}", hint=_("name a folder; it is made if need be"))
    store = open_store(folder_place(str(out)), spare=True)
    held = create_run(store, record, alone=True)  # two may try at the same time
    if held:
        store.close()
        raise UsageError(
            _("there is a run in this folder already: {run}").format(run=held),
            where=str(out / FILE),
            hint=_("choose another folder, or go on with it: kefu bench resume {folder}").format(folder=out),
        )
    remember(settings, record.id, str(out))
    return store, str(out)


def _place_of(name: str, record: RunRecord) -> str:
    return name if Path(name).is_dir() else record.id


def _personas(names: Sequence[str]) -> tuple[Persona | None, ...]:
    if not names:
        return (None,)
    if _ALL in names:
        return tuple(Persona)
    return tuple(dict.fromkeys(persona_named(name) for name in names))


def _perturbs(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    if not names:
        return ((),)
    return tuple(dict.fromkeys(() if name == _NO_PERTURB else perturbations(name.split("+")) for name in names))


def _rows(known: list[str], customers: str | None) -> tuple[MappingProxyType[str, str], ...]:
    from kefu.customers import read_customers

    given = pairs_of(known)
    return tuple(MappingProxyType({**row, **given}) for row in (read_customers(customers) if customers else [{}]))


_SETTLED = ("customer", "trials", "seed", "persona", "perturb", "judge", "known", "customers", "max_turns", "reruns")
"""What --standard settles."""


def _refuse_given(context: typer.Context) -> None:
    """Raise :class:`UsageError` for an option beside --standard that would be passed over."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name) if parameter.name in _SETTLED else None
        if source is not None and source.name == "COMMANDLINE":
            raise UsageError(
                _("{option} is settled by --standard").format(option=parameter.opts[0]), hint=_("leave one of them out")
            )


def _warn_of_unused(plan: Plan, documents: Documents) -> None:
    from kefu.runtime import Rehearsal, unused_names

    names = {key for row in plan.rows for key in row}
    for caller in plan.callers:
        held = Rehearsal(caller=caller, customer=plan.customers[0])
        if unused := unused_names(documents.scenarios, held, names):
            shown.warning(_("no document has a place for {names}").format(names=", ".join(unused)))
            return


def _refuse_early(fail_under: str | None, junit: Path | None) -> None:
    """What is wrong with the options of the end is told before a call is held."""
    from kefu.bench.threshold import limits_of
    from kefu.cli.bench_told import refuse_unwritable

    if fail_under is not None:
        limits_of(fail_under)
    refuse_unwritable(junit)


def _money(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise UsageError(
            _("{value} is not an amount of money").format(value=repr(text)),
            where="--budget",
            hint=_("write a number, such as 12.50"),
        )
    return amount
