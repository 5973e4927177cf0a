"""Written worries as they are said on the phone: 担心信息泄露 becomes 不会信息泄露吧？

Every concern of the document is taken apart into clauses; what is a question
already is asked, a worry, a wish or a refusal is put into words by patterns kept as
data, and what tells of the inner life of the customer is left unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from kefu.call.phrasing import load
from kefu.call.speech import key
from kefu.language.concepts import mentions_in
from kefu.scenario.model import Concerns

__all__ = ["Concern", "concerns_of"]

_CLAUSE = re.compile(r"[。！!；;？?，,\n—…]+|(?<![并而尚暂])且(?=[越要能不无没])")
_EITHER = re.compile(r"(?<=[\u4e00-\u9fff])/[\u4e00-\u9fff]{2}")
_LISTED = re.compile(r"、")
_LEVEL = re.compile(r"(首要|次要|潜在|其次|没有说出口)[^：:，,]{0,6}[：:是的]+")
_LEVELS = {"首要": 0, "次要": 1, "其次": 1, "潜在": 2, "没有说出口": 2}
_OTHERS = re.compile(r"[他她]本人|[他她]们")
_WORRIES = re.compile(r"、(?:怕|担心)")
_LEAD = re.compile(
    r"^(?:其实|另外|还有|同时|并且?|且|但是?|而且?|对(?![话方比接外])|[他她]|会(?!不会)|至于|尤其|特别是|明确|关于|[^：:]{2,6}[：:])(?=.{4})"
)
_MARKED = re.compile(r"[“”\"‘’「」『』（）()【】\[\]*]")
_PARENTHESIS = re.compile(r"[（(][^（()）]{0,60}[)）]")
_SHORTEST, _LONGEST = 3, 24
_MOST_CLAUSES = 40
_MOST = 60
_LIST = 8
_WITH_COMMENT = 12
_COMMENTED = re.compile(r"\{x\}[，？].")
_QUESTION_END = "吗呢吧啊呀么"
_QUESTIONS = re.compile(r"会不会|能不能|是不是|有没有|要不要|行不行|可不可以|(.)不\1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One worry: the ways to say it, best first, and the clause it comes from; ``rank`` 0 is primary, 2 latent."""

    clause: str
    sayings: tuple[str, ...]
    rank: int
    goal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    label: re.Pattern[str]
    narrative: re.Pattern[str]
    goal: re.Pattern[str]
    goal_sayings: tuple[str, ...]
    spoken: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    fallback: tuple[str, ...]


@cache
def _rules() -> _Rules:
    data = load("concerns")
    return _Rules(
        label=re.compile(data["label"]),
        narrative=re.compile(data["narrative"]),
        goal=re.compile(data["goal"]),
        goal_sayings=tuple(data["goal_sayings"]),
        spoken=dict(data["spoken"]),
        patterns=tuple((re.compile(entry["find"]), tuple(entry["say"])) for entry in data["patterns"]),
        fallback=tuple(data["fallback"]["say"]),
    )


def concerns_of(concerns: Concerns, name: str = "") -> tuple[Concern, ...]:
    """What the customer may raise, the most urgent first."""
    found: dict[str, Concern] = {}
    ranked = ((concerns.primary, 0), (concerns.secondary, 1), (concerns.other, 1), (concerns.latent, 2))
    for items, rank in ranked:
        for item in items:
            for part, level in _levels(item.text, rank):
                for clause in _clauses(part, name):
                    concern = _concern(clause, level)
                    if concern is not None:
                        found.setdefault(key(clause), concern)
        if rank == 0 and not found:
            for item in items:
                if (worry := _fallback(item.text)) is not None:
                    found.setdefault(key(worry.clause), worry)
    return tuple(sorted(found.values(), key=lambda concern: concern.rank)[:_MOST])


def _levels(text: str, rank: int) -> Iterable[tuple[str, int]]:
    """``text`` cut where it names a level of urgency itself (首要：…；次要：…)."""
    marks = list(_LEVEL.finditer(text))
    if not marks or marks[0].start() > 4:
        yield (text[: marks[0].start()] if marks else text), rank
    for at, mark in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        yield text[mark.end() : end], _LEVELS[mark[1]] if len(marks) > 1 else rank


def _clauses(text: str, name: str) -> Iterable[str]:
    rules = _rules()
    text = _MARKED.sub("", _PARENTHESIS.sub("", rules.label.sub("", text, count=1)))
    if name:
        text = text.replace(name, "我")
    count = 0
    for long in _CLAUSE.split(text):
        apart = len(long) > _LONGEST or _QUESTIONS.search(long) is not None or _WORRIES.search(long) is not None
        parts = _LISTED.split(long) if apart else [long]
        for part in parts:
            clause = part.strip()
            if _OTHERS.search(clause):
                continue
            clause = _EITHER.sub("", clause)
            if clause.endswith("如何"):
                clause = clause.removesuffix("如何") + "怎么样"
            for written, said in rules.spoken.items():
                if written in clause:
                    clause = clause.replace(written, said)
            clause = _LEAD.sub("", clause)
            if _SHORTEST <= len(clause) <= _LONGEST and count < _MOST_CLAUSES:
                count += 1
                yield clause


def _concern(clause: str, rank: int) -> Concern | None:
    rules = _rules()
    if rules.goal.search(clause):
        return Concern(clause=clause, sayings=rules.goal_sayings, rank=rank, goal=True)
    if rules.narrative.search(clause) or "他" in clause or "她" in clause:
        return None
    for pattern, sayings in rules.patterns:
        found = pattern.search(clause)
        if found is not None:
            said = tuple(_said(saying, found["x"].strip()) for saying in _natural(sayings, found["x"]))
            return Concern(clause=clause, sayings=said, rank=rank)
    return None


def _natural(sayings: tuple[str, ...], x: str) -> tuple[str, ...]:
    """The sayings that ``x`` goes into without a stumble: a long one wants no comment after it, no word comes twice."""
    fit = [
        saying
        for saying in sayings
        if not (len(x) > _WITH_COMMENT and _COMMENTED.match(saying)) and not ("具体" in x and "具体" in saying)
    ]
    return tuple(fit) or sayings


def _said(saying: str, x: str) -> str:
    if "、" in x and len(x) > _LIST and not _QUESTIONS.search(x):
        x = x.partition("、")[0]
    if x and x[-1] in _QUESTION_END and saying.endswith("啊？"):
        return saying.replace("{x}啊？", x + "？")
    if saying.startswith("不会{x}") and x.startswith(("会", "不会")):
        x = x.removeprefix("不").removeprefix("会")
    return saying.replace("{x}", x)


def _fallback(text: str) -> Concern | None:
    if _rules().narrative.search(text):
        return None
    words = [mention.words for mention in mentions_in(text) if len(mention.words) >= 2]
    if not words:
        return None
    topic = max(words, key=len)
    return Concern(clause=topic, sayings=tuple(say.replace("{x}", topic) for say in _rules().fallback), rank=0)
