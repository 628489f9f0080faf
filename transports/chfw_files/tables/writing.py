"""Tables out: Parquet, CSV, JSON Lines and XLSX from record batches, whole or not at all, the same bytes each time.

A dictionary is written in alphabetical order, so that it does not depend on the order of the rows;
nothing in a file tells when or where it was made.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from chfw_files.atomic import output_error, written_whole
from chfw_files.lines.writing import LineWriter, guid_texts, plain_text
from chfw_files.parquet.writing import ParquetTable
from chfw_files.sources import EXTENSIONS, unknown_extension
from chfw_files.xlsx.writing import XlsxWriter

INSTANT = pa.timestamp("us", tz="UTC")


class TableWriter(Protocol):
    """Takes batches of one schema, one after the other."""

    def write(self, batch: pa.RecordBatch) -> None: ...


def write_table(path: str | Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write the batches, in order; how many rows. The extension chooses the format.

    Columns of uint64 are GUIDs: numbers in Parquet, text elsewhere. Raises OutputError, and InputError for an
    unknown extension and for what the format cannot hold.
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
    if place.suffix.lower() not in EXTENSIONS:
        raise unknown_extension(place)
    with written_whole(place) as temporary:
        try:
            writer = _writer(temporary, place.suffix.lower(), schema)
            try:
                yield writer
            finally:
                writer.close()
        except pa.ArrowException as failure:
            raise output_error(OSError(str(failure)), place) from failure


def _writer(path: Path, extension: str, schema: pa.Schema) -> "ParquetTable | LineWriter | XlsxWriter":
    match extension:
        case ".parquet":
            return ParquetTable(path, schema)
        case ".xlsx":
            return XlsxWriter(path, schema)
        case _:
            return LineWriter(path, schema, as_json=extension == ".jsonl")


def cell_texts(column: pa.Array) -> list[str | None]:
    """Each value as the text that CSV would have, without quotation marks; missing stays None."""
    if pa.types.is_uint64(column.type):
        texts: list[str | None] = guid_texts(column).to_pylist()
        return [text or None for text in texts]
    return [None if value is None else plain_text(value) for value in column.to_pylist()]
