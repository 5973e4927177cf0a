"""``kefu config check``: is every model that is set there, and what can it do?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kefu.cli.awaited import awaited
from kefu.cli.wording import Command, Group
from kefu.errors import EndpointError, UsageError
from kefu.i18n import gettext as _
from kefu.settings import Settings

if TYPE_CHECKING:
    from kefu.llm.endpoint import Endpoint
    from kefu.llm.probe import Probed

__all__ = ["app"]

app = typer.Typer(
    cls=Group,
    help=_("Check the settings, above all the models."),
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_NEEDED = ("reachable", "model")
"""Without these a model cannot be used; whatever else is missing is done without."""


@app.callback()
def _root(context: typer.Context) -> None:  # pyright: ignore[reportUnusedFunction] -- Typer calls it
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command("check", cls=Command, help=_("Ask every model that is set a few short questions."))
def check(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help=_("One line of JSON per model."))] = False,
) -> None:
    """Probe all endpoints at once and print what was found, in the order of the settings."""
    from kefu.llm.named import endpoint_named, endpoints_set

    settings: Settings = context.obj
    endpoints = [endpoint_named(name, settings) for name in endpoints_set(settings)]
    if not endpoints:
        raise UsageError(
            _("no model is set"),
            where=settings.file,
            hint=_("set KEFU_BASE_URL, KEFU_API_KEY and KEFU_MODEL, or add a table [models.NAME] to kefu.toml"),
        )
    found = awaited(_probed(endpoints))
    for endpoint, results in zip(endpoints, found, strict=True):
        if as_json:
            typer.echo(json.dumps(_record(endpoint, results), ensure_ascii=False))
        else:
            _print(endpoint, results)
    failed = [endpoint.name for endpoint, results in zip(endpoints, found, strict=True) if not _usable(results)]
    if failed:
        raise EndpointError(
            _("{failed} of {total} models cannot be used: {names}").format(
                failed=len(failed), total=len(endpoints), names=", ".join(failed)
            ),
            hint=_("each line above says why"),
        )


async def _probed(endpoints: list[Endpoint]) -> list[tuple[Probed, ...]]:
    import asyncio

    from kefu.llm.probe import probe

    return await asyncio.gather(*map(probe, endpoints))


def _usable(results: tuple[Probed, ...]) -> bool:
    return all(result.ok for result in results if result.what in _NEEDED)


def _record(endpoint: Endpoint, results: tuple[Probed, ...]) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "model": endpoint.model,
        "address": endpoint.address,
        "ok": _usable(results),
        "checks": [
            {"what": each.what, "ok": each.ok, "detail": each.detail, "seconds": each.seconds} for each in results
        ],
    }


def _print(endpoint: Endpoint, results: tuple[Probed, ...]) -> None:
    typer.secho(f"{endpoint.name}: {endpoint.model}, {endpoint.address}", bold=True)
    for each in results:
        typer.echo(f"  {_SIGNS[each.ok]} {_NAMES[each.what]()}: {each.detail}")


_SIGNS = {True: "✓", False: "✗", None: "–"}
_NAMES = {
    "reachable": lambda: _("reachable"),
    "model": lambda: _("model"),
    "latency": lambda: _("latency"),
    "streaming": lambda: _("streaming"),
    "json_schema": lambda: _("JSON schema"),
    "tools": lambda: _("tools"),
    "embeddings": lambda: _("embeddings"),
}
