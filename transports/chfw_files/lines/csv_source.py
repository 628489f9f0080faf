"""CSV as a source: cut at line ends into chunks that any thread can parse, with exact line numbers.

No column of ours can hold a line break, so a line is a row. A line whose quotation marks do not
close is set aside with its number; left to the parser it would swallow the rows after it.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.columns import TEXTS, one_array
from chfw_files.lines.chunks import BOM, NO_LINE_END, cut_at_lines, endless_line, mapped
from chfw_files.lines.csv_lines import ChunkLines
from chfw_files.lines.escapes import unescape_column
from chfw_files.raw import RawChunk, Unreadable

CHUNK_BYTES = 32 << 20
_GUID = re.compile(r"(?:[0-9A-Fa-f]{2}-?){7}[0-9A-Fa-f]{2}")
_HEADER = "put the names of the columns into the first line"
_UNCLOSED = "a quotation mark is not closed, or a value has a line break in it"


class CsvSource:
    """One CSV file, mapped into memory. `plain` columns come as text, all others as dictionaries."""

    def __init__(self, path: Path, plain: frozenset[str]) -> None:
        self.path = path
        self.types: Mapping[str, pa.DataType] = {}
        self._plain = plain
        self._data = mapped(path, "a header row is needed")
        self._body = self._read_header()
        self._cuts = cut_at_lines(path, self._data, self._body, CHUNK_BYTES)
        self.chunk_count: int = len(self._cuts) - 1

    def _read_header(self) -> int:
        most = limits.MAX_HEADER
        end = (self._data.find(b"\n", 0, most) + 1) or (self._data.find(b"\r", 0, most) + 1) or len(self._data)
        if end > most:
            raise InputError(f"the first line of `{self.path}` has more than {most:,} bytes", hint=_HEADER)
        line = self._data[:end]
        if line[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self._not_utf8(1, "it is UTF-16")
        try:
            text = line.removeprefix(BOM).decode()
        except UnicodeDecodeError as failure:
            raise self._not_utf8(1, f"byte 0x{line[failure.start]:02X}") from None
        self._refuse_other_forms(text)
        try:
            self.names: tuple[str, ...] = tuple(name.strip() for name in next(csv.reader([text]), []))
        except csv.Error as failure:
            raise InputError(f"the first line of `{self.path}` cannot be read: {failure}", hint=_HEADER) from None
        return end

    def _refuse_other_forms(self, header: str) -> None:
        """What spreadsheets write in the place of commas, or above the header."""
        if header.lower().startswith("sep="):
            cure = "take its first line out, which only a spreadsheet reads"
            raise InputError(f"`{self.path}` begins with `{header.strip()}`", hint=cure)
        for mark, called in ((";", "`;`"), ("\t", "tabs")):
            if mark in header and "," not in header:
                raise InputError(f"the columns of `{self.path}` are separated by {called}", hint="save it with commas")
        if any(_GUID.fullmatch(cell.strip().strip('"')) for cell in header.split(",")):
            raise InputError(f"`{self.path}` has no header row: its first line holds a GUID", hint=_HEADER)

    def read(self, index: int, names: Sequence[str]) -> RawChunk:
        """Raises InputError for text that is not UTF-8."""
        lines = ChunkLines(self._data[self._cuts[index] : self._cuts[index + 1]])
        self._check_lengths(index, lines.data)
        self._check_utf8(index, lines.data)
        if lines.quoted:
            lines.drop(lines.odd_quotes())
        table, wrong = self._parse(index, lines, names)
        if lines.quoted and table.num_rows + len(wrong) != lines.count:
            lines.drop(lines.unclosed())
            table, wrong = self._parse(index, lines, names)
        before = self._cuts[index]
        unreadable = self._set_aside(before, lines, wrong)
        return RawChunk(
            columns={name: unescape_column(one_array(table.column(name))) for name in names},
            rows=table.num_rows,
            lines=lambda: lines.numbers() + self._line_ends(before),
            unreadable=unreadable,
        )

    def _parse(self, index: int, lines: ChunkLines, names: Sequence[str]) -> tuple[pa.Table, list[pacsv.InvalidRow]]:
        """The wanted columns of the rows that have as many values as the header, and the other rows."""
        wrong: list[pacsv.InvalidRow] = []

        def set_aside(row: pacsv.InvalidRow) -> str:
            wrong.append(row)
            return "skip"

        data = lines.data
        if not NO_LINE_END.search(data):
            return pa.table({name: pa.array([], self._type(name)) for name in names}), wrong
        try:
            table = pacsv.read_csv(
                pa.BufferReader(data),
                read_options=pacsv.ReadOptions(column_names=self.names, use_threads=False, block_size=len(data) + 1),
                parse_options=pacsv.ParseOptions(invalid_row_handler=set_aside),
                convert_options=pacsv.ConvertOptions(
                    column_types={name: self._type(name) for name in names},
                    include_columns=list(names),
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as failure:
            raise self._refused(index, failure) from failure
        return table, wrong

    def _check_lengths(self, index: int, data: bytes) -> None:
        """One look at each 8 MiB: whether a line ends there."""
        start = 0
        while len(data) - start > limits.MAX_LINE:
            after = data.rfind(b"\n", start, start + limits.MAX_LINE + 1) + 1
            if not after:
                raise endless_line(self.path, self._line_ends(self._cuts[index]) + data.count(b"\n", 0, start) + 1)
            start = after

    def _check_utf8(self, index: int, data: bytes) -> None:
        """The parser hands on a row that cannot be cut as text, and prints a traceback where it is none."""
        if data.isascii():
            return
        whole = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
        try:
            pa.Array.from_buffers(pa.large_binary(), 1, [None, whole, pa.py_buffer(data)]).cast(pa.large_string())
        except pa.ArrowInvalid as failure:
            raise self._refused(index, failure) from failure

    def _type(self, name: str) -> pa.DataType:
        return pa.string() if name in self._plain else TEXTS

    def _set_aside(self, before: int, lines: ChunkLines, wrong: Sequence[pacsv.InvalidRow]) -> list[Unreadable]:
        """Rows that cannot be cut, in order of line; what is left of `lines` are the good ones."""
        found = [(number, text, _UNCLOSED) for number, text in lines.dropped]
        if wrong:
            ordinals = np.array([row.number - 1 for row in wrong], dtype=np.int64)
            found += [
                (
                    int(number),
                    row.text,
                    f"{row.actual_columns} values where the header has {len(self.names)}",
                )
                for number, row in zip(lines.numbers()[ordinals], wrong, strict=True)
            ]
            lines.skip(ordinals)
        if not found:
            return []
        earlier = self._line_ends(before)
        return [Unreadable(line=earlier + number, text=text, reason=reason) for number, text, reason in sorted(found)]

    def _line_ends(self, before: int) -> int:
        """How many lines end before a place in the file, the header's included."""
        step = CHUNK_BYTES
        return 1 + sum(self._data[at : min(at + step, before)].count(b"\n") for at in range(self._body, before, step))

    def _refused(self, index: int, failure: pa.ArrowInvalid) -> InputError:
        start, end = self._cuts[index], self._cuts[index + 1]
        for number, line in enumerate(self._data[start:end].split(b"\n"), start=1):
            try:
                line.decode()
            except UnicodeDecodeError as wrong:
                place = self._line_ends(start) + number
                return self._not_utf8(place, f"byte 0x{line[wrong.start]:02X}")
        return InputError(f"`{self.path}` is not a readable CSV file: {failure}")

    def _not_utf8(self, line: int, what: str) -> InputError:
        return InputError(f"`{self.path}` is not UTF-8: line {line}, {what}", hint="save it as CSV UTF-8")
