"""What kefu says to people: English source strings, translated by gettext.

The language is ``KEFU_LANG`` where it is set, otherwise that of the locale;
whatever is not English is answered in Chinese when it begins with ``zh``.
Reports do not ask the locale: they are Chinese unless told otherwise.
"""

from __future__ import annotations

import gettext as _gettext
import os
from functools import cache
from importlib.resources import files

__all__ = ["gettext", "language", "ngettext", "use_language"]

_CHINESE = "zh_CN"
_chosen: str | None = None


def language() -> str:
    """``zh_CN`` or ``en``."""
    if _chosen is not None:
        return _chosen
    for name in ("KEFU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return _known(value)
    return "en"


def use_language(name: str | None) -> None:
    """Speak ``name`` from here on, whatever the environment says; ``None`` goes by the environment again."""
    global _chosen
    _chosen = None if name is None else _known(name)


def gettext(message: str) -> str:
    """``message`` in the language of the user."""
    return _translations(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message that goes with ``n``, in the language of the user."""
    return _translations(language()).ngettext(singular, plural, n)


def _known(name: str) -> str:
    return _CHINESE if name.lower().replace("-", "_").startswith("zh") else "en"


@cache
def _translations(name: str) -> _gettext.NullTranslations:
    if name != _CHINESE:
        return _gettext.NullTranslations()
    catalogue = files("kefu").joinpath("locale", name, "LC_MESSAGES", "kefu.mo")
    with catalogue.open("rb") as mo:
        return _gettext.GNUTranslations(mo)
