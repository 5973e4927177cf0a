"""What can be set from outside: environment variables first, then ``kefu.toml``; read once by a door."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.i18n import marked

__all__ = ["SETTINGS", "Setting", "Settings", "read_settings"]

_OFF = ("", "0", "false", "no", "off")


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
)
"""Every setting; the reference page is made from this table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one process; ``lang`` is empty where nobody has chosen a language."""

    lang: str = ""
    debug: bool = False


def read_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """The settings in force. Raises :class:`InputError` for a ``kefu.toml`` that is broken or has a strange key."""
    env = os.environ if environment is None else environment
    chosen = _from_file(Path("kefu.toml") if file is None else file)
    values = {setting.key: env.get(setting.variable) or str(chosen.get(setting.key, "")) for setting in SETTINGS}
    return Settings(lang=values["lang"], debug=values["debug"].lower() not in _OFF)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        chosen = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise InputError(str(broken), where=str(path), hint=_("mend the file or move it away")) from None
    known = [setting.key for setting in SETTINGS]
    strange = sorted(set(chosen) - set(known))
    if strange:
        raise InputError(
            _("unknown setting {names}").format(names=", ".join(strange)),
            where=str(path),
            hint=_("known are {names}").format(names=", ".join(known)),
        )
    return chosen
