"""Parquet out: row groups are encoded by several threads at once, and put one after the other into one file.

pyarrow encodes the row groups of a file one by one, on one thread, which would be the longest step of a plan.
So each row group is written as a file of its own, in memory. Its pages do not depend on where they will lie; the places
that its footer names are moved, and one footer takes in all row groups. The bytes are those that pyarrow itself writes.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import frozen

from chfw_files.lines.writing import ROWS_AT_ONCE
from chfw_files.parquet.thrift_compact import Sequence, Struct, read_struct, write_struct

MAGIC = b"PAR1"
ENCODERS = 2
"""Row groups that are encoded at once; each is in memory until it is written."""


class ParquetTable:
    """Takes batches of one schema; each becomes a row group, a long one several."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        ids = [entry.name for entry in schema if pa.types.is_uint64(entry.type)]
        days = [entry.name for entry in schema if pa.types.is_date32(entry.type)]
        self._texts = [name for name in schema.names if name not in ids]
        # Statistics where a reader looks for a hub or a day; of texts they cost more than the writing.
        self._statistics = [*ids, *days]
        self._footer = self._encoded(None).footer
        self._groups: list[Struct] = []
        self._rows = 0
        self._waiting: deque[Future[_Encoded]] = deque()
        self._pool = ThreadPoolExecutor(ENCODERS)
        self._file = path.open("wb")
        self._file.write(MAGIC)

    def write(self, batch: pa.RecordBatch) -> None:
        """Hand a batch over; what has been encoded before is written."""
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            part = batch.slice(start, ROWS_AT_ONCE)
            self._rows += part.num_rows
            if len(self._waiting) == ENCODERS:
                self._append(self._waiting.popleft().result())
            self._waiting.append(self._pool.submit(self._encoded, part))

    def close(self) -> None:
        """Write what is left, and the footer."""
        try:
            while self._waiting:
                self._append(self._waiting.popleft().result())
            footer = write_struct(_whole(self._footer, self._groups, self._rows))
            self._file.write(footer + len(footer).to_bytes(4, "little") + MAGIC)
        finally:
            self._pool.shutdown(cancel_futures=True)
            self._file.close()

    def _append(self, group: "_Encoded") -> None:
        moved = self._file.tell() - len(MAGIC)
        self._groups += [_moved(one, moved, len(self._groups)) for one in _groups(group.footer)]
        self._file.write(group.pages)

    def _encoded(self, batch: pa.RecordBatch | None) -> "_Encoded":
        """A file of one row group, or of none, taken apart."""
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(
            sink,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=self._texts,
            write_statistics=self._statistics,
        ) as writer:
            if batch is not None:
                columns = [_in_order(column) for column in batch.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        data = memoryview(sink.getvalue())
        end = len(data) - 8
        start = end - int.from_bytes(data[end : end + 4], "little")
        return _Encoded(pages=data[len(MAGIC) : start], footer=read_struct(bytes(data[start:end])))


@frozen(kw_only=True, eq=False)
class _Encoded:
    """A Parquet file in memory: what lies between its first four bytes and its footer."""

    pages: memoryview
    footer: Struct


# The numbers of the fields, by the format's own definition: of the file, of a row group, of a column.
_ROWS, _GROUPS = 3, 4
_COLUMNS, _GROUP_AT, _ORDINAL = 1, 5, 7
_CHUNK_AT, _ABOUT_CHUNK, _CHUNK_INDEXES = 2, 3, (4, 6)
_PAGES_AT = (9, 10, 11, 14)


def _groups(footer: Struct) -> list[Struct]:
    return _structs(footer, _GROUPS)


def _structs(struct: Struct, number: int) -> list[Struct]:
    listed = struct[number][1]
    return [item for item in listed.items if isinstance(item, dict)] if isinstance(listed, Sequence) else []


def _moved(group: Struct, by: int, ordinal: int) -> Struct:
    """A row group that lies so many bytes further on."""
    for chunk in _structs(group, _COLUMNS):
        _move(chunk, (_CHUNK_AT, *_CHUNK_INDEXES), by)
        about = chunk[_ABOUT_CHUNK][1]
        if isinstance(about, dict):
            _move(about, _PAGES_AT, by)
    _move(group, (_GROUP_AT,), by)
    if _ORDINAL in group:
        group[_ORDINAL] = (group[_ORDINAL][0], ordinal)
    return group


def _move(struct: Struct, numbers: tuple[int, ...], by: int) -> None:
    """Move the places among the fields; 0 is no place."""
    for number in numbers:
        kind, at = struct.get(number, (None, 0))
        if kind is not None and isinstance(at, int) and at:
            struct[number] = (kind, at + by)


def _whole(footer: Struct, groups: list[Struct], rows: int) -> Struct:
    """The footer of a file without rows, for one with these row groups."""
    kind, listed = footer[_GROUPS]
    of = listed.kind if isinstance(listed, Sequence) else kind
    return {**footer, _ROWS: (footer[_ROWS][0], rows), _GROUPS: (kind, Sequence(of, list(groups)))}


def _in_order(column: pa.Array) -> pa.Array:
    """The column with its dictionary in alphabetical order: the very same array where it is so."""
    if not pa.types.is_dictionary(column.type):
        return column
    texts = column.dictionary
    order = pc.sort_indices(texts).to_numpy()
    if np.array_equal(order, np.arange(len(order))):
        return column
    new_code = np.empty(len(order), dtype=np.int32)
    new_code[order] = np.arange(len(order), dtype=np.int32)
    codes = pa.array(new_code).take(column.indices)
    return pa.DictionaryArray.from_arrays(codes, texts.take(pa.array(order)), safe=False)
