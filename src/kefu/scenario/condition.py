"""Conditions: whether a label, a clause or a step title holds only for some customers.

The words are in ``conditions.toml``; what counts is who the words are about: a
reaction of the customer is a condition, an act of the caller is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from kefu.scenario.words import alternation, labels, load

__all__ = [
    "begins_condition",
    "customer_says",
    "first_clause",
    "is_condition",
    "is_notice",
    "is_only_condition",
    "names_a_case",
    "title_condition",
]

_CLAUSE = re.compile(r"[，,；;。！!？?：:—]+")
_PARENTHESIS = re.compile(r"[（(]([^（）()]{1,60})[）)]")
_TAIL = re.compile(r"[\s：:，,、；;]+$")
_COMMA = re.compile(r"[，,；;。]")
_CLAUSES = 8
"""A condition has no more clauses than this."""
_ARROW = re.compile("→|->|=>|⇒")
_TIMES = frozenset("间候段刻限效机长常有而不")
_LEADS_ON = re.compile("(?<=[^否原规法准细守]{2})[则就]$")
_THEN = re.compile("[就则可请，,。；;：:]|应该|应当|直接|跳过|进入|重复|继续|转|结束|说明")
_LONG_LABEL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    starts: re.Pattern[str]
    not_starts: re.Pattern[str]
    directions: re.Pattern[str]
    subject: re.Pattern[str]
    matters: re.Pattern[str]
    reactions: re.Pattern[str]
    verbs: frozenset[str]
    short_reactions: re.Pattern[str]
    short_label: re.Pattern[str]
    case: re.Pattern[str]
    optional: re.Pattern[str]
    notice: re.Pattern[str]
    acts: re.Pattern[str]
    cuts: re.Pattern[str]
    action: re.Pattern[str]
    ends: re.Pattern[str]
    says: re.Pattern[str]
    says_strictly: re.Pattern[str]
    goes_on: re.Pattern[str]
    then: re.Pattern[str]
    may: re.Pattern[str]
    step_starts: re.Pattern[str]
    step_reactions: re.Pattern[str]
    step_needs_reaction: tuple[str, ...]
    short: int
    shorter: int


@cache
def _words() -> _Words:
    words = load("conditions.toml")
    return _Words(
        starts=re.compile(alternation(words["starts"])),
        not_starts=re.compile(alternation(words["not_starts"])),
        directions=re.compile(alternation(words["directions"])),
        subject=re.compile(alternation(words["subjects"])),
        matters=re.compile(f"(?:的)?(?:{alternation(words['matters'])})"),
        reactions=re.compile(alternation(words["reactions"])),
        verbs=frozenset(words["verbs"]),
        short_reactions=re.compile(alternation(word for word in words["reactions"] if len(word) > 1)),
        short_label=re.compile(
            f"(?:{alternation(words['short_starts'])})|.*(?:{alternation(words['short_within'])})"
            f"|.+(?:{alternation(words['short_ends'])})$"
        ),
        case=re.compile(
            rf"(?:{alternation(words['cases'])})[ ]?(?:[A-Za-z]|\d\d?|[一二三四五六七八九十])(?=[：:、.．，, （(]|$)"
        ),
        optional=re.compile(f"(?:{alternation(words['optional'])})$"),
        notice=re.compile(f"(?:{alternation(words['notices'])})"),
        acts=re.compile(alternation(words["acts"])),
        cuts=re.compile(
            f"(?<=.)时(?={alternation(words['cuts'])})|(?<=...)[就则](?=[问挂说把用直改约按记回转请不再讲给跳停收])"
        ),
        action=re.compile(alternation(words["actions"])),
        ends=re.compile(f"(?:{alternation(words['ends'])})$"),
        says=re.compile(f"(?:{alternation(words['says'])})[:：\\s]*$"),
        says_strictly=re.compile(f"(?:{alternation(words['says_strictly'])})[:：\\s]*$"),
        goes_on=re.compile(alternation(words["goes_on"])),
        then=re.compile(f"(?<=..)(?:{alternation(words['then'])})|(?<=.)后(?=主动|立即|马上|及时|礼貌)"),
        may=re.compile(
            f"(?:可以?|则|应该?|应当|就|请|并|即)(?:直接|马上|立即|再|主动|先)?(?:{alternation(words['may'])})$"
        ),
        step_starts=re.compile(alternation(words["step_starts"])),
        step_reactions=re.compile(alternation(words["step_reactions"])),
        step_needs_reaction=tuple(words["step_needs_reaction"]),
        short=words["short"],
        shorter=words["shorter"],
    )


def begins_condition(text: str) -> bool:
    """Whether ``text`` begins with the words that open a condition, or with the customer doing something."""
    words = _words()
    if words.starts.match(text):
        return not words.not_starts.match(text)
    found = words.subject.match(text)
    if found is None:
        return False
    rest = text[found.end() :]
    if words.matters.match(rest):
        return False
    if words.starts.match(rest) and not words.not_starts.match(rest):
        return True
    return rest[:1] in words.verbs or words.reactions.search(_COMMA.split(rest, maxsplit=1)[0][:30]) is not None


def is_condition(label: str) -> bool:
    """Whether a label before a colon or a quote states a condition on the customer."""
    words = _words()
    text = label.strip(" （）()【】[]：:，,、")
    if not text or words.notice.fullmatch(text):
        return False
    if begins_condition(text) or words.case.match(text):
        return True
    occasion = words.not_starts.match(text)
    if occasion is not None and not is_condition(text[occasion.end() :]):
        return False
    if len(text) > _LONG_LABEL or labels().group.fullmatch(text):
        return False
    if words.directions.match(text):
        return (
            words.reactions.search(text) is not None
            or words.subject.search(text) is not None
            or text.startswith("针对")
        )
    found = words.subject.match(text)
    if found is not None and words.matters.match(text, found.end()):
        return False
    if words.action.match(text):
        return False
    if len(text) <= words.shorter and words.short_label.match(text):
        return True
    if len(text) <= words.short and words.short_reactions.search(text) and not words.acts.match(text):
        return True
    return words.ends.search(text) is not None and (
        words.subject.search(text) is not None or words.reactions.search(text) is not None
    )


def names_a_case(text: str) -> int:
    """How many characters of ``text`` name one of several cases, as 情况一 does; 0 where it begins with none."""
    found = _words().case.match(text)
    return found.end() if found is not None else 0


def is_only_condition(aside: str) -> bool:
    """Whether an aside is a condition and nothing else: it neither says what is done then nor may be left out."""
    text = aside.strip()
    words = _words()
    if not begins_condition(text) or words.optional.fullmatch(text) or _THEN.search(text):
        return False
    return first_clause(text) == text


def is_notice(label: str) -> bool:
    """Whether a label announces something that the caller should know and never say."""
    return _words().notice.fullmatch(label.strip(" *【】[]（）()")) is not None


def first_clause(text: str) -> str:
    """The condition of ``text`` without what the caller does then, which follows a comma or a 可补充."""
    may = _words().may.search(text)
    if may is not None and may.start() > 3:
        text = text[: may.start()].rstrip("，, ")
    text = _LEADS_ON.sub("", text)
    arrow = _ARROW.search(text)
    if arrow is not None and arrow.start() > 1:
        text = text[: arrow.start()].rstrip()
    words = _words()
    for comma in islice(_COMMA.finditer(text), _CLAUSES):
        rest = text[comma.end() :].strip()
        if (
            begins_condition(text[: comma.start()])
            and rest
            and not words.goes_on.match(rest)
            and not begins_condition(rest)
        ):
            text = text[: comma.start()]
            break
    cut = words.cuts.search(text)
    if cut is None or not begins_condition(text):
        return text
    return text[: cut.end() if cut.group() == "时" else cut.start()]


def customer_says(text: str, *, strictly: bool = False) -> bool:
    """Whether ``text``, standing before a quote, announces the customer's words."""
    words = _words()
    return (words.says_strictly if strictly else words.says).search(text[-20:]) is not None


