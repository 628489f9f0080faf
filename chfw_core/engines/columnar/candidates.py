"""Who may be chosen for a pilot: records first, then the hubs of these records."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import Chunk
from chfw_core.planning.pilot import Stratum

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]


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


@frozen(eq=False, kw_only=True)
class HubsByPilot:
    """The hubs of all candidate records, numbered in the estate's order, and what of each is asked for.

    `firsts`: by chunk the number of its first hub. `axes`: by number of the axis. A record may be asked for by several
    pilots: each of the `lanes` has one of them, if any.
    """

    firsts: Ints
    record: Parts
    row: Parts
    guid: NDArray[np.uint64]
    axes: Mapping[int, NDArray[np.integer]]
    lanes: Sequence["_Lane"]

    @classmethod
    def of(
        cls,
        chunks: Sequence[Chunk],
        classes: Sequence[Parts],
        asked: Sequence[CandidateRecords],
        count: int,
        axes: Sequence[int],
        pool: Executor,
    ) -> "HubsByPilot":
        """The hubs of some pilots' candidate records; `count`: of all records."""
        wanted = np.zeros(count, dtype=np.bool_)
        for own in asked:
            wanted[own.record] = True

        def of_chunk(chunk: Chunk, own: Parts) -> list[NDArray[np.integer]]:
            rows = np.flatnonzero(np.take(wanted, own, mode="clip"))
            columns = [chunk.guid, *(chunk.axes[axis] for axis in axes)]
            return [own[rows], rows.astype(np.int32), *(column[rows] for column in columns)]

        found = list(pool.map(of_chunk, chunks, classes))
        firsts = np.cumsum([0, *(len(columns[0]) for columns in found)])
        if not found:
            found = [[np.zeros(0, dtype=np.int32) for _ in range(3 + len(axes))]]
        # The pieces of a column go before the next one is put together: all at once would be the peak of a plan.
        record, row, guid, *numbers = [np.concatenate([own.pop(0) for own in found]) for _ in range(3 + len(axes))]
        del found
        lanes = list(pool.map(lambda lane: lane.with_hubs(record, len(asked)), _lanes(asked, count)))
        return cls(
            firsts=firsts,
            record=record.astype(np.int32, copy=False),
            row=row.astype(np.int32, copy=False),
            guid=guid.astype(np.uint64, copy=False),
            axes=dict(zip(axes, numbers, strict=True)),
            lanes=lanes,
        )

    def places(self, hubs: NDArray[np.integer]) -> tuple[Parts, Parts]:
        """Chunk and row of some hubs."""
        chunk = np.searchsorted(self.firsts, hubs, side="right") - 1
        return chunk.astype(np.int32), self.row[hubs]

    def only_places(self) -> "HubsByPilot":
        """Without what nobody asks for once all candidates are found."""
        return evolve(self, record=_NO_HUBS, guid=np.zeros(0, dtype=np.uint64), axes={}, lanes=())

    def of_pilot(self, number: int) -> tuple[Parts, Parts]:
        """The hubs of a pilot's candidate records, and for each which of these records it has."""
        hubs = [lane.hubs[lane.ends[number] : lane.ends[number + 1]] for lane in self.lanes]
        which = [lane.which[self.record[own]] for lane, own in zip(self.lanes, hubs, strict=True)]
        return np.concatenate([_NO_HUBS, *hubs]), np.concatenate([_NO_HUBS, *which])


_NO_HUBS = np.zeros(0, dtype=np.int32)


@frozen(eq=False, kw_only=True)
class _Lane:
    """By record one of the pilots that ask for it, from 1 (0 = none), and `which` of that one's records it is.

    `hubs` by pilot: those of pilot p from `ends[p]` to `ends[p + 1]`.
    """

    pilot: NDArray[np.unsignedinteger]
    which: Parts
    hubs: Parts = _NO_HUBS
    ends: Ints = field(factory=lambda: np.zeros(0, dtype=np.int64))

    def with_hubs(self, record: NDArray[np.integer], pilots: int) -> "_Lane":
        """The hubs, by pilot; `record` is each one's, `pilots` how many there are."""
        pilot = np.take(self.pilot, record, mode="clip")
        some = np.flatnonzero(pilot).astype(np.int32)
        pilot = pilot[some]
        order = np.argsort(pilot, kind="stable")
        ends = np.cumsum(np.bincount(pilot, minlength=pilots + 1))
        return evolve(self, hubs=some[order], ends=ends)


def _lanes(asked: Sequence[CandidateRecords], count: int) -> list[_Lane]:
    """As many lanes as the record that most pilots ask for needs."""
    lanes: list[_Lane] = []
    for number, own in enumerate(asked, 1):
        left, at = np.arange(len(own.record), dtype=np.int32), 0
        while len(left):
            if at == len(lanes):
                kind = np.min_scalar_type(len(asked))
                lanes.append(_Lane(pilot=np.zeros(count, dtype=kind), which=np.zeros(count, dtype=np.int32)))
            lane, record = lanes[at], own.record[left]
            free = lane.pilot[record] == 0
            lane.pilot[record[free]] = number
            lane.which[record[free]] = left[free]
            left, at = left[~free], at + 1
    return lanes


@frozen(eq=False, kw_only=True)
class Candidates:
    """The candidates of one pilot: `hub` is a number of `HubsByPilot`; `stratum` and `preferred` are per hub;
    `strata` names the strata.
    """

    hub: Parts
    side: NDArray[np.int8]
    guid: NDArray[np.uint64]
    stratum: Parts
    preferred: NDArray[np.bool_]
    strata: list[Stratum]

    def without(self, guids: NDArray[np.uint64]) -> "Candidates":
        """Those that are not among these hubs."""
        left = ~np.isin(self.guid, guids)
        return Candidates(
            hub=self.hub[left],
            side=self.side[left],
            guid=self.guid[left],
            stratum=self.stratum[left],
            preferred=self.preferred[left],
            strata=self.strata,
        )
