"""Lists of GUIDs put where a statement of PostgreSQL can join them: a table of this connection alone.

Its columns are `guid` and `nth`, which says which of the lists a GUID comes from, counted from 0; none may be in
two. The rows go there by a binary COPY that is made of whole arrays.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, Integer, MetaData, Table
from sqlalchemy.schema import CreateTable, DropTable

from chfw_app.stores.columns import GuidColumn
from chfw_core.model.guid_list import GuidList

Numbers: TypeAlias = NDArray[np.int64]
_SIGN = np.uint64(1 << 63)
_AT_ONCE = 500_000
"""Rows made into bytes at a time: bounds what a statement about millions needs beside its lists."""
_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = b"\xff\xff"
_COPY_ROW = np.dtype([("fields", ">i2"), ("bytes_1", ">i4"), ("guid", ">i8"), ("bytes_2", ">i4"), ("nth", ">i4")])
_FOR_MANY = "SET LOCAL work_mem = '64MB'; SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off"
"""A join of a million rows stays in memory. GUIDs come in the order in which their rows were put there, so that a few
thousand of millions are quicker found one by one. Machine code for columns that are passed on does not pay."""
_names = count(1)


def signed(guids: GuidList) -> Numbers:
    """The GUIDs as they lie in a column (see `columns`), ascending."""
    return (np.frombuffer(guids.pack(), ">u8").astype(np.uint64) ^ _SIGN).view(np.int64)


def unsigned(numbers: Numbers) -> GuidList:
    """The inverse, in whatever order they come. Raises InputError for one that comes twice."""
    return GuidList.unpack(plain(np.sort(numbers)).astype(">u8").tobytes())


def plain(numbers: Numbers) -> NDArray[np.uint64]:
    """GUIDs as they are, of what lies in a column; in the same order, which is that of the GUIDs too."""
    return numbers.view(np.uint64) ^ _SIGN


def disjoint(lists: Sequence[GuidList]) -> bool:
    """Whether no GUID is in two of them."""
    if len(lists) < 2:
        return True
    together = np.concatenate([signed(one) for one in lists])
    together.sort()
    return not bool(np.any(together[1:] == together[:-1]))


def in_order(lists: Sequence[GuidList]) -> tuple[Numbers, Numbers]:
    """The GUIDs of all lists, ascending, and beside each which list it comes from."""
    if not lists:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    guids = np.concatenate([signed(one) for one in lists])
    nth = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    if len(lists) > 1:
        order = np.argsort(guids, kind="stable")
        guids, nth = guids[order], nth[order]
    return guids, nth


@contextmanager
def staged_guids(connection: Connection, lists: Sequence[GuidList]) -> Iterator[Table]:
    """The table, gone at the end. Until the transaction's end its statements get memory for millions of rows."""
    connection.exec_driver_sql(_FOR_MANY)
    columns = (Column("guid", GuidColumn), Column("nth", Integer))
    staging = Table(f"staged_guids_{next(_names)}", MetaData(), *columns, prefixes=["TEMPORARY"])
    connection.execute(CreateTable(staging))
    _copy(connection, staging.name, lists)
    yield staging
    connection.execute(DropTable(staging))


def _chunks(lists: Sequence[GuidList]) -> Iterator[tuple[Numbers, Numbers]]:
    guids, nth = in_order(lists)
    for start in range(0, len(guids), _AT_ONCE):
        yield guids[start : start + _AT_ONCE], nth[start : start + _AT_ONCE]


def _copy(connection: Connection, name: str, lists: Sequence[GuidList]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {name} (guid, nth) FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.write(_COPY_HEAD)
            for guids, nth in _chunks(lists):
                rows = np.empty(len(guids), _COPY_ROW)
                rows["fields"], rows["bytes_1"], rows["bytes_2"] = 2, 8, 4
                rows["guid"], rows["nth"] = guids, nth
                copy.write(rows.tobytes())
            copy.write(_COPY_END)
        cursor.execute(f"ANALYZE {name}")
