"""Many rows at once, in the transaction that is open: what each of the two databases does quickest.

PostgreSQL takes rows by COPY into a table of the connection alone, SQLite one by one in the order in which
they will lie. A list of GUIDs that a statement is about goes along as one value.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    Select,
    Table,
    cast,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable, DropTable

from chfw_app.pieces import in_pieces
from chfw_core.model.guid import to_signed

_AT_ONCE = 20_000
_staged_names = count(1)


def among(connection: Connection, column: ColumnElement[Any], guids: Iterable[int]) -> ColumnElement[bool]:
    """The condition that a column of GUIDs is one of these, however many there are."""
    return column.in_(select(guids_as_rows(connection, guids)))


def guids_as_rows(connection: Connection, guids: Iterable[int]) -> ColumnElement[Any]:
    """A column of these GUIDs, to select from."""
    numbers = [to_signed(guid) for guid in guids]
    if connection.dialect.name == "sqlite":
        given = func.json_each(json.dumps(numbers)).table_valued("value")
        return given.c.value
    return func.unnest(cast(literal(numbers, ARRAY(BigInteger)), ARRAY(BigInteger))).column_valued("named")


def insert_into(dialect: str, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases write alike. `dialect`: its name."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def load(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows, sorted by primary key by the caller, in the transaction that is open.

    `rows`: values in the order of `names`. SQLite takes them one by one, in the order in which they will
    lie; PostgreSQL by COPY into a staging table and from there in one statement.
    """
    columns = [table.c[name] for name in names]
    if connection.dialect.name == "sqlite":
        _many(connection, table, columns, rows)
        return
    with staged(connection, columns, rows) as staging:
        into: Insert = insert(table).from_select(list(names), select(*(staging.c[name] for name in names)))
        connection.execute(into)


@contextmanager
def staged(
    connection: Connection, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]] | Select[Any]
) -> Iterator[Table]:
    """A table of this connection alone, filled with rows, gone at the end: to join set-wise.

    `columns`: of any table; names and types are taken from them. `rows`: values in that order, or what gives them.
    """
    staging = Table(
        f"staged_{next(_staged_names)}",
        MetaData(),
        *(Column(column.name, column.type) for column in columns),
        prefixes=["TEMPORARY"],
    )
    connection.execute(CreateTable(staging))
    if isinstance(rows, Select):
        connection.execute(insert(staging).from_select(list(staging.columns), rows))
    else:
        _many(connection, staging, list(staging.columns), rows)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {staging.name}")
    yield staging
    connection.execute(DropTable(staging))


def _many(connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]) -> None:
    dialect = connection.dialect
    quoted = [dialect.identifier_preparer.quote(column.name) for column in columns]
    binds = [column.type.bind_processor(dialect) for column in columns]
    values = (tuple(v if bind is None else bind(v) for bind, v in zip(binds, row, strict=True)) for row in rows)
    if dialect.name == "sqlite":
        statement = f"INSERT INTO {table.name} ({', '.join(quoted)}) VALUES ({', '.join('?' * len(columns))})"
        for chunk in in_pieces(values, _AT_ONCE):
            connection.exec_driver_sql(statement, chunk)
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(quoted)}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)
