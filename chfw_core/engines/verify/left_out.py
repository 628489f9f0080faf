"""Hubs that the schedule calls infeasible: kept until everything is counted, then put to the proof.

Only at the end is it known which batch such a hub falls into, and which pools were full.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from chfw_core.engines.verify.arrays import Domain, Guids, Ints, Longs, hash_order
from chfw_core.engines.verify.batches import shifts_of
from chfw_core.engines.verify.capacity import LeftOut
from chfw_core.engines.verify.resolve import Freeze, Resolved
from chfw_core.engines.verify.settle import Spec
from chfw_core.engines.verify.timings import Timings


class LeftOutHubs:
    """Infeasible rows of hubs that are eligible and not held."""

    def __init__(self, timings: Timings, specs: Domain[Spec | None]) -> None:
        self._timings = timings
        self._specs = specs
        self._regions: Domain[str | None] = Domain(None)
        self._parts: list[tuple[Guids, Longs, tuple[Ints, ...]]] = []

    def add(
        self,
        guids: Guids,
        place: Longs,
        regions: Domain[str | None],
        columns: tuple[Ints, Ints, Ints, Ints, Ints],
    ) -> None:
        """Hubs with their place in the batch register, and their columns: resolution, region,
        freeze, priority, batch asked for.
        """
        self._regions = regions
        if len(guids):
            self._parts.append((guids, place, columns))

    def by_timing(
        self, numbers: Ints, key: int, resolved: list[Resolved], freezes: Domain[Freeze | None]
    ) -> dict[int, LeftOut]:
        """How many there are of each timing. `numbers` = batch number by place."""
        if not self._parts:
            return {}
        guids = np.concatenate([part[0] for part in self._parts])
        place = np.concatenate([part[1] for part in self._parts])
        resolution, region, freeze, priority, spec = (
            np.concatenate([part[2][at] for part in self._parts]) for at in range(5)
        )
        number = np.zeros(len(guids), np.int32)
        inside = place >= 0
        number[inside] = numbers[place[inside]]
        timing = self._timings.codes(
            (resolution, resolved),
            (region, self._regions),
            (freeze, freezes),
            priority,
            shifts_of(number, spec, self._specs, self._timings.shifts),
        )
        hashes = hash_order(guids, key)
        order = np.lexsort((hashes, timing))
        return dict(_counted(timing[order], guids[order], hashes[order]))


def _counted(timing: Ints, guids: Guids, hashes: Guids) -> Sequence[tuple[int, LeftOut]]:
    """Per timing the count and the hub that is first in hash order; rows sorted by both."""
    edges = [0, *(np.flatnonzero(np.diff(timing)) + 1).tolist(), len(timing)]
    return [(int(timing[a]), LeftOut(b - a, int(guids[a]), int(hashes[a]))) for a, b in pairwise(edges)]
