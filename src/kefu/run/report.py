"""The report of a stored run: figures and words from the store, written in the form that a file's name asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from kefu.bench.report import RunHead, RunReport, gather, to_csv, to_html, to_json, to_markdown
from kefu.bench.result import Result
from kefu.errors import UsageError
from kefu.files import write_lines
from kefu.i18n import gettext as _
from kefu.store.database import Store
from kefu.store.reading import records, results
from kefu.store.runs import RunRecord, progress_of, scenarios_of

__all__ = ["SUFFIXES", "report_of", "write_report"]

_WRITERS: dict[str, Callable[[RunReport, str], str]] = {
    ".html": to_html,
    ".md": to_markdown,
    ".json": lambda report, _language: to_json(report),
}
_MARK = "\ufeff"
"""Without it Excel takes a table for one in the code page of the machine, and Chinese for noise."""
SUFFIXES = (*_WRITERS, ".csv")
"""The forms that a report has."""


def report_of(store: Store, run: RunRecord) -> RunReport:
    """The report of a run as far as it has come."""
    head = RunHead(
        id=run.id,
        plan=run.plan,
        provenance=run.provenance,
        created_at=run.created_at,
        finished_at=run.finished_at,
        stopped=run.stopped,
        label=run.label,
        cost=progress_of(store, run.id).cost,
    )

    def read(caller: str | None) -> Iterable[Result]:
        return results(store, run.id, caller=caller)

    return gather(
        head,
        read,
        records(store, run.id),
        scenarios_of(store, run),
        unequal=run.finished_at is None,
        made_at=datetime.now(UTC).astimezone(),
    )


def write_report(store: Store, run: RunRecord, paths: Iterable[Path], language: str) -> None:
    """Write the report to each of ``paths``, in the form that its ending names.

    Raises :class:`UsageError` for an ending that is none, :class:`InputError` where a file cannot be written.
    """
    wanted = list(paths)
    for path in wanted:
        if path.suffix.lower() not in SUFFIXES:
            raise UsageError(
                _("no report is written as {suffix}").format(suffix=path.suffix or _("a file without an ending")),
                where=str(path),
                hint=_("choose {suffixes}").format(suffixes=", ".join(SUFFIXES)),
            )
    report = report_of(store, run) if any(path.suffix.lower() in _WRITERS for path in wanted) else None
    for path in wanted:
        writer = _WRITERS.get(path.suffix.lower())
        if writer is not None and report is not None:
            pieces: Iterable[str] = [writer(report, language)]
        else:
            pieces = chain([_MARK], to_csv(results(store, run.id)))
        write_lines(str(path), pieces, end="", parents=True)
