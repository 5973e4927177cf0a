"""``kefu demo``: the bundled examples called, scored and reported on, with nothing but this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kefu.bench.words import name
from kefu.call.call import Call
from kefu.cli import shown
from kefu.cli.awaited import awaited
from kefu.errors import InputError
from kefu.files import example_paths, load_scenario, write_text
from kefu.foreign import of_system
from kefu.i18n import CHINESE, language, use_language
from kefu.i18n import gettext as _
from kefu.runtime import Parties, Rehearsal, rehearse
from kefu.scenario.model import Scenario
from kefu.settings import Settings, language_named

if TYPE_CHECKING:
    from kefu.bench.report import Entry

__all__ = ["demo"]


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help=_("Where the report goes."))] = Path("kefu-demo"),
    lang: Annotated[
        str, typer.Option(metavar="LANG", help=_("zh_CN or en; otherwise KEFU_LANG, otherwise Chinese."))
    ] = "",
    seed: Annotated[int, typer.Option(metavar="N", help=_("The same seed gives the same calls."))] = 0,
) -> None:
    """Show one call in full, all six in a table, and write the report."""
    settings: Settings = context.obj
    use_language(language_named(lang, where="--lang") if lang else settings.lang or CHINESE)
    report = out / "report.html"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as broken:
        raise InputError(
            of_system(broken),
            where=str(out),
            hint=_("choose a place that can be written to"),
        ) from None
    entries = [_held(path, seed, settings, first=number == 0) for number, path in enumerate(example_paths())]
    _table(entries)
    _report(report, entries)
    typer.echo(_("The report, with every call and its evidence: {path}").format(path=report))


def _held(path: str, seed: int, settings: Settings, *, first: bool) -> Entry:
    """One example called and scored; the first is shown as it happens."""
    from kefu.bench.record import card_of
    from kefu.bench.report import Entry

    scenario, plan = load_scenario(path), Rehearsal(seed=seed)
    if first:
        shown.call_begins(scenario, plan)
    spoken = awaited(_spoken(scenario, plan, settings, heard=shown.Heard() if first else None))
    card = card_of(scenario, spoken)
    if first:
        shown.call_ends(spoken)
        shown.scorecard(card, scenario)
        typer.echo()
    return Entry(scenario=scenario, call=spoken, card=card)


async def _spoken(scenario: Scenario, plan: Rehearsal, settings: Settings, heard: shown.Heard | None) -> Call:
    # the demo asks nobody, whatever models are set
    async with Parties(replace(settings, models={})) as parties:
        return await rehearse(scenario, plan, heard=heard, parties=parties)


def _table(entries: Sequence[Entry]) -> None:
    heads = (
        _("scenario"),
        _("customer"),
        _("turns"),
        _("total"),
        _("task flow"),
        _("interaction"),
        _("violations"),
        _("result"),
    )
    rows: list[tuple[str, ...]] = []
    for entry in entries:
        totals = entry.card["totals"]
        rows.append(
            (
                name("domain", entry.scenario.domain) if entry.scenario.domain else entry.scenario.id,
                name("persona", entry.call.persona) if entry.call.persona else "–",
                str(len(entry.call.turns)),
                shown.share(totals["total"]),
                shown.share(totals["task_flow"]),
                shown.share(totals["interaction"]),
                str(len(entry.card["violations"])),
                name("result", entry.card["outcome"]["result"]),
            )
        )
    shown.table(heads, rows)
    typer.echo()


def _report(path: Path, entries: Sequence[Entry]) -> None:
    from datetime import datetime

    from kefu.bench.report import build_report

    write_text(str(path), build_report(entries, language=language(), made_at=datetime.now().astimezone()))
