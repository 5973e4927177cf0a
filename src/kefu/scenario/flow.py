"""The caller's flow: rows to numbered steps, and the rows of a step to its lines.

Steps are whatever the author numbered at the outermost level, or the deeper
headings, or, where nothing is numbered, the outermost lines. Below a condition
that has no utterance of its own, what follows belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kefu.scenario.clause import clauses
from kefu.scenario.condition import begins_condition, customer_says, title_condition
from kefu.scenario.markdown import HEADING, NUMBER, Row, read_rows, says_something, take_number, without_markers
from kefu.scenario.model import Line, LineKind, Step
from kefu.scenario.quote import Quote, quotes
from kefu.scenario.said import is_sentence
from kefu.scenario.speech import Reading, names_a_group, quotes_speech, read_speech
from kefu.scenario.words import labels

__all__ = ["UNTITLED", "read_lines", "read_steps", "split_title"]

UNTITLED = "…"
"""How a step without a title is written."""
_TITLE_END = re.compile(r"[\s：:—\-–，,]+$")
_TAIL_START = re.compile(r"^[\s：:—\-–→>]+")
_SQUARE = re.compile(r"【([^【】]{1,100})】")
_PARENTHESES = re.compile(r"(?:[（(][^（）()]{1,200}[）)][ \t]*)+[：:]?")
_COLON = re.compile("[：:]")
_LONG_QUOTE = 12
_LONG_NUMBER = 6
_CHECKS = re.compile("确认|核实|核对|信息|画像")
"""What a title says that is about the customer and no case."""


_Begins = Callable[[Row, int], int | None]
"""From a row and the number of the step before it to the number of the step that it begins, if it begins one."""


@dataclass(slots=True, kw_only=True)
class _Start:
    """Where a step begins."""

    row: Row
    number: int
    rows: list[Row] = field(default_factory=list[Row])


def read_steps(rows: list[Row]) -> tuple[tuple[Step, ...], list[Row]]:
    """The steps of a flow, and the rows before the first of them that belong to none."""
    starts, before = _starts([_numbered(row) for row in rows])
    bare = not quotes_speech([row.text for start in starts for row in (start.row, *start.rows)])
    return tuple(_step(start, bare) for start in starts), before


def _numbered(row: Row) -> Row:
    """A line that is nothing but a number, 一、, begins a step without a title."""
    if row.mark or len(row.text) > _LONG_NUMBER or take_number(f"{row.text}{UNTITLED}")[1] != len(row.text):
        return row
    return read_rows(f"{row.text}{UNTITLED}")[0]._replace(
        line=row.line, indent=row.indent, gap=row.gap, source=row.source
    )


def _starts(rows: list[Row]) -> tuple[list[_Start], list[Row]]:
    begins = _beginnings(rows)
    starts: list[_Start] = []
    before: list[Row] = []
    for row in rows:
        number = begins(row, starts[-1].number if starts else 0)
        if number is not None:
            starts.append(_Start(row=row, number=number))
        elif starts:
            if row.mark != HEADING:
                starts[-1].rows.append(row)
        elif row.mark != HEADING:
            before.append(row)
    return starts, before


def _beginnings(rows: list[Row]) -> _Begins:
    """How to tell, in this flow, that a row begins a step."""
    headings = [row for row in rows if row.mark == HEADING]
    numbered_headings = [row for row in headings if take_number(row.text)[0]]
    numbered = [row for row in rows if row.mark == NUMBER]
    if numbered_headings or (headings and not numbered):
        level = min(row.number for row in (numbered_headings or headings))
        return lambda row, last: _of_heading(row, level, last) if row.mark == HEADING else None
    if numbered:
        first = min(numbered, key=lambda row: row.indent)
        return lambda row, last: row.number if _is_next(row, last, first) else None
    return _unnumbered(rows)


def _unnumbered(rows: list[Row]) -> _Begins:
    """Where nothing is numbered: the outermost lines that are titles, or bullets, or everything as one step."""
    edge = min((row.indent for row in rows), default=0)
    outer = [row for row in rows if row.indent == edge]
    titled = [row for row in outer if row.bold or (not quotes(row.text) and (row.mark or len(outer) < len(rows)))]
    if len(titled) < 2 and not (titled and len(outer) < len(rows)):
        titled = [row for row in outer if row.mark]
    chosen = {row.line for row in titled}
    if chosen:
        return lambda row, last: last + 1 if row.line in chosen else None
    return lambda row, last: 1 if not last else None


def _is_next(row: Row, last: int, first: Row) -> bool:
    """Whether a row is numbered as the first step is: at its level, or misplaced, but bold and with the next number."""
    if row.mark != NUMBER or row.style != first.style:
        return False
    misplaced = row.number == last + 1 and row.bold >= len(row.text) and row.indent <= first.indent + 5
    return row.indent <= first.indent + 1 or misplaced


def _of_heading(row: Row, level: int, last: int) -> int | None:
    if row.number > level:
        return None
    return take_number(row.text)[0] or last + 1


def _step(start: _Start, bare: bool) -> Step:
    title, rest = split_title(start.row, bare)
    rows = start.rows
    if title == UNTITLED:
        title = ""
    elif not title and not rest and rows and _is_title(rows[0], bare):
        title, rows = rows[0].text, rows[1:]
    if rest:
        rows = [start.row._replace(text=rest, mark="", bold=0, indent=start.row.indent + 1), *rows]
    lines = tuple(read_lines(rows, bare))
    condition = title_condition(title) or _case(title, bool(rest))
    return Step(number=start.number, title=title, lines=lines, condition=condition, line=start.row.line)


def _case(title: str, labels_speech: bool) -> str | None:
    """A title that is nothing but a case, 客户不同意时, or labels what is said in it: 客户嫌贵：“…”."""
    if not begins_condition(title) or (_CHECKS.search(title) is not None):
        return None
    return title if labels_speech or title.endswith(("时", "时候", "的话")) else None


def _is_title(row: Row, bare: bool) -> bool:
    """Whether the first line of a step without a title is its title: nothing to say, and no condition."""
    reading = read_speech(row.text, bare=bare)
    return reading.kind is LineKind.INSTRUCTION and reading.condition is None


def split_title(row: Row, bare: bool) -> tuple[str, str]:
    """The title of a step, and what stands behind it on the same line."""
    text = row.text[take_number(row.text)[1] :] if row.mark == HEADING else row.text
    found = quotes(text)
    if row.bold and row.bold < len(text):
        head, tail = text[: row.bold], text[row.bold :]
        aside = _PARENTHESES.match(tail.strip())
        if aside is not None:
            head += aside.group().rstrip("：: ")
            tail = tail.strip()[aside.end() :]
        tail = _TAIL_START.sub("", tail)
    elif row.bold and not (found and _says_behind(text, found)):
        head, tail = text, ""
    elif found and found[0].start == 0 and found[0].end >= len(text) - 1:
        return "", text
    elif found and (_TITLE_END.search(text[: found[0].start]) or found[-1].end >= len(text) - 1) and found[0].start:
        head, tail = text[: found[0].start], text[found[0].start :]
        if not _TITLE_END.search(head) and not _speaks(head, found[0].inner):
            head, tail = text, ""
    elif (square := _SQUARE.match(text)) is not None and square.end() < len(text):
        head, tail = text[: square.end()], _TAIL_START.sub("", text[square.end() :])
        if (aside := _PARENTHESES.fullmatch(tail)) is not None:
            head, tail = head + aside.group(), ""
    else:
        head, tail = _at_colon(text, bare)
    if not tail and found and _is_branch(text):
        return "", text
    title, rest = _title(head), without_markers(tail.strip())
    return title if says_something(title) else "", rest if says_something(rest) else ""


def _is_branch(text: str) -> bool:
    """Whether a title is a whole conditional line: 如果客户说“…”：“…”, or “…”（如客户嫌贵）."""
    reading = read_speech(text)
    return reading.kind is LineKind.BRANCH and bool(reading.utterances)


def _says_behind(text: str, found: list[Quote]) -> bool:
    """Whether a title that is bold to its end holds what is said: a sentence in quotes behind a colon."""
    head = text[: found[0].start]
    return (
        head.rstrip()[-1:] in ("：", ":")
        and found[-1].end >= len(text) - 1
        and not customer_says(head.rstrip("：: "), strictly=True)
        and is_sentence(found[0].inner)
    )


def _speaks(head: str, inner: str) -> bool:
    """Whether a quote that no colon parts from a title is said: it is long, or a sentence behind a bracket."""
    return len(inner) >= _LONG_QUOTE or (head.rstrip()[-1:] in "】）)]" and is_sentence(inner))


def _at_colon(text: str, bare: bool) -> tuple[str, str]:
    """``title: what is said`` on one line, where nothing is quoted or bold."""
    if bare and read_speech(text).kind is LineKind.UTTERANCE:
        return "", text
    colon = _COLON.search(text)
    if colon is None or not 0 < colon.start() <= 40:
        return text, ""
    tail = text[colon.end() :].strip()
    reading = read_speech(tail, bare=bare) if tail else None
    if reading is not None and reading.kind is LineKind.UTTERANCE:
        return text[: colon.start()], tail
    return text, ""


def _title(head: str) -> str:
    head = _TITLE_END.sub("", head.strip())
    square = _SQUARE.match(head)
    return square[1] + head[square.end() :] if square is not None else head


@dataclass(slots=True, kw_only=True)
class _Branch:
    """A line while its step is read; a condition collects what stands under it."""

    reading: Reading
    condition: str | None
    line: int
    indent: int
    texts: list[str]
    utterances: list[str]
    nested: bool
    waits: bool = False
    """Whether nothing is said under it so far, and its line says that something will be."""
    siblings: int = -1
    """The indent of what it was waiting for, where that is not nested in it."""

    def under(self, row: Row, reading: Reading) -> bool:
        """Whether a row stands under the condition: nested in it, what it was waiting for, or more of that."""
        if row.indent > self.indent:
            return True
        if reading.kind is not LineKind.UTTERANCE:
            return False
        return self.waits or (self.siblings == row.indent and not row.gap)

    def gather(self, row: Row, reading: Reading) -> None:
        """Take what is said under the condition; where it is more than what is said, it stands in the text as well."""
        if reading.utterances != (reading.text,):
            self.texts.append(reading.text)
        self.utterances += reading.utterances
        self.siblings = row.indent if self.waits and row.indent <= self.indent else -1
        self.waits = False

    def settled(self) -> Line:
        """The line; a condition under which nothing is said is an instruction."""
        kind = self.reading.kind
        if kind is LineKind.BRANCH and not self.utterances:
            kind = LineKind.INSTRUCTION
        elif self.nested and self.utterances:
            kind = LineKind.BRANCH
        return Line(
            kind=kind,
            text="\n".join(self.texts),
            condition=self.condition,
            utterances=tuple(self.utterances),
            line=self.line,
        )


def _by_clause(rows: list[Row]) -> Iterator[Row]:
    """The rows, those that speak to several kinds of customer cut into their clauses."""
    for row in rows:
        parts = clauses(row.text)
        if len(parts) == 1:
            yield row
        else:
            yield from (row._replace(text=part, bold=0) for part in parts)


def read_lines(rows: list[Row], bare: bool) -> list[Line]:
    """The lines of one step."""
    lines: list[_Branch] = []
    branches: list[_Branch] = []
    for row in rows if bare else _by_clause(rows):
        if row.text.strip("：: ") in labels().alternative or names_a_group(row.text) or not says_something(row.text):
            continue
        reading = read_speech(row.text, bare=bare)
        while branches and not branches[-1].under(row, reading):
            branches.pop()
        outer = branches[-1] if branches else None
        if outer is not None and reading.kind is LineKind.UTTERANCE:
            outer.gather(row, reading)
            continue
        condition = reading.condition
        if outer is not None:
            outer.waits = False
            condition = f"{outer.condition}，{condition}" if condition else outer.condition
        line = _Branch(
            reading=reading,
            condition=condition,
            line=row.line,
            indent=row.indent,
            texts=[reading.text],
            utterances=list(reading.utterances),
            nested=outer is not None,
            waits=reading.waits,
        )
        lines.append(line)
        if reading.kind is LineKind.BRANCH and condition:
            branches.append(line)
    return [line.settled() for line in lines]
