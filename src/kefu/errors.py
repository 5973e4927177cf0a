"""Every error kefu raises on purpose, with its exit code and HTTP status.

    KefuError
    ├── UsageError            2 / 400   a wrong option or argument
    ├── InputError            2 / 422   a file or body that cannot be read as what it should be
    │   └── NotFound          2 / 404   a file, scenario, run or case that does not exist
    ├── Shortfall             1 / 200   the thing checked has errors, or fell short of --fail-under
    ├── IllegalEvent          2 / 409   an event the transition table does not allow; nothing has changed
    └── EndpointError         3 / 502   a model endpoint, a program under test or a database failed

A fault of kefu's own is none of these: it leaves with 70 (:data:`OWN_FAULT`), so that
nobody takes it for an endpoint's.

A message is one line and says what, where and what to do. Doors turn an error
into an exit code or a status in one handler; nothing else catches ``KefuError``.
"""

from __future__ import annotations

__all__ = [
    "OWN_FAULT",
    "EndpointError",
    "IllegalEvent",
    "InputError",
    "KefuError",
    "NotFound",
    "Shortfall",
    "UsageError",
]

OWN_FAULT = 70
"""The exit code of a fault of kefu's own: EX_SOFTWARE of sysexits."""


class KefuError(Exception):
    """What went wrong, where (``where``: a file, a line, an option) and what to do about it (``hint``)."""

    exit_code = 2
    http_status = 500

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        line = f"{self.where}: {self.message}" if self.where else self.message
        if self.hint:
            line = f"{line}; {self.hint}"
        return " ".join(line.split())


class UsageError(KefuError):
    """A wrong option or argument."""

    http_status = 400


class InputError(KefuError):
    """A document, a call file or a body that cannot be read as what it should be."""

    http_status = 422


class NotFound(InputError):
    """A file, scenario, run or case that does not exist."""

    http_status = 404


class Shortfall(KefuError):
    """The thing checked was read, and has errors or fell short."""

    exit_code = 1
    http_status = 200


class IllegalEvent(KefuError):
    """An event that the transition table does not allow; the value it was offered to is unchanged."""

    http_status = 409


class EndpointError(KefuError):
    """A model endpoint, a program under test or a database failed."""

    exit_code = 3
    http_status = 502
