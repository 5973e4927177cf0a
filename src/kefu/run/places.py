"""Where a run is kept: the store of the settings, or the folder given as ``--out``, found again by the run's id."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from kefu.errors import InputError, NotFound
from kefu.i18n import gettext as _
from kefu.settings import Settings, store_place
from kefu.store.database import Store, open_store
from kefu.store.runs import RunRecord, find_run

__all__ = ["FILE", "find_stored", "folder_place", "places_of", "remember", "store_of"]

FILE = "kefu.db"
_PLACES = "places.jsonl"
_MOST_BYTES = 10_000_000
_SHOWN = 5


def folder_place(folder: str) -> str:
    """The database in a folder that was given as ``--out``."""
    return str(Path(folder) / FILE)


def remember(settings: Settings, run: str, folder: str) -> None:
    """Note where a run is that is not in the usual store; where that cannot be noted, only its folder finds it."""
    with suppress(OSError):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with (settings.data_dir / _PLACES).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"run": run, "folder": str(Path(folder).resolve())}, ensure_ascii=False) + "\n")


def store_of(name: str, settings: Settings) -> tuple[str, str]:
    """Where a run is kept, and its name there; ``name`` is an id, the beginning of one, ``latest``, or a folder."""
    if name and (Path(name) / FILE).is_file():
        return folder_place(name), "latest"
    if name and (Path(name).is_dir() or "/" in name):
        raise NotFound(_("no run is in this folder"), where=name, hint=_("see kefu bench list"))
    elsewhere = {run: folder for run, folder in _remembered(settings) if name and run.startswith(name)}
    here = {run: folder for run, folder in elsewhere.items() if Path(folder_place(folder)).is_file()}
    if name in here:
        return folder_place(here[name]), name
    if here:
        _refuse_several(name, list(here), settings)
        (folder,) = here.values()
        return folder_place(folder), name
    return store_place(settings), name


def places_of(settings: Settings) -> list[str]:
    """All stores that are known here: the usual one first, then the folders of runs that are still there."""
    folders = dict.fromkeys(folder for _run, folder in reversed(_remembered(settings)))
    elsewhere = (folder_place(folder) for folder in folders)
    return [store_place(settings), *(place for place in elsewhere if Path(place).is_file())]


def find_stored(name: str, settings: Settings, *, spare: bool = False) -> tuple[Store, RunRecord]:
    """An open store and the run in it that is called ``name``. Raises :class:`NotFound`."""
    place, run = store_of(name, settings)
    store = open_store(place, spare=spare)
    try:
        return store, find_run(store, run)
    except BaseException:
        store.close()
        raise


def _refuse_several(name: str, here: list[str], settings: Settings) -> None:
    """Raise :class:`InputError` where ``name`` begins a run in a folder, and another there or in the usual store."""
    place = store_place(settings)
    with open_store(place) as store:
        try:
            here.append(find_run(store, name).id)
        except NotFound:
            if len(here) == 1:
                return
    raise InputError(
        _("several runs begin with %r") % name, hint=_("say which: %s") % ", ".join(sorted(here, reverse=True)[:_SHOWN])
    )


def _remembered(settings: Settings) -> list[tuple[str, str]]:
    path = settings.data_dir / _PLACES
    try:
        if path.stat().st_size > _MOST_BYTES:
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found: list[tuple[str, str]] = []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            found.append((str(entry["run"]), str(entry["folder"])))
    return found
