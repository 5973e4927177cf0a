"""The words that show a step: the clause that does what the step is for, of all clauses of its turns.

A step that asks is shown by its question, one that tells by the clause with the
fact, one that closes by the farewell; who is calling shows only a step that is
about that.
"""

from __future__ import annotations

from collections.abc import Sequence

from kefu.language.values import backed
from kefu.score.goal import StepGoals
from kefu.score.patterns import kinds_in
from kefu.score.terms import shared
from kefu.score.transcript import Said
from kefu.score.words import Words, once_per_words

__all__ = ["proof"]

_MOST_SHOWN = 40
_VALUE_GAIN = 12.0
_KIND_GAIN = 14.0
_NOT_MEANT = 25.0
_WHO = 60.0
_RULED_OUT = 1000.0
_MARKS = "，、；：,;:"
_ABOUT_WHO = frozenset({"greet", "introduce", "identify"})
_GIVES = frozenset({"contact", "offer", "record", "recommend", "consequence", "purpose"})
_LATER_TURN = 4.0
"""What another turn has to show more than the one that is most like the step."""


def proof(step: StepGoals, position: int, turns: Sequence[Said], wrong: frozenset[str]) -> tuple[int, str] | None:
    """The number of the turn and its words; ``turns`` begin with the one most like the step, ``wrong`` is not quoted.

    ``None`` where nothing in these turns is about the step.
    """
    best: tuple[float, int, str] | None = None
    for place, said in enumerate(turns):
        for clause in said.clauses:
            worth = _worth(step, clause.words)[position > 0] - (_LATER_TURN if place else 0.0)
            if wrong and any(text in clause.text for text in wrong):
                worth -= _RULED_OUT
            if position > 1 and said.before == "" and not _is_of_kind(step, clause.words):
                worth -= _RULED_OUT
            if best is None or worth > best[0]:
                best = worth, said.number, clause.quote.rstrip(_MARKS)
    if best is None or not best[2]:
        return turns[0].number, turns[0].read[:_MOST_SHOWN]
    return None if position and best[0] <= 0 else best[1:]


@once_per_words
def _worth(step: StepGoals, clause: Words) -> tuple[float, float]:
    """How much a clause shows of a step: of the first one, and of a later one."""
    does = kinds_in(clause.folded, "caller")
    worth = shared(clause.terms, step.shown)
    worth += _VALUE_GAIN * sum(backed(value, clause.values) for value in step.key_values[:4])
    worth += _KIND_GAIN * _is_of_kind(step, clause)
    if "close" in does and not ("ending" in step.named or "close" in step.due_does):
        worth -= _NOT_MEANT
    who = does & _ABOUT_WHO and not step.due_does & {"introduce", "identify"}
    return worth, worth - _WHO if who else worth


def _is_of_kind(step: StepGoals, clause: Words) -> bool:
    """Whether a clause does what the step mainly does; whether it suits is no question of a later step."""
    does = kinds_in(clause.folded, "caller")
    if "convenience" in does - step.due_does:
        return False
    if "inquiry" in step.named or step.asks:
        return clause.asks
    if "ending" in step.named and "close" in step.due_does:
        return "close" in does
    return bool(does & step.due_does & _GIVES)
