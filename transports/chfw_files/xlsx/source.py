"""A worksheet as a source: the one sheet of an XLSX file that has cells, read as text, addresses as people see them.

The first row that is not empty names the columns. A cell formatted as a date or a time is read as that, a number in
full, an error of a formula (`#DIV/0!`) as the text that is shown: what a cell may hold is judged like any text.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from chfw_core.errors import InputError
from chfw_files.columns import as_dictionary
from chfw_files.raw import Lines, RawChunk
from chfw_files.xlsx.book import Book, not_xlsx, open_book
from chfw_files.xlsx.cells import SheetCells, read_sheet
from chfw_files.xlsx.extent import column_name

_GUID = re.compile(r"(?:[0-9A-Fa-f]{2}-?){7}[0-9A-Fa-f]{2}")


class XlsxSource:
    """One sheet, all of it in memory: a sheet has about a million rows at most."""

    def __init__(self, path: Path, plain: frozenset[str]) -> None:
        self.path = path
        self.types: Mapping[str, pa.DataType] = {}
        self._plain = plain
        cells = _the_sheet(open_book(path))
        used = cells.in_use()
        rows, filled = np.flatnonzero(used.any(axis=1)), np.flatnonzero(used.any(axis=0))
        if not len(rows):
            raise InputError(f"`{path}` is empty", hint="a header row is needed")
        header, body = int(rows[0]), pa.array(rows[1:])
        self._lines: Lines = rows[1:] + 1
        self.names = tuple(self._name(cells, at, header) for at in filled.tolist())
        self._refuse_no_header(header)
        self._columns = {
            name: cells.columns[at].take(body) for name, at in zip(self.names, filled.tolist(), strict=True)
        }
        self.chunk_count: int = 1 if len(self._lines) else 0

    def read(self, index: int, names: Sequence[str]) -> RawChunk:
        """All rows."""
        del index
        columns = {
            name: self._columns[name] if name in self._plain else as_dictionary(self._columns[name]) for name in names
        }
        return RawChunk(columns=columns, rows=len(self._lines), lines=lambda: self._lines)

    def _name(self, cells: SheetCells, at: int, row: int) -> str:
        name: str = (cells.columns[at][row].as_py() or "").strip()
        if not name:
            raise InputError(
                f"`{self.path}`: column {column_name(cells.first + at)} has values but no name in row {row + 1}",
                hint="name it, or empty it; `chfw files import` finds the header of other spreadsheets",
            )
        return name

    def _refuse_no_header(self, row: int) -> None:
        if any(_GUID.fullmatch(name) for name in self.names):
            raise InputError(
                f"`{self.path}` has no header row: row {row + 1} holds a GUID",
                hint="put the names of the columns into the first row",
            )


def _the_sheet(book: Book) -> SheetCells:
    """The one sheet that has cells. Raises InputError where there are several: none of them may be lost."""
    used = [sheet for sheet in book.sheets if sheet.cells]
    if len(used) > 1:
        listed = ", ".join(f"`{sheet.name}`" for sheet in used)
        raise InputError(
            f"`{book.path}` has {len(used)} sheets with cells: {listed}",
            hint="keep one of them, or take them all in with `chfw files import`",
        )
    if not book.sheets:
        raise not_xlsx(book.path, "it has no worksheet")
    return read_sheet(book, (used or book.sheets)[0])
