"""One line of the flow: is it spoken, under which condition, or only an instruction?

Where the flow quotes what is spoken, a bare line is an instruction; where it
quotes nothing at all, what is addressed to the customer is spoken. Quotes
inside a condition are the customer's words, never the caller's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from kefu.scenario.condition import begins_condition, customer_says, first_clause, is_condition, is_notice
from kefu.scenario.model import LineKind
from kefu.scenario.quote import Quote, quotes
from kefu.scenario.words import alternation, labels, load

__all__ = ["Reading", "names_a_group", "quotes_speech", "read_speech", "spoken"]

_COLON = re.compile("[：:→]")
_BRACKETED = re.compile(r"[（(]([^（）()]{1,200})[）)]|[【\[]([^【】\[\]]{1,200})[】\]]")
_HEAD_BRACKET = re.compile(r"[【\[（(]([^【】\[\]（）()]{1,80})[】\]）)][ \t]*[：:]?[ \t]*")
_BETWEEN = re.compile(r"[\s、，,；;。/或和与及—\-→>]*")
_BETWEEN_SAID = re.compile(r"[\s、/或和与及]*")
_CUT = re.compile(r"[，,；;。]")
_SENTENCE = re.compile(r"[您你我吗呢吧？！?!。～~]|…")
_LETTER = re.compile(r"[^\W_]")
_SPACES = re.compile(r"[ \t]{2,}")
_ACTS = re.compile("[就则应可请，,。]")
_LONG_QUOTE = 12
_SHORT_CONDITION = 20
_SHORT_LABEL = 14


class Reading(NamedTuple):
    """What a line says. ``waits``: a condition whose utterances are still to come, on the lines below."""

    kind: LineKind
    text: str
    condition: str | None = None
    utterances: tuple[str, ...] = ()
    waits: bool = False
    answers: bool = False
    """Whether the line's label says that it answers the condition before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    stage: re.Pattern[str]
    bracket: re.Pattern[str]
    addressed: re.Pattern[str]
    about_customer: re.Pattern[str]
    spoken_start: re.Pattern[str]
    replies: re.Pattern[str]
    unsaid: re.Pattern[str]
    instructs: re.Pattern[str]


@cache
def _words() -> _Words:
    words = load("conditions.toml")
    return _Words(
        stage=re.compile(alternation(words["stage"])),
        bracket=re.compile(alternation(words["bracket"])),
        addressed=re.compile(alternation(words["addressed"])),
        about_customer=re.compile(alternation(words["about_customer"])),
        spoken_start=re.compile(alternation(words["spoken_starts"])),
        unsaid=re.compile(f"(?:{alternation(words['unsaid'])})[^，。；、,;]{{0,4}}$"),
        instructs=re.compile(alternation(words["instructs"])),
        replies=re.compile(f"(?:{alternation(words['replies'])})[:：\\s]*$"),
    )


def spoken(text: str, *, bare: bool = False) -> str:
    """``text`` as it is said aloud: without the instructions that stand in it in parentheses."""
    if not any(c in text for c in "（(【["):
        return text
    stage = _words().stage

    def keep(found: re.Match[str]) -> str:
        if found[1] is not None:
            return "" if bare or stage.search(found[1]) else found[0]
        return "" if stage.match(found[2]) else found[0]

    return _SPACES.sub(" ", _BRACKETED.sub(keep, text)).strip()


def _worth_saying(text: str) -> bool:
    return _LETTER.search(text) is not None


def names_a_group(text: str) -> bool:
    """Whether a line only says that utterances follow, as 话术： does."""
    name = _HEAD_BRACKET.sub("", text) if text[-1:] in "：:）)】]" else text
    name = name.strip("：: 【】")
    return len(name) <= _SHORT_LABEL and labels().group.fullmatch(name) is not None


def quotes_speech(texts: list[str]) -> bool:
    """Whether the flow marks what is spoken with quotes: some line is a quote, or a label and a quote."""
    for text in texts:
        found = quotes(text)
        if not found:
            continue
        head = text[: found[0].start].rstrip()
        if not head or (head[-1] in "：:" and not customer_says(head)):
            return True
        if head[-1] in "）)】]，," or (
            found[-1].end >= len(text) - 1 and len(found[-1].inner) >= _LONG_QUOTE and not begins_condition(text)
        ):
            return True
    return False


def read_speech(text: str, *, bare: bool = False) -> Reading:
    """Read one line of the flow; ``bare`` where the flow quotes nothing that is spoken."""
    found = quotes(text)
    if found and found[0].start == 0:
        reading = _quoted(text, found)
        if reading is not None:
            return reading
    if text[0] in "【[（(":
        reading = _bracketed(text, bare)
        if reading is not None:
            return reading
    colon = _outer_colon(text, found)
    if colon >= 0:
        return _labelled(text, colon, found, bare)
    if begins_condition(text) and not (bare and _is_addressed(text)):
        return _conditional(text, found, bare)
    if found and not (bare and _is_addressed(text)):
        return _mixed(text, found)
    return _plain(text, bare)


