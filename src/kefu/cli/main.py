"""The command line: every command hangs here, and every error leaves through one handler."""

from __future__ import annotations

import os
import sys

import click
import typer

from kefu.cli import call as call_command
from kefu.cli import demo, score, understand
from kefu.cli.scenario import app as scenario_app
from kefu.errors import KefuError
from kefu.i18n import gettext as _

__all__ = ["app", "run"]

app = typer.Typer(
    name="kefu",
    help=_("Read call scenarios, rehearse calls, score them; offline."),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", help=_("Hold the bundled examples' calls, score them, write an HTML report."))(demo.demo)
app.add_typer(scenario_app, name="scenario")
app.command("understand", help=_("What utterances do, and which fact they ask for; one a line on stdin."))(
    understand.understand
)
app.command("call", help=_("Hold the call that a scenario describes."))(call_command.call)
app.command("score", help=_("Score calls by their scenario."))(score.score)


@app.callback(invoke_without_command=True)
def _root(  # pyright: ignore[reportUnusedFunction] -- Typer calls it
    version: bool = typer.Option(False, "--version", help=_("Print the version and stop.")),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"kefu {installed('kefu')}")
        raise typer.Exit


def run(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0, 1 fell short, 2 wrong use or input, 3 an endpoint failed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] -- a console of another code page must not end a run
    debug = os.environ.get("KEFU_DEBUG", "") not in ("", "0")
    sys.exit(_exit_code(sys.argv[1:] if arguments is None else arguments, debug))


def _exit_code(arguments: list[str], debug: bool) -> int:
    command = typer.main.get_command(app)
    try:
        code: object = command.main(args=arguments, prog_name="kefu", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as bare:
        click.echo(bare.format_message())
        return 2
    except click.ClickException as wrong:
        return _said(f"{wrong.format_message()} {_('see kefu --help')}", 2)
    except KefuError as error:
        if debug:
            raise
        return _said(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _said(_("stopped"), 130)
    except BrokenPipeError:
        # the reader of our output has gone (kefu … | head): nothing is wrong, nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


def _said(line: str, code: int) -> int:
    click.echo(f"kefu: {' '.join(line.split())}", err=True)
    return code


if __name__ == "__main__":
    run()
