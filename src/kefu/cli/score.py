"""``kefu score``: one call shown as a card, or many as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kefu.bench.record import card_of
from kefu.call.call import Call
from kefu.call.wire import call_from_json
from kefu.cli import shown
from kefu.cli.judging import Concurrency, Judge
from kefu.errors import InputError, UsageError
from kefu.files import json_lines, line_of, load_scenario, read_json, stdin_once
from kefu.i18n import gettext as _
from kefu.judges import needs_model
from kefu.library import Library, document_of, is_about
from kefu.scenario.model import Scenario
from kefu.settings import Settings

if TYPE_CHECKING:
    from kefu.score import Scorecard

__all__ = ["score"]


def score(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="DOC CALL.json | CALLS.jsonl", help=_("A document and a call; or calls, with --scenarios.")
        ),
    ],
    scenarios: Annotated[
        str | None, typer.Option(metavar="DIR", help=_("The folder that holds the documents of the calls."))
    ] = None,
    judge: Judge = "rules",
    concurrency: Concurrency = 8,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per call."))] = False,
) -> None:
    """Score one call by its document, or every call of a file by the documents of a folder."""
    settings: Settings = context.obj
    by_model = needs_model(judge, settings)
    calls = _calls(files, scenarios)
    if not by_model:
        for document, spoken in calls:
            _print(card_of(document, spoken), document, as_json=as_json)
        return
    from kefu.cli.judged import each_judged

    def show(document: Scenario, _spoken: Call, card: Scorecard) -> None:
        from kefu.score import scorecard_to_json

        _print(scorecard_to_json(card), document, as_json=as_json)

    each_judged(calls, judge, concurrency, show, settings)


def _calls(files: list[str], scenarios: str | None) -> Iterator[tuple[Scenario, Call]]:
    """The calls to score, each with its document."""
    if scenarios is None:
        if len(files) != 2:
            raise UsageError(_("give one document and one call"), hint=_("or CALLS.jsonl with --scenarios DIR"))
        yield _pair(*files)
        return
    if len(files) != 1:
        raise UsageError(
            _("give one file of calls"),
            hint=_("write {example}").format(example="kefu score --scenarios DIR CALLS.jsonl --json"),
        )
    library = Library(scenarios)
    for number, record in json_lines(files[0]):
        where = line_of(files[0], number)
        yield library.find(document_of(record), where), call_from_json(record, where=where)


def _pair(document: str, call: str) -> tuple[Scenario, Call]:
    stdin_once([document, call])
    scenario = load_scenario(document)
    spoken = call_from_json(_call_file(call), where=call)
    if not is_about(spoken.scenario, scenario, document):
        what = _("{call} names the scenario {name}; it is scored by {document} all the same")
        shown.warning(what.format(call=call, name=repr(spoken.scenario), document=document))
    return scenario, spoken


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
