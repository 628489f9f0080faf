"""The schedule's rows as arrays, put beside the hubs of each block.

Rows should stand in the estate's order. While they do, they are taken as they come; from the
first block where they do not, the rest is sorted once and looked up by GUID, so that what is
missing, repeated or out of place is counted and everything else is still checked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import fields as fields_of
from attrs import frozen

from chfw_core.engines.verify.arrays import (
    NO_DAY,
    NO_TIME,
    Bools,
    Domain,
    Guids,
    Ints,
    Longs,
)
from chfw_core.engines.verify.estate import BLOCK_ROWS, ahead, text_codes
from chfw_core.engines.verify.tally import Tally
from chfw_core.model.guid import format_guid
from chfw_core.planning.verify import Check

STATUSES = ("", "planned", "held", "ineligible", "infeasible")
BASES = ("", "SOLE_SUPPLIER", "BOTH_SUPPLIERS", "DCC_DEFAULT")
PLANNED, HELD, INELIGIBLE, INFEASIBLE = 1, 2, 3, 4
SOLE, BOTH, DEFAULT = 1, 2, 3


@frozen
class Rows:
    """Rows of a schedule; `present` is false where a hub has none. Codes 0 mean empty."""

    guids: Guids
    present: Bools
    status: Ints
    basis: Ints
    opens: Longs
    closes: Longs
    day: Ints
    batch: Ints
    import_rule: Ints
    gas_rule: Ints
    reason: Bools

    def take(self, rows: Longs | slice) -> "Rows":
        """Some of the rows."""
        return Rows(*(getattr(self, part.name)[rows] for part in fields_of(Rows)))


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields_of(Rows)))


def in_blocks(parts: Iterable[Rows]) -> Iterator[Rows]:
    """Rows put together as the estate's are: a block of both is read while the one before is worked on."""
    waiting: list[Rows] = []
    for part in parts:
        waiting.append(part)
        if sum(len(rows.guids) for rows in waiting) >= BLOCK_ROWS:
            yield joined(waiting)
            waiting.clear()
    if waiting:
        yield joined(waiting)


class ScheduleReader:
    """Takes the rows of a schedule, block by block of the estate."""

    def __init__(self, batches: Iterable[pa.RecordBatch], rules: Domain[str | None], tally: Tally) -> None:
        self.rules = rules
        self.batch_ids: Domain[str | None] = Domain(None)
        self._statuses: Domain[str | None] = Domain(None)
        self._bases: Domain[str | None] = Domain(None)
        self._statuses.codes(STATUSES[1:])
        self._bases.codes(BASES[1:])
        self._coming: Iterator[Rows] = ahead(in_blocks(self._read(batch) for batch in batches))
        self._held: Rows | None = None
        self._rest: Rest | None = None
        self._tally = tally

    def status_text(self, code: int) -> str:
        """A status as it stands in the schedule."""
        return self._statuses.values[code] or "nothing"

    def basis_text(self, code: int) -> str:
        """A basis as it stands in the schedule."""
        return self._bases.values[code] or "none"

    def take(self, guids: Guids, remaining: "Remaining") -> Rows:
        """The rows of these hubs, in their order. `remaining()` = GUIDs from this block on."""
        if self._rest is None:
            rows = self._next(len(guids))
            if rows is not None and np.array_equal(rows.guids, guids):
                return rows
            parts = [] if rows is None else [rows]
            parts += [] if self._held is None else [self._held]
            self._rest = Rest([*parts, *self._coming], remaining())
        return self._rest.take(guids)

    def finish(self) -> None:
        """Whatever is left over belongs to no hub, or to one that has a row already (I6)."""
        if self._rest is None:
            left = ([] if self._held is None else [self._held]) + list(self._coming)
            if not sum(len(part.guids) for part in left):
                return
            self._rest = Rest(left, np.zeros(0, np.uint64))
        self._rest.report(self._tally)

    def _next(self, size: int) -> Rows | None:
        parts, have = ([], 0) if self._held is None else ([self._held], len(self._held.guids))
        self._held = None
        while have < size and (rows := next(self._coming, None)) is not None:
            parts.append(rows)
            have += len(rows.guids)
        if not parts:
            return None
        whole = joined(parts)
        if have > size:
            self._held = whole.take(slice(size, have))
            whole = whole.take(slice(0, size))
        return whole

    def _read(self, batch: pa.RecordBatch) -> Rows:
        size = len(batch)
        return Rows(
            guids=batch.column("guid").to_numpy(zero_copy_only=False),
            present=np.ones(size, np.bool_),
            status=text_codes(batch.column("status"), self._statuses),
            basis=text_codes(batch.column("basis"), self._bases),
            opens=times_of(batch.column("window_opens")),
            closes=times_of(batch.column("window_closes")),
            day=_numbers(batch.column("day"), pa.date32(), pa.int32(), NO_DAY),
            batch=text_codes(batch.column("batch_id"), self.batch_ids),
            import_rule=text_codes(batch.column("import_rule"), self.rules),
            gas_rule=text_codes(batch.column("gas_rule"), self.rules),
            reason=_said(batch.column("reason")),
        )


