"""The hubs of pilots' candidate records, whichever pilots ask for a record, and wherever its hubs are."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from chfw_core.engines.columnar.axes import Chunk
from chfw_core.engines.columnar.candidates import CandidateRecords, HubsByPilot

CLASSES: tuple[list[int], ...] = ([0, 3, 1, 3, 2], [], [4, 0, 1, 1])
ASKED: tuple[list[int], ...] = ([1, 3], [3, 0], [1, 3], [])
"""By pilot the records that it asks for: three of them for one record, which are in three lanes."""


def candidate_records(records: list[int]) -> CandidateRecords:
    count = len(records)
    return CandidateRecords(
        record=np.array(records, dtype=np.int64),
        side=np.zeros(count, dtype=np.int8),
        stratum=np.zeros(count, dtype=np.int32),
        preferred=np.zeros(count, dtype=np.bool_),
        strata={},
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_a_pilot_has_all_hubs_of_its_records_each_once(threads: int) -> None:
    classes = [np.array(own, dtype=np.int32) for own in CLASSES]
    axes = [np.arange(len(own), dtype=np.uint16) for own in classes]
    chunks = [Chunk(guid=np.arange(len(own), dtype=np.uint64) + 100, axes=[own]) for own in axes]
    with ThreadPoolExecutor(threads) as pool:
        found = HubsByPilot.of(chunks, classes, [candidate_records(own) for own in ASKED], 5, [0], pool)
    assert len(found.lanes) == 3
    for pilot, records in enumerate(ASKED):
        hubs, which = found.of_pilot(pilot)
        chunk, row = found.places(hubs)
        got = [
            (int(c), int(r), records[w]) for c, r, w in zip(chunk.tolist(), row.tolist(), which.tolist(), strict=True)
        ]
        wanted = [(c, r, own) for c, of in enumerate(CLASSES) for r, own in enumerate(of) if own in records]
        assert sorted(got) == wanted
        assert found.guid[hubs].tolist() == [100 + r for _, r, _ in got]
        assert found.axes[0][hubs].tolist() == [r for _, r, _ in got]


def test_nobody_has_no_hubs() -> None:
    with ThreadPoolExecutor(1) as pool:
        found = HubsByPilot.of([], [], [candidate_records([2])], 5, [0], pool)
    hubs, which = found.of_pilot(0)
    assert len(hubs) == len(which) == len(found.guid) == 0
