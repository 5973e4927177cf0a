"""One line of the flow: is it spoken, under which condition, or only an instruction?

Where the flow quotes what is spoken, a bare line is an instruction; where it
quotes nothing at all, what is addressed to the customer is spoken. Quotes
inside a condition are the customer's words, never the caller's.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from kefu.scenario.condition import (
    begins_condition,
    customer_says,
    first_clause,
    is_condition,
    is_notice,
    is_only_condition,
    names_a_case,
)
from kefu.scenario.model import LineKind
from kefu.scenario.quote import Quote, quotes
from kefu.scenario.said import (
    BRACKETED,
    is_addressed,
    is_sentence,
    said_in,
    said_of,
    said_plainly,
    speech_words,
    spoken,
    utterances,
)
from kefu.scenario.words import labels

__all__ = ["Reading", "names_a_group", "quotes_speech", "read_speech"]

_COLON = re.compile("[：:→⇒]|[-=]>")
_HEAD_BRACKET = re.compile(r"[【\[（(]([^【】\[\]（）()]{1,80})[】\]）)][ \t]*[：:]?[ \t]*")
_BETWEEN = re.compile(r"[\s、，,；;。/或和与及—\-→>]*")
_LETTER_MARK = re.compile(r"[A-Fa-f][.．、)）][ \t]*(?=[^\sA-Za-z])")
_ARROW = re.compile(r"\s*(?:→|⇒|[-=]{1,2}>)\s*")
_BETWEEN_SAID = re.compile(r"[\s、/或和与及]*")
_CUT = re.compile(r"[，,；;。]")
_ACTS = re.compile("[就则应可请，,。]")
_BEHIND = re.compile(
    r"[\s，,—–\-]*[（(【\[]([^（）()【】\[\]]{1,60})[）)】\]][。；;，,\s]*"
    r"|[\s]*[—–\-，,]{1,3}[ ]*([^（）()：:]{2,40}?)[。；;\s]*"
)
"""What may stand behind what is said: an aside, or a clause behind a dash or comma."""
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
    if text[0] in "ABCDEFabcdef" and (lettered := _LETTER_MARK.match(text)) is not None:
        return read_speech(text[lettered.end() :], bare=bare)._replace(text=text)
    found = quotes(text)
    reading = _at_its_ends(text, found, bare)
    if reading is not None:
        return reading
    colon = _outer_colon(text, found)
    if colon >= 0:
        return _labelled(text, colon, found, bare)
    if begins_condition(text) and not (bare and is_addressed(text)):
        return _conditional(text, found, bare)
    if found and not (bare and is_addressed(text)):
        return _mixed(text, found)
    return _plain(text, bare)


def _at_its_ends(text: str, found: list[Quote], bare: bool) -> Reading | None:
    """A line that its beginning or its end tells: a condition behind it, a quote, a case or a bracket before it."""
    reading = _said_if(text, found[-1].end, bare) if found and found[-1].end < len(text) else None
    if reading is None and found and found[0].start == 0:
        reading = _quoted(text, found)
    if reading is None and (case := names_a_case(text)):
        reading = _case(text, case, found, bare)
    if reading is None and text[0] in "【[（(":
        reading = _bracketed(text, bare)
    return reading


def _is_occasion(text: str, end: int) -> bool:
    """Whether what stands before a quote and a comma is a short condition, as in 犹豫时，“…”."""
    if text[:end].rstrip()[-1:] not in ("，", ","):
        return False
    head = _condition_of(text[:end])
    return len(head) <= _SHORT_CONDITION and _CUT.search(head) is None and is_condition(head)


def _said_if(text: str, end: int, bare: bool) -> Reading | None:
    """A line with a condition behind what is said, as in “…”（若客户沉默）."""
    behind = _BEHIND.fullmatch(text, end)
    if behind is None or not is_only_condition(condition := (behind[1] or behind[2]).strip()):
        return None
    reading = read_speech(text[:end], bare=bare)
    if reading.kind is not LineKind.UTTERANCE:
        return None
    return Reading(LineKind.BRANCH, text, condition, reading.utterances)


def _case(text: str, end: int, found: list[Quote], bare: bool) -> Reading:
    """A line that names one of several cases, and perhaps what is said in it: 情况一（客户在家）：“…”."""
    if found:
        inside = max(_outer_colon(text[: found[0].start], []), 0)
        said = said_in(text, found)
        return Reading(LineKind.BRANCH, text, _condition_of(text[: inside or found[0].start]), said, not said)
    colon = _outer_colon(text[end:], [])
    said = utterances(text[end + colon + 1 :].strip(), bare) if colon > 0 else ()
    condition = text[: end + colon] if said else text
    return Reading(LineKind.BRANCH, text, _condition_of(condition), said, not said)


def _quoted(text: str, found: list[Quote]) -> Reading | None:
    """A line that is nothing but quotes, instructions between or behind them aside."""
    if len(found) == 1 and found[0].end == len(text):
        said = said_of(found)
        return Reading(LineKind.UTTERANCE, found[0].inner, None, said) if said else Reading(LineKind.INSTRUCTION, text)
    rest = text[found[-1].end :]
    between = "".join(text[a.end : b.start] for a, b in pairwise(found))
    outside = BRACKETED.sub("", between + rest)
    if len(found) > 1 and "您" not in found[0].inner and _ARROW.fullmatch(text, found[0].end, found[1].start):
        return None  # what the customer says, and the answer
    if len(_BETWEEN.sub("", outside)) > 0 and not (rest.strip()[:1] in "（(—" and rest.strip()):
        return None
    if len(found) > 1 and not any(is_sentence(quote.inner) for quote in found) and outside.strip():
        return None
    said = said_of(found)
    return Reading(LineKind.UTTERANCE, text, None, said) if said else Reading(LineKind.INSTRUCTION, text)


def _bracketed(text: str, bare: bool) -> Reading | None:
    """A line that begins with a bracket: a condition before an utterance, or a stage direction."""
    head = _HEAD_BRACKET.match(text)
    if head is None:
        return None
    rest = text[head.end() :]
    inner = head[1].strip()
    square = text[0] in "【["
    conditional = begins_condition(inner) or (square and speech_words().bracket.search(inner) is not None)
    if not rest:
        if not conditional:
            return Reading(LineKind.INSTRUCTION, text)
        waits = len(inner) <= _SHORT_CONDITION and not _ACTS.search(inner)
        return Reading(LineKind.BRANCH, text, first_clause(inner), (), waits)
    said = utterances(rest, bare)
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
    head, tail = text[:colon].strip(), text[_behind(text, colon) :].strip()
    known = labels()
    name = head.strip("*【】[] ")
    if known.customer.fullmatch(name):
        if len(found) > 1:
            return _conditional(text, found, bare, of_customer=True)
        return Reading(LineKind.BRANCH, text, text.strip("：: "), (), True)
    if known.speaker.fullmatch(name):
        said = utterances(tail, bare)
        return Reading(LineKind.UTTERANCE if said else LineKind.INSTRUCTION, text, None, said, False, True)
    if is_notice(name):
        return Reading(LineKind.INSTRUCTION, text)
    if tail and not found and known.reaction.fullmatch(name):
        return read_speech(tail)._replace(text=text) if begins_condition(tail) else Reading(LineKind.INSTRUCTION, text)
    if bare and is_addressed(head):
        return _plain(text, bare)
    inside = [quote for quote in found if quote.start > colon]
    if found and found[0].start == 0 and inside and _answers_words(text, found, colon):
        return Reading(LineKind.BRANCH, text, head, said_of(inside))
    if is_condition(head):
        return _under(text, head, tail, found, inside, bare)
    if inside:
        said = utterances(tail, bare)
        return Reading(LineKind.UTTERANCE if said else LineKind.INSTRUCTION, text, None, said)
    if found and not bare:
        return _mixed(text, found)
    if bare and tail and len(head) <= _SHORT_LABEL and is_addressed(tail):
        return Reading(LineKind.UTTERANCE, text, None, (spoken(tail, bare=True),))
    return _plain(text, bare)


def _under(text: str, head: str, tail: str, found: list[Quote], inside: list[Quote], bare: bool) -> Reading:
    """A condition before a colon, and what is said or done under it."""
    if inside and "您" not in inside[0].inner and customer_says(head, strictly=True) and _is_about_customer(head):
        return _conditional(text, found, bare)
    said = utterances(tail, bare)
    waits = not said and (not tail or tail[-1] in "：:")
    if not said and not waits and not begins_condition(head):
        return Reading(LineKind.INSTRUCTION, text)
    return Reading(LineKind.BRANCH, text, first_clause(head), said, waits)


def _answers_words(text: str, found: list[Quote], colon: int) -> bool:
    """Whether quotes before a colon are answered by the one behind it, as in “没空”：“…”; a term is only named."""
    before = [quote for quote in found if quote.end <= colon]
    if any(names_a_group(quote.inner) or is_notice(quote.inner) for quote in before):
        return False
    outside = "".join(text[a.end : b.start] for a, b in pairwise(before)) + text[before[-1].end : colon]
    return not _BETWEEN_SAID.sub("", outside) and found[len(before)].start == _behind(text, colon)


def _behind(text: str, colon: int) -> int:
    """Where the text begins again behind a colon or an arrow."""
    at = colon + 2 if text[colon] in "-=" else colon + 1
    return at + len(text[at : at + 8]) - len(text[at : at + 8].lstrip())


def _is_about_customer(head: str) -> bool:
    return begins_condition(head) or speech_words().about_customer.search(head) is not None


def _conditional(text: str, found: list[Quote], bare: bool, *, of_customer: bool = False) -> Reading:
    """A line that begins with a condition: which of its quotes are the customer's, and which are spoken?

    ``of_customer`` where a label says that the first of them is the customer's.
    """
    if not found:
        waits = text[-1] in "：:"
        return Reading(LineKind.BRANCH, text, _condition_of(text if waits else first_clause(text)), (), waits)
    first = 0
    if of_customer or (customer_says(text[: found[0].start]) and not _is_reply(text[: found[0].start])):
        first = 1
        while first < len(found) and _BETWEEN_SAID.fullmatch(text, found[first - 1].end, found[first].start):
            first += 1
    if first == len(found):
        end = found[-1].end
        rest = text[end:].strip("：: ，,。；;")
        if rest and bare and is_addressed(rest):
            return Reading(LineKind.BRANCH, text, text[:end], (spoken(rest, bare=True),))
        condition = text[:end] + _before_comma(text[end:])
        return Reading(LineKind.BRANCH, text, _condition_of(condition), (), text[-1] in '：:”」"')
    said = said_in(text, found[first:])
    condition = text[: found[first].start]
    if first:
        condition = text[: found[first - 1].end] + _before_comma(text[found[first - 1].end : found[first].start])
    else:
        condition = first_clause(_CUT.split(condition, maxsplit=1)[0].rstrip("：: "))
    return Reading(LineKind.BRANCH, text, _condition_of(condition), said, not said)


def _is_reply(prefix: str) -> bool:
    """Whether the words before a quote follow a comma or 则, and so tell what the caller answers."""
    if speech_words().then_replies.search(prefix[-16:]) is not None:
        return True
    comma = max(prefix.rfind("，"), prefix.rfind(","), prefix.rfind("；"))
    return (
        comma >= 0
        and not begins_condition(prefix[comma + 1 :].strip())
        and speech_words().replies.search(prefix[-12:]) is not None
    )


def _before_comma(text: str) -> str:
    """What still belongs to a condition behind the customer's words; that the caller answers then does not."""
    rest = _CUT.split(_COLON.split(text, maxsplit=1)[0], maxsplit=1)[0]
    return "" if speech_words().replies.fullmatch(rest.strip()) else rest


def _condition_of(text: str) -> str:
    return text.strip().rstrip("：:，,；;。→ ").strip() or text.strip()


def _mixed(text: str, found: list[Quote]) -> Reading:
    """Text with quotes in it: sentences are spoken, terms are only named."""
    said = said_in(text, found)
    if _is_occasion(text, found[0].start):
        return Reading(LineKind.BRANCH, text, _condition_of(text[: found[0].start]), said)
    if said and not speech_words().about_customer.match(text):
        return Reading(LineKind.UTTERANCE, text, None, said)
    return Reading(LineKind.INSTRUCTION, text)


def _plain(text: str, bare: bool) -> Reading:
    """A line without quotes."""
    said = said_plainly(text, bare)
    return Reading(LineKind.UTTERANCE if said else LineKind.INSTRUCTION, text, None, said)
