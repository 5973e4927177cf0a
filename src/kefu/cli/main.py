"""The way in and the way out: language chosen, one command run, every error leaving as one line and an exit code."""

from __future__ import annotations

import os
import sys

from kefu.errors import OWN_FAULT, KefuError
from kefu.foreign import of_system
from kefu.i18n import gettext as _
from kefu.i18n import use_language
from kefu.settings import Settings, read_settings

__all__ = ["run"]


def run(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code.

    0 success, 1 fell short, 2 wrong use or input, 3 an endpoint failed, 70 kefu itself failed.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a console of another code page must not end a run, nor a lone surrogate in somebody's JSON
            stream.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
    sys.exit(_exit_code(sys.argv[1:] if arguments is None else arguments))


def _exit_code(arguments: list[str]) -> int:
    debug = False
    try:
        settings = read_settings()
        debug = settings.debug
        if settings.lang:
            use_language(settings.lang)
        code = _invoke(arguments, settings)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _hush()
        return 0
    except KeyboardInterrupt:
        return _said(_("stopped"), 130)
    except KefuError as error:
        return _told(str(error), error.exit_code, debug=debug)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _told(where + of_system(error), 2, debug=debug)
    except Exception as fault:  # noqa: BLE001 -- the last handler: a fault of kefu's own is one line to its user, too
        what = _("kefu itself failed: {fault}; run it again with KEFU_DEBUG=1 and report what it shows")
        return _told(what.format(fault=f"{type(fault).__name__}: {fault}"), OWN_FAULT, debug=debug)


def _told(line: str, code: int, *, debug: bool) -> int:
    """The line of an error; its traceback instead of it where that was asked for, and the same exit code."""
    if not debug:
        return _said(line, code)
    import traceback

    traceback.print_exc()
    return code


def _invoke(arguments: list[str], settings: Settings) -> int:
    import typer

    from kefu.cli.app import app  # after the language is known: help texts are translated as they are defined
    from kefu.cli.wording import said

    command = typer.main.get_command(app)
    try:
        with command.make_context("kefu", list(arguments), obj=settings) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort:
        return _said(_("stopped"), 130)
    except typer.TyperException as wrong:
        return _said(said(wrong), 2)
    return 0


def _said(line: str, code: int) -> int:
    try:
        sys.stdout.flush()  # what was printed before comes first where both streams go to one place
    except OSError:
        _hush()
    print(f"kefu: {' '.join(line.split())}", file=sys.stderr)
    return code


def _hush() -> None:
    # the reader of our output has gone (kefu … | head): nothing is wrong, and nothing more can be said
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()
