"""``kefu bench list``, ``show``, ``report``, ``compare``, ``leaderboard`` and ``export``: what has come of runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kefu.cli import shown
from kefu.cli.bench import Json, Run, app
from kefu.cli.bench_told import figures_of, print_run, state_in_words, state_of, told_run
from kefu.cli.wording import Command
from kefu.errors import InputError, KefuError, UsageError
from kefu.i18n import CHINESE, pgettext
from kefu.i18n import gettext as _
from kefu.settings import Settings, language_named

if TYPE_CHECKING:
    from kefu.bench.compare import Comparison, Difference
    from kefu.bench.leaderboard import Deviation
    from kefu.bench.result import Result
    from kefu.store.database import Store
    from kefu.store.runs import Progress, RunRecord

__all__ = ["app"]

_SHOWN = 12
_MOST = 100
"""Runs that are looked through where none is named."""


@app.command("list", cls=Command, help=_("The runs that are known here, the newest first."))
def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help=_("How many."))] = 20,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per run."))] = False,
) -> None:
    """Those of the usual database and those of folders given as ``--out``."""
    from kefu.run.hold import is_held
    from kefu.run.places import places_of
    from kefu.store.database import open_store
    from kefu.store.runs import list_runs

    found: list[tuple[RunRecord, Progress, bool]] = []
    for place in places_of(context.obj)[: limit + 1]:
        with open_store(place) as store:
            found += [(run, progress, is_held(store, run)) for run, progress in list_runs(store, limit=limit)]
    found = sorted(found, key=lambda each: each[0].created_at, reverse=True)[:limit]
    if as_json:
        for run, progress, held in found:
            typer.echo(json.dumps({
                "run": run.id, "state": state_of(run, progress, held=held), "label": run.label,
                "created_at": run.created_at.isoformat(), "cells": progress.cells, "done": progress.done,
                "failed": progress.failed, "invalid": progress.invalid, "reruns": progress.reruns,
                "callers": list(run.plan.callers), "customers": list(run.plan.customers),
                "scenarios": len(run.plan.scenarios), "trials": run.plan.trials, "seed": run.plan.seed,
            }, ensure_ascii=False))  # fmt: skip
        return
    if not found:
        shown.note(_("there are no runs yet; start one with kefu bench run"))
        return
    rows = [
        (
            run.id, f"{run.created_at.astimezone():%Y-%m-%d %H:%M}", state_in_words(state_of(run, progress, held=held)),
            f"{progress.done + progress.failed:,}/{progress.cells:,}", ", ".join(run.plan.callers), run.label,
        )
        for run, progress, held in found
    ]  # fmt: skip
    shown.table((_("run"), _("begun"), _("state"), _("calls"), _("callers"), pgettext("a run", "note")), rows)


@app.command("show", cls=Command, help=_("How far a run is, and its figures."))
def show(context: typer.Context, name: Run, as_json: Json = False) -> None:
    """The same as at the end of ``kefu bench run``."""
    from kefu.run.hold import is_held
    from kefu.run.places import find_stored
    from kefu.store.runs import progress_of

    store, run = find_stored(name, context.obj)
    with store:
        progress, figures, held = progress_of(store, run.id), figures_of(store, run), is_held(store, run)
        if as_json:
            typer.echo(json.dumps(told_run(run, progress, figures, held=held), ensure_ascii=False))
        else:
            print_run(run, progress, figures, held=held)


@app.command("report", cls=Command, help=_("A report that a manager reads in two minutes."))
def report(
    context: typer.Context,
    name: Run,
    out: Annotated[
        list[Path] | None,
        typer.Option("-o", "--out", metavar="FILE", help=_("Its ending says the form: .html, .md, .json or .csv.")),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="LANG", help=_("zh_CN or en; Chinese if nobody has chosen."))
    ] = None,
) -> None:
    """Written to ``kefu-RUN.html`` where no file is named."""
    from kefu.run.places import find_stored
    from kefu.run.report import write_report

    settings: Settings = context.obj
    language = language_named(lang, where="--lang") if lang else settings.lang or CHINESE
    store, run = find_stored(name, settings)
    with store:
        paths = out or [Path(f"kefu-{run.id}.html")]
        write_report(store, run, paths, language)
    for path in paths:
        typer.echo(str(path))


@app.command("compare", cls=Command, help=_("Is B better than A? The same customers, paired."))
def compare(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help=_("A run, as for kefu bench show."))],
    b: Annotated[str, typer.Argument(metavar="B", help=_("Another; or the same run, with two callers."))],
    caller_a: Annotated[
        str | None, typer.Option(metavar="PARTY", help=_("The caller of A, if it had several."))
    ] = None,
    caller_b: Annotated[
        str | None, typer.Option(metavar="PARTY", help=_("The caller of B, if it had several."))
    ] = None,
    common: Annotated[
        bool, typer.Option("--common", help=_("Compare only what both have held, instead of refusing the rest."))
    ] = False,
    by_a: Annotated[
        bool,
        typer.Option("--by-a", help=_("Score both by the documents of A, so that what an edit took away is missed.")),
    ] = False,
    as_json: Json = False,
) -> None:
    """Two callers, two versions of a script, two versions of kefu."""
    from kefu.bench.compare import compare as compared
    from kefu.bench.compare import comparison_to_json
    from kefu.run.places import find_stored

    with ExitStack() as stack:
        store_a, run_a = find_stored(a, context.obj)
        stack.enter_context(store_a)
        store_b, run_b = find_stored(b, context.obj)
        stack.enter_context(store_b)
        first, second = _callers(run_a, run_b, caller_a, caller_b)
        if (run_a.id, first) == (run_b.id, second):
            shown.warning(_("A and B are the same calls"))
        sides = _sides((store_a, run_a, first), (store_b, run_b, second), by_a=by_a)
        unfinished = None in (run_a.finished_at, run_b.finished_at)
        comparison = compared(*sides, unequal=common or unfinished)
    apart = _apart(run_a, run_b)
    if not by_a and {source.hash for source in run_a.sources} != {source.hash for source in run_b.sources}:
        shown.note("kefu: " + _("the documents differ, and each side is scored by its own; see also --by-a"))
    for each in apart:
        shown.warning(f"{each.key}: A {each.standard}, B {each.found}")
    if as_json:
        told = comparison_to_json(comparison) | {
            "apart": [{"key": each.key, "a": each.standard, "b": each.found} for each in apart]
        }
        names = {"a": {"run": run_a.id, "caller": first}, "b": {"run": run_b.id, "caller": second}}
        typer.echo(json.dumps(told | names, ensure_ascii=False))
        return
    _print_comparison(comparison)


@app.command("leaderboard", cls=Command, help=_("Runs side by side, as the public benchmark shows them."))
def leaderboard(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="RUN", help=_("Otherwise all finished runs."))] = None,
    out: Annotated[Path | None, typer.Option("-o", metavar="FILE.md", help=_("Write Markdown."))] = None,
    as_json: Json = False,
) -> None:
    """Only runs over the same documents are put into one table; what is not standard is said."""
    from kefu.bench.leaderboard import Entrant, leaderboard_to_json, leaderboard_to_markdown, leaderboard_to_text
    from kefu.bench.leaderboard import leaderboard as ranked
    from kefu.files import write_lines
    from kefu.store.reading import results

    with ExitStack() as stack:
        runs = list(_finished(context.obj, names or [], stack))
        if not runs:
            raise InputError(_("no finished run is there"), hint=_("hold one with kefu bench run PATH… --standard"))
        boards = ranked(
            Entrant(
                run=run.id,
                label=run.label,
                plan=run.plan,
                provenance=run.provenance,
                sources={source.id: source.hash for source in run.sources},
                results=results(store, run.id),
            )
            for store, run in runs
        )
    if out is not None:
        write_lines(str(out), [leaderboard_to_markdown(boards)], end="", parents=True)
        typer.echo(str(out))
    elif as_json:
        typer.echo(json.dumps(leaderboard_to_json(boards), ensure_ascii=False))
    else:
        typer.echo(leaderboard_to_text(boards))


@app.command("export", cls=Command, help=_("A run in the log format of inspect-ai, for its viewer."))
def export(
    context: typer.Context,
    name: Run,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help=_("The folder of the logs."))] = Path("logs"),
) -> None:
    """One log per caller; needs the extra ``inspect``."""
    from kefu.bench.inspect_log import Export, export_log, log_name
    from kefu.run.places import find_stored
    from kefu.store.reading import records

    store, run = find_stored(name, context.obj)
    with store:
        figures = {each.caller: each for each in figures_of(store, run).callers}
        for caller in run.plan.callers:
            log = Export(
                run=run.id,
                caller=caller,
                plan=run.plan,
                created_at=run.created_at,
                finished_at=run.finished_at,
                complete=run.finished_at is not None,
                version=str(run.provenance.get("kefu", "")),
                label=run.label,
                titles={source.id: str(source.data.get("title") or source.id) for source in run.sources},
                provenance=run.provenance,
                statistics=figures.get(caller),
            )
            kept = records(store, run.id, caller=caller)
            calls = ((row.result, row.record) for row in kept if row.result is not None)
            path = out / log_name(log)
            try:
                out.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    export_log(file, log, calls)
            except KefuError:
                path.unlink(missing_ok=True)
                raise
            typer.echo(str(path))
    shown.note(_("look at them with: inspect view --log-dir {folder}").format(folder=out))


def _finished(settings: Settings, names: Iterable[str], stack: ExitStack) -> Iterator[tuple[Store, RunRecord]]:
    from kefu.run.places import find_stored, places_of
    from kefu.store.database import open_store
    from kefu.store.runs import list_runs

    if names:
        seen: set[str] = set()
        for name in names:
            store, run = find_stored(name, settings)
            stack.enter_context(store)
            if run.id not in seen:
                yield store, run
            seen.add(run.id)
        return
    for place in places_of(settings)[:_MOST]:
        store = stack.enter_context(open_store(place))
        yield from ((store, run) for run, _progress in list_runs(store, limit=_MOST) if run.finished_at is not None)


def _apart(a: RunRecord, b: RunRecord) -> list[Deviation]:
    """What differs beside the callers and the documents: a difference found may be due to it."""
    from kefu.bench.leaderboard import Deviation

    def settings(run: RunRecord) -> dict[str, str]:
        known = hashlib.sha256(json.dumps([dict(row) for row in run.plan.rows], sort_keys=True).encode())
        return {
            "customers": known.hexdigest()[:12] if any(run.plan.rows) else "-",
            "max_turns": str(run.plan.max_turns),
            "reruns": str(run.plan.reruns),
            "judge": run.plan.judge,
            "rules": str(run.provenance.get("rules", "-")),
        }

    of_a, of_b = settings(a), settings(b)
    return [Deviation(key=key, standard=of_a[key], found=of_b[key]) for key in of_a if of_a[key] != of_b[key]]


def _callers(a: RunRecord, b: RunRecord, caller_a: str | None, caller_b: str | None) -> tuple[str, str]:
    """Whom to compare: those named, the only one of each run, or the two of one run."""
    if a.id == b.id and caller_a is None and caller_b is None and len(a.plan.callers) == 2:
        return a.plan.callers[0], a.plan.callers[1]
    return _caller(a, caller_a, "--caller-a"), _caller(b, caller_b, "--caller-b")


def _caller(run: RunRecord, name: str | None, option: str) -> str:
    names = run.plan.callers
    if name is None and len(names) == 1:
        return names[0]
    if name not in names:
        raise UsageError(
            _("run {run} has the callers {names}").format(run=run.id, names=", ".join(names)),
            where=option,
            hint=_("name one of them"),
        )
    return name


def _sides(a: tuple[Store, RunRecord, str], b: tuple[Store, RunRecord, str], *, by_a: bool) -> list[Iterable[Result]]:
    """The results of both; two single documents of different names are taken for versions of one."""
    from kefu.bench.result import as_version
    from kefu.run.rescore import results_by
    from kefu.store.reading import results
    from kefu.store.runs import scenarios_of

    sides: list[Iterable[Result]] = [results(store, run.id, caller=caller) for store, run, caller in (a, b)]
    if by_a:
        documents = scenarios_of(a[0], a[1])
        sides = [results_by(store, run.id, caller, documents) for store, run, caller in (a, b)]
    (old, *more), (new, *others) = a[1].plan.scenarios, b[1].plan.scenarios
    if more or others or old == new:
        return sides
    return [[as_version(result, old) for result in side] for side in sides]


def _print_comparison(comparison: Comparison) -> None:
    from kefu.bench.compare import verdict_in_words

    typer.secho(verdict_in_words(comparison), bold=True)
    told = [each for each in comparison.family if each.verdict.value != "not proven"]
    if told:
        typer.echo()
        shown.table(
            (_("where"), _("A"), _("B"), _("difference"), _("p (Holm)"), _("verdict")),
            [_line(each) for each in told[:_SHOWN]],
        )
    rest = len(comparison.family) - len(told)
    if rest:
        typer.echo(_("not proven for {number} others; --json has them all").format(number=rest))


def _line(each: Difference) -> tuple[str, ...]:
    figure: Callable[[float | None], str] = lambda value: "–" if value is None else f"{value:.3f}"  # noqa: E731
    between = "" if each.low is None or each.high is None else f" [{each.low:+.3f}, {each.high:+.3f}]"
    mean = "–" if each.mean is None else f"{each.mean:+.3f}{between}"
    answers = {"better": _("better"), "worse": _("worse"), "not proven": _("not proven")}
    p = "< 0.001" if each.corrected is not None and each.corrected < 0.001 else figure(each.corrected)
    return (_side(each), figure(each.a), figure(each.b), mean, p, answers[each.verdict.value])


def _side(each: Difference) -> str:
    from kefu.bench.words import NAMES
    from kefu.bench.words import name as named

    axes = {
        "part": _("part"),
        "dimension": _("dimension"),
        "rule": _("rule"),
        "domain": _("domain"),
        "persona": _("persona"),
        "perturb": _("perturbation"),
        "step": _("step"),
    }
    if each.axis == "gap":
        return _("calls with a question that the script does not answer")
    parts = {"task_flow": pgettext("a part", "task_flow"), "interaction": _("interaction")}
    name = named(each.axis, each.name) if each.axis in NAMES else parts.get(each.name, each.name)
    return f"{axes.get(each.axis, each.axis)} {name}"
