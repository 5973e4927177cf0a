"""How the caller ends: conditions under which the call ends, and what is said then.

Labels part the two. Without labels, a line that is quoted as a whole and
addresses the customer is a closing. A closing may be carried by a condition: it
is taken from it.
"""

from __future__ import annotations

import re

from kefu.scenario.items import after_label, is_alternative
from kefu.scenario.markdown import HEADING, Row, says_something
from kefu.scenario.model import Item
from kefu.scenario.quote import quotes, unquoted
from kefu.scenario.words import labels, name_of

__all__ = ["read_ending", "read_opening"]

_FAREWELL = re.compile("[您祝]|感谢|谢谢|再见|打扰|抱歉|好的|拜拜")
_BARE_FAREWELL = re.compile("您|再见|拜拜|祝[你大]|回见|[！。]再会")
_COLON = re.compile("[：:]")
_LABELS = 4
"""No more labels than this stand one behind the other on a line."""
_LONG_CONDITION = 60
_GREETING = re.compile("您好|你好|喂|早上好|上午好|下午好|晚上好|Hello|hello|请问")
_CARRIED = re.compile(r"[：:—\-–→>，,\s]+$")
_CLOSING_LABEL = re.compile(r"[，,；;。]+[ ]*(?:结束语|结束话术|收尾语|收尾话术|话术|回应|回复|告别语)$")


def read_ending(rows: list[Row], start: str = "") -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The caller's end conditions and closings; ``start`` is the heading they stand under."""
    conditions: list[Item] = []
    closings: list[Item] = []
    labelled = any(_part_of(row)[0] for row in rows)
    listed = any(row.mark and row.mark != HEADING for row in rows)
    closing = not labelled and labels().closings.fullmatch(name_of(start)) is not None and "条件" not in start
    for source in rows:
        row: Row | None = source
        for _ in range(_LABELS):
            if row is None or not (opened := _part_of(row))[0]:
                break
            closing = opened[0] == "closings"
            row = row._replace(text=opened[1], bold=0, mark="") if opened[1] else None
        if row is not None and not is_alternative(row) and row.mark != HEADING:
            apart = listed and not labelled and not row.mark and _BARE_FAREWELL.search(row.text) is not None
            _put(row, conditions, closings, closing or apart)
    return tuple(conditions), tuple(closings)


def _part_of(row: Row) -> tuple[str, str]:
    """Which part a row's label opens, and what stands behind the label."""
    text = row.text
    if text[0] in '“「『"‘':
        return "", ""
    label, rest = after_label(row) if row.mark != HEADING else (text, "")
    if len(label) > 24:
        return "", ""
    known = labels()
    name = name_of(label)
    alone = row.mark == HEADING or not rest or text[len(label) : len(label) + 1] in "：:" or bool(row.bold)
    if not alone:
        return "", ""
    marked = bool(rest or row.bold) or row.mark == HEADING or text[-1] in "：:）)"
    if known.conditions.fullmatch(name) and (marked or not row.mark):
        return "conditions", rest
    if known.closings.fullmatch(name) and (marked or not row.mark):
        return "closings", rest
    return "", ""


def _put(row: Row, conditions: list[Item], closings: list[Item], closing: bool) -> None:
    text = row.text
    if not says_something(text):
        return
    if closing:
        closings.append(Item(text=unquoted(text), line=row.line))
        return
    found = quotes(text)
    if found and found[0].start == 0 and found[0].end >= len(text) - 1 and _FAREWELL.search(found[0].inner):
        closings.append(Item(text=unquoted(text), line=row.line))
        return
    last = found[-1] if found else None
    if (
        last is not None
        and last.end >= len(text) - 1
        and _FAREWELL.search(last.inner)
        and _CARRIED.search(text[: last.start])
        and len(last.inner) > 4
    ):
        head = _CLOSING_LABEL.sub("", _CARRIED.sub("", text[: last.start]))
        if says_something(head) and head not in labels().alternative:
            _put_bare(head, row.line, conditions, closings)
        closings.append(Item(text=last.inner, line=row.line))
        return
    _put_bare(text, row.line, conditions, closings)


def _put_bare(text: str, line: int, conditions: list[Item], closings: list[Item]) -> None:
    """A condition, and the closing that follows its colon without quotes, if it bids farewell."""
    colon = _COLON.search(text)
    if (
        colon is not None
        and colon.start() <= _LONG_CONDITION
        and not quotes(text)
        and says_something(text[: colon.start()])
        and _BARE_FAREWELL.search(text, colon.end())
    ):
        conditions.append(Item(text=text[: colon.start()].strip(), line=line))
        closings.append(Item(text=text[colon.end() :].strip(), line=line))
        return
    conditions.append(Item(text=text, line=line))


def read_opening(rows: list[Row]) -> tuple[Item, ...]:
    """The openings: variants where every bullet greets anew, otherwise one, however many lines it takes."""
    said = [row for row in rows if row.mark != HEADING and not is_alternative(row) and not _only_names(row)]
    texts = [unquoted(row.text) for row in said]
    variants = len(said) > 1 and all(_GREETING.search(text[:12]) for text in texts)
    if not said:
        return ()
    if variants:
        return tuple(Item(text=text, line=row.line) for text, row in zip(texts, said, strict=True))
    return (Item(text=" ".join(texts), line=said[0].line),)


def _only_names(row: Row) -> bool:
    return row.text[-1] in "：:" and labels().group.fullmatch(name_of(row.text)) is not None
