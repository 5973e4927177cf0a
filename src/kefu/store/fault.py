"""What goes wrong with a database, in words for people and in two facts for programs: one table for all vendors.

``transient`` means that the same may succeed in a moment (a lock, a lost
connection, a server that restarts), ``full`` that a disk is full. What a vendor
says is shown only where no row of the table fits, and without passwords.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError

from kefu.errors import EndpointError, InputError, KefuError
from kefu.i18n import gettext as _
from kefu.i18n import marked

__all__ = ["StoreError", "fault_of", "faults"]


class StoreError(EndpointError):
    """A database failed: ``transient`` if trying again may help, ``full`` if a disk is full."""

    def __init__(
        self, message: str, *, where: str = "", hint: str = "", transient: bool = False, full: bool = False
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.transient = transient
        self.full = full


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """``own`` marks what the user named wrongly: an ``InputError``; ``shown`` adds what the vendor said."""

    message: str
    hint: str = ""
    transient: bool = False
    full: bool = False
    own: bool = False
    shown: bool = False


_RIGHTS = marked("check the rights of the file and of its folder")
_ROOM = marked("make room and resume: what is finished is kept")
_AGAIN = marked("try again in a moment")
_BUSY = _Fault(message=marked("another program holds the database"), hint=_AGAIN, transient=True)
_DISK = _Fault(message=marked("the disk is full"), hint=_ROOM, full=True)
_LOST = _Fault(
    message=marked("the database server cannot be reached"),
    hint=marked("see that it runs and that host and port are right"),
    transient=True,
    shown=True,
)
_RESTART = _Fault(message=marked("the database server is starting or stopping"), hint=_AGAIN, transient=True)
_CROWD = _Fault(
    message=marked("the database server takes no more connections"),
    hint=marked("run fewer workers, or raise its max_connections"),
    transient=True,
)
_REFUSED = _Fault(
    message=marked("the database server does not accept this user and password"),
    hint=marked("check both in the address, or set PGPASSWORD"),
)
_NO_DATABASE = _Fault(
    message=marked("the server has no such database"), hint=marked("create it, for example with createdb")
)
_OTHER = _Fault(message=marked("the database failed"), shown=True)

_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _DISK,
    sqlite3.SQLITE_READONLY: _Fault(message=marked("the database cannot be written"), hint=_RIGHTS),
    sqlite3.SQLITE_CANTOPEN: _Fault(message=marked("the database cannot be opened"), hint=_RIGHTS),
    sqlite3.SQLITE_PERM: _Fault(message=marked("the database cannot be opened"), hint=_RIGHTS),
    sqlite3.SQLITE_AUTH: _Fault(message=marked("the database cannot be opened"), hint=_RIGHTS),
    sqlite3.SQLITE_IOERR: _Fault(message=marked("the disk could not be read or written"), shown=True),
    sqlite3.SQLITE_CORRUPT: _Fault(
        message=marked("the database is damaged"), hint=marked("put a copy of it in its place")
    ),
    sqlite3.SQLITE_NOTADB: _Fault(
        message=marked("this file is not a database"), hint=marked("name another file"), own=True
    ),
}
"""By the primary result code of SQLite."""

_POSTGRES = {
    "08": _LOST,
    "25006": _Fault(
        message=marked("the database server takes no changes"), hint=marked("name one that is not a replica")
    ),
    "28": _REFUSED,
    "3D000": _NO_DATABASE,
    "40": _BUSY,
    "42501": _Fault(
        message=marked("the user may not make tables in this database"),
        hint=marked("grant it CREATE, or use a database of its own"),
    ),
    "42P07": _Fault(
        message=marked("this database holds tables of another program"),
        hint=marked("use a database of its own"),
        own=True,
    ),
    "53": _CROWD,
    "53100": _Fault(message=marked("the disk of the database server is full"), hint=_ROOM, full=True),
    "55P03": _BUSY,
    "57P": _RESTART,
}
"""By the longest beginning of an SQLSTATE."""

_CONNECTING = (
    (re.compile("password authentication|no password supplied|no pg_hba.conf entry|role .* does not exist"), _REFUSED),
    (re.compile("authentication failed"), _REFUSED),
    (re.compile("database .* does not exist"), _NO_DATABASE),
    (re.compile("starting up|shutting down|in recovery mode"), _RESTART),
    (re.compile("too many (?:clients|connections)|remaining connection slots"), _CROWD),
)
"""While connecting psycopg gives no SQLSTATE, only the words of libpq."""

_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s@]*@|(\b(?:ssl)?password\s*=\s*)[^\s&;]+", re.IGNORECASE)


def fault_of(error: DBAPIError, where: str, *, full: bool = False) -> KefuError:
    """What ``error`` of the database at ``where`` is to a user; ``full`` if its disk is known to have no room."""
    vendor: Any = error.orig
    row = _row_of(error, vendor, full)
    message = _(row.message)
    if row.shown:
        message = _("%(message)s (%(detail)s)") % {"message": message, "detail": _said(vendor)}
    hint = _(row.hint) if row.hint else ""
    if row.own:
        return InputError(message, where=where, hint=hint)
    return StoreError(message, where=where, hint=hint, transient=row.transient, full=row.full)


@contextmanager
def faults(where: str) -> Generator[None]:
    """Vendors' exceptions become ours within."""
    try:
        yield
    except DBAPIError as error:
        raise fault_of(error, where) from None


def _row_of(error: DBAPIError, vendor: Any, full: bool) -> _Fault:
    if isinstance(vendor, sqlite3.Error):
        code: int = (getattr(vendor, "sqlite_errorcode", None) or 0) & 0xFF
        if code == sqlite3.SQLITE_IOERR and full:  # SQLite cannot always tell: its shared memory could not grow
            return _DISK
        return _SQLITE.get(code, _OTHER)
    state: str | None = getattr(vendor, "sqlstate", None)
    if state:
        return next((_POSTGRES[state[:n]] for n in (5, 3, 2) if state[:n] in _POSTGRES), _OTHER)
    said = str(vendor)
    for pattern, row in _CONNECTING:
        if pattern.search(said):
            return row
    lost = error.connection_invalidated or type(vendor).__name__ in ("OperationalError", "InterfaceError")
    return _LOST if lost else _OTHER


def _said(vendor: object) -> str:
    """The first line of what a vendor says, without a password."""
    line = next(iter(str(vendor).strip().splitlines()), type(vendor).__name__)
    return _PASSWORD.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", line)[:300]
