"""How the caller ends a call: the document's closing for the occasion, else one of ours; never two that say the same."""

from __future__ import annotations

from random import Random

from kefu.call.line import does
from kefu.call.phrasing import Phrases
from kefu.call.placeholders import Filling
from kefu.call.plan import Closing, Plan
from kefu.call.speech import Said, sentences

__all__ = ["close"]

_MOST = 100
_SHORT = 48
"""Longest closing of the document for somebody who is already leaving."""
_HURRIED = frozenset({"left", "wrong_person", "no_reply"})


def close(plan: Plan, filling: Filling, phrases: Phrases, rng: Random, said: Said, occasion: str) -> str:
    """The last words on ``occasion`` (``done``, ``refused``, ``busy``, ``text``, ``left``, ``wrong_person``, ``no_reply``)."""
    text = _document(plan, filling, rng, said, occasion)
    if not text:
        text = phrases.choose(f"closing.{occasion}", rng, said) or phrases.choose("closing.done", rng, said)
    if not any(does("farewell", s) for s in sentences(text)) or "再见" not in text and not _wishes(text):
        text += phrases.choose("closing.end", rng, said)
    return text or "再见。"


def _wishes(text: str) -> bool:
    return "祝" in text or "再会" in text or "您先忙" in text or "您忙" in text


def _document(plan: Plan, filling: Filling, rng: Random, said: Said, occasion: str) -> str:
    candidates = [closing for closing in plan.closings if _fits(closing, occasion)]
    if occasion == "done" and not candidates and plan.farewell:
        candidates = [Closing(text=plan.farewell, kinds=frozenset({"done"}))]
    if occasion == "done" and not candidates:
        candidates = list(plan.closings[:1])
    if not candidates:
        return ""
    start = rng.randrange(len(candidates))
    for at in range(len(candidates)):
        closing = candidates[(start + at) % len(candidates)]
        text = _shortened(said.new(filling.apply(closing.text)), _SHORT if occasion in _HURRIED else _MOST)
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
    parts = sentences(text)
    while len(parts) > 1 and sum(map(len, parts)) > most:
        middle = next((at for at in range(len(parts) - 2, -1, -1) if not does("farewell", parts[at])), 0)
        del parts[middle]
    return "".join(parts)
