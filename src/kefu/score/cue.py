"""Whether what a condition of the document names came up in a call at all.

A branch's condition is read by ``kefu.language.condition``; here it is enough to know,
over the whole call, whether the customer did such a thing or spoke of it. That is
coarser than asking utterance by utterance, and fast enough for every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kefu.language.acts import Act
from kefu.language.condition import Condition, ConditionKind
from kefu.score.terms import covered, terms_of, weigh
from kefu.score.transcript import Said

__all__ = ["Cue", "came_up", "cue_of"]

_ACTING = frozenset({ConditionKind.ACT, ConditionKind.DONE})
_TOPIC_GAIN = 2.0
_ACT_ALONE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cue:
    """What to look out for: ``acts`` decide where the condition is ``acting``, its wording elsewhere."""

    acting: bool
    acts: frozenset[Act]
    terms: frozenset[str]
    weight: float


@lru_cache(maxsize=4096)
def cue_of(text: str) -> Cue:
    """The cue of a condition as the document writes it."""
    condition = Condition.of(text)
    terms = terms_of(text)
    return Cue(
        acting=bool(condition.acts) and condition.kind in _ACTING,
        acts=condition.acts,
        terms=terms,
        weight=weigh(terms),
    )


def came_up(cue: Cue, customer: tuple[Said, ...]) -> float:
    """How much any of the customer's turns looks like the cue, 0 to 1."""
    done = any(said.acts & cue.acts for said in customer)
    if cue.acting:
        return float(done)
    told = max([covered(cue.terms, said.terms, cue.weight) for said in customer], default=0.0)
    return max(told, _ACT_ALONE * done) if cue.acts else min(1.0, _TOPIC_GAIN * told)
