"""Rows to sections: which half and which section of a scenario each row belongs to.

A heading is known by the part before its parentheses. Deeper headings belong to
the section they stand in (steps, groups). Where a text has lost its heading
marks, known names that stand alone on a line are headings. What is under no
known heading is kept, verbatim, under the heading it stands under.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from kefu.scenario.markdown import BULLET, HEADING, NUMBER, Row, says_something, take_number, without_markers
from kefu.scenario.words import load, name_of

__all__ = ["CALLER", "CUSTOMER", "PREAMBLE", "Outline", "Section", "outline_of"]

CALLER = "caller"
CUSTOMER = "customer"
OTHER = "other"
PREAMBLE = "前言"
"""The name under which text before every heading is kept."""


_SIDES = (CALLER, CUSTOMER)
_DRESS = "【】[]=—–-~～*·•★☆▲△▼ \u3000"
"""What an author puts around a heading that has no marks."""
_SIGNS = frozenset("■◆●▶➤□◇◎※▪")
"""Bullets that authors set before a heading."""
_INDENT = 3
_LONG_NAME = 20


@dataclass(slots=True, kw_only=True)
class Section:
    """The rows under one known heading."""

    half: str
    kind: str
    title: str
    line: int
    level: int
    rows: list[Row] = field(default_factory=list[Row])


@dataclass(slots=True, kw_only=True)
class Outline:
    """A document cut into its sections, in the order of the text."""

    title: str = ""
    halves: dict[str, int] = field(default_factory=dict[str, int])
    """The line of the heading of each half, 0 where only its sections tell of it."""
    sections: list[Section] = field(default_factory=list[Section])
    other: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])


class _Names(NamedTuple):
    halves: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]
    contains: Mapping[str, tuple[tuple[str, str], ...]]
    endings: tuple[str, ...]
    never_plain: frozenset[str]


@cache
def _names() -> _Names:
    words = load("words.toml")
    halves = {name_of(name): half for half in (CALLER, CUSTOMER, OTHER) for name in words["halves"][half]}
    sections = {
        half: {name_of(name): kind for kind, names in words["sections"][half].items() for name in names}
        for half in (CALLER, CUSTOMER)
    }
    contains = {half: tuple((part, kind) for part, kind in words["contains"][half]) for half in (CALLER, CUSTOMER)}
    never = frozenset(name_of(name) for name in words["plain"]["never"])
    return _Names(halves, sections, contains, tuple(words["halves"]["endings"]), never)


def outline_of(rows: list[Row]) -> Outline:
    """Cut ``rows`` into the sections of a scenario."""
    return _Cutter(rows).cut()


@lru_cache(maxsize=1024)
def _half(name: str) -> str:
    """The half that a heading of this name opens, or nothing."""
    names = _names()
    if name in names.halves:
        return names.halves[name]
    for ending in names.endings:
        if name.endswith(ending) and name[: -len(ending)] in names.halves:
            return names.halves[name[: -len(ending)]]
    return ""


@lru_cache(maxsize=2048)
def _kind(name: str, half: str, *, loosely: bool) -> str:
    """The section of ``half`` that a heading of this name opens, or nothing."""
    names = _names()
    found = names.sections[half].get(name, "")
    if not found and loosely and len(name) <= 24:
        found = next((kind for part, kind in names.contains[half] if part in name), "")
    return found


class _Cutter:
    """The state of one pass over the rows."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.out = Outline()
        self.half = ""
        self.half_level = 0
        self.seen: set[str] = set()
        self.half_title = PREAMBLE
        self.section: Section | None = None
        self.unknown: list[Row] | None = None
        self.unknown_level = 0
        headings = [row for row in rows if row.mark == HEADING]
        self.title_line = _title_line(headings)
        found = [_half(name_of(row.text)) for row in headings]
        self.marked_halves = {half for half in found if half}
        self.plain_halves = not self.marked_halves
        self.at = 0
        self.bulleted = False
        """Whether the halves are headed by bullets, so that bullets may head sections as well."""
        self.inline = False
        """Whether the open section's heading and text stand on one line."""
        self.dress: tuple[str, str, int, bool, bool] | None = None
        self.opened: set[tuple[str, str]] = set()
        """The half and kind of every section so far."""
        self.plain_sections = not any(
            not half and any(_kind(name_of(_clean(row.text)), side, loosely=True) for side in (CALLER, CUSTOMER))
            for row, half in zip(headings, found, strict=True)
            if row.line != self.title_line
        )
        self.sure = _named_surely(rows) if self.plain_sections else frozenset[str]()

    def cut(self) -> Outline:
        for at, row in enumerate(self.rows):
            self.at = at
            if row.mark == HEADING:
                self.heading(row, row.number, row.text)
            elif (self.plain_halves or self.plain_sections) and self.half != OTHER and self.plain(row):
                continue
            else:
                self.put(row)
        return self.out

    def put(self, row: Row) -> None:
        if self.unknown is not None:
            self.unknown.append(self.nested(row) if row.mark == HEADING else row)
        elif self.section is not None:
            self.section.rows.append(row)
        else:
            self.keep(self.half_title, self.half_level)
            self.put(row)

    def nested(self, row: Row) -> Row:
        """A heading inside an unknown section, as deep below its own heading as the author put it."""
        level = min(6, max(4, 3 + row.number - self.unknown_level))
        return row._replace(source=f"{'#' * level} {row.text}")

    def keep(self, title: str, level: int) -> None:
        self.section = None
        self.unknown = self.out.other.setdefault(title, [])
        self.unknown_level = level

    def heading(self, row: Row, level: int, text: str) -> None:
        """What a heading does: open a half, open a section, belong to the open section, or begin something unknown."""
        if row.line == self.title_line:
            self.out.title = text
            return
        if self.half == OTHER and level > self.half_level:
            if self.unknown is None or level <= self.unknown_level:
                self.keep(text, level)
            else:
                self.put(row)
            return
        name = name_of(_clean(text))
        half = _half(name)
        if half and not (self.section is not None and level > self.section.level):
            self.open_half(half, level, text, row.line)
            return
        if self.belongs(row, level, name):
            self.put(row)
            return
        numbered = take_number(text)[0] > 0
        kind = self.kind_here(name, inside=self.section is not None and (level > self.section.level or numbered))
        if kind:
            self.open_section(kind, level, text, row.line)
        elif self.unknown is not None and self.unknown_level and level > self.unknown_level:
            self.put(row)
        else:
            self.keep(text, level)

    def belongs(self, row: Row, level: int, name: str) -> bool:
        """Whether a heading is part of the open section rather than the beginning of another one."""
        section = self.section
        if section is None:
            return False
        exact = self.kind_here(name, inside=True)
        deeper = level > section.level
        if section.kind == "steps" and take_number(row.text)[0] > 0:
            one_of_many = level == section.level and not take_number(section.title)[0]
            return deeper or (one_of_many and (not exact or self.is_next_step(row)))
        if not deeper:
            return False
        return not exact or exact == section.kind or section.kind == "ending"

    def is_next_step(self, row: Row) -> bool:
        """Whether a numbered heading goes on counting the steps that stand as headings in the open section."""
        section = self.section
        last = next((r for r in reversed(section.rows) if r.mark == HEADING), None) if section is not None else None
        return (
            last is not None and last.number == row.number and take_number(last.text)[0] + 1 == take_number(row.text)[0]
        )

    def kind_here(self, name: str, *, inside: bool) -> str:
        """The kind of section that ``name`` opens; inside another section only a whole name counts."""
        sides = (self.half,) if self.half in (CALLER, CUSTOMER) else (CALLER, CUSTOMER)
        for side in sides:
            kind = _kind(name, side, loosely=not inside)
            if kind:
                return kind
        other = CUSTOMER if self.half == CALLER else CALLER
        if self.half and other not in self.marked_halves and other not in self.sure:
            return _kind(name, other, loosely=False)
        return ""

    def open_half(self, half: str, level: int, text: str, line: int) -> None:
        self.half, self.half_level = half, level
        self.section = None
        if half == OTHER:
            self.unknown, self.unknown_level = None, level
            return
        self.out.halves[half] = self.out.halves.get(half) or line
        self.unknown = None
        self.half_title = text

    def open_section(self, kind: str, level: int, text: str, line: int) -> None:
        half = self.side_of(kind, name_of(_clean(text)))
        self.half = half
        self.out.halves.setdefault(half, 0)
        self.unknown = None
        if half == CALLER:
            self.seen.add(kind)
        self.opened.add((half, kind))
        self.inline = False
        self.section = Section(half=half, kind=kind, title=text, line=line, level=level)
        self.out.sections.append(self.section)

    def side_of(self, kind: str, name: str) -> str:
        """The half that a section belongs to; where halves have no headings, the sections themselves tell."""
        of = _names().sections
        fits = [half for half in (CALLER, CUSTOMER) if kind in of[half].values()]
        if self.half in fits:
            seen = self.seen
            again = kind == "role" and "role" in seen and self.half == CALLER and CUSTOMER not in self.marked_halves
            return CUSTOMER if again and len(seen) > 1 else self.half
        return fits[0] if fits else CALLER

    def plain(self, row: Row) -> bool:
        """Read a line as a heading that has lost its marks; False where it is none."""
        if row.mark == BULLET:
            if not (self.bulleted or row.source.strip()[0] in _SIGNS or _half(name_of(row.text))):
                return False
        elif row.indent > _INDENT + (row.source[:1] == "\u3000"):
            return False
        text = row.text.strip(_DRESS)
        name = name_of(_clean(text)) if len(text) <= 60 else ""
        if not name or len(name) > 20:
            return self.plain_with_text(row)
        common = name in _names().never_plain
        half = _half(name)
        if half:
            if not self.plain_halves or (common and not self.heads_a_half(half)):
                return False
            self.open_half(half, 2, text, row.line)
            self.bulleted = row.mark == BULLET
            return True
        if not self.plain_sections or self.ends_again(name):
            return False
        kind = self.kind_here(name, inside=True)
        if not kind:
            return self.plain_with_text(row)
        if common and not self.heads_a_section(row, kind):
            return False
        if (
            row.mark == NUMBER
            and row.style != "一"
            and self.in_steps()
            and kind in ("opening", "ending", "task", "profile")
        ):
            return False  # a step of that name
        self.open_section(kind, 3, text, row.line)
        self.dress = _dress(row)
        return True

    def ends_again(self, name: str) -> bool:
        """Whether a name only repeats that the open section is about the end."""
        ending = self.section is not None and self.section.kind == "ending"
        return ending and _kind(name, CALLER, loosely=False) == "ending"

    def heads_a_half(self, half: str) -> bool:
        """Whether a common word, 客户 or 坐席, heads a half: a section's heading follows, and the half is new."""
        return not self.out.halves.get(half) and bool(self.next_kind())

    def heads_a_section(self, row: Row, kind: str) -> bool:
        """Whether a common word, 任务 or 流程, heads a section: no surer name does, and it looks as the others do."""
        if (self.side_of(kind, ""), kind) in self.opened:
            return False
        if kind in self.sure and not (kind == "ending" and (self.next_kind() == kind or not self.in_steps())):
            return False
        return not self.in_steps() or _dress(row) == self.dress

    def next_kind(self) -> str:
        """The kind of section that the next row names, if it names one."""
        if self.at + 1 >= len(self.rows):
            return ""
        name = name_of(_clean(self.rows[self.at + 1].text.strip(_DRESS)))
        kinds = (_kind(name, side, loosely=False) for side in _SIDES) if name and len(name) <= _LONG_NAME else ()
        return next((kind for kind in kinds if kind), "")

    def in_steps(self) -> bool:
        return self.section is not None and self.section.kind == "steps"

    def plain_with_text(self, row: Row) -> bool:
        """Read ``name: text`` on one line as a heading and what stands under it; False where it is none."""
        head, colon, rest = row.text.replace(":", "：", 1).partition("：")
        name = name_of(_clean(head))
        rest = without_markers(rest.strip())
        if not colon or not says_something(rest) or not self.plain_sections or not name or len(name) > 20:
            return False
        common = name in _names().never_plain
        kind = self.kind_here(name, inside=True) if not common or self.goes_on_inline() else ""
        if common and kind and (kind in self.sure or (self.side_of(kind, ""), kind) in self.opened):
            return False
        within = self.section.kind if self.section is not None else ""
        if not kind or kind == within or (self.in_steps() and (not row.gap or row.mark == NUMBER)):
            return False
        self.open_section(kind, 3, head, row.line)
        self.put(row._replace(text=rest, mark="", number=0, bold=0))
        self.inline = True
        return True

    def goes_on_inline(self) -> bool:
        """Whether the line before was a heading and its text, as 角色：… is: then 任务：… is one too."""
        return self.inline and self.section is not None and len(self.section.rows) == 1


