"""Tables out: Parquet and CSV from record batches, whole or not at all, the same bytes each time.

A dictionary is written in alphabetical order, so that it does not depend on the order of the rows;
nothing in a file tells when or where it was made.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chfw_core.errors import InputError
from chfw_files.atomic import output_error, written_whole
from chfw_files.guids import format_guids

INSTANT = pa.timestamp("us", tz="UTC")
_ROWS_AT_ONCE = 1 << 20
_FEW = 1000


class TableWriter(Protocol):
    """Takes batches of one schema, one after the other."""

    def write(self, batch: pa.RecordBatch) -> None: ...


def write_table(path: str | Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write the batches, in order; how many rows. The extension chooses the format.

    Columns of uint64 are GUIDs: numbers in Parquet, text in CSV. Raises OutputError, and InputError
    for an extension that is neither.
    """
    rows = 0
    with table_writer(path, schema) as writer:
        for batch in batches:
            writer.write(batch)
            rows += batch.num_rows
    return rows


@contextmanager
def table_writer(path: str | Path, schema: pa.Schema) -> Iterator[TableWriter]:
    """A writer whose file appears when the block ends, and not at all if it ends with an exception."""
    place = Path(path)
    kinds: dict[str, type[_ParquetWriter] | type[_CsvWriter]] = {".parquet": _ParquetWriter, ".csv": _CsvWriter}
    kind = kinds.get(place.suffix.lower())
    if kind is None:
        raise InputError(
            f"`{place.name}`: the extension `{place.suffix}` is not one of .parquet and .csv",
            hint="the extension chooses the format",
        )
    with written_whole(place) as temporary:
        try:
            writer = kind(temporary, schema)
            try:
                yield writer
            finally:
                writer.close()
        except pa.ArrowException as failure:
            raise output_error(OSError(str(failure)), place) from failure


class _ParquetWriter:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        ids = [entry.name for entry in schema if pa.types.is_uint64(entry.type)]
        days = [entry.name for entry in schema if pa.types.is_date32(entry.type)]
        # Statistics where a reader looks for a hub or a day; of texts they cost more than the writing.
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in schema.names if name not in ids],
            write_statistics=[*ids, *days],
        )

    def write(self, batch: pa.RecordBatch) -> None:
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            part = batch.slice(start, _ROWS_AT_ONCE)
            columns = [_in_order(column) for column in part.columns]
            self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class _CsvWriter:
    """Puts whole lines together: what follows a GUID repeats a lot, so each distinct rest is made once."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._sink = pa.OSFile(str(path), "wb")
        self._sink.write((",".join(schema.names) + "\n").encode())

    def write(self, batch: pa.RecordBatch) -> None:
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            lines = csv_lines(batch.slice(start, _ROWS_AT_ONCE))
            _, offsets, data = lines.buffers()
            end = int(np.frombuffer(offsets, dtype=np.int64)[len(lines)])
            self._sink.write(data.slice(0, end))

    def close(self) -> None:
        self._sink.close()


def csv_lines(batch: pa.RecordBatch) -> pa.Array:
    """The rows as lines of CSV, in quotation marks only what needs them."""
    pieces: list[pa.Array | _Repeated] = []
    for column in batch.columns:
        if pa.types.is_uint64(column.type):
            pieces.append(_guid_texts(column))
            continue
        piece = _Repeated.of(column)
        last = pieces[-1] if pieces else None
        both = last.followed_by(piece) if isinstance(last, _Repeated) else None
        if both is None:
            pieces.append(piece)
        else:
            pieces[-1] = both
    texts = [piece.texts() if isinstance(piece, _Repeated) else piece for piece in pieces]
    separators = [pa.scalar(mark, pa.large_string()) for mark in [","] * (len(texts) - 1) + ["\n"]]
    parts = [part for pair in zip(texts, separators, strict=True) for part in pair]
    return pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))


class _Repeated:
    """Texts with many repetitions: a code for each row, and the text of each code."""

    def __init__(self, codes: npt.NDArray[np.int64], distinct: list[str]) -> None:
        self._codes, self._distinct = codes, distinct

    @classmethod
    def of(cls, column: pa.Array) -> "_Repeated":
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        values = column.dictionary.to_pylist()
        texts = ["" if value is None else _quoted(_text(value)) for value in values]
        codes = pc.fill_null(column.indices.cast(pa.int64()), len(texts))
        return cls(codes.to_numpy(zero_copy_only=False), [*texts, ""])

    def followed_by(self, other: "_Repeated") -> "_Repeated | None":
        """Both as one; None where too few repeat for that to pay."""
        count = len(other._distinct)
        pairs = pa.array(self._codes * count + other._codes).dictionary_encode()
        if len(pairs.dictionary) > max(_FEW, len(pairs) // 32):
            return None
        firsts, seconds = np.divmod(pairs.dictionary.to_numpy(), count)
        texts = [
            f"{self._distinct[first]},{other._distinct[second]}"
            for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True)
        ]
        return _Repeated(pairs.indices.to_numpy().astype(np.int64), texts)

    def texts(self) -> pa.Array:
        return pa.array(self._distinct, pa.large_string()).take(pa.array(self._codes))


def cell_texts(column: pa.Array) -> list[str | None]:
    """Each value as the text that CSV would have, without quotation marks; missing stays None."""
    if pa.types.is_uint64(column.type):
        texts: list[str | None] = _guid_texts(column).to_pylist()
        return [text or None for text in texts]
    if pa.types.is_list(column.type):
        return [None if value is None else "|".join(map(str, value)) for value in column.to_pylist()]
    return [None if value is None else _text(value) for value in column.to_pylist()]


def _guid_texts(column: pa.Array) -> pa.Array:
    if not column.null_count:
        return format_guids(column.to_numpy())
    texts = format_guids(pc.fill_null(column, pa.scalar(0, pa.uint64())).to_numpy())
    return pc.if_else(pc.is_null(column), pa.scalar("", pa.large_string()), texts)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    return str(value)


def _quoted(text: str) -> str:
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


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
