"""The embedded caller: carries the document's flow through a call, without a model, a key or a network.

Each turn answers what the customer said last (an end of the call, an attitude, a
question) and then goes on where the flow was. The same seed makes the same caller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from kefu.call.answering import Answering
from kefu.call.call import Call
from kefu.call.closing import close
from kefu.call.hearing import Heard, hear
from kefu.call.line import does
from kefu.call.party import PartyFailed
from kefu.call.phrasing import Phrases, load
from kefu.call.placeholders import Filling
from kefu.call.plan import MOST, Branch, plan_of
from kefu.call.progress import Progress
from kefu.call.speech import Said, join, sentences
from kefu.call.turn import Speaker, Turn
from kefu.language.acts import Act
from kefu.scenario.model import Scenario

__all__ = ["ScriptCaller"]

_ROOM = 96
_ENOUGH = 58
_LEAST_ROOM = 24
_TWO_ANSWERS = 70
_LIMIT = 116
_NAMED = 40
_QUESTION_LENGTH = 40
_MOST_UNCLEAR = 3
_ALMOST_THROUGH = 0.6
_NEARLY_DONE = 0.85
_UNDER_WAY = 0.3
_MOST_DECLINED = 3
_CLAUSE = re.compile(r"[^，,；;：:]+[，,；;：:]*")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ScriptCaller:
    """The caller of one call. ``known`` fills placeholders and replaces what the document says of the customer."""

    def __init__(self, scenario: Scenario, *, known: Mapping[str, str] = _NOTHING, seed: int = 0) -> None:
        self._scenario = scenario
        self._plan = plan_of(scenario)
        self._filling = Filling(scenario, known)
        self._phrases = Phrases(load("caller"))
        self._rng = Random(f"{seed} {scenario.caller.role[:_NAMED]}")
        self._said = Said()
        self._progress = Progress(self._plan)
        self._answering = Answering(self._plan, self._filling, self._phrases, self._rng, self._said)
        self._heard: list[Heard] = []
        self._seen = 0
        self._last = ""
        self._question = ""
        self._asked_again = False
        self._closed = ""
        self._waiting_for_time = False
        self._soft_used = False
        self._declined = 0
        self._unclear = 0
        self._complaints = 0
        self._next_reason = ""

    async def speak(self, call: Call) -> Turn:
        """The caller's next turn."""
        self._catch_up(call)
        text, reason = self._say()
        if not text.strip():
            raise PartyFailed("nothing_to_say", "the document has no line that may be spoken; add an opening")
        self._said.add(text)
        self._last = text
        return Turn(speaker=Speaker.CALLER, text=text, hangs_up=bool(reason), reason=reason)

    def _catch_up(self, call: Call) -> None:
        """Hear the customer's turns since the last one; what was really said in our name counts as said."""
        line = self._last
        for turn in call.turns[self._seen :]:
            if turn.speaker is Speaker.CALLER:
                line = turn.text
                if turn.text != self._last:
                    self._said.add(turn.text)
            else:
                self._heard.append(hear(self._scenario, turn.text, line))
        self._seen = len(call.turns)

    def _say(self) -> tuple[str, str]:
        if not self._last:
            return self._open(), ""
        heard = self._heard[-1] if self._heard else hear(self._scenario, "", self._last)
        self._note(heard)
        if self._closed:
            return self._after_closing(heard), self._closed
        return self._end(heard) or self._go_on(heard)

    def _open(self) -> str:
        for line in self._plan.opening:
            if text := self._filling.apply(line):
                return text
        taken = self._progress.take(_ROOM, (), self._spoken)
        return join(*(text for _beat, text in taken))

    def _note(self, heard: Heard) -> None:
        """Remember what ``heard`` shows of the customer."""
        progress = self._progress
        if heard.does(Act.CONFIRM, Act.ACCEPT, Act.INFORM, Act.SATISFIED, Act.COMPLAIN):
            progress.confirmed = progress.confirmed or not heard.wants("wrong")
            progress.settled = True
        if heard.wants("waved_through"):
            progress.settled = True
        if heard.does(Act.IMPATIENT):
            progress.brisk = True

    # --- ways to end -------------------------------------------------------------------------

    def _end(self, heard: Heard) -> tuple[str, str] | None:
        """The turn that ends the call, or prepares to; ``None`` while there is reason to go on."""
        if self._is_stranger(heard):
            return self._close("wrong_person", "wrong_person", heard)
        if self._waiting_for_time:
            return self._with_time(heard)
        if heard.does(Act.BYE) and heard.wants("bye"):
            refused = heard.does(Act.REFUSE) or heard.wants("stop_calls") or heard.wants("no_interest")
            if self._progress.share >= _NEARLY_DONE:
                return self._close("done", "completed", heard)
            return self._close("refused" if refused else "left", "customer_refused" if refused else "customer_left", heard)
        if self._refuses(heard) and (turn := self._refused(heard)) is not None:
            return turn
        if heard.does(Act.BUSY) and heard.wants("busy") and not self._urges(heard):
            return self._busy(heard)
        if heard.does(Act.UNCLEAR) and not heard.answers and len(heard.text) < 2 or self._unclear >= _MOST_UNCLEAR:
            self._unclear += 1
            if self._unclear > _MOST_UNCLEAR:
                return self._close("no_reply", "no_reply", heard)
        if heard.wants("text") and self._progress.share >= _ALMOST_THROUGH and heard.does(Act.HESITATE, Act.BUSY, Act.IMPATIENT):
            return self._close("text", "deferred", heard)
        return None

    def _is_stranger(self, heard: Heard) -> bool:
        early = len(self._heard) <= 2
        return early and not self._progress.confirmed and heard.wants("wrong") and heard.does(Act.DENY)

    def _refuses(self, heard: Heard) -> bool:
        if heard.does(Act.REFUSE):
            return heard.wants("refusal") and not (heard.wants("conditional") and heard.does(Act.ASK, Act.DOUBT))
        return heard.wants("stop_calls") and heard.does(Act.IMPATIENT, Act.COMPLAIN)

    def _urges(self, heard: Heard) -> bool:
        """Whether somebody who is busy wants to hear it all the same."""
        return heard.does(Act.IMPATIENT) or "快说" in heard.text or "说重点" in heard.text or heard.does(Act.ACCEPT)

    def _refused(self, heard: Heard) -> tuple[str, str] | None:
        """The answer to a refusal: one soft reply where the document has one, else the close; a declined part is let go."""
        flat = heard.wants("no_interest")
        if heard.wants("stop_calls"):
            if heard.wants("text") and not heard.wants("bye") and self._progress.share > _UNDER_WAY:
                return self._close("text", "deferred", heard)
        elif not flat and (len(self._heard) > 2 or does("offers", self._question)):
            self._declined += 1
            if self._declined < _MOST_DECLINED:
                return None
        elif not heard.wants("refusal"):
            return None
        if not self._soft_used and not heard.wants("bye") and (branch := self._progress.attitude(Act.REFUSE, heard)):
            self._soft_used = True
            text = self._branch_text(branch)
            if text:
                if branch.final or branch.ends:
                    self._closed = "customer_refused"
                    return self._with_end(text), self._closed
                return text, ""
        return self._close("refused", "customer_refused", heard)

    def _busy(self, heard: Heard) -> tuple[str, str]:
        branch = self._progress.attitude(Act.BUSY, heard)
        text = self._branch_text(branch) if branch else ""
        if not text:
            if "call_back" not in self._plan.register:
                return self._close("busy", "customer_busy", heard)
            text = self._choose("busy")
        if branch is not None and not branch.beats[-1].asks and (branch.final or branch.ends):
            return self._with_end(text), "customer_busy"
        self._waiting_for_time = True
        return text, ""

    def _with_time(self, heard: Heard) -> tuple[str, str] | None:
        """After another time was offered: the close, unless the customer wants to go on now."""
        self._waiting_for_time = False
        if self._refuses(heard):
            return self._close("refused", "customer_refused", heard)
        when = heard.words("time")
        if not when and heard.does(Act.ACCEPT, Act.IMPATIENT, Act.CONFIRM) and heard.wants("waved_through") and not heard.wants("busy"):
            return None
        head = self._choose("appointed", time=when) if when else ""
        text, reason = self._close("busy", "call_back" if when else "customer_busy", heard)
        return (head + text if len(head) + len(text) <= MOST else text), reason

    def _close(self, occasion: str, reason: str, heard: Heard) -> tuple[str, str]:
        head = ""
        if occasion not in ("wrong_person", "no_reply") and heard.does(Act.ASK) and heard.fact is not None:
            head = self._answering.answer(heard, ())
        self._said.add(head)
        text = close(self._plan, self._filling, self._phrases, self._rng, self._said, occasion)
        if head and len(head) + len(text) > MOST + 15:
            text = self._choose("closing.left")
        self._closed = reason
        return head + text, reason

    def _with_end(self, text: str) -> str:
        return text if "再见" in text else text + self._choose("closing.end")

    def _after_closing(self, heard: Heard) -> str:
        answer = self._answering.answer(heard, ()) if heard.does(Act.ASK) else ""
        self._said.add(answer)
        return join(answer, self._choose("closing.end") or self._choose("closing.left") or "再见。")

    # --- going on ------------------------------------------------------------------------------

    def _go_on(self, heard: Heard) -> tuple[str, str]:
        parts: list[str] = []
        reaction, stops = self._react(heard)
        if reaction:
            parts.append(reaction)
            self._said.add(reaction)
        if self._next_reason:
            return self._with_end(join(*parts)), self._next_reason
        if self._waits(parts, stops):
            return join(*parts), ""
        if self._add_next(parts, must=not stops):
            return self._polished(parts), ""
        return self._finish(parts, heard)

    def _waits(self, parts: list[str], stops: bool) -> bool:
        """Whether what has been said is enough for one turn."""
        text = join(*parts)
        if not text:
            return False
        if "？" in text:
            self._question = _last_question(text)
            self._asked_again = True
            return True
        return stops and (len(text) >= _ENOUGH or self._progress.done)

    def _react(self, heard: Heard) -> tuple[str, bool]:
        """What answers the turn itself, before the flow goes on; and whether it answered a question."""
        if heard.wants("again") and heard.does(Act.UNCLEAR, Act.ASK):
            return self._again(), True
        if heard.does(Act.UNCLEAR) and not heard.does(Act.INFORM, Act.CONFIRM):
            if not heard.wants("waved_through"):
                return self._choose("wait"), False
        branch = self._progress.branch(heard) if not heard.does(Act.CONFIRM) or len(self._heard) > 1 else None
        if branch is not None and (text := self._branch_text(branch)):
            if branch.jump is not None:
                self._progress.jump(branch.jump)
            if branch.final and branch.ends:
                self._next_reason = self._closed = "completed"
            answer = self._answering.answer(heard, ()) if heard.fact else ""
            return (join(answer, text) if len(answer) + len(text) <= _TWO_ANSWERS else answer or text), True
        answer = self._answering.answer(heard, self._progress.ahead())
        if answer:
            lead = self._sorry() if heard.does(Act.COMPLAIN) and len(answer) < _ENOUGH else ""
            return lead + answer, True
        return self._acknowledge(heard), False

    def _acknowledge(self, heard: Heard) -> str:
        if heard.wants("text") and heard.does(Act.ASK, Act.REFUSE, Act.HESITATE, Act.ACCEPT, Act.INFORM):
            return self._choose("channel")
        for act, occasion in (
            (Act.COMPLAIN, "sorry"), (Act.DOUBT, "doubt"), (Act.IMPATIENT, "brief"), (Act.REFUSE, "declined"),
            (Act.HESITATE, "patience"), (Act.SATISFIED, "glad"),
        ):  # fmt: skip
            if heard.does(act):
                if act is Act.REFUSE:
                    self._progress.skip_step()
                if (act is Act.SATISFIED and not heard.wants("fine")) or (act is Act.COMPLAIN and not heard.wants("trouble")):
                    continue
                return self._sorry() if act is Act.COMPLAIN else self._choose(occasion)
        if heard.does(Act.INFORM) and len(heard.text) > 4 and self._question and self._rng.random() < 0.6:
            return self._choose("record")
        if heard.does(Act.ASK):
            return self._choose("purpose") if not self._progress.done and heard.wants("what_about") else ""
        if len(self._heard) == 1:
            return self._choose("begin") if self._rng.random() < 0.5 else ""
        return self._choose("ack") if self._rng.random() < 0.75 else ""

    def _sorry(self) -> str:
        """An apology the first time, later that it is noted."""
        self._complaints += 1
        return self._choose("sorry" if self._complaints == 1 else "noted")

    def _add_next(self, parts: list[str], *, must: bool) -> bool:
        """Go back to the question that was not answered, or on with the flow; whether there was anything left to say."""
        heard = self._heard[-1]
        used = len(join(*parts))
        room = _ROOM - used
        if self._question and not heard.answers and not self._asked_again:
            self._asked_again = True
            back = join(self._choose("back"), self._question) if room > len(self._question) else ""
            if back and self._said.fresh(back):
                parts.append(back)
                return True
        if self._progress.done:
            return False
        taken = self._progress.take(room, self._heard, self._spoken, must=must)
        if taken and used + len(taken[0][1]) > _LIMIT:
            parts.clear()  # an acknowledgement gives way to a long line
        for beat, text in taken:
            parts.append(text)
            if beat.asks:
                self._question = _last_question(text)
                self._asked_again = False
        if taken and not taken[-1][0].asks:
            self._question = ""
        return bool(taken) or bool(parts) and not must

    def _finish(self, parts: list[str], heard: Heard) -> tuple[str, str]:
        """The flow is done: the closing, and the customer has the last word."""
        before = join(*parts)
        text, _reason = self._close("done", "completed", heard)
        joined = join(*parts, text)
        return (joined if parts and before.endswith("，") and len(joined) <= MOST + 8 else text), ""

    def _polished(self, parts: list[str]) -> str:
        """``parts`` as one turn: a lead before a sentence that already begins like one is dropped."""
        if len(parts) > 1 and parts[0].endswith("，") and parts[1][:2] in ("好的", "好，", "嗯，", "明白", "那就", "行，", "感谢", "收到", "谢谢", "没关", "了解"):
            del parts[0]
        return join(*parts)

    def _again(self) -> str:
        """The heart of what was said last, in other words around it."""
        parts = sentences(self._last)
        core = next((s for s in reversed(parts) if "？" in s), max(parts, key=len, default=""))
        core = core.removeprefix("您好，").removeprefix("请问")
        text = join(self._choose("again"), core)
        return text if core and self._said.fresh(text) else self._choose("wait")

    def _branch_text(self, branch: Branch) -> str:
        texts = [text for beat in branch.beats if (text := self._spoken(beat.text))]
        joined = ""
        for text in texts:
            if joined and len(joined) + len(text) > MOST:
                break
            joined += text
        return joined

    def _spoken(self, text: str) -> str:
        return self._said.new(self._filling.apply(text))

    def _choose(self, occasion: str, **holes: str) -> str:
        return self._phrases.choose(occasion, self._rng, self._said, **holes)


def _last_question(text: str) -> str:
    for sentence in reversed(sentences(text)):
        if "？" in sentence or "?" in sentence:
            parts = _CLAUSE.findall(sentence)
            while len(parts) > 1 and sum(map(len, parts)) > _QUESTION_LENGTH:
                del parts[0]
            return "".join(parts).removeprefix("您好，").removeprefix("请问")
    return ""
