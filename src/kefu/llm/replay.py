"""Chats without a model: a recording of real exchanges and its replay, and a script for tests."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from kefu.errors import InputError
from kefu.foreign import of_system
from kefu.i18n import gettext as _
from kefu.llm.chat import PLAIN, Chat, ChatFailed, FailureReason, Message, Options, Reply
from kefu.llm.fault import failure
from kefu.llm.fields import fields, parsed
from kefu.llm.record import key_of, reply_from_json, reply_to_json, request_to_json

__all__ = ["RecordingChat", "ReplayChat", "ScriptedChat", "to_file"]

_MOST_BYTES = 500_000_000


class RecordingChat:
    """A chat that hands every exchange, failures too, to ``write``: one line of JSON each, keys masked."""

    def __init__(self, chat: Chat, write: Callable[[str], None], *, mask: Callable[[str], str] = str) -> None:
        self._chat = chat
        self._write = write
        self._mask = mask

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """The reply of the chat behind it, recorded. Raises :class:`ChatFailed` as that does."""
        request = request_to_json(messages, options)
        try:
            reply = await self._chat.reply(messages, options)
        except ChatFailed as failed:
            self._record(request, {"failure": _failure_to_json(failed)})
            raise
        self._record(request, {"reply": reply_to_json(reply)})
        return reply

    def _record(self, request: dict[str, Any], outcome: dict[str, Any]) -> None:
        self._write(self._mask(json.dumps({"request": request, **outcome}, ensure_ascii=False, default=dict)))


def to_file(path: Path) -> Callable[[str], None]:
    """What writes a recording to a file, for :class:`ReplayChat` to read. Raises :class:`InputError` when it cannot."""

    def write(line: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(line.encode("utf-8", "replace") + b"\n")
        except OSError as broken:
            raise InputError(
                of_system(broken), where=str(path), hint=_("record to a file that can be written")
            ) from None

    return write


class ReplayChat:
    """Answers from a recording: what was asked then is answered as then, in order where it was asked repeatedly.

    The last answer to a question is given again for as long as it is asked.
    A line cut off at the end of the file is left out, as after a kill. Raises
    :class:`InputError` for a file that is no recording.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcomes: defaultdict[str, deque[Reply | ChatFailed]] = defaultdict(deque)
        for number, line in enumerate(lines := _lines(path), start=1):
            found = fields(parsed(line))
            outcome = reply_from_json(found.get("reply")) or _failure_from_json(found.get("failure"))
            if outcome is None:
                if number == len(lines) and not line.endswith(b"\n"):
                    break
                raise InputError(
                    _("this is not a recorded exchange"), where=f"{path}:{number}", hint=_("record it again")
                )
            self._outcomes[key_of(fields(found.get("request")))].append(outcome)

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """The recorded reply. Raises :class:`ChatFailed` where a failure was recorded, or nothing."""
        outcomes = self._outcomes.get(key_of(request_to_json(messages, options)))
        if not outcomes:
            last = messages[-1].text if messages else ""
            raise failure(FailureReason.NOT_RECORDED, str(self._path), last[:60])
        outcome = outcomes.popleft() if len(outcomes) > 1 else outcomes[0]
        if isinstance(outcome, ChatFailed):
            raise _again(outcome)
        return outcome


Said = str | Reply | ChatFailed | Callable[[Sequence[Message], Options], str | Reply]
"""What a scripted chat answers with: a text, a whole reply, a failure, or what a function makes of the question."""


class ScriptedChat:
    """A chat for tests that says its lines in order and keeps in ``asked`` what it was asked.

    With ``forever`` the last line is said again and again, otherwise an
    exhausted script fails by ``script_over``.
    """

    def __init__(self, lines: Iterable[Said], *, forever: bool = False) -> None:
        self._lines = deque(lines)
        self._forever = forever
        self.asked: list[tuple[tuple[Message, ...], Options]] = []

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """The next line. Raises the :class:`ChatFailed` that stands there, or ``script_over``."""
        self.asked.append((tuple(messages), options))
        if not self._lines:
            raise failure(FailureReason.SCRIPT_OVER, "ScriptedChat", "")
        line = self._lines[0] if self._forever and len(self._lines) == 1 else self._lines.popleft()
        if isinstance(line, ChatFailed):
            raise _again(line)
        said = line if isinstance(line, str | Reply) else line(messages, options)
        return Reply(text=said, model="script") if isinstance(said, str) else said


def _lines(path: Path) -> list[bytes]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(_("this is too large for a recording"), where=str(path), hint=_("record fewer exchanges"))
        return path.read_bytes().splitlines(keepends=True)
    except OSError as broken:
        raise InputError(of_system(broken), where=str(path), hint=_("name a file that was recorded")) from None


def _again(failed: ChatFailed) -> ChatFailed:
    """A failure of its own for every raise: a raised exception keeps where it was raised."""
    return ChatFailed(
        failed.message, reason=failed.reason, where=failed.where, hint=failed.hint, attempts=failed.attempts
    )


def _failure_to_json(failed: ChatFailed) -> dict[str, Any]:
    return {
        "reason": failed.reason.value,
        "message": failed.message,
        "where": failed.where,
        "hint": failed.hint,
        "attempts": failed.attempts,
    }


def _failure_from_json(data: object) -> ChatFailed | None:
    found = fields(data)
    reason, attempts = found.get("reason"), found.get("attempts")
    if reason not in tuple(FailureReason):
        return None
    words = {name: str(found.get(name, "")) for name in ("message", "where", "hint")}
    return ChatFailed(
        words["message"],
        reason=FailureReason(reason),
        where=words["where"],
        hint=words["hint"],
        attempts=attempts if isinstance(attempts, int) else 1,
    )
