"""Cells that are numbers beyond doubt, told from a worksheet's XML: a date is a number with a format.

To ask the reader of worksheets what a cell is takes a second reading of the whole sheet. Where cells are written as all
tools known here write a number, `<c r="G2" s="2"><v>44468</v></c>`, a look at the XML is enough.
"""

import re
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from chfw_files.xlsx.book import Book, SheetOutline
from chfw_files.xlsx.extent import column_name

Rows = npt.NDArray[np.int64]

_CELL = rb'<c r="%s([0-9]+)"((?: s="[0-9]+")?(?: t="n")?><v>[0-9.]+</v></c>)?'


def all_numbers(book: Book, outline: SheetOutline, rows: Mapping[int, Rows]) -> frozenset[int]:
    """The columns whose cells in these rows are all numbers. Both are counted from 1.

    A column that is left out may still have nothing but numbers: written in another way, or twice.
    """
    if not rows or not outline.as_usual:
        return frozenset()
    patterns = {column: re.compile(_CELL % column_name(column).encode()) for column in rows}
    cells: dict[int, list[int]] = {column: [] for column in rows}
    others: dict[int, list[int]] = {column: [] for column in rows}
    for piece in _whole_cells(book.unpacked(outline.part)):
        if piece is None:
            return frozenset()
        for column, pattern in patterns.items():
            for row, number in pattern.findall(piece):
                (cells if number else others)[column].append(int(row))
    return frozenset(column for column in rows if _surely(rows[column], cells[column], others[column]))


def _surely(rows: Rows, numbers: Iterable[int], others: Iterable[int]) -> bool:
    """Whether each row has one cell, which is a number."""
    found = np.array([*numbers], dtype=np.int64)
    once = len(np.unique(found)) == len(found) and not np.isin(found, np.array([*others], dtype=np.int64)).any()
    return once and bool(np.isin(rows, found).all())


def _whole_cells(blocks: Iterable[bytes]) -> Iterable[bytes | None]:
    """The same, cut in front of cells; None where something in it is no cell, or no cell has an end."""
    rest = b""
    for block in blocks:
        piece = rest + block
        cut = piece.rfind(b"<c ")
        if cut <= 0 or b"<!" in piece:
            yield None
            return
        yield piece[:cut]
        rest = piece[cut:]
    yield rest
