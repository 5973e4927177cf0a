"""What ``kefu bench`` says of a run before and after: the preview, the figures, the limits that were broken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kefu.bench.plan import Plan
from kefu.cli import shown
from kefu.cli.awaited import awaited
from kefu.errors import EndpointError, InputError, Shortfall
from kefu.foreign import of_system
from kefu.i18n import gettext as _
from kefu.i18n import pgettext
from kefu.llm.chat import Cost
from kefu.settings import Settings

if TYPE_CHECKING:
    from kefu.bench.interval import Estimate
    from kefu.bench.stats import RunStatistics
    from kefu.bench.threshold import Limit
    from kefu.run.begin import Documents
    from kefu.store.database import Store
    from kefu.store.runs import Progress, RunRecord

__all__ = [
    "figures_of",
    "print_run",
    "refuse_unwritable",
    "state_in_words",
    "state_of",
    "told_end",
    "told_preview",
    "told_run",
]


def told_preview(
    plan: Plan, documents: Documents, settings: Settings, budget: Decimal | None, *, as_json: bool, only: bool
) -> bool:
    """Say what a run would come to where models have a part in it; true where nothing more was wanted."""
    from kefu.bench.preview import preview
    from kefu.run.begin import models_of

    models = models_of(plan, settings)
    if not models and not only:
        return False
    expected = awaited(preview(plan, documents.scenarios, {name: each.prices for name, each in models.items()}))
    if only and as_json:
        cost = {currency: float(amount) for currency, amount in expected.cost.items()}
        typer.echo(json.dumps({
            "cells": expected.calls, "turns": expected.turns, "tokens_in": expected.tokens_in,
            "tokens_out": expected.tokens_out, "cost": cost or None, "unpriced": list(expected.unpriced),
        }))  # fmt: skip
        return True
    about = _("about {calls} calls, {turns} turns").format(calls=f"{expected.calls:,}", turns=f"{expected.turns:,}")
    if models:
        about += _(", {given} tokens to models and {made} from them").format(
            given=f"{expected.tokens_in:,}", made=f"{expected.tokens_out:,}"
        )
    costs = [str(Cost(amount=amount, currency=currency)) for currency, amount in expected.cost.items()]
    costs += [_("{model} at an unknown price").format(model=name) for name in expected.unpriced]
    shown.note(f"kefu: {about}" + (f": {' + '.join(costs)}" if costs else ""))
    if budget is not None and sum(expected.cost.values(), Decimal(0)) > budget:
        shown.warning(_("the budget of {budget} will not be enough; the run will stop there").format(budget=budget))
    return only


def told_end(
    store: Store,
    run: RunRecord,
    *,
    as_json: bool,
    fail_under: str | None,
    junit: Path | None,
    out: Path | None,
    reports_in: str,
) -> None:
    """Print how a run ended, write what was asked for, and leave with the exit code that it deserves.

    Raises :class:`EndpointError` for a run that is not whole, :class:`Shortfall` for a limit that was broken.
    """
    from kefu.bench.threshold import breach_in_words, breaches, limits_of
    from kefu.run.report import write_report
    from kefu.store.runs import find_run, progress_of

    run = find_run(store, run.id)
    progress = progress_of(store, run.id)
    figures = figures_of(store, run)
    if as_json:
        typer.echo(json.dumps(told_run(run, progress, figures), ensure_ascii=False))
    else:
        print_run(run, progress, figures)
    shown.broken_off(sum(caller.endings.get("error", 0) for caller in figures.callers), progress.done)
    limits = limits_of(fail_under) if fail_under is not None else ()
    broken = breaches(figures, limits)
    if out is not None:
        write_report(store, run, [out / name for name in _REPORTS], reports_in)
        shown.note(_("report: {path}").format(path=out / _REPORTS[0]))
    if junit is not None:
        _write_junit(junit, store, run, figures, limits)
    if run.stopped == "interrupted":
        again = _("go on with: kefu bench resume {run}").format(run=run.id)
        raise Interrupted(_("stopped; {ended} of {cells} calls are kept").format(
            ended=f"{progress.done + progress.failed:,}", cells=f"{progress.cells:,}"
        ), hint=again)  # fmt: skip
    if run.stopped == "budget":
        raise EndpointError(
            _("the budget of {budget} is used up; {ended} of {cells} calls are kept").format(
                budget=run.budget, ended=f"{progress.done + progress.failed:,}", cells=f"{progress.cells:,}"
            ),
            hint=_("go on with: kefu bench resume {run} --budget AMOUNT").format(run=run.id),
        )
    for each in broken if progress.failed else ():  # the exit code speaks of the calls that failed
        shown.warning(breach_in_words(each))
    if progress.failed or progress.done < progress.cells:
        raise EndpointError(
            _("{failed} of {cells} calls failed, {open} were not held").format(
                failed=progress.failed, cells=progress.cells, open=progress.cells - progress.done - progress.failed
            ),
            hint=_("try these again with: kefu bench resume {run}").format(run=run.id),
        )
    if broken:
        raise Shortfall(_("; ").join(breach_in_words(each) for each in broken), where="--fail-under")


_REPORTS = ("report.html", "report.md", "results.json", "cells.csv")


class Interrupted(Shortfall):
    """Ctrl-C: the run is kept as far as it came."""

    exit_code = 130


def figures_of(store: Store, run: RunRecord) -> RunStatistics:
    """The statistics of a run as far as it has come."""
    from kefu.bench.stats import statistics
    from kefu.store.reading import results

    whole = run.finished_at is not None
    return statistics(results(store, run.id), unequal=not whole)


def state_of(run: RunRecord, progress: Progress, *, held: bool = False) -> str:
    """``done``, ``running``, ``stopped`` or ``failed``: held to the end, with calls that infrastructure broke off."""
    if progress.done >= progress.cells:
        return "done"
    if held:
        return "running"
    return "failed" if progress.done + progress.failed >= progress.cells else "stopped"


def state_in_words(state: str) -> str:
    """The state of a run for people."""
    return {
        "done": pgettext("a run", "done"),
        "running": pgettext("a run", "running"),
        "stopped": pgettext("a run", "stopped"),
        "failed": pgettext("a run", "failed"),
    }[state]


def told_run(run: RunRecord, progress: Progress, figures: RunStatistics, *, held: bool = False) -> dict[str, Any]:
    """A run as JSON, in the shape of the interface."""
    from kefu.bench.stats import statistics_to_json

    cost = progress.cost
    return {
        "run": run.id,
        "state": state_of(run, progress, held=held),
        "cells": progress.cells,
        "done": progress.done,
        "failed": progress.failed,
        "invalid": progress.invalid,
        "reruns": progress.reruns,
        "cost": float(sum(cost.values())) if len(cost) == 1 else _by_currency(cost),
        "currency": next(iter(cost)) if len(cost) == 1 else None,
        "callers": statistics_to_json(figures)["callers"],
        "label": run.label,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
        "stopped": run.stopped or None,
        "turns": progress.turns,
        "tokens_in": progress.tokens_in,
        "tokens_out": progress.tokens_out,
        "judge": run.plan.judge,
        "versions": run.provenance.get("versions"),
    }


def _by_currency(cost: Mapping[str, Decimal]) -> dict[str, float] | None:
    return {currency: float(amount) for currency, amount in cost.items()} or None


def print_run(run: RunRecord, progress: Progress, figures: RunStatistics, *, held: bool = False) -> None:
    """A run for people: how far it is, and each caller's figures with their intervals."""
    state = state_in_words(state_of(run, progress, held=held))
    head = _("{run} {state}: {done} of {cells} calls").format(
        run=run.id, state=state, done=f"{progress.done:,}", cells=f"{progress.cells:,}"
    )
    notes = [
        *([_("{number} failed").format(number=progress.failed)] if progress.failed else []),
        _("{invalid} invalid, {reruns} held again").format(invalid=progress.invalid, reruns=progress.reruns),
        *(str(Cost(amount=amount, currency=currency)) for currency, amount in progress.cost.items()),
    ]
    typer.echo(" · ".join([head, *notes]))
    if not figures.callers:
        return
    heads = (_("caller"), _("calls"), _("total"), _("task flow"), _("interaction"), _passes(figures))
    rows = [
        (
            caller.caller, f"{caller.total.n:,}" + (f" (+{caller.total.unscored})" if caller.total.unscored else ""),
            _figure(caller.total), _figure(caller.task_flow), _figure(caller.interaction),
            _figure(caller.passing.at.get(1)),
        )
        for caller in figures.callers
    ]  # fmt: skip
    shown.table(heads, rows)


def _passes(figures: RunStatistics) -> str:
    return _("share ≥ {threshold}").format(threshold=figures.threshold)


def _figure(estimate: Estimate | None) -> str:
    if estimate is None or estimate.mean is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:.3f}"
    return f"{estimate.mean:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def refuse_unwritable(path: Path | None) -> None:
    """Raise :class:`InputError` for a file that could not be written, before a call is held and paid for."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
    except OSError as broken:
        raise InputError(of_system(broken), where=str(path), hint=_("choose a place that can be written to")) from None


def _write_junit(path: Path, store: Store, run: RunRecord, figures: RunStatistics, limits: tuple[Limit, ...]) -> None:
    from kefu.bench.junit import junit_xml
    from kefu.bench.threshold import breaches
    from kefu.files import write_lines
    from kefu.store.reading import results

    pieces = junit_xml(
        results(store, run.id),
        limits=limits,
        breaches=breaches(figures, limits),
        name=f"kefu {run.id}",
        at=run.created_at,
        properties={"run": run.id, "kefu": str(run.provenance.get("kefu", ""))},
    )
    write_lines(str(path), pieces, end="", parents=True)
