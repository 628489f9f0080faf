"""How many hubs each rule's condition holds for, whether or not it decides them.

A match keeps only what decides; here all conditions of all codes that occur are counted: codes per
hub, conditions per code.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import Chunk, blocks
from chfw_core.engines.columnar.judged import Judged, own_rules, side_of
from chfw_core.engines.columnar.match import first_match
from chfw_core.engines.columnar.records import Part
from chfw_core.engines.columnar.sides import Side, Speaker
from chfw_core.engines.columnar.sparse import codes_of

Ints = NDArray[np.int64]
FEW_CODES = 1 << 18
"""Up to so many codes a table of them is counted; above, those that occur are sorted."""


@frozen(eq=False)
class Reach:
    """Per condition of the owner, numbered as in `OwnerRules.conditions`; eligible hubs only.

    `holds`: hubs for which it holds. `ranked`: per `prioritise` rule, hubs of which it is the highest.
    """

    holds: Ints
    ranked: Ints


def reach_of(judged: Judged, threads: int) -> Reach:
    """Count over all hubs of the owner."""
    owner = own_rules(judged.world.inputs).owner
    side, row_parts, _ = side_of(judged.world, owner)
    mine = [number for number, who in enumerate(side.speakers, 1) if who.owner == owner]
    who = side.speakers[mine[0] - 1]
    conditions, block = len(who.rules.conditions), who.rules.spans()[-1]
    total = Reach(np.zeros(conditions, dtype=np.int64), np.zeros(block.last - block.first, dtype=np.int64))
    records = judged.special.records
    single = [number for number in mine if number > judged.base]
    apart = np.logical_or.reduce([np.isin(records[:, part], single) for part in row_parts])
    _add(total, who, *_swept(judged, side, mine[0], apart, threads))
    eligible = _eligible(judged)[records[:, Part.PLACE]]
    for number in single:
        for part in row_parts:
            rows = np.flatnonzero(records[:, part] == number)
            if len(rows):
                codes = codes_of(side.speakers[number - 1], judged.special.rows.some(rows))[eligible[rows]]
                _add(total, side.speakers[number - 1], codes, np.ones(len(codes), dtype=np.int64))
    return total


def _eligible(judged: Judged) -> NDArray[np.bool_]:
    """Per place."""
    return np.array([place.ineligible is None for place in judged.world.places], dtype=np.bool_)


def _swept(judged: Judged, side: Side, number: int, apart: NDArray[np.bool_], threads: int) -> tuple[Ints, Ints]:
    """The codes of all hubs but those looked at one by one (`apart`), with how many hubs have each."""
    world, places = judged.world, judged.special.place
    eligible = _eligible(judged)[world.place_of]
    starts = np.cumsum([0, *(len(place) for place in places)])
    who, first = side.speakers[number - 1], int(side.offsets[number])

    def count(at: int, chunk: Chunk) -> list[tuple[Ints, Ints]]:
        asked = np.take(eligible, chunk.axes[0], mode="clip")
        asked[places[at][apart[starts[at] : starts[at + 1]]]] = False
        found = []
        for start, axes in blocks(chunk):
            rows = np.flatnonzero(asked[start : start + len(axes[0])])
            codes = side.codes(np.full(len(rows), number, dtype=np.int32), [axis[rows] for axis in axes])
            found.append(_counted(codes.astype(np.int64) - first, who.space.size))
        return found

    chunks = world.estate.chunks
    with ThreadPoolExecutor(threads) as pool:
        parts = [part for own in pool.map(count, range(len(chunks)), chunks) for part in own]
    nothing = np.zeros(0, dtype=np.int64)
    distinct, of = np.unique(np.concatenate([nothing, *(codes for codes, _ in parts)]), return_inverse=True)
    weights = np.concatenate([nothing, *(counts for _, counts in parts)])
    return distinct, np.bincount(of, weights=weights, minlength=len(distinct)).astype(np.int64)


def _counted(codes: Ints, size: int) -> tuple[Ints, Ints]:
    """The codes that occur, ascending, and how often."""
    if size > FEW_CODES:
        return np.unique(codes, return_counts=True)
    counts = np.bincount(codes, minlength=size)
    occur = np.flatnonzero(counts)
    return occur, counts[occur]


def _add(total: Reach, who: Speaker, codes: Ints, counts: Ints) -> None:
    words = who.space.words(codes)
    for number in range(len(total.holds)):
        holds = words[:, number // 64] >> np.uint64(number % 64) & np.uint64(1)
        total.holds[number] += int(counts[holds.astype(np.bool_)].sum())
    ranked = first_match(words, who.rules.spans()[-1])
    if len(total.ranked):
        found = np.bincount(ranked + 1, weights=counts, minlength=len(total.ranked) + 1)[1:]
        total.ranked[:] += found.astype(np.int64)
