"""Broken role: the wrong name or company, a machine where the document has a person, stage directions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.score.backing import pairs_in
from kefu.score.context import Candidate, Context
from kefu.score.transcript import Said

__all__ = ["candidates"]

_INTRODUCES = re.compile(
    r"(?:我们?(?:这边|这里|这儿)?(?:是|叫|姓)|这里是|这边是|来自|代表|^我(?=[^您你我们]{4,12}的)|[，。]我(?=[^您你我们]{4,12}的))"
    r"(?P<who>[\u4e00-\u9fffA-Za-z0-9]{2,18})"
)
_OTHERS = ("您", "你", "我", "想", "说", "问", "来", "给", "不")
_FIRST_TURNS = 2
_WHOLLY = 0.99


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns of a machine or with a stage direction, for certain; and introductions that the document does not know."""
    for position, said in enumerate(context.transcript.caller):
        machine = said.has("machine") and not said.has("machine_denied") and not context.backing.machine
        stage = said.has("stage")
        early = position < _FIRST_TURNS
        strange, words = _strange(context, said) if early or "我是" in said.folded else (0.0, "")
        slip = position == 0 and said.has("slip")
        if machine or stage:
            yield Candidate(said=said, words=partial(_words, said, "machine" if machine else "stage", ""))
        elif strange > 0 or slip:
            features = _features(context, said, strange, slip=slip)
            yield Candidate(said=said, words=partial(_words, said, "", words), features=features)


def _features(context: Context, said: Said, strange: float, *, slip: bool) -> dict[str, float]:
    after = context.transcript.after(said)
    wonders = float(after is not None and "wrong_role" in after.does)
    return {
        "strange": strange,
        "strange wholly": float(strange >= _WHOLLY),
        "slip": float(slip),
        "customer wonders": wonders,
        "first turn": float(said is context.transcript.caller[0]),
        "strange & wonders": strange * wonders,
        "strange wholly & wonders": float(strange >= _WHOLLY) * wonders,
    }


def _words(said: Said, sign: str, strange: str) -> tuple[str, str]:
    quote = said.words_of(sign) if sign else strange or said.opening_words
    return quote, _("speaks as somebody else than the document's caller")


def _strange(context: Context, said: Said) -> tuple[float, str]:
    """How little of the way the caller introduces itself the document knows, and the words."""
    worst, words = 0.0, ""
    for match in _INTRODUCES.finditer(said.folded):
        who = match["who"]
        if any(word in who for word in _OTHERS):
            continue
        pairs = pairs_in(who.split("的")[0] if "的" in who[2:] else who[:8])
        if pairs:
            unknown = 1 - len(pairs & context.backing.own_pairs) / len(pairs)
            if unknown > worst:
                worst, words = unknown, said.read[match.start("who") : match.end("who")]
    return worst, words
