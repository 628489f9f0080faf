"""Tables whose columns are declared (`chfw_core.documents.tables`), a few rows or millions, read as columns.

The columns are judged per distinct value, like an estate's. A row that cannot be read is set aside with its
reason (BR5.2); what the good rows mean is for others to say.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.documents import kinds
from chfw_core.documents.tables import Kind, TableColumn
from chfw_core.errors import InputError
from chfw_files.column_names import check_names
from chfw_files.columns import (
    TEXTS,
    Standard,
    is_instant,
    is_text,
    standard_dates,
    standard_guids,
    standard_instants,
    standard_texts,
)
from chfw_files.raw import RawChunk, Source
from chfw_files.sources import open_source
from chfw_files.tables.quarantine import BadRow, guid_text
from chfw_files.tables.writing import INSTANT

_TYPES = {Kind.GUID: pa.uint64(), Kind.DATE: pa.date32(), Kind.INSTANT: INSTANT, Kind.PERIOD_END: INSTANT}


@frozen(kw_only=True, eq=False)
class TypedTable:
    """The good rows in the file's order (the declared columns and `row` int64, its place), and the others.

    `others`: columns of the file that are not declared; `lacking`: declared ones that it has not.
    """

    table: pa.Table
    quarantine: tuple[BadRow, ...]
    others: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def schema_of(columns: Sequence[TableColumn]) -> pa.Schema:
    """GUIDs uint64, dates date32, times in UTC, texts dictionary<int32, string>."""
    return pa.schema([(column.name, _TYPES.get(column.kind, TEXTS)) for column in columns])


def read_typed_table(path: str | Path, declared: Sequence[TableColumn]) -> TypedTable:
    """Read the whole file. Columns that it may lack are null where it does.

    Raises InputError for what is no table, lacks a column, or has one in its place whose name is nearly that.
    """
    source = open_source(path, plain=frozenset({"guid"}))
    names = [column.name for column in declared]
    others = check_names(source, names, [c.name for c in declared if c.required])
    _check_types(source, declared)
    schema = schema_of(declared).append(pa.field("row", pa.int64()))
    columns = [column for column in declared if column.name in source.names]
    tables, bad = [], []
    for index in range(source.chunk_count):
        raw = source.read(index, [column.name for column in columns])
        parts = {column.name: _standard(column, raw.columns[column.name]) for column in columns}
        masks = [part.bad for part in parts.values() if part.bad is not None]
        wrong = np.logical_or.reduce(masks) if masks else np.zeros(raw.rows, dtype=np.bool_)
        bad += _describe(raw, parts, np.flatnonzero(wrong))
        good = ~wrong
        arrays = [
            parts[column.name].values if column.name in parts else _nothing(raw.rows, column) for column in declared
        ]
        table = pa.Table.from_arrays([*arrays, pa.array(raw.lines())], schema=schema)
        tables.append(table if good.all() else table.filter(pa.array(good)))
    whole = pa.concat_tables(tables) if tables else schema.empty_table()
    return TypedTable(
        table=whole.unify_dictionaries(),
        quarantine=tuple(sorted(bad)),
        others=others,
        lacking=tuple(name for name in names if name not in source.names),
    )


def _nothing(rows: int, column: TableColumn) -> pa.Array:
    """A column that the file does not have."""
    kind = _TYPES.get(column.kind, TEXTS)
    return pa.nulls(rows, pa.string()).dictionary_encode() if kind == TEXTS else pa.nulls(rows, kind)


def _check_types(source: Source, declared: Sequence[TableColumn]) -> None:
    for column in declared:
        kind = source.types.get(column.name)
        if kind is None or is_text(kind):
            continue
        fits = (
            (column.kind is Kind.GUID and pa.types.is_uint64(kind))
            or (column.kind is Kind.DATE and pa.types.is_date(kind))
            or (column.kind in (Kind.INSTANT, Kind.PERIOD_END) and is_instant(kind))
        )
        if not fits:
            wanted = {
                Kind.GUID: "uint64 or text",
                Kind.DATE: "a date or text",
                Kind.INSTANT: "a timestamp in UTC, a date or text",
            }
            need = wanted.get(Kind.INSTANT if column.kind is Kind.PERIOD_END else column.kind, "text")
            raise InputError(f"`{source.path}`: the column `{column.name}` is {kind}; it must be {need}")


def _standard(column: TableColumn, values: pa.Array) -> Standard:
    match column.kind:
        case Kind.GUID:
            return standard_guids(column.name, values, nullable=column.nullable)
        case Kind.DATE:
            return standard_dates(column.name, values, nullable=column.nullable)
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
        case Kind.HEX:
            return standard_texts(
                column.name, values, lambda text: kinds.hex_text(text, column.digits), nullable=column.nullable
            )
        case Kind.WINDOW:
            return standard_texts(column.name, values, kinds.window, nullable=column.nullable)
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
