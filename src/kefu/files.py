"""Edge: paths on the command line become scenarios and calls, or one clear error each.

A path is a file, a folder (its ``.md``, ``.txt``, ``.json``, ``.docx``), ``-``
for standard input, or ``CALLER.md+CUSTOMER.md`` for two halves.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kefu.errors import InputError, NotFound
from kefu.scenario.model import Scenario

__all__ = ["MAX_BYTES", "json_lines", "load_scenario", "read_json", "read_text", "scenario_paths", "text_lines", "write_text"]

MAX_BYTES = 16 * 2**20
"""Larger files are refused: a scenario is a few kilobytes."""
SUFFIXES = (".md", ".txt", ".json", ".docx")
_ENCODINGS = ("utf-8-sig", "gb18030")


def scenario_paths(paths: list[str]) -> list[str]:
    """Every document the paths name, in order. Raises :class:`NotFound` for a path that is not there."""
    found: list[str] = []
    for path in paths:
        place = Path(path)
        if path != "-" and place.is_dir():
            inside = sorted(str(p) for p in place.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
            if not inside:
                raise InputError("no scenario in this folder", where=path, hint=f"kefu reads {', '.join(SUFFIXES)}")
            found += inside
        else:
            found.append(path)
    return found


def load_scenario(path: str) -> Scenario:
    """The scenario in one file, or in two halves joined by ``+``. Raises :class:`InputError`."""
    if "+" in path and not Path(path).exists():
        halves = path.split("+")
        if len(halves) != 2:
            raise InputError("two halves are joined by one +", where=path, hint="write CALLER.md+CUSTOMER.md")
        from kefu.scenario import join_halves

        return join_halves(load_scenario(halves[0]), load_scenario(halves[1]))
    name = "stdin" if path == "-" else Path(path).stem
    data = _bytes(path)
    suffix = "" if path == "-" else Path(path).suffix.lower()
    from kefu.scenario import parse_scenario, scenario_from_json

    if suffix == ".docx" or data[:4] == b"PK\x03\x04":
        from kefu.scenario.docx import text_of_docx

        return parse_scenario(text_of_docx(data, where=path), id=name)
    text = _decoded(data, path)
    if suffix == ".json" or (path == "-" and text.lstrip()[:1] == "{"):
        return scenario_from_json(_json(text, path), id=name, where=path)
    return parse_scenario(text, id=name)


def read_text(path: str) -> str:
    """The text of a file or of standard input. Raises :class:`InputError`."""
    return _decoded(_bytes(path), path)


def read_json(path: str) -> Any:
    """One JSON value. Raises :class:`InputError` with the line of the mistake."""
    return _json(read_text(path), path)


def text_lines(path: str) -> Iterator[tuple[int, str]]:
    """Number and text of every line that is not blank; streams, so the file may be of any size."""
    with _opened(path) as lines:
        number = 0
        while True:
            try:
                line = lines.readline(MAX_BYTES)
            except UnicodeDecodeError:
                raise InputError("not UTF-8 text", where=f"{path}:{number + 1}") from None
            if not line:
                return
            number += 1
            if line.strip():
                yield number, line.strip()


def json_lines(path: str) -> Iterator[tuple[int, Any]]:
    """Line number and value of every line of a JSONL file."""
    for number, line in text_lines(path):
        yield number, _json(line, f"{path}:{number}")


def write_text(path: str, text: str) -> None:
    """Write a whole file or nothing; ``-`` is standard output. Raises :class:`InputError` when it cannot."""
    if path == "-":
        sys.stdout.write(text)
        return
    target = Path(path)
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    except OSError as broken:
        draft.unlink(missing_ok=True)
        raise InputError(_why(broken), where=path, hint="choose a place that can be written to") from None


def _opened(path: str) -> IO[str]:
    if path == "-":
        return sys.stdin
    try:
        return Path(path).open(encoding="utf-8-sig")
    except OSError as broken:
        raise _unreadable(broken, path) from None


def _bytes(path: str) -> bytes:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as broken:
        raise _unreadable(broken, path) from None
    if len(data) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES // 2**20} MiB", where=path, hint="a scenario is a few kilobytes")
    if not data.strip():
        raise InputError("the file is empty", where=path, hint="kefu scenario new writes a skeleton to start from")
    return data


def _decoded(data: bytes, path: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text
    raise InputError("not a text file", where=path, hint="save the document as UTF-8 text, Markdown or .docx")


def _is_text(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\v") or c == "\ufffd")
    return odd * 20 <= len(sample)


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as broken:
        raise InputError(f"not JSON: {broken.msg} in line {broken.lineno}", where=where) from None
    except RecursionError:
        raise InputError("JSON nested too deeply", where=where) from None


def _unreadable(broken: Exception, path: str) -> InputError:
    if isinstance(broken, FileNotFoundError):
        return NotFound("no such file or folder", where=path, hint="check the name")
    return InputError(_why(broken), where=path, hint="choose a file that can be read")


def _why(broken: Exception) -> str:
    return (getattr(broken, "strerror", None) or str(broken) or type(broken).__name__).lower()