def _quoted(text: str, found: list[Quote]) -> Reading | None:
    """A line that is nothing but quotes, instructions between or behind them aside."""
    if len(found) == 1 and found[0].end == len(text):
        said = _said(found)
        return Reading(LineKind.UTTERANCE, found[0].inner, None, said) if said else Reading(LineKind.INSTRUCTION, text)
    rest = text[found[-1].end :]
    between = "".join(text[a.end : b.start] for a, b in pairwise(found))
    outside = _BRACKETED.sub("", between + rest)
    if len(_BETWEEN.sub("", outside)) > 0 and not (rest.strip()[:1] in "（(—" and rest.strip()):
        return None
    if (
        len(found) > 1
        and all(len(quote.inner) < _LONG_QUOTE and not _SENTENCE.search(quote.inner) for quote in found)
        and outside.strip()
    ):
        return None
    said = _said(found)
    return Reading(LineKind.UTTERANCE, text, None, said) if said else Reading(LineKind.INSTRUCTION, text)


def _said(found: list[Quote]) -> tuple[str, ...]:
    return tuple(said for quote in found if _worth_saying(said := spoken(quote.inner)))


def _bracketed(text: str, bare: bool) -> Reading | None:
    """A line that begins with a bracket: a condition before an utterance, or a stage direction."""
    head = _HEAD_BRACKET.match(text)
    if head is None:
        return None
    rest = text[head.end() :]
    inner = head[1].strip()
    square = text[0] in "【["
    conditional = begins_condition(inner) or (square and _words().bracket.search(inner) is not None)
    if not rest:
        if not conditional:
            return Reading(LineKind.INSTRUCTION, text)
        waits = len(inner) <= _SHORT_CONDITION and not _ACTS.search(inner)
        return Reading(LineKind.BRANCH, text, first_clause(inner), (), waits)
    said = _utterances(rest, bare)
    if conditional or is_condition(inner):
        return Reading(LineKind.BRANCH, text, inner, said, not said)
    return Reading(LineKind.UTTERANCE, text, None, said) if said else None


def _outer_colon(text: str, found: list[Quote]) -> int:
    """Where the first colon outside quotes and parentheses stands; -1 where there is none. A clock's colon is none."""
    following = iter(found)
    quote = next(following, None)
    for colon in _COLON.finditer(text):
        at = colon.start()
        while quote is not None and quote.end <= at:
            quote = next(following, None)
        if (quote is not None and quote.start < at) or _inside_parenthesis(text, at):
            continue
        if text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit():
            continue
        if text[at + 1 : at + 3] == "//":
            continue
        return at
    return -1


def _inside_parenthesis(text: str, at: int) -> bool:
    """Whether a parenthesis is open at ``at``; none is longer than sixty characters."""
    near = max(0, at - 60)
    opened = max(text.rfind("（", near, at), text.rfind("(", near, at))
    return opened >= 0 and max(text.rfind("）", opened, at), text.rfind(")", opened, at)) < 0


def _labelled(text: str, colon: int, found: list[Quote], bare: bool) -> Reading:
    """A label and what follows its colon."""
    head, tail = text[:colon].strip(), text[colon + 1 :].strip()
    known = labels()
    name = head.strip("*【】[] ")
    if known.customer.fullmatch(name):
        return Reading(LineKind.BRANCH, text, text.strip("：: "), (), True)
    if known.speaker.fullmatch(name):
        said = _utterances(tail, bare)
        return Reading(LineKind.UTTERANCE if said else LineKind.INSTRUCTION, text, None, said, False, True)
    if is_notice(name):
        return Reading(LineKind.INSTRUCTION, text)
    if bare and _is_addressed(head):
        return _plain(text, bare)
    inside = [quote for quote in found if quote.start > colon]
    if is_condition(head):
        if inside and "您" not in inside[0].inner and customer_says(head, strictly=True) and _is_about_customer(head):
            return _conditional(text, found, bare)
        said = _utterances(tail, bare)
        waits = not said and (not tail or tail[-1] in "：:")
        if not said and not waits and not begins_condition(head):
            return Reading(LineKind.INSTRUCTION, text)
        return Reading(LineKind.BRANCH, text, first_clause(head), said, waits)
    if inside:
        said = _utterances(tail, bare)
        return Reading(LineKind.UTTERANCE if said else LineKind.INSTRUCTION, text, None, said)
    if found and not bare:
        return _mixed(text, found)
    if bare and tail and len(head) <= _SHORT_LABEL and _is_addressed(tail):
        return Reading(LineKind.UTTERANCE, text, None, (spoken(tail, bare=True),))
    return _plain(text, bare)


