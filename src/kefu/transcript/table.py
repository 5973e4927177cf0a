"""Tables: a row a turn with the id of its call, a row an exchange with a column for each side, or a row a call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import cast

from kefu.call.turn import Speaker
from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.transcript.label import Label, Sides, column_of, label_of
from kefu.transcript.model import Notes, Recorded, cut, recorded
from kefu.transcript.record import comes_again, read_records
from kefu.transcript.written import read_written

__all__ = ["looks_like_table", "read_table"]

_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 500
_MOST_NAMED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where the columns are; -1 for one that is not there."""

    call: int
    id: int
    speaker: int
    text: int
    whole: int
    agent: int
    customer: int


@dataclass(slots=True)
class _Talk:
    line: int
    said: list[tuple[Speaker, str]] = field(default_factory=list[tuple[Speaker, str]])


def looks_like_table(text: str) -> bool:
    """Whether the first row names columns that calls have."""
    head = text.lstrip("\r\n").partition("\n")[0].strip()
    if not head or not any(mark in head for mark in _DELIMITERS):
        return False
    return _is_readable(_columns([cell.strip() for cell in head.split(_delimiter(head))]))


def read_table(text: str, sides: Sides, notes: Notes) -> list[Recorded]:
    """The calls of a table. Raises :class:`InputError` where no column holds what was said."""
    import csv

    blank = len(text) - len(text.lstrip("\r\n"))
    skipped = text[:blank].count("\n")
    rows = csv.reader(StringIO(text[blank:], newline=""), delimiter=_delimiter(text.lstrip().partition("\n")[0]))
    numbered = _numbered(rows, skipped)
    heads = [cell.strip() for cell in next(numbered, (1, list[str]()))[1]][:_MOST_COLUMNS]
    columns = _columns(heads)
    if not _is_readable(columns):
        names = notes.words(", ".join(heads), _MOST_NAMED)
        raise InputError(
            _("no column for what was said, or none for who said it: {names}").format(names=names),
            hint=_("name the columns {example}").format(example="通话编号, 角色, 内容"),
        )
    return _read(numbered, columns, sides, notes)


def _numbered(rows: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line on which it begins. Raises :class:`InputError` for one that cannot be read."""
    import csv

    line = 1 + skipped
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as broken:
            where = _("line {number}").format(number=line)
            if "limit" not in str(broken):
                raise InputError(_("not CSV: {problem}").format(problem=broken), where=where) from None
            raise InputError(
                _("a cell of more than {n} characters").format(n=csv.field_size_limit()),
                where=where,
                hint=_("shorten it, or close the quotation mark that was left open"),
            ) from None
        yield line, row
        line = cast("int", rows.line_num) + 1 + skipped  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] -- a reader of csv has it


def _read(rows: Iterator[tuple[int, list[str]]], columns: _Columns, sides: Sides, notes: Notes) -> list[Recorded]:
    talks: dict[str, _Talk] = {}
    calls: list[Recorded] = []
    name = ""
    columns, table = _by_number(columns, list(rows))
    for line, row in table:
        if not any(cell.strip() for cell in row):
            continue
        name = _cell(row, columns.call).strip()[:80] or (name if columns.speaker >= 0 else "")
        if columns.whole >= 0:
            calls += _whole(name, line, _cell(row, columns.whole), sides, notes)
            continue
        said = list(_said(row, line, columns, sides, notes))
        if said:
            talks.setdefault(name, _Talk(line)).said += said
    for name, talk in talks.items():
        call = recorded(name, talk.line, talk.said, notes)
        calls += [call] if call else []
    return calls


def _by_number(columns: _Columns, rows: list[tuple[int, list[str]]]) -> tuple[_Columns, list[tuple[int, list[str]]]]:
    """With a column 编号 that is the call's, where there is no better one: of rows it is where none comes again."""
    numbered = columns.whole >= 0 or comes_again(_cell(row, columns.id) for _line, row in rows)
    return replace(columns, call=columns.id) if columns.call < 0 <= columns.id and numbered else columns, rows


def _said(
    row: Sequence[str], line: int, columns: _Columns, sides: Sides, notes: Notes
) -> Iterator[tuple[Speaker, str]]:
    if columns.speaker < 0:
        for place, label in sorted([(columns.agent, Label.AGENT), (columns.customer, Label.CUSTOMER)]):
            text = _cell(row, place).strip()
            if text:
                yield sides.speaker(label), cut(text, line, notes)
        return
    word, text = _cell(row, columns.speaker), _cell(row, columns.text).strip()
    label = label_of(word)
    if label is None:
        notes.lost("no_speaker", line, _("no known speaker: {given}").format(given=repr(notes.words(word))))
    elif label is Label.NEITHER:
        notes.lost("no_party", line, _("said by no party: {text}").format(text=notes.words(text)))
    elif not text:
        notes.lost("empty_turn", line, _("a label, and nothing said after it"))
    else:
        yield sides.speaker(label), cut(text, line, notes)


def _whole(name: str, line: int, cell: str, sides: Sides, notes: Notes) -> list[Recorded]:
    """A whole call in one cell: text with labels, or JSON."""
    if cell.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(cell)
        except (ValueError, RecursionError):
            value = None
        if value is not None:
            return [_renamed(call, name) for call in read_records([(line, value)], sides, notes)]
    found = read_written(cell, sides, notes, first_line=line)
    if not found:
        notes.lost("no_call", line, _("no turns in this row"))
    return [_renamed(call, name) for call in found]


def _renamed(call: Recorded, name: str) -> Recorded:
    return Recorded(name=name or call.name, line=call.line, turns=call.turns, ending=call.ending)


def _columns(heads: Sequence[str]) -> _Columns:
    kinds = [column_of(head) for head in heads]
    labels = [label_of(head) if not kind else None for head, kind in zip(heads, kinds, strict=True)]

    def place(kind: str) -> int:
        return kinds.index(kind) if kind in kinds else -1

    speaker, text, whole = place("speaker"), place("text"), place("whole")
    agent = labels.index(Label.AGENT) if Label.AGENT in labels else -1
    customer = labels.index(Label.CUSTOMER) if Label.CUSTOMER in labels else -1
    if speaker >= 0 and text < 0:
        text, whole = whole, -1  # 对话内容 beside 角色 is one turn
    elif speaker < 0 and whole < 0 and min(agent, customer) < 0:
        text, whole = -1, text
    elif speaker >= 0 and text >= 0:
        whole = -1
    return _Columns(
        call=place("call"), id=place("id"), speaker=speaker, text=text, whole=whole, agent=agent, customer=customer
    )


def _is_readable(columns: _Columns) -> bool:
    turns = columns.speaker >= 0 and columns.text >= 0
    sides = columns.speaker < 0 and min(columns.agent, columns.customer) >= 0
    return turns or sides or columns.whole >= 0


def _delimiter(head: str) -> str:
    bare = "".join(head.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if 0 <= place < len(row) else ""
