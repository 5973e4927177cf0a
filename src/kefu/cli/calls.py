"""``kefu calls``: real calls taken in, and what is kept of them, of practice and of runs, listed, shown, passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kefu.bench.words import name as named
from kefu.cli import shown
from kefu.cli.imported import Told
from kefu.cli.wording import Command, Group
from kefu.errors import NotFound, UsageError
from kefu.files import load_scenario, stdin_once, write_lines
from kefu.i18n import gettext as _
from kefu.settings import Settings, store_place

if TYPE_CHECKING:
    from kefu.bench.practice import Practice
    from kefu.keeping import Export
    from kefu.store.database import Store
    from kefu.store.row import CallHead, CallRow

__all__ = ["app"]

app = typer.Typer(
    cls=Group,
    help=_("Real calls, calls of practice, calls of runs: take in, list, show, pass on."),
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_MOST_NOTES = 10
_MOST_LISTED = 1000


class Kind(StrEnum):
    """Where a kept call comes from."""

    RUN = "run"
    PRACTICE = "practice"
    IMPORTED = "imported"


Json = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]
KindOption = Annotated[Kind | None, typer.Option("--kind", help=_("Only calls of this kind."))]
RunOption = Annotated[
    str | None, typer.Option(metavar="RUN", help=_("Only calls of this run: its id, latest, or its folder."))
]
AllOption = Annotated[bool, typer.Option("--all", help=_("Of runs every attempt, also those that do not count."))]
PersonOption = Annotated[str | None, typer.Option(metavar="NAME", help=_("Only calls of this person."))]


@app.callback()
def _root(context: typer.Context) -> None:  # pyright: ignore[reportUnusedFunction] -- Typer calls it
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command("import", cls=Command, help=_("Take in real calls, masked, and score them by a document."))
def import_(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=_("JSONL, JSON, CSV or text with 坐席/客户; - is stdin."))
    ],
    scenario: Annotated[str, typer.Option(metavar="DOC", help=_("The document that the calls are about."))],
    swap: Annotated[bool, typer.Option("--swap", help=_("The customer dialled; otherwise the agent did."))] = False,
    no_mask: Annotated[bool, typer.Option("--no-mask", help=_("Keep names and numbers as they are."))] = False,
    person: Annotated[str, typer.Option("--as", metavar="NAME", help=_("The person who held the calls."))] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show how the file is read and masked; keep nothing."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Read, mask, score and keep; the same file twice changes nothing."""
    from kefu.keeping import kept_of, read_export, save, scored
    from kefu.store.database import open_store

    stdin_once([file, scenario])
    export = read_export(file, load_scenario(scenario), swap=swap, mask=not no_mask, person=person)
    _notes(file, export)
    if dry_run:
        told = Told(export, "dry_run")
        for call in scored(export):
            told(call)
        told.show(as_json=as_json)
        return
    settings: Settings = context.obj
    with open_store(store_place(settings)) as store:
        kept = kept_of(store, export)
        if len(kept) == len(export.reading.calls):
            _print_known(export, kept, as_json=as_json)
            return
        told = Told(export, "imported")
        save(store, export, told)
    told.show(as_json=as_json)


@app.command("forget", cls=Command, help=_("Undo an import: its calls are no longer kept."))
def forget(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help=_("What kefu calls import called it."))],
    as_json: Json = False,
) -> None:
    """Delete the calls of one import, and nothing else."""
    from kefu.store.calls import delete_calls

    with _open(context) as store:
        gone = delete_calls(store, import_id=import_id) if import_id else 0
    if not gone:
        raise NotFound(
            _("there is no import {name}").format(name=repr(import_id)), hint=_("see kefu calls list --kind imported")
        )
    if as_json:
        typer.echo(json.dumps({"import": import_id, "forgotten": gone}, ensure_ascii=False))
    else:
        typer.echo(_("forgotten: {n} calls of import {name}").format(n=gone, name=import_id))


@app.command("list", cls=Command, help=_("What is kept, the newest first; with --person how a person gets on."))
def list_(
    context: typer.Context,
    person: PersonOption = None,
    run: RunOption = None,
    kind: KindOption = None,
    every: AllOption = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1_000_000, help=_("At most so many."))] = 50,
    as_json: Json = False,
) -> None:
    """One line a call; of a person also the progress."""
    from kefu.store.reading import list_calls

    with _open(context, run) as store:
        if person is not None and run is None and not as_json:
            _print_person(store, person, kind, limit)
            return
        run_id = _run_id(store, run)
        heads = list_calls(store, kind=kind, person=person, run=run_id, counted=not every, limit=limit)
    if as_json:
        for head in heads:
            typer.echo(json.dumps(_head_to_json(head), ensure_ascii=False))
        return
    if not heads:
        shown.note("kefu: " + _("no call is kept that fits"))
        return
    columns = (_("call"), _("kind"), _("date"), _("scenario"), _("person"), _("total"), _("turns"), _("outcome"))
    room = max(len(head.id) for head in heads)
    shown.table(columns, [_listed(head, room) for head in heads])


