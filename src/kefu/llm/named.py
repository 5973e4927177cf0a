"""The name of a model becomes its endpoint: a table of ``[models]``, or a model of the default endpoint.

A table that names no address is on the default endpoint and uses its key; a
table that names one never does, since a key must not reach another address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kefu.errors import UsageError
from kefu.i18n import gettext as _
from kefu.llm.declaration import read_endpoint
from kefu.llm.endpoint import Endpoint
from kefu.llm.fields import fields
from kefu.llm.secret import Secret
from kefu.settings import Settings

__all__ = ["DEFAULT", "endpoint_named", "endpoints_set"]

DEFAULT = "default"
"""The name of the default endpoint's own model, ``KEFU_MODEL``."""


def endpoint_named(name: str, settings: Settings) -> Endpoint:
    """The endpoint called ``name``, or the default one with ``name`` as the id of its model.

    Raises :class:`UsageError` where there is neither, :class:`InputError` for settings with problems.
    """
    if name in settings.models:
        return _declared(name, settings)
    model = settings.model if name in ("", DEFAULT) else name
    if not settings.base_url:
        names = ", ".join(sorted(settings.models)) or _("none")
        raise UsageError(
            _("no model is called {name}; models in {file}: {names}").format(
                name=repr(name or DEFAULT), file=settings.file, names=names
            ),
            where=f"model:{name or DEFAULT}",
            hint=_("set KEFU_BASE_URL, KEFU_API_KEY and KEFU_MODEL, or add a table [models.NAME] to kefu.toml"),
        )
    return Endpoint(name=name or DEFAULT, base_url=settings.base_url, model=model, api_key=Secret(settings.api_key))


def endpoints_set(settings: Settings) -> tuple[str, ...]:
    """The names of all models that are set: those of the tables, and ``default`` where ``KEFU_MODEL`` is set."""
    default = (DEFAULT,) if settings.base_url and settings.model and DEFAULT not in settings.models else ()
    return (*settings.models, *default)


def _declared(name: str, settings: Settings) -> Endpoint:
    table: Mapping[str, Any] = fields(settings.models[name])
    if table and "base_url" not in table and settings.base_url:
        own = "api_key" in table or "api_key_env" in table
        key = {} if own or not settings.api_key else {"api_key": settings.api_key}
        table = {"base_url": settings.base_url, **key, **table}
    return read_endpoint(name, table or settings.models[name], settings.environment, where=settings.file)
