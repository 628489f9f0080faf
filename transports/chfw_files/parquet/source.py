"""Parquet as a source: a row group is a chunk, and text comes as dictionaries straight from the pages."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.columns import is_text, one_array
from chfw_files.raw import Lines, RawChunk

DAMAGED = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What pyarrow raises for a file that is damaged; the last for a column's name."""
ROWS_AT_ONCE = 1 << 14
"""So many rows are decoded at a time by whoever needs the first rows of a chunk alone."""


class ParquetSource:
    """One Parquet file. Each thread reads through a handle of its own; the footer is read once."""

    def __init__(self, path: Path, plain: frozenset[str]) -> None:
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                self._metadata = file.metadata
                schema = file.schema_arrow
        except DAMAGED as failure:
            raise self._broken(failure) from failure
        self.names: tuple[str, ...] = tuple(schema.names)
        self.types: Mapping[str, pa.DataType] = {entry.name: entry.type for entry in schema}
        self.chunk_count: int = self._metadata.num_row_groups
        self.row_count: int = self._metadata.num_rows
        self._plain = plain
        self._dictionaries = [name for name, kind in self.types.items() if is_text(kind)]
        sizes = [self._metadata.row_group(at).num_rows for at in range(self.chunk_count)]
        if max(sizes, default=0) > limits.MAX_GROUP_ROWS:
            raise InputError(
                f"`{path}` has {max(sizes):,} rows in one row group", hint=f"write {limits.MAX_GROUP_ROWS:,} at most"
            )
        self._starts = np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))])
        self._local = threading.local()

    def read(self, index: int, names: Sequence[str]) -> RawChunk:
        """Raises InputError where the pages are damaged."""
        try:
            table = self._file().read_row_group(index, columns=list(names))
            self._check_rows(index, table.num_rows)
            columns = {name: self._texts(name, one_array(table.column(name))) for name in names}
        except DAMAGED as failure:
            raise self._broken(failure) from failure
        return RawChunk(columns=columns, rows=table.num_rows, lines=lambda: self._rows(index))

    def read_rows(self, index: int, names: Sequence[str], rows: Sequence[int]) -> dict[str, pa.Array]:
        """Some rows of a chunk, ascending. Raises InputError where the pages are damaged as far as the last of them."""
        found, first, left = list[pa.RecordBatch](), 0, list(rows)
        file = self._file()
        try:
            # One thread: of so few rows at a time it decodes more than two that wait for each other.
            for batch in file.iter_batches(ROWS_AT_ONCE, row_groups=[index], columns=list(names), use_threads=False):
                here = [row - first for row in left if row < first + batch.num_rows]
                found += [batch.take(pa.array(here, pa.int64()))] if here else []
                left, first = left[len(here) :], first + batch.num_rows
                if not left:
                    break
            else:
                self._check_rows(index, first)
            table = pa.Table.from_batches(found)
            return {name: self._texts(name, one_array(table.column(name))) for name in names}
        except DAMAGED as failure:
            raise self._broken(failure) from failure

    def _check_rows(self, index: int, rows: int) -> None:
        """Pages that end early give the rows that they have, without a word of those that are lost."""
        says = self._starts[index + 1] - self._starts[index]
        if rows != says:
            raise pa.ArrowInvalid(f"row group {index + 1} has {rows:,} rows where it says {says:,}")

    def _texts(self, name: str, column: pa.Array) -> pa.Array:
        """A column of few repetitions as text: a long one that is stored once is not written out for every row.

        pyarrow takes any bytes for text; what is no UTF-8 raises its ArrowException here, not where it is looked at.
        """
        (column.dictionary if pa.types.is_dictionary(column.type) else column).validate(full=True)
        if name not in self._plain or not pa.types.is_dictionary(column.type):
            return column
        sizes = pc.binary_length(column.dictionary)
        if len(column) * (pc.max(sizes).as_py() or 0) > limits.MAX_GROUP_TEXT:
            size = pc.sum(sizes.take(column.indices)).as_py() or 0
            if size > limits.MAX_GROUP_TEXT:
                raise InputError(
                    f"the column `{name}` of `{self.path}` has {size:,} bytes of text in one row group",
                    hint="write smaller row groups",
                )
        return column.dictionary_decode()

    def _rows(self, index: int) -> Lines:
        return np.arange(self._starts[index] + 1, self._starts[index + 1] + 1, dtype=np.int64)

    def _file(self) -> pq.ParquetFile:
        if not hasattr(self._local, "file"):
            self._local.file = pq.ParquetFile(
                self.path,
                metadata=self._metadata,
                read_dictionary=self._dictionaries,
                memory_map=True,
            )
        return self._local.file

    def _broken(self, failure: Exception) -> InputError:
        why = str(failure).splitlines()[0].rstrip(".")
        return InputError(
            f"`{self.path}` is not a readable Parquet file: {why}",
            hint="it may be cut off, or another kind of file: write it again",
        )
