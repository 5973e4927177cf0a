"""Word documents: a ``.docx`` as the Markdown text of the same headings, lists and tables.

One paragraph is one line, so that the line of a finding counts paragraphs (each
line of one with line breaks, and each row of a table). Only text is taken;
macros, fields and pictures are not looked at. A file that would unpack to far
more than it is, is refused before it is unpacked.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from kefu.errors import InputError
from kefu.i18n import gettext as _

__all__ = ["text_of_docx"]

_UNPACKED = 64 * 1024 * 1024
_PARTS = 4096
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_LIST = re.compile(r"(?:list|列表|列出段落)(?:\s*(?:bullet|number|项目符号|编号))?\s*([1-9])?", re.IGNORECASE)
_NUMBERED = re.compile("number|编号", re.IGNORECASE)
_LEVELS = 8


def text_of_docx(data: bytes) -> str:
    """The text of a Word document as Markdown; ``InputError`` where ``data`` is none."""
    _refuse_bombs(data)
    lines: list[str] = []
    with _reading():
        document: Any = import_module("docx").Document(BytesIO(data))
        counters = _Counters()
        for block in document.iter_inner_content():
            lines += _table(block) if hasattr(block, "rows") else _paragraph(block, counters)
    return "\n".join(lines) + "\n"


def _refuse_bombs(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except BadZipFile as problem:
        raise InputError(
            _("this is not a Word document (.docx)"), hint=_("save it as .docx, or paste its text into a .md file")
        ) from problem
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
        raise InputError(
            _("this Word document unpacks to more than %(size)d MB") % {"size": _UNPACKED // (1024 * 1024)},
            hint=_("remove its pictures, or paste its text into a .md file"),
        )


@contextmanager
def _reading() -> Generator[None]:
    """Map what the reading of a broken document raises, whichever of the libraries below raises it."""
    from zlib import error as zlib_error

    broken: tuple[type[Exception], ...] = (
        *(AttributeError, BadZipFile, EOFError, KeyError, NotImplementedError, ValueError, zlib_error),
        import_module("docx.opc.exceptions").OpcError,
        import_module("docx.exceptions").PythonDocxError,
        import_module("lxml.etree").XMLSyntaxError,
    )
    try:
        yield
    except broken as problem:
        raise InputError(
            _("this Word document cannot be read: %(problem)s")
            % {"problem": str(problem)[:120] or type(problem).__name__},
            hint=_("open it in Word, save it again as .docx, or paste its text into a .md file"),
        ) from problem


class _Counters:
    """The next number of every numbered list, by list and level."""

    def __init__(self) -> None:
        self.last: dict[tuple[int, int], int] = {}

    def next(self, identity: int, level: int) -> int:
        self.last[identity, level] = self.last.get((identity, level), 0) + 1
        for deeper in range(level + 1, _LEVELS + 1):
            self.last.pop((identity, deeper), None)
        return self.last[identity, level]


def _paragraph(paragraph: Any, counters: _Counters) -> list[str]:
    """The lines of one paragraph: a heading, a list item or text; a line break within it begins a new line."""
    first, *more = [line.strip() for line in _marked(paragraph).split("\n") if line.strip()] or [""]
    if not first:
        return [""]
    style = str(paragraph.style.name or "") if paragraph.style is not None else ""
    heading = _HEADING.match(style)
    if heading is not None:
        plain = first.replace("**", "")
        return [f"{'#' * min(6, int(heading[1]))} {plain}", *more]
    level, identity, numbered = _list_of(paragraph, style)
    if level < 0:
        return [first, *more]
    indent = "   " * level
    mark = f"{counters.next(identity, level)}." if numbered else "-"
    return [f"{indent}{mark} {first}", *(f"{indent}   {line}" for line in more)]


def _marked(paragraph: Any) -> str:
    """The text of a paragraph, with what is bold in it in ``**``."""
    parts: list[tuple[str, bool]] = []
    for run in paragraph.runs:
        text, bold = str(run.text), bool(run.bold)
        if parts and parts[-1][1] == bold:
            parts[-1] = (parts[-1][0] + text, bold)
        elif text:
            parts.append((text, bold))
    whole = str(paragraph.text)
    if "".join(text for text, _bold in parts) != whole:
        return whole
    return "".join(
        f"**{text.strip()}**" if bold and text.strip() and "\n" not in text else text for text, bold in parts
    )


def _list_of(paragraph: Any, style: str) -> tuple[int, int, bool]:
    """How deep a paragraph stands in a list, in which one, and whether that one is numbered; -1 for no list."""
    properties = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is not None and numbering.numId is not None and numbering.numId.val:
        level = int(numbering.ilvl.val) if numbering.ilvl is not None else 0
        identity = int(numbering.numId.val)
        return max(0, min(level, _LEVELS)), identity, _is_numbered(paragraph, identity, level)
    named = _LIST.match(style)
    if named is None:
        return -1, 0, False
    level = int(named[1]) - 1 if named[1] else 0
    return min(level, _LEVELS), -1 - level, _NUMBERED.search(style) is not None


def _is_numbered(paragraph: Any, identity: int, level: int) -> bool:
    """Whether the list of this identity counts at this level, as its definition says."""
    root = paragraph.part.numbering_part.element
    found: list[Any] = root.xpath(
        f"//w:abstractNum[@w:abstractNumId=//w:num[@w:numId='{identity}']/w:abstractNumId/@w:val]"
        f"/w:lvl[@w:ilvl='{level}']/w:numFmt/@w:val"
    )
    return bool(found) and str(found[0]) not in ("bullet", "none")


def _table(table: Any) -> list[str]:
    """One bullet for each row of a table; a cell that spans several columns is said once."""
    lines: list[str] = []
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            text = " ".join(str(cell.text).split())
            if text and (not cells or cells[-1] != text):
                cells.append(text)
        lines.append("- " + "：".join(cells) if cells else "")
    return lines
