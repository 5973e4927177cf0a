"""The words in which kefu talks to a language model: messages in, one reply out, or a failure with a reason.

Nothing here opens a connection. ``Chat`` has three implementations: an
OpenAI-compatible endpoint (``llm.openai``), a replay of recorded exchanges and
a script for tests (``llm.replay``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from kefu.errors import EndpointError

__all__ = [
    "PLAIN",
    "Chat",
    "ChatFailed",
    "Cost",
    "FailureReason",
    "FinishReason",
    "Message",
    "Options",
    "Reply",
    "Role",
    "Shape",
    "Tool",
    "ToolCall",
    "Usage",
]


class Role(StrEnum):
    """Who speaks in a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation with a model."""

    role: Role
    text: str

    @classmethod
    def system(cls, text: str) -> Message:
        """An instruction."""
        return cls(role=Role.SYSTEM, text=text)

    @classmethod
    def user(cls, text: str) -> Message:
        """What the other side said."""
        return cls(role=Role.USER, text=text)

    @classmethod
    def assistant(cls, text: str) -> Message:
        """What the model said earlier."""
        return cls(role=Role.ASSISTANT, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something the model may do instead of, or besides, speaking; ``parameters`` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The model wants a tool used; arguments that were not a JSON object are empty here, and kept in ``raw``."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    id: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The JSON that an answer must be: a name for the endpoint and a JSON schema."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to answer; what is ``None`` or empty is left to the endpoint.

    ``sample`` numbers independent answers to the same question, so that a cache
    or a recording does not give one answer to all trials.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    shape: Shape | None = None
    sample: int = 0


PLAIN = Options()


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens counted by the endpoint, or ``estimated`` by characters where it counted none."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            estimated=self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """An amount of money in the currency of the price file."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model answered.

    ``text`` is what may be spoken; ``reasoning`` never is. ``cost`` is ``None``
    where the price is unknown. ``latency`` and ``first_token`` are those of the
    try that succeeded, ``attempts`` counts all tries. ``adapted`` names what the
    endpoint would not accept and was left out or replaced.
    """

    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: FinishReason = FinishReason.STOP
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    cost: Cost | None = None
    latency: timedelta = timedelta()
    first_token: timedelta | None = None
    attempts: int = 1
    cached: bool = False
    adapted: tuple[str, ...] = ()


class FailureReason(StrEnum):
    """Why there is no reply: a word for programs."""

    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NO_CREDIT = "no_credit"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    CONTEXT_LENGTH = "context_length"
    CONTENT_FILTER = "content_filter"
    MOVED = "moved"
    INSECURE = "insecure"
    BUDGET = "budget"
    NOT_RECORDED = "not_recorded"
    SCRIPT_OVER = "script_over"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CONNECTION_LOST = "connection_lost"
    SERVER_ERROR = "server_error"
    FOREIGN_BODY = "foreign_body"
    TOO_LARGE = "too_large"
    EMPTY_REPLY = "empty_reply"

    @property
    def passing(self) -> bool:
        """Whether asking again may help; everything else is final."""
        return self in _PASSING


_PASSING = frozenset(
    {
        FailureReason.RATE_LIMITED,
        FailureReason.TIMEOUT,
        FailureReason.UNREACHABLE,
        FailureReason.CONNECTION_LOST,
        FailureReason.SERVER_ERROR,
        FailureReason.FOREIGN_BODY,
        FailureReason.TOO_LARGE,
        FailureReason.EMPTY_REPLY,
    }
)


class ChatFailed(EndpointError):
    """A model gave no usable reply: ``reason`` for programs, one line for people, ``attempts`` tries made."""

    def __init__(
        self, message: str, *, reason: FailureReason, where: str = "", hint: str = "", attempts: int = 1
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.reason = reason
        self.attempts = attempts


@runtime_checkable
class Chat(Protocol):
    """Somebody who answers a conversation."""

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """The next message of the model. Raises :class:`ChatFailed` when there is none."""
        ...
