"""Rude tone: impatient, sarcastic, blaming or threatening words."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.lines import line_scores
from kefu.score.patterns import signs_of
from kefu.score.transcript import Said

__all__ = ["candidates", "harshest"]

_SIGNS = ("blames", "hurries", "sneers", "threatens", "insults")


def candidates(context: Context) -> Iterator[Candidate]:
    """Every turn that shows a sign of rudeness, sounds like it, or is protested at."""
    for said in context.transcript.caller:
        signs = signs_of(said.read, *_SIGNS, "plain_you", "respectful_you")
        sound = line_scores(said.read)["rude"]
        after = context.transcript.after(said)
        protest = bool(after and "protests_tone" in after.does)
        if not (signs & set(_SIGNS) or sound > _FAINT or protest):
            continue
        features = {sign: float(sign in signs) for sign in _SIGNS}
        features |= {
            "sound": max(-4.0, min(4.0, sound)),
            "protest": float(protest),
            "plain you": float("plain_you" in signs and "respectful_you" not in signs),
            "signs": float(len(signs & set(_SIGNS))),
            "sorry": float(bool(said.does & {"apologise", "thank", "acknowledge"})),
            "closing": float("close" in said.does),
            "protest & sound": float(protest) * max(-4.0, min(4.0, sound)),
        }
        yield Candidate(said=said, quote=harshest(said), features=features, reason=_("impatient, sneering or blaming"))


_FAINT = -2.5


def harshest(said: Said) -> str:
    """The clause that sounds worst."""
    clauses = said.clauses or ()
    if not clauses:
        return said.read
    return max(
        clauses, key=lambda c: 2 * len(signs_of(c.text, *_SIGNS)) + max(-4.0, min(4.0, line_scores(c.text)["rude"])) / 4
    ).text.strip()
