"""Tables as worksheets: texts as texts, never formulas or links; GUIDs and instants as text, days and counts as such.

Rows go to the disk as they come, so that memory does not grow with them. The same rows are the same bytes.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.atomic import output_error
from chfw_files.extras import needed_for_xlsx
from chfw_files.lines.escapes import OPENERS
from chfw_files.lines.writing import guid_texts, is_day, plain_text

EPOCH = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""When every workbook says it was made: what a file holds must not depend on when it was written (NF5)."""

_ROWS_AT_ONCE = 10_000
_CONTROLS = r"\x00-\x08\x0b-\x1f"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_LIKE_A_MARK = re.compile(f"_(?=x[0-9a-fA-F]{{4}}[_{_CONTROLS}])")
_EXACT = 10**15
"""Larger numbers lose digits in a spreadsheet, and are written as text."""


class Workbook:
    """A workbook of xlsxwriter that writes texts as texts, to a file that can run out of room.

    `book` is xlsxwriter's own. Raises InputError where xlsxwriter is not installed, OutputError.
    """

    def __init__(self, path: Path, *, streaming: bool) -> None:
        xlsxwriter = needed_for_xlsx("xlsxwriter")
        self._path, self._sink = path, _Sink(path)
        options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self.book = xlsxwriter.Workbook(self._sink, {"constant_memory": streaming, **options})
        self.book.set_properties({"created": EPOCH})
        base = needed_for_xlsx("xlsxwriter.worksheet").Worksheet
        self.book.worksheet_class = type(
            "Worksheet", (base,), {"_escape_control_characters": staticmethod(escape_controls)}
        )

    def close(self) -> None:
        """Write it. Raises OutputError."""
        errors = needed_for_xlsx("xlsxwriter.exceptions")
        try:
            self.book.close()
        except errors.XlsxFileError as failure:
            self._sink.failure = self._sink.failure or OSError(str(failure))
        except OSError as failure:
            self._sink.failure = failure
        self._sink.close()
        if self._sink.failure is not None:
            raise output_error(self._sink.failure, self._path) from self._sink.failure


class _Sink:
    """A file that takes everything once a write has failed: the archive's end is written after a failure too."""

    def __init__(self, path: Path) -> None:
        self.failure: OSError | None = None
        self._place = self._end = 0
        try:
            self._file = path.open("wb")
        except OSError as failure:
            raise output_error(failure, path) from failure

    def write(self, data: bytes) -> int:
        if self.failure is None:
            try:
                self._file.write(data)
            except OSError as failure:
                self.failure = failure
        self._place += len(data)
        self._end = max(self._end, self._place)
        return len(data)

    def tell(self) -> int:
        return self._place

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        self._place = place + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._end}[whence]
        if self.failure is None:
            try:
                self._file.seek(self._place)
            except OSError as failure:
                self.failure = failure
        return self._place

    def flush(self) -> None:
        if self.failure is None:
            try:
                self._file.flush()
            except OSError as failure:
                self.failure = failure

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as failure:
            self.failure = self.failure or failure


def escape_controls(text: str) -> str:
    """Characters that XML cannot hold as `_x000D_`, and a text that looks like one of those so that it stays.

    xlsxwriter's own passes over a mark that overlaps the one before it, as in `_x005F_x000D_`.
    """
    if "_x" in text:
        text = _LIKE_A_MARK.sub("_x005F_", text)
    return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


class XlsxWriter:
    """Writes one sheet, named `rows`."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        if len(schema) > limits.SHEET_COLUMNS:
            raise InputError(f"{len(schema):,} columns do not fit into a sheet", hint="write .csv or .parquet")
        self._workbook = Workbook(path, streaming=True)
        self.cells = Cells(self._workbook)
        self._sheet = self._workbook.book.add_worksheet("rows")
        self._row = 0
        head = self._workbook.book.add_format({"bold": True})
        for at, entry in enumerate(schema):
            self._sheet.set_column(at, at, 26 if pa.types.is_uint64(entry.type) else max(14, len(entry.name) + 2))
            self.cells.write(self._sheet, 0, at, entry.name, head)
        self._sheet.freeze_panes(1, 0)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows. Raises InputError for more than a sheet holds."""
        check_rows(self._row + batch.num_rows)
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            part = batch.slice(start, _ROWS_AT_ONCE)
            columns = [
                guid_texts(column).to_pylist() if pa.types.is_uint64(column.type) else column.to_pylist()
                for column in part.columns
            ]
            for values in zip(*columns, strict=True):
                self._row += 1
                for at, value in enumerate(values):
                    if value is not None and value != "":
                        self.cells.write(self._sheet, self._row, at, value)

    def close(self) -> None:
        """Finish the file. Raises OutputError."""
        self._workbook.close()


class Cells:
    """How values become cells."""

    def __init__(self, workbook: Workbook) -> None:
        self._day = workbook.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._quoted = workbook.book.add_format({"quote_prefix": True})

    def write(self, sheet: Any, row: int, column: int, value: object, form: Any = None) -> None:
        """One cell. Raises InputError for a text that no cell can hold."""
        if is_day(value):
            sheet.write_datetime(row, column, value, self._day)
        elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _EXACT:
            sheet.write_number(row, column, value, form)
        else:
            text = value if isinstance(value, str) else plain_text(value)
            if len(text) > limits.CELL_TEXT:
                raise InputError(
                    f"a text of {len(text):,} characters does not fit into a cell of XLSX",
                    hint=f"{limits.CELL_TEXT:,} do; write .csv, .jsonl or .parquet",
                )
            if "\ufffe" in text or "\uffff" in text:
                raise InputError("U+FFFE and U+FFFF are no characters of XLSX", hint="write .csv, .jsonl or .parquet")
            # An apostrophe that is shown to nobody: whoever edits the cell does not make a formula of it.
            quoted = self._quoted if form is None and text[:1] in OPENERS else form
            sheet.write_string(row, column, text, quoted)


def check_rows(rows: int) -> None:
    """Raises InputError for more rows than a sheet holds beside its header."""
    if rows >= limits.SHEET_ROWS:
        raise InputError(
            f"a sheet of XLSX holds {limits.SHEET_ROWS - 1:,} rows and a header, and these are more",
            hint="write .csv or .parquet",
        )
