"""``kefu config check``: is every model that is set there, and what can it do?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kefu.cli.awaited import awaited
from kefu.cli.wording import Command, Group
from kefu.errors import EndpointError, InputError, UsageError
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
_NEEDED = ("settings", "reachable", "model")
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
    names = endpoints_set(settings)
    if not names:
        raise UsageError(
            _("no model is set"),
            where=settings.file,
            hint=_("set KEFU_BASE_URL, KEFU_API_KEY and KEFU_MODEL, or add a table [models.NAME] to kefu.toml"),
        )
    endpoints: dict[str, Endpoint | InputError] = {}
    for name in names:
        try:
            endpoints[name] = endpoint_named(name, settings)
        except InputError as wrong:  # one table with a mistake keeps no other from being tried
            endpoints[name] = wrong
    found = awaited(_probed(endpoints))
    for name, results in found.items():
        if as_json:
            typer.echo(json.dumps(_record(name, endpoints[name], results), ensure_ascii=False))
        else:
            _print(name, endpoints[name], results)
    failed = [name for name, results in found.items() if not _usable(results)]
    if failed:
        raise EndpointError(
            _("{failed} of {total} models cannot be used: {names}").format(
                failed=len(failed), total=len(names), names=", ".join(failed)
            ),
            hint=_("each line above says why"),
        )


async def _probed(endpoints: Mapping[str, Endpoint | InputError]) -> dict[str, tuple[Probed, ...]]:
    import asyncio

    from kefu.llm.probe import Probed, probe

    async def tried(endpoint: Endpoint | InputError) -> tuple[Probed, ...]:
        if isinstance(endpoint, InputError):
            return (Probed(what="settings", ok=False, detail=str(endpoint)),)
        return await probe(endpoint)

    return dict(zip(endpoints, await asyncio.gather(*map(tried, endpoints.values())), strict=True))


def _usable(results: tuple[Probed, ...]) -> bool:
    return all(result.ok for result in results if result.what in _NEEDED)


def _record(name: str, endpoint: Endpoint | InputError, results: tuple[Probed, ...]) -> dict[str, Any]:
    known = not isinstance(endpoint, InputError)
    return {
        "name": name,
        "model": endpoint.model if known else "",
        "address": endpoint.address if known else "",
        "ok": _usable(results),
        "checks": [
            {"what": each.what, "ok": each.ok, "detail": each.detail, "seconds": each.seconds} for each in results
        ],
    }


def _print(name: str, endpoint: Endpoint | InputError, results: tuple[Probed, ...]) -> None:
    known = "" if isinstance(endpoint, InputError) else f" {endpoint.model}, {endpoint.address}"
    typer.secho(f"{name}:{known}", bold=True)
    for each in results:
        typer.echo(f"  {_SIGNS[each.ok]} {_NAMES[each.what]()}: {each.detail}")


_SIGNS = {True: "✓", False: "✗", None: "–"}
_NAMES = {
    "settings": lambda: _("settings"),
    "reachable": lambda: _("reachable"),
    "model": lambda: _("model"),
    "latency": lambda: _("latency"),
    "streaming": lambda: _("streaming"),
    "json_schema": lambda: _("JSON schema"),
    "tools": lambda: _("tools"),
    "embeddings": lambda: _("embeddings"),
}
