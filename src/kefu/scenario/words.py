"""The reader's vocabulary: ``words.toml`` and ``conditions.toml``, read once and compiled for looking up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["Labels", "alternation", "labels", "load", "name_of"]

_PARENTHESIS = re.compile(r"[（(【\[][^（）()【】\[\]]{0,200}[）)】\]]")
_OPEN_PARENTHESIS = re.compile(r"[（(]")
_PUNCTUATION = re.compile(r"[\s\u3000*_:：、，,。.·\-—–~～/|!！?？\"“”‘’「」『』《》<>#＃]+")


@cache
def load(name: str) -> Mapping[str, Any]:
    """The vocabulary file of this name beside the code."""
    return tomllib.loads(files("kefu.scenario").joinpath(name).read_text(encoding="utf-8"))


def alternation(words: Iterable[str]) -> str:
    """A pattern that matches any of ``words``, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=2048)
def name_of(heading: str) -> str:
    """What a heading or label says, without parentheses, punctuation and spaces: the form for comparing."""
    if len(heading) > 300:
        heading = heading[:300]
    text = heading
    if "（" in text or "(" in text or "【" in text or "[" in text:
        bare = _PARENTHESIS.sub("", text)
        cut = _OPEN_PARENTHESIS.search(bare)
        bare = bare[: cut.start()] if cut else bare
        text = bare if bare.strip() else text.strip("（）()【】[] ")
    return _PUNCTUATION.sub("", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The labels of ``words.toml``, as patterns over whole names or over the beginning of a line."""

    group: re.Pattern[str]
    speaker: re.Pattern[str]
    customer: re.Pattern[str]
    reaction: re.Pattern[str]
    conditions: re.Pattern[str]
    closings: re.Pattern[str]
    avoid: re.Pattern[str]
    imitate: re.Pattern[str]
    only_side: re.Pattern[str]
    question: re.Pattern[str]
    answer: re.Pattern[str]
    answer_within: re.Pattern[str]
    alternative: frozenset[str]
    level: re.Pattern[str]
    level_is: re.Pattern[str]
    only_level: re.Pattern[str]
    reader: re.Pattern[str]


@cache
def labels() -> Labels:
    """The labels, compiled at first use."""
    words = load("words.toml")
    of: Mapping[str, list[str]] = words["labels"]
    tails = alternation(of["tails"])
    levels: Mapping[str, list[str]] = words["levels"]
    reader: Mapping[str, list[str]] = words["reader"]
    level_words = alternation(word for found in levels.values() for word in found)
    sides = alternation([*of["avoid"], *of["imitate"]])
    subjects: list[str] = load("conditions.toml")["subjects"]
    questions = alternation(
        [*of["questions"], *(f"{who}{asks}" for who in subjects for asks in ("问", "会问", "提问"))]
    )
    answers = alternation(of["answers"])
    number = r"[ \t]*[0-9０-９一二三四五六七八九十]{0,3}[ \t]*(?:[（(][^（）()]{0,40}[）)][ \t]*)?"
    end = r"(?:[:：]|(?<=[0-9０-９QA])[、.．])[ \t]*"
    prefixes = alternation(of["prefixes"])
    digits = "[0-9一二三四五六七八九十]"
    return Labels(
        group=re.compile(f"(?:{alternation(of['utterances'])})(?:{tails}|{digits})?"),
        speaker=re.compile(f"(?:{alternation(of['speakers'])})"),
        customer=re.compile(f"(?:{alternation(of['customers'])})"),
        reaction=re.compile(f"(?:{alternation(of['customers'])}).{{0,3}}(?:{alternation(of['reactions'])})"),
        conditions=re.compile(f"(?:{prefixes}){{0,2}}(?:{alternation(of['conditions'])})(?:{tails}){{0,2}}"),
        closings=re.compile(f"(?:{prefixes}){{0,2}}(?:{alternation(of['closings'])})(?:{tails}|{digits}){{0,2}}"),
        avoid=re.compile(alternation(of["avoid"])),
        imitate=re.compile(alternation(of["imitate"])),
        only_side=re.compile(f".{{0,3}}(?:{sides})(?:{tails}|{alternation(of['side_nouns'])}){{0,2}}"),
        question=re.compile(f"(?:{questions}){number}{end}"),
        answer=re.compile(f"(?:{answers}){number}{end}"),
        answer_within=re.compile(f'(?<=[\\s。？！?!；;”」"，,)）])(?:{answers})[ \\t]*[0-9]{{0,2}}[:：][ \\t]*'),
        alternative=frozenset(of["alternatives"]),
        level=re.compile("|".join(f"(?P<{name}>{alternation(found)})" for name, found in levels.items())),
        level_is=re.compile(
            f".{{0,2}}(?:{level_words})(?:的)?(?:{alternation(of['level_nouns'])})?(?:是|为|在于|就是)"
        ),
        only_level=re.compile(f".{{0,2}}(?:{level_words})(?:的)?(?:{alternation(of['level_nouns'])})?"),
        reader=re.compile(f"^(?:{alternation(reader['starts'])})|{alternation(reader['contains'])}"),
    )
