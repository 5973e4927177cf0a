"""Ignored question: the customer's question gets no answer in the next turn, nor an honest "I will check"."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.score.context import Candidate, Context
from kefu.score.lines import line_scores
from kefu.score.patterns import signs_of
from kefu.score.terms import covered, terms_of
from kefu.score.transcript import Clause, Said

__all__ = ["candidates", "question_in"]

_SURE = 0.4
_MARKS = ("？", "?")


def candidates(context: Context) -> Iterator[Candidate]:
    """Every turn of the caller that follows a turn which asks."""
    for said in context.transcript.caller:
        before = context.transcript.before(said)
        if before is None or not (before.act_scores[Act.ASK] >= _SURE or "asks" in before.does):
            continue
        question = question_in(before)
        features = _features(context, said, before, question)
        quote = said.clauses[0].text.strip() if said.clauses else said.read
        reason = _("leaves “{question}” without an answer").format(question=question.text.strip())
        yield Candidate(said=said, quote=quote, features=features, reason=reason)


def question_in(said: Said) -> Clause:
    """The clause of a customer's turn that asks: the last one with a question mark or a question word."""
    clauses = said.clauses
    marked = [clause for clause in clauses if clause.text.rstrip()[-1:] in _MARKS]
    if marked:
        return marked[-1]
    return max(clauses, key=lambda clause: len(clause.text)) if clauses else Clause(text=said.read, start=0)


def _features(context: Context, said: Said, before: Said, question: Clause) -> dict[str, float]:
    wanted = terms_of(question.text)
    after = context.transcript.after(said)
    heard = after.does if after else frozenset[str]()
    signs = signs_of(said.read, "answers_yes_no", "explains")
    telling = [clause for clause in said.clauses if clause.text.rstrip()[-1:] not in _MARKS]
    told = sum(len(clause.text) for clause in telling)
    return {
        "asks": before.act_scores[Act.ASK],
        "marked": float(before.text.rstrip()[-1:] in _MARKS),
        "asking words": float("asks" in before.does),
        "doubts": float(Act.DOUBT in before.acts),
        "shared": covered(wanted, said.terms),
        "shared with turn": covered(before.terms, said.terms),
        "pursued": float("unanswered" in heard),
        "asked again": covered(wanted, after.terms) if after else 0.0,
        "asks after": float(bool(after and Act.ASK in after.acts)),
        "pursued & asks": float("unanswered" in heard and bool(after and Act.ASK in after.acts)),
        "annoyed": float(bool(after and after.acts & {Act.IMPATIENT, Act.COMPLAIN})),
        "content": float(bool(after and after.acts & {Act.ACCEPT, Act.SATISFIED})),
        "yes or no": float("answers_yes_no" in signs),
        "explains": float("explains" in signs),
        "values": float(bool(said.values)),
        "admits": float("admit" in said.does),
        "admit sound": max(-4.0, min(3.0, line_scores(said.read)["admit"])),
        "acknowledges": float(bool(said.does & {"acknowledge", "reassure", "apologise"})),
        "introduces": float("introduce" in said.does),
        "only asks": float(told < 8 and bool(said.clauses)),
        "ends asking": float(said.text.rstrip()[-1:] in _MARKS),
        "short": float(len(said.text) < 20),
        "closing": float("close" in said.does),
        "rude": max(-4.0, min(4.0, line_scores(said.read)["rude"])),
        "last": float(after is None),
    }
