"""What can be set from outside: environment variables first, then ``kefu.toml``; read once by a door."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from kefu.errors import InputError
from kefu.foreign import of_system, of_toml
from kefu.i18n import CHINESE, ENGLISH, marked
from kefu.i18n import gettext as _

__all__ = [
    "SETTINGS",
    "Setting",
    "Settings",
    "data_folder",
    "embedding_model",
    "language_named",
    "read_settings",
    "store_place",
]

_ON = ("1", "true", "yes", "on")
_OFF = ("", "0", "false", "no", "off")
_LANGUAGE = re.compile(r"(zh|en)(?:[-_.@][\w.@-]*)?", re.ASCII | re.IGNORECASE)
_LANGUAGES = {"zh": CHINESE, "en": ENGLISH}
_NO_TEXT = ("debug", "agent_timeout")
"""Settings that TOML may also write without quotes."""
_MODELS = "models"
_DATABASE = "kefu.db"
_LONGEST = 3600
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing that can be set: its key in ``kefu.toml``, its environment variable, what it does."""

    key: str
    variable: str
    meaning: str


SETTINGS = (
    Setting(
        key="lang",
        variable="KEFU_LANG",
        meaning=marked("Language of console and reports: zh_CN or en; otherwise by locale, and reports in Chinese."),
    ),
    Setting(
        key="debug",
        variable="KEFU_DEBUG",
        meaning=marked("1 shows the traceback of an error instead of one line."),
    ),
    Setting(
        key="base_url",
        variable="KEFU_BASE_URL",
        meaning=marked("Address of the default endpoint for models, up to and with its /v1."),
    ),
    Setting(
        key="api_key",
        variable="KEFU_API_KEY",
        meaning=marked("Key of the default endpoint; it is shown and written nowhere."),
    ),
    Setting(
        key="model",
        variable="KEFU_MODEL",
        meaning=marked("Model of the default endpoint that model:default stands for."),
    ),
    Setting(
        key="cache",
        variable="KEFU_CACHE",
        meaning=marked("Folder that keeps the replies of models, so that the same question is paid for once."),
    ),
    Setting(
        key="agent_key",
        variable="KEFU_AGENT_KEY",
        meaning=marked("Key that is sent to a program under test (http:URL), as a bearer token; no other key is."),
    ),
    Setting(
        key="agent_timeout",
        variable="KEFU_AGENT_TIMEOUT",
        meaning=marked("Seconds that a program under test (http:URL) has for one turn; 60 if not set."),
    ),
    Setting(
        key="data_dir",
        variable="KEFU_DATA_DIR",
        meaning=marked("Folder that keeps calls and runs; otherwise kefu in the user's data folder of the system."),
    ),
    Setting(
        key="database_url",
        variable="KEFU_DATABASE_URL",
        meaning=marked("Database that keeps calls and runs instead: postgresql://…; its password is shown nowhere."),
    ),
)
"""Every setting; the reference page is made from this table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one process; ``lang`` is empty where nobody has chosen a language.

    ``models`` are the tables of ``[models]`` as they were written, read as
    endpoints when one is asked for; ``environment`` is where their keys are
    looked up. What may hold a key is not shown.
    """

    lang: str = ""
    debug: bool = False
    base_url: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    model: str = ""
    cache: str = ""
    agent_key: str = field(default="", repr=False)
    agent_timeout: float = 60.0
    data_dir: Path = field(default_factory=lambda: data_folder(os.environ))
    database_url: str = field(default="", repr=False)
    models: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False, compare=False)
    file: str = field(default="kefu.toml", compare=False)


def read_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """The settings in force.

    Raises :class:`InputError` for a value that is not understood, and for a
    ``kefu.toml`` that is broken or has a strange key.
    """
    env = os.environ if environment is None else environment
    path = Path("kefu.toml") if file is None else file
    chosen = _from_file(path)
    values: dict[str, str] = {}
    places: dict[str, str] = {}
    for setting in SETTINGS:
        key = setting.key
        values[key] = env.get(setting.variable, "").strip()
        places[key] = setting.variable
        if not values[key] and key in chosen:
            places[key] = f"{path}: {key}"
            values[key] = _written(chosen[key], key, places[key])
    return Settings(
        lang=language_named(values["lang"], where=places["lang"]) if values["lang"] else "",
        debug=_switch(values["debug"], places["debug"]),
        base_url=values["base_url"],
        api_key=values["api_key"],
        model=values["model"],
        cache=values["cache"],
        agent_key=values["agent_key"],
        agent_timeout=_seconds(values["agent_timeout"], places["agent_timeout"]),
        data_dir=_folder(values["data_dir"], env),
        database_url=values["database_url"],
        models=MappingProxyType(dict(chosen.get(_MODELS, {}))),
        environment=env,
        file=str(path),
    )


