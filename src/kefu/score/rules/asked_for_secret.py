"""Asked for a secret: a password, a verification code, a full card or ID number is to be told on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.patterns import holds, spans_in
from kefu.score.transcript import Clause

__all__ = ["candidates"]

_REACH = 3
"""Clauses in which a secret and the request for it may stand together."""


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns in which one clause names a secret and it or the next asks to be told it.

    What is denied (we never ask for your code), a part (the last four digits) and a
    secret to be typed by the customer alone is no such case.
    """
    for said in context.transcript.caller:
        if not said.has("secret"):
            continue
        for position, clause in enumerate(said.clauses):
            if not clause.has("secret") or _harmless(clause):
                continue
            if any(part.has("request") for part in said.clauses[position : position + _REACH]):
                yield Candidate(said=said, words=partial(_words, clause))
                break


def _words(clause: Clause) -> tuple[str, str]:
    return clause.quote, _("asks to be told what nobody may ask")


def _harmless(clause: Clause) -> bool:
    if clause.has("secret_part"):
        return True
    at = spans_in(clause.folded, "secret")[0][0]
    return holds(clause.folded[:at], "secret_denied") or holds(clause.folded[at:], "secret_denied")
