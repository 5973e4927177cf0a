"""Rude tone: impatient, sarcastic, blaming or threatening words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.transcript import Said

__all__ = ["candidates"]

_DOUBTFUL = ("blames", "hurries", "sneers")
_HARSH = {"blames": 2, "hurries": 2, "sneers": 2, "threatens": 6, "insults": 5}
"""Which words to show where a turn has several."""
_SIGNS = tuple(_HARSH)
_FAINT = -2.5


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns that threaten or insult, for certain; and those that show another sign, sound rude, or are protested at."""
    for said in context.transcript.caller:
        signs = [sign for sign in _SIGNS if said.has(sign)]
        sound = said.sound("rude")
        after = context.transcript.after(said)
        protest = float(after is not None and "protests_tone" in after.does)
        if not (signs or sound > _FAINT or protest):
            continue
        if "threatens" in signs or "insults" in signs:
            yield Candidate(said=said, words=partial(_words, said))
            continue
        features = {sign: float(sign in signs) for sign in _DOUBTFUL}
        features |= {
            "sound": sound,
            "protest": protest,
            "plain you": float(said.has("plain_you") and not said.has("respectful_you")),
            "signs": float(len(signs)),
            "sorry": float(bool(said.does & {"apologise", "thank", "acknowledge"})),
            "closing": float("close" in said.does),
            "protest & sound": protest * sound,
        }
        yield Candidate(said=said, words=partial(_words, said), features=features)


def _words(said: Said) -> tuple[str, str]:
    harshest = max(
        said.clauses,
        key=lambda c: sum(_HARSH[sign] * c.has(sign) for sign in _SIGNS) + c.sound("rude") / 4,
        default=None,
    )
    return harshest.quote if harshest else said.read, _("impatient, sneering or blaming")
