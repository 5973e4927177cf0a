"""Off-limits promotion: something is sold or promoted that the document does not offer or rules out."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.lines import line_scores
from kefu.score.patterns import signs_of
from kefu.score.support import supported
from kefu.score.transcript import Clause

__all__ = ["candidates"]

_FAINT = -2.0


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns that sound like selling, measured at the clause that sells most."""
    for said in context.transcript.caller:
        signs = signs_of(said.read, "sells", "aside", "sale_denied")
        sound = line_scores(said.read)["promotion"]
        if "sells" not in signs and sound < _FAINT:
            continue
        clause, backed = _newest(context, said.clauses)
        if clause is None:
            continue
        after = context.transcript.after(said)
        heard = after.does if after else frozenset[str]()
        unbacked = 1 - backed
        features = {
            "sells": float("sells" in signs),
            "signs": float(min(4, sum(bool(signs_of(c.text, "sells")) for c in said.clauses))),
            "aside": float("aside" in signs),
            "denied": float("sale_denied" in signs),
            "sound": max(-5.0, min(4.0, sound)),
            "clause sound": max(-5.0, min(4.0, line_scores(clause.text)["promotion"])),
            "unbacked": unbacked,
            "unbacked sale": unbacked * float(bool(signs_of(clause.text, "sells"))),
            "ruled out": float(context.backing.no_promotion),
            "sales call": float(context.backing.sells),
            "rejected": float("rejects_offer" in heard),
            "protested": float(bool(heard & {"protests_tone", "challenges"})),
        }
        yield Candidate(
            said=said,
            quote=clause.text.strip(),
            features=features,
            reason=_("promotes what the document does not offer"),
        )


def _newest(context: Context, clauses: tuple[Clause, ...]) -> tuple[Clause | None, float]:
    """The clause that sells what the document knows least of, and how far the document backs it."""
    best: Clause | None = None
    most, backing = -99.0, 1.0
    for clause in clauses:
        backed = supported(context.backing, clause.text)
        sound = line_scores(clause.text)["promotion"]
        power = sound + 1.5 * bool(signs_of(clause.text, "sells")) + 3 * (1 - backed)
        if power > most:
            best, most, backing = clause, power, backed
    return best, backing
