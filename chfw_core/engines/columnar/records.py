"""A record: all that the plan of a hub depends on, as one row of small integers.

Most hubs get theirs from the tables of the sides; hubs of which something is known by GUID get
more of the columns filled. Distinct records are the *hub classes* that `compose` works on.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from chfw_core.engines.columnar.vocabulary import ROOM, distinct_keys, first_of_each


class Part(IntEnum):
    """The columns of a record. FIRST and SECOND are the hub's Suppliers, the Import Supplier first.

    PLACE: eligibility, region and division. DCC, CSP: matches, of the speakers DCC_ROW, CSP_ROW.
    PAIR: number on the pair axis.
    *_ROW and *_MATCH: speaker and match of a Supplier. *_STANDING: its explicit instruction.
    *_PILOT: in which of its pilots. CHANGES: changes of Supplier. GUID: 0, or one of the hubs that
    events name.
    """

    PLACE = 0
    DCC = 1
    CSP_ROW = 2
    CSP = 3
    PAIR = 4
    FIRST_ROW = 5
    FIRST_MATCH = 6
    SECOND_ROW = 7
    SECOND_MATCH = 8
    FIRST_STANDING = 9
    SECOND_STANDING = 10
    FIRST_PILOT = 11
    SECOND_PILOT = 12
    CHANGES = 13
    GUID = 14
    DCC_ROW = 15


SIDES = (
    (Part.FIRST_ROW, Part.FIRST_MATCH, Part.FIRST_STANDING),
    (Part.SECOND_ROW, Part.SECOND_MATCH, Part.SECOND_STANDING),
)
"""Speaker, match and explicit instruction of each of a hub's Suppliers."""
Records = NDArray[np.int32]
N = TypeVar("N", bound=np.integer)


def distinct_rows(records: NDArray[N]) -> tuple[NDArray[N], NDArray[np.int64]]:
    """The distinct rows, and for each row which one it is."""
    sample, of = distinct_columns(list(records.T), len(records))
    return records[sample], of


def some_rows(lots: Sequence[Records], rows: Sequence[NDArray[np.int64]]) -> Records:
    """Some records of each lot, laid out by the column as all records are: nobody asks for one as a whole."""
    found = np.empty((sum(map(len, rows)), len(Part)), dtype=np.int32, order="F")
    start = 0
    for records, own in zip(lots, rows, strict=True):
        for column in range(len(Part)):
            np.take(records[:, column], own, out=found[start : start + len(own), column], mode="clip")
        start += len(own)
    return found


def with_more(records: Records, more: Records) -> Records:
    """The records, and some more after them, laid out by the column."""
    return np.concatenate([records, np.asfortranarray(more)])


def distinct_tuples(columns: Sequence[NDArray[np.integer]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct rows of some columns, and for each row which one it is."""
    sample, of = distinct_columns(columns, len(columns[0]))
    return np.stack([column[sample].astype(np.int64) for column in columns], axis=1), of


def distinct_columns(columns: Sequence[NDArray[np.integer]], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct rows of some columns: the first row of each, and for each row its number.

    Numbers are in order of first appearance. Columns are mixed into one number as long as it has room, so that
    mostly one hashing is enough.
    """
    if not count:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    key, product = np.zeros(count, dtype=np.int64), 1
    for column in columns:
        low, high = int(column.min()), int(column.max())
        if low == high:
            continue
        span, codes = high - low + 1, column
        if product * span >= ROOM:
            values, key = _renumbered(key)
            product = len(values)
        if product * span >= ROOM:
            values, codes = _renumbered(column)
            low, span = 0, len(values)
        key *= span
        key += codes
        key -= low
        product *= span
    if product == 1:
        return np.zeros(1, dtype=np.int64), np.zeros(count, dtype=np.int64)
    values, of = distinct_keys(key)
    return first_of_each(of, len(values)), of.astype(np.int64)


def _renumbered(column: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    values, of = distinct_keys(column.astype(np.int64, copy=False))
    return values, of.astype(np.int64)


def renumber(classes: Sequence[NDArray[np.int32]], becomes: NDArray[np.int32], threads: int) -> None:
    """Give hubs other classes, in place: those of class c become `becomes[c]`."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda own: np.take(becomes, own, out=own, mode="clip"), classes))