def _title_line(headings: list[Row]) -> int:
    """The line of the heading that is the document's title: the only one of the first level, before all others."""
    if not headings or headings[0].number != 1 or any(row.number == 1 for row in headings[1:]):
        return 0
    name = name_of(_clean(headings[0].text))
    known = _half(name) or any(_kind(name, side, loosely=False) for side in (CALLER, CUSTOMER))
    return 0 if known else headings[0].line


def _dress(row: Row) -> tuple[str, str, int, bool, bool]:
    """How a heading without marks is set off: its number, indent, brackets and bold."""
    return row.mark, row.style, row.indent, row.text[0] in _DRESS, row.bold > 0


def _named_surely(rows: list[Row]) -> frozenset[str]:
    """The halves and kinds of sections that lines without marks name by words which are no common ones."""
    names = _names()
    found: set[str] = set()
    for row in rows:
        name = name_of(_clean(row.text.replace(":", "：").partition("：")[0].strip(_DRESS)[:40]))
        if name and len(name) <= _LONG_NAME and name not in names.never_plain:
            found.update(part for part in (_half(name), *(_kind(name, side, loosely=False) for side in _SIDES)) if part)
    return frozenset(found)


def _clean(text: str) -> str:
    """``text`` without a leading number."""
    return text[take_number(text)[1] :] if text else text
