"""Disclosed to a stranger: the customer's matter is told to somebody else who answered the phone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.language.values import Kind, backed
from kefu.score.context import Candidate, Context
from kefu.score.support import supported
from kefu.score.transcript import Said

__all__ = ["candidates"]

_TELLING = 1.2
_LEAST_SURE = 0.5
_FROM_THE_DOCUMENT = 0.4
_LETTING_GO = frozenset({"close", "apologise"})
_MATTER = frozenset({Kind.AMOUNT, Kind.PERCENTAGE, Kind.DATE, Kind.CODE})


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns after somebody denied being the customer, and before the customer came, that tell the matter.

    To be told are the values of the document, or what a step beyond the first two and
    short of the last is there to tell. Asking to call back tells nothing.
    """
    stranger = context.course.stranger
    if stranger is None or stranger.act_scores[Act.DENY] < _LEAST_SURE:
        return
    for position, said in enumerate(context.transcript.caller):
        if said.number <= stranger.number:
            continue
        if _customer_came(context, stranger, said):
            return
        words = _told(context, position, said)
        if words:
            yield Candidate(said=said, words=partial(_reasoned, words))


def _customer_came(context: Context, stranger: Said, said: Said) -> bool:
    between = context.transcript.customer
    return any(
        stranger.number < s.number < said.number and Act.CONFIRM in s.acts and Act.DENY not in s.acts for s in between
    )


def _reasoned(words: str) -> tuple[str, str]:
    return words, _("told to somebody not confirmed as the customer")


def _told(context: Context, position: int, said: Said) -> str:
    for value in said.values:
        if value.kind in _MATTER and "postpone" not in said.does and backed(value, context.backing.values):
            return value.text
    steps = context.flow.plan.steps
    if position >= len(context.flow.alignment.turns) or said.does & _LETTING_GO:
        return ""
    likeness = [
        context.flow.alignment.likeness[place][position]
        for place, step in list(enumerate(steps))[2:-1]
        if step.step.condition is None
    ]
    telling = [clause for clause in said.clauses if not clause.asks and not clause.has("question_words")]
    if not telling or max(likeness, default=0.0) <= _TELLING:
        return ""
    best = max(telling, key=lambda clause: supported(context.backing, clause) * len(clause.text))
    return best.quote if supported(context.backing, best) >= _FROM_THE_DOCUMENT else ""
