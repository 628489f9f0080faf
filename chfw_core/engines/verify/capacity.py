"""Capacity (G5, planning 10): pools never over, and no hub left out or late for nothing.

A class is what planning calls one: the same region, allowed days and priority. On the cells of
the timings, put together by class, three things are asked of each region: does a hub left out
have a day with room; would an exchange of days have made room (a path to a free day, or to a hub
of lower priority: the flow would not be a best one); do hubs take days in hash order.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from attrs import define, field

from chfw_core.engines.verify.arrays import (
    AnyInts,
    Bools,
    Domain,
    Guids,
    Ints,
    Longs,
    day_of,
    distinct,
)
from chfw_core.engines.verify.tally import Tally
from chfw_core.engines.verify.timings import Timings
from chfw_core.engines.verify.world import World
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid
from chfw_core.planning.verify import Check

UNLIMITED = int(np.iinfo(np.int64).max)


@define
class LeftOut:
    """Infeasible hubs of one timing: how many, an example, the lowest hash."""

    count: int
    example: int
    lowest: int

    def joined(self, other: "LeftOut") -> "LeftOut":
        """Both together."""
        first = min((self, other), key=lambda left: left.lowest)
        return LeftOut(self.count + other.count, first.example, first.lowest)


@define(eq=False)
class Kind:
    """A class: its days (as a mask over the region's days), and what stands on them."""

    days: Bools
    priority: int
    flow: Longs
    lowest: Guids
    highest: Guids
    example: Guids
    out: list[LeftOut] = field(factory=list)


class Pools:
    """How many hubs each region has on each London day."""

    def __init__(self, world: World, tally: Tally) -> None:
        self._world = world
        self._tally = tally
        self._used: Counter[tuple[str | None, int]] = Counter()

    def limit(self, region: str | None, day: int) -> int:
        """Hubs that a pool takes on a day."""
        capacity = self._world.release.capacity
        usual = UNLIMITED if capacity is None else capacity.get(region or "", 0)
        if not self._world.inputs.capacity_overrides:
            return usual
        return self._world.inputs.capacity_overrides.get((region or "", day_of(day)), usual)

    def check_regions(self, regions: Domain[str | None]) -> None:
        """Raises InputError where the release limits capacity but leaves a region out."""
        capacity = self._world.release.capacity
        for region in regions.values:
            if capacity is not None and region is not None and region not in capacity:
                raise InputError(f"the release gives no capacity for the region `{region}`")

    def add(self, region: AnyInts, regions: Domain[str | None], day: Ints) -> None:
        """Planned hubs."""
        if not len(day):
            return
        low = int(day.min())
        span = int(day.max()) - low + 1
        rows, inverse = distinct([(region, len(regions)), (day.astype(np.int64) - low, span)])
        for row, count in zip(rows, np.bincount(inverse), strict=True):
            self._used[regions.values[region[row]], int(day[row])] += int(count)

    def judge(self) -> None:
        """I5: no pool and day over capacity."""
        for (region, day), used in sorted(self._used.items(), key=lambda pool: str(pool[0])):
            limit = self.limit(region, day)
            if used > limit:
                pool = f"{region} {day_of(day)}"
                self._tally.add(Check.CAPACITY, pool, f"at most {limit}", str(used), used - limit)

    def free(self, region: str | None, first: int, size: int) -> Bools:
        """Which days of a region have room."""
        days = range(first, first + size)
        return np.array([self._used[region, d] < self.limit(region, d) for d in days], np.bool_)


def judge_days(timings: Timings, pools: Pools, left_out: Mapping[int, LeftOut], tally: Tally) -> None:
    """Everything that is asked of the hubs' days, region by region."""
    regions: dict[str | None, list[int]] = {}
    for number, timing in enumerate(timings.timings):
        regions.setdefault(timing.region, []).append(number)
    for region, numbers in regions.items():
        ends = timings.first_day[numbers] + np.diff(timings.offset)[numbers]
        first = int(timings.first_day[numbers].min())
        size = max(1, int(ends.max()) - first)
        free = pools.free(region, first, size)
        kinds = _kinds(timings, numbers, left_out, first, size)
        for kind in kinds:
            _waits(kind, free, region, first, tally)
            _hash_order(kind, first, tally)
        _left_out(kinds, free, region, first, tally)


def _kinds(timings: Timings, numbers: list[int], left_out: Mapping[int, LeftOut], first: int, size: int) -> list[Kind]:
    made: dict[tuple[bytes, int], Kind] = {}
    for number in numbers:
        start, end = int(timings.offset[number]), int(timings.offset[number + 1])
        at = int(timings.first_day[number]) - first
        here, cells = slice(at, at + end - start), slice(start, end)
        days = np.zeros(size, np.bool_)
        days[here] = timings.days_of(number)[1]
        priority = timings.timings[number].priority
        key = days.tobytes(), priority
        if key not in made:
            lowest = np.full(size, np.iinfo(np.uint64).max, np.uint64)
            made[key] = Kind(
                days,
                priority,
                np.zeros(size, np.int64),
                lowest,
                np.zeros(size, np.uint64),
                np.zeros(size, np.uint64),
            )
        kind = made[key]
        kind.flow[here] += timings.count[cells]
        kind.lowest[here] = np.minimum(kind.lowest[here], timings.lowest[cells])
        kind.highest[here] = np.maximum(kind.highest[here], timings.highest[cells])
        some = timings.count[cells] > 0
        kind.example[here][some] = timings.example[cells][some]
        if number in left_out:
            kind.out.append(left_out[number])
    return list(made.values())


def _waits(kind: Kind, free: Bools, region: str | None, first: int, tally: Tally) -> None:
    room = np.flatnonzero(kind.days & free)
    if not len(room):
        return
    late = np.flatnonzero(kind.flow)
    late = late[late > room[0]]
    if len(late):
        tally.add(
            Check.EARLIEST,
            format_guid(int(kind.example[late[0]])),
            f"{day_of(first + int(room[0]))}: {region} has room",
            str(day_of(first + int(late[0]))),
            int(kind.flow[late].sum()),
        )


def _hash_order(kind: Kind, first: int, tally: Tally) -> None:
    used = np.flatnonzero(kind.flow)
    for before, after in pairwise(used):
        if kind.highest[before] > kind.lowest[after]:
            tally.add(
                Check.HASH_ORDER,
                format_guid(int(kind.example[after])),
                f"hubs of {day_of(first + int(before))} come first in hash order",
                f"a hub of {day_of(first + int(after))} comes before one of them",
            )
    if len(used) and kind.out:
        out = min(kind.out, key=lambda left: left.lowest)
        if int(kind.highest[used[-1]]) > out.lowest:
            tally.add(
                Check.HASH_ORDER,
                format_guid(out.example),
                "infeasible hubs come last in hash order",
                "infeasible before one that is planned",
            )


def _left_out(kinds: list[Kind], free: Bools, region: str | None, first: int, tally: Tally) -> None:
    for kind in (kind for kind in kinds if kind.out):
        count = sum(left.count for left in kind.out)
        guid = format_guid(kind.out[0].example)
        room = np.flatnonzero(kind.days & free)
        if len(room):
            day = day_of(first + int(room[0]))
            expected = f"planned: {region} {day} has room"
            tally.add(Check.FREE_DAY, guid, expected, "infeasible", count)
            continue
        reach, lowest = _reach(kinds, kind.days)
        room = np.flatnonzero(reach & free)
        if len(room):
            day = day_of(first + int(room[0]))
            tally.add(Check.MOST, guid, f"planned: others can go on {day}", "infeasible", count)
        elif lowest < kind.priority:
            expected = f"planned before a hub of priority {lowest}"
            got = f"infeasible with priority {kind.priority}"
            tally.add(Check.PRIORITY, guid, expected, got, count)


def _reach(kinds: list[Kind], days: Bools) -> tuple[Bools, int]:
    """All days to which room can be passed on from these, and the lowest priority met there."""
    reach = days.copy()
    while True:
        met = [kind for kind in kinds if (kind.flow[reach] > 0).any()]
        wider = reach.copy()
        for kind in met:
            wider |= kind.days
        if np.array_equal(wider, reach):
            return reach, min((kind.priority for kind in met), default=UNLIMITED)
        reach = wider