@app.command("show", cls=Command, help=_("One call: what was said, and its card."))
def show(
    context: typer.Context,
    call: Annotated[str, typer.Argument(metavar="ID", help=_("The call's id, or the beginning of it."))],
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """The talk and the scorecard of a kept call."""
    from kefu.call.wire import call_from_json
    from kefu.store.reading import find_call

    with _open(context, run) as store:
        row = find_call(store, call)
    if as_json:
        typer.echo(json.dumps(_record(row), ensure_ascii=False))
        return
    spoken = call_from_json(row.record, where=row.id)
    typer.secho(f"{row.id}  {spoken.scenario}", bold=True)
    held = _("{kind}, {date}, {person}") if row.person else _("{kind}, {date}")
    typer.echo(held.format(kind=named("kind", row.kind), date=_date(row.ended_at), person=row.person))
    heard = shown.Heard()
    for turn in spoken.turns:
        heard(turn)
    shown.call_ends(spoken)
    if row.record.get("scorecard"):
        titles: Mapping[str, str] = row.record.get("step_titles") or {}
        shown.scorecard(row.record["scorecard"], {int(number): title for number, title in titles.items()})


@app.command("export", cls=Command, help=_("Calls with their cards as lines of JSON, for score and calibrate."))
def export(
    context: typer.Context,
    run: RunOption = None,
    kind: KindOption = None,
    person: PersonOption = None,
    import_id: Annotated[
        str | None, typer.Option("--import", metavar="IMPORT", help=_("Only calls of this import."))
    ] = None,
    every: AllOption = False,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help=_("Where to write; - is stdout."))
    ] = "-",
    as_json: Annotated[bool, typer.Option("--json", help=_("Lines of JSON, which they are in any case."))] = False,
) -> None:
    """Write calls in the shape of ``call --json``, oldest first; without a choice all but those of runs.

    Of a run those that are results, unless ``--all`` is given.
    """
    from kefu.store.reading import loose_records, records

    del as_json
    if run is not None and (kind not in (None, Kind.RUN) or import_id is not None):
        raise UsageError(_("calls of a run are of no other kind"), where="--run", hint=_("leave one of them out"))
    count = 0
    counted = not every

    def chosen(store: Store) -> Iterator[CallRow]:
        if run is not None:
            held = records(store, _run_id(store, run) or "", counted=counted)
            yield from (row for row in held if person is None or row.person == person)
            return
        for each in [kind] if kind is not None else [Kind.IMPORTED, Kind.PRACTICE]:
            yield from loose_records(store, kind=each, person=person, import_id=import_id, counted=counted)

    def lines() -> Iterator[str]:
        nonlocal count
        for row in chosen(store):
            count += 1
            yield json.dumps(_record(row), ensure_ascii=False)

    with _open(context, run) as store:
        write_lines(output, lines())
    if not count:
        shown.warning(_("no call is kept that fits"))


def _open(context: typer.Context, run: str | None = None) -> Store:
    """The store of the settings, or the one that a run is kept in."""
    from kefu.store.database import open_store

    settings: Settings = context.obj
    if run is None:
        return open_store(store_place(settings))
    from kefu.run.places import find_stored

    return find_stored(run, settings)[0]


def _run_id(store: Store, run: str | None) -> str | None:
    if run is None:
        return None
    from pathlib import Path

    from kefu.store.runs import find_run

    return find_run(store, "latest" if Path(run).is_dir() else run).id


def _notes(file: str, export: Export) -> None:
    """What could not be taken as it stood, on stderr: never silently."""
    name = "stdin" if file == "-" else file
    notes = export.reading.notes
    for note in notes[:_MOST_NOTES]:
        shown.note(f"{name}:{note.line}: {note.code}: {note.message}")
    if len(notes) > _MOST_NOTES:
        shown.note(_("… and {n} more; --json lists them").format(n=len(notes) - _MOST_NOTES))
    if export.reading.left_out:
        shown.warning(_("left out of the calls: {n} lines or turns").format(n=export.reading.left_out))


