"""What cannot be avoided: bare rows into a bare copy of a table, and one look-up by primary key."""

import io
import time
from typing import Any

from sqlalchemy import Connection, select

from chfw_app.stores.store import Store
from chfw_app.stores.tables import hub

_COPY = "floor_rows"


def insert_floor(store: Store, table: str, rows: int) -> float | None:
    """Seconds for the first `rows` rows of a table, ready in memory, put into a copy of it with its indexes.

    By COPY on PostgreSQL, executemany on SQLite; committed, then dropped. None where there are not so many.
    """
    with store.update() as connection:
        driver: Any = connection.connection.driver_connection
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _like_sqlite(driver, table)
            values = driver.execute(f"SELECT * FROM {table} LIMIT {rows}").fetchall()
            found = len(values)
        else:
            driver.execute(f"CREATE TABLE {_COPY} (LIKE {table} INCLUDING ALL)")
            text = io.BytesIO()
            with driver.cursor() as cursor, cursor.copy(f"COPY (SELECT * FROM {table} LIMIT {rows}) TO STDOUT") as copy:
                for block in copy:
                    text.write(block)
            found = text.getbuffer().tobytes().count(b"\n")
    if found < rows:
        _drop(store)
        return None
    start = time.perf_counter()
    with store.update() as connection:
        driver = connection.connection.driver_connection
        if sqlite:
            driver.executemany(f"INSERT INTO {_COPY} VALUES ({', '.join('?' * len(values[0]))})", values)
        else:
            with driver.cursor() as cursor, cursor.copy(f"COPY {_COPY} FROM STDIN") as copy:
                copy.write(text.getvalue())
    spent = time.perf_counter() - start
    _drop(store)
    return spent


def _drop(store: Store) -> None:
    with store.update() as connection:
        connection.exec_driver_sql(f"DROP TABLE {_COPY}")


def _like_sqlite(driver: Any, table: str) -> None:
    """The table's own statements, and those of its indexes, under other names."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL AND type != 'trigger'"
    for kind, name, statement in sorted(driver.execute(query, (table,)).fetchall(), key=lambda row: row[0] == "index"):
        made = statement.replace(f" {table} ", f" {_COPY} ", 1)
        if kind == "index":
            made = made.replace(name, f"floor_{name}", 1).replace(f"ON {table} ", f"ON {_COPY} ", 1)
        driver.execute(made)


def look_up(connection: Connection, release: str, guid: int) -> float:
    """Seconds for one hub by its primary key."""
    start = time.perf_counter()
    connection.execute(select(hub).where(hub.c.release == release, hub.c.guid == guid)).one()
    return time.perf_counter() - start
