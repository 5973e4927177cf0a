"""Endpoints that call themselves compatible differ; what one would not accept is learned from its errors and left out.

``Quirks`` is a value: ``learn`` returns the quirks to try next, or ``None`` when
the error is not about the form of the request.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

from kefu.llm.endpoint import Features
from kefu.llm.fields import fields

__all__ = ["AnswerMode", "Quirks", "first_quirks", "insists", "learn", "opening_words", "says"]


class AnswerMode(IntEnum):
    """How a shape is asked for; each is what to try when the one before is refused."""

    SCHEMA = 0
    OBJECT = 1
    TEXT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """What is known of an endpoint beyond the common ground."""

    dropped: frozenset[str] = frozenset()
    answer_mode: AnswerMode = AnswerMode.SCHEMA
    max_tokens_field: str = "max_tokens"
    stream: bool = False
    fold_system: bool = False
    alternate: bool = False
    prefix: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What is not as it was asked for, for the record of a reply."""
        if self is _NONE:
            return ()
        names = sorted(self.dropped)
        if self.answer_mode is not AnswerMode.SCHEMA:
            names.append(f"response_format:{self.answer_mode.name.lower()}")
        names += [name for name in ("fold_system", "alternate") if getattr(self, name)]
        return tuple(names)


_NONE = Quirks()


@dataclass(frozen=True, slots=True)
class _Rules:
    optional: tuple[str, ...]
    vague: tuple[str, ...]
    insists: tuple[str, ...]
    opening: str
    aliases: Mapping[str, tuple[str, ...]]
    rules: tuple[Mapping[str, Any], ...]


def first_quirks(features: Features) -> Quirks:
    """What the settings already say."""
    mode = AnswerMode.SCHEMA
    if features.json_schema is False:
        mode = AnswerMode.TEXT if features.json_object is False else AnswerMode.OBJECT
    dropped = frozenset({"tools"}) if features.tools is False else frozenset[str]()
    quirks = Quirks(answer_mode=mode, stream=features.stream, dropped=dropped)
    return _NONE if quirks == _NONE else quirks


def learn(quirks: Quirks, body: Mapping[str, Any], error: str, field: str = "") -> tuple[Quirks, bool] | None:
    """The quirks to try after ``error``, and whether they are certain; ``None`` when it asks for no change of form.

    ``field`` is the field the endpoint itself named. Certain ones are for all
    requests from now on; the others only once they have helped.
    """
    text = error.lower()
    rules = _rules()
    for rule in rules.rules:
        if ("sent" not in rule or rule["sent"] in body) and says(text, rule["says"]):
            changed = _apply(quirks, rule["do"])
            if changed != quirks:
                return changed, True
    sent = [name for name in rules.optional if name in body]
    for name in sent:
        if field.split(".")[0] == name or any(_has_word(text, alias) for alias in rules.aliases[name]):
            return _without(quirks, name, body), True
    if sent and says(text, rules.vague):
        return _without(quirks, sent[0], body), False
    return None


def insists(error: str) -> bool:
    """Whether an error that is not "bad request" still asks for a request of another form."""
    return says(error.lower(), _rules().insists)


def opening_words() -> str:
    """What the user says first where a chat template wants the user to begin."""
    return _rules().opening


def says(text: str, phrases: tuple[str, ...] | list[str]) -> bool:
    """Whether ``text`` holds one of the phrases; the parts of ``a … b`` follow one another."""
    for phrase in phrases:
        at = 0
        for part in phrase.split(" … "):
            at = text.find(part, at)
            if at < 0:
                break
            at += len(part)
        else:
            return True
    return False


def _has_word(text: str, word: str) -> bool:
    """Whether ``word`` stands in ``text`` by itself: a model may be called ``…-seed-…``."""
    at = text.find(word)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(word) : at + len(word) + 1]
        if not any(char in "_-" or (char.isascii() and char.isalnum()) for char in around):
            return True
        at = text.find(word, at + 1)
    return False


def _apply(quirks: Quirks, change: str) -> Quirks:
    if change in ("max_tokens", "max_completion_tokens"):
        return replace(quirks, max_tokens_field=change) if quirks.max_tokens_field == "max_tokens" else quirks
    if change in ("stream", "no_stream"):
        return replace(quirks, stream=change == "stream")
    return replace(quirks, **{change: True})


def _without(quirks: Quirks, name: str, body: Mapping[str, Any]) -> Quirks:
    if name != "response_format":
        return replace(quirks, dropped=quirks.dropped | {name})
    asked = fields(body[name]).get("type")
    mode = AnswerMode.OBJECT if asked == "json_schema" else AnswerMode.TEXT
    return replace(quirks, answer_mode=max(mode, quirks.answer_mode))


@cache
def _rules() -> _Rules:
    data = tomllib.loads(files("kefu.llm").joinpath("quirks.toml").read_text(encoding="utf-8"))
    return _Rules(
        optional=tuple(data["optional"]),
        vague=tuple(data["vague"]),
        insists=tuple(data["insists"]),
        opening=data["opening"],
        aliases={name: tuple(words) for name, words in data["aliases"].items()},
        rules=tuple(data["rule"]),
    )
