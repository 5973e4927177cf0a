"""Repeated question: asks again what the customer has answered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.score.context import Candidate, Context
from kefu.score.terms import covered, shared
from kefu.score.transcript import Clause, Said

__all__ = ["candidates"]

_LIKE = 0.12
_LOOKS_BACK = 12
_MOST_QUESTIONS = 4
_ANSWERS = frozenset({Act.INFORM, Act.ACCEPT, Act.SATISFIED, Act.CONFIRM, Act.REFUSE, Act.COMPLAIN, Act.DENY})


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns with a question like an earlier one that got an answer, or that the customer says was answered."""
    caller = context.transcript.caller
    questions = [(said, _questions(said)) for said in caller]
    for position, (said, asked) in enumerate(questions):
        if not asked or position == 0:
            continue
        after = context.transcript.after(said)
        told = float(after is not None and "said_already" in after.does)
        clause, like = _likest(context, asked, questions[max(0, position - _LOOKS_BACK) : position], said)
        if like < _LIKE and not told:
            continue
        answered = _answered(context, asked, said)
        before = context.transcript.before(said)
        replied = after.acts if after else frozenset[Act]()
        heard = before.acts if before else frozenset[Act]()
        features = {
            "like": like,
            "like an answer": answered,
            "told": told,
            "told & like": told * max(like, answered),
            "annoyed": float(bool(replied & {Act.IMPATIENT, Act.COMPLAIN})),
            "asks again": float(said.has("asks_again")),
            "recaps": float(said.has("recaps")),
            "not heard": float(Act.UNCLEAR in heard),
            "vague": float(Act.HESITATE in heard),
            "agreed": float(Act.ACCEPT in replied),
            "refused": float(Act.REFUSE in heard),
            "choice": float("还是" in said.folded),
        }
        yield Candidate(said=said, words=partial(_words, clause), features=features)


def _words(clause: Clause) -> tuple[str, str]:
    return clause.quote, _("was answered before")


def _questions(said: Said) -> list[Clause]:
    """The last few clauses of a turn that ask."""
    found = [c for c in said.clauses if c.asks or "来着" in c.folded or "到底" in c.folded]
    return found[-_MOST_QUESTIONS:]


def _likest(
    context: Context, asked: list[Clause], earlier: list[tuple[Said, list[Clause]]], said: Said
) -> tuple[Clause, float]:
    """The question most like an earlier question that was answered, and how like it."""
    best, most = asked[-1], 0.0
    for turn, others in earlier:
        if not others:
            continue
        reply = context.transcript.after(turn)
        if reply is None or reply.number > said.number or not reply.acts & _ANSWERS:
            continue
        for other in others:
            for clause in asked:
                both = shared(clause.terms, other.terms)
                if not both:
                    continue
                like = (both / clause.weight * (both / other.weight)) ** 0.5
                if like > most:
                    best, most = clause, like
    return best, most


def _answered(context: Context, asked: list[Clause], said: Said) -> float:
    """How much of a question the customer's latest answers hold."""
    answers = [s for s in context.heard_before(said, _LOOKS_BACK) if s.acts & _ANSWERS]
    return max(
        (covered(clause.terms, answer.terms, clause.weight) for clause in asked for answer in answers), default=0.0
    )
