"""The embedded customer: answers a call as the document's customer half says, without a model, a key or a network.

It hears what each turn of the caller does and asks, lets it work on mood and
patience, and answers in the manner of its character: from the examples, worries
and background of the document where they fit, else in phrases of its own. It
never sees the caller's half. The same seed makes the same customer.
"""

from __future__ import annotations

from random import Random

from kefu.call.answers import Answers
from kefu.call.call import Call
from kefu.call.listening import Listening, listen
from kefu.call.material import Example, material_of
from kefu.call.mood import Mood
from kefu.call.parting import Parting
from kefu.call.phrasing import load
from kefu.call.speech import Said, Told
from kefu.call.turn import Speaker, Turn
from kefu.call.voice import Voice
from kefu.call.worries import Worries
from kefu.language.acts import Act
from kefu.scenario.model import Persona, Scenario

__all__ = ["PersonaCustomer"]

_NAMED = 40
_ROOM = {Persona.RESISTANT: 34, Persona.DIRECT: 42}
_USUAL_ROOM = 72
_MOST_ASIDES = 2
_APART = 3
"""Turns between two asides: nobody fails to hear twice running."""
_WAITS_FOR_MORE = 16
_OWN_OPENING = 0.7
_BUSY = {Persona.RESISTANT: 0.1, Persona.DIRECT: 0.1}
_RARELY_BUSY = 0.04
_GREETED = frozenset({"identity", "convenience", "identity_convenience", "offer", "machine_check"})
"""Questions of an opening that the first words of a customer answer by themselves."""
_WHO = ("谁", "哪位", "哪里", "哪儿", "哪边", "哪个", "您是", "哪家", "什么部门", "您那边")


