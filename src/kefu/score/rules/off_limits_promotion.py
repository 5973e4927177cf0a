"""Off-limits promotion: something is sold or promoted that the document does not offer or rules out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.support import supported
from kefu.score.transcript import Clause

__all__ = ["candidates"]

_FAINT = -2.0


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns that sound like selling, measured at the clause that sells most."""
    for said in context.transcript.caller:
        sound = said.sound("promotion")
        if not (said.has("sells") or sound > _FAINT):
            continue
        clause = max(said.clauses, key=_loudness, default=None)
        if clause is None:
            continue
        after = context.transcript.after(said)
        heard = after.does if after else frozenset[str]()
        unbacked = 1 - supported(context.backing, clause)
        features = {
            "sells": float(said.has("sells")),
            "signs": float(min(4, sum(c.has("sells") for c in said.clauses))),
            "aside": float(said.has("aside")),
            "denied": float(said.has("sale_denied")),
            "sound": sound,
            "clause sound": clause.sound("promotion"),
            "unbacked": unbacked,
            "unbacked sale": unbacked * float(clause.has("sells")),
            "ruled out": float(context.backing.no_promotion),
            "sales call": float(context.backing.sells),
            "rejected": float("rejects_offer" in heard),
            "protested": float(bool(heard & {"protests_tone", "challenges"})),
        }
        yield Candidate(said=said, words=partial(_words, clause), features=features)


def _words(clause: Clause) -> tuple[str, str]:
    return clause.quote, _("promotes what the document does not offer")


def _loudness(clause: Clause) -> float:
    return clause.sound("promotion") + 1.5 * clause.has("sells")