def _is_about_customer(head: str) -> bool:
    return begins_condition(head) or _words().about_customer.search(head) is not None


def _conditional(text: str, found: list[Quote], bare: bool) -> Reading:
    """A line that begins with a condition: which of its quotes are the customer's, and which are spoken?"""
    if not found:
        waits = text[-1] in "：:"
        return Reading(LineKind.BRANCH, text, _condition_of(text if waits else first_clause(text)), (), waits)
    first = 0
    if customer_says(text[: found[0].start]) and not _is_reply(text[: found[0].start]):
        first = 1
        while first < len(found) and _BETWEEN_SAID.fullmatch(text, found[first - 1].end, found[first].start):
            first += 1
    if first == len(found):
        end = found[-1].end
        rest = text[end:].strip("：: ，,。；;")
        if rest and bare and _is_addressed(rest):
            return Reading(LineKind.BRANCH, text, text[:end], (spoken(rest, bare=True),))
        return Reading(LineKind.BRANCH, text, _condition_of(text), (), text[-1] in '：:”」"')
    said = _said_in(text, found[first:])
    condition = text[: found[first].start]
    if first:
        condition = text[: found[first - 1].end] + _before_comma(text[found[first - 1].end : found[first].start])
    else:
        condition = _CUT.split(condition, maxsplit=1)[0]
    return Reading(LineKind.BRANCH, text, _condition_of(condition), said, not said)


def _is_reply(prefix: str) -> bool:
    """Whether the words before a quote follow a comma, and so tell what the caller answers."""
    comma = max(prefix.rfind("，"), prefix.rfind(","), prefix.rfind("；"))
    return (
        comma >= 0
        and not begins_condition(prefix[comma + 1 :].strip())
        and _words().replies.search(prefix[-12:]) is not None
    )


def _before_comma(text: str) -> str:
    return _CUT.split(_COLON.split(text, maxsplit=1)[0], maxsplit=1)[0]


def _condition_of(text: str) -> str:
    return text.strip().rstrip("：:，,；;。→ ").strip() or text.strip()


def _mixed(text: str, found: list[Quote]) -> Reading:
    """Text with quotes in it: sentences are spoken, terms are only named."""
    said = _said_in(text, found)
    if said and not _words().about_customer.match(text):
        return Reading(LineKind.UTTERANCE, text, None, said)
    return Reading(LineKind.INSTRUCTION, text)


def _said_in(text: str, found: list[Quote]) -> tuple[str, ...]:
    """What is spoken of the quotes within a text: no terms, and nothing that is not to be said."""
    unsaid = _words().unsaid
    return tuple(
        line
        for quote in found
        if (len(quote.inner) >= _LONG_QUOTE or _SENTENCE.search(quote.inner))
        and not unsaid.search(text[max(0, quote.start - 12) : quote.start])
        and _worth_saying(line := spoken(quote.inner))
    )


def _plain(text: str, bare: bool) -> Reading:
    """A line without quotes."""
    if (_is_speech(text) if bare else _is_surely_spoken(text)) and _worth_saying(said := spoken(text, bare=True)):
        return Reading(LineKind.UTTERANCE, text, None, (said,))
    return Reading(LineKind.INSTRUCTION, text)


def _utterances(text: str, bare: bool) -> tuple[str, ...]:
    """What is spoken of what stands behind a label."""
    found = quotes(text)
    if found and found[0].start == 0:
        return _said(found)
    if found and not (bare and _is_addressed(text)):
        return _said_in(text, found)
    if (
        text
        and (_is_speech(text) if bare else _is_surely_spoken(text))
        and _worth_saying(said := spoken(text, bare=True))
    ):
        return (said,)
    return ()


def _is_speech(text: str) -> bool:
    """Whether a line of a flow that quotes nothing is spoken: addressed to the customer, or a sentence and no order."""
    if _is_addressed(text):
        return True
    words = _words()
    outside = _BRACKETED.sub("", text).strip()
    if not outside or outside[-1] not in "。？！?!…～" or words.about_customer.search(outside):
        return False
    return outside[-1] in "？?" or words.instructs.match(outside) is None


def _is_addressed(text: str) -> bool:
    words = _words()
    outside = _BRACKETED.sub("", text)
    if "您" in outside:
        return True
    return words.addressed.search(outside) is not None and words.about_customer.search(outside) is None


def _is_surely_spoken(text: str) -> bool:
    words = _words()
    return words.spoken_start.match(text) is not None and "您" in text and words.about_customer.search(text) is None
