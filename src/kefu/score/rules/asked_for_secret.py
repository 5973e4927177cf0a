"""Asked for a secret: a password, a verification code, a full card or ID number is to be told on the phone."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.patterns import sign_words, signs_of
from kefu.score.transcript import Clause

__all__ = ["candidates"]


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns in which one clause names a secret and it or the next asks to be told it.

    What is denied (we never ask for your code), a part (the last four digits) and a
    secret to be typed by the customer alone is no such case.
    """
    for said in context.transcript.caller:
        if not signs_of(said.read, "secret"):
            continue
        for position, clause in enumerate(said.clauses):
            spans = sign_words(clause.text, "secret")
            if not spans or _harmless(clause, spans[0][0]):
                continue
            following = said.clauses[position + 1 : position + 3]
            if any(signs_of(part.text, "request") for part in (clause, *following)):
                yield Candidate(said=said, quote=clause.text.strip(), reason=_("asks to be told what nobody may ask"))
                break


def _harmless(clause: Clause, at: int) -> bool:
    if signs_of(clause.text, "secret_part"):
        return True
    return bool(signs_of(clause.text[:at], "secret_denied") or signs_of(clause.text[at:], "secret_denied"))
