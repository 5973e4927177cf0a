"""Keys are shown to nobody: a value that prints as stars, and a mask for text that is about to be written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from kefu.i18n import gettext as _

__all__ = ["MASK", "Secret", "key_problem", "masker", "query_values", "without_query"]

MASK = "***"
_SHORTEST = 6
_PLACEHOLDERS = frozenset({"ollama", "no-key", "not-needed", "dummy-key"})
"""Conventional keys of servers that ask for none: masking these words would only garble replies."""

_LOOKS_LIKE_A_KEY = re.compile(r"(?i:\bbearer\s|\bsk-|\bark-)[A-Za-z0-9_.*+/=-]{6,}")


class Secret:
    """A key. ``reveal()`` is the only way to its value; ``repr``, ``str`` and formats give stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the one header it belongs in."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Secret('{MASK}')" if self._value else "Secret('')"

    def __str__(self) -> str:
        return MASK if self._value else ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled: read the settings again where it is needed")


def key_problem(secret: Secret) -> str:
    """Why a key cannot stand in the header of a request; empty where it can."""
    value = secret.reveal()
    if any(char < " " or char == "\x7f" for char in value):
        return _("the key holds a line break or another control character")
    return "" if value.isascii() else _("the key holds characters that are not ASCII")


def query_values(query: str) -> tuple[Secret, ...]:
    """The values of a query, any of which may be a key."""
    parts = (part.rpartition("=")[2] for part in query.split("&"))
    return tuple(Secret(value) for value in dict.fromkeys(way for part in parts for way in (part, unquote(part))))


def without_query(address: str) -> str:
    """An address with stars in the place of the values of its query; what stands behind a ``#`` stays."""
    place, mark, rest = address.partition("?")
    query, hash_mark, fragment = rest.partition("#")
    starred = "&".join(f"{part.partition('=')[0]}={MASK}" if "=" in part else MASK for part in query.split("&"))
    return f"{place}?{starred}{hash_mark}{fragment}" if mark and query else address


def masker(secrets: Iterable[Secret], *, guess: bool = True) -> Callable[[str], str]:
    """A function that puts stars in the place of these secrets and, unless told not to, of what looks like a key."""
    values = {secret.reveal() for secret in secrets} - _PLACEHOLDERS
    known = sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)  # the longest first

    def mask(text: str) -> str:
        for value in known:
            if value in text:
                text = text.replace(value, MASK)
        return _LOOKS_LIKE_A_KEY.sub(MASK, text) if guess else text

    return mask
