"""One line of the flow to its clauses: where a line speaks to several kinds of customer, each condition begins anew.

A clause ends behind what is said, or behind a semicolon or full stop, where a
condition follows. Nothing is cut within quotes or parentheses, and nothing
before anything is said or done: several conditions may share one answer.
"""

from __future__ import annotations

import re

from kefu.scenario.condition import begins_condition, is_condition, is_only_condition
from kefu.scenario.model import LineKind
from kefu.scenario.quote import Quote, quotes
from kefu.scenario.speech import read_speech

__all__ = ["clauses"]

_STOP = re.compile(r"[；;。\n][ \t\u3000]*")
_SEPARATOR = re.compile(r"[\s；;。，,、/|—-]*")
_ASIDE = re.compile(r"[（(【\[]([^（）()【】\[\]]{1,60})[）)】\]][ \t]*[：:]?[ \t]*")
_LABEL = re.compile(r"[^：:，,；;。]{1,16}[：:→][ \t]*")
_ACTION = re.compile("[，,]")
_TRAILING = " \t\u3000；;，,、/|"
_MOST = 32
"""No line has more places than this where it may be cut."""
_LONG = 2000
"""A line that is longer is no line of a flow."""


def clauses(text: str) -> list[str]:
    """The clauses of ``text``, in their order; a line without a second condition is one."""
    if text[:1] == "“" and text.find("”") == len(text) - 1:
        return [text]  # what most lines are: one quote and nothing else
    found = quotes(text)
    if not found or len(text) > _LONG or (len(found) == 1 and found[0].start == 0 and found[0].end == len(text)):
        return [text]
    parts: list[str] = []
    start = 0
    for at in _places(text, found):
        if at > start and _is_whole(text[start:at]):
            parts.append(text[start:at].strip(_TRAILING))
            start = at
    parts.append(text[start:].strip(_TRAILING) if parts else text)
    return parts


def _places(text: str, found: list[Quote]) -> list[int]:
    """Where a clause may begin: at every condition behind a quote, a semicolon or a full stop."""
    places: list[int] = []
    behind = 0
    for quote in (*found, None):
        until = quote.start if quote is not None else len(text)
        gap = text[behind:until]
        if behind and gap:
            separator = _SEPARATOR.match(gap)
            at = behind + (separator.end() if separator is not None else 0)
            stopped = separator is not None and any(c in separator.group() for c in "；;。")
            if at < len(text) and _opens(text, at, until, stopped or quote is not None):
                places.append(at)
        for stop in _STOP.finditer(gap):
            at = behind + stop.end()
            if at < until and at not in places and _opens(text, at, until, True):
                places.append(at)
        if quote is None or len(places) >= _MOST:
            break
        behind = quote.end
    return places


def _opens(text: str, at: int, until: int, followed: bool) -> bool:
    """Whether a condition begins at ``at``, before the quote that begins at ``until``."""
    aside = _ASIDE.match(text, at)
    if aside is not None:
        return aside.end() == until < len(text) and is_only_condition(aside[1])
    if not followed:
        return False
    rest = text[at : min(until, at + 60)]
    if rest and begins_condition(rest) and not (at + 1 == until < len(text)):
        return True
    label = _LABEL.match(text, at)
    return label is not None and label.end() == until < len(text) and is_condition(label.group())


def _is_whole(clause: str) -> bool:
    """Whether a clause says or does something: a condition alone shares what the next one says."""
    reading = read_speech(clause.strip(_TRAILING) or clause)
    if reading.utterances:
        return True
    return reading.kind is not LineKind.UTTERANCE and not reading.waits and _ACTION.search(clause) is not None
