"""What a customer answers: to each kind of question by character and mood, and to what it is told."""

from __future__ import annotations

import re
from random import Random

from kefu.call.listening import Listening
from kefu.call.material import Example, Material
from kefu.call.mood import Mood
from kefu.call.speech import Told
from kefu.call.voice import Voice, echoes
from kefu.language.acts import Act
from kefu.scenario.model import Persona

__all__ = ["PLAIN", "Answers"]

PLAIN = {
    "identity": "identity_again", "identity_convenience": "convenience", "convenience": "convenience",
    "machine_check": "hearable", "more": "more", "confirm": "confirm", "score": "score", "amount": "amount",
    "how_long": "how_long", "when_past": "when_past", "who": "how_many_people", "provide": "provide",
    "appointment": "appointment", "count": "count", "where": "place", "recalled": "when_past",
    "unchanged": "unchanged", "notice": "notice", "effect": "effect",
}  # fmt: skip
"""Families of questions with one occasion for their answer."""
_FROM_LIFE = frozenset(
    {"score", "count", "amount", "how_long", "when_past", "why", "status", "has", "how", "open", "where", "yes_no"}
)
"""Families that the document's own material may answer."""
_TROUBLES = ("问题", "不便", "不满", "不太顺", "困难", "不顺", "麻烦", "不周", "难题")
_WISHES = re.compile(r"需求|需要|打算|计划|建议|意见|想法|要求|补充|预算|偏好")
"""What a question is about that asks for wishes, not for troubles."""
_NAYS = 0.15
_STATE = re.compile(r"(?:^|[，,])(?:主要|大概)?是(?!给|先|现在|想|要|用|发)[^？]{1,14}还是|因为|原因|卡在")
_CONTRARY = frozenset({Persona.RESISTANT})


