"""What Python and the system say of a failure, in the reader's language where it is one of the usual sentences.

Their messages are English whatever the locale; what is not known here is passed on as it is.
"""

from __future__ import annotations

import errno
import json
import re

from kefu.i18n import gettext as _
from kefu.i18n import marked

__all__ = ["of_json", "of_system", "of_toml"]

_SYSTEM = {
    errno.EACCES: marked("permission denied"),
    errno.EEXIST: marked("file exists"),
    errno.EISDIR: marked("is a directory"),
    errno.EMFILE: marked("too many open files"),
    errno.ENAMETOOLONG: marked("file name too long"),
    errno.ENOENT: marked("no such file or directory"),
    errno.ENOSPC: marked("no space left on device"),
    errno.ENOTDIR: marked("not a directory"),
    errno.EPERM: marked("operation not permitted"),
    errno.EROFS: marked("read-only file system"),
    errno.ECONNREFUSED: marked("connection refused"),
    errno.ECONNRESET: marked("connection reset by peer"),
    errno.ETIMEDOUT: marked("connection timed out"),
    errno.EHOSTUNREACH: marked("no route to host"),
    errno.ENETUNREACH: marked("network is unreachable"),
}
_JSON = (
    marked("Expecting value"),
    marked("Expecting property name enclosed in double quotes"),
    marked("Expecting ',' delimiter"),
    marked("Expecting ':' delimiter"),
    marked("Extra data"),
    marked("Illegal trailing comma before end of object"),
    marked("Illegal trailing comma before end of array"),
    marked("Invalid control character at"),
    marked("Invalid \\escape"),
    marked("Invalid \\uXXXX escape"),
    marked("Unterminated string starting at"),
)
_PLACE = re.compile(r"(?P<what>[^\n]*?) \((?:at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)")


def of_system(broken: OSError) -> str:
    """What the system says, in small letters: ``permission denied``."""
    known = _SYSTEM.get(broken.errno or 0)
    return _(known) if known else (broken.strerror or type(broken).__name__).lower()


def of_json(broken: json.JSONDecodeError) -> str:
    """What is wrong with a JSON text, without the place."""
    message = broken.msg.removesuffix(": ")  # some of them expect the place behind
    return _(message) if message in _JSON else message


def of_toml(broken: ValueError) -> str:
    """What is wrong with a TOML text, and where."""
    found = _PLACE.fullmatch(str(broken))
    if not found:
        return str(broken)
    if found["line"] is None:
        return _("{problem}, at the end").format(problem=found["what"])
    place = _("{problem}, line {line}, column {column}")
    return place.format(problem=found["what"], line=found["line"], column=found["column"])
