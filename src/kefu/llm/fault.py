"""What an endpoint's error means: any status and any body become one ``ChatFailed`` with a reason and advice.

The reason decides whether asking again may help (``FailureReason.passing``);
``faults.toml`` holds what the providers call things.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kefu.i18n import gettext as _
from kefu.llm.chat import ChatFailed, FailureReason
from kefu.llm.fields import entries, fields, parsed
from kefu.llm.quirk import says

__all__ = ["Complaint", "Fail", "complaint_in", "failing", "failure", "reason_of"]

_SHOWN = 200
_READ = 10_000

Fail = Callable[[FailureReason, str], ChatFailed]
"""Makes the failure of one endpoint: given the reason and what was seen or said, keys and all."""

_BY_STATUS = {
    401: FailureReason.UNAUTHORISED,
    402: FailureReason.NO_CREDIT,
    403: FailureReason.FORBIDDEN,
    404: FailureReason.NOT_FOUND,
    408: FailureReason.TIMEOUT,
    409: FailureReason.SERVER_ERROR,  # a conflict passes
    410: FailureReason.NOT_FOUND,
    425: FailureReason.SERVER_ERROR,
    429: FailureReason.RATE_LIMITED,
}
_CERTAIN = {401: FailureReason.UNAUTHORISED, 402: FailureReason.NO_CREDIT}
_ERROR_KEYS = ("error", "Error", "base_resp", "Response")
_RESULT_KEYS = ("choices", "data")
_MESSAGE_KEYS = ("message", "msg", "error_msg", "errorMsg", "status_msg", "Message", "detail", "error")
_CODE_KEYS = ("code", "error_code", "errorCode", "status_code", "Code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What an endpoint said went wrong: its message, its code and type in lower case, the field it names."""

    message: str = ""
    codes: tuple[str, ...] = ()
    field: str = ""


def complaint_in(body: bytes | Mapping[str, Any]) -> Complaint | None:
    """The error in a body of any of the known shapes, ``None`` where there is none; never raises."""
    data = parsed(body) if isinstance(body, bytes) else body
    whole = fields(data) or fields(next(iter(entries(data)), None))
    for key in _ERROR_KEYS:
        inner = fields(whole.get(key))
        if key == "base_resp" and inner.get("status_code") in (0, "0"):
            continue  # MiniMax says "no error" this way
        if inner:
            return complaint_in(inner) if key == "Response" else _complaint(inner, whole)
    if any(whole.get(key) for key in _MESSAGE_KEYS) and not any(key in whole for key in _RESULT_KEYS):
        return _complaint(whole, whole)
    return None


def reason_of(status: int, complaint: Complaint | None) -> FailureReason:
    """Why a request failed, by status and by what the endpoint said."""
    if status in _CERTAIN:
        return _CERTAIN[status]
    if 300 <= status < 400:
        return FailureReason.MOVED
    if complaint is not None:
        message = complaint.message.lower()
        for reason, codes, phrases in _rules():
            if any(_is(code, known) for code in complaint.codes for known in codes) or says(message, phrases):
                overloaded = status == 429 and reason is FailureReason.SERVER_ERROR
                return FailureReason.RATE_LIMITED if overloaded else reason
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500 or status < 300:
        return FailureReason.SERVER_ERROR  # an error under 200 OK names nothing we know: as a rule something passing
    return FailureReason.BAD_REQUEST


def failure(reason: FailureReason, where: str, detail: str = "") -> ChatFailed:
    """The failure for ``reason``, one line; ``detail`` is what was seen or said, already masked."""
    message, hint = _ADVICE[reason]()
    shown = " ".join("".join(char if char.isprintable() else " " for char in detail[:_READ]).split())
    if len(shown) > _SHOWN:
        shown = shown[:_SHOWN] + "…"
    return ChatFailed(f"{message} ({shown})" if shown else message, reason=reason, where=where, hint=hint)


def failing(where: str, mask: Callable[[str], str] = str) -> Fail:
    """What makes the failures of the endpoint called ``where``; masked first and cut then, lest a cut key escape."""
    return lambda reason, detail: failure(reason, where, mask(detail[:_READ]))


