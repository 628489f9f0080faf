"""Rows of schedules as numbers: two hubs have one number where all but their GUIDs is alike.

Columns are folded into one number per row by their dictionaries, a batch at a time, and only the first row of each
number is looked at as values.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid

Guids = NDArray[np.uint64]
Numbers = NDArray[np.int32]
Cell: TypeAlias = str | int | None
"""Times are microseconds, days are days, both since 1970."""
Row: TypeAlias = tuple[Cell, ...]

NO_ROW = 0
"""The number of a hub that a schedule has no row of."""
_WIDE = 1 << 62


@frozen(kw_only=True, eq=False)
class Rows:
    """One schedule: shape (hubs,) both, in its own order; `kinds` are numbers of `Kinds`."""

    guids: Guids
    kinds: Numbers


@define(eq=False)
class Kinds:
    """The different rows of several schedules, numbered as they are met. `columns`: which ones count."""

    columns: tuple[str, ...]
    values: list[Row] = field(factory=list)
    _numbers: dict[Row, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._number(tuple(None for _ in self.columns))  # NO_ROW: a row always has a status

    def read(self, name: str, batches: Iterable[pa.RecordBatch], done: Callable[[], None]) -> Rows:
        """A schedule in batches; `done` is called after each. Raises InputError for a hub with two rows."""
        guids, kinds = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int32)]
        for batch in batches:
            guids.append(batch.column("guid").to_numpy())
            kinds.append(self.of(batch))
            done()
        rows = Rows(guids=np.concatenate(guids), kinds=np.concatenate(kinds))
        ordered = np.sort(rows.guids)
        again = np.flatnonzero(ordered[1:] == ordered[:-1])
        if len(again):
            raise InputError(f"{name} has two rows for `{format_guid(int(ordered[again[0]]))}`")
        return rows

    def of(self, batch: pa.RecordBatch) -> Numbers:
        """The number of each row of a batch."""
        if not batch.num_rows:
            return np.zeros(0, dtype=np.int32)
        key, size = np.zeros(batch.num_rows, dtype=np.int64), 1
        for name in self.columns:
            codes, count = _codes(batch.column(name))
            if size * count > _WIDE:
                key, size = _codes(pa.array(key))
            key, size = key * count + codes, size * count
        key, _ = _codes(pa.array(key))
        # Codes are given as values are met: a new one is greater than all before it.
        first = np.flatnonzero(np.diff(np.maximum.accumulate(key), prepend=-1))
        few = batch.take(pa.array(first))
        rows = zip(*(_plain(few.column(name)) for name in self.columns), strict=True)
        return np.array([self._number(row) for row in rows], dtype=np.int32)[key]

    def _number(self, row: Row) -> int:
        number = self._numbers.setdefault(row, len(self.values))
        if number == len(self.values):
            self.values.append(row)
        return number


def _codes(column: pa.Array) -> tuple[NDArray[np.int64], int]:
    """Each value as a number below the second; missing is the last of them."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    missing = len(coded.dictionary)
    return coded.indices.fill_null(missing).to_numpy().astype(np.int64), missing + 1


def _plain(column: pa.Array) -> Sequence[Cell]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    elif pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    cells: list[Cell] = column.to_pylist()
    return cells
