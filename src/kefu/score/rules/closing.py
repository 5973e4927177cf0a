"""Ending too early, or not at all: what the caller's last turn does, and whether it was time.

Two rules share one idea: an end condition and a closing belong together. A
closing without an end condition is premature, an end without a closing is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.score.context import Candidate, Context
from kefu.score.transcript import Said

__all__ = ["no_close", "premature_close"]

_LIKE = 1.0
_TOUCHED = 4.0
"""The likeness from which on a turn has to do with a step beyond the words that all calls share."""
_HALF = 0.5


def premature_close(context: Context) -> Iterator[Candidate]:
    """The caller's last turn, where it lets go."""
    last = context.course.last_caller
    if last is None:
        return
    excuses = last.has("excuses")
    if _left_undone(context):
        yield Candidate(said=last, words=partial(_lets_go, last), features={})
    elif context.course.closed or excuses:
        features = _features(context, last) | {"excuses": float(excuses)}
        yield Candidate(said=last, words=partial(_lets_go, last), features=features)


def _left_undone(context: Context) -> bool:
    """Whether the caller takes leave of somebody who let it go on, with hardly half of the flow even touched."""
    flow = context.flow
    if not context.course.closed or flow.may_end or not flow.likeness:
        return False
    due = [like for like, step in zip(flow.likeness, flow.plan.steps, strict=True) if not step.conditional]
    return sum(like > _TOUCHED for like in due) < _HALF * len(due)


def no_close(context: Context) -> Iterator[Candidate]:
    """The caller's last turn: for certain where neither it nor the one before takes leave and nobody cut it short."""
    last = context.course.last_caller
    if last is None:
        return
    leaves = any("close" in said.does for said in context.transcript.caller[-2:])
    features = _features(context, last) if leaves or _cut_short(context) else {}
    yield Candidate(said=last, words=partial(_stays_open, last), features=features)


def _cut_short(context: Context) -> bool:
    """Whether the customer put the phone down without any sign before, so that no turn was left to close in."""
    course = context.course
    final = course.last_customer
    if final is None or not course.customer_last or Act.BYE not in final.acts:
        return False
    return course.released is None or course.released is final


def _features(context: Context, last: Said) -> dict[str, float]:
    course, transcript = context.course, context.transcript
    before, after = transcript.before(last), transcript.after(last)
    acts = before.acts if before else frozenset[Act]()
    heard = after.does if after else frozenset[str]()
    replies = after.acts if after else frozenset[Act]()
    likeness = context.flow.likeness
    done = sum(like > _LIKE for like in likeness) / max(1, len(likeness))
    released = course.released is not None and course.released.number < last.number
    turns = len(transcript.caller)
    return {
        "closed": float(course.closed),
        "farewell": float("close" in last.does and bool(last.does & {"thank", "apologise"})),
        "customer last": float(course.customer_last),
        "released": float(released),
        "released just now": float(bool(before and course.released is before)),
        "refused": float(Act.REFUSE in acts),
        "busy": float(Act.BUSY in acts),
        "stranger": float(Act.DENY in acts or course.stranger is not None),
        "said goodbye": float(Act.BYE in acts),
        "agreed": float(bool(acts & {Act.ACCEPT, Act.SATISFIED})),
        "not heard": float(Act.UNCLEAR in acts),
        "asked": float(Act.ASK in acts),
        "complained": float(Act.COMPLAIN in acts),
        "hesitated": float(Act.HESITATE in acts),
        "informed": float(Act.INFORM in acts),
        "done": done,
        "few turns": float(turns <= 3),
        "turns per step": min(2.0, turns / max(1, len(likeness))),
        "goes unanswered": float(after is None),
        "reply says goodbye": float(Act.BYE in replies),
        "reply asks": float(Act.ASK in replies),
        "reply complains": float(Act.COMPLAIN in replies),
        "reply accepts": float(bool(replies & {Act.ACCEPT, Act.SATISFIED})),
        "reply lost": float(Act.UNCLEAR in replies),
        "reply refuses": float(Act.REFUSE in replies),
        "reply protests": float("protests_close" in heard),
        "reply hangs up": float("hangs_up" in heard),
        "rude": last.sound("rude"),
        "press": last.sound("press"),
        "asks": float(last.asks),
    }


def _lets_go(last: Said) -> tuple[str, str]:
    return _parting(last), _("lets go though nothing was settled")


def _stays_open(last: Said) -> tuple[str, str]:
    return _parting(last), _("the call ends without a closing")


def _parting(last: Said) -> str:
    return last.clauses[-1].quote if last.clauses else last.read
