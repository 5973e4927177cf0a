"""What a model wrote, taken apart into what may be spoken and what never is: reasoning, tool calls, marks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Spoken", "Wording", "clean", "take_apart", "wording"]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of ``wording.toml``."""

    reasoning: tuple[tuple[str, str], ...]
    tool_calls: tuple[tuple[str, str], ...]
    marks: tuple[str, ...]
    reasoning_fields: tuple[str, ...]
    text_parts: frozenset[str]
    reasoning_parts: frozenset[str]
    finish: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """``text`` for the ear, ``reasoning`` for the record, ``tool_calls`` as the JSON the model wrote."""

    text: str
    reasoning: str = ""
    tool_calls: tuple[str, ...] = ()


def take_apart(text: str) -> Spoken:
    """``text`` without its reasoning, its written-out tool calls and the marks of chat templates.

    A closing mark without an opening one ends reasoning that began with the
    text; an opening one without a closing one begins reasoning that never ended.
    """
    if "<" not in text and "[" not in text and "◁" not in text:
        return Spoken(text=text.strip())
    words = wording()
    reasoning: list[str] = []
    for opening, closing in words.reasoning:
        text = _cut(text, opening, closing, reasoning, headless="/" in closing)
    tool_calls: list[str] = []
    for opening, closing in words.tool_calls:
        text = _cut(text, opening, closing, tool_calls, headless=False)
    for mark in words.marks:
        text = text.replace(mark, "")
    parts = [part for part in (piece.strip() for piece in reasoning) if part]
    return Spoken(text=text.strip(), reasoning="\n\n".join(parts), tool_calls=tuple(tool_calls))


def clean(text: str) -> str:
    """``text`` that can be stored anywhere: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _cut(text: str, opening: str, closing: str, taken: list[str], *, headless: bool) -> str:
    """``text`` without what stands between the marks; what was cut is added to ``taken``."""
    first_close = text.find(closing)
    first_open = text.find(opening)
    if headless and first_close >= 0 and (first_open < 0 or first_close < first_open):
        taken.append(text[:first_close])
        text = text[first_close + len(closing) :]
    kept: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0:
        kept.append(text[at:start])
        end = text.find(closing, start + len(opening))
        taken.append(text[start + len(opening) : end if end >= 0 else len(text)])
        at = end + len(closing) if end >= 0 else len(text)
    kept.append(text[at:])
    return "".join(kept)


@cache
def wording() -> Wording:
    """The data of ``wording.toml``, read once."""
    data = tomllib.loads(files("kefu.llm").joinpath("wording.toml").read_text(encoding="utf-8"))
    return Wording(
        reasoning=tuple((opening, closing) for opening, closing in data["reasoning"]),
        tool_calls=tuple((opening, closing) for opening, closing in data["tool_calls"]),
        marks=tuple(data["marks"]),
        reasoning_fields=tuple(data["reasoning_fields"]),
        text_parts=frozenset(data["text_parts"]),
        reasoning_parts=frozenset(data["reasoning_parts"]),
        finish={word: reason for reason, words in data["finish"].items() for word in words},
    )
