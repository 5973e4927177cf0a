"""What kefu says to people: English source strings, translated by gettext.

The language is ``KEFU_LANG`` where it is set, otherwise that of the locale;
whatever is not Chinese is answered in English. Reports do not ask the locale:
they are Chinese unless told otherwise.
"""

from __future__ import annotations

import gettext as _gettext
import os
from functools import cache
from importlib.resources import files

__all__ = [
    "CHINESE",
    "ENGLISH",
    "gettext",
    "language",
    "marked",
    "ngettext",
    "pgettext",
    "translations",
    "use_language",
]

CHINESE = "zh_CN"
ENGLISH = "en"
_chosen: str | None = None


def language() -> str:
    """``zh_CN`` or ``en``."""
    return _chosen or _of_environment()


@cache
def _of_environment() -> str:
    # asked for with every message: the environment of a process does not change under it
    for name in ("KEFU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return _known(value)
    return ENGLISH


def use_language(name: str | None) -> None:
    """Speak ``name`` from here on, whatever the environment says; ``None`` goes by the environment again."""
    global _chosen
    _chosen = None if name is None else _known(name)
    _of_environment.cache_clear()


def gettext(message: str) -> str:
    """``message`` in the language of the user."""
    return translations(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message that goes with ``n``, in the language of the user."""
    return translations(language()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """``message`` as it is said of ``context``: where one English word is two Chinese ones."""
    return translations(language()).pgettext(context, message)


def marked(message: str) -> str:
    """``message`` as it is, to be translated where it is shown: for tables of words that are made at import."""
    return message


@cache
def translations(name: str) -> _gettext.NullTranslations:
    """The catalogue of ``zh_CN``; for any other language one that leaves the English as it is."""
    if _known(name) != CHINESE:
        return _gettext.NullTranslations()
    catalogue = files("kefu").joinpath("locale", CHINESE, "LC_MESSAGES", "kefu.mo")
    with catalogue.open("rb") as mo:
        return _gettext.GNUTranslations(mo)


def _known(name: str) -> str:
    return CHINESE if name.lower().replace("-", "_").startswith("zh") else ENGLISH