class PersonaCustomer:
    """The customer of one call, in its own character or in ``persona``."""

    def __init__(self, scenario: Scenario, *, persona: Persona | None = None, seed: int = 0) -> None:
        character = persona or scenario.persona or Persona.COOPERATIVE
        traits = load(character.value)
        rng = Random(f"{seed} {scenario.customer.role[:_NAMED]} {character.value}")
        self._rng = rng
        self._gruff = character is Persona.RESISTANT
        self._room = _ROOM.get(character, _USUAL_ROOM)
        self._said = Said()
        self._material = material_of(scenario)
        own = scenario.persona in (None, character)
        self._voice = Voice(self._material, character, own=own, rng=rng, said=self._said)
        self._mood = Mood(character, float(traits["patience"]), rng)
        self._answers = Answers(self._material, self._voice, self._mood, character, rng)
        self._worries = Worries(self._voice, character, rng)
        self._parting = Parting(self._voice, character, rng)
        self._aside_chance = float(traits["aside_chance"])
        self._asides_left = _MOST_ASIDES
        self._aside_at = -_APART
        self._busy = rng.random() < _BUSY.get(character, _RARELY_BUSY)
        self._told = Told()
        self._count = 0
        self._seen = 0
        self._last = ""

    async def speak(self, call: Call) -> Turn:
        """The customer's next turn."""
        heard = self._catch_up(call)
        text, reason = self._reply(heard)
        if not text:  # everything has been said: there is nothing left but to go
            text, reason = self._voice.phrase("bye") or "那就先这样，我挂了。", "nothing_left"
        self._said.add(text)
        self._last = text
        self._count += 1
        return Turn(speaker=Speaker.CUSTOMER, text=text, hangs_up=bool(reason), reason=reason)

    def _catch_up(self, call: Call) -> Listening:
        """What the caller has said since; what was really said in our name counts as said."""
        heard = listen("")
        for turn in call.turns[self._seen :]:
            if turn.speaker is Speaker.CALLER:
                heard = listen(turn.text)
                self._mind(heard, repeated=self._told.add(turn.text))
            elif turn.text != self._last:
                self._said.add(turn.text)
        self._seen = len(call.turns)
        return heard

    def _mind(self, heard: Listening, *, repeated: bool) -> None:
        """Let a turn work on the mood."""
        answered, ignored = self._worries.heed(heard)
        self._mood.hear(heard, repeated=repeated, ignored=ignored, answered=answered)

    def _reply(self, heard: Listening) -> tuple[str, str]:
        """What is said to ``heard``, and the reason where it hangs up."""
        if not heard.text.strip():
            return self._voice.phrase("unclear"), ""
        if "closing" in heard.does and not (heard.asks and heard.family not in ("more", "confirm")):
            return self._parting.goodbye()
        if "secret" in heard.does or heard.family == "secret":
            return self._parting.over_secret(self._mood), ""
        if self._parting.begun:
            return self._parting.again(heard)
        if self._count == 0:
            return self._first(heard), ""
        if self._mood.out:
            return self._parting.begin(), ""
        if self._busy and self._count == 1:
            return self._parting.busy(), ""
        if self._turns_aside(heard):
            return self._aside(), ""
        return self._go_along(heard), ""

    def _first(self, heard: Listening) -> str:
        """The first reaction: who is it, and is that me?"""
        knows = "introduction" in heard.does and not self._gruff
        text = ""
        if self._rng.random() < _OWN_OPENING:
            text = self._voice.example(lambda e: self._opens(e) and not (knows and _asks_who(e.text)))
        if self._busy and not text:
            return self._parting.busy()
        if not text and heard.family == "convenience":
            text = self._voice.phrase("convenience")
        if not text:
            text = self._voice.phrase_unlike("identity", lambda t: knows and _asks_who(t))
        if heard.asks and heard.family not in _GREETED:
            answer = self._answers.to(heard)
            if len(text) + len(answer) <= self._room:
                text += answer
        if self._gruff and self._worries.owed and len(text) < _WAITS_FOR_MORE and self._rng.random() < 0.4:
            text += self._worries.raise_one(heard, self._told, alone=False)
        return text

    def _opens(self, example: Example) -> bool:
        """Whether an example may be the first thing said."""
        unfit = ("closing", "refers", "aside") if self._gruff else ("closing", "refers", "aside", "refusal")
        if not example.good_for("opening") or any(example.good_for(use) for use in unfit):
            return False
        return example.acts.isdisjoint({Act.BYE, Act.UNCLEAR})

    def _go_along(self, heard: Listening) -> str:
        parts: list[str] = []
        if (followed := self._worries.follow(heard)) is not None:
            text, alone = followed
            if alone:
                return text
            parts.append(text)
        if heard.family == "more" and self._worries.left:
            parts.append(self._worries.raise_one(heard, self._told, alone=not any(parts)))
            if parts[-1]:
                return "".join(parts)
        if heard.asks:
            parts.append(self._answers.to(heard))
        elif not any(parts):
            parts.append(self._answers.react(heard, self._count, self._told))
        if "？" not in "".join(parts) and self._worries.due(heard, self._count):
            parts.append(self._worries.raise_one(heard, self._told, alone=not any(parts)))
        return "".join(parts) or self._voice.phrase("explained")

    def _turns_aside(self, heard: Listening) -> bool:
        if self._asides_left <= 0 or "wait" in heard.does or self._worries.pending:
            return False
        if self._count <= self._aside_at + _APART:
            return False
        return self._rng.random() < self._aside_chance

    def _aside(self) -> str:
        """A word to somebody or something else than the caller."""
        self._asides_left -= 1
        self._aside_at = self._count
        if self._rng.random() < 0.25 and (text := self._voice.phrase("unclear")):
            return text
        if text := self._voice.example(lambda e: e.good_for("aside") and Act.UNCLEAR in e.acts):
            return text
        places = self._material.surroundings
        if places and self._rng.random() < 0.8 and (text := self._voice.phrase(f"asides.{self._rng.choice(places)}")):
            return text
        return self._voice.phrase("aside")


def _asks_who(text: str) -> bool:
    return any(word in text for word in _WHO)