class Remaining:
    """Gives the GUIDs of the estate from a row on, when asked."""

    def __init__(self, reader: Any, first: int) -> None:
        self._reader, self._first = reader, first

    def __call__(self) -> Guids:
        guids: Guids = self._reader.guids(self._first)
        return guids


class Rest:
    """Rows out of step with the estate, found by GUID. The first row of a GUID counts."""

    def __init__(self, parts: Sequence[Rows], expected: Guids) -> None:
        self._rows = joined(parts) if parts else None
        size = 0 if self._rows is None else len(self._rows.guids)
        guids = np.zeros(0, np.uint64) if self._rows is None else self._rows.guids
        self._order = np.argsort(guids, kind="stable")
        self._sorted = guids[self._order]
        self._expected = expected
        self._used = np.zeros(size, np.bool_)

    def take(self, guids: Guids) -> Rows:
        """The rows of these hubs; empty ones where there is none."""
        if self._rows is None or not len(self._sorted):
            return _absent(guids)
        at = np.minimum(np.searchsorted(self._sorted, guids), len(self._sorted) - 1)
        found = self._sorted[at] == guids
        rows = self._order[at]
        self._used[rows[found]] = True
        taken = self._rows.take(rows)
        empty = _absent(guids)
        parts = []
        for part in fields_of(Rows):
            there, none = getattr(taken, part.name), getattr(empty, part.name)
            parts.append(np.where(found, there, none).astype(none.dtype))
        return Rows(*parts)

    def report(self, tally: Tally) -> None:
        """I6, I7: rows too many, hubs without a row, rows out of place."""
        guids = np.zeros(0, np.uint64) if self._rows is None else self._rows.guids
        _report(tally, guids[~self._used], "one row for each hub of the estate", "one row more")
        mine = guids[self._used]
        missing = self._expected[~np.isin(self._expected, mine)]
        _report(tally, missing, "one row", "no row")
        there = self._expected[np.isin(self._expected, mine)]
        if len(there) == len(mine):
            off = np.flatnonzero(there != mine)
            if len(off):
                first = format_guid(int(there[off[0]]))
                got = format_guid(int(mine[off[0]]))
                tally.add(Check.ORDER, first, "a row in the estate's order", got, len(off))


def _report(tally: Tally, guids: Guids, expected: str, got: str) -> None:
    tally.rows(Check.ONCE, np.ones(len(guids), np.bool_), guids, lambda _: expected, lambda _: got)


def _absent(guids: Guids) -> Rows:
    size = len(guids)
    none = np.zeros(size, np.int32)
    times = np.full(size, NO_TIME, np.int64)
    no = np.zeros(size, np.bool_)
    days = np.full(size, NO_DAY, np.int32)
    return Rows(guids, no, none, none, times, times, days, none, none, none, no)


def times_of(array: pa.Array) -> Longs:
    """A column of instants as microseconds; NO_TIME where empty."""
    times: Longs = _numbers(array, pa.timestamp("us", tz="UTC"), pa.int64(), NO_TIME)
    return times


def _numbers(array: pa.Array, unit: pa.DataType, number: pa.DataType, none: int) -> Any:
    if array.type != unit:
        array = array.cast(unit)
    array = array.cast(number)
    if array.null_count:
        array = array.fill_null(none)
    return array.to_numpy(zero_copy_only=False)


def _said(array: pa.Array) -> Bools:
    words = array.dictionary if pa.types.is_dictionary(array.type) else array
    said = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(words)), 0).fill_null(False)
    if pa.types.is_dictionary(array.type):
        said = said.take(array.indices).fill_null(False)
    result: Bools = said.to_numpy(zero_copy_only=False)
    return result
