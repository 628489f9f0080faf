"""Rows that go back to whoever sent them: in the format and order that they came in, each with its reason (BR5.2).

The first column is `refused_because`, the others are as they were sent. What is mended can be sent again as it is:
nobody reads the first column. `as_sent` has the whole text of a row that cannot be cut into columns.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from chfw_core.errors import InputError
from chfw_files.documents.returned_json import AS_SENT, REASON, write_returned_lines
from chfw_files.raw import RawChunk, Source
from chfw_files.sources import open_source
from chfw_files.tables.quarantine import BadRow
from chfw_files.tables.writing import table_writer


def reasons_of(rows: Iterable[BadRow]) -> dict[int, str]:
    """Why each row was set aside, by its place in the file."""
    reasons: dict[int, str] = {}
    for row in rows:
        reasons[row.line] = f"{reasons[row.line]}; {row.reason}" if row.line in reasons else row.reason
    return reasons


def write_returned(source: str | Path, target: str | Path, reasons: Mapping[int, str]) -> int:
    """Write the rows of `source` that `reasons` names by their place; how many. No row, no file.

    `target` has the extension of `source`. Raises InputError where that is not so, or `source` cannot be read any
    more, and OutputError.
    """
    place = Path(target)
    if place.suffix.lower() != Path(source).suffix.lower():
        raise InputError(f"`{place.name}`: rows go back in the format that they came in: `{Path(source).suffix}`")
    if not reasons:
        return 0
    if place.suffix.lower() == ".jsonl":
        return write_returned_lines(Path(source), place, reasons)
    table = open_source(source, plain=frozenset({"guid"}))
    names = tuple(name for name in table.names if name not in (REASON, AS_SENT))
    whole = [table.read(index, names) for index in range(table.chunk_count)] if table.chunk_count == 1 else None
    cut = any(chunk.unreadable for chunk in whole or _chunks(table, names[:1]))
    fields = [pa.field(REASON, pa.string()), *(pa.field(name, table.types.get(name, pa.string())) for name in names)]
    schema = pa.schema([*fields, pa.field(AS_SENT, pa.string())] if cut else fields)
    rows = 0
    with table_writer(place, schema) as writer:
        for chunk in whole or _chunks(table, names):
            batch = _batch(chunk, names, schema, reasons)
            if batch.num_rows:
                writer.write(batch)
                rows += batch.num_rows
    return rows


def write_without(source: str | Path, target: str | Path, left_out: Collection[int]) -> int:
    """Write the rows of `source` that can be cut into columns and whose place is not in `left_out`; how many.

    They stay in their order, without the column of reasons. Raises as `write_returned` does.
    """
    table = open_source(source, plain=frozenset({"guid"}))
    names = tuple(name for name in table.names if name not in (REASON, AS_SENT))
    schema = pa.schema([pa.field(name, table.types.get(name, pa.string())) for name in names])
    bad = np.fromiter(left_out, dtype=np.int64, count=len(left_out))
    rows = 0
    with table_writer(target, schema) as writer:
        for chunk in _chunks(table, names):
            good = pa.array(np.flatnonzero(~np.isin(chunk.lines(), bad)))
            columns = [
                _as_written(chunk.columns[entry.name].take(good), entry.type).cast(entry.type) for entry in schema
            ]
            writer.write(pa.RecordBatch.from_arrays(columns, schema=schema))
            rows += len(good)
    return rows


def _as_written(values: pa.Array, kind: pa.DataType) -> pa.Array:
    plain = pa.types.is_dictionary(values.type) and not pa.types.is_dictionary(kind)
    return values.dictionary_decode() if plain else values


def _chunks(table: Source, names: Sequence[str]) -> Iterator[RawChunk]:
    return (table.read(index, names) for index in range(table.chunk_count))


def _batch(chunk: RawChunk, names: Sequence[str], schema: pa.Schema, reasons: Mapping[int, str]) -> pa.RecordBatch:
    lines = chunk.lines()
    wanted = np.flatnonzero(np.isin(lines, np.fromiter(reasons, dtype=np.int64, count=len(reasons))))
    apart = [row for row in chunk.unreadable if row.line in reasons]
    places = [*lines[wanted].tolist(), *(row.line for row in apart)]
    columns: list[pa.Array] = [pa.array([reasons[line] for line in places], pa.string())]
    for name in names:
        values = _as_written(chunk.columns[name].take(pa.array(wanted)), schema.field(name).type)
        columns.append(pa.concat_arrays([values, pa.nulls(len(apart), values.type)]) if apart else values)
    if schema.names[-1] == AS_SENT:
        columns.append(pa.array([*[None] * len(wanted), *(row.text for row in apart)], pa.string()))
    order = pa.array(np.argsort(np.array(places, dtype=np.int64), kind="stable"))
    arrays = [column.take(order).cast(entry.type) for column, entry in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
