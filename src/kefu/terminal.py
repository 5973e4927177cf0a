"""Edge: a person at the keyboard holds one side of a call: types or pastes, asks for a hint, hangs up.

``/hint`` shows the line that the embedded party would say now, ``/quit`` or the
end of the input hangs up. Prompts go to stderr, so that stdout stays what the
command prints. In a pipe every line is a turn.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import select
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from typing import IO

from kefu.call.call import Call
from kefu.call.party import PartyFailed
from kefu.call.turn import Speaker, Turn
from kefu.i18n import gettext as _

__all__ = ["HumanParty", "Keyboard"]

Hint = Callable[[Call], Awaitable[str]]

_PASTED = 0.05
_MOST_TEXT = 8_000
_READ = 65_536


class Keyboard:
    """Lines from a terminal, a pipe or a file, read without holding up whatever else goes on."""

    def __init__(self, source: IO[str] | None = None, prompts: IO[str] | None = None) -> None:
        self._descriptor = (source or sys.stdin).fileno()
        self._prompts = prompts or sys.stderr
        self._lines: deque[str] = deque()
        self._rest = ""
        self._ended = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def is_terminal(self) -> bool:
        """Whether a person sits there."""
        return os.isatty(self._descriptor)

    def show(self, text: str, *, end: str = "\n") -> None:
        """Words to the person, beside what the command prints."""
        self._prompts.write(text + end)
        self._prompts.flush()

    async def line(self) -> str | None:
        """The next line; several pasted at once are one, up to a command. ``None`` at the end of the input."""
        while not self._lines and not self._ended:
            self._take(await self._readable())
        if not self._lines:
            return None
        lines = [self._lines.popleft()]
        if self.is_terminal:
            while not self._ended and select.select([self._descriptor], [], [], _PASTED)[0]:
                self._take(self._bytes())
            while self._lines and not _is_command(lines[0]) and not _is_command(self._lines[0]):
                lines.append(self._lines.popleft())
        return " ".join(part.strip() for part in lines).strip()

    def _take(self, raw: bytes) -> None:
        self._ended = not raw
        text = self._rest + self._decoder.decode(raw, final=self._ended)
        *whole, self._rest = text.split("\n")
        self._lines.extend(whole)
        if self._ended and self._rest:
            self._lines.append(self._rest)
            self._rest = ""

    async def _readable(self) -> bytes:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        try:
            loop.add_reader(self._descriptor, lambda: ready.done() or ready.set_result(None))
        except (PermissionError, NotImplementedError):  # a file is always readable; Windows has no such reader
            return await asyncio.to_thread(self._bytes) if sys.platform == "win32" else self._bytes()
        try:
            await ready
        finally:
            loop.remove_reader(self._descriptor)
        return self._bytes()

    def _bytes(self) -> bytes:
        try:
            return os.read(self._descriptor, _READ)
        except OSError:  # the terminal has gone
            return b""


def _is_command(line: str) -> bool:
    return line.lstrip().startswith("/")


class HumanParty:
    """One side of one call, spoken by whoever sits at ``keyboard``."""

    def __init__(self, side: Speaker, keyboard: Keyboard, hint: Hint) -> None:
        self._side = side
        self._keyboard = keyboard
        self._hint = hint

    async def speak(self, call: Call) -> Turn:
        """What the person says next; hanging up without a word where there is nothing more."""
        if not call.turns or len(call.turns) == 1:
            self._keyboard.show(_("/hint shows what could be said now, /quit hangs up"))
        while True:
            if self._keyboard.is_terminal:
                self._keyboard.show("> ", end="")
            line = await self._keyboard.line()
            if line is None or line == "/quit":
                return Turn(speaker=self._side, text="", hangs_up=True, reason="hung_up")
            if line == "/hint":
                self._keyboard.show(await self._hinted(call))
            elif line.startswith("/"):
                self._keyboard.show(_("there are only /hint and /quit"))
            elif line:
                return Turn(speaker=self._side, text=line.replace("\x00", "")[:_MOST_TEXT])

    async def _hinted(self, call: Call) -> str:
        try:
            return _("hint: {line}").format(line=await self._hint(call))
        except PartyFailed as failed:
            return _("no hint: {why}").format(why=failed)
