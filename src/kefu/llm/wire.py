"""One HTTP request to an endpoint, bounded in time and size; whatever can go wrong comes back as a ``Fault``.

Faults are returned, not raised: an exception of the HTTP library carries the
request with its headers, and a key must not travel with an error.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from kefu.i18n import gettext as _
from kefu.llm.chat import ChatFailed, FailureReason
from kefu.llm.endpoint import Endpoint
from kefu.llm.fault import Complaint, complaint_in, failing, reason_of
from kefu.llm.read import read_json
from kefu.llm.retry import retry_after
from kefu.llm.secret import masker
from kefu.llm.stream import Stream
from kefu.llm.watch import Watch, Watchman

__all__ = ["Fault", "Received", "Wire"]

_log = logging.getLogger("kefu.llm")
_ERROR_BYTES = 65_536
_KEPT_ALIVE = 30.0
_GRACE_AFTER_FINISH = 2.0  # for the usage that some send last; some never close
_GRACE_AFTER_DONE = 0.05
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FULL = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL)

_FAULTS: tuple[tuple[type[Exception], FailureReason], ...] = (
    (aiohttp.ConnectionTimeoutError, FailureReason.UNREACHABLE),
    (aiohttp.ClientConnectorCertificateError, FailureReason.INSECURE),
    (aiohttp.ClientConnectorSSLError, FailureReason.INSECURE),
    (aiohttp.ClientHttpProxyError, FailureReason.UNREACHABLE),
    (aiohttp.ClientConnectorError, FailureReason.UNREACHABLE),
    (aiohttp.ClientResponseError, FailureReason.FOREIGN_BODY),
    (aiohttp.ClientError, FailureReason.CONNECTION_LOST),
    (OSError, FailureReason.CONNECTION_LOST),
)
"""What the exceptions of the HTTP library mean; the first that fits holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A JSON object, and how long it took in seconds; ``first_token`` of a stream only."""

    payload: Mapping[str, Any]
    seconds: float
    first_token: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """No JSON object came back.

    ``asked`` are the seconds the endpoint asked to wait; ``crowded`` means that
    there were too many requests; ``begun`` that the model had begun, so that the
    try may be on the bill.
    """

    failure: ChatFailed
    complaint: Complaint | None = None
    asked: float | None = None
    crowded: bool = False
    begun: bool = False


class Wire:
    """A pool of connections to one endpoint; opened by the first request, closed by ``aclose``."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.mask = masker(endpoint.secrets)
        self.fail = failing(endpoint.label, self.mask)
        self._connect = endpoint.timeouts.connect.total_seconds()
        self._stall = endpoint.timeouts.stall.total_seconds()
        self._most = endpoint.limits.reply_bytes
        self._watchman = Watchman(endpoint.timeouts)
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}
        self._proxy = _proxy_for(endpoint.address)

    async def aclose(self) -> None:
        """Close all connections."""
        self._watchman.close()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(self, path: str, body: bytes, *, stream: bool = False, late: int = 0) -> Received | Fault:
        """The answer to ``body``, read as a stream where it is one; ``late`` earlier tries were given up waiting."""
        outcome = await self._request("POST", path, body, stream=stream, late=late)
        if isinstance(outcome, Received):
            self._watchman.answered(outcome.seconds if outcome.first_token is None else outcome.first_token)
        return outcome

    async def get(self, path: str) -> Received | Fault:
        """What stands at ``path``."""
        return await self._request("GET", path, None)

    def fault(self, failed: ChatFailed, *, begun: bool) -> Fault:
        """A failure that was found in what came back."""
        limited = failed.reason is FailureReason.RATE_LIMITED
        said = Complaint(message=failed.message)
        return Fault(failure=failed, complaint=said, crowded=limited, begun=begun and not limited)

    async def _request(
        self, method: str, path: str, body: bytes | None, *, stream: bool = False, late: int = 0
    ) -> Received | Fault:
        now = asyncio.get_running_loop().time
        patience = asyncio.timeout(None)
        watch = self._watchman.begin(patience, stream=stream, late=late)
        try:
            async with (
                patience,
                self._open().request(
                    method, self._url(path), data=body, headers=self._headers, allow_redirects=False, **self._proxy
                ) as response,
            ):
                watch.answered = True
                payload = await self._read(response, watch)
            if isinstance(payload, Fault):
                return payload
            return Received(payload=payload, seconds=now() - watch.started, first_token=watch.first_token)
        except ChatFailed as failed:
            return self.fault(failed, begun=watch.begun)
        except UnicodeError:  # a host name that no name server could be asked for
            detail = _("this is no name of a host")
            return Fault(failure=self.fail(FailureReason.UNREACHABLE, detail), begun=watch.begun)
        except (aiohttp.ClientError, OSError) as broken:  # a TimeoutError is an OSError
            if not isinstance(broken, TimeoutError) or isinstance(broken, aiohttp.ClientError):
                return self._broken(broken, watch)
            if watch.stream is None or not watch.stream.finished:
                return self._late(watch, now())
            payload = watch.stream.payload  # all was said, only the end mark did not come
            return Received(payload=payload, seconds=now() - watch.started, first_token=watch.first_token)
        finally:
            self._watchman.end(watch)

    async def _read(self, response: aiohttp.ClientResponse, watch: Watch) -> Mapping[str, Any] | Fault:
        if not 200 <= response.status < 300:
            return await self._refused(response)
        watch.begun = True
        kind = response.headers.get("Content-Type", "")
        if "event-stream" in kind:
            return await self._read_stream(response, watch)
        raw = await self._read_whole(response, watch)
        if raw.lstrip()[:6].startswith((b"data:", b": ")):  # a stream that nobody asked for
            stream = Stream(self.fail)
            stream.feed(raw)
            stream.close()
            return stream.payload
        charset = response.charset if "charset" in kind else None
        return read_json(raw, charset, self.fail)

    async def _read_whole(self, response: aiohttp.ClientResponse, watch: Watch) -> bytes:
        """The body, at most ``reply_bytes`` of it: what is larger is not read to its end."""
        loop = asyncio.get_running_loop()
        length = response.content_length
        if length is not None and length > self._most:
            raise self._too_large(length)
        watch.wait_until(loop.time() + self._stall)
        if length is not None and "Content-Encoding" not in response.headers:
            return await response.read()
        whole = bytearray()
        async for piece in response.content.iter_any():
            whole += piece
            if len(whole) > self._most:
                raise self._too_large(len(whole))
            watch.wait_until(loop.time() + self._stall)
        return bytes(whole)

    async def _read_stream(self, response: aiohttp.ClientResponse, watch: Watch) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        watch.stream = stream = Stream(self.fail)
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._most:
                raise self._too_large(size)
            stream.feed(piece)
            now = loop.time()
            if stream.started and watch.first_token is None:
                watch.first_token = now - watch.started
            if stream.done:
                watch.wait_until(now + _GRACE_AFTER_DONE)
            elif stream.finished:
                watch.wait_until(now + _GRACE_AFTER_FINISH)
            elif watch.first_token is not None:
                watch.wait_until(now + self._stall)
        stream.close()
        return stream.payload

    async def _refused(self, response: aiohttp.ClientResponse) -> Fault:
        """The fault that a status other than 200 means."""
        raw = b""
        async for piece in response.content.iter_any():
            raw += piece
            if len(raw) >= _ERROR_BYTES:
                break
        raw = self.mask(raw[:_ERROR_BYTES].decode("utf-8", "replace")).encode()  # some repeat the key they refuse
        complaint = complaint_in(raw)
        reason = reason_of(response.status, complaint)
        text = complaint.message if complaint else raw.decode("utf-8", "replace")
        if reason is FailureReason.MOVED:
            text = self.mask(response.headers.get("Location", "").partition("?")[0])
        said = complaint or Complaint(message=text)
        return Fault(
            failure=self.fail(reason, f"HTTP {response.status} {text}"),
            complaint=said,
            asked=retry_after(response.headers) if reason.passing else None,
            crowded=reason is FailureReason.RATE_LIMITED,
        )

    def _late(self, watch: Watch, now: float) -> Fault:
        took = f"{now - watch.started:.1f}"
        if not watch.answered:
            detail = _("nothing within {} s").format(took)
        elif watch.stream is not None and not watch.stream.started:
            detail = _("no first token within {} s").format(took)
        else:
            detail = _("the reply stopped halfway, given up after {} s").format(took)
        return Fault(failure=self.fail(FailureReason.TIMEOUT, detail), begun=True)

    def _broken(self, broken: Exception, watch: Watch) -> Fault:
        reason = next(reason for kind, reason in _FAULTS if isinstance(broken, kind))
        crowded = isinstance(broken, OSError) and broken.errno in _FULL
        return Fault(failure=self.fail(reason, _shown(broken)), begun=watch.begun, crowded=crowded)

    def _too_large(self, size: int) -> ChatFailed:
        detail = _("{} bytes and more, {} are read").format(size, self._most)
        return self.fail(FailureReason.TOO_LARGE, detail)

    def _url(self, path: str) -> URL:
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = URL(self.endpoint.url(path))
        return url

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_ALIVE, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=self._connect),
            )
        return self._session

    @cached_property
    def _headers(self) -> dict[str, str]:
        """What every request carries; given with each, since a proxy is shown what the session itself carries."""
        headers = {
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "identity",  # replies are short, unpacking them costs more than it saves
            "Content-Type": "application/json",
            "User-Agent": "kefu",
        }
        if self.endpoint.api_key:
            headers["Authorization"] = f"Bearer {self.endpoint.api_key.reveal()}"
        headers.update({name: secret.reveal() for name, secret in self.endpoint.headers.items()})
        return headers


def _shown(broken: Exception) -> str:
    """What happened, in the words of the system where it has any."""
    if isinstance(broken, OSError) and broken.strerror:
        return broken.strerror
    return f"{type(broken).__name__} {broken}".strip()


def _proxy_for(address: str) -> dict[str, Any]:
    """The proxy of the environment for an address, looked up once; never one for this machine itself."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    proxy = getproxies().get(parts.scheme, "")
    if not proxy or host in _LOOPBACK or proxy_bypass(host):
        return {}
    found = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if found.scheme not in ("http", "https"):
        _log.warning("%s", _("the proxy of the environment is not an HTTP proxy and is left out"))
        return {}
    settings: dict[str, Any] = {"proxy": f"{found.scheme}://{found.netloc.rpartition('@')[2]}"}
    if found.username:
        pair = f"{unquote(found.username)}:{unquote(found.password or '')}"
        basic = base64.b64encode(pair.encode()).decode("ascii")
        settings["proxy_headers"] = {"Proxy-Authorization": f"Basic {basic}"}
    return settings
