"""Lists of plain text: rows to items, one for each bullet or line, with the group they stand in.

The customer's half is read here: what is known of the customer, concerns by
urgency, examples of style to avoid and to imitate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kefu.scenario.markdown import HEADING, Row, says_something, take_number, without_markers
from kefu.scenario.model import Concerns, Item
from kefu.scenario.quote import quotes, unquoted
from kefu.scenario.words import labels, name_of

__all__ = ["after_label", "is_alternative", "level_of", "read_concerns", "read_items", "read_style", "tells_the_reader"]

_PARENTHESES = re.compile(r"[（(][^（）()]{0,40}[）)]")
_WORD = re.compile(r"[^\W\d_]")
_LONG_LABEL = 30
_SHORT_LABEL = 12


def is_alternative(row: Row) -> bool:
    """Whether a line only joins two others, as 或 does."""
    return row.text.strip("：:，, ") in labels().alternative


def tells_the_reader(row: Row) -> bool:
    """Whether a line only tells the reader of the document what to do with the lines that follow."""
    return not row.mark and labels().reader.search(row.text) is not None


def names_the_next(rows: list[Row], at: int) -> bool:
    """Whether a row only names the group of the rows after it: a heading, or a label with nothing behind it."""
    row = rows[at]
    if row.mark == HEADING:
        return True
    follows = rows[at + 1] if at + 1 < len(rows) else None
    if follows is None or follows.mark == HEADING or _WORD.search(row.text) is None:
        return False
    nested = follows.indent > row.indent
    if nested and row.text[-1] in "：:" and row.bold >= len(row.text) - 1:
        return True
    if len(row.text) > _LONG_LABEL or quotes(row.text):
        return False
    if row.text[-1] in "：:":
        return (
            nested
            or not row.mark
            or (row.bold >= len(row.text) - 1 and not follows.bold)
            or bool(follows.mark and row.mark != follows.mark)
        )
    return row.bold >= len(row.text) and (nested or (bool(follows.mark) and not row.mark))


@dataclass(slots=True, kw_only=True)
class _Group:
    """A group that is open: its name, and where its items stand."""

    row: Row
    indent: int
    flat: bool
    used: bool = False

    def holds(self, row: Row) -> bool:
        return row.indent > self.indent or (self.flat and row.indent == self.indent)


def read_items(rows: list[Row], *, unquote: bool = False) -> tuple[Item, ...]:
    """One item for each bullet or line; a line that only names a group stands with its items instead."""
    items: list[Item] = []
    groups: list[_Group] = []
    for at, row in enumerate(rows):
        if is_alternative(row):
            continue
        names = names_the_next(rows, at)
        while groups and (
            row.mark == HEADING or not groups[-1].holds(row) or (names and groups[-1].indent >= row.indent)
        ):
            _close(groups.pop(), items)
        if names:
            heading = row.mark == HEADING
            flat = heading or rows[at + 1].indent <= row.indent
            groups.append(_Group(row=row, indent=-1 if heading else row.indent, flat=flat))
            continue
        under = ""
        if groups:
            groups[-1].used = True
            under = _name_of_group(groups[-1].row)
        items.append(Item(text=unquoted(row.text) if unquote else row.text, under=under, line=row.line))
    while groups:
        _close(groups.pop(), items)
    return tuple(items)


def _close(group: _Group, items: list[Item]) -> None:
    """A label under which nothing stands is an item of its own."""
    if not group.used and group.row.mark != HEADING:
        items.append(Item(text=group.row.text, line=group.row.line))


def _name_of_group(row: Row) -> str:
    text = row.text[take_number(row.text)[1] :] if row.mark == HEADING else row.text
    text = without_markers(text.rstrip("：: *").lstrip("* "))
    return text if says_something(text) else ""


@dataclass(slots=True, kw_only=True)
class _Levels:
    primary: list[Item] = field(default_factory=list[Item])
    secondary: list[Item] = field(default_factory=list[Item])
    latent: list[Item] = field(default_factory=list[Item])
    other: list[Item] = field(default_factory=list[Item])

    def named(self, name: str) -> list[Item]:
        return {"primary": self.primary, "secondary": self.secondary, "latent": self.latent}.get(name, self.other)


def read_concerns(rows: list[Row]) -> Concerns:
    """Concerns by urgency; a level written on one line is one item."""
    levels = _Levels()
    current, edge = "", 0
    for at, row in enumerate(rows):
        if is_alternative(row):
            continue
        level = level_of(row)
        names = names_the_next(rows, at)
        if level:
            current, edge = level, row.indent
        elif row.mark == HEADING or (current and not row.mark and row.gap and row.indent < edge):
            current = ""
        if row.mark == HEADING or (names and level and labels().only_level.fullmatch(name_of(row.text))):
            continue
        levels.named(current).append(Item(text=row.text, line=row.line))
    return Concerns(
        primary=tuple(levels.primary),
        secondary=tuple(levels.secondary),
        latent=tuple(levels.latent),
        other=tuple(levels.other),
    )


def level_of(row: Row) -> str:
    """The urgency that a row's label or heading names."""
    text = row.text
    head = text[:16]
    if row.mark != HEADING and not row.bold:
        cut = min((at for at in (text.find("："), text.find(":")) if at > 0), default=-1)
        stated = labels().level_is.match(text)
        if stated is not None and not 0 < cut < stated.end():
            cut = stated.end() if len({found.lastgroup for found in labels().level.finditer(text)}) == 1 else -1
        if not 0 < cut <= _LONG_LABEL:
            return ""
        head = text[:cut]
    found = labels().level.search(head)
    if found is None or found.start() > 6:
        return ""
    return found.lastgroup or ""


