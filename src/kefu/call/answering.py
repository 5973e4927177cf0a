"""How the caller answers a question: from the knowledge base, from lines to come, or by saying that it cannot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from kefu.call.course import Course
from kefu.call.hearing import Heard
from kefu.call.line import does
from kefu.call.plan import MOST, Beat
from kefu.call.speech import join, sentences
from kefu.call.topic import concepts_of, related
from kefu.language.acts import Act

__all__ = ["Answering"]

_SHORT_ANSWER = 40
_SHARED = 2
_GOOD_LENGTH = 24
_LEAD = re.compile(r"^(?:(?:好的|好|行|嗯+|能|有|对|是的|可以|会|不会|没有|不用)[，,])+")
_SAME = 0.5
"""From here on a fact that was given already is taken to be asked for again, not something beside it."""
_MOST_TIMES = 2
_SURE = 0.7
"""From here on a fact answers what was said without asking."""
_SHORT_TURN = 18
_QUESTION = 5
_NEXT = 3
_TO_THE_POINT = 1.2
_SHORT_HEART = 60
_NEEDS_NO_LEAD = re.compile(
    r"^(?:如|若|要是|好的|好，|可以|完全|当然|不会|没|能|会|是的|对|行|理解|明白|抱歉|很抱歉|放心|您)"
)
_LEANS = re.compile(r"^(?:并|也|同时|如|若|但|而|所以|因此|且|此外|另外|不过|还|这|那|它|其)")
"""How a sentence begins that leans on the one before it."""
_NO_QUESTIONS = ("quickly", "what_about", "checks", "wonders", "distrust", "text")


class Answering:
    """The answers of one caller in one call."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._plan = course.plan
        self._given: Counter[int] = Counter()
        self._answered: Heard | None = None

    def answer(self, heard: Heard, ahead: Iterable[Beat], *, early: bool = False) -> str:
        """What answers ``heard``; blank where it asks nothing, was answered, or what comes next answers it anyway."""
        if heard is self._answered:
            return ""
        text = self._answer(heard, ahead, early=early)
        self._answered = heard if text else None
        return text

    def _answer(self, heard: Heard, ahead: Iterable[Beat], *, early: bool) -> str:
        asks = heard.does(Act.ASK) or _has_question(heard)
        tells = heard.score >= _SURE and heard.does(Act.DOUBT, Act.COMPLAIN, Act.HESITATE)
        if not asks and not (tells and concepts_of(heard.text)):
            return ""
        if len(_last(heard.text)) <= _SHORT_TURN:
            if heard.wants("opinion"):
                return self._course.choose("opinion")
            if heard.wants("go_on"):
                return ""
        known = heard.sure and (heard.score >= _SURE or not _asks_loosely(heard))
        if (text := self._who_we_are(heard, early=early, known=known)) is not None:
            return text
        if heard.fact is not None and known:
            return self._fact(heard.fact, heard) or (self._unknown() if asks else "")
        if heard.wants("how_long"):
            return self._how_long() if early else self._course.choose("soon")
        if not asks or _asks_nothing(heard):
            return ""
        if heard.wants("person") and "pass_on" in self._plan.register and (text := self._course.choose("person")):
            return text
        beats = tuple(ahead)
        told = (beat.text for beat in _said_next(beats) if not beat.asks)
        if any(related(_last(heard.text), text) >= _TO_THE_POINT for text in told):
            return ""
        return self._from_lines(heard, beats) or self._unknown()

    def _who_we_are(self, heard: Heard, *, early: bool, known: bool) -> str | None:
        """What is said to somebody who asks who is calling; ``None`` where that is not the question."""
        if heard.wants("machine"):
            return self._course.choose("machine" if "machine" in self._plan.register else "human")
        if heard.wants("who") and not known:
            return self._introduce()
        return (self._introduce() or None) if early and heard.only_asks("who") else None

    def _fact(self, number: int, heard: Heard) -> str:
        """What answers by fact ``number``; blank where that was given, and what is asked may well lie beside it."""
        parts = self._plan.answers[number - 1]
        again = self._given[number] > 0
        if again and heard.score < _SAME:
            return ""
        self._given[number] += 1
        text = next((new for part in parts if (new := self._new(part))), "")
        if not text and self._given[number] > _MOST_TIMES:
            if not heard.does(Act.ASK):
                return ""
            return join(self._course.choose("answered_enough"), self._passed_on())
        if not text:
            return self._once_more(parts, heard.text)
        led = len(text) <= _SHORT_ANSWER and not again and not _NEEDS_NO_LEAD.search(text)
        if led and self._course.rng.random() < 0.3:
            return join(self._course.choose("answer"), text)
        return text

    def _once_more(self, parts: tuple[str, ...], asked: str) -> str:
        """The heart of an answer that was given already, under another lead; that it stands, once leads are used up."""
        told = [sentence for part in parts for sentence in sentences(self._course.filling.apply(part))]
        alone = [sentence for sentence in told if len(sentence) <= _SHORT_HEART and not _LEANS.search(sentence)]
        core = max(alone or told[:1], key=lambda s: (related(asked, s), -abs(len(s) - _GOOD_LENGTH)), default="")
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
        return join(self._course.choose("unknown"), self._passed_on())

    def _passed_on(self) -> str:
        return self._course.choose("pass_on") if "pass_on" in self._plan.register else ""

    def _new(self, text: str) -> str:
        kept = ""
        for sentence in sentences(self._course.spoken(text)):
            if does("wishes", sentence):  # a farewell in an answer waits for the end
                continue
            if kept and len(kept) + len(sentence) > MOST:
                break
            kept += sentence
        return kept


def _said_next(ahead: Iterable[Beat]) -> Iterable[Beat]:
    """The beats that the next turn may well hold: up to the first that asks."""
    for beat in islice(ahead, _NEXT):
        yield beat
        if beat.asks:
            return


def _asks_loosely(heard: Heard) -> bool:
    """Whether it is a question about the call itself: to be quick, or what it is all about."""
    return heard.only_asks("quickly") or heard.only_asks("what_about")


def _has_question(heard: Heard) -> bool:
    """Whether some sentence asks, though the whole was not heard as a question."""
    if heard.does(Act.UNCLEAR) or (heard.does(Act.DOUBT) and not heard.sure):
        return False
    return any(s.endswith(("？", "?")) and len(s) >= _QUESTION for s in sentences(heard.text))


def _asks_nothing(heard: Heard) -> bool:
    """Whether a question only checks, wonders aloud, asks what the call is about, or is answered by who asks it."""
    if any(heard.only_asks(want) for want in _NO_QUESTIONS):
        return True
    if heard.does(Act.DOUBT) and not concepts_of(heard.text):
        return True
    return not _last(heard.text).endswith(("？", "?")) and not heard.wants("asks")


def _last(text: str) -> str:
    """The last question of ``text``, be it followed by a word on why it is asked, else its last sentence."""
    parts = sentences(text)
    asked = (s for s in reversed(parts[-2:]) if s.endswith(("？", "?")))
    return next(asked, "") or next(reversed(parts), "")
