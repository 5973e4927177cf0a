"""A stream of server-sent events, in pieces cut anywhere, becomes the one completion it adds up to.

Nothing is awaited here: bytes go in by ``feed``, and ``payload`` is the
completion so far. It forgives what is common (comments, missing blank lines,
a missing ``[DONE]``) and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kefu.i18n import gettext as _
from kefu.llm.chat import ChatFailed, FailureReason
from kefu.llm.fault import Fail, complaint_in, reason_of
from kefu.llm.fields import entries, fields, parsed
from kefu.llm.read import content_of
from kefu.llm.spoken import wording

__all__ = ["Stream"]

_DONE = b"[DONE]"
_MOST_LINES = 100  # that one object may be spread over


class Stream:
    """One streamed completion; ``started`` once anything was generated, ``finished`` once a finish reason was given."""

    def __init__(self, fail: Fail) -> None:
        self._fail = fail
        self._rest = bytearray()
        self._waiting: list[bytes] = []
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[object, dict[str, Any]] = {}
        self._last_call: object = None
        self._usage: object = None
        self._finish: str | None = None
        self._model = ""
        self.started = False
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it stopped, or the endpoint that it did."""
        return self.done or self._finish is not None

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises :class:`ChatFailed` for an error in the stream or a foreign body."""
        self._rest += data
        if b"\n" not in data:
            return
        lines = self._rest.split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self._line(bytes(line))

    def close(self) -> None:
        """The connection has ended. Raises :class:`ChatFailed` when the stream had not."""
        rest, self._rest = bytes(self._rest), bytearray()
        if rest:
            self._line(rest)
        self._line(b"")
        if not self.finished:
            seen = "".join(self._text)[-40:]
            raise self._fail(FailureReason.CONNECTION_LOST, _("the stream broke off after: {}").format(seen))

    @property
    def payload(self) -> dict[str, Any]:
        """The completion as it would have come in one piece."""
        message = {
            "content": "".join(self._text),
            "reasoning_content": "".join(self._reasoning),
            "tool_calls": list(self._calls.values()),
        }
        choice = {"message": message, "finish_reason": self._finish}
        return {"choices": [choice], "usage": self._usage, "model": self._model}

    def _line(self, line: bytes) -> None:
        """One line of the stream; an object may go on over several ``data:`` lines, up to the next blank one."""
        line = line.strip(b"\r")
        if line.startswith(b"data:"):
            content = line[5:].strip()
        elif line.startswith((b"{", b"<")):  # an error, or a page, sent instead of an event
            content = line
        else:
            if not line and self._waiting:
                raise self._foreign()
            return
        if content == _DONE:
            self.done = True
            return
        if not content:
            return
        chunk = self._parsed(content)
        if chunk is not None:
            self._chunk(chunk)

    def _parsed(self, content: bytes) -> Mapping[str, Any] | None:
        for candidate in (b"\n".join((*self._waiting, content)), content):
            data = parsed(candidate)
            if data is not None or candidate == b"null":
                self._waiting.clear()
                return fields(data)
        self._waiting.append(content)
        if len(self._waiting) > _MOST_LINES:
            raise self._foreign()
        return None

    def _foreign(self) -> ChatFailed:
        seen = b"".join(self._waiting).decode("utf-8", "replace")
        self._waiting.clear()
        return self._fail(FailureReason.FOREIGN_BODY, seen)

    def _chunk(self, chunk: Mapping[str, Any]) -> None:
        choices: object = chunk.get("choices")
        if not choices and (complaint := complaint_in(chunk)) is not None:
            raise self._fail(reason_of(200, complaint), complaint.message)
        if isinstance(model := chunk.get("model"), str) and model:
            self._model = model
        self._usage = chunk.get("usage") or self._usage
        for choice in entries(choices)[:1]:
            found = fields(choice)
            self._usage = found.get("usage") or self._usage  # Moonshot counts inside the last choice
            self._delta(fields(found.get("delta") or found.get("message")))
            if isinstance(finish := found.get("finish_reason"), str) and finish:
                self._finish = finish

    def _delta(self, delta: Mapping[str, Any]) -> None:
        text, beside = content_of(delta.get("content"))
        for key in wording().reasoning_fields:
            if isinstance(thought := delta.get(key), str) and thought:
                beside.append(thought)
                break  # a server that sends two of the fields sends the same twice
        self._text.append(text)
        self._reasoning += beside
        self.started = self.started or bool(text or beside)
        for call in entries(delta.get("tool_calls")):
            self._call(fields(call))
            self.started = True

    def _call(self, call: Mapping[str, Any]) -> None:
        """A piece of a tool call: its place by ``index``, where that is missing by ``id``, else after the last."""
        place = call.get("index")
        if not isinstance(place, int):
            named = call.get("id")
            place = named if isinstance(named, str) and named else self._last_call or 0
        self._last_call = place
        whole = self._calls.setdefault(place, {"id": "", "function": {"name": "", "arguments": ""}})
        function = fields(call.get("function"))
        if isinstance(call.get("id"), str) and call["id"]:
            whole["id"] = call["id"]
        if isinstance(name := function.get("name"), str) and name:
            whole["function"]["name"] = name
        arguments: object = function.get("arguments")
        if isinstance(arguments, Mapping):
            whole["function"]["arguments"] = json.dumps(arguments, ensure_ascii=False)
        elif isinstance(arguments, str):
            whole["function"]["arguments"] += arguments
