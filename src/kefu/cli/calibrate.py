"""``kefu calibrate``: how far a judge agrees with the labels of people."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kefu.cli.score import Library, document_of
from kefu.errors import InputError, UsageError
from kefu.files import json_lines
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario

__all__ = ["calibrate"]


def calibrate(
    gold: Annotated[list[str], typer.Argument(metavar="GOLD.jsonl", help=_("Labelled calls or utterances."))],
    scenarios: Annotated[
        str, typer.Option(metavar="DIR", help=_("The folder that holds the documents of the labels."))
    ],
    judge: Annotated[str, typer.Option(metavar="JUDGE", help=_("Who judges: rules."))] = "rules",
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object."))] = False,
) -> None:
    """Judge every labelled call again and compare, label by label, with intervals by document."""
    from kefu.score.calibrate import agreement_table, agreement_to_json
    from kefu.score.calibrate import calibrate as compare
    from kefu.score.labelled import LabelledCall, LabelledUtterance, labelled_from_json
    from kefu.score.score import score_call

    if judge != "rules":
        raise UsageError(
            _("no judge is called {name}").format(name=repr(judge)), where="--judge", hint=_("choose rules")
        )
    library = Library(scenarios)
    lines: list[LabelledCall | LabelledUtterance] = []
    documents: dict[str, Scenario] = {}
    for path in gold:
        for number, record in json_lines(path):
            where = f"{path}:{number}"
            for line in labelled_from_json(record, where=where):
                documents.setdefault(line.doc, library.find(document_of(record), where))
                lines.append(line)
    if not lines:
        raise InputError(_("no labelled line"), where=", ".join(gold), hint=_("give calls with turns, or acts and faq"))
    agreed = compare(lines, documents, score_call)
    typer.echo(json.dumps(agreement_to_json(agreed), ensure_ascii=False) if as_json else agreement_table(agreed))
