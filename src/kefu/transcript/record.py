"""JSON and JSON lines: our own calls, lists of messages, or a line a turn, under the names that exports use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from kefu.call.call import EndedBy, Ending
from kefu.call.turn import Speaker
from kefu.call.wire import call_from_json
from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.transcript.label import Label, Sides, column_of, label_of
from kefu.transcript.model import Notes, Recorded, cut, recorded
from kefu.transcript.written import read_written

__all__ = ["comes_again", "read_records", "said_of"]

_OTHER = {EndedBy.CALLER: EndedBy.CUSTOMER, EndedBy.CUSTOMER: EndedBy.CALLER}
_MOST_DEEP = 4
_MOST_SAID = 200
Said = list[tuple[Speaker, str]]


def read_records(records: Iterable[tuple[int, object]], sides: Sides, notes: Notes) -> list[Recorded]:
    """The calls of values, each with its line: a call a value, or a turn a value with the id of its call."""
    calls: list[Recorded] = []
    single: list[tuple[int, Mapping[str, Any]]] = []
    for line, value in records:
        if _is_turn(_fields(value)):
            single.append((line, _fields(value)))
        else:
            calls += _calls(value, line, sides, notes)
    turns: dict[str, tuple[int, Said]] = {}
    numbered = comes_again(_name(fields) for _line, fields in single)
    for line, fields in single:
        name = _name(fields) if numbered or _value(fields, "call") is not None else ""
        _start, said = turns.setdefault(name, (line, []))
        said += said_of([fields], line, sides, notes)
    for name, (line, said) in turns.items():
        call = recorded(name, line, said, notes)
        calls += [call] if call else []
    return calls


def comes_again(names: Iterable[str]) -> bool:
    """Whether names are those of calls: numbers of rows are all different."""
    seen = list(names)
    return len(set(seen)) < len(seen)


def said_of(messages: Iterable[object], line: int, sides: Sides, notes: Notes) -> Said:
    """What a list of messages says."""
    said: Said = []
    for number, message in enumerate(messages):
        where = _("message {number}").format(number=number + 1)
        if isinstance(message, str):
            found = read_written(message, sides, notes, first_line=line)
            said += [(turn.speaker, turn.text) for call in found for turn in call.turns]
            continue
        fields = _fields(message)
        label, text = _label(fields), _text(fields)
        if label is None:
            given = notes.words(repr(_value(fields, "speaker")))
            notes.lost("no_speaker", line, _("{where}: no known speaker: {given}").format(where=where, given=given))
        elif label is Label.NEITHER:
            notes.lost("no_party", line, _("{where}: said by no party").format(where=where))
        elif not text.strip():
            notes.lost("empty_turn", line, _("{where}: nothing said").format(where=where))
        else:
            said.append((sides.speaker(label), cut(text.strip(), line, notes)))
    return said


def _calls(value: object, line: int, sides: Sides, notes: Notes, deep: int = 0) -> list[Recorded]:
    """The calls that one value holds."""
    if isinstance(value, str):
        return read_written(value, sides, notes, first_line=line)
    if isinstance(value, list):
        entries = cast("list[object]", value)
        if entries and all(_is_turn(_fields(entry)) or isinstance(entry, str) for entry in entries):
            call = recorded("", line, said_of(entries, line, sides, notes), notes)
            return [call] if call else []
        if deep < _MOST_DEEP:
            return [call for entry in entries for call in _calls(entry, line, sides, notes, deep + 1)]
    fields = _fields(cast("object", value))
    whole = _whole(fields)
    if whole is None and fields and deep < _MOST_DEEP:
        inner = [cast("object", each) for each in fields.values() if _holds_call(each, deep + 1)]
        if inner:
            return [call for each in inner for call in _calls(each, line, sides, notes, deep + 1)]
    if whole is None:
        notes.lost("no_call", line, _("neither turns nor messages in it"))
        return []
    said = said_of(whole, line, sides, notes)
    ending = _ending(fields, notes, line) if said else None
    if ending is not None and sides.swapped and ending.by in _OTHER:
        ending = replace(ending, by=_OTHER[ending.by])
    call = recorded(_name(fields), line, said, notes, ending)
    return [call] if call else []


def _holds_call(value: object, deep: int) -> bool:
    """Whether there are calls in a part of an object: what is told of them beside them holds none."""
    if deep > _MOST_DEEP or not isinstance(value, list | dict):
        return False
    fields = _fields(cast("object", value))
    if _is_turn(fields) or _whole(fields) is not None:
        return True
    parts = fields.values() if fields else cast("list[object]", value)
    return any(_holds_call(part, deep + 1) for part in parts)


def _whole(fields: Mapping[str, Any]) -> list[object] | None:
    """The list of messages in an object; a text that holds the whole talk is a list of one."""
    for name, value in fields.items():
        if column_of(name) in ("whole", "text") and isinstance(value, list):
            return cast("list[object]", value)
    for name, value in fields.items():
        if column_of(name) in ("whole", "text") and isinstance(value, str) and value.strip():
            return [value]
    return None


def _ending(fields: Mapping[str, Any], notes: Notes, line: int) -> Ending | None:
    if not isinstance(fields.get("ending"), dict):
        return None
    probe = {"scenario": "-", "turns": [{"speaker": "caller", "text": "-"}], "ending": fields["ending"]}
    try:
        return call_from_json(probe).ending
    except InputError as wrong:
        notes.said("ending", line, notes.words(wrong.message, _MOST_SAID))
        return None


def _is_turn(fields: Mapping[str, Any]) -> bool:
    return _value(fields, "speaker") is not None and isinstance(_value(fields, "text"), str | list)


def _label(fields: Mapping[str, Any]) -> Label | None:
    value = _value(fields, "speaker")
    return label_of(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _text(fields: Mapping[str, Any]) -> str:
    value = _value(fields, "text")
    if isinstance(value, list):  # parts, as some models' messages have them
        parts = (_fields(part).get("text") for part in cast("list[object]", value))
        return "".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _value(fields: Mapping[str, Any], column: str) -> Any:
    return next((value for name, value in fields.items() if column_of(name) == column), None)


def _name(fields: Mapping[str, Any]) -> str:
    value = next((each for each in (_value(fields, "call"), _value(fields, "id")) if each is not None), None)
    return str(value)[:80] if isinstance(value, str | int) else ""


def _fields(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
