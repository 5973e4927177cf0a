"""The embedded caller: carries the document's flow through a call, without a model, a key or a network.

Each turn answers what the customer said last (an end of the call, an attitude, a
question) and then goes on where the flow was. The same seed makes the same caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from kefu.call.answering import Answering
from kefu.call.call import Call
from kefu.call.closing import close
from kefu.call.hearing import Heard, hear
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
_MOST_UNCLEAR = 3
_ALMOST_THROUGH = 0.6
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ScriptCaller:
    """The caller of one call. ``known`` fills placeholders and replaces what the document says of the customer."""

    def __init__(self, scenario: Scenario, *, known: Mapping[str, str] = _NOTHING, seed: int = 0) -> None:
        self._scenario = scenario
        self._plan = plan_of(scenario)
        self._filling = Filling(scenario, known)
        self._phrases = Phrases(load("caller"))
        self._rng = Random(f"caller {seed}")
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
            refused = heard.does(Act.REFUSE) or heard.wants("stop")
            if self._progress.done:
                return self._close("left", "completed", heard)
            return self._close("refused" if refused else "left", "customer_refused" if refused else "customer_left", heard)
        if heard.does(Act.REFUSE) or (heard.wants("stop") and heard.does(Act.IMPATIENT, Act.COMPLAIN)):
            if (turn := self._refused(heard)) is not None:
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

    def _urges(self, heard: Heard) -> bool:
        """Whether somebody who is busy wants to hear it all the same."""
        return heard.does(Act.IMPATIENT) or "快说" in heard.text or "说重点" in heard.text or heard.does(Act.ACCEPT)

    def _refused(self, heard: Heard) -> tuple[str, str] | None:
        """The answer to a refusal: one soft reply where the document has one, else the close; a declined part is let go."""
        strong = heard.wants("stop")
        if not strong and len(self._heard) > 2:
            self._declined += 1
            if self._declined < 2:
                return None
        if not self._soft_used and not heard.wants("bye") and (branch := self._progress.attitude(Act.REFUSE, heard)):
            self._soft_used = True
            text = self._branch_text(branch)
            if text:
                if branch.final or branch.ends:
                    return self._with_end(text), "customer_refused"
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
        if heard.does(Act.REFUSE) or heard.wants("stop"):
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
        reaction, answered = self._react(heard)
        if reaction:
            parts.append(reaction)
            self._said.add(reaction)
        if self._next_reason:
            return self._with_end(join(*parts)), self._next_reason
        if self._waits(heard, parts, answered):
            return join(*parts), ""
        self._add_next(parts, heard)
        if not "".join(parts).strip("，,。"):
            return self._finish(heard)
        return self._polished(parts), ""

    def _waits(self, heard: Heard, parts: list[str], answered: bool) -> bool:
        """Whether what has been said is enough for one turn."""
        text = join(*parts)
        if not text:
            return False
        if text.rstrip("。").endswith(("？", "?")) or "？" in text:
            self._question = _last_question(text)
            self._asked_again = True
            return True
        return len(text) >= _ENOUGH and answered

    def _react(self, heard: Heard) -> tuple[str, bool]:
        """What answers the turn itself, before the flow goes on; and whether it answered a question."""
        if heard.does(Act.UNCLEAR) and not heard.does(Act.INFORM, Act.ACCEPT, Act.CONFIRM):
            if heard.wants("again"):
                return self._again(), False
            if heard.wants("hold") or not heard.answers:
                return self._choose("wait"), False
        branch = self._progress.branch(heard) if not heard.does(Act.CONFIRM) or len(self._heard) > 1 else None
        if branch is not None and (text := self._branch_text(branch)):
            if branch.jump is not None:
                self._progress.jump(branch.jump)
            if branch.final and branch.ends:
                self._next_reason = self._closed = "completed"
            return join(self._answering.answer(heard, ()) if heard.fact else "", text), True
        answer = self._answering.answer(heard, self._progress.ahead())
        if answer:
            lead = self._choose("sorry") if heard.does(Act.COMPLAIN) and len(answer) < _ENOUGH else ""
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
                return self._choose(occasion)
        if heard.does(Act.INFORM) and len(heard.text) > 4 and self._question and self._rng.random() < 0.6:
            return self._choose("record")
        if heard.does(Act.ASK):
            return self._choose("purpose") if not self._progress.done and heard.wants("what_about") else ""
        return self._choose("ack") if self._rng.random() < 0.75 else ""

    def _add_next(self, parts: list[str], heard: Heard) -> None:
        """Go back to the question that was not answered, or on with the flow."""
        room = _ROOM - len(join(*parts))
        if self._question and not heard.answers and not self._asked_again and not heard.does(Act.UNCLEAR):
            self._asked_again = True
            back = join(self._choose("back"), self._question) if room > len(self._question) else ""
            if back and self._said.fresh(back):
                parts.append(back)
                return
        if room < 20 and parts:
            return
        taken = self._progress.take(max(room, 30), self._heard, self._spoken)
        for beat, text in taken:
            if parts and len(join(*parts)) + len(text) > MOST + 8:
                text = self._said.new(text)
            parts.append(text)
            if beat.asks:
                self._question = _last_question(text)
                self._asked_again = False
        if taken and not taken[-1][0].asks:
            self._question = ""

    def _finish(self, heard: Heard) -> tuple[str, str]:
        """The flow is done: the closing, and the customer has the last word."""
        text, _reason = self._close("done", "completed", heard)
        return text, ""

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
            return sentence.removeprefix("您好，").removeprefix("请问")
    return ""