def _complaint(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> Complaint:
    message = next((text for key in _MESSAGE_KEYS if (text := _words(inner.get(key)))), "")
    named = [inner.get(key, outer.get(key)) for key in _CODE_KEYS] + [inner.get("type")]
    codes = tuple(str(code).lower() for code in named if isinstance(code, str | int) and not isinstance(code, bool))
    field = inner.get("param")
    return Complaint(message=message, codes=codes, field=field if isinstance(field, str) else "")


def _words(value: object) -> str:
    """A message as text; FastAPI gives a list of objects with a place and a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | Mapping) and value:
        with contextlib.suppress(RecursionError):
            return json.dumps(value, ensure_ascii=False, default=str)
    return ""


def _is(code: str, known: str) -> bool:
    return code.startswith(known[:-1]) if known.endswith("*") else code == known


@cache
def _rules() -> tuple[tuple[FailureReason, tuple[str, ...], tuple[str, ...]], ...]:
    data = tomllib.loads(files("kefu.llm").joinpath("faults.toml").read_text(encoding="utf-8"))
    return tuple(
        (FailureReason(rule["reason"]), tuple(rule.get("codes", ())), tuple(rule.get("says", ())))
        for rule in data["rule"]
    )


_ADVICE: dict[FailureReason, Callable[[], tuple[str, str]]] = {
    FailureReason.UNAUTHORISED: lambda: (
        _("the endpoint does not accept the key"),
        _("set KEFU_API_KEY, or api_key_env of this model in kefu.toml"),
    ),
    FailureReason.FORBIDDEN: lambda: (
        _("the key may not use this model"),
        _("have the provider enable the model for this account, or choose another"),
    ),
    FailureReason.NO_CREDIT: lambda: (
        _("the account has no credit left"),
        _("top the account up, or use another endpoint"),
    ),
    FailureReason.NOT_FOUND: lambda: (
        _("the endpoint knows no such model or address"),
        _("check model and base_url; most addresses end in /v1"),
    ),
    FailureReason.BAD_REQUEST: lambda: (
        _("the endpoint refuses the request"),
        _("correct the settings of this model, its body above all"),
    ),
    FailureReason.CONTEXT_LENGTH: lambda: (
        _("the conversation is too long for the model"),
        _("choose a model with a longer context, or lower max_tokens"),
    ),
    FailureReason.CONTENT_FILTER: lambda: (
        _("the provider's content filter stopped the reply"),
        _("reword the document, or use another endpoint"),
    ),
    FailureReason.MOVED: lambda: (
        _("the endpoint sends elsewhere, where no key is sent"),
        _("put the final address into base_url"),
    ),
    FailureReason.INSECURE: lambda: (
        _("the certificate of the endpoint cannot be trusted"),
        _("check base_url, the clock, or the certificates of this machine"),
    ),
    FailureReason.RATE_LIMITED: lambda: (
        _("the endpoint refuses more requests for now"),
        _("lower --concurrency, or set requests_per_minute of this model"),
    ),
    FailureReason.TIMEOUT: lambda: (
        _("no answer in time"),
        _("try again later, or raise the timeouts of this model"),
    ),
    FailureReason.UNREACHABLE: lambda: (
        _("the endpoint cannot be reached"),
        _("check base_url, the network and the proxy, and that the server runs"),
    ),
    FailureReason.CONNECTION_LOST: lambda: (
        _("the connection was lost"),
        _("try again; if it goes on, look at the server or the proxy"),
    ),
    FailureReason.SERVER_ERROR: lambda: (
        _("the endpoint failed"),
        _("try again later, or use another endpoint"),
    ),
    FailureReason.FOREIGN_BODY: lambda: (
        _("the answer is not that of a model"),
        _("check that base_url is an OpenAI-compatible address"),
    ),
    FailureReason.TOO_LARGE: lambda: (
        _("the reply is larger than allowed"),
        _("set max_tokens, or raise reply_bytes of this model"),
    ),
    FailureReason.EMPTY_REPLY: lambda: (
        _("the model said nothing"),
        _("raise max_tokens if the model reasons, or use another model"),
    ),
    FailureReason.BUDGET: lambda: (
        _("the budget is spent"),
        _("raise --budget to go on"),
    ),
    FailureReason.NOT_RECORDED: lambda: (
        _("this exchange is not in the recording"),
        _("record it again"),
    ),
    FailureReason.SCRIPT_OVER: lambda: (
        _("the script has no reply left"),
        _("add replies to the script"),
    ),
}
