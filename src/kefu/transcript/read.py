"""An export becomes calls, whatever its form: JSON, JSON lines, a table or plain text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum

from kefu.errors import InputError
from kefu.foreign import of_json
from kefu.i18n import gettext as _
from kefu.transcript.label import Sides
from kefu.transcript.model import MAX_CALLS, Notes, Reading, Recorded
from kefu.transcript.record import read_records
from kefu.transcript.table import looks_like_table, read_table
from kefu.transcript.written import read_written

__all__ = ["Form", "form_of", "read_transcripts"]

_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "table", ".tsv": "table"}


class Form(StrEnum):
    """How an export is written."""

    JSON = "json"
    LINES = "jsonl"
    TABLE = "table"
    TEXT = "text"


def form_of(text: str, suffix: str = "") -> Form:
    """How a text is written, by the ending of its file and by its beginning."""
    if suffix.lower() in _SUFFIXES:
        return Form(_SUFFIXES[suffix.lower()])
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] == "{":
        return Form.LINES if start.partition("\n")[0].rstrip()[-1:] == "}" else Form.JSON
    if start[:2] == "[{" or (start[:1] == "[" and start[1:].lstrip()[:1] in ("{", "[")):
        return Form.JSON
    return Form.TABLE if looks_like_table(text) else Form.TEXT


def read_transcripts(text: str, *, suffix: str = "", swap: bool = False, veil: Callable[[str], str] = str) -> Reading:
    """The calls of an export; ``swap`` makes the customer the one who dialled.

    ``veil`` masks what notes and errors quote.

    Raises :class:`InputError` where it is not what its ending says, holds no call, or too many.
    """
    text = text.removeprefix("\ufeff").replace("\x00", "")
    sides, notes = Sides(swap=swap), Notes(veil)
    calls = [call for call in _read(text, form_of(text, suffix), sides, notes) if call.turns]
    if not calls:
        first = f"; {notes.kept[0].message}" if notes.kept else ""
        raise InputError(
            _("no call in it") + first,
            hint=_("write a line a turn, {example}, or see the how-to on real calls").format(example="坐席：… 客户：…"),
        )
    if len(calls) > MAX_CALLS:
        raise InputError(
            _("{n} calls; at most {most} are read at a time").format(n=len(calls), most=MAX_CALLS),
            hint=_("split the file"),
        )
    if sides.guessed:
        what = _("the labels do not say who is who: the first is taken for the caller; --swap if it is not")
        notes.said("sides_guessed", calls[0].line, what)
    return Reading(calls=tuple(calls), notes=tuple(notes.kept), left_out=notes.left_out)


def _read(text: str, form: Form, sides: Sides, notes: Notes) -> list[Recorded]:
    if form is Form.TABLE:
        return read_table(text, sides, notes)
    if form is Form.LINES:
        return read_records(_lines(text, notes), sides, notes)
    if form is Form.JSON:
        return read_records([(1, _value(text))], sides, notes)
    return read_written(text, sides, notes)


def _lines(text: str, notes: Notes) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as broken:
            notes.lost("not_json", number, _("not JSON: {problem}").format(problem=of_json(broken)))
        except (RecursionError, ValueError):
            notes.lost("not_json", number, _("JSON nested too deeply, or with an endless number"))


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as broken:
        what = _("not JSON: {problem}, line {line}, column {column}")
        raise InputError(what.format(problem=of_json(broken), line=broken.lineno, column=broken.colno)) from None
    except (RecursionError, ValueError):
        raise InputError(_("JSON nested too deeply, or with an endless number")) from None
