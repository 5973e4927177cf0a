"""How the caller answers a question: from the knowledge base, from lines still to come, or by admitting that it does not know."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from kefu.call.hearing import Heard
from kefu.call.phrasing import Phrases
from kefu.call.placeholders import Filling
from kefu.call.plan import MOST, Beat, Plan
from kefu.call.speech import Said, join, sentences
from kefu.call.topic import concepts_of
from kefu.language.acts import Act

__all__ = ["Answering"]

_SHORT_ANSWER = 40
_SHARED = 2


class Answering:
    """The answers of one caller in one call."""

    def __init__(self, plan: Plan, filling: Filling, phrases: Phrases, rng: Random, said: Said) -> None:
        self._plan = plan
        self._filling = filling
        self._phrases = phrases
        self._rng = rng
        self._said = said
        self._given: set[int] = set()

    def answer(self, heard: Heard, ahead: Iterable[Beat]) -> str:
        """What answers ``heard``; blank where it asks nothing, or what comes next answers it anyway."""
        asks = heard.does(Act.ASK)
        if not asks and not (heard.fact is not None and heard.does(Act.DOUBT, Act.COMPLAIN, Act.HESITATE)):
            return ""
        if heard.wants("machine"):
            return self._choose("machine" if "machine" in self._plan.register else "human")
        if heard.wants("who") and heard.fact is None:
            return self._introduce()
        if heard.fact is not None:
            return self._fact(heard.fact)
        if heard.wants("how_long"):
            return self._how_long()
        if heard.wants("what_about") or not asks or heard.does(Act.DOUBT):
            return ""
        return self._from_lines(heard, ahead) or self._unknown()

    def _fact(self, number: int) -> str:
        parts = self._plan.answers[number - 1]
        again = number in self._given
        self._given.add(number)
        text = next((new for part in parts if (new := self._new(part))), "")
        if again:
            return join(self._choose("answered_plain"), text)
        if not text:
            return self._choose("answered_plain")
        if len(text) <= _SHORT_ANSWER and self._rng.random() < 0.3:
            return join(self._choose("answer"), text)
        return text

    def _introduce(self) -> str:
        for text in self._plan.introductions:
            if new := self._new(text):
                return new
        if self._plan.introductions:
            shortest = min(self._plan.introductions, key=len)
            text = self._filling.apply(shortest)
            varied = text.replace("我是", "我这边是", 1) if "我是" in text else text
            return varied if self._said.fresh(varied) else ""
        return ""

    def _how_long(self) -> str:
        for text in self._plan.lengths:
            line = join(self._filling.apply(text), "，") if text else ""
            if line and self._said.fresh(line):
                return line
        return self._choose("length")

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
        passes_on = "pass_on" in self._plan.register and self._rng.random() < 0.7
        return join(self._choose("unknown"), self._choose("pass_on") if passes_on else "")

    def _choose(self, occasion: str) -> str:
        return self._phrases.choose(occasion, self._rng, self._said)

    def _new(self, text: str) -> str:
        kept = ""
        for sentence in sentences(self._said.new(self._filling.apply(text))):
            if kept and len(kept) + len(sentence) > MOST:
                break
            kept += sentence
        return kept
