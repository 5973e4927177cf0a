"""``kefu score``: one call shown as a card, or many as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from kefu.call.call import Call
from kefu.call.wire import call_from_json
from kefu.cli import shown
from kefu.cli.call import scored
from kefu.errors import InputError, NotFound, UsageError
from kefu.files import SUFFIXES, json_lines, load_scenario, read_json
from kefu.i18n import gettext as _
from kefu.judges import needs_model
from kefu.scenario.model import Scenario
from kefu.settings import read_settings

if TYPE_CHECKING:
    from kefu.score import Scorecard

__all__ = ["Library", "document_of", "score"]


def score(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="DOC CALL.json | CALLS.jsonl", help=_("A document and a call; or calls, with --scenarios.")
        ),
    ],
    scenarios: Annotated[
        str | None, typer.Option(metavar="DIR", help=_("The folder that holds the documents of the calls."))
    ] = None,
    judge: Annotated[
        str,
        typer.Option(metavar="JUDGE", help=_("Who judges: rules, model:NAME, or several with commas between.")),
    ] = "rules",
    concurrency: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help=_("Calls that models judge at once."))
    ] = 8,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per call."))] = False,
) -> None:
    """Score one call by its document, or every call of a file by the documents of a folder."""
    by_model = needs_model(judge, read_settings())
    calls = _calls(files, scenarios)
    if not by_model:
        for document, spoken in calls:
            _print(scored(document, spoken), document, as_json=as_json)
        return
    from kefu.cli.judged import each_judged

    def show(document: Scenario, _spoken: Call, card: Scorecard) -> None:
        from kefu.score import scorecard_to_json

        _print(scorecard_to_json(card), document, as_json=as_json)

    each_judged(calls, judge, concurrency, show)


def _calls(files: list[str], scenarios: str | None) -> Iterator[tuple[Scenario, Call]]:
    """The calls to score, each with its document."""
    if scenarios is None:
        if len(files) != 2:
            raise UsageError(_("give one document and one call"), hint=_("or CALLS.jsonl with --scenarios DIR"))
        yield load_scenario(files[0]), call_from_json(_call_file(files[1]), where=files[1])
        return
    if len(files) != 1:
        raise UsageError(_("give one file of calls"), hint="kefu score --scenarios DIR CALLS.jsonl --json")
    library = Library(scenarios)
    for number, record in json_lines(files[0]):
        where = f"{'stdin' if files[0] == '-' else files[0]}:{number}"
        yield library.find(document_of(record), where), call_from_json(record, where=where)


class Library:
    """The documents of a folder by name, each read once."""

    def __init__(self, folder: str) -> None:
        if not Path(folder).is_dir():
            raise NotFound(_("no such folder"), where=folder, hint=_("--scenarios takes a folder of documents"))
        self._folder = folder
        self._read: dict[str, Scenario] = {}

    def find(self, name: str, where: str) -> Scenario:
        """The scenario of that file name, with or without its ending. Raises :class:`NotFound`."""
        if name not in self._read:
            self._read[name] = load_scenario(self._path(name, where))
        return self._read[name]

    def _path(self, name: str, where: str) -> str:
        # a name from a call file is foreign: only its last part may choose a file, and only in the folder
        plain = Path(name).name
        if plain:
            for candidate in (plain, *(f"{plain}{suffix}" for suffix in SUFFIXES)):
                path = Path(self._folder, candidate)
                if path.suffix.lower() in SUFFIXES and path.is_file():
                    return str(path)
        raise NotFound(
            _("no scenario {name} in {folder}").format(name=repr(name), folder=self._folder),
            where=where,
            hint=_("scenario (or doc) names the document's file"),
        )


def document_of(record: Any) -> str:
    """The document that a call or a label names; empty where it names none."""
    if not isinstance(record, dict):
        return ""
    fields = cast("dict[str, Any]", record)
    name = fields.get("scenario", fields.get("doc"))
    return name if isinstance(name, str) else ""


def _call_file(path: str) -> Any:
    """One call: a JSON object, or a file of one line."""
    if not path.endswith(".jsonl"):
        return read_json(path)
    records = [record for _number, record in json_lines(path)]
    if len(records) != 1:
        raise InputError(
            _("calls in this file: {n}").format(n=len(records)),
            where=path,
            hint=_("score many with --scenarios DIR"),
        )
    return records[0]


def _print(card: dict[str, Any], document: Scenario, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(card, ensure_ascii=False))
    else:
        shown.scorecard(card, document)
