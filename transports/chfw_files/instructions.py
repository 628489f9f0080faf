"""Instructions in and out, a few or millions (BR3.1, BR3.7).

The columns are judged per distinct value, like an estate's. `table` keeps them as columns for the
columnar engine, `instructions` makes values of them. A row that cannot be read is set aside with
its reason (BR5.2); whether an instruction counts is for consent to say.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from chfw_core.consent.model import Instruction
from chfw_core.documents import kinds
from chfw_core.documents.instructions import INSTRUCTION_COLUMNS, instruction_of
from chfw_core.documents.tables import INSTRUCTIONS, Kind, TableColumn
from chfw_core.errors import InputError
from chfw_files.columns import (
    TEXTS,
    Standard,
    is_text,
    standard_guids,
    standard_instants,
    standard_texts,
)
from chfw_files.quarantine import BadRow, guid_text
from chfw_files.sources import RawChunk, Source, check_names, open_source
from chfw_files.writing import INSTANT, write_table

_TYPES = {Kind.GUID: pa.uint64(), Kind.INSTANT: INSTANT, Kind.PERIOD_END: INSTANT}
INSTRUCTIONS_SCHEMA = pa.schema([(c.name, _TYPES.get(c.kind, TEXTS)) for c in INSTRUCTIONS])
"""The columns of `--instructions-out`; a table that was read has `row`, its place in the file, too."""


@frozen(kw_only=True, eq=False)
class InstructionsFile:
    """The good rows in the file's order (INSTRUCTIONS_SCHEMA and `row` int64), and the others."""

    table: pa.Table
    quarantine: tuple[BadRow, ...]

    def received_after(self, instant: datetime) -> int:
        """How many rows had not been received by then."""
        later = pc.greater(self.table.column("received_at"), pa.scalar(instant, INSTANT))
        return int(pc.sum(later).as_py() or 0)

    def instructions(self) -> Iterator[Instruction]:
        """Every row as a value."""
        for batch in self.table.to_batches(max_chunksize=1 << 16):
            columns = batch.to_pydict()
            for values in zip(*columns.values(), strict=True):
                row: dict[str, Any] = dict(zip(columns, values, strict=True))
                yield instruction_of(row, row.pop("row"))


def read_instructions(path: str | Path) -> InstructionsFile:
    """Read the whole file. Raises InputError for what is no table or lacks a column."""
    source = open_source(path, plain=frozenset({"guid"}))
    check_names(source, INSTRUCTION_COLUMNS, [c.name for c in INSTRUCTIONS if c.required])
    _check_types(source)
    columns = [column for column in INSTRUCTIONS if column.name in source.names]
    tables, bad = [], []
    for index in range(source.chunk_count):
        raw = source.read(index, [column.name for column in columns])
        parts = {column.name: _standard(column, raw.columns[column.name]) for column in columns}
        masks = [part.bad for part in parts.values() if part.bad is not None]
        wrong = np.logical_or.reduce(masks) if masks else np.zeros(raw.rows, dtype=np.bool_)
        bad += _describe(raw, parts, np.flatnonzero(wrong))
        good = ~wrong
        arrays = [
            parts[entry.name].values if entry.name in parts else pa.nulls(raw.rows, pa.string()).dictionary_encode()
            for entry in INSTRUCTIONS_SCHEMA
        ]
        table = pa.Table.from_arrays([*arrays, pa.array(raw.lines())], schema=_READ_SCHEMA)
        tables.append(table if good.all() else table.filter(pa.array(good)))
    whole = pa.concat_tables(tables) if tables else _READ_SCHEMA.empty_table()
    return InstructionsFile(table=whole.unify_dictionaries(), quarantine=tuple(sorted(bad)))


def write_instructions(path: str | Path, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches of INSTRUCTIONS_SCHEMA (`--instructions-out`); how many rows. Raises OutputError."""
    return write_table(path, INSTRUCTIONS_SCHEMA, batches)


def as_batch(instructions: Iterable[Instruction]) -> pa.RecordBatch:
    """Instructions as one batch of INSTRUCTIONS_SCHEMA."""
    rows = list(instructions)
    arrays = []
    for entry in INSTRUCTIONS_SCHEMA:
        values = [getattr(row, entry.name) for row in rows]
        if entry.type == TEXTS:
            texts = [None if value is None else str(value) for value in values]
            arrays.append(pa.array(texts, pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(values, entry.type))
    return pa.RecordBatch.from_arrays(arrays, schema=INSTRUCTIONS_SCHEMA)


_READ_SCHEMA = INSTRUCTIONS_SCHEMA.append(pa.field("row", pa.int64()))


def _check_types(source: Source) -> None:
    for column in INSTRUCTIONS:
        kind = source.types.get(column.name)
        if kind is None or is_text(kind):
            continue
        fits = (column.kind is Kind.GUID and pa.types.is_uint64(kind)) or (
            column.kind in (Kind.INSTANT, Kind.PERIOD_END) and pa.types.is_timestamp(kind) and kind.tz is not None
        )
        if not fits:
            wanted = {Kind.GUID: "uint64 or text", Kind.INSTANT: "a timestamp in UTC or text"}
            need = wanted.get(Kind.INSTANT if column.kind is Kind.PERIOD_END else column.kind, "text")
            raise InputError(f"`{source.path}`: the column `{column.name}` is {kind}; it must be {need}")


def _standard(column: TableColumn, values: pa.Array) -> Standard:
    match column.kind:
        case Kind.GUID:
            return standard_guids(column.name, values, nullable=column.nullable)
        case Kind.INSTANT | Kind.PERIOD_END:
            return standard_instants(
                column.name,
                values,
                nullable=column.nullable,
                period_end=column.kind is Kind.PERIOD_END,
            )
        case Kind.WORD:
            return standard_texts(
                column.name,
                values,
                lambda text: kinds.word(text, column.words),
                nullable=column.nullable,
            )
        case _:
            return standard_texts(column.name, values, str, nullable=column.nullable)


def _describe(raw: RawChunk, parts: dict[str, Standard], rows: "np.ndarray[Any, Any]") -> list[BadRow]:
    found = [BadRow(line=row.line, guid_text=row.text[:23], column="", reason=row.reason) for row in raw.unreadable]
    if len(rows):
        lines = raw.lines()
        for row in rows.tolist():
            wrong = {name: part.reason(row) for name, part in parts.items() if part.bad is not None and part.bad[row]}
            found.append(
                BadRow(
                    line=int(lines[row]),
                    guid_text=guid_text(raw, row),
                    column="|".join(wrong),
                    reason="; ".join(wrong.values()),
                )
            )
    return found
