"""A model declared in the settings becomes an ``Endpoint``, or one error that lists every problem.

[models.judge]
base_url = "https://api.example.com/v1"
model = "large"
api_key_env = "EXAMPLE_KEY"
prices = { input = 2.0, output = 8.0, currency = "CNY" }
limits = { requests_per_minute = 60 }
timeouts = { total = 120 }
features = { json_schema = false }
body = { enable_thinking = false }
retries = 4
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import timedelta
from typing import Any

from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.llm.endpoint import Endpoint, Features, Limits, Retry, Timeouts
from kefu.llm.fields import fields
from kefu.llm.price import Prices, read_price_table
from kefu.llm.secret import Secret

__all__ = ["MODEL_KEYS", "read_endpoint", "read_endpoints"]

MODEL_KEYS: Mapping[str, str] = {
    "base_url": marked("Address, up to and with its /v1; left out, that of the default endpoint."),
    "model": marked("What the endpoint calls the model."),
    "api_key_env": marked("The environment variable that holds the key."),
    "api_key": marked("The key itself, where no variable can hold it; it is shown and written nowhere."),
    "prices": marked("Money for a million tokens: input, output, cached_input, currency; unknown if not set."),
    "limits": marked("What the endpoint allows."),
    "timeouts": marked("Seconds that one try may take."),
    "features": marked("What the endpoint has or has not; what is left out is tried and remembered."),
    "body": marked("Fields that are added to every request as they are."),
    "headers": marked("Headers that are added to every request; their values are masked like the key."),
    "retries": marked("How often a request that failed is tried again; 4 if not set."),
}
"""The keys of a table of ``[models]`` and what they mean; the reference page is made from it."""
_LONGEST = 86_400


def read_endpoints(
    tables: Mapping[str, Any], environment: Mapping[str, str], *, where: str = "kefu.toml"
) -> dict[str, Endpoint]:
    """Every table of ``[models]`` as an endpoint. Raises :class:`InputError` at the first one with problems."""
    return {name: read_endpoint(name, table, environment, where=where) for name, table in tables.items()}


def read_endpoint(name: str, table: object, environment: Mapping[str, str], *, where: str = "kefu.toml") -> Endpoint:
    """One table as an endpoint. Raises :class:`InputError` that lists every problem; no message repeats a key."""
    declared = fields(table)
    problems = [] if declared else [_("this is not a table")]
    problems += [_("{} is not known").format(key) for key in sorted(set(declared) - set(MODEL_KEYS))]
    headers = {key: _word(declared.get("headers"), key, problems) for key in fields(declared.get("headers"))}
    prices: Prices | None = None
    if "prices" in declared:
        prices = read_price_table(declared["prices"], problems, "prices")
    retries = declared.get("retries", Retry().times)
    if not _is_count(retries) or retries > 100:
        problems.append(_("retries is not a number up to 100"))
        retries = 0
    limits, timeouts = _limits(declared, problems), _timeouts(declared, problems)
    features = _features(declared, problems)
    words = {key: _word(declared, key, problems) for key in ("base_url", "model")}
    key = _key(declared, environment, problems)
    if problems:
        raise InputError("; ".join(problems), where=f"{where}: models.{name}", hint=_("mend the settings"))
    return Endpoint(
        name=name,
        base_url=words["base_url"],
        model=words["model"],
        api_key=Secret(key.strip()),
        prices=prices,
        limits=limits,
        timeouts=timeouts,
        retry=Retry(times=retries),
        features=features,
        body=fields(declared.get("body")),
        headers={key: Secret(value) for key, value in headers.items()},
    )


def _key(declared: Mapping[str, Any], environment: Mapping[str, str], problems: list[str]) -> str:
    if "api_key_env" in declared:
        variable = _word(declared, "api_key_env", problems)
        if variable and not environment.get(variable):
            problems.append(_("the environment variable {} is not set").format(variable))
        return environment.get(variable, "")
    return _word(declared, "api_key", problems) if "api_key" in declared else ""


def _word(table: object, key: str, problems: list[str]) -> str:
    value = fields(table).get(key)
    if isinstance(value, str) and value:
        return value
    problems.append(_("{} is not a text").format(key) if value is not None else _("{} is missing").format(key))
    return ""


def _limits(declared: Mapping[str, Any], problems: list[str]) -> Limits:
    table = _table(declared, "limits", Limits, problems)
    for key, value in table.items():
        if not _is_count(value) or value < 1:
            problems.append(_("limits.{} is not a number above 0").format(key))
            return Limits()
    return Limits(**table)


def _timeouts(declared: Mapping[str, Any], problems: list[str]) -> Timeouts:
    table = _table(declared, "timeouts", Timeouts, problems)
    for key, value in table.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= _LONGEST:
            problems.append(_("timeouts.{} is not a number of seconds").format(key))
            return Timeouts()
    return Timeouts(**{key: timedelta(seconds=value) for key, value in table.items()})


def _features(declared: Mapping[str, Any], problems: list[str]) -> Features:
    table = _table(declared, "features", Features, problems)
    for key, value in table.items():
        if not isinstance(value, bool):
            problems.append(_("features.{} is neither true nor false").format(key))
            return Features()
    return Features(**table)


def _table(declared: Mapping[str, Any], name: str, kind: type[Any], problems: list[str]) -> dict[str, Any]:
    """The table ``name`` with the keys that ``kind`` knows; the others are problems."""
    table = fields(declared.get(name))
    known = {field.name for field in fields_of(kind)}
    problems += [_("{}.{} is not known").format(name, key) for key in sorted(set(table) - known)]
    if name in declared and not isinstance(declared[name], Mapping):
        problems.append(_("{} is not a table").format(name))
    return {key: value for key, value in table.items() if key in known}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
