"""Which side a label means: 坐席, agent, 说话人1, 客服（工号1027）… and what no side is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from kefu.call.turn import Speaker

__all__ = ["Label", "Sides", "column_of", "heading_of", "label_of", "plain"]

_LOOSE = re.compile(r"[\s_\-—·.、/]+")
_EXTRA = re.compile(r"[（(【\[][^（()）】\]\[【]{0,30}[)）】\]]")
_NUMBER = re.compile(r"^(?P<word>.*?[^0-9])(?:工号|id|no)?[:：#]?[0-9]{1,10}$")
_NAMED = re.compile(r"^(?P<word>坐席|座席|客服|坐席员|客服代表|专员|客户|用户|agent|customer)[\-_:：—\s]?.{1,12}$")


class Label(StrEnum):
    """What a label says."""

    AGENT = "agent"
    CUSTOMER = "customer"
    NEITHER = "neither"
    FIRST = "first"
    SECOND = "second"


class Sides:
    """Which speaker a label is in this file; the one who works for the company is the caller, unless ``swap``."""

    def __init__(self, *, swap: bool) -> None:
        self._caller = Speaker.CUSTOMER if swap else Speaker.CALLER
        self.guessed = False
        """Whether a label did not say which side it is."""

    @property
    def swapped(self) -> bool:
        """Whether the customer is the one who dialled."""
        return self._caller is Speaker.CUSTOMER

    def speaker(self, label: Label) -> Speaker:
        """The speaker of a label that is one of a party."""
        self.guessed = self.guessed or label in (Label.FIRST, Label.SECOND)
        return self._caller if label in (Label.AGENT, Label.FIRST) else self._caller.other


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("kefu.transcript").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _labels() -> dict[str, Label]:
    sides: Mapping[str, str] = _words()["side"]
    # what two lists name (左声道) is the more careful of them: which side it is was not said
    order = (Label.AGENT, Label.CUSTOMER, Label.NEITHER, Label.FIRST, Label.SECOND)
    return {plain(word): label for label in order for word in sides[label.value].split()}


@cache
def _named(table: str) -> dict[str, str]:
    return {plain(word): name for name, words in _words()[table].items() for word in words.split()}


def plain(word: str) -> str:
    """A label or a column without case, spaces and marks."""
    return _LOOSE.sub("", word).lower()


def label_of(word: str) -> Label | None:
    """What a label means, also with a number or a name behind it; ``None`` where nobody knows."""
    word = word[:40].strip().strip("*#【】[]<>《》「」“”\"'")
    known = _labels()
    for shape in (word, _EXTRA.sub("", word)):
        name = plain(shape)
        if name in known:
            return known[name]
        for pattern in (_NUMBER, _NAMED):
            match = pattern.match(shape.strip().lower())
            if match and plain(match["word"]) in known:
                return known[plain(match["word"])]
    return None


def column_of(head: str) -> str:
    """Which column this is: ``call``, ``id``, ``speaker``, ``text``, ``whole``; empty for another."""
    return _named("column").get(plain(head.lstrip("\ufeff")), "")


def heading_of(word: str) -> str:
    """Whether a word before a colon begins a call (``call``) or tells ``about`` one; empty for neither."""
    name = plain(_EXTRA.sub("", word[:40]))
    return _named("heading").get(name, "")