def title_condition(title: str) -> str | None:
    """The condition under which a whole step holds, in the words of its title; ``None`` where it always holds."""
    words = _words()
    found = _PARENTHESIS.search(title)
    if found is not None and _of_step(found[1], words):
        return found[1].strip()
    bare = _PARENTHESIS.sub("", title)
    for at, clause in enumerate(_CLAUSE.split(bare[:200])):
        clause = clause.strip()
        if clause and _of_step(clause, words) and (at == 0 or begins_condition(clause)):
            return _until_then(clause, words)
    return None


def _of_step(clause: str, words: _Words) -> bool:
    start = words.step_starts.match(clause)
    if start is not None:
        rest = clause[start.end() :]
        return start.group() not in words.step_needs_reaction or words.step_reactions.search(rest) is not None
    subject = words.subject.match(clause)
    if subject is None:
        reaction = words.step_reactions.search(clause)
        return reaction is not None and "时" in clause[reaction.end() : reaction.end() + 3]
    rest = clause[subject.end() :]
    return rest[:1] in ("如", "若") or words.step_reactions.match(rest) is not None


def _until_then(clause: str, words: _Words) -> str:
    """``clause`` up to the 时 that ends its condition, or up to what the caller does then."""
    at = clause.find("时")
    while at >= 0:
        after = clause[at + 1 : at + 2]
        if after not in _TIMES:
            return clause[: at + 1]
        at = clause.find("时", at + 1)
    reaction = words.step_reactions.search(clause)
    then = words.then.search(clause, reaction.end() if reaction is not None else 2)
    if then is None:
        return clause
    return clause[: then.end() if then.group() == "后" else then.start()]
