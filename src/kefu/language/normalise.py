"""One spelling for what was said: width, case, traditional characters, fillers, stutters and punctuation.

``fold`` changes characters one for one, so that offsets stay true;
``normalise`` also removes what carries no meaning, so offsets change.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["fold", "normalise"]

_CJK = "[\u4e00-\u9fff]"
# In a chat a space stands for a comma between Chinese clauses, and means nothing beside Latin letters or digits.
_SPACE_IN_CHINESE = re.compile(rf"(?<={_CJK})\s+(?={_CJK})")
_SPACE = re.compile(r"\s+")
_SPACE_AT_MARK = re.compile(r"\s*([，。？！])\s*|(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])")
_CHARACTER_AGAIN = re.compile(rf"({_CJK})\1{{2,}}")
_WORD_AGAIN = re.compile(rf"({_CJK}{{2,4}}?)\1{{2,}}")
_MARKS = re.compile(r"[，。？！]{2,}")
_COMMA_IN_NUMBER = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    folded: dict[int, int]
    cleaned: dict[int, str | int | None]
    stutter: re.Pattern[str]
    filler: re.Pattern[str]
    lone_filler: re.Pattern[str]


@cache
def _rules() -> _Rules:
    source = files("kefu.language").joinpath("lexicon", "characters.toml")
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    folded = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    folded |= {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    folded |= {0xFF21 + n: ord("a") + n for n in range(26)}
    folded |= {ord(old): ord(new) for old, new in zip(data["traditional"], data["simplified"], strict=True)}
    folded |= {ord(old): ord(new) for new, olds in data["marks"].items() for old in olds}
    folded[0x3000] = ord(" ")
    cleaned: dict[int, str | int | None] = {**folded, **{ord(mark): None for mark in data["dropped"]}}
    return _Rules(
        folded=folded,
        cleaned=cleaned,
        stutter=re.compile(rf"([{data['stutters']}])\1+"),
        filler=re.compile(rf"(?:{_any_of(data['fillers'])})+"),
        lone_filler=re.compile(rf"(?:(?<=[，。？！])|^)(?:{_any_of(data['lone_fillers'])})+(?:，|$)"),
    )


def _any_of(phrases: list[str]) -> str:
    return "|".join(sorted((re.escape(phrase) for phrase in phrases), key=len, reverse=True))


def fold(text: str) -> str:
    """``text`` in one width, case and script, character for character."""
    return text.translate(_rules().folded)


def normalise(text: str, *, keep_fillers: bool = False) -> str:
    """``text`` folded, without quotes, stray spaces, stutters and fillers; runs of marks become their strongest.

    An utterance that is nothing but fillers keeps them: 嗯 alone is an answer.
    """
    rules = _rules()
    text = text.translate(rules.cleaned).strip()
    text = _SPACE_IN_CHINESE.sub("，", text)
    text = _SPACE.sub(" ", text)
    text = _SPACE_AT_MARK.sub(lambda found: found.group(1) or "", text)
    text = _COMMA_IN_NUMBER.sub("", text)
    text = _WORD_AGAIN.sub(r"\1", _CHARACTER_AGAIN.sub(r"\1", text))
    text = rules.stutter.sub(r"\1", text)
    if not keep_fillers:
        spoken = rules.lone_filler.sub("", rules.filler.sub("", text)).lstrip("，。！")
        text = spoken if spoken.strip("，。？！ ") else text
    return _MARKS.sub(_strongest, text)


def _strongest(marks: re.Match[str]) -> str:
    return min(marks.group(), key="？！。，".index)
