"""Edge: a program under test holds one side of a call over HTTP, by a small contract of its own or as a chat endpoint.

kefu sends ``POST`` with ``{"session", "scenario", "side", "seed", "known",
"turns": [{"speaker", "text"}]}`` and gets ``{"text": "…", "hang_up": false}``,
as JSON or as server-sent events of such objects whose texts are joined. An
address that ends in ``/v1`` or ``/chat/completions`` is asked as an
OpenAI-compatible endpoint instead. Whatever else comes back, or does not, is
that program's own failure: it is to blame, and the run goes on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from kefu.call.call import Call
from kefu.call.cleaning import NOBODY, Names
from kefu.call.model import HANG_UP, heard_reply, spoken, talk_messages
from kefu.call.party import PartyFailed
from kefu.call.turn import Speaker, Turn
from kefu.errors import UsageError
from kefu.i18n import gettext as _
from kefu.llm.chat import Chat, ChatFailed, FailureReason, Options, Tool
from kefu.llm.fields import fields, parsed
from kefu.llm.secret import Secret, masker, query_values, without_query

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Agent", "ChatAgentParty", "RemoteParty", "agent_address", "is_chat_address"]

_CHAT_TAILS = ("/v1", "/chat/completions")
_MOST_BYTES = 1_000_000
_MOST_TEXT = 8_000
_SHOWN = 120
_READ = 10_000
_CONNECT = 10.0
_MARKS = (b"data:", b": ")


def agent_address(given: str) -> str:
    """The address in ``http:URL``, or in a bare ``http://…``. Raises :class:`UsageError` for what is none."""
    address = given.removeprefix("http:") if given.startswith(("http:http://", "http:https://")) else given
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits or "@" in address:
        shown = without_query(address.rpartition("@")[2])
        raise UsageError(
            _("{address} is not an http(s) address").format(address=repr(shown)),
            where="http:URL",
            hint=_("write http:http://HOST:PORT/PATH, and set a key as KEFU_AGENT_KEY"),
        )
    return address


def is_chat_address(address: str) -> bool:
    """Whether a program is asked as an OpenAI-compatible endpoint."""
    return urlsplit(address).path.rstrip("/").endswith(_CHAT_TAILS)


