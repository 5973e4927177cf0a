"""Where the caller is in the flow, and what of it comes next.

Beats come in their order; a stage or branch under a condition only where some turn
of the customer has met the condition. What cannot be said without repeating is
passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kefu.call.hearing import Heard
from kefu.call.line import does, matter
from kefu.call.plan import Beat, Branch, Plan, Stage, without_leave
from kefu.call.speech import sentences
from kefu.call.topic import topics
from kefu.language.acts import Act
from kefu.language.condition import Condition

__all__ = ["HOLDS", "Progress"]

HOLDS = 0.52
"""From here on a condition is taken to hold."""
_BY_ACT_ALONE = frozenset({Act.DENY, Act.BUSY, Act.IMPATIENT, Act.UNCLEAR})
_LETS_GO = frozenset({Act.REFUSE, Act.IMPATIENT, Act.BYE, Act.COMPLAIN})
_WAYS_OUT = ("stop_calls", "no_interest", "outright", "bye")
_AHEAD = 20
_LOOK_BACK = 4
_REST_AT_STEP = 80
_TRANSIENT = frozenset({Act.BUSY, Act.IMPATIENT, Act.UNCLEAR, Act.REFUSE, Act.DENY, Act.BYE})


class Progress:
    """The position in a plan: a stage, a beat of it, and the branches already taken."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._stage = 0
        self._beat = 0
        self._entered = False
        self._now: tuple[Beat, ...] | None = None
        self._queue: list[Beat] = []
        self._taken: set[int] = set()
        self.confirmed = False
        """The customer is known to be the right person: identity is not asked again."""
        self.settled = False
        """The customer has agreed to talk: whether now is convenient is not asked again."""
        self.declined = False
        """What was offered last was declined: nothing is said that takes it for agreed."""
        self.brisk = False
        """Courtesies are passed over."""

    @property
    def done(self) -> bool:
        """Whether nothing of the flow is left."""
        return not self._queue and self._stage >= len(self._plan.stages)

    @property
    def share(self) -> float:
        """How much of the flow lies behind, 0 to 1."""
        return min(1.0, self._stage / max(1, len(self._plan.stages)))

    def push(self, beats: Sequence[Beat]) -> None:
        """Say ``beats`` before the flow goes on."""
        self._queue.extend(beats)

    def skip_step(self) -> None:
        """Leave out the rest of the step."""
        if not self.done and self._beat:
            self._leave()

    def jump(self, step: int) -> None:
        """Go on at ``step``, if that lies ahead."""
        for at in range(self._stage, len(self._plan.stages)):
            if self._plan.stages[at].number >= step:
                if at != self._stage:
                    self._stage, self._beat, self._entered = at, 0, False
                return

    def take(
        self, room: int, heard: Sequence[Heard], say: Callable[[str], str], *, must: bool = True
    ) -> list[tuple[Beat, str]]:
        """The next beats that fit into ``room``, up to one that asks; if it ``must``, at least one while any is left.

        ``say`` turns a line into what may be spoken now, blank when nothing of it may.
        """
        taken: list[tuple[Beat, str]] = []
        used = 0
        while not self.done:
            beat = self._queue[0] if self._queue else self._next(self._plan.stages[self._stage], heard)
            if beat is None:
                if used >= _REST_AT_STEP:
                    break
                continue
            text = say(self._words(beat))
            if text and (taken or not must) and used + len(text) > room:
                break
            if self._queue:
                del self._queue[0]
            else:
                self._beat += 1
            if not text:
                continue
            taken.append((beat, text))
            used += len(text)
            if beat.asks or used >= room:
                break
        return taken

    def ahead(self) -> Iterator[Beat]:
        """The beats still to come that hold under no condition, those of the next steps at least."""
        for at in range(self._stage, min(self._stage + _AHEAD, len(self._plan.stages))):
            stage = self._plan.stages[at]
            if stage.condition is None:
                yield from stage.beats[self._beat if at == self._stage else 0 :]

    def branch(self, heard: Heard) -> Branch | None:
        """The branch that answers ``heard`` best: of the steps at hand first, of attitudes anywhere."""
        at_hand = [
            branch
            for at in (self._stage, self._stage - 1)
            if 0 <= at < len(self._plan.stages)
            for branch in self._plan.stages[at].branches
            if _shows(branch, heard)
        ]
        found = self._best(at_hand, [heard]) or self._best(
            [b for b in self._plan.anywhere if b.acts & heard.acts and _shows(b, heard) and self._timely(b, heard)],
            [heard],
        )
        if found is not None:
            self._taken.add(id(found))
        return found

    def _timely(self, branch: Branch, heard: Heard) -> bool:
        """Whether it is not too early for ``branch``: who only urges is first told what the call is about."""
        if self._stage > 1 or not branch.acts <= _LETS_GO or not heard.wants("pressed"):
            return True
        at = self._plan.stages[self._stage].number if not self.done else branch.step
        return branch.step <= at + 1 or any(heard.wants(way) for way in _WAYS_OUT)

    def attitude(self, act: Act, heard: Heard) -> Branch | None:
        """The branch for an attitude, wherever it stands."""
        found = self._best([branch for branch in self._plan.anywhere if act in branch.acts], [heard])
        if found is not None:
            self._taken.add(id(found))
        return found

    def _next(self, stage: Stage, heard: Sequence[Heard]) -> Beat | None:
        """The next beat of ``stage``; ``None`` once it is left."""
        if not self._entered:
            self._entered = True
            if stage.condition is not None and not self._held(stage.condition, heard):
                self._leave()
                return None
            if not stage.beats:
                found = self._best(stage.branches, heard[-_LOOK_BACK:])
                if found is not None:
                    self._taken.add(id(found))
                    self._now = found.beats
                    if found.final:
                        self._queue.extend(found.beats)
                        self._stage = len(self._plan.stages)
                        return None
        beats = self._now if self._now is not None else stage.beats
        if self._beat < len(beats):
            return beats[self._beat]
        self._leave()
        return None

    def _leave(self) -> None:
        self._stage += 1
        self._beat = 0
        self._entered = False
        self._now = None

    def _words(self, beat: Beat) -> str:
        """What of a beat is still to be said: nobody is asked again who he is, or whether now is fine."""
        if beat.courtesy and self.brisk:
            return ""
        if self.declined:
            beat = replace(beat, text="".join(s for s in sentences(beat.text) if not does("presumes", s)))
        if not beat.early or not (self.confirmed or self.settled):
            return beat.text
        return "".join(
            without_leave(sentence) if self.settled else sentence
            for sentence in sentences(beat.text)
            if not (self.confirmed and (does("identity", sentence) or does("greeting", sentence)))
            and not (self.settled and does("way_out", sentence))
        )

    def _best(self, branches: Sequence[Branch], heard: Sequence[Heard]) -> Branch | None:
        best: Branch | None = None
        most = HOLDS
        for branch in branches:
            if id(branch) in self._taken:
                continue
            turns = heard[-1:] if branch.acts & _TRANSIENT else heard
            for turn in turns:
                score = _holds(branch.condition, turn)
                if score > most or (score == most and best is None):
                    best, most = branch, score
        return best

    def _held(self, condition: Condition, heard: Sequence[Heard]) -> bool:
        turns = heard[-2:] if frozenset(condition.acts) & _TRANSIENT else heard[-2 * _LOOK_BACK :]
        return any(_holds(condition, turn) >= HOLDS for turn in turns)


def _shows(branch: Branch, heard: Heard) -> bool:
    """Whether ``heard`` shows in so many words what ``branch`` is for, where acts alone may mislead.

    Somebody who only urges the caller on is not let go.
    """
    if branch.acts == frozenset({Act.BUSY}):
        return heard.wants("busy") or heard.wants("later")
    if branch.acts == frozenset({Act.IMPATIENT}) and not (heard.wants("pressed") or heard.wants("bothered")):
        return False
    if not branch.final or not branch.acts & _LETS_GO or any(heard.wants(way) for way in _WAYS_OUT):
        return True
    talks_on = heard.does(Act.ASK) or heard.wants("pressed")
    return not talks_on and (heard.wants("refusal") or not heard.does(Act.REFUSE))


def _holds(condition: Condition, heard: Heard) -> float:
    """How likely ``condition`` holds; an act alone does not meet a condition on something else than was spoken of."""
    score = condition.holds(heard.text, heard.acts, heard.caller_line)
    if score < HOLDS or condition.acts & _BY_ACT_ALONE:
        return score
    about = topics(matter(condition.text))
    if about and about.isdisjoint(topics(heard.text)) and about.isdisjoint(topics(heard.caller_line)):
        return 0.0
    return score
