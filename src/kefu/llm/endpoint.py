"""An endpoint: where a model answers, under which name and key, and what it can take. A value; nothing is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.llm.price import Prices
from kefu.llm.secret import Secret, key_problem, query_values

__all__ = ["Endpoint", "Features", "Limits", "Retry", "Timeouts"]

_TAILS = ("/chat/completions", "/embeddings", "/models")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long one try may take: to connect, to the first token (of a stream), between two pieces, in all.

    Whoever waits ``hang``, and ten times as long as the slowest of the recent
    answers took, is taken to hang and asked again, with four times the patience.
    """

    connect: timedelta = timedelta(seconds=10)
    first_token: timedelta = timedelta(seconds=120)
    stall: timedelta = timedelta(seconds=60)
    total: timedelta = timedelta(seconds=300)
    hang: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often to try again, and how long to wait before.

    Waits grow from ``first_wait`` by ``factor`` up to ``longest_wait``, each
    shortened by up to a half at random. ``patience`` bounds all waiting of one
    request, also what a server asks for.
    """

    times: int = 4
    first_wait: timedelta = timedelta(milliseconds=250)
    refused_wait: timedelta = timedelta(seconds=1)
    factor: float = 3.0
    longest_wait: timedelta = timedelta(seconds=20)
    patience: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the endpoint allows; ``None`` where there is no such limit. ``concurrency`` is where adapting starts.

    ``context_tokens`` is what the model can be sent, for servers that cut off
    the beginning of what is longer and say nothing.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int = 1000
    reply_bytes: int = 4_000_000
    context_tokens: int | None = None
    output_tokens: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the endpoint is known to have; ``None`` is tried and remembered.

    With ``embeddings`` the model makes vectors of texts and is asked for nothing else.
    """

    json_schema: bool | None = None
    json_object: bool | None = None
    tools: bool | None = None
    stream: bool = False
    embeddings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A named model at an OpenAI-compatible address.

    ``body`` is added to every request as it is (``{"enable_thinking": false}``),
    ``headers`` likewise; their values are masked like the key.
    """

    name: str
    base_url: str = field(repr=False)  # its query may hold a key
    model: str
    api_key: Secret = field(default_factory=Secret)
    prices: Prices | None = None
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()
    retry: Retry = Retry()
    features: Features = Features()
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, Secret] = field(default_factory=dict[str, Secret])

    def __post_init__(self) -> None:
        problem = _problem(self.base_url)
        if problem:
            raise InputError(
                problem,
                where=_("model {name}: {key}").format(name=self.name, key="base_url"),
                hint=_("write https://HOST/v1"),
            )
        if not self.model:
            raise InputError(
                _("no model is named"),
                where=_("model {name}").format(name=self.name),
                hint=_("set model, or KEFU_MODEL"),
            )
        for secret in (self.api_key, *self.headers.values()):
            if problem := key_problem(secret):
                where = _("model {name}").format(name=self.name)
                raise InputError(problem, where=where, hint=_("copy it again, on one line"))

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything that must never be written down."""
        return (self.api_key, *self.headers.values(), *query_values(urlsplit(self.base_url).query))

    @property
    def address(self) -> str:
        """Scheme, host and path of the endpoint, without anything that may be secret."""
        parts = urlsplit(self.base_url)
        path = parts.path.rstrip("/")
        for tail in _TAILS:
            path = path.removesuffix(tail)
        return f"{parts.scheme}://{parts.netloc}{path}"

    @property
    def label(self) -> str:
        """How messages name the endpoint."""
        return f"model {self.name} ({self.model} at {self.address})"

    @property
    def identity(self) -> dict[str, Any]:
        """What decides the answers of this endpoint, for the key of a cache; no secret is in it."""
        return {"address": self.address, "model": self.model, "body": dict(self.body)}

    def url(self, path: str) -> str:
        """The full address of ``path`` (``/chat/completions``), with the query of ``base_url``."""
        query = urlsplit(self.base_url).query
        return f"{self.address}{path}?{query}" if query else f"{self.address}{path}"


def _problem(base_url: str) -> str:
    """What is wrong with an address, in words that never repeat a password in it."""
    try:
        parts = urlsplit(base_url)
        port_fits = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return _("this is not an address")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_fits:
        return _("this is not an http(s) address")
    if parts.username or parts.password:
        return _("a user or password stands in the address; set api_key instead")
    return ""
