"""What of a line is spoken: the sentences that it quotes, or all of it where nothing is quoted.

A term that is only named is not said, nor what the caller is told not to say; a
parenthesis within what is said is an instruction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kefu.scenario.quote import Quote, quotes
from kefu.scenario.words import alternation, load

__all__ = [
    "BRACKETED",
    "SpeechWords",
    "is_addressed",
    "is_sentence",
    "said_in",
    "said_of",
    "said_plainly",
    "speech_words",
    "spoken",
    "utterances",
]

BRACKETED = re.compile(r"[（(]([^（）()]{1,200})[）)]|[【\[]([^【】\[\]]{1,200})[】\]]")
_SENTENCE = re.compile(r"[您你我吗呢吧？！?!。～~]|…")
_LETTER = re.compile(r"[^\W_]")
_SPACES = re.compile(r"[ \t]{2,}")
_LONG_QUOTE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechWords:
    """The words of ``conditions.toml`` by which speech is told from instructions."""

    stage: re.Pattern[str]
    bracket: re.Pattern[str]
    addressed: re.Pattern[str]
    about_customer: re.Pattern[str]
    spoken_start: re.Pattern[str]
    replies: re.Pattern[str]
    then_replies: re.Pattern[str]
    unsaid: re.Pattern[str]
    named: re.Pattern[str]
    instructs: re.Pattern[str]


@cache
def speech_words() -> SpeechWords:
    """The words, compiled at first use."""
    words = load("conditions.toml")
    return SpeechWords(
        stage=re.compile(alternation(words["stage"])),
        bracket=re.compile(alternation(words["bracket"])),
        addressed=re.compile(alternation(words["addressed"])),
        about_customer=re.compile(alternation(words["about_customer"])),
        spoken_start=re.compile(alternation(words["spoken_starts"])),
        unsaid=re.compile(f"(?:{alternation(words['unsaid'])})[^，。；、,;]{{0,4}}$"),
        named=re.compile(alternation(words["named"])),
        instructs=re.compile(alternation(words["instructs"])),
        replies=re.compile(f"(?:{alternation(words['replies'])})[:：\\s]*$"),
        then_replies=re.compile(
            f"(?:则|就|可以?|应当?)(?:直接|马上|立即|主动|这样|先|再)?(?:{alternation(words['replies'])})?[:：\\s]*$"
        ),
    )


def spoken(text: str, *, bare: bool = False) -> str:
    """``text`` as it is said aloud: without the instructions that stand in it in parentheses."""
    if not any(c in text for c in "（(【["):
        return text
    stage = speech_words().stage

    def keep(found: re.Match[str]) -> str:
        if found[1] is not None:
            return "" if bare or stage.search(found[1]) else found[0]
        return "" if stage.match(found[2]) else found[0]

    return _SPACES.sub(" ", BRACKETED.sub(keep, text)).strip()


def is_sentence(quoted: str) -> bool:
    """Whether what is quoted is said rather than named: it is long, or a sentence."""
    return len(quoted) >= _LONG_QUOTE or _SENTENCE.search(quoted) is not None


def _worth_saying(text: str) -> bool:
    return _LETTER.search(text) is not None


def said_of(found: list[Quote]) -> tuple[str, ...]:
    return tuple(said for quote in found if _worth_saying(said := spoken(quote.inner)))


def said_in(text: str, found: list[Quote]) -> tuple[str, ...]:
    """What is spoken of the quotes within a text: no terms, and nothing that is not to be said."""
    words = speech_words()
    return tuple(
        line
        for quote in found
        if is_sentence(quote.inner)
        and not words.unsaid.search(text[max(0, quote.start - 12) : quote.start])
        and not words.named.match(text, quote.end)
        and _worth_saying(line := spoken(quote.inner))
    )


def utterances(text: str, bare: bool) -> tuple[str, ...]:
    """What is spoken of what stands behind a label."""
    found = quotes(text)
    if found and found[0].start == 0:
        return said_of(found)
    if found and not (bare and is_addressed(text)):
        return said_in(text, found)
    return said_plainly(text, bare) if text else ()


def said_plainly(text: str, bare: bool) -> tuple[str, ...]:
    """A line without quotes, if it is spoken; ``bare`` where the flow quotes nothing."""
    if not (_is_speech(text) if bare else _is_surely_spoken(text)):
        return ()
    said = spoken(text, bare=True)
    return (said,) if _worth_saying(said) else ()


def _is_speech(text: str) -> bool:
    """Whether a line of a flow that quotes nothing is spoken: addressed to the customer, or a sentence and no order."""
    if is_addressed(text):
        return True
    words = speech_words()
    outside = BRACKETED.sub("", text).strip()
    if not outside or outside[-1] not in "。？！?!…～" or words.about_customer.search(outside):
        return False
    return outside[-1] in "？?" or words.instructs.match(outside) is None


def is_addressed(text: str) -> bool:
    words = speech_words()
    outside = BRACKETED.sub("", text)
    if "您" in outside:
        return True
    return words.addressed.search(outside) is not None and words.about_customer.search(outside) is None


def _is_surely_spoken(text: str) -> bool:
    words = speech_words()
    return words.spoken_start.match(text) is not None and "您" in text and words.about_customer.search(text) is None
