"""``kefu understand``: what a customer's utterances do, and which fact they ask for."""

from __future__ import annotations

import json
from typing import Annotated, Any, cast

import typer

from kefu.errors import InputError
from kefu.files import line_of, load_scenario, stdin_once, text_lines
from kefu.i18n import gettext as _

__all__ = ["understand"]


def understand(
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="DOC", help=_("The document whose knowledge base is asked."))
    ],
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per utterance."))] = False,
) -> None:
    """Read stdin: one utterance a line, or JSONL with ``caller`` and ``text``."""
    from kefu.scenario.understand import Understanding

    stdin_once([scenario, "-"])
    document = load_scenario(scenario)
    understanding = Understanding.of(document)
    for number, line in text_lines("-"):
        caller, text = _utterance(line, number)
        heard = understanding.hear(text, caller)
        if as_json:
            record = {"acts": [act.value for act in heard.acts], "fact": heard.fact, "score": round(heard.score, 3)}
            typer.echo(json.dumps(record, ensure_ascii=False))
        else:
            asked = f"{heard.fact}. {document.caller.facts[heard.fact - 1].question}" if heard.fact else "–"
            typer.echo(f"{text}\n    {', '.join(heard.acts)}    {asked}    {heard.score:.2f}")


def _utterance(line: str, number: int) -> tuple[str, str]:
    if not line.startswith("{"):
        return "", line
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict):
        fields = cast("dict[str, Any]", record)
        caller, text = fields.get("caller") or "", fields.get("text")
        if isinstance(text, str) and isinstance(caller, str):
            return caller, text
    raise InputError(
        _("not an utterance"),
        where=line_of("-", number),
        hint=_("write {example} or plain text").format(example='{"caller": "…", "text": "…"}'),
    )
