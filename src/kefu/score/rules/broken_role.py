"""Broken role: the wrong name or company, a machine where the document has a person, stage directions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.language.normalise import fold
from kefu.score.backing import pairs_of
from kefu.score.context import Candidate, Context
from kefu.score.patterns import sign_words, signs_of
from kefu.score.transcript import Said

__all__ = ["candidates"]

_INTRODUCES = re.compile(
    r"(?:我们?(?:这边|这里|这儿)?(?:是|叫|姓)|这里是|这边是|来自|代表|^我(?=[^您你我们]{4,12}的)|[,。,.]我(?=[^您你我们]{4,12}的))"
    r"(?P<who>[\u4e00-\u9fffA-Za-z0-9]{2,18})"
)
_OTHERS = ("您", "你", "我", "想", "说", "问", "来", "给", "不")
_FIRST_TURNS = 2


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns that show any sign of another role than the document's."""
    for position, said in enumerate(context.transcript.caller):
        signs = signs_of(said.read, "machine", "machine_denied", "stage", "slip", "placeholder_spoken")
        machine = "machine" in signs and "machine_denied" not in signs and not context.backing.machine
        stage = "stage" in signs
        strange, quote = _strange(context, said) if position < _FIRST_TURNS or "我是" in said.read else (0.0, "")
        if not (machine or stage or strange > 0 or ("slip" in signs and position == 0)):
            continue
        after = context.transcript.after(said)
        heard = after.does if after else frozenset[str]()
        if machine or stage:
            start, end = sign_words(said.read, "machine" if machine else "stage")[0]
            quote = said.read[start:end]
        features = {
            "machine": float(machine),
            "stage direction": float(stage),
            "strange": strange,
            "strange wholly": float(strange >= 0.99),
            "slip": float("slip" in signs),
            "customer wonders": float("wrong_role" in heard),
            "first turn": float(position == 0),
            "strange & wonders": strange * float("wrong_role" in heard),
        }
        reason = _("speaks as somebody else than the document's caller")
        yield Candidate(said=said, quote=quote or said.read[:20], features=features, reason=reason)


def _strange(context: Context, said: Said) -> tuple[float, str]:
    """How little of the way the caller introduces itself the document knows, and the words."""
    folded = fold(said.read)
    worst, words = 0.0, ""
    for match in _INTRODUCES.finditer(folded):
        who = match["who"]
        if any(word in who for word in _OTHERS):
            continue
        pairs = pairs_of(who.split("的")[0] if "的" in who[2:] else who[:8])
        if pairs:
            unknown = 1 - len(pairs & context.backing.own_pairs) / len(pairs)
            if unknown > worst:
                worst, words = unknown, said.read[match.start("who") : match.end("who")]
    return worst, words
