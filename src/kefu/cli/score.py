"""``kefu score``: one call shown as a card, or many as lines of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from kefu.call.wire import call_from_json
from kefu.cli import shown
from kefu.errors import InputError, NotFound, UsageError
from kefu.files import SUFFIXES, json_lines, load_scenario, read_json
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario

__all__ = ["score"]


def score(
    files: Annotated[list[str], typer.Argument(metavar="DOC CALL.json | CALLS.jsonl", help=_("A document and a call; or, with --scenarios, calls."))],
    scenarios: Annotated[str | None, typer.Option(metavar="DIR", help=_("The folder that holds the calls' documents."))] = None,
    judge: Annotated[str, typer.Option(metavar="JUDGE", help=_("Who judges: rules."))] = "rules",
    as_json: Annotated[bool, typer.Option("--json", help=_("One scorecard per line."))] = False,
) -> None:
    """Score one call by its document, or every call of a file by the documents of a folder."""
    if judge != "rules":
        raise UsageError(f"no judge is called {judge!r}", where="--judge", hint="choose rules")
    if scenarios is None:
        if len(files) != 2:
            raise UsageError("give one document and one call", hint="or CALLS.jsonl with --scenarios DIR")
        scenario = load_scenario(files[0])
        _one(scenario, _call_file(files[1]), files[1], as_json=as_json)
        return
    if len(files) != 1:
        raise UsageError("give one file of calls with --scenarios", hint="kefu score --scenarios DIR CALLS.jsonl")
    library = Library(scenarios)
    for number, record in json_lines(files[0]):
        where = f"{files[0]}:{number}"
        name = cast("dict[str, Any]", record).get("scenario", cast("dict[str, Any]", record).get("doc")) if isinstance(record, dict) else None
        _one(library.find(str(name or ""), where), record, where, as_json=as_json)


class Library:
    """The documents of a folder by name, each read once. Raises :class:`NotFound` for a name it has not."""

    def __init__(self, folder: str) -> None:
        if not Path(folder).is_dir():
            raise NotFound("no such folder", where=folder, hint="--scenarios takes a folder of documents")
        self._folder = folder
        self._read: dict[str, Scenario] = {}

    def find(self, name: str, where: str) -> Scenario:
        """The scenario of that file name, with or without its ending."""
        if name not in self._read:
            self._read[name] = load_scenario(self._path(name, where))
        return self._read[name]

    def _path(self, name: str, where: str) -> str:
        # a name from a call file is foreign: only its last part may choose a file, and only in the folder
        plain = Path(name).name
        if plain:
            for candidate in (plain, *(f"{plain}{suffix}" for suffix in SUFFIXES)):
                path = Path(self._folder, candidate)
                if path.suffix in SUFFIXES and path.is_file():
                    return str(path)
        raise NotFound(f"no scenario {name!r} in {self._folder}", where=where, hint="name the document's file")


def _call_file(path: str) -> Any:
    """One call: a JSON object, or a file of one line."""
    if path.endswith(".jsonl"):
        records = [record for _number, record in json_lines(path)]
        if len(records) != 1:
            raise InputError(f"{len(records)} calls in this file", where=path, hint="use --scenarios DIR for many calls")
        return records[0]
    return read_json(path)


def _one(scenario: Scenario, record: Any, where: str, *, as_json: bool) -> None:
    from kefu.score import score_call, scorecard_to_json

    spoken = call_from_json(record, where=where)
    card = scorecard_to_json(score_call(scenario, spoken))
    if as_json:
        typer.echo(json.dumps(card, ensure_ascii=False))
    else:
        shown.scorecard(card)
