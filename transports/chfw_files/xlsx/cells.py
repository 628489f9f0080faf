"""The cells of a worksheet as columns of text, and what each cell is where that matters.

The reader is fastexcel. It gives a column as text; dates come as `2026-03-01 00:00:00`, and only where a text looks
like that is it asked of each cell whether it is one: first of the sheet's XML, then, where that cannot tell, of the
reader, which reads the whole sheet once more.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from chfw_core.errors import InputError
from chfw_files.extras import needed_for_xlsx
from chfw_files.xlsx.book import Book, SheetOutline, not_xlsx
from chfw_files.xlsx.numbers import all_numbers

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"
_KIND = re.compile(r"but got '(\w+)\(")
_ERROR = re.compile(r"but got 'Error\((\w+)\)'")
_ERROR_TEXTS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


@frozen(kw_only=True, eq=False)
class SheetCells:
    """Columns of text (pa.string), all from row 1 on. `first`: the number of the first column, from 1 (`A`)."""

    name: str
    first: int
    columns: tuple[pa.Array, ...]
    sheet: "_Sheet"

    def in_use(self) -> npt.NDArray[np.bool_]:
        """Which cells have a text: a row for each of the sheet's, a column for each of `columns`."""
        height = len(self.columns[0]) if self.columns else 0
        found = np.zeros((height, len(self.columns)), dtype=np.bool_)
        for at, column in enumerate(self.columns):
            lengths = pc.fill_null(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
            found[:, at] = lengths.to_numpy(zero_copy_only=False) > 0
        return found

    def kinds(self, index: int) -> Mapping[int, str]:
        """What the cells of a column are, by row from 0: `String`, `Float`, `Int`, `Bool`; dates and times left out."""
        return self.sheet.kinds(index)


def read_sheet(book: Book, outline: SheetOutline) -> SheetCells:
    """A sheet of a book that was looked over. Raises InputError for one that cannot be read."""
    sheet = _Sheet(book, outline)
    batch, errors = sheet.load("string")
    columns = [_with_errors(column, errors.get(at, {})) for at, column in enumerate(batch.columns)]
    likes = {at: rows for at, column in enumerate(columns) if len(rows := _like_times(column))}
    numbers = all_numbers(book, outline, {sheet.first + 1 + at: rows + 1 for at, rows in likes.items()})
    for at, rows in likes.items():
        texts = sheet.kinds(at) if sheet.first + 1 + at not in numbers else {}
        columns[at] = _with_times(columns[at], [row for row in rows.tolist() if row not in texts])
    return SheetCells(name=outline.name, first=sheet.first + 1, columns=tuple(columns), sheet=sheet)


class _Sheet:
    """A sheet at fastexcel."""

    def __init__(self, book: Book, outline: SheetOutline) -> None:
        self._book, self._outline = book, outline
        self._reader = self._guarded(lambda: needed_for_xlsx("fastexcel").read_excel(book.content))
        self.first = 0

    def load(self, kind: str, columns: Sequence[int] | None = None) -> tuple[pa.RecordBatch, dict[int, dict[int, str]]]:
        """Columns as one type; by column and row, from 0, what was there in the place of values that are not of it."""

        def load() -> tuple[pa.RecordBatch, Any]:
            loaded = self._reader.load_sheet(
                self._outline.name,
                header_row=None,
                skip_rows=0,
                dtypes=kind,
                use_columns=None if columns is None else list(columns),
            )
            if columns is None:
                infos = loaded.available_columns()
                self.first = infos[0].absolute_index if infos else 0
            found: tuple[pa.RecordBatch, Any] = loaded.to_arrow_with_errors()
            return found

        batch, errors = self._guarded(load)
        found: dict[int, dict[int, str]] = {}
        for one in errors.errors if errors is not None else ():
            row, column = one.position
            found.setdefault(column, {})[row] = one.detail
        return batch, found

    def kinds(self, index: int) -> dict[int, str]:
        """What the cells of a column are, by row, where they are neither empty nor dates or times."""
        # Only a date or a time can be read as a duration. fastexcel counts columns from `A` here.
        _, errors = self.load("duration", [self.first + index])
        kinds = {}
        for row, detail in next(iter(errors.values()), {}).items():
            kind = _KIND.search(detail)
            kinds[row] = kind[1] if kind else ""
        return kinds

    def _guarded(self, work: Any) -> Any:
        """Raises InputError for whatever the reader cannot do, a panic in its own language included."""
        try:
            return work()
        except InputError:
            raise
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as failure:
            if not isinstance(failure, Exception) and type(failure).__name__ != "PanicException":
                raise
            raise not_xlsx(self._book.path, f"sheet `{self._outline.name}`: {failure}") from failure


def _with_errors(column: pa.Array, errors: Mapping[int, str]) -> pa.Array:
    """A formula's error as the text that is shown, so that it is not taken for an empty cell."""
    if not errors:
        return column
    texts = column.to_pylist()
    for row, detail in errors.items():
        found = _ERROR.search(detail)
        texts[row] = _ERROR_TEXTS.get(found[1], "#ERROR!") if found else "#ERROR!"
    return pa.array(texts, pa.string())


def _like_times(column: pa.Array) -> npt.NDArray[np.int64]:
    """The rows, from 0, whose text is how the reader writes a date or a time."""
    like = pc.fill_null(pc.match_substring_regex(column, _TIME), False)
    found: npt.NDArray[np.int64] = np.flatnonzero(like.to_numpy(zero_copy_only=False))
    return found


def _with_times(column: pa.Array, rows: Sequence[int]) -> pa.Array:
    """Cells that hold a date or a time in the form of CSV: a time without a zone, a midnight as the date alone."""
    texts = column.to_pylist()
    for row in rows:
        day, _, time = texts[row].partition(" ")
        texts[row] = day if time == "00:00:00" else f"{day}T{time}"
    return pa.array(texts, pa.string())