def read_style(rows: list[Row]) -> tuple[tuple[Item, ...], tuple[Item, ...], list[Row]]:
    """Examples to avoid, examples to imitate, and the rows before them that are neither."""
    avoid: list[Item] = []
    imitate: list[Item] = []
    before: list[Row] = []
    target: list[Item] | None = None
    for row in rows:
        side, rest = _side_of(row)
        if side:
            target = avoid if side == "avoid" else imitate
            if rest and not labels().only_side.fullmatch(name_of(rest)):
                target.append(Item(text=unquoted(rest), line=row.line))
        elif is_alternative(row) or (target is None and tells_the_reader(row)):
            continue
        elif target is None:
            if row.mark != HEADING:
                before.append(row)
        elif not (tells_the_reader(row) and not quotes(row.text)):
            target.append(Item(text=unquoted(row.text), line=row.line))
    if target is None:
        # no label says otherwise: all of them are to be imitated
        imitate = [Item(text=unquoted(row.text), line=row.line) for row in before]
        before = []
    return tuple(avoid), tuple(imitate), before


def _side_of(row: Row) -> tuple[str, str]:
    """Which examples a row's label announces, and what stands behind the label."""
    text = row.text
    if row.mark != HEADING and text[0] in '“「『"‘（(' and not row.bold:
        return "", ""
    label, rest = after_label(row)
    if len(label) > _LONG_LABEL:
        return "", ""
    known = labels()
    name = name_of(label) or label
    marked = (
        row.mark == HEADING
        or bool(row.bold)
        or text[-1] in "：:）)"
        or (bool(rest) and text[len(label) : len(label) + 1] in "：:")
    )
    if not known.only_side.fullmatch(name) and not (marked and len(name) <= _SHORT_LABEL):
        return "", ""
    if known.avoid.search(name) or (known.avoid.search(label) and not known.imitate.search(name)):
        return "avoid", rest
    if known.imitate.search(name) or known.imitate.search(label):
        return "imitate", rest
    return "", ""


def after_label(row: Row) -> tuple[str, str]:
    """A row's label, and what stands behind it: split where its bold ends, at its first colon or at its first quote."""
    label, rest = _at_label(row)
    rest = without_markers(rest.lstrip("：: \t\u3000"))
    return label, rest if says_something(rest) else ""


def _at_label(row: Row) -> tuple[str, str]:
    text = row.text
    cuts = [at for at in (text.find("："), text.find(":")) if at >= 0]
    found = quotes(text)
    if found:
        cuts.append(found[0].start)
    if 0 < row.bold < len(text):
        aside = _PARENTHESES.match(text[row.bold :].lstrip())
        if aside is not None and not _PARENTHESES.sub("", text[row.bold :]).strip("：: "):
            return text.rstrip("：: "), ""
        colon = min((at for at in cuts if at >= row.bold), default=-1)
        if colon >= 0 and not _PARENTHESES.sub("", text[row.bold : colon]).strip():
            return text[:colon], text[colon:]
        if text[row.bold - 1] in "：:" or not text[row.bold :].strip("：: "):
            return text[: row.bold].rstrip("：: "), text[row.bold :]
    cut = min(cuts, default=-1)
    return (text[:cut], text[cut:]) if cut >= 0 else (text, "")
