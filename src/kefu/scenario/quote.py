"""Quotation marks: where the quoted parts of a text begin and end, whatever marks the author used.

Curly, corner and ASCII quotes count; single quotes nested in double ones belong
to what is quoted. Authors leave quotes open, close them with the wrong mark or
type the same mark at both ends: the reading here is the kindest that fits.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Quote", "balanced", "quotes", "surplus", "unquoted"]

_MARK = re.compile('[“”„‟「」『』"＂]')
_SINGLE = re.compile("‘([^‘’]+)’")
_CLOSER = {"“": "”", "„": "”", "‟": "”", "「": "」", "『": "』", '"': '"', "＂": "＂"}
_CLOSERS = frozenset("”」』")
_LOOK = 64
_LEADS = frozenset(" \t\u3000：:，,、；;（(【[/或—-")


class Quote(NamedTuple):
    """A quoted part: ``start`` and ``end`` include the marks, ``inner`` is what stands between them."""

    start: int
    end: int
    inner: str


def quotes(text: str) -> list[Quote]:
    """The outermost quoted parts of ``text``, from left to right."""
    first = _MARK.search(text)
    if first is None:
        return [Quote(m.start(), m.end(), m[1].strip()) for m in _SINGLE.finditer(text)] if "‘" in text else []
    if first.start() == 0 and first.group() == "“":
        second = _MARK.search(text, 1)
        if second is not None and second.end() == len(text) and second.group() == "”":
            return [Quote(0, len(text), text[1:-1].strip())]  # what most lines are
    marks = [(m.start(), m.group()) for m in _MARK.finditer(text)]
    found: list[Quote] = []
    i = 0
    while i < len(marks):
        at, mark = marks[i]
        if mark in _CLOSERS and not _opens_wrongly(text, at, i + 1 < len(marks)):
            if not found and at >= len(text) - 2:
                found.append(Quote(0, at + 1, text[:at].strip()))
            i += 1
            continue
        last = _closing(marks, i)
        if last is None:
            found.append(_unclosed(text, at))
            break
        end = marks[last][0]
        found.append(Quote(at, end + 1, text[at + 1 : end].strip()))
        i = last + 1
    return found


def unquoted(text: str) -> str:
    """``text`` without quotes around the whole of it; punctuation behind the closing mark stays."""
    if not text or (text[0] not in '“”„‟「『"＂‘' and text[-1] not in "”」』"):
        return text
    found = quotes(text)
    if len(found) != 1 or found[0].start != 0:
        return text
    rest = text[found[0].end :].strip()
    if not found[0].inner:
        return text
    if not rest:
        return found[0].inner
    return found[0].inner + rest if rest in "。；;，,.！!？?、" else text


def surplus(text: str) -> int:
    """How many more quotes, curly or corner, are opened in ``text`` than closed."""
    opened = text.count("“") + text.count("「") + text.count("『")
    return opened - text.count("”") - text.count("」") - text.count("』")


def balanced(text: str) -> bool:
    """Whether every curly or corner quote in ``text`` is closed, and every closing one was open."""
    if surplus(text):
        return False
    return (text.count('"') + text.count("＂")) % 2 == 0


def _closing(marks: list[tuple[int, str]], opened: int) -> int | None:
    """The index in ``marks`` of the mark that closes the one at ``opened``."""
    opener = marks[opened][1]
    closer = _CLOSER.get(opener, "”")
    if opener in _CLOSERS:  # ”…” or ”…“: some mark at both ends
        return opened + 1 if opened + 1 < len(marks) else None
    depth = 0
    twin: int | None = None
    for i in range(opened + 1, len(marks)):
        mark = marks[i][1]
        if mark == closer:
            if depth == 0:
                return i
            depth -= 1
            twin = -1
        elif mark == opener:
            depth += 1
            if twin is None:
                twin = i
                if all(later != closer for _, later in marks[i : i + _LOOK]):
                    return twin  # “…“: never closed by its own kind
    return None


def _opens_wrongly(text: str, at: int, more: bool) -> bool:
    """Whether a closing mark stands where only an opening one can."""
    return more and text[at] == "”" and (at == 0 or text[at - 1] in _LEADS)


def _unclosed(text: str, at: int) -> Quote:
    end = len(text)
    inner = text[at + 1 :].strip()
    if inner and inner[-1] in '”"＂」』“' and len(inner) > 1:
        inner = inner[:-1].strip()
    return Quote(at, end, inner)
