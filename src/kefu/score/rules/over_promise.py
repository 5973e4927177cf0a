"""Over-promise: a result, refund, date or favour is promised that the document does not back."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.lines import line_scores
from kefu.score.patterns import signs_of
from kefu.score.support import loose_values, supported
from kefu.score.transcript import Clause

__all__ = ["candidates"]

_SIGNS = ("guarantees", "benefit", "soon", "hedges")


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns with a clause that guarantees, measured at its most promising clause."""
    for said in context.transcript.caller:
        whole = line_scores(said.read)["promise"]
        signs = signs_of(said.read, *_SIGNS)
        if "guarantees" not in signs and whole < _FAINT:
            continue
        clause, power = _boldest(said.clauses)
        if clause is None:
            continue
        near = signs_of(clause.text, *_SIGNS)
        after = context.transcript.after(said)
        heard = after.does if after else frozenset[str]()
        backed = supported(context.backing, clause.text)
        features = {
            "guarantees": float("guarantees" in near),
            "benefit": float("benefit" in near),
            "guarantees a benefit": float({"guarantees", "benefit"} <= near),
            "soon": float("soon" in near),
            "hedged": float("hedges" in near),
            "hedged elsewhere": float("hedges" in signs),
            "sound": max(-5.0, min(4.0, whole)),
            "clause sound": max(-5.0, min(4.0, power)),
            "unbacked": 1 - backed,
            "new values": float(min(2, len(loose_values(context, said)))),
            "challenged": float("challenges" in heard),
            "believed": float("believes" in heard),
            "question": float("?" in clause.text or "？" in clause.text),
            "closing": float("close" in said.does),
        }
        yield Candidate(
            said=said,
            quote=clause.text.strip(),
            features=features,
            reason=_("promises what the document does not back"),
        )


_FAINT = -2.5


def _boldest(clauses: tuple[Clause, ...]) -> tuple[Clause | None, float]:
    best: Clause | None = None
    most = -99.0
    for clause in clauses:
        signs = signs_of(clause.text, *_SIGNS)
        power = line_scores(clause.text)["promise"]
        power += 1.5 * ("guarantees" in signs) + 0.7 * ("benefit" in signs) - 2.0 * ("hedges" in signs)
        if power > most:
            best, most = clause, power
    return best, most
