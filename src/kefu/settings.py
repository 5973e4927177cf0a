"""What can be set from outside: environment variables first, then ``kefu.toml``; read once by a door."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.errors import InputError

__all__ = ["Settings", "read_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one process.

    ``data_dir`` holds the database and caches; ``lang`` is ``zh_CN``, ``en`` or
    empty (by locale); ``debug`` shows tracebacks.
    """

    data_dir: Path
    lang: str = ""
    debug: bool = False


def read_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """The settings in force. Raises :class:`InputError` when ``kefu.toml`` cannot be read."""
    env = os.environ if environment is None else environment
    chosen = _from_file(Path("kefu.toml") if file is None else file)
    data_dir = env.get("KEFU_DATA_DIR") or chosen.get("data_dir") or _default_data_dir()
    return Settings(
        data_dir=Path(str(data_dir)).expanduser(),
        lang=env.get("KEFU_LANG") or str(chosen.get("lang", "")),
        debug=env.get("KEFU_DEBUG", "") not in ("", "0"),
    )


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise InputError(str(broken), where=str(path), hint="mend the file or move it away") from None


def _default_data_dir() -> str:
    from platformdirs import user_data_dir  # lazily: most commands need no data folder

    return user_data_dir("kefu", appauthor=False)