def language_named(name: str, *, where: str) -> str:
    """``zh_CN`` or ``en``, also by a longer name of theirs (zh-Hans, en_GB.UTF-8).

    Raises :class:`InputError` for another language.
    """
    found = _LANGUAGE.fullmatch(name.strip())
    if found is None:
        raise InputError(
            _("kefu does not speak {value}").format(value=_quoted(name)), where=where, hint=_("choose zh_CN or en")
        )
    return _LANGUAGES[found[1].lower()]


def data_folder(environment: Mapping[str, str]) -> Path:
    """Where kefu keeps what it makes, if nobody says otherwise: its place in the user's data folder."""
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local, "kefu") if local else _home(environment) / "AppData" / "Local" / "kefu"
    if sys.platform == "darwin":
        return _home(environment) / "Library" / "Application Support" / "kefu"
    shared = environment.get("XDG_DATA_HOME", "")
    # the specification of that variable says that a relative path is none
    return Path(shared, "kefu") if Path(shared).is_absolute() else _home(environment) / ".local" / "share" / "kefu"


def store_place(settings: Settings) -> str:
    """The database of calls and runs: its URL, or the path of its file. May hold a password: not to be shown."""
    return settings.database_url or str(settings.data_dir / _DATABASE)


def embedding_model(settings: Settings) -> str:
    """The name of the first model with ``features = { embeddings = true }``; empty where there is none."""
    for name, table in settings.models.items():
        features: Any = cast("dict[str, Any]", table).get("features") if isinstance(table, dict) else None
        if isinstance(features, dict) and cast("dict[str, Any]", features).get("embeddings") is True:
            return name
    return ""


def _written(value: object, key: str, where: str) -> str:
    """A value of the file as it would stand in the environment."""
    if isinstance(value, str):
        return value.strip()
    if key in _NO_TEXT and isinstance(value, bool | int | float):
        return str(value).lower()
    raise InputError(_("not a text"), where=where, hint=_("write it in quotes: {key} = …").format(key=key))


def _folder(text: str, environment: Mapping[str, str]) -> Path:
    if not text:
        return data_folder(environment)
    at_home = text == "~" or text.startswith(("~/", "~\\"))
    return _home(environment) / text[2:] if at_home else Path(text)


def _home(environment: Mapping[str, str]) -> Path:
    home = environment.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    try:
        return Path(home) if home else Path.home()
    except RuntimeError:  # a user whom the system does not know
        return Path.cwd()


def _switch(text: str, where: str) -> bool:
    if text.lower() not in (*_ON, *_OFF):
        raise InputError(
            _("{value} is neither on nor off").format(value=_quoted(text)), where=where, hint=_("write 1 or 0")
        )
    return text.lower() in _ON


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _seconds(text: str, where: str) -> float:
    try:
        seconds = float(text or "60")
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise InputError(
            _("{value} is not a number of seconds up to {most}").format(value=_quoted(text), most=_LONGEST),
            where=where,
            hint=_("write 60, or leave it out"),
        )
    return seconds


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        chosen = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as broken:
        raise InputError(of_system(broken), where=str(path), hint=_("mend the file or move it away")) from None
    except UnicodeDecodeError:
        raise InputError(_("not UTF-8"), where=str(path), hint=_("mend the file or move it away")) from None
    except tomllib.TOMLDecodeError as broken:
        raise InputError(of_toml(broken), where=str(path), hint=_("mend the file or move it away")) from None
    known = [*(setting.key for setting in SETTINGS), _MODELS]
    strange = sorted(set(chosen) - set(known))
    if strange:
        raise InputError(
            _("unknown setting {names}").format(names=", ".join(strange)),
            where=str(path),
            hint=_("known are {names}").format(names=", ".join(known)),
        )
    if not isinstance(chosen.get(_MODELS, {}), dict):
        raise InputError(_("models is not a table"), where=str(path), hint=_("write [models.NAME] above each model"))
    return chosen
