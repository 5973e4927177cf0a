"""Edge: a table of customers becomes what is known of each; a table that could be misread is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from kefu.errors import InputError
from kefu.files import read_text
from kefu.i18n import gettext as _

__all__ = ["read_customers"]

_DELIMITERS = ",;\t"


def read_customers(path: str) -> list[dict[str, str]]:
    """What every row says, by the columns that the first row names; cells and rows without a word are left out.

    Cells are parted by commas, semicolons or tabs, whichever the first row has
    most of. Raises :class:`InputError`.
    """
    import csv

    text = read_text(path).lstrip("\r\n")
    lines = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = _columns(next(lines, [""]), path)
        rows = [_row(columns, cells, f"{path}:{lines.line_num}") for cells in lines]
    except csv.Error as broken:
        raise InputError(
            _("not CSV: {problem}").format(problem=broken), where=path, hint=_("the first row names the columns")
        ) from None
    rows = [row for row in rows if row]
    if not rows:
        raise InputError(_("no customer in this file"), where=path, hint=_("the first row names the columns"))
    return rows


def _delimiter(text: str) -> str:
    head = "".join(_unquoted(text.lstrip().partition("\n")[0]))
    return max(_DELIMITERS, key=head.count)


def _unquoted(line: str) -> Iterator[str]:
    """What stands outside quotes: every second part."""
    yield from line.split('"')[::2]


def _columns(cells: Sequence[str], path: str) -> list[str]:
    columns = [cell.strip() for cell in cells]
    for column in columns:
        if column and columns.count(column) > 1:
            raise InputError(
                _("column {name} is there twice").format(name=repr(column)),
                where=path,
                hint=_("give every column a name of its own"),
            )
    return columns


def _row(columns: Sequence[str], cells: Sequence[str], where: str) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise InputError(
            _("more cells than columns: {cells} and {columns}").format(cells=len(cells), columns=len(columns)),
            where=where,
            hint=_("put a cell that holds the separator into quotes"),
        )
    pairs = zip(columns, cells, strict=False)  # a short row says nothing of the columns it lacks
    return {column: cell.strip() for column, cell in pairs if column and cell.strip()}
