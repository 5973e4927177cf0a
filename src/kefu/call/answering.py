"""How the caller answers a question: from the knowledge base, from lines to come, or by saying that it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kefu.call.course import Course
from kefu.call.hearing import Heard
from kefu.call.plan import MOST, Beat
from kefu.call.speech import join, sentences
from kefu.call.topic import concepts_of, related
from kefu.language.acts import Act

__all__ = ["Answering"]

_SHORT_ANSWER = 40
_SHARED = 2
_GOOD_LENGTH = 24
_LEAD = re.compile(r"^(?:(?:好的|好|行|嗯+|能|有|对|是的|可以|会|不会|没有|不用)[，,])+")
_SURE = 0.55
_SHORT_TURN = 18
_QUESTION = 5
_NEXT = 3
_TO_THE_POINT = 1.2
_NO_QUESTIONS = ("what_about", "checks", "wonders", "distrust", "text")


class Answering:
    """The answers of one caller in one call."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._plan = course.plan
        self._given: set[int] = set()

    def answer(self, heard: Heard, ahead: Iterable[Beat], *, early: bool = False) -> str:
        """What answers ``heard``; blank where it asks nothing, or what comes next answers it anyway."""
        asks = heard.does(Act.ASK) or (
            heard.text.endswith(("？", "?")) and len(heard.text) >= _QUESTION and not heard.does(Act.DOUBT, Act.UNCLEAR)
        )
        if not asks and not (heard.score >= _SURE and heard.does(Act.DOUBT, Act.COMPLAIN, Act.HESITATE)):
            return ""
        if (heard.wants("go_on") or heard.wants("opinion")) and len(_last(heard.text)) <= _SHORT_TURN:
            return ""
        if heard.wants("machine"):
            return self._course.choose("machine" if "machine" in self._plan.register else "human")
        if heard.wants("who") and heard.fact is None:
            return self._introduce()
        if heard.fact is not None:
            return self._fact(heard.fact)
        if early and heard.wants("how_long"):
            return self._how_long()
        if not asks or _asks_nothing(heard):
            return ""
        if heard.wants("person") and "pass_on" in self._plan.register and (text := self._course.choose("person")):
            return text
        beats = tuple(ahead)
        if any(related(_last(heard.text), beat.text) >= _TO_THE_POINT for beat in beats[:_NEXT]):
            return ""
        return self._from_lines(heard, beats) or self._unknown()

    def _fact(self, number: int) -> str:
        parts = self._plan.answers[number - 1]
        again = number in self._given
        self._given.add(number)
        text = next((new for part in parts if (new := self._new(part))), "")
        if again or not text:
            return join(self._course.choose("answered_plain"), text) if text else self._once_more(parts)
        if len(text) <= _SHORT_ANSWER and self._course.rng.random() < 0.3:
            return join(self._course.choose("answer"), text)
        return text

    def _once_more(self, parts: tuple[str, ...]) -> str:
        """The heart of an answer that was given already, under another lead; that it stands, once leads are used up."""
        told = [sentence for part in parts for sentence in sentences(self._course.filling.apply(part))]
        core = min(told, key=lambda sentence: abs(len(sentence) - _GOOD_LENGTH), default="")
        lead = self._course.choose("answered") if core else ""
        text = join(lead, _LEAD.sub("", core)) if lead else ""
        return text if text and self._course.said.fresh(text) else self._course.choose("answered_plain")

    def _introduce(self) -> str:
        for text in self._plan.introductions:
            if new := self._new(text):
                return new
        if self._plan.introductions:
            shortest = min(self._plan.introductions, key=len)
            text = self._course.filling.apply(shortest)
            varied = text.replace("我是", "我这边是", 1) if "我是" in text else text
            return varied if self._course.said.fresh(varied) else ""
        return ""

    def _how_long(self) -> str:
        for text in self._plan.lengths:
            line = join(self._course.filling.apply(text), "，") if text else ""
            if line and self._course.said.fresh(line):
                return line
        return self._course.choose("length")

    def _from_lines(self, heard: Heard, ahead: Iterable[Beat]) -> str:
        asked = concepts_of(heard.text)
        if not asked:
            return ""
        best, most = "", _SHARED - 1
        for beat in ahead:
            shared = len(asked & concepts_of(beat.text))
            if shared > most and not beat.asks:
                best, most = beat.text, shared
        return self._new(best) if best else ""

    def _unknown(self) -> str:
        passes_on = "pass_on" in self._plan.register and self._course.rng.random() < 0.7
        return join(self._course.choose("unknown"), self._course.choose("pass_on") if passes_on else "")

    def _new(self, text: str) -> str:
        kept = ""
        for sentence in sentences(self._course.spoken(text)):
            if kept and len(kept) + len(sentence) > MOST:
                break
            kept += sentence
        return kept


def _asks_nothing(heard: Heard) -> bool:
    """Whether a question only checks, wonders aloud, asks what the call is about, or is answered by who asks it."""
    if any(heard.wants(want) for want in _NO_QUESTIONS):
        return True
    if heard.does(Act.DOUBT) and not concepts_of(heard.text):
        return True
    return not _last(heard.text).endswith(("？", "?")) and not heard.wants("asks")


def _last(text: str) -> str:
    """The last sentence of ``text``."""
    return next(reversed(sentences(text)), "")
