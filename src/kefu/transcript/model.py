"""What comes of reading an export: calls in order, and a note for everything that could not be taken as it stood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kefu.call.call import Call, Ending, Phase
from kefu.call.turn import Speaker, Turn
from kefu.call.wire import MAX_TURNS_READ

__all__ = ["MAX_CALLS", "MAX_TEXT", "Note", "Notes", "Reading", "Recorded", "cut", "recorded"]

MAX_CALLS = 20_000
"""Calls of one file; more are refused, since a file is read whole."""
MAX_TEXT = 20_000
"""Characters of one turn."""
MAX_NOTES = 200
_SHOWN = 30
_READ = 400
"""Characters of which those that a note shows are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What happened to a line of the file: ``code`` for programs, ``message`` for people, 1-based ``line``."""

    code: str
    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One call of an export: the name it goes by there, the line where it begins, and what was said."""

    name: str
    line: int
    turns: tuple[Turn, ...]
    ending: Ending | None = None

    def as_call(self, scenario: str) -> Call:
        """The call as scoring reads it."""
        return Call(scenario=scenario, turns=self.turns, ending=self.ending, phase=Phase.ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All calls of a file. ``left_out`` counts the lines that are in no call, also those beyond the notes kept."""

    calls: tuple[Recorded, ...]
    notes: tuple[Note, ...]
    left_out: int


class Notes:
    """Collects notes: all are counted, the first two hundred kept in words.

    What they quote of the file goes through ``veil``, which may mask it.
    """

    def __init__(self, veil: Callable[[str], str] = str) -> None:
        self._veil = veil
        self.kept: list[Note] = []
        self.left_out = 0

    def words(self, text: str, most: int = _SHOWN) -> str:
        """Words of the file as a note may show them: veiled, and then cut, since half a number would not be known."""
        if len(self.kept) >= MAX_NOTES:
            return ""
        shown = self._veil(text[:_READ].strip())
        return shown if len(shown) <= most else shown[:most] + "…"

    def lost(self, code: str, line: int, message: str) -> None:
        """Something is in no call."""
        self.left_out += 1
        self.said(code, line, message)

    def said(self, code: str, line: int, message: str) -> None:
        """Something was taken in another way than it stood."""
        if len(self.kept) < MAX_NOTES:
            self.kept.append(Note(code=code, line=line, message=message))


def cut(text: str, line: int, notes: Notes) -> str:
    """``text`` within the bounds of a turn."""
    from kefu.i18n import gettext as _

    if len(text) <= MAX_TEXT:
        return text
    notes.said("cut", line, _("a turn of {n} characters, cut after {most}").format(n=len(text), most=MAX_TEXT))
    return text[:MAX_TEXT]


def recorded(
    name: str, line: int, said: list[tuple[Speaker, str]], notes: Notes, ending: Ending | None = None
) -> Recorded | None:
    """A call of what was said; ``None``, with a note, where it is none."""
    from kefu.i18n import gettext as _

    if not said:
        return None
    if len(said) > MAX_TURNS_READ:
        what = _("a call of {n} turns, left out: at most {most} are read")
        notes.lost("too_long", line, what.format(n=len(said), most=MAX_TURNS_READ))
        return None
    turns = tuple(Turn(speaker=speaker, text=text) for speaker, text in said)
    return Recorded(name=name, line=line, turns=turns, ending=ending)
