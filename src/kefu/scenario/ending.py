"""How the caller ends: conditions under which the call ends, and what is said then.

Labels part the two. Without labels, a line that is quoted as a whole and
addresses the customer is a closing. A closing may be carried by a condition: it
is taken from it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from kefu.scenario.condition import begins_condition, customer_says
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
_GREETING = re.compile("[^，。！？?、]{0,8}?(?:您好|你好|喂|早上好|上午好|下午好|晚上好|早安|晚安|Hello|hello)")
_ASIDE = re.compile(r"[（(【\[][^（）()【】\[\]]{1,100}[）)】\]][。，,；;]?")
_JOINTS = "（）() ，,、：:；;/\t"
_CARRIED = re.compile(r"[：:—\-–→>，,\s]+$")
_CLOSING_LABEL = re.compile(r"[，,；;。]+[ ]*(?:结束语|结束话术|收尾语|收尾话术|话术|回应|回复|告别语)$")


def read_ending(rows: list[Row], start: str = "") -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The caller's end conditions and closings; ``start`` is the heading they stand under."""
    parted = [(row, *_part_of(row)) for row in rows]
    parts = {part for _row, part, _rest in parted if part}
    if len(parts) > 1:
        found = _read(parted, start, labelled=True, both=True)
        if found[1]:
            return found
    return _read(parted, start, labelled=bool(parts), both=False)


def _read(
    parted: list[tuple[Row, str, str]], start: str, *, labelled: bool, both: bool
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """What rows, parted from their labels, hold; ``both`` where both parts are labelled, which tells quotes apart."""
    conditions: list[Item] = []
    closings: list[Item] = []
    listed = any(row.mark and row.mark != HEADING for row, _part, _rest in parted)
    closing = not labelled and labels().closings.fullmatch(name_of(start)) is not None and "条件" not in start
    before = 0  # the indent of the last condition
    carried = -1  # the indent of a label that stands under a condition and so is its alone
    for source, first_part, first_rest in parted:
        row: Row | None = source
        part, rest = first_part, first_rest
        if closing and source.indent < carried:
            closing, carried = False, -1
        for _ in range(_LABELS):
            if row is None or not part:
                break
            closing = part == "closings"
            carried = source.indent if closing and conditions and source.indent > before else -1
            row = row._replace(text=rest, bold=0, mark="") if rest else None
            part, rest = _part_of(row) if row is not None else ("", "")
        if row is not None and not is_alternative(row) and row.mark != HEADING:
            apart = listed and not labelled and not row.mark and _BARE_FAREWELL.search(row.text) is not None
            if not closing:
                before = source.indent
            _put(row, conditions, closings, closing or apart, customers=both and not closing)
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
    if 0 < row.bold < len(text):
        return _part_of(row._replace(bold=0))  # a label may be shorter than what is bold
    return "", ""


def _put(row: Row, conditions: list[Item], closings: list[Item], closing: bool, *, customers: bool = False) -> None:
    """Add what a row says; ``customers`` where a quote alone can only be what the customer says."""
    text = row.text
    if not says_something(text):
        return
    if closing:
        closings.extend(Item(text=piece, line=row.line) for piece in _variants(_without_joint(text)))
        return
    found = quotes(text)
    if customers and found and found[0].start == 0:
        _put_bare(text, row.line, conditions, closings)
        return
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
        and not _of_customer(text[: last.start])
    ):
        head = _CLOSING_LABEL.sub("", _CARRIED.sub("", text[: last.start]))
        if says_something(head) and head not in labels().alternative:
            _put_bare(head, row.line, conditions, closings)
        closings.append(Item(text=last.inner, line=row.line))
        return
    _put_bare(text, row.line, conditions, closings)


def _of_customer(head: str) -> bool:
    """Whether the words before a quote announce what the customer says; a label between them is the caller's."""
    head = _CARRIED.sub("", head)
    return begins_condition(head) and customer_says(head, strictly=True) and _CLOSING_LABEL.search(head) is None


def _without_joint(text: str) -> str:
    """``text`` without the 或 that joins it to the line before."""
    found = quotes(text)
    if not found or not found[0].start:
        return text
    return text[found[0].start :] if text[: found[0].start].strip(_JOINTS) in labels().alternative else text


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
    """The openings: variants where each greets anew, in bullets or joined by 或; otherwise one of all lines."""
    said = [row for row in rows if row.mark != HEADING and not is_alternative(row) and not _only_names(row)]
    if not said:
        return ()
    pieces = [(piece, row.line) for row in said for piece in _variants(_unlabelled(row.text))]
    if len(pieces) > 1 and all(_GREETING.match(piece) for piece, _ in pieces):
        return tuple(Item(text=piece, line=line) for piece, line in pieces)
    return (
        Item(text=" ".join(piece for row in said for piece in _together(_unlabelled(row.text))), line=said[0].line),
    )


def _unlabelled(text: str) -> str:
    """``text`` without a label in front of its quotes that only says that they are spoken."""
    found = quotes(text)
    if not found or not found[0].start or text[: found[0].start].rstrip()[-1:] not in ("：", ":"):
        return text
    return text[found[0].start :] if labels().group.fullmatch(name_of(text[: found[0].start])) else text


def _variants(text: str) -> list[str]:
    """What is said on one line: each of its quotes where 或 joins them, otherwise all of it."""
    found = quotes(text)
    if len(found) < 2 or found[0].start or text[found[-1].end :].strip("。；;， "):
        return [" ".join(_together(text))]
    between = [text[a.end : b.start].strip(_JOINTS) for a, b in pairwise(found)]
    if all(joint in labels().alternative for joint in between):
        return [quote.inner for quote in found if quote.inner]
    return [" ".join(_together(text))]


def _together(text: str) -> list[str]:
    """What is said on one line, one quote after the other; stage directions between or behind them stay."""
    found = quotes(text)
    if not found or found[0].start:
        return [unquoted(text)]
    parts: list[str] = []
    behind = 0
    for quote in found:
        parts += [text[behind : quote.start].strip(), quote.inner]
        behind = quote.end
    rest = text[behind:].strip()
    if any(part and not _ASIDE.fullmatch(part) for part in (*parts[::2], rest)):
        return [unquoted(text)]
    return [part for part in (*parts, rest) if part]


def _only_names(row: Row) -> bool:
    return row.text[-1] in "：:" and labels().group.fullmatch(name_of(row.text)) is not None
