"""Word documents: a ``.docx`` as the Markdown text of the same headings, lists and tables.

Only text is taken; macros, fields and pictures are not looked at. A file that
would unpack to far more than it is, is refused before it is unpacked.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from zipfile import BadZipFile, ZipFile

from kefu.errors import InputError
from kefu.i18n import gettext as _

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

__all__ = ["text_of_docx"]

_UNPACKED = 64 * 1024 * 1024
_PARTS = 4096
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_LIST = re.compile(r"(?:list|列表|列出段落)(?:\s*(bullet|number|项目符号|编号))?\s*([1-9])?", re.IGNORECASE)
_NUMBERED = re.compile("number|编号", re.IGNORECASE)
_LEVELS = 8


def text_of_docx(data: bytes) -> str:
    """The text of a Word document as Markdown; ``InputError`` where ``data`` is none."""
    _refuse_bombs(data)
    document = _open(data)
    lines: list[str] = []
    numbers: dict[tuple[int, int], int] = {}
    for block in cast("Any", document).iter_inner_content():
        if hasattr(block, "rows"):
            lines += _table(block)
        else:
            lines += _paragraph(block, numbers)
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


def _open(data: bytes) -> Document:
    from zipfile import error as zip_error
    from zlib import error as zlib_error

    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    try:
        return docx.Document(BytesIO(data))
    except (OpcError, KeyError, ValueError, XMLSyntaxError, zip_error, zlib_error, NotImplementedError, EOFError) as problem:
        raise InputError(
            _("this Word document cannot be read: %(problem)s") % {"problem": str(problem)[:120] or type(problem).__name__},
            hint=_("open it in Word, save it again as .docx, or paste its text into a .md file"),
        ) from problem


def _paragraph(paragraph: Paragraph, numbers: dict[tuple[int, int], int]) -> list[str]:
    """The lines of one paragraph: a heading, a list item or text; a line break within it begins a new line."""
    text = _marked(paragraph)
    first, *more = [line.strip() for line in text.split("\n") if line.strip()] or [""]
    if not first:
        return [""]
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    heading = _HEADING.match(style)
    if heading is not None:
        plain = first.replace("**", "")
        return ["", f"{'#' * min(6, int(heading[1]))} {plain}", *more]
    level, identity, numbered = _list_of(paragraph, style)
    if level < 0:
        return [first, *more]
    indent = "   " * level
    if numbered:
        numbers[identity, level] = numbers.get((identity, level), 0) + 1
        for deeper in range(level + 1, _LEVELS + 1):
            numbers.pop((identity, deeper), None)
        mark = f"{numbers[identity, level]}."
    else:
        mark = "-"
    return [f"{indent}{mark} {first}", *(f"{indent}   {line}" for line in more)]


def _marked(paragraph: Paragraph) -> str:
    """The text of a paragraph, what is bold in it in ``**``, unless all of it is."""
    parts: list[tuple[str, bool]] = []
    for run in paragraph.runs:
        if parts and parts[-1][1] == bool(run.bold):
            parts[-1] = (parts[-1][0] + run.text, parts[-1][1])
        elif run.text:
            parts.append((run.text, bool(run.bold)))
    whole = paragraph.text
    if "".join(text for text, _bold in parts) != whole or not any(bold for _text, bold in parts):
        return whole
    return "".join(f"**{text.strip()}**" if bold and text.strip() and "\n" not in text else text for text, bold in parts)


def _list_of(paragraph: Paragraph, style: str) -> tuple[int, int, bool]:
    """How deep a paragraph stands in a list, in which one, and whether that one is numbered; -1 for no list."""
    properties: Any = paragraph._p.pPr  # noqa: SLF001  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
    numbering: Any = properties.numPr if properties is not None else None
    named = _LIST.match(style)
    if numbering is not None and numbering.numId is not None and numbering.numId.val:
        level = int(numbering.ilvl.val) if numbering.ilvl is not None else 0
        identity = int(numbering.numId.val)
        return min(level, _LEVELS), identity, _is_numbered(paragraph, identity, level, style)
    if named is None:
        return -1, 0, False
    level = int(named[2]) - 1 if named[2] else 0
    return min(level, _LEVELS), -1 - level, _NUMBERED.search(style) is not None


def _is_numbered(paragraph: Paragraph, identity: int, level: int, style: str) -> bool:
    """Whether the list of this identity counts at this level, as its definition says."""
    part: Any = paragraph.part
    try:
        root: Any = part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return _NUMBERED.search(style) is not None
    found: list[Any] = root.xpath(
        f"//w:abstractNum[@w:abstractNumId=//w:num[@w:numId='{identity}']/w:abstractNumId/@w:val]"
        f"/w:lvl[@w:ilvl='{level}']/w:numFmt/@w:val"
    )
    return bool(found) and str(found[0]) not in ("bullet", "none")


def _table(table: Table) -> list[str]:
    """One bullet for each row of a table; a cell that spans several columns is said once."""
    lines: list[str] = [""]
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            text = " ".join(cell.text.split())
            if text and (not cells or cells[-1] != text):
                cells.append(text)
        if cells:
            lines.append("- " + "：".join(cells))
    return [*lines, ""]
