"""Over-promise: a result, refund, date or favour is promised that the document does not back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.support import loose_values, supported
from kefu.score.transcript import Clause

__all__ = ["candidates"]

_FAINT = -2.5


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns that guarantee or sound like it, measured at their boldest clause; a hedge undoes what only sounds bold."""
    for said in context.transcript.caller:
        whole = said.sound("promise")
        if not (said.has("guarantees") or whole > _FAINT):
            continue
        clause = max(said.clauses, key=_boldness, default=None)
        if clause is None or (said.has("hedges") and not clause.has("guarantees")):
            continue
        after = context.transcript.after(said)
        heard = after.does if after else frozenset[str]()
        guarantees, benefit = clause.has("guarantees"), clause.has("benefit")
        features = {
            "guarantees": float(guarantees),
            "benefit": float(benefit),
            "guarantees a benefit": float(guarantees and benefit),
            "soon": float(clause.has("soon")),
            "hedged": float(clause.has("hedges")),
            "hedged elsewhere": float(said.has("hedges")),
            "sound": whole,
            "clause sound": clause.sound("promise"),
            "unbacked": 1 - supported(context.backing, clause),
            "new values": float(min(2, len(loose_values(context, said)))),
            "challenged": float("challenges" in heard),
            "believed": float("believes" in heard),
            "question": float(clause.asks),
            "closing": float("close" in said.does),
        }
        yield Candidate(said=said, words=partial(_words, clause), features=features)


def _words(clause: Clause) -> tuple[str, str]:
    return clause.quote, _("promises what the document does not back")


def _boldness(clause: Clause) -> float:
    signs = 1.5 * clause.has("guarantees") + 0.7 * clause.has("benefit") - 2.0 * clause.has("hedges")
    return signs + clause.sound("promise")