def _print_known(export: Export, kept: list[CallHead], *, as_json: bool) -> None:
    if as_json:
        known = {"import": export.id, "state": "known", "scenario": export.scenario.id}
        typer.echo(json.dumps(known | {"calls": [{"id": head.id} for head in reversed(kept)]}, ensure_ascii=False))
        return
    what = _("import {id}: these {n} calls are kept already; nothing has changed")
    typer.echo(what.format(id=export.id, n=len(kept)))
    typer.echo(_("kefu calls forget {id} undoes the import").format(id=export.id))


def _print_person(store: Store, person: str, kind: Kind | None, limit: int) -> None:
    """The calls of a person from the first to the last, and what they show together."""
    from kefu.bench.practice import practice_of, practised
    from kefu.store.reading import count_calls, loose_records

    kinds = None if kind is None else str(kind)
    kept = loose_records(store, kind=kinds, person=person, last=min(limit, _MOST_LISTED))
    held = [(row.id, row.ended_at, practised(row.record)) for row in kept]
    if not held:
        raise NotFound(_("no call of {name} is kept").format(name=repr(person)), hint=_("see kefu calls list"))
    room = max(len(call_id) for call_id, _ended, _call in held)
    columns = (_("call"), _("date"), _("scenario"), _("total"), _("weakest side"), _("steps missed"))
    shown.table(
        columns,
        [
            (
                call_id.ljust(room),
                _date(ended),
                call.scenario,
                shown.share(call.total),
                f"{named('dimension', call.weakest)} {shown.share(call.score)}" if call.weakest else "–",
                " ".join(str(number) for number, _title in call.missed) or "–",
            )
            for call_id, ended, call in held
        ],
    )
    every = count_calls(store, kind=kinds, person=person)
    if every > len(held):
        typer.echo(_("last {n} of {every} calls; --limit takes more").format(n=len(held), every=every))
    _print_progress(person, practice_of([call for _id, _ended, call in held]))


def _print_progress(person: str, practice: Practice) -> None:
    from kefu.bench.practice import sparkline

    arrows = {"up": "↑", "down": "↓", "level": "→", "": ""}
    line = _("{name}: {bars} {arrow} mean {mean}, n = {n}, unscored {unscored}").format(
        name=person,
        bars=sparkline(practice.totals),
        arrow=arrows[practice.trend],
        mean=shown.share(practice.mean.value),
        n=practice.mean.n,
        unscored=practice.mean.unscored,
    )
    typer.secho(" ".join(line.split()), bold=True)
    if practice.trend:
        halves = _("earlier half {earlier}, later half {later}")
        typer.echo(halves.format(earlier=shown.share(practice.earlier), later=shown.share(practice.later)))
    if practice.weakest:
        side, times = practice.weakest[0]
        typer.echo(_("most often weakest: {side} ({times})").format(side=named("dimension", side), times=times))
    for each in practice.missed:
        what = _("missed again: {scenario}, step {step} {title} ({times} of {calls} calls)")
        numbers = {"step": each.step, "times": each.times, "calls": each.calls}
        typer.echo(what.format(scenario=each.scenario, title=each.title, **numbers))


def _listed(head: CallHead, room: int) -> tuple[str, ...]:
    outcome = named("result", head.outcome) if head.outcome else ""
    total = shown.share(head.total)
    return (
        head.id.ljust(room), named("kind", head.kind), _date(head.ended_at), head.scenario, head.person, total,
        str(head.turns), outcome,
    )  # fmt: skip


def _head_to_json(head: CallHead) -> dict[str, Any]:
    return {
        "id": head.id,
        "kind": head.kind,
        "run": head.run,
        "import": head.import_id or None,
        "state": str(head.state),
        "counted": head.counted,  # false of an attempt that was held again, and is in no mean
        "person": head.person or None,
        "ended_at": head.ended_at.isoformat(timespec="seconds"),
        "scenario": head.scenario,
        "caller": head.caller,
        "customer": head.customer,
        "persona": head.persona or None,
        "turns": head.turns,
        "totals": {"total": head.total, "task_flow": head.task_flow, "interaction": head.interaction},
        "result": head.outcome or None,
    }


def _record(row: CallRow) -> dict[str, Any]:
    """The call as ``call --json`` has it, and where it comes from."""
    about = {"id": row.id, "kind": row.kind, "person": row.person or None}
    return {**about, **row.record}


def _date(moment: Any) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
