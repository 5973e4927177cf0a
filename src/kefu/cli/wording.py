"""What the command-line library says, said in kefu's words and the user's language.

Typer words its help and its errors in English and offers no translation, so its
few sentences are recognised here; what is not recognised is passed on as it is.
"""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from kefu.i18n import gettext as _
from kefu.i18n import marked

__all__ = ["Command", "Group", "said"]

_INVALID = r"Invalid value for '?(.+?)'?: (?:Value error, )?"
_ERRORS = (
    (r"No such option: (\S+?)\.?(?: .*)?", marked("no such option: {0}")),
    (r"No such command '(.*?)'\..*", marked("no such command: {0}")),
    (r"Missing command\.", marked("a command is missing")),
    (r"Missing (?:argument|option|parameter) '(.+?)'\..*", marked("{0} is missing")),
    (r"Option '?(.+?)'? requires an argument\..*", marked("{0} wants a value")),
    (r"Option '?(.+?)'? does not take a value\..*", marked("{0} takes no value")),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\).*", marked("too much on the line: {0}")),
    (
        rf"{_INVALID}'?(.*?)'? is not one of (.+?)\.?",
        marked("{0}: {1} is none of {2}"),
    ),
    (rf"{_INVALID}Input should be a valid integer.*", marked("{0} wants a whole number")),
    (
        rf"{_INVALID}Input should be greater than or equal to (\S+)",
        marked("{0} must be at least {1}"),
    ),
    (rf"{_INVALID}Input should be less than or equal to (\S+)", marked("{0} must be at most {1}")),
    (rf"{_INVALID}(.*)", "{0}: {1}"),
)
_HELP = (
    (r"^Usage: ", marked("Usage: ")),
    (r"^Options:", marked("Options:")),
    (r"^Arguments:", marked("Arguments:")),
    (r"^Commands:", marked("Commands:")),
    (r"Show this message and exit\.", marked("Show this message and exit.")),
    (r"\[default: (?=\S)", marked("[default: ")),
    (r"\[default:(?=\s)", marked("[default:")),
    (r"(?<=[;\[] )required\]|(?<=\[)required\]", marked("required]")),
)


def said(wrong: typer.TyperException) -> str:
    """One line about a wrong command line, with where to look."""
    message = " ".join(wrong.format_message().split())
    for pattern, words in _ERRORS:
        found = re.fullmatch(pattern, message)
        if found:
            message = _(words).format(*found.groups())
            break
    path = getattr(getattr(wrong, "ctx", None), "command_path", "kefu")
    return _("{what}; see {command} --help").format(what=message, command=path)


class Command(TyperCommand):
    """A command whose help is in the user's language."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _help(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help is in the user's language; alone it shows its help."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _help(super().get_help(ctx))


def _help(page: str) -> str:
    for pattern, words in _HELP:
        page = re.sub(pattern, _(words).replace("\\", r"\\"), page, flags=re.MULTILINE)
    return page
