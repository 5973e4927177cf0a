"""Edge: paths on the command line become scenarios, calls and lines, or one clear error each.

A path is a file, a folder (its ``.md``, ``.txt``, ``.json``, ``.docx``), ``-``
for standard input, or ``CALLER.md+CUSTOMER.md`` for two halves.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

from kefu.errors import InputError, NotFound, UsageError
from kefu.foreign import of_json, of_system
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "example_paths",
    "json_lines",
    "line_of",
    "load_scenario",
    "read_json",
    "read_text",
    "scenario_paths",
    "stdin_once",
    "text_lines",
    "write_lines",
    "write_text",
]

MAX_BYTES = 16 * 2**20
"""Larger files, and longer lines of files read line by line, are refused: a scenario is a few kilobytes."""
SUFFIXES = (".md", ".txt", ".json", ".docx")
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 8192
_WIDE = "\u0800"
"""The first character of three bytes in UTF-8, as Chinese ones are."""


def scenario_paths(paths: list[str]) -> list[str]:
    """Every document the paths name, in order.

    Raises :class:`InputError` for a folder without any, :class:`UsageError` for ``-`` given twice.
    """
    stdin_once(paths)
    found: list[str] = []
    for path in paths:
        place = Path(path)
        if path == "-" or not place.is_dir():
            found.append(path)
            continue
        inside = sorted(str(file) for file in place.iterdir() if _is_document(file))
        if not inside:
            raise InputError(
                _("no scenario in this folder"),
                where=path,
                hint=_("kefu reads {suffixes}").format(suffixes=", ".join(SUFFIXES)),
            )
        found += inside
    return found


def stdin_once(paths: Iterable[str]) -> None:
    """Raise :class:`UsageError` where more than one of the paths, or of their halves, is standard input."""
    halves = [half for path in paths for half in ([path] if Path(path).exists() else path.split("+"))]
    if halves.count("-") > 1:
        raise UsageError(_("stdin (-) is given twice, and can be read once"), hint=_("give one of them as a file"))


def example_paths() -> list[str]:
    """The bundled examples, one of each domain."""
    bundled = Path(str(files("kefu").joinpath("examples")))
    # in a source tree they lie beside src/, in a wheel inside the package
    folder = bundled if bundled.is_dir() else Path(str(files("kefu"))).parent.parent / "examples"
    return scenario_paths([str(folder)])


def load_scenario(path: str) -> Scenario:
    """The scenario in one file, or in two halves joined by ``+``. Raises :class:`InputError`."""
    if "+" in path and not Path(path).exists():
        halves = path.split("+")
        if len(halves) != 2 or not all(halves):
            raise InputError(_("two halves are joined by one +"), where=path, hint=_("write CALLER.md+CUSTOMER.md"))
        from kefu.scenario import join_halves

        return join_halves(load_scenario(halves[0]), load_scenario(halves[1]))
    try:
        return _read(_bytes(path), path)
    except InputError as broken:
        if broken.where:
            raise
        raise InputError(broken.message, where=_shown(path), hint=broken.hint) from None


def _read(data: bytes, path: str) -> Scenario:
    from kefu.scenario import parse_scenario, scenario_from_json, text_of_docx

    name = "stdin" if path == "-" else Path(path).stem
    suffix = "" if path == "-" else Path(path).suffix.lower()
    if suffix == ".docx" or data[:4] == b"PK\x03\x04":
        return parse_scenario(text_of_docx(data), id=name)
    text = _decoded(data, path)
    if suffix == ".json" or (path == "-" and text.lstrip()[:1] == "{"):
        scenario = scenario_from_json(_json(text, path))
        return scenario if scenario.id else replace(scenario, id=name)
    return parse_scenario(text, id=name)


def read_text(path: str) -> str:
    """The text of a file or of standard input. Raises :class:`InputError`."""
    return _decoded(_bytes(path), path)


def read_json(path: str) -> Any:
    """One JSON value. Raises :class:`InputError` with the line of the mistake."""
    return _json(read_text(path), path)


def text_lines(path: str) -> Iterator[tuple[int, str]]:
    """Number and text of every line that is not blank; streams, so the file may be of any size.

    In the encodings that documents may have; UTF-16 has no lines of bytes and is read whole.
    """
    with _opened(path) as lines:
        start = _peeked(lines)
        if start.startswith(_UTF_16):
            text = _decoded(_limited(lines.read(MAX_BYTES + 1), path), path)
            yield from ((n, line.strip()) for n, line in enumerate(text.split("\n"), 1) if line.strip())
            return
        encoding = "" if start.isascii() else _encoding_of(start)
        number = 0
        while line := lines.readline(MAX_BYTES + 1):
            number += 1
            where = line_of(path, number)
            if len(line) > MAX_BYTES:
                raise InputError(_("a line of more than {n} MiB").format(n=MAX_BYTES // 2**20), where=where)
            if not encoding and not line.isascii():
                encoding = _encoding_of(line)  # the first line that tells
            try:
                text = line.removeprefix(_BOM).decode(encoding or "utf-8").strip()
            except UnicodeDecodeError:
                raise InputError(_("not UTF-8 text"), where=where, hint=_("save the file as UTF-8")) from None
            if text:
                yield number, text


def line_of(path: str, number: int) -> str:
    """How a line of a file is named in an error."""
    return f"{_shown(path)}:{number}"


def json_lines(path: str) -> Iterator[tuple[int, Any]]:
    """Line number and value of every line of a JSONL file."""
    for number, line in text_lines(path):
        yield number, _json(line, line_of(path, number))


def write_text(path: str, text: str) -> None:
    """Write a whole file or nothing; ``-`` is standard output. Raises :class:`InputError` when it cannot."""
    if path == "-":
        sys.stdout.write(text)
        return
    data = text.encode("utf-8", errors="replace")
    target = Path(path)
    try:
        if not path or (target.exists() and not target.is_file()):
            target.write_bytes(data)  # a device or a pipe: there is nothing to replace
        else:
            _replace(target.resolve(), [data])
    except OSError as broken:
        where = path or _("the name of the file to write")
        raise InputError(_why(broken), where=where, hint=_("choose a place that can be written to")) from None


def write_lines(path: str, lines: Iterable[str], *, end: str = "\n", parents: bool = False) -> None:
    """Write lines as they come, a whole file or nothing; ``-`` is standard output. Raises as :func:`write_text`.

    Pieces that are no lines have an ``end`` of their own; ``parents`` makes the folders that are not there.
    """
    if path == "-":
        for line in lines:
            sys.stdout.write(line + end)
        return
    target = Path(path)
    pieces = (line + end for line in lines)
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        if not path or (target.exists() and not target.is_file()):
            with target.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.writelines(pieces)  # a device or a pipe: there is nothing to replace
        else:
            _replace(target.resolve(), (piece.encode("utf-8", "replace") for piece in pieces))
    except OSError as broken:
        where = path or _("the name of the file to write")
        raise InputError(_why(broken), where=where, hint=_("choose a place that can be written to")) from None


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    # a draft of its own for every writer, in the same folder: whoever finishes last wins with a whole file
    draft = target.with_name(f".kefu-{os.urandom(8).hex()}.part")
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    try:
        with draft.open("xb") as file:
            file.writelines(pieces)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _is_document(file: Path) -> bool:
    # the hidden twins that editors and file managers leave beside a document are none
    return file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "~$")) and file.is_file()


@contextmanager
def _opened(path: str) -> Generator[IO[bytes]]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 -- closed below; only the opening may fail in these words
    except OSError as broken:
        raise _unreadable(broken, path) from None
    with file:
        yield file


def _bytes(path: str) -> bytes:
    try:
        with _opened(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as broken:
        raise _unreadable(broken, path) from None
    _limited(data, path)
    if not data.removeprefix(_BOM).strip():
        raise InputError(_("nothing in it"), where=_shown(path), hint=_("give a file with text"))
    return data


def _limited(data: bytes, path: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise InputError(
            _("larger than {n} MiB").format(n=MAX_BYTES // 2**20),
            where=_shown(path),
            hint=_("a scenario or a call is a few kilobytes"),
        )
    return data


def _peeked(lines: IO[bytes]) -> bytes:
    """What has come so far, without waiting for more than the first of it; still there to be read."""
    return lines.peek(_SAMPLE)[:_SAMPLE] if isinstance(lines, BufferedReader) else b""


def _encoding_of(data: bytes) -> str:
    """UTF-8, also where it is damaged or cut within a character; otherwise what office programs in China call text."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        return "utf-8" if broken.reason == "unexpected end of data" or _is_damaged(data) else "gb18030"
    return "utf-8"


