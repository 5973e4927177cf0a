"""What a customer asks of its own: which worry comes up when, and whether the caller answered it."""

from __future__ import annotations

from random import Random

from kefu.call.listening import Listening
from kefu.call.phrasing import load
from kefu.call.speech import Told, key
from kefu.call.topic import related
from kefu.call.voice import Raised, Voice
from kefu.language.values import read_values
from kefu.scenario.model import Persona

__all__ = ["Worries"]

_ANSWERED = 0.8
_NEXT_TO_NOTHING = 16
_PRIMARY_BY = 2
_BESIDE_AN_ANSWER = 0.45
_SAYS_SO = 0.75
_LEADS = 0.5
_NUMBERS = ("多久", "多长", "多少", "几", "什么时候", "哪天", "多快", "多大")
_GENTLE = frozenset({Persona.COOPERATIVE, Persona.HESITANT, Persona.ANALYTIC})
_LEAD_ALREADY = (
    "那",
    "对了",
    "还有",
    "另外",
    "我",
    "其实",
    "呃",
    "嗯",
    "哎",
    "啊",
    "哦",
    "你",
    "先说",
    "不会",
    "万一",
    "先",
)


class Worries:
    """The questions of one customer in one call."""

    def __init__(self, voice: Voice, persona: Persona, rng: Random) -> None:
        traits = load(persona.value)
        self._voice = voice
        self._rng = rng
        self._gentle = persona in _GENTLE
        self._chatty = float(traits["chattiness"])
        self._left = rng.randint(*traits["questions"])
        self._asked: Raised | None = None

    @property
    def left(self) -> bool:
        """Whether there is anything more to ask."""
        return self._left > 0

    @property
    def owed(self) -> bool:
        """Whether the primary worry has not come up yet."""
        return self._voice.owes_primary

    @property
    def pending(self) -> bool:
        """Whether a question has just been asked."""
        return self._asked is not None

    def heed(self, heard: Listening) -> tuple[bool, bool]:
        """Whether ``heard`` answers what was asked, and whether it plainly passes it over."""
        asked = self._asked
        return asked is not None and _answers(asked, heard), asked is not None and _ignores(asked, heard)

    def follow(self, heard: Listening) -> tuple[str, bool] | None:
        """What is said to the caller's answer, and whether that is all; ``None`` where nothing was asked."""
        asked, self._asked = self._asked, None
        if asked is None:
            return None
        if "unknown" in heard.does:
            return self._voice.phrase("unanswered"), False
        if _answers(asked, heard):
            return (self._voice.phrase("answered") if self._rng.random() < _SAYS_SO else ""), False
        if _ignores(asked, heard) and (again := self._voice.another(asked)):
            lead = self._voice.phrase("ignored")
            return (lead + again, True) if lead else None
        return None

    def due(self, heard: Listening, count: int) -> bool:
        """Whether a worry comes up now, in turn number ``count`` of the customer."""
        if self.owed and count >= _PRIMARY_BY:
            return True
        if self._left <= 0:
            return False
        return self._rng.random() < self._chatty * (_BESIDE_AN_ANSWER if heard.asks else 1.0)

    def raise_one(self, heard: Listening, told: Told, *, alone: bool) -> str:
        """The worry that comes up now, as a question to the caller."""
        raised = self._voice.worry(heard.statement or heard.text, told)
        if raised is None:
            raised = Raised(text=self._voice.phrase("ask"))
        if not raised.text:
            return ""
        self._left -= 1
        self._asked = raised
        leads = alone and self._gentle and not raised.text.startswith(_LEAD_ALREADY) and self._rng.random() < _LEADS
        return (self._voice.phrase("again_question") if leads else "") + raised.text


def _answers(asked: Raised, heard: Listening) -> bool:
    """Whether ``heard`` says something to what was asked."""
    if "unknown" in heard.does or not heard.statement:
        return False
    if "refers_back" in heard.does:
        return True
    about = asked.text + (asked.concern.clause if asked.concern else "")
    if related(about, heard.statement) >= _ANSWERED:
        return True
    return any(word in about for word in _NUMBERS) and bool(read_values(heard.statement))


def _ignores(asked: Raised, heard: Listening) -> bool:
    """Whether ``heard`` plainly passes over what was asked: it asks back, and says next to nothing."""
    if "unknown" in heard.does or not heard.asks or _answers(asked, heard):
        return False
    return len(key(heard.statement)) < _NEXT_TO_NOTHING
