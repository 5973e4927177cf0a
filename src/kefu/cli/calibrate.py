"""``kefu calibrate``: how far a judge agrees with the labels of people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from kefu.cli.judging import Concurrency, Judge
from kefu.errors import EndpointError, InputError
from kefu.files import json_lines, line_of, stdin_once
from kefu.i18n import gettext as _
from kefu.judges import needs_model
from kefu.library import Library, document_of
from kefu.scenario.model import Scenario
from kefu.settings import Settings

if TYPE_CHECKING:
    from kefu.score import Scorecard

__all__ = ["calibrate"]


def calibrate(
    context: typer.Context,
    gold: Annotated[list[str], typer.Argument(metavar="GOLD.jsonl", help=_("Labelled calls or utterances."))],
    scenarios: Annotated[
        str, typer.Option(metavar="DIR", help=_("The folder that holds the documents of the labels."))
    ],
    judge: Judge = "rules",
    concurrency: Concurrency = 8,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object."))] = False,
) -> None:
    """Judge every labelled call again and compare, label by label, with intervals by document."""
    from kefu.score.calibrate import agreement_table, agreement_to_json, compare
    from kefu.score.labelled import LabelledCall, LabelledUtterance, is_labelled, labelled_from_json
    from kefu.score.score import score_call

    settings: Settings = context.obj
    by_model = needs_model(judge, settings)
    stdin_once(gold)
    library = Library(scenarios)
    lines: list[LabelledCall | LabelledUtterance] = []
    documents: dict[str, Scenario] = {}
    for path in gold:
        for number, record in json_lines(path):
            where = line_of(path, number)
            for line in labelled_from_json(record, where=where):
                documents.setdefault(line.doc, library.find(document_of(record), where))
                lines.append(line)
    if not lines:
        raise InputError(_("no labelled line"), where=", ".join(gold), hint=_("give calls with turns, or acts and faq"))
    if not any(map(is_labelled, lines)):
        raise InputError(
            _("no label in these calls"),
            where=", ".join(gold),
            hint=_("give steps, violations, task_flow, interaction or acts; kefu score needs no labels"),
        )
    calls = [(documents[line.doc], line.call) for line in lines if isinstance(line, LabelledCall)]
    failed: EndpointError | None = None
    cards: list[Scorecard] = []
    if by_model:
        from kefu.cli.judged import each_judged

        try:
            each_judged(calls, judge, concurrency, lambda _document, _call, card: cards.append(card), settings)
        except EndpointError as broken:
            failed = broken  # what was judged is compared; what was not is counted as unscored
    else:
        cards = [score_call(document, spoken) for document, spoken in calls]
    agreed = compare(lines, cards, documents)
    typer.echo(json.dumps(agreement_to_json(agreed), ensure_ascii=False) if as_json else agreement_table(agreed))
    if failed is not None:
        raise failed
