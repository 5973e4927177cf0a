"""Text to rows: what stands on each line once its Markdown is taken off, and where.

A row is one non-blank line with its indent, its list marker and the extent of a
bold beginning. Nothing here knows what a scenario is. Bold is taken off before a
list marker is looked for, because a ``*`` bullet and ``**`` collide.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = [
    "BULLET",
    "HEADING",
    "NUMBER",
    "Row",
    "heading_of",
    "read_rows",
    "says_something",
    "take_number",
    "without_markers",
]

BULLET = "bullet"
NUMBER = "number"
HEADING = "heading"


class Row(NamedTuple):
    """One non-blank line. A named tuple, because a document has a hundred of them and is read in a millisecond."""

    line: int
    indent: int
    mark: str
    """``bullet``, ``number``, ``heading`` or nothing."""
    number: int
    """Of a numbered row its number, of a heading its level, otherwise 0."""
    style: str
    """How a number is written: ``.``, ``)``, ``()``, ``、`` or ``第``; heading rows keep their number's style."""
    text: str
    """The line without its marker, bold and emphasis."""
    bold: int
    """How many characters at the beginning of ``text`` were bold."""
    gap: bool
    """Whether a blank line stands before this one."""
    source: str
    """The line as it was written, without the space behind it."""


_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_RULE = re.compile(r"([-*_=~—－])(?:[ \t]*\1){2,}$|[-—－]{2}$")
_HEADING = re.compile(r"[#＃]{1,6}(?=[^#＃])[ \t\u3000]*")
_BULLET = re.compile(r"[-*+–—•·●○◦◎▪■□◆◇‣►➢➤▶※>〉][ \t\u3000]+|[-•·●◦▪■◆‣►➢➤▶>](?=[^\s\d\-—.>])|\*(?=[^\s*])")
_SOME = "\\d{1,4}|[０-９]{1,4}|[一二三四五六七八九十百]{1,4}"
_THEN = r"(?:[:：、.．\-—]+[ \t\u3000]*|[ \t\u3000]+|(?=[【（(]))"
_NUMBER = re.compile(
    r"(?P<plain>\d{1,5}|[０-９]{1,5})[ \t]?(?P<dot>[.．、)）])(?![\d０-９])[ \t\u3000]*"
    r"|(?P<keycap>\d)\ufe0f?\u20e3[ \t]*"
    r"|[（(](?P<bracket>\d{1,3}|[０-９]{1,3}|[一二三四五六七八九十]{1,3})[)）][ \t\u3000]*"
    r"|(?P<circle>[①-⑳])[ \t\u3000]*"
    r"|(?P<chinese>[一二三四五六七八九十]{1,3})[ \t]?[、.．][ \t\u3000]*"
    rf"|第[ \t]?(?P<ordinal>{_SOME})[ \t]?(?:步骤|步|阶段|环节|轮|部分)[ \t]*{_THEN}"
    rf"|(?:步骤|阶段|环节|[Ss]tep)[ \t]?(?P<stage>{_SOME})[ \t]*{_THEN}"
)
_ORDINAL = re.compile(r"第[ \t]?(\d{1,4}|[一二三四五六七八九十百]{1,4})[ \t]?(?:步骤|步|阶段|环节)")
_RULES = frozenset("-*_=~—－")
_MARKS = ' \t\u3000：:，,。.；;、“”„‟「」『』‘’"＂*#＃【】（）()[]|<>~`_-–—+•·→'
"""A line of nothing but these says nothing."""
_MAY_BE_NUMBER = frozenset("0123456789０１２３４５６７８９（(第步阶环Ss一二三四五六七八九十①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_MAY_BE_BULLET = frozenset("-*+–—•·●○◦◎▪■□◆◇‣►➢➤▶※>〉")
_MAY_BE_MARKER = _MAY_BE_NUMBER | _MAY_BE_BULLET
_NO_WORD = frozenset(_MARKS) | _RULES
_NESTED = 8
_CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_STYLES = {
    "dot": "",
    "keycap": "keycap",
    "bracket": "()",
    "circle": "①",
    "chinese": "一",
    "ordinal": "第",
    "stage": "第",
}
_DOTS = {"．": ".", "）": ")"}


def read_rows(text: str) -> list[Row]:
    """The rows of ``text``: no blank lines, rules, comments or control characters; never an error, whatever it is."""
    rows: list[Row] = []
    gap = False
    text = _readable(text)
    for line, raw in enumerate(_LINE_END.split(text) if "\r" in text else text.split("\n"), 1):
        row = _read(line, raw, gap) if raw else None
        if row is None:
            gap = True
        else:
            rows.append(row)
            gap = False
    return rows


def heading_of(source: str) -> tuple[int, str] | None:
    """The level and the text of a heading, closing marks and bold taken off."""
    found = _HEADING.match(source)
    if found is None:
        return None
    level = len(found.group().rstrip(" \t\u3000"))
    text = source[found.end() :].replace("**", "").strip().rstrip("#＃").strip()
    return (level, text) if text else None


def take_number(text: str) -> tuple[int, int]:
    """The number with which ``text`` begins and how many characters it takes; two zeros where it begins with none."""
    if text[:1] not in _MAY_BE_MARKER:
        return 0, 0
    mark, number, _, skip = _marker(text)
    if mark == NUMBER:
        return number, skip
    found = _ORDINAL.match(text)
    if found is not None and found.end() < len(text):
        return _chinese_or_not(found[1]), found.end()
    return 0, 0


def says_something(text: str) -> bool:
    """Whether ``text`` is more than marks, quotes and punctuation."""
    if text[:1] in _RULES:
        return bool(text.strip(_MARKS)) and not _RULE.match(text)
    return text[:1] not in _MARKS or bool(text.strip(_MARKS))


def without_markers(text: str) -> str:
    """``text`` without list markers and emphasis around it, as a row's text is."""
    if text[:1] in _MAY_BE_MARKER:
        text = text[_marker(text)[3] :]
    for _ in range(_NESTED):
        if len(text) < 3 or text[0] not in "*_" or text[-1] != text[0] or text[1] in "*_ " or text[-2] in "*_":
            break
        text = text[1:-1].strip()
        text = text[_marker(text)[3] :]
    return text


def _readable(text: str) -> str:
    if not text.replace("\n", "").isprintable():  # far quicker than to look for what is not
        text = _INVISIBLE.sub("", _CONTROL.sub(" ", text))
    if "<!--" in text:
        text = _without_comments(text)
    return text


def _without_comments(text: str) -> str:
    """``text`` without its HTML comments; the line ends inside them stay, so that lines keep their numbers."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(parts) + text[at:].replace("<!--", " ")
        parts.append(text[at:start])
        parts.append("".join(_LINE_END.findall(text, start, end)))
        at = end + 3
    parts.append(text[at:])
    return "".join(parts)


def _read(line: int, raw: str, gap: bool) -> Row | None:
    source = raw.strip()
    if not source:
        return None
    first = source[0]
    if first in _RULES and _RULE.match(source):
        return None
    if first in "#＃":
        heading = heading_of(source)
        if heading is not None:
            level, text = heading
            return Row(line, 0, HEADING, level, "", text, 0, gap, raw.rstrip())
    indent = 0
    if raw[0] != first:
        indent = raw.index(first)
        if raw[:indent].strip(" "):
            indent = _indent(raw)
    text, bold = _without_bold(source) if "**" in source else (source, 0)
    if not text:
        return None
    if text[0] not in _MAY_BE_MARKER:
        mark, number, style = "", 0, ""
    else:
        mark, number, style, skip = _marker(text)
        if skip:
            text = text[skip:]
            bold = max(0, bold - skip)
    if text[0] in "*_":
        text = without_markers(text)
    if text[0] in _NO_WORD and not says_something(text):
        return None
    return Row(line, indent, mark, number, style, text, bold, gap, raw.rstrip())


def _indent(raw: str) -> int:
    width = 0
    for c in raw:
        if c in (" ", "\xa0"):
            width += 1
        elif c == "\t":
            width += 4 - width % 4
        elif c == "\u3000":
            width += 2
        else:
            break
    return width


def _without_bold(source: str) -> tuple[str, int]:
    """``source`` without bold marks, and how much of its beginning was bold; three or more stars are no mark."""
    parts = re.split(r"(?<!\*)\*\*(?!\*)", source)
    if len(parts) < 3:
        return "".join(parts).strip(), 0
    text = "".join(parts)
    lead = parts[0]
    bold = 0
    if not lead.strip() or _marker(lead + "x")[3] >= len(lead):
        bold = len(lead) + len(parts[1])
    kept = text.strip()
    return kept, max(0, bold - (len(text) - len(text.lstrip())))


def _marker(text: str) -> tuple[str, int, str, int]:
    """The list markers at the beginning of ``text``: kind, number, style, and how many characters they take.

    All of them are taken, so that a text never begins with what would be one again.
    """
    mark, number, style, at = "", 0, "", 0
    while at < len(text):
        first = text[at]
        if first in _MAY_BE_BULLET:
            found = _BULLET.match(text, at)
            if found is None or found.end() >= len(text) or _is_emphasis(text, at):
                break
            mark = mark or BULLET
        elif first in _MAY_BE_NUMBER:
            found = _NUMBER.match(text, at)
            if found is None or found.end() >= len(text):
                break
            if mark != NUMBER:
                mark = NUMBER
                number, style = _value(found)
        else:
            break
        at = found.end()
    return mark, number, style, at


def _is_emphasis(text: str, at: int) -> bool:
    return text[at] == "*" and text[at + 1 : at + 2] != " " and text.endswith("*") and len(text) > at + 2


def _value(found: re.Match[str]) -> tuple[int, str]:
    kind = found.lastgroup or ""
    if kind == "dot":
        dot = found["dot"]
        return int(found["plain"]), _DOTS.get(dot, dot)
    written = found[kind]
    style = _STYLES[kind]
    if kind == "circle":
        return ord(written) - ord("①") + 1, style
    return _chinese_or_not(written), style


def _chinese_or_not(written: str) -> int:
    return int(written) if written[0].isdecimal() else _chinese(written)


def _chinese(written: str) -> int:
    """A Chinese numeral below a thousand."""
    total, digit = 0, 0
    for c in written:
        if c == "十":
            total += (digit or 1) * 10
            digit = 0
        elif c == "百":
            total += (digit or 1) * 100
            digit = 0
        else:
            digit = _CHINESE_DIGITS[c]
    return total + digit
