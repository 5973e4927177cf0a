"""The knowledge base: rows to facts, each a question and its answer.

Marks decide where there are any. Where there are none the shape does: a bullet,
a number or a bold line asks, what is indented or unmarked below it answers.
Nothing is dropped: a question without an answer is a fact without an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from kefu.scenario.markdown import BULLET, HEADING, Row, take_number
from kefu.scenario.model import Fact
from kefu.scenario.quote import quotes, unquoted
from kefu.scenario.words import Labels, labels

__all__ = ["read_facts"]

_QUESTION_END = re.compile(r"[？?][”」』\"）)]*$")
_FIRST_QUESTION = re.compile(r"[？?][”」』\"]?(?=[^？?”」』\"])")
_TAIL = re.compile(r"^[\s：:—\-–→>=|]+")
_COLON = re.compile("[：:]")
_LONG_TOPIC = 24
_FEW = 2
_MARKS = 3
"""No more marks than this stand one behind the other, as in Q: Q: …"""


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A fact while its rows are read."""

    row: Row
    question: str
    asked: bool
    """Whether the question was marked as one."""
    answers: list[str] = field(default_factory=list[str])
    answered: bool = False
    """Whether the answer was marked as one."""


def read_facts(rows: list[Row]) -> tuple[tuple[Fact, ...], list[Row]]:
    """The facts of a knowledge base, and the rows before the first of them that belong to none."""
    known = labels()
    rows = _without_headings(rows, known)
    marked = any(_question_mark(row.text, known) or known.answer.match(row.text) for row in rows)
    drafts: list[_Draft] = []
    before: list[Row] = []
    alternate = not marked and _is_flat(rows)
    for row in rows:
        if (
            not drafts
            and marked
            and not _question_mark(row.text, known)
            and not known.answer.match(row.text)
            and _introduces(row)
        ):
            before.append(row)
            continue
        _take(row, drafts, known, alternate)
    facts: list[Fact] = []
    for draft in drafts:
        fact = _fact(draft)
        if facts and not facts[-1].answer and not fact.question:
            facts[-1] = replace(facts[-1], answer=fact.answer)
        elif fact.question or fact.answer:
            facts.append(fact)
    return tuple(facts), before


def _without_headings(rows: list[Row], known: Labels) -> list[Row]:
    """The rows without the headings that only part them; a heading that asks is a question, what follows its answer."""
    headings = [row for row in rows if row.mark == HEADING]
    if not headings:
        return rows
    asking = sum(_asks(_clean(row), known) for row in headings)
    if not 2 * asking >= len(headings) and not _are_topics(rows, known):
        return [row for row in rows if row.mark != HEADING]
    below: list[Row] = []
    inside = False
    for row in rows:
        if row.mark == HEADING:
            text = _clean(row)
            inside = True
            below.append(row._replace(mark=BULLET, number=0, text=text, bold=len(text), indent=0))
        else:
            below.append(row._replace(indent=row.indent + 2, bold=0) if inside else row)
    return below


def _clean(row: Row) -> str:
    return row.text[take_number(row.text)[1] :]


def _asks(text: str, known: Labels) -> bool:
    return _QUESTION_END.search(text) is not None or _question_mark(text, known) > 0


def _are_topics(rows: list[Row], known: Labels) -> bool:
    """Whether each heading names a topic and the few lines below it answer: nothing else marks a question."""
    below = 0
    for at, row in enumerate(rows):
        if row.mark == HEADING:
            if at + 1 == len(rows) or rows[at + 1].mark == HEADING:
                return False
            below = 0
            continue
        below += 1
        if below > _FEW or row.bold or row.indent > rows[0].indent + 1 or _asks(unquoted(row.text), known):
            return False
    return True


def _introduces(row: Row) -> bool:
    return not row.mark and not row.bold and (row.text[-1] in "：:" or labels().reader.search(row.text) is not None)


def _question_mark(text: str, known: Labels) -> int:
    """How many characters mark ``text`` as a question; an answer's mark is none."""
    end = 0
    for _ in range(_MARKS):
        found = known.question.match(text, end)
        if found is None:
            break
        end = found.end()
    return end


def _is_flat(rows: list[Row]) -> bool:
    """Whether questions and answers take turns on one level, so that only their wording tells them apart."""
    if len(rows) < 2 or any(row.bold for row in rows):
        return False
    if len({row.indent for row in rows}) > 1 or len({row.mark for row in rows}) > 1:
        return False
    return any(_QUESTION_END.search(row.text) for row in rows) and not all(
        _QUESTION_END.search(row.text) for row in rows
    )


