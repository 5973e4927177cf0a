"""Repeated question: asks again what the customer has answered."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.score.context import Candidate, Context
from kefu.score.patterns import signs_of
from kefu.score.terms import covered
from kefu.score.transcript import Clause, Said

__all__ = ["candidates"]

_LIKE = 0.12
_LOOKS_BACK = 12
_ANSWERS = frozenset({Act.INFORM, Act.ACCEPT, Act.SATISFIED, Act.CONFIRM, Act.REFUSE, Act.COMPLAIN, Act.DENY})


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns with a question like an earlier one that got an answer, or like the answer itself."""
    caller = context.transcript.caller
    for position, said in enumerate(caller):
        asked = [clause for clause in said.clauses if _asks(clause)]
        if not asked or position == 0:
            continue
        after = context.transcript.after(said)
        told = bool(after and "said_already" in after.does)
        clause, like, answered = _likest(context, asked, caller[max(0, position - _LOOKS_BACK) : position], said)
        if like < _LIKE and not told:
            continue
        before = context.transcript.before(said)
        signs = signs_of(said.read, "asks_again", "recaps")
        features = {
            "like": like,
            "like an answer": answered,
            "told": float(told),
            "told & like": float(told) * max(like, answered),
            "annoyed": float(bool(after and after.acts & {Act.IMPATIENT, Act.COMPLAIN})),
            "asks again": float("asks_again" in signs),
            "recaps": float("recaps" in signs),
            "not heard": float(bool(before and Act.UNCLEAR in before.acts)),
            "vague": float(bool(before and Act.HESITATE in before.acts)),
            "agreed": float(bool(after and Act.ACCEPT in after.acts)),
            "refused": float(bool(before and Act.REFUSE in before.acts)),
            "choice": float("还是" in said.read),
        }
        yield Candidate(said=said, quote=clause.text.strip(), features=features, reason=_("was answered before"))


def _asks(clause: Clause) -> bool:
    return clause.text.rstrip()[-1:] in ("？", "?") or "来着" in clause.text or "到底" in clause.text


def _likest(
    context: Context, asked: list[Clause], earlier: tuple[Said, ...], said: Said
) -> tuple[Clause, float, float]:
    """The question most like an earlier question that was answered; how like it, and how like the answers so far."""
    from kefu.score.terms import terms_of

    best, most = asked[-1], 0.0
    answered = 0.0
    answers = [s for s in context.transcript.customer if s.number < said.number and s.acts & _ANSWERS]
    for clause in asked:
        terms = terms_of(clause.text)
        for turn in earlier:
            reply = context.transcript.after(turn)
            if reply is None or reply.number > said.number or not reply.acts & _ANSWERS:
                continue
            for other in turn.clauses:
                if _asks(other):
                    theirs = terms_of(other.text)
                    like = (covered(terms, theirs) * covered(theirs, terms)) ** 0.5
                    if like > most:
                        best, most = clause, like
        for answer in answers[-_LOOKS_BACK:]:
            answered = max(answered, covered(terms, answer.terms))
    return best, most, answered
