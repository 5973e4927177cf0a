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
from kefu.call.phrasing import load
from kefu.call.speech import Said, contained, key
from kefu.call.topic import related
from kefu.call.turn import Speaker, Turn
from kefu.call.voice import Raised, Voice
from kefu.language.acts import Act
from kefu.scenario.model import Persona, Scenario

__all__ = ["PersonaCustomer"]

_ROOM = {Persona.RESISTANT: 34, Persona.DIRECT: 42}
_USUAL_ROOM = 72
_SAME = 0.8
_ANSWERED = 0.8
_MOST_ASIDES = 2
_NAMED = 40


class PersonaCustomer:
    """The customer of one call, in its own character or in ``persona``."""

    def __init__(self, scenario: Scenario, *, persona: Persona | None = None, seed: int = 0) -> None:
        character = persona or scenario.persona or Persona.COOPERATIVE
        traits = load(character.value)
        self._persona = character
        self._rng = Random(f"{seed} {scenario.customer.role[:_NAMED]} {character.value}")
        self._said = Said()
        self._material = material_of(scenario)
        own = scenario.persona in (None, character)
        self._voice = Voice(self._material, character, own=own, rng=self._rng, said=self._said)
        self._mood = Mood(character, float(traits["patience"]), self._rng)
        self._answers = Answers(self._material, self._voice, self._mood, character, self._rng)
        self._questions_left = self._rng.randint(*traits["questions"])
        self._chatty = float(traits["chattiness"])
        self._aside_chance = float(traits["asides"])
        self._asides_left = _MOST_ASIDES
        self._busy = self._rng.random() < (0.1 if character in _ROOM else 0.04)
        self._asked: Raised | None = None
        self._told: list[str] = []
        self._count = 0
        self._seen = 0
        self._last = ""
        self._leaving = ""

    async def speak(self, call: Call) -> Turn:
        """The customer's next turn."""
        heard = self._catch_up(call)
        text, reason = self._reply(heard)
        if not text:  # everything has been said: there is nothing left but to go
            text, reason = self._voice.phrase("bye") or "行，那就先这样。", "nothing_left"
        self._said.add(text)
        self._last = text
        self._count += 1
        return Turn(speaker=Speaker.CUSTOMER, text=text, hangs_up=bool(reason), reason=reason)

    def _catch_up(self, call: Call) -> Listening:
        """What the caller has said since; what was really said in our name counts as said."""
        heard = listen("")
        for turn in call.turns[self._seen :]:
            if turn.speaker is Speaker.CUSTOMER:
                if turn.text != self._last:
                    self._said.add(turn.text)
            else:
                heard = listen(turn.text)
                self._mind(heard)
                self._told.append(turn.text)
        self._seen = len(call.turns)
        return heard

    def _mind(self, heard: Listening) -> None:
        """Let a turn work on the mood."""
        repeated = any(contained(heard.text, told) > _SAME for told in self._told[-4:]) and len(key(heard.text)) > 6
        asked = self._asked
        answered = asked is not None and self._is_answered(asked, heard)
        ignored = asked is not None and not answered and heard.asks and "unknown" not in heard.does
        self._mood.hear(heard, repeated=repeated, ignored=ignored, answered=answered)

    def _is_answered(self, asked: Raised, heard: Listening) -> bool:
        if "unknown" in heard.does:
            return False
        about = asked.text + (asked.concern.clause if asked.concern else "")
        return related(about, heard.statement or heard.text) >= _ANSWERED

    # --- which reply ---------------------------------------------------------------------------

    def _reply(self, heard: Listening) -> tuple[str, str]:
        """What is said to ``heard``, and the reason where it hangs up."""
        if not heard.text.strip():
            return self._voice.phrase("unclear"), ""
        if "closing" in heard.does and not (heard.asks and heard.family not in ("more", "confirm")):
            return self._goodbye(heard)
        if self._leaving:
            return self._leave_again(heard)
        if "secret" in heard.does or heard.family == "secret":
            return self._secret()
        if self._count == 0:
            return self._first(heard), ""
        if self._mood.out:
            return self._leave(), ""
        if self._busy and self._count == 1:
            return self._be_busy(), ""
        if self._turns_aside(heard):
            return self._aside(), ""
        return self._go_along(heard), ""

    def _first(self, heard: Listening) -> str:
        """The first reaction: who is it, and is that me?"""
        introduced = "introduction" in heard.does
        text = ""
        if self._rng.random() < 0.7:
            text = self._voice.example(lambda e: self._opens(e) and not (introduced and _asks_who(e.text) and not self._gruff))
        if self._busy and not text:
            return self._be_busy()
        if not text:
            knows = introduced and not self._gruff
            text = self._voice.phrase_unlike("identity", lambda t: knows and _asks_who(t))
            if heard.family == "convenience" or (heard.family == "identity_convenience" and self._rng.random() < 0.4):
                text = self._voice.phrase("convenience") if heard.family == "convenience" else text
        if heard.asks and heard.family not in ("identity", "convenience", "identity_convenience", "offer", "machine_check"):
            answer = self._answers.to(heard)
            if answer and len(text) + len(answer) <= self._room:
                text += answer
        if self._gruff and self._voice.owes_primary and self._rng.random() < 0.4 and len(text) < 16:
            text += self._raise(heard, 0)
        return text

    @property
    def _gruff(self) -> bool:
        return self._persona is Persona.RESISTANT

    @property
    def _room(self) -> int:
        return _ROOM.get(self._persona, _USUAL_ROOM)

    def _opens(self, example: Example) -> bool:
        if not example.good_for("opening") or example.good_for("closing") or example.good_for("refers"):
            return False
        if example.good_for("aside") or example.acts & {Act.BYE, Act.UNCLEAR}:
            return False
        return self._gruff or not example.good_for("refusal")

    def _go_along(self, heard: Listening) -> str:
        parts: list[str] = []
        asked, self._asked = self._asked, None
        if asked is not None:
            if "unknown" in heard.does:
                parts.append(self._voice.phrase("unanswered"))
            elif self._is_answered(asked, heard):
                parts.append(self._voice.phrase("answered") if self._rng.random() < 0.75 else "")
            elif heard.asks and (again := self._insist(asked)):
                return again
        if heard.family == "more" and self._questions_left > 0 and (question := self._raise(heard, sum(map(len, parts)))):
            return "".join([*parts, question])
        if heard.asks:
            parts.append(self._answers.to(heard))
        elif not any(parts):
            parts.append(self._answers.react(heard, self._count))
        if self._wants_to_ask(heard, parts):
            parts.append(self._raise(heard, sum(map(len, parts))))
        return "".join(parts) or self._voice.phrase("explained")

    def _insist(self, asked: Raised) -> str:
        """The question again, in other words, where the caller passed it over."""
        again = self._voice.another(asked)
        if not again:
            return ""
        lead = self._voice.phrase("ignored")
        return lead + again if lead else ""

    def _wants_to_ask(self, heard: Listening, parts: list[str]) -> bool:
        if "？" in "".join(parts):
            return False
        if self._voice.owes_primary and self._count >= 2:
            return True
        if self._questions_left <= 0:
            return False
        return self._rng.random() < (self._chatty * 0.45 if heard.asks else self._chatty)

    def _raise(self, heard: Listening, used: int) -> str:
        """A worry of one's own, as a question to the caller."""
        raised = self._voice.worry(heard.statement or heard.text, "".join(self._told[-6:]))
        if raised is None:
            raised = Raised(text=self._voice.phrase("ask"))
        if not raised.text:
            return ""
        self._questions_left -= 1
        self._asked = raised
        lead = ""
        if used == 0 and self._persona in (Persona.COOPERATIVE, Persona.HESITANT, Persona.ANALYTIC) and self._rng.random() < 0.5:
            lead = self._voice.phrase("again_question") if not _has_lead(raised.text) else ""
        return lead + raised.text

    def _turns_aside(self, heard: Listening) -> bool:
        if self._asides_left <= 0 or "wait" in heard.does or self._asked is not None:
            return False
        return self._rng.random() < self._aside_chance

    def _aside(self) -> str:
        """A word to somebody or something else than the caller."""
        self._asides_left -= 1
        if self._rng.random() < 0.25 and (text := self._voice.phrase("unclear")):
            return text
        if text := self._voice.example(lambda e: e.good_for("aside") and bool(e.acts & {Act.UNCLEAR})):
            return text
        places = self._material.surroundings
        if places and self._rng.random() < 0.8 and (text := self._voice.phrase(f"asides.{self._rng.choice(places)}")):
            return text
        return self._voice.phrase("aside")

    # --- ways to end -------------------------------------------------------------------------------

    def _goodbye(self, heard: Listening) -> tuple[str, str]:
        reason = self._leaving or "goodbye"
        text = ""
        if self._rng.random() < 0.35:
            text = self._voice.farewell(lambda e: not e.good_for("asks") and len(e.text) < 24 and bool(e.acts & {Act.BYE, Act.ACCEPT}))
        return text or self._voice.phrase("bye"), reason

    def _leave(self) -> str:
        """Patience is out: the wish to end, which leaves the caller a last word."""
        if self._gruff:
            self._leaving = "customer_refused"
            text = self._voice.example(lambda e: e.good_for("refusal") and not e.good_for("opening"))
            return text or self._voice.phrase("refuse")
        self._leaving = "customer_left"
        text = ""
        if self._rng.random() < 0.6:
            text = self._voice.farewell(lambda e: not e.good_for("asks"))
        return text or self._voice.phrase("defer")

    def _leave_again(self, heard: Listening) -> tuple[str, str]:
        if "ask_time" in heard.does and heard.asks:
            return self._voice.phrase("appointment"), ""
        if heard.asks and heard.family == "more":
            return self._voice.phrase("more") or self._voice.phrase("bye"), ""
        text = self._voice.phrase("hang_up") if self._gruff else ""
        return text or self._voice.phrase("bye"), self._leaving

    def _be_busy(self) -> str:
        self._leaving = "customer_busy"
        return self._voice.phrase("busy")

    def _secret(self) -> tuple[str, str]:
        text = self._voice.phrase("secret")
        if self._mood.out or self._gruff:
            self._leaving = "customer_refused"
        return text, ""


def _asks_who(text: str) -> bool:
    return any(word in text for word in ("谁", "哪位", "哪里", "哪儿", "哪边", "哪个", "您是", "哪家", "什么部门", "您那边"))


def _has_lead(text: str) -> bool:
    return text.startswith(("那", "对了", "还有", "另外", "我想", "其实", "呃", "嗯", "哎", "啊", "哦", "你", "先说"))
