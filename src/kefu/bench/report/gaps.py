"""Knowledge gaps: questions that no document answered, those that ask the same put together, ready to be pasted back.

The block is written in the form that the reader of scenarios reads, with the
answer left for its author to fill in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kefu.bench.report.findings import Words
from kefu.bench.report.sketch import Sketch
from kefu.language.meaning import relatedness

__all__ = ["Gap", "GapList", "block", "gap_lists"]

_ALIKE = 0.55
"""From here on two questions ask the same; unrelated ones lie about 0."""
_MOST_GROUPS = 120
_ANSWER = "（待补充）"
_OTHERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions that ask the same: how often they came, the most frequent wording, some others, where one stands."""

    question: str
    count: int
    others: tuple[str, ...]
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """The gaps of one document, most frequent first; ``asked`` counts every coming.

    ``partly`` is true where there were too many different questions to group them all.
    """

    scenario: str
    asked: int
    gaps: tuple[Gap, ...]
    partly: bool


@dataclass(slots=True, kw_only=True)
class _Group:
    question: str
    words: Words
    count: int
    others: list[str]


def gap_lists(questions: Mapping[str, Sketch[Words]]) -> tuple[GapList, ...]:
    """For each document its gaps, the document with most questions first."""
    lists = [
        GapList(
            scenario=scenario,
            asked=asked.seen,
            gaps=tuple(_gaps(asked)),
            partly=asked.is_full,
        )
        for scenario, asked in questions.items()
    ]
    return tuple(sorted(lists, key=lambda each: (-each.asked, each.scenario)))


def _gaps(asked: Sketch[Words]) -> Iterable[Gap]:
    groups: list[_Group] = []
    for question, words, count in asked:
        group = next((each for each in groups if _alike(question, each.question)), None)
        if group is not None:
            group.count += count
            group.others.append(question)
        elif len(groups) < _MOST_GROUPS:
            groups.append(_Group(question=question, words=words, count=count, others=[]))
    groups.sort(key=lambda each: -each.count)
    return (
        Gap(question=each.question, count=each.count, others=tuple(each.others[:_OTHERS]), words=each.words)
        for each in groups
    )


def _alike(one: str, other: str) -> bool:
    return relatedness(one, other) >= _ALIKE


def block(gaps: GapList, *, most: int = 40) -> str:
    """The gaps as questions of a knowledge base, each with its answer left open."""
    return "\n".join(f"- Q: {_line(gap.question)}\n  A: {_ANSWER}" for gap in gaps.gaps[:most])


def _line(question: str) -> str:
    """On one line, and without quotes around it or marks in front of it, which the reader would take off."""
    return " ".join(question.split()).strip("“”\"'「」『』*-#> ")