def _take(row: Row, drafts: list[_Draft], known: Labels, alternate: bool) -> None:
    """Let one row begin a fact or add to the last one."""
    text = row.text
    skip = _question_mark(text, known)
    if skip and not _is_answer_to(text, drafts, known):
        drafts.append(_draft(row, text[skip:], known, asked=True))
        return
    answer = known.answer.match(text)
    if answer is not None:
        if len(drafts) > 1 and not drafts[-1].question and not drafts[-1].answers and not drafts[-2].answers:
            drafts.pop()  # a mark with nothing behind it
        if not drafts or (drafts[-1].answered and drafts[-1].answers and not _deeper(row, drafts[-1])):
            drafts.append(_Draft(row=row, question="", asked=False))
        if rest := text[answer.end() :].strip():
            drafts[-1].answers.append(rest)
        drafts[-1].answered = True
        return
    if drafts and drafts[-1].asked and not drafts[-1].question and not drafts[-1].answers:
        drafts[-1] = _draft(row, text, known, asked=True)
    elif _begins(row, drafts, alternate):
        drafts.append(_draft(row, text, known, asked=False))
    else:
        drafts[-1].answers.append(text)


def _draft(row: Row, body: str, known: Labels, *, asked: bool) -> _Draft:
    """What one row asks, and its answer where a mark on the same row begins one."""
    within = known.answer_within.search(body)
    if within is None or within.start() == 0:
        return _Draft(row=row, question=body.strip(), asked=asked)
    answer = body[within.end() :].strip()
    return _Draft(
        row=row, question=body[: within.start()].strip(), asked=True, answers=[answer] if answer else [], answered=True
    )


def _is_answer_to(text: str, drafts: list[_Draft], known: Labels) -> bool:
    """Whether a mark that both sides use stands before an answer; 问题 and 客户 only ever ask."""
    return bool(drafts) and drafts[-1].asked and not drafts[-1].answers and known.answer.match(text) is not None


def _deeper(row: Row, draft: _Draft) -> bool:
    return row.indent > draft.row.indent + 1


def _begins(row: Row, drafts: list[_Draft], alternate: bool) -> bool:
    """Whether an unmarked row asks something new."""
    if not drafts:
        return True
    last = drafts[-1]
    if last.asked and not last.answers:
        return False
    if alternate:
        return _QUESTION_END.search(row.text) is not None and (
            bool(last.answers) or _QUESTION_END.search(last.question) is None
        )
    if row.indent > last.row.indent:
        return False
    asks = _QUESTION_END.search(row.text) is not None
    if _is_bold(last.row) and not _is_bold(row):
        return bool(row.mark) and row.mark == last.row.mark and asks and bool(last.answers)
    if _is_bold(row):
        return not last.row.mark or bool(row.mark) or bool(last.answers)
    if row.mark:
        return row.mark == last.row.mark or row.indent < last.row.indent or not last.row.mark
    return not last.row.mark and bool(last.answers) and row.gap and asks


def _is_bold(row: Row) -> bool:
    return row.bold >= min(len(row.text), 4)


def _fact(draft: _Draft) -> Fact:
    question, answers = draft.question, draft.answers
    if not answers and not draft.asked:
        question, tail = _split(draft.row, question)
        answers = [tail] if tail else []
    text = " ".join(unquoted(part) for part in answers if part)
    question = unquoted(question.strip())
    inner = _question_mark(question, labels())  # of a question that was marked within its quotes
    return Fact(question=unquoted(question[inner:].strip()) or question, answer=text, line=draft.row.line)


def _split(row: Row, text: str) -> tuple[str, str]:
    """A question and an answer that stand unmarked on one line."""
    if 0 < row.bold < len(text):
        return text[: row.bold].rstrip("：: "), _TAIL.sub("", text[row.bold :])
    found = quotes(text)
    if found and found[0].start == 0 and found[0].end < len(text):
        tail = _TAIL.sub("", text[found[0].end :])
        if len(tail) > 1:
            return found[0].inner, tail
    asked = _FIRST_QUESTION.search(text)
    colon = _COLON.search(text)
    if (
        colon is not None
        and 0 < colon.start() <= _LONG_TOPIC
        and colon.end() < len(text)
        and (asked is None or asked.end() >= colon.start())
    ):
        return text[: colon.start()].strip(), text[colon.end() :].strip()
    if asked is not None and not _QUESTION_END.search(text):
        return text[: asked.end()].strip(), _TAIL.sub("", text[asked.end() :])
    return text, ""
