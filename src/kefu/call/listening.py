"""What the customer hears in a caller's turn: what it does, what it asks, and among what it lets choose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kefu.call.phrasing import load
from kefu.call.speech import sentences
from kefu.language.needles import Needles

__all__ = ["Listening", "listen"]

_READ = 400
_ASKING = ("？", "?")
_OPTION_LENGTH = 14
_SHORT_TAIL = 5
_BY_THE_WHOLE = frozenset(
    {"identity", "convenience", "more", "confirm", "score", "appointment", "choice", "has", "recalled"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """One turn of the caller: ``does`` names what it does, ``family`` the kind of its last question."""

    text: str
    does: frozenset[str]
    asks: bool
    family: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    statement: str = ""


@lru_cache(maxsize=2048)
def listen(text: str) -> Listening:
    """``text`` as a customer hears it; only the first 400 characters are taken in."""
    heard = text[:_READ]
    rules = _rules()
    possible = rules.needles.possible(heard)
    does = frozenset([name for name, pattern in rules.turn.items() if name in possible and pattern.search(heard)])
    parts = sentences(heard)
    asked = [part for part in parts if part.endswith(_ASKING)]
    statement = "".join(part for part in parts if part not in asked)
    if not _closes(parts):
        does -= {"closing"}
    elif not asked:
        return Listening(text=text, does=does, asks=False, statement=statement)
    if not asked:
        requested = rules.request.search(statement) is not None
        return Listening(text=text, does=does, asks=False, family="please" if requested else "", statement=statement)
    family, question = _family(asked)
    options = _options(question, heard) if family in ("choice", "appointment", "offer", "status", "has", "why") else ()
    return Listening(
        text=text, does=does, asks=True, family=family, question=question, options=options, statement=statement
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    turn: Mapping[str, re.Pattern[str]]
    needles: Needles
    question: tuple[tuple[str, re.Pattern[str]], ...]
    request: re.Pattern[str]
    enumerated: re.Pattern[str]
    either: re.Pattern[str]
    either_or: re.Pattern[str]
    listed: re.Pattern[str]
    strip: re.Pattern[str]
    bad: re.Pattern[str]


@cache
def _rules() -> _Rules:
    data = load("listening")
    options = data["options"]
    return _Rules(
        turn={name: re.compile(pattern) for name, pattern in data["turn"].items()},
        needles=Needles(data["turn"]),
        question=tuple((name, re.compile(pattern)) for name, pattern in data["question"].items()),
        request=re.compile(data["request"]["find"]),
        enumerated=re.compile(options["enumerated"]),
        either=re.compile(options["either"]),
        either_or=re.compile(options["either_or"]),
        listed=re.compile(options["listed"]),
        strip=re.compile(options["strip"]),
        bad=re.compile(options["bad"]),
    )


def _family(asked: list[str]) -> tuple[str, str]:
    """The kind of the last question that has one, and its words; convenience gives way to what else is asked."""
    found: list[tuple[str, str]] = []
    for question in asked:
        tail = question.rpartition("，")[2]
        name = _kind(tail) if len(tail) > _SHORT_TAIL else ""
        whole = _kind(question) or "yes_no"
        if name in ("", "open") or (name == "yes_no" and whole in _BY_THE_WHOLE):
            name = whole
        found.append((name, question))
    last = found[-1]
    if last[0] == "convenience" and len(found) > 1 and found[-2][0] not in ("identity", "convenience"):
        return found[-2]
    if last[0] == "convenience" and any(name == "identity" for name, _question in found[:-1]):
        return "identity_convenience", last[1]
    return last


def _closes(parts: Sequence[str]) -> bool:
    """Whether the last sentences say farewell; a wish in the middle of a turn does not."""
    turn = _rules().turn
    last, before = "".join(parts[-1:]), "".join(parts[-2:-1])
    if turn["parts_now"].search(last) or turn["parts_now"].search(before):
        return True
    if turn["closing"].search(last):
        return True
    return turn["trails"].search(last) is not None and turn["closing"].search(before) is not None


def _kind(words: str) -> str:
    return next((name for name, pattern in _rules().question if pattern.search(words)), "")


def _options(question: str, text: str) -> tuple[str, ...]:
    rules = _rules()
    if "还是" in question and (either := rules.either.search(question)) is not None:
        before = question[: either.start(1)].rstrip("，,")
        listed = rules.listed.search(before + "、" + either[1] + "，") if "、" in before else None
        raw = [*(listed[1].split("、") if listed else []), either[1], either[2]]
        return _clean(raw)
    enumerated = rules.enumerated.findall(text)
    if len(enumerated) > 1:
        return _clean(enumerated)
    for place in (question, text):
        listed = rules.listed.search(place)
        if listed is not None:
            parts = listed[1].split("、")
            last = re.split(r"或者?|和|以及", parts[-1])
            found = _clean([*parts[:-1], *last])
            if len(found) > 1:
                return found
    if (either_or := rules.either_or.search(question)) is not None:
        return _clean([either_or[1], either_or[2]])
    return ()


def _clean(raw: list[str]) -> tuple[str, ...]:
    rules = _rules()
    found: list[str] = []
    for option in raw:
        name = rules.strip.sub("", option.strip())
        if 1 < len(name) <= _OPTION_LENGTH and not rules.bad.search(name) and name not in found:
            found.append(name)
    return tuple(found)
