"""What can be judged only at the end: hubs left out, and hubs of batches whose pause may still grow.

Only when every row has passed is it known which batch an infeasible hub falls into, how far apart
the batches of a key are, and which pools were full. Planned rows are put together by all that
matters, with a count, so that what is kept does not grow with the estate.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import (
    AnyInts,
    Domain,
    Guids,
    Ints,
    Longs,
    distinct,
    hash_order,
    numbered,
)
from chfw_core.engines.verify.batches import Batches
from chfw_core.engines.verify.capacity import LeftOut
from chfw_core.engines.verify.compare import Compare
from chfw_core.engines.verify.resolve import Freeze, Resolved
from chfw_core.engines.verify.rows import Rows
from chfw_core.engines.verify.timings import Timings


@frozen(kw_only=True)
class Sorts:
    """What a hub's timing hangs on, but for its batch: codes, row by row."""

    resolution: Ints
    region: Ints
    freeze: Ints
    priority: Ints
    key: Ints

    def take(self, rows: Longs) -> "Sorts":
        """Some of the hubs."""
        return Sorts(
            resolution=self.resolution[rows],
            region=self.region[rows],
            freeze=self.freeze[rows],
            priority=self.priority[rows],
            key=self.key[rows],
        )


class Later:
    """Gives rows their timings: at once where that is possible, else at the end."""

    def __init__(
        self,
        timings: Timings,
        batches: Batches,
        compare: Compare,
        resolved: list[Resolved],
        freezes: Domain[Freeze | None],
        order: int,
    ) -> None:
        self._timings = timings
        self._batches = batches
        self._compare = compare
        self._resolved = resolved
        self._freezes = freezes
        self._order = order
        self._regions: Domain[str | None] = Domain(None)
        self._out: list[tuple[Guids, Longs, Sorts]] = []
        self._rows: list[tuple[Rows, Sorts, Ints, Longs, Guids, Guids]] = []

    def planned(self, rows: Rows, sorts: Sorts, number: Ints, regions: Domain[str | None]) -> None:
        """Planned rows of hubs that may be planned; `number` = the batch they claim to be in."""
        self._regions = regions
        hashes = hash_order(rows.guids, self._order)
        ones = np.ones(len(number), np.int64)
        waits = number > 0
        if not self._batches.open_ended or not waits.any():
            self._judge(rows, sorts, number, ones, hashes, hashes)
            return
        now, later = np.flatnonzero(~waits), np.flatnonzero(waits)
        self._judge(rows.take(now), sorts.take(now), number[now], ones[now], hashes[now], hashes[now])
        rows, sorts, number, hashes = (
            rows.take(later),
            sorts.take(later),
            number[later],
            hashes[later],
        )
        columns: list[AnyInts] = [*_columns(sorts), number, rows.opens, rows.closes, rows.day]
        firsts, inverse = distinct([numbered(values.astype(np.int64)) for values in columns])
        lowest = np.full(len(firsts), np.iinfo(np.uint64).max, np.uint64)
        highest = np.zeros(len(firsts), np.uint64)
        np.minimum.at(lowest, inverse, hashes)
        np.maximum.at(highest, inverse, hashes)
        counts = np.bincount(inverse)
        kept = rows.take(firsts), sorts.take(firsts), number[firsts]
        self._rows.append((*kept, counts, lowest, highest))

    def left_out(self, guids: Guids, place: Longs, sorts: Sorts) -> None:
        """Infeasible rows of hubs that may be planned, with their place in the batch register."""
        if len(guids):
            self._out.append((guids, place, sorts))

    def finish(self, numbers: Ints) -> dict[int, LeftOut]:
        """Judge what waited. `numbers` = batch number by place. Returns who is left out, by timing."""
        for rows, sorts, number, counts, lowest, highest in self._rows:
            self._judge(rows, sorts, number, counts, lowest, highest)
        out: dict[int, LeftOut] = {}
        for guids, place, sorts in self._out:
            number = np.zeros(len(guids), np.int32)
            inside = place >= 0
            number[inside] = numbers[place[inside]]
            timing = self._timing(sorts, number)
            hashes = hash_order(guids, self._order)
            order = np.lexsort((hashes, timing))
            for at, some in _counted(timing[order], guids[order], hashes[order]):
                out[at] = some.joined(out[at]) if at in out else some
        return out

    def _timing(self, sorts: Sorts, number: Ints) -> Ints:
        return self._timings.codes(
            (sorts.resolution, self._resolved),
            (sorts.region, self._regions),
            (sorts.freeze, self._freezes),
            sorts.priority,
            self._batches.shifts(number, sorts.key, self._timings.shifts),
        )

    def _judge(self, rows: Rows, sorts: Sorts, number: Ints, counts: Longs, lowest: Guids, highest: Guids) -> None:
        cell, right = self._compare.times(rows, self._timing(sorts, number), counts)
        self._timings.plan(cell[right], rows.guids[right], counts[right], lowest[right], highest[right])


def _columns(sorts: Sorts) -> tuple[Ints, ...]:
    return sorts.resolution, sorts.region, sorts.freeze, sorts.priority, sorts.key


def _counted(timing: Ints, guids: Guids, hashes: Guids) -> Sequence[tuple[int, LeftOut]]:
    """Per timing the count and the hub that is first in hash order; rows sorted by both."""
    edges = [0, *(np.flatnonzero(np.diff(timing)) + 1).tolist(), len(timing)]
    return [(int(timing[a]), LeftOut(b - a, int(guids[a]), int(hashes[a]))) for a, b in pairwise(edges)]