class Answers:
    """The answers of one customer in one call."""

    def __init__(self, material: Material, voice: Voice, mood: Mood, persona: Persona, rng: Random) -> None:
        self._voice = voice
        self._mood = mood
        self._persona = persona
        self._rng = rng
        likely = {Persona.RESISTANT: 0.15, Persona.COOPERATIVE: 0.35}.get(persona, 0.5)
        self._troubled = material.has_problem and rng.random() < likely
        self._purpose_heard = False
        self._told_trouble = False

    def to(self, heard: Listening) -> str:
        """The answer to the question that ``heard`` ends with."""
        family = heard.family
        if family in _FROM_LIFE and (text := self._from_life(heard)):
            return text
        if family == "offer":
            return self._offer()
        if family == "choice" and len(heard.options) < 2 and ("没有" in heard.question or "吗" in heard.question):
            family = "yes_no"
        if family == "choice" or (family in ("appointment", "why") and len(heard.options) > 1):
            return self._choice(heard)
        if family in ("status", "has"):
            return self._trouble(heard) or self._state(family, heard.question)
        if family == "yes_no" and "是" not in heard.question.replace("是否", "") and self._rng.random() < _NAYS:
            return self._voice.phrase_unlike("no", lambda text: "不是" in text) or self._voice.phrase("unsure")
        if family == "yes_no":
            nays = _NAYS if "是" in heard.question.replace("是否", "") else 0.0
            return self._voice.phrase(self._weighted((("yes", 0.6), ("no", nays), ("unsure", 0.25))))
        occasion = PLAIN.get(family, family)
        if family == "confirm" and self._persona is Persona.HESITANT and self._rng.random() < 0.3:
            occasion = "unsure"
        return self._voice.phrase(occasion) or self._voice.phrase("unsure") or self._voice.phrase("explained")

    def react(self, heard: Listening, count: int, told: Told) -> str:
        """What is said to something that asks nothing."""
        if "wait" in heard.does and len(heard.text) < 20:
            return self._voice.phrase("back") or self._voice.phrase("explained")
        if "apology" in heard.does and self._rng.random() < 0.3 and (text := self._voice.phrase("sorry")):
            return text
        if not self._purpose_heard and count <= 2 and "purpose" in heard.does and self._rng.random() < 0.5:
            self._purpose_heard = True
            return self._voice.phrase("purpose")
        if text := self._remark(heard, told):
            return text
        if heard.family == "please" and self._rng.random() < 0.6 and (text := self._voice.phrase("please")):
            return text
        if len(heard.text) > 100 and self._rng.random() < 0.12 and (text := self._voice.phrase("long")):
            return text
        chances = {
            Persona.COOPERATIVE: (("explained", 0.9), ("doubt", 0.1)),
            Persona.ANALYTIC: (("explained", 0.8), ("doubt", 0.2)),
            Persona.HESITANT: (("explained", 0.82), ("doubt", 0.18)),
            Persona.RESISTANT: (("explained", 0.5), ("hurry", 0.25), ("doubt", 0.25)),
            Persona.DIRECT: (("explained", 0.85), ("hurry", 0.15)),
        }[self._persona]
        occasion = self._weighted(chances)
        if occasion == "hurry" and (urge := self._voice.urge()):
            return urge
        return self._voice.phrase(occasion) or self._voice.phrase("explained")

    def _remark(self, heard: Listening, told: Told) -> str:
        """An example of the document about what the caller just said."""
        if self._rng.random() > 0.8:
            return ""
        gruff = self._persona in _CONTRARY

        def fits(example: Example) -> bool:
            return _remarks(example) and echoes(example, told) and (gruff or not example.good_for("refusal"))

        return self._voice.example(fits, to=heard.statement or heard.text)

    def _from_life(self, heard: Listening) -> str:
        """An example or a thing that happened, about what is asked."""
        wants_number = heard.family in ("score", "count", "how_long")
        about = heard.question if len(heard.question) > 8 else heard.text
        text = self._voice.example(lambda e: _states(e) and (not wants_number or e.good_for("number")), to=about)
        if text or wants_number:
            return text
        return self._voice.detail(about) if self._persona not in _CONTRARY else ""

    def _offer(self) -> str:
        if self._rng.random() < self._mood.likely_yes:
            return self._voice.phrase("offer_yes") or self._voice.phrase("yes")
        return self._voice.phrase("offer_no") or self._voice.phrase("offer_yes")

    def _choice(self, heard: Listening) -> str:
        if len(heard.options) > 1:
            state = heard.family == "why" or _STATE.search(heard.question) is not None
            picked = self._voice.phrase("choice_state" if state else "choice", x=self._rng.choice(heard.options))
            return picked or self._voice.phrase("choice_any")
        if heard.family == "appointment":
            return self._voice.phrase("appointment")
        if heard.family == "why" or heard.question.startswith("是") or "因为" in heard.question:
            return self._voice.phrase("why") or self._voice.phrase("unsure")
        return self._voice.phrase("choice_any") or self._voice.phrase("unsure")

    def _trouble(self, heard: Listening) -> str:
        """The trouble that the document is about, where the question is whether there is any."""
        if self._told_trouble or self._rng.random() < 0.08 or "建议" in heard.question or "意见" in heard.question:
            return ""
        text = self._voice.example(lambda e: _states(e) and e.good_for("trouble") and Act.COMPLAIN in e.acts)
        self._told_trouble = bool(text)
        return text

    def _state(self, family: str, question: str) -> str:
        """How things are: the same answer whenever asked."""
        if family == "status":
            return self._voice.phrase("problem" if self._troubled else "fine") or self._voice.phrase("fine")
        if self._troubled and not self._told_trouble and any(word in question for word in _TROUBLES):
            self._told_trouble = True
            return self._voice.phrase("has_yes")
        if _WISHES.search(question) and (text := self._voice.phrase("no_wish")):
            return text
        return self._voice.phrase("has_no") or self._voice.phrase("no")

    def _weighted(self, chances: tuple[tuple[str, float], ...]) -> str:
        return self._rng.choices([name for name, _chance in chances], [chance for _name, chance in chances])[0]


def _states(example: Example) -> bool:
    """Whether an example tells something, rather than asks, refuses or leaves."""
    if any(example.good_for(use) for use in ("asks", "closing", "refusal", "aside", "refers")):
        return False
    return bool(example.acts & {Act.INFORM, Act.COMPLAIN, Act.SATISFIED, Act.HESITATE, Act.DENY, Act.CONFIRM})


def _remarks(example: Example) -> bool:
    """Whether an example comments on something told."""
    unfit = any(example.good_for(use) for use in ("asks", "closing", "aside", "number", "identity"))
    return not unfit and Act.UNCLEAR not in example.acts
