"""The last words of a call: the document's closing for the occasion, else one of ours, without what was said."""

from __future__ import annotations

from kefu.call.course import Course
from kefu.call.line import does
from kefu.call.plan import Closing
from kefu.call.speech import sentences
from kefu.call.topic import related

__all__ = ["close"]

_MOST = 100
_SHORT = 48
"""Longest closing of the document for somebody who is already leaving."""
_HURRIED = frozenset({"left", "wrong_person", "no_reply"})


def close(course: Course, occasion: str, context: str = "") -> str:
    """The last words on ``occasion`` (a key of ``_fits`` or of ``[closing]`` in ``phrases/caller.toml``).

    Of several closings of the document the one most about ``context`` is taken.
    """
    text = _document(course, occasion, context) or _ours(course, occasion)
    if not any(does("farewell", s) for s in sentences(text)) or not ("再见" in text or _wishes(text)):
        text += course.choose("closing.end")
    return text or "再见。"


def _ours(course: Course, occasion: str) -> str:
    for kind in (occasion, "done"):
        if text := course.choose(f"closing.{kind}"):
            return text
    return ""


def _wishes(text: str) -> bool:
    return "祝" in text or "再会" in text or "您先忙" in text or "您忙" in text


def _document(course: Course, occasion: str, context: str) -> str:
    plan = course.plan
    candidates = [
        closing for closing in plan.closings if _fits(closing, "busy" if occasion == "appointed" else occasion)
    ]
    if occasion == "done" and not candidates and plan.farewell:
        candidates = [Closing(text=plan.farewell, kinds=frozenset({"done"}))]
    if occasion == "done" and not candidates:
        candidates = list(plan.closings[:1])
    if len(candidates) > 1:
        candidates.sort(key=lambda closing: -related(closing.text, context) - course.rng.random())
    most = _SHORT if occasion in _HURRIED else _MOST
    for closing in candidates:
        text = _shortened(course.spoken(closing.text), most)
        if text and any(does("farewell", s) for s in sentences(text)):
            return text
    return ""


def _fits(closing: Closing, occasion: str) -> bool:
    kinds = closing.kinds
    if occasion == "done":
        return "done" in kinds and kinds.isdisjoint({"refused", "wrong_person", "busy"})
    if occasion == "left":
        return len(closing.text) <= _SHORT and ("done" in kinds or "busy" in kinds) and "wrong_person" not in kinds
    if occasion == "text":
        return "text" in kinds and "wrong_person" not in kinds
    return occasion in kinds and (occasion == "wrong_person" or "wrong_person" not in kinds)


def _shortened(text: str, most: int) -> str:
    """``text`` within ``most`` characters: its first sentences, and the farewell at its end."""
    parts = list(sentences(text))
    while len(parts) > 1 and sum(map(len, parts)) > most:
        middle = next((at for at in range(len(parts) - 2, -1, -1) if not does("farewell", parts[at])), 0)
        del parts[middle]
    return "".join(parts)
