"""``kefu scenario``: show, check, write and begin a scenario document."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

import typer

from kefu.cli import shown
from kefu.cli.progress import counted
from kefu.cli.wording import Command, Group
from kefu.files import load_scenario, scenario_paths, write_text
from kefu.i18n import gettext as _
from kefu.scenario.model import Severity

__all__ = ["app"]

app = typer.Typer(
    cls=Group,
    help=_("Read, check and write scenario documents."),
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH", help=_("Documents or folders; - is stdin; A.md+B.md joins two halves."))
]
Json = Annotated[bool, typer.Option("--json", help=_("One line of JSON per document."))]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help=_("Write to FILE; - is stdout."))]


@app.callback()
def _root(context: typer.Context) -> None:  # pyright: ignore[reportUnusedFunction] -- Typer calls it
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command(cls=Command, help=_("The typed scenario: what kefu understood of a document."))
def show(paths: Paths, as_json: Json = False) -> None:
    """Print every scenario."""
    from kefu.scenario import scenario_to_json

    names = scenario_paths(paths)
    for path in counted(names, len(names)):
        scenario = load_scenario(path)
        if as_json:
            typer.echo(json.dumps(scenario_to_json(scenario), ensure_ascii=False))
        else:
            shown.scenario(scenario)


@app.command(cls=Command, help=_("Findings an author can act on; exit 1 when one is an error."))
def check(paths: Paths, as_json: Json = False) -> None:
    """Print the findings of every document and count them."""
    totals: Counter[Severity] = Counter()
    names = scenario_paths(paths)
    for path in counted(names, len(names)):
        scenario = load_scenario(path)
        totals.update(finding.severity for finding in scenario.findings)
        if as_json:
            findings = [
                {"code": f.code, "severity": f.severity.value, "line": f.line, "message": f.message}
                for f in scenario.findings
            ]
            typer.echo(json.dumps({"id": scenario.id, "path": path, "findings": findings}, ensure_ascii=False))
        else:
            shown.findings(path, scenario)
    shown.note(
        _("documents: {documents}, errors: {errors}, warnings: {warnings}, notes: {notes}").format(
            documents=len(names),
            errors=totals[Severity.ERROR],
            warnings=totals[Severity.WARNING],
            notes=totals[Severity.NOTE],
        )
    )
    if totals[Severity.ERROR]:
        raise typer.Exit(1)


@app.command(cls=Command, help=_("The document in canonical Markdown."))
def write(doc: Annotated[str, typer.Argument(metavar="DOC")], output: Output = "-") -> None:
    """Write one document as kefu would."""
    from kefu.scenario import write_scenario

    write_text(output, write_scenario(load_scenario(doc)))


@app.command(cls=Command, help=_("A commented skeleton to start a scenario from."))
def new(output: Output = "-") -> None:
    """Write the skeleton."""
    from kefu.scenario import new_scenario

    write_text(output, new_scenario())
