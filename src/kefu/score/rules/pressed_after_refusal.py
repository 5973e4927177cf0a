"""Pressed after refusal: goes on asking, persuading or selling after a clear no."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.score.context import Candidate, Context
from kefu.score.terms import covered
from kefu.score.transcript import Said

__all__ = ["candidates"]

_CLEAR = 0.35
_YIELDS = frozenset({Act.ACCEPT, Act.SATISFIED, Act.CONFIRM})


def candidates(context: Context) -> Iterator[Candidate]:
    """Every turn of the caller that follows a turn which refuses, however softly, or a clear no that still stands."""
    refusals = 0
    standing = False
    for said in context.transcript.caller:
        before = context.transcript.before(said)
        if before is None:
            continue
        power = max(before.act_scores[Act.REFUSE], 0.8 * before.act_scores[Act.BUSY] * (Act.BUSY in before.acts))
        wholly = "refuses_all" in before.does
        refuses = power >= _CLEAR or wholly
        if refuses or (standing and not before.acts & _YIELDS):
            features = _features(context, said, before, refusals) | {"standing": float(standing), "now": float(refuses)}
            yield Candidate(
                said=said,
                words=partial(_words, said),
                features=features,
            )
        refusals += Act.REFUSE in before.acts
        standing = (standing and not before.acts & _YIELDS) or (wholly and Act.REFUSE in before.acts)


def _features(context: Context, said: Said, before: Said, refusals: int) -> dict[str, float]:
    after = context.transcript.after(said)
    heard = after.does if after else frozenset[str]()
    refused_again = bool(after and Act.REFUSE in after.acts)
    earlier = context.transcript.before(before)
    asks = "？" in said.folded
    of_secret = float(before.has("secret") or (earlier is not None and earlier.has("secret")))
    return {
        "refused": before.act_scores[Act.REFUSE],
        "refused all": float("refuses_all" in before.does),
        "busy": float(Act.BUSY in before.acts),
        "hangs up": float(Act.BYE in before.acts),
        "asked": float(Act.ASK in before.acts),
        "doubted": float(Act.DOUBT in before.acts),
        "informed": float(Act.INFORM in before.acts),
        "accepted": float(Act.ACCEPT in before.acts),
        "refuses a secret": of_secret,
        "asks the secret again": of_secret * float(said.has("secret")),
        "refused before": float(min(2, refusals)),
        "persuades": float(said.has("persuades")),
        "lets go": float(said.has("lets_go")),
        "sells": float(said.has("sells")),
        "closes": float("close" in said.does),
        "sorry": float("apologise" in said.does),
        "asks": float(asks),
        "asks on": float(asks and "close" not in said.does),
        "admits": float("admit" in said.does),
        "postpones": float("postpone" in said.does),
        "press sound": said.sound("press"),
        "rude sound": said.sound("rude"),
        "same matter": covered(said.terms, earlier.terms, said.weight) if earlier else 0.0,
        "length": min(1.5, said.length / 60),
        "refused again": float(refused_again),
        "protested": float(bool(heard & {"protests_tone", "said_already", "refuses_all"})),
        "hung up on": float(bool(after and Act.BYE in after.acts and Act.ACCEPT not in after.acts)),
        "accepted after": float(bool(after and after.acts & {Act.ACCEPT, Act.SATISFIED, Act.INFORM})),
    }


def _words(said: Said) -> tuple[str, str]:
    pushiest = max(said.clauses, key=lambda c: 2.0 * c.has("persuades") + c.sound("press") / 3, default=None)
    return pushiest.quote if pushiest else said.read, _("goes on after a clear no")
