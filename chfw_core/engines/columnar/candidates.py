"""Who may be chosen for a pilot: records first, then the hubs of these records."""

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.planning.pilot import Stratum

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]
PLACE_BITS = 36


@frozen(eq=False)
class CandidateRecords:
    """The candidate records of one pilot, as parallel arrays; `strata` numbers the strata.

    `stratum` is -1 where the hubs of a record may differ in it.
    """

    record: Ints
    side: NDArray[np.int8]
    stratum: Parts
    preferred: NDArray[np.bool_]
    strata: dict[Stratum, int]


@frozen(eq=False)
class HubsByRecord:
    """The hubs of some records in order of record: `start[r]` … `start[r + 1]` are those of r.

    A key is a record and a hub's place in the estate, in one number, so that ordering them is one sort.
    """

    keys: Ints
    start: Ints
    chunk_starts: Ints

    @classmethod
    def of(cls, classes: Sequence[Parts], wanted: NDArray[np.bool_], pool: Executor) -> "HubsByRecord":
        """The hubs of the wanted records."""
        chunk_starts = np.cumsum([0, *(len(own) for own in classes)])

        def of_chunk(own: Parts, first: int) -> Ints:
            rows = np.flatnonzero(np.take(wanted, own, mode="clip"))
            return (own[rows].astype(np.int64) << PLACE_BITS) | (rows + first)

        keys = np.concatenate([np.zeros(0, dtype=np.int64), *pool.map(of_chunk, classes, chunk_starts.tolist())])
        keys.sort()
        start = np.searchsorted(keys, np.arange(len(wanted) + 1, dtype=np.int64) << PLACE_BITS)
        return cls(keys, start, chunk_starts)

    def places(self, at: Ints) -> tuple[Parts, Parts]:
        """Chunk and row of some of the hubs, in few bytes: candidates may be a good part of the estate."""
        place = self.keys[at] & ((1 << PLACE_BITS) - 1)
        chunk = np.searchsorted(self.chunk_starts, place, side="right") - 1
        return chunk.astype(np.int32), (place - self.chunk_starts[chunk]).astype(np.int32)

    def of_records(self, records: Ints) -> tuple[Ints, Ints]:
        """Where the hubs of these records are, and for each which of the records it has."""
        counts = self.start[records + 1] - self.start[records]
        which = np.repeat(np.arange(len(records)), counts)
        within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.start[records][which] + within, which


@frozen(eq=False, kw_only=True)
class Candidates:
    """The candidates of one pilot: `stratum` and `preferred` per hub; `strata` names the strata."""

    chunk: Parts
    row: Parts
    side: NDArray[np.int8]
    guid: NDArray[np.uint64]
    stratum: Parts
    preferred: NDArray[np.bool_]
    strata: list[Stratum]

    def without(self, guids: NDArray[np.uint64]) -> "Candidates":
        """Those that are not among these hubs."""
        left = ~np.isin(self.guid, guids)
        return Candidates(
            chunk=self.chunk[left],
            row=self.row[left],
            side=self.side[left],
            guid=self.guid[left],
            stratum=self.stratum[left],
            preferred=self.preferred[left],
            strata=self.strata,
        )
