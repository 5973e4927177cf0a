"""How a customer ends a call: the wish to end, which leaves the caller a last word; goodbye; the phone put down."""

from __future__ import annotations

from random import Random

from kefu.call.listening import Listening
from kefu.call.material import Example
from kefu.call.mood import Mood
from kefu.call.voice import Voice
from kefu.language.acts import Act
from kefu.scenario.model import Persona

__all__ = ["Parting"]

_OWN_WORDS = 0.35
_OWN_LEAVE = 0.6
_SLAMS = 0.25
_SHORT = 24


class Parting:
    """The end of one call, from the customer's side. A turn that hangs up comes with its reason."""

    def __init__(self, voice: Voice, persona: Persona, rng: Random) -> None:
        self._voice = voice
        self._gruff = persona is Persona.RESISTANT
        self._rng = rng
        self._reason = ""
        self._warned = 0

    @property
    def begun(self) -> bool:
        """Whether the customer has said that it wants to end."""
        return bool(self._reason)

    def begin(self) -> str:
        """The wish to end, once patience is out."""
        if self._gruff:
            self._reason = "customer_refused"
            text = self._voice.example(lambda e: e.good_for("refusal") and not e.good_for("opening"))
            return text or self._voice.phrase("refuse")
        self._reason = "customer_left"
        text = ""
        if self._rng.random() < _OWN_LEAVE:
            text = self._voice.farewell(lambda e: e.good_for("closing") and not e.good_for("asks"))
        return text or self._voice.phrase("defer")

    def busy(self) -> str:
        """No time now."""
        self._reason = "customer_busy"
        return self._voice.phrase("busy")

    def over_secret(self, mood: Mood) -> str:
        """The answer to somebody who asks for a password or a code."""
        if mood.out or self._gruff:
            self._reason = "customer_refused"
        return self._voice.phrase("secret")

    def again(self, heard: Listening) -> tuple[str, str]:
        """What is said where the caller goes on all the same: the wish again, then the phone goes down."""
        if "ask_time" in heard.does and heard.asks:
            return self._voice.phrase("appointment"), ""
        self._warned += 1
        if heard.asks and heard.family == "more" and self._warned == 1:
            return self._voice.phrase("more") or self._voice.phrase("bye"), ""
        text = self._voice.phrase("hang_up") if self._gruff else ""
        hangs_up = self._warned > 1 or "pressing" in heard.does or (self._gruff and self._rng.random() < _SLAMS)
        return text or self._voice.phrase("bye"), self._reason if hangs_up else ""

    def goodbye(self) -> tuple[str, str]:
        """The last words, after the caller's."""
        text = self._voice.farewell(_says_goodbye) if self._rng.random() < _OWN_WORDS else ""
        return text or self._voice.phrase("bye"), self._reason or "goodbye"


def _says_goodbye(example: Example) -> bool:
    return (
        len(example.text) < _SHORT
        and not example.good_for("asks")
        and not example.acts.isdisjoint({Act.BYE, Act.ACCEPT})
    )