def _is_damaged(data: bytes) -> bool:
    """Whether it is UTF-8 with damage: of GB18030 taken for UTF-8 hardly anything makes a Chinese character."""
    loose = data.decode("utf-8", errors="replace")
    lost = loose.count("\ufffd")
    return sum(1 for c in loose if c >= _WIDE) - lost >= lost


def _decoded(data: bytes, path: str) -> str:
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as broken:
        text = _from_gb18030(data, broken, path)
    if not _is_text(text):
        raise _no_text(path)
    return text


def _from_gb18030(data: bytes, broken: UnicodeDecodeError, path: str) -> str:
    """What office programs in China call text; but UTF-8 with a damaged character must not be taken for it."""
    if _is_damaged(data):
        line = data[: broken.start].count(b"\n") + 1
        raise InputError(
            _("damaged UTF-8: a character that cannot be read"),
            where=f"{_shown(path)}:{line}",
            hint=_("save the file again as UTF-8"),
        )
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise _no_text(path) from None


def _is_text(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\v") or c == "\ufffd")
    return odd * 20 <= len(sample)


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as broken:
        what = _("not JSON: {problem}, line {line}, column {column}")
        raise InputError(
            what.format(problem=of_json(broken), line=broken.lineno, column=broken.colno), where=_shown(where)
        ) from None
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python reads
        raise InputError(_("JSON nested too deeply, or with an endless number"), where=_shown(where)) from None


def _unreadable(broken: OSError, path: str) -> InputError:
    if isinstance(broken, FileNotFoundError):
        return NotFound(_("no such file or folder"), where=path, hint=_("check the name"))
    return InputError(_why(broken), where=_shown(path), hint=_("choose a file that can be read"))


def _no_text(path: str) -> InputError:
    return InputError(
        _("not a text file"), where=_shown(path), hint=_("save the document as UTF-8 text, Markdown or .docx")
    )


def _why(broken: OSError) -> str:
    return of_system(broken)


def _shown(path: str) -> str:
    return "stdin" + path[1:] if path == "-" or path.startswith("-:") else path