class Agent:
    """A program under test at one address, for any number of calls; closed by ``aclose``."""

    def __init__(self, address: str, *, key: Secret | None = None, timeout: float = 60.0) -> None:
        self.address = address
        self._key = key or Secret()
        self._timeout = timeout
        secrets = (self._key, *query_values(urlsplit(address).query))
        self._mask = masker(secrets)
        self._hide = masker(secrets, guess=False)  # what only looks like a key may well be said
        self._session: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def answer(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the program answers. Raises :class:`PartyFailed` for anything but a JSON object with a text."""
        import aiohttp

        body = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._open().post(self.address, data=body, allow_redirects=False) as response,
            ):
                raw = await self._read(response)
                status, kind = response.status, response.headers.get("Content-Type", "")
                charset = response.charset if "charset" in kind else None
        except TimeoutError:
            raise self._failed("agent_timeout", _("no answer within {} s").format(f"{self._timeout:g}")) from None
        except UnicodeError:
            raise self._failed("agent_unreachable", _("this is no name of a host")) from None
        except aiohttp.ClientConnectorError as broken:
            raise self._failed("agent_unreachable", broken.strerror or type(broken).__name__) from None
        except (aiohttp.ClientError, OSError) as broken:
            raise self._failed("agent_crashed", type(broken).__name__) from None
        if status != 200:
            raise self._failed("agent_crashed", f"HTTP {status} {self._shown(raw)}")
        return self._understood(raw, kind, charset)

    def _understood(self, raw: bytes, kind: str, charset: str | None) -> Mapping[str, Any]:
        """The object in ``raw``, its words without keys. Raises :class:`PartyFailed` for anything else."""
        body = _decoded(raw, charset)
        if body is None:
            raise self._failed("agent_nonsense", _("the answer is not UTF-8: {}").format(self._shown(raw)))
        streamed = "event-stream" in kind or raw.lstrip().startswith(_MARKS)
        found = _streamed(body) if streamed else fields(parsed(body))
        text, hangs_up = found.get("text", ""), found.get("hang_up", False)
        if not isinstance(hangs_up, bool):
            what = _("hang_up must be true or false, without quotes: {}")
            raise self._failed("agent_nonsense", what.format(self._shown(raw)))
        if not isinstance(text, str) or not (text.strip() or hangs_up):
            raise self._failed("agent_nonsense", _("no JSON object with a text came back: {}").format(self._shown(raw)))
        reason = found.get("reason")
        told = self._hide(reason) if isinstance(reason, str) else ""
        return {"text": self._hide(text), "hang_up": hangs_up, "reason": told}

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        raw = bytearray()
        async for piece in response.content.iter_any():
            raw += piece
            if len(raw) > _MOST_BYTES:
                raise self._failed("agent_nonsense", _("the answer is larger than {} bytes").format(_MOST_BYTES))
        return bytes(raw)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp

            headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key.reveal()}"
            # a new connection for every turn: one kept open may close under a turn that must not be sent twice
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={**headers, "User-Agent": "kefu"},
                timeout=aiohttp.ClientTimeout(total=None, connect=min(_CONNECT, self._timeout)),
            )
        return self._session

    def _shown(self, raw: bytes) -> str:
        # masked first and cut then, lest a cut key escape
        text = " ".join(self._mask(raw[:_READ].decode("utf-8", "replace")).split())
        return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")

    def _failed(self, reason: str, detail: str) -> PartyFailed:
        shown = self._mask(" ".join(detail.split()))
        return PartyFailed(reason, f"{self._mask(without_query(self.address))}: {shown}", to_blame=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteParty:
    """One side of one call, spoken by the program behind ``agent``."""

    agent: Agent
    side: Speaker
    seed: int = 0
    known: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    names: Names = NOBODY
    session: str = field(default_factory=lambda: uuid4().hex)

    async def speak(self, call: Call) -> Turn:
        """The program's next turn. Raises :class:`PartyFailed` when it has none."""
        asked = {
            "session": self.session,
            "scenario": call.scenario,
            "side": self.side.value,
            "seed": self.seed,
            "known": dict(self.known),
            "turns": [{"speaker": turn.speaker.value, "text": turn.text} for turn in call.turns],
        }
        found = await self.agent.answer(asked)
        reason = _line(found["reason"])[:_SHOWN] or "hung_up" if found["hang_up"] else ""
        return _heard(spoken(found["text"], self.side, self.names, reason=reason, longest=_MOST_TEXT))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAgentParty:
    """One side of one call, spoken by a program behind an OpenAI-compatible address; it is told the talk, no half."""

    chat: Chat
    side: Speaker
    seed: int = 0
    names: Names = NOBODY

    async def speak(self, call: Call) -> Turn:
        """The program's next turn. Raises :class:`PartyFailed` when it has none."""
        options = Options(tools=(Tool(name=HANG_UP, description="End the phone call."),), sample=self.seed)
        try:
            reply = await self.chat.reply(talk_messages(call, self.side), options)
        except ChatFailed as failed:
            hint = _HINTS[failed.reason]() if failed.reason in _HINTS else ""
            told = ChatFailed(failed.message, reason=failed.reason, where=failed.where, hint=hint)
            raise PartyFailed(f"agent_{failed.reason.value}", str(told), to_blame=True) from None
        return _heard(heard_reply(reply, self.side, self.names, longest=_MOST_TEXT))


_HINTS: Mapping[FailureReason, Callable[[], str]] = {
    FailureReason.UNAUTHORISED: lambda: _("set KEFU_AGENT_KEY"),
    FailureReason.FORBIDDEN: lambda: _("set KEFU_AGENT_KEY to a key that may use the program"),
    FailureReason.NOT_FOUND: lambda: _("check the address, and the name of the model behind its #"),
    FailureReason.UNREACHABLE: lambda: _("check the address, and that the program runs"),
    FailureReason.TIMEOUT: lambda: _("raise KEFU_AGENT_TIMEOUT, or look at the program"),
}
"""What to do about a program under test; the advice of a model's failure speaks of other settings."""


def _heard(turn: Turn) -> Turn:
    """The turn, if anything is in it. Raises :class:`PartyFailed` for none."""
    if not turn.text and not turn.hangs_up:
        raise PartyFailed("agent_nonsense", _("the program said nothing that can be spoken"), to_blame=True)
    return turn


def _decoded(raw: bytes, charset: str | None) -> str | None:
    """The text in ``raw``, which is UTF-8 or what the program declared; never guessed at."""
    for encoding in ("utf-8", charset or "utf-8"):
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    return None


def _line(words: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())


def _streamed(body: str) -> Mapping[str, Any]:
    """One answer from the events of a stream: the texts joined, the last word on hanging up."""
    pieces: list[str] = []
    answer: dict[str, Any] = {}
    for line in body.split("\n"):
        said = line.removeprefix("data:").strip()
        if not line.startswith("data:") or said in ("", "[DONE]"):
            continue
        event = fields(parsed(said))
        if not event or "error" in event:
            return {}
        if isinstance(event.get("text"), str):
            pieces.append(event["text"])
        answer |= {key: event[key] for key in ("hang_up", "reason") if key in event}
    return {**answer, "text": "".join(pieces)}
