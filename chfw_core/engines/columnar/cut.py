"""Cut groups of hubs in the order of their keyed hash, sorting only where a cut falls.

A hub's bucket is the top bits of its hash. Counting buckets per group tells in which buckets the
cuts fall; only the hubs of these are sorted. The order is that of the hash alone, so neither the
order of rows nor the size of chunks makes a difference (I7).
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import Chunk
from chfw_core.engines.columnar.hashing import keyed_hashes

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]
BITS = 12
CUT_HERE = -1


@frozen(eq=False)
class Cuts:
    """`ranks[g]` = where group g is cut: the first place of each part but the first, ascending.

    `group_of[class]` = the group of a class of hubs, or -1 where it is in none.
    """

    group_of: NDArray[np.int32]
    ranks: Sequence[Ints]


@define
class Cutter:
    """Knows the chunks of an estate; `key` names the order."""

    chunks: Sequence[Chunk]
    key: int
    threads: int
    _buckets: list[Future[NDArray[np.uint16]]] = field(init=False, factory=list)

    def look_ahead(self) -> None:
        """Find the buckets while the caller is about other things: they depend on nothing but the GUIDs."""
        if self.threads == 1:
            return
        with_one = ThreadPoolExecutor(1)
        self._buckets = [with_one.submit(self._bucket, at) for at in range(len(self.chunks))]
        with_one.shutdown(wait=False)

    def parts(self, classes: Sequence[Parts], cuts: Cuts, *, last: bool = False) -> list[Parts]:
        """The part of its group in which each hub lies, by chunk; 0 for hubs of no group.

        `last`: nothing is cut later, and the buckets are let go.
        """
        chunks = range(len(self.chunks))
        bits = min(max(MOST_CELLS - len(cuts.ranks).bit_length(), 0), BITS)
        with ThreadPoolExecutor(self.threads) as pool:
            self._buckets = self._buckets or [pool.submit(self._bucket, at) for at in chunks]
            cells = list(pool.map(lambda at: self._cells(classes[at], at, cuts, bits), chunks))
            if last:
                self._buckets = []
            size = (len(cuts.ranks) + 1) << bits
            shares = [cells[at :: self.threads] for at in range(self.threads)]
            counts = np.zeros(size, dtype=np.int64)
            for counted in pool.map(lambda share: _count(share, size), shares):
                counts += counted
            per_group = counts.reshape(-1, 1 << bits)
            table = _part_of_bucket(per_group, cuts.ranks)
            open_rows = list(pool.map(lambda at: _look_up(table, cells[at]), chunks))
        # From here on the cells are parts already, but for the rows that are open.
        self._settle(cells, open_rows, per_group, cuts.ranks, bits)
        return cells

    def _bucket(self, at: int) -> NDArray[np.uint16]:
        guids = self.chunks[at].guid
        buckets = np.empty(len(guids), dtype=np.uint16)
        for start in range(0, len(guids), BLOCK):
            block = slice(start, start + BLOCK)
            buckets[block] = keyed_hashes(guids[block], self.key) >> np.uint64(64 - BITS)
        return buckets

    def _cells(self, classes: Parts, at: int, cuts: Cuts, bits: int) -> Parts:
        """Group and bucket in one number; the first row of buckets is for no group."""
        cells = np.take(cuts.group_of, classes, mode="clip")
        cells += 1
        cells <<= bits
        cells += self._buckets[at].result() >> (BITS - bits)
        return cells

    def _settle(
        self, found: list[Parts], open_rows: list[tuple[Ints, Parts]], counts: Ints, ranks: Sequence[Ints], bits: int
    ) -> None:
        """Sort the hubs in whose bucket a cut falls, and put them into their parts."""
        cell = np.concatenate([cells for _, cells in open_rows])
        guids = np.concatenate([c.guid[rows] for c, (rows, _) in zip(self.chunks, open_rows, strict=True)])
        order = np.lexsort((keyed_hashes(guids, self.key), cell))
        ordered = cell[order]
        before = (np.cumsum(counts, axis=1) - counts).ravel()
        place = before[ordered] + np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
        settled = np.empty(len(ordered), dtype=np.int32)
        groups = ordered >> bits
        edges = np.searchsorted(groups, np.arange(1, len(ranks) + 2))
        for number, cuts in enumerate(ranks):
            own = slice(int(edges[number]), int(edges[number + 1]))
            settled[order[own]] = np.searchsorted(cuts, place[own], side="right")
        start = 0
        for parts, (rows, _) in zip(found, open_rows, strict=True):
            parts[rows] = settled[start : start + len(rows)]
            start += len(rows)


def _count(share: Sequence[Parts], size: int) -> Ints:
    """Hubs per cell, over some chunks; small chunks are put together, for a count costs `size`."""
    total, waiting, rows = np.zeros(size, dtype=np.int64), list[Parts](), 0
    for number, cells in enumerate(share, 1):
        waiting.append(cells)
        rows += len(cells)
        if rows >= AT_ONCE or number == len(share):
            total += np.bincount(np.concatenate(waiting), minlength=size)
            waiting, rows = [], 0
    return total


def _look_up(table: Parts, cells: Parts) -> tuple[Ints, Parts]:
    """Turn cells into parts, in place; answers with the rows that are open still, and their cells."""
    parts = np.take(table, cells, mode="clip")
    rows = np.flatnonzero(parts == CUT_HERE)
    left = cells[rows]
    cells[:] = parts
    return rows, left


AT_ONCE = 1 << 20
MOST_CELLS = 22
"""Bits of the table of groups × buckets at the most."""
BLOCK = 1 << 17


def _part_of_bucket(counts: Ints, ranks: Sequence[Ints]) -> Parts:
    """Per group and bucket the part of its hubs, or CUT_HERE."""
    table = np.zeros(counts.shape, dtype=np.int32)
    for number, cuts in enumerate(ranks, 1):
        after = np.cumsum(counts[number])
        before = after - counts[number]
        first = np.searchsorted(cuts, before, side="right")
        last = np.searchsorted(cuts, np.maximum(after - 1, before), side="right")
        table[number] = np.where(first == last, first, CUT_HERE)
    return table.ravel()
