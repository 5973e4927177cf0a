"""The embedded caller: carries the document's flow through a call, without a model, a key or a network.

Each turn answers what the customer said last (an end of the call, an attitude, a
question) and then goes on where the flow was. The same seed makes the same caller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from kefu.call.answering import Answering
from kefu.call.call import Call
from kefu.call.course import course_of
from kefu.call.hearing import Heard, hear
from kefu.call.leaving import Leaving
from kefu.call.line import does, matter
from kefu.call.listening import listen
from kefu.call.party import PartyFailed
from kefu.call.speech import join, sentences
from kefu.call.topic import concepts_of, related, topics
from kefu.call.turn import Speaker, Turn
from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.scenario.model import Domain, Scenario

__all__ = ["ScriptCaller"]

_ROOM = 102
_LIMIT = 116
_ENOUGH = 74
_ENOUGH_OF_BRANCH = 34
_TWO_ANSWERS = 70
_QUESTION_LENGTH = 40
_TOLD = 4
_NOT_ASKED_AGAIN = frozenset({"more", "convenience", "identity", "identity_convenience", "machine_check"})
"""Families of questions that are let go when they get no answer."""
_TO_BE_HEARD_OUT = frozenset({Act.REFUSE, Act.COMPLAIN, Act.IMPATIENT})
"""What a reply to these says stands alone; the flow waits for the customer's word on it."""
_LEADING = ("again", "begin", "purpose", "answer")
_PARTS_OF_QUESTIONS = ("比如", "例如", "还是", "或者", "以及", "和")
_WAVES_ON = 14
_BEGINNING = 0.34
_SAME_MATTER = 1.0
_EARLY = 3
_ATTITUDES = (
    (Act.IMPATIENT, "brief", "pressed"), (Act.DOUBT, "brief", "pressed"), (Act.DOUBT, "doubt", "mistrusts"),
    (Act.HESITATE, "patience", "undecided"), (Act.HESITATE, "unsure", "unsure"), (Act.SATISFIED, "glad", "fine"),
)  # fmt: skip
"""Acts that are acknowledged, how, and the words without which they are not (``phrases/hearing.toml``)."""
_CLAUSE = re.compile(r"[^，,；;：:]+[，,；;：:]*")
_LEAD = re.compile(r"^(?:(?:好的|好嘞|好|行|嗯+|明白|能|有|对|是的|可以|您好|清楚了|那好|了解)[，,])+|^请问")
_APOLOGY = re.compile(r"抱歉|对不起|对不住|不好意思")
_AGREES = re.compile(r"^(?:好的|好|明白|收到|了解|嗯)[，,](?=.{6})")
_LEADS_ITSELF = re.compile(r"^(?:好的|好，|嗯，|明白|那就|行，|感谢|收到|谢谢|没关|了解)")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ScriptCaller:
    """The caller of one call. ``known`` fills placeholders and replaces what the document says of the customer."""

    def __init__(self, scenario: Scenario, *, known: Mapping[str, str] = _NOTHING, seed: int = 0) -> None:
        self._course = course_of(scenario, known, seed)
        self._answering = Answering(self._course)
        self._leaving = Leaving(self._course, self._answering)
        self._seen = 0
        self._pending = ""
        self._asked_again = False
        self._paused = False
        self._complaints = 0
        self._branched = False
        self._sympathised = False
        self._asked_who = False

    async def speak(self, call: Call) -> Turn:
        """The caller's next turn."""
        self._catch_up(call)
        text, reason = self._say()
        if not text.strip():
            raise PartyFailed("nothing_to_say", _("the document has no line that may be spoken; add an opening"))
        self._course.said.add(text)
        self._course.last = text
        return Turn(speaker=Speaker.CALLER, text=text, hangs_up=bool(reason), reason=reason)

    def _catch_up(self, call: Call) -> None:
        """Hear the customer's turns since the last one; what was really said in our name counts as said."""
        course = self._course
        for turn in call.turns[self._seen :]:
            if turn.speaker is Speaker.CUSTOMER:
                course.heard.append(hear(course.scenario, turn.text, course.last))
            elif turn.text != course.last:
                course.said.add(turn.text)
                course.last = turn.text
        self._seen = len(call.turns)

    def _say(self) -> tuple[str, str]:
        course = self._course
        if not course.last:
            return self._open(), ""
        heard = course.heard[-1] if course.heard else hear(course.scenario, "", course.last)
        self._note(heard)
        if course.closed:
            return self._after_closing(heard), course.closed
        return self._leaving.turn(heard) or self._go_on(heard)

    def _open(self) -> str:
        course = self._course
        for line in course.plan.opening:
            if text := course.filling.apply(line):
                return text
        return join(*(text for _beat, text in course.progress.take(_ROOM, (), course.spoken)))

    def _note(self, heard: Heard) -> None:
        """Remember what ``heard`` shows of the customer."""
        progress = self._course.progress
        if heard.does(Act.CONFIRM, Act.ACCEPT, Act.INFORM, Act.SATISFIED, Act.COMPLAIN):
            only_asks = all(sentence.endswith(("？", "?")) for sentence in sentences(heard.text))
            named = heard.does(Act.CONFIRM) and heard.wants("own_name")
            progress.confirmed = progress.confirmed or not ((only_asks and not named) or heard.wants("wrong"))
            progress.settled = True
        progress.settled = progress.settled or heard.wants("waved_through") or heard.wants("pressed")
        progress.declined = progress.declined and not heard.does(Act.ACCEPT)
        progress.brisk = progress.brisk or heard.does(Act.IMPATIENT)

    def _after_closing(self, heard: Heard) -> str:
        answer = self._answering.answer(heard, ()) if heard.does(Act.ASK) else ""
        self._course.said.add(answer)
        if not answer and "再见" in self._course.last and (last := self._course.choose("closing.last")):
            return last
        return join(answer, self._course.choose("closing.end") or self._course.choose("closing.left") or "再见。")

    def _go_on(self, heard: Heard) -> tuple[str, str]:
        """Answer ``heard``, and go on with the flow as far as there is room."""
        course = self._course
        resumed = self._paused and len(heard.text) <= _WAVES_ON
        answered = heard.answers and not resumed and not heard.wants("aside")
        asked = course.question
        settled = answered or self._asked_again or listen(asked).family in _NOT_ASKED_AGAIN
        self._pending = "" if settled else asked
        self._paused = False
        parts, waits = self._react(heard)
        course.question = asked if self._paused else ""
        for part in parts:
            course.said.add(part)
        if course.closed:
            return self._leaving.finally_(join(*parts), course.closed)
        text = join(*parts)
        if "？" in text:
            course.question = _last_question(text)
            self._asked_again = not self._branched
        if text and (waits or course.question):
            return text, ""
        if self._add_next(parts):
            return _polished(parts), ""
        return self._finish(parts, heard), ""

    def _react(self, heard: Heard) -> tuple[list[str], bool]:
        """What answers the turn itself, before the flow goes on; and whether that is enough for one turn."""
        course = self._course
        self._branched = self._sympathised = False
        if heard.wants("aside") and not heard.does(Act.ASK):
            return [course.choose("resume")], False
        if heard.wants("not_heard") or (heard.wants("again") and heard.does(Act.UNCLEAR, Act.ASK)):
            return [self._again(heard)], True
        unclear = heard.does(Act.UNCLEAR) and not heard.does(Act.INFORM, Act.CONFIRM)
        if (unclear or heard.wants("hold")) and not heard.wants("waved_through"):
            self._paused = True
            return [course.choose("wait")], True
        if (branched := self._by_branch(heard)) is not None:
            return branched
        if answer := self._answer(heard):
            lead = self._sorry_before(answer) if heard.does(Act.COMPLAIN) and heard.wants("trouble") else ""
            return [lead, answer], len(lead) + len(answer) >= _ENOUGH or course.progress.done
        return [self._acknowledge(heard)], False

    def _answer(self, heard: Heard) -> str:
        course = self._course
        return self._answering.answer(heard, course.progress.ahead(), early=len(course.heard) <= _EARLY)

    def _by_branch(self, heard: Heard) -> tuple[list[str], bool] | None:
        """The document's own line for what the customer said; a question of the knowledge base comes before it."""
        course = self._course
        if heard.does(Act.CONFIRM) and len(course.heard) == 1:
            return None
        branch = course.progress.branch(heard)
        text = course.offered(branch) if branch else ""
        if branch is None or not text:
            return None
        if branch.jump is not None:
            course.progress.jump(branch.jump)
        if branch.final and (branch.ends or any(does("wishes", sentence) for sentence in sentences(text))):
            course.closed = "customer_refused" if heard.does(Act.REFUSE) else "completed"
        self._branched = True
        to_the_point = not topics(matter(branch.condition.text)).isdisjoint(topics(heard.text))
        answer = "" if to_the_point and heard.fact is None else self._answer(heard)
        if answer and len(answer) + len(text) > _TWO_ANSWERS:
            return [answer], len(answer) >= _ENOUGH
        heard_out = not _TO_BE_HEARD_OUT.isdisjoint(branch.acts & heard.acts)
        lead = self._sorry_before(text) if heard.does(Act.COMPLAIN) and heard.wants("trouble") else ""
        return [lead, answer, text], heard_out or len(answer) + len(text) >= _ENOUGH_OF_BRANCH

    def _acknowledge(self, heard: Heard) -> str:
        """A word to what asks nothing, or nothing that can be answered, before the flow goes on."""
        course = self._course
        if heard.wants("text") and heard.does(Act.ASK, Act.REFUSE, Act.HESITATE, Act.ACCEPT, Act.INFORM):
            return course.choose("channel")
        if heard.does(Act.COMPLAIN) and heard.wants("bothered"):
            return course.choose("bother")
        if heard.does(Act.COMPLAIN) and heard.wants("trouble"):
            return self._sorry(heard)
        if attitude := self._attitude(heard):
            return attitude
        if heard.does(Act.INFORM) and len(heard.text) > _TOLD and course.question and course.rng.random() < 0.6:
            return course.choose("record")
        if heard.does(Act.ASK):
            if heard.wants("checks") or heard.wants("distrust"):
                return course.choose("ack" if heard.wants("checks") else "doubt")
            if course.progress.done or not heard.wants("what_about"):
                return ""
            return course.choose("purpose" if course.progress.share < _BEGINNING else "listen")
        if len(course.heard) == 1:
            return course.choose("begin") if course.rng.random() < 0.5 else ""
        return course.choose("ack") if course.rng.random() < 0.75 else ""

    def _attitude(self, heard: Heard) -> str:
        """What is said to a wish, a worry or a feeling; blank where there is none that words show."""
        course = self._course
        flat = heard.wants("no_interest") or heard.wants("outright")
        if heard.wants("wishes") and not flat and not heard.does(Act.ASK):
            return course.choose("wish")
        if heard.does(Act.REFUSE) and heard.wants("refusal") and course.question:
            course.progress.skip_step()
            course.progress.declined = True
            return course.choose("declined")
        feels = heard.does(Act.DOUBT, Act.HESITATE, Act.INFORM, Act.COMPLAIN)
        feels = feels and not heard.does(Act.ASK, Act.ACCEPT, Act.SATISFIED)
        if feels and heard.wants("worries"):
            return join(course.choose("worry"), self._passed_on())
        for act, occasion, words in _ATTITUDES:
            if heard.does(act) and heard.wants(words):
                return course.choose(occasion)
        return ""

    def _sorry(self, heard: Heard) -> str:
        """An apology the first time, later that it is noted; where the document says so, that it is passed on."""
        self._complaints += 1
        self._sympathised = True
        if self._complaints > 1:
            return self._course.choose("noted")
        return join(self._course.choose("sorry"), self._passed_on() if topics(heard.text) else "")

    def _sorry_before(self, text: str) -> str:
        """A word of sympathy before ``text``, unless that begins with one or leaves no room."""
        first = sentences(text)[:1]
        if len(text) >= _ENOUGH or any(does("feels", sentence) for sentence in first):
            return ""
        self._complaints += 1
        return self._course.choose("sorry" if self._complaints == 1 else "noted")

    def _passed_on(self) -> str:
        return self._course.choose("pass_on") if "pass_on" in self._course.plan.register else ""

    def _add_next(self, parts: list[str]) -> bool:
        """Go back to the question that was not answered, or on with the flow; whether anything was left to say."""
        course = self._course
        used = len(join(*parts))
        if self._pending and (back := self._back(_ROOM - used)):
            parts.append(back)
            return True
        if course.progress.done:
            return False
        if asks_who := self._who_is_there():
            parts.append(asks_who)
            course.question = asks_who
            self._asked_again = True
            return True
        taken = course.progress.take(_ROOM - used, course.heard, course.spoken, must=True)
        if taken and used + len(taken[0][1]) > _LIMIT:
            if len(join(*parts)) >= _ENOUGH_OF_BRANCH:  # an answer stands alone, the line comes next
                course.progress.push([taken[0][0]])
                return True
            parts.clear()  # an acknowledgement gives way to a long line
        if parts and taken and self._sympathised and _APOLOGY.search(next(iter(sentences(taken[0][1])), "")):
            parts.clear()  # the line has its own words for it
        for beat, text in taken:
            parts.append(text)
            if beat.asks:
                course.question = _last_question(text)
                self._asked_again = False
        return bool(taken)

    def _who_is_there(self) -> str:
        """The question who is on the phone, once more, where money is the matter and nobody has said so yet."""
        course = self._course
        open_still = course.plan.asks_who and not course.progress.confirmed
        if not open_still or self._asked_who or course.scenario.domain is not Domain.FINANCE:
            return ""
        ahead = next(course.progress.ahead(), None)
        if ahead is not None and any(does("identity", sentence) for sentence in sentences(ahead.text)):
            return ""
        self._asked_who = True
        return course.choose("identity")

    def _back(self, room: int) -> str:
        """The question that was not answered, once more; blank where there is no room or no new way to lead back."""
        self._asked_again = True
        self._course.question = self._pending
        whole = not self._pending.startswith(_PARTS_OF_QUESTIONS)
        lead = self._course.choose("back") if whole and room > len(self._pending) else ""
        text = join(lead, self._pending) if lead else ""
        return text if text and self._course.said.fresh(text) else ""

    def _finish(self, parts: list[str], heard: Heard) -> str:
        """The flow is done: the closing, and the customer has the last word. What needs more room is said before it."""
        said = join(*parts)
        if len(said) >= _ENOUGH_OF_BRANCH:
            return said
        text, _reason = self._leaving.close("done", "completed", heard)
        joined = _polished([*parts, text])
        return joined if len(joined) <= _LIMIT else text

    def _again(self, heard: Heard) -> str:
        """What is asked about again, or the heart of what was said last, in other words around it."""
        course = self._course
        parts = sentences(course.last)
        core = next((s for s in reversed(parts) if "？" in s), max(parts, key=len, default=""))
        if about := heard.matter:
            told = [s for turn in course.heard for s in sentences(turn.caller_line) if "？" not in s]
            best = max(told, key=lambda s: related(about, s), default="")
            if related(about, best) >= _SAME_MATTER:
                core = best
            elif heard.does(Act.ASK) and concepts_of(about):
                return self._answer(heard) or course.choose("unknown")
        for lead in (lead for occasion in _LEADING for lead in course.phrases.variants(occasion)):
            core = core.removeprefix(lead)
        core = _LEAD.sub("", core)
        text = join(course.choose("again"), core)
        return text if core and course.said.fresh(text) else course.choose("wait")


def _polished(parts: list[str]) -> str:
    """``parts`` as one turn: a lead before a sentence that begins like one itself is dropped."""
    if len(parts) > 1 and parts[0].endswith("，") and _LEADS_ITSELF.search(parts[1]):
        return join(*parts[1:])
    if len(parts) > 1 and parts[0].endswith("。"):
        return join(parts[0], _AGREES.sub("", parts[1]), *parts[2:])
    return join(*parts)


def _last_question(text: str) -> str:
    """The last question in ``text``, shortened to its end."""
    for sentence in reversed(sentences(text)):
        if "？" in sentence or "?" in sentence:
            parts = _CLAUSE.findall(sentence)
            while len(parts) > 1 and sum(map(len, parts)) > _QUESTION_LENGTH:
                del parts[0]
            return "".join(parts).removeprefix("您好，").removeprefix("请问")
    return ""
