"""Edge: names of documents become documents; a name that could be two of them is refused, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from kefu.errors import InputError, NotFound
from kefu.files import SUFFIXES, load_scenario, scenario_paths
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario

__all__ = ["Library", "document_of", "is_about", "refuse_same_names"]

_SHOWN = 80
_NAMELESS = ("", "stdin")
"""What a call says that was held by a document without a name."""


class Library:
    """The documents of a folder by name, each read once."""

    def __init__(self, folder: str) -> None:
        if not Path(folder).is_dir():
            raise NotFound(_("no such folder"), where=folder, hint=_("--scenarios takes a folder of documents"))
        self._folder = folder
        self._read: dict[str, Scenario] = {}
        self._files: dict[str, list[str]] | None = None

    def find(self, name: str, where: str) -> Scenario:
        """The scenario of that file name, with or without its ending, or of two halves joined by ``+``.

        Raises :class:`NotFound`, and :class:`InputError` where several files go by the name.
        """
        if name not in self._read:
            path = self._path(name, where) or self._halves(name, where)
            if not path:
                raise NotFound(
                    _("no scenario {name} in {folder}").format(name=_shortened(name), folder=self._folder),
                    where=where,
                    hint=_("scenario (or doc) names the document's file"),
                )
            self._read[name] = load_scenario(path)
        return self._read[name]

    def _halves(self, name: str, where: str) -> str:
        halves = [self._path(half, where) if half else "" for half in name.split("+")]
        return "+".join(halves) if len(halves) == 2 and all(halves) else ""

    def _path(self, name: str, where: str) -> str:
        # a name from a call file is foreign: only its last part may choose a file, and only among those listed
        plain = name.rpartition("/")[2]
        if "+" in name and "+" not in plain:
            return ""  # two halves, each with its folder
        found = self._listed().get(plain, [])
        if len(found) > 1:
            raise InputError(
                _("{name} could be {files}").format(name=_shortened(name), files=", ".join(found)),
                where=where,
                hint=_("name it with its ending, or rename one of the files"),
            )
        return found[0] if found else ""

    def _listed(self) -> Mapping[str, list[str]]:
        """The files of the folder by their names with and without endings; a whole name goes before a part of one."""
        if self._files is None:
            try:
                paths = [Path(path) for path in scenario_paths([self._folder])]
            except InputError:  # an empty folder: whatever is asked for is not in it
                paths = []
            by_name: dict[str, list[str]] = {}
            for path in paths:
                by_name.setdefault(path.stem, []).append(str(path))
            self._files = by_name | {path.name: [str(path)] for path in paths}
        return self._files


def document_of(record: Any) -> str:
    """The document that a call or a label names; empty where it names none."""
    if not isinstance(record, dict):
        return ""
    fields = cast("dict[str, Any]", record)
    name = fields.get("scenario", fields.get("doc"))
    return name if isinstance(name, str) else ""


def is_about(name: str, scenario: Scenario, path: str) -> bool:
    """Whether a call that names ``name`` may be about the scenario that was read from ``path``."""
    plain = _plain(name)
    return path == "-" or plain in _NAMELESS or plain in (scenario.id, _plain(path))


def refuse_same_names(paths: Sequence[str], scenarios: Sequence[Scenario]) -> None:
    """Raise :class:`InputError` where two different files go by one name: no call could tell which it is about."""
    seen: dict[str, str] = {}
    for path, scenario in zip(paths, scenarios, strict=True):
        other = seen.setdefault(scenario.id, path)
        if other != path and Path(other).resolve() != Path(path).resolve():
            raise InputError(
                _("both are called {name}, and a call could not tell which it is about").format(
                    name=_shortened(scenario.id)
                ),
                where=f"{other}, {path}",
                hint=_("rename one of them"),
            )


def _plain(name: str) -> str:
    return "+".join(_stem(half) for half in name.split("+"))


def _stem(name: str) -> str:
    last = name.rpartition("/")[2]
    return last[: -len(Path(last).suffix)] if Path(last).suffix.lower() in SUFFIXES else last


def _shortened(name: str) -> str:
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")
