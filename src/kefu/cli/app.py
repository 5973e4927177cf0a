"""The command line: every command hangs here; what a command needs is loaded when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from kefu import __version__
from kefu.cli.bench_results import app as bench_app
from kefu.cli.calibrate import calibrate
from kefu.cli.call import call
from kefu.cli.calls import app as calls_app
from kefu.cli.config import app as config_app
from kefu.cli.demo import demo
from kefu.cli.scenario import app as scenario_app
from kefu.cli.score import score
from kefu.cli.understand import understand
from kefu.cli.wording import Command, Group
from kefu.i18n import gettext as _

__all__ = ["app"]

app = typer.Typer(
    name="kefu",
    cls=Group,
    help=_("Read call scenarios, rehearse the calls and score them, offline."),
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", cls=Command, help=_("Call and score the bundled examples, write an HTML report."))(demo)
app.add_typer(scenario_app, name="scenario")
app.command("understand", cls=Command, help=_("What utterances do, and which fact they ask for."))(understand)
app.command("call", cls=Command, help=_("Hold the calls that scenarios describe, and score them."))(call)
app.command("score", cls=Command, help=_("Score calls by their scenarios."))(score)
app.command("calibrate", cls=Command, help=_("How far the scores agree with people's labels."))(calibrate)
app.add_typer(bench_app, name="bench")
app.add_typer(calls_app, name="calls")
app.add_typer(config_app, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kefu {__version__}")
        raise typer.Exit


@app.callback()
def _root(  # pyright: ignore[reportUnusedFunction] -- Typer calls it
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help=_("Print the version and stop."))
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
