"""The days of many timings at once: which days each has, and what opens and closes on them.

Timings with the same windows, black-outs and freeze share their occurrences: these are read once, and
the periods of all such timings are cut out of them together.
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import NO_TIME, Bools, Ints, Longs, micros, runs
from chfw_core.engines.verify.calendar import Calendar, Spans
from chfw_core.engines.verify.resolve import Freeze, Resolved
from chfw_core.engines.verify.world import World
from chfw_core.model.parties import CSP_PREFIX

DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds."""

Occasions = tuple[Longs, Ints, Longs, Longs]
"""Whose they are (a row), the London day, what opens and closes on it; a row's days ascend."""


@frozen
class Timing:
    """One timing; `opening` is where its batch may begin."""

    resolved: Resolved
    region: str | None
    freeze: Freeze | None
    priority: int
    opening: int


@frozen
class Place:
    """What a region adds: its CSP's windows (by code) and its black-outs."""

    windows: int
    blackouts: tuple[tuple[int, int], ...]


@frozen
class Shared:
    """What timings must have in common to have their occurrences in common."""

    windows: int
    division: str | None
    place: Place
    freeze: Freeze | None


@frozen
class Tables:
    """Of some timings, one after the other: the first day, the number of days from it to the last, and the cells.

    A cell is what opens and closes on a day; NO_TIME where the timing does not have that day.
    """

    first: Ints
    sizes: Longs
    opens: Longs
    closes: Longs


class TableMaker:
    """Makes the tables of timings."""

    def __init__(self, world: World, calendar: Calendar) -> None:
        self._world = world
        self._calendar = calendar
        self._places: dict[str | None, Place] = {}

    def tables(self, timings: Sequence[Timing]) -> Tables:
        """The tables of these timings, in their order."""
        alike: dict[Shared, list[int]] = {}
        for at, timing in enumerate(timings):
            resolved = timing.resolved
            shared = Shared(resolved.windows, resolved.division, self._place(timing.region), timing.freeze)
            alike.setdefault(shared, []).append(at)
        # An occurrence that opens days before the earliest day cannot matter.
        since = self._world.earliest - 2 * DAY
        opening = np.array([max(timing.opening, since) for timing in timings], np.int64)
        closes = np.array([timing.resolved.closes for timing in timings], np.int64)
        found = []
        for shared, those in alike.items():
            rows = np.array(those)
            rows = rows[opening[rows] < closes[rows]]
            if len(rows):
                row, *occasions = self._occasions(shared, opening[rows], closes[rows])
                if len(row):
                    found.append((rows[row], *occasions))
        return self._laid_out(len(timings), found)

    def _place(self, region: str | None) -> Place:
        if region not in self._places:
            world = self._world
            csp = world.rulesets.get(f"{CSP_PREFIX}{region}")
            dark = [b for b in world.release.blackouts if b.regions is None or region in b.regions]
            self._places[region] = Place(
                0 if csp is None else world.hours(csp.region_windows),
                tuple((micros(blackout.opens), micros(blackout.closes)) for blackout in dark),
            )
        return self._places[region]

    def _occasions(self, shared: Shared, opening: Longs, closes: Longs) -> Occasions:
        spans = self._spans(shared, int(opening.min()), int(closes.max()))
        days = self._calendar.days
        row, at = runs(*spans.reached(opening, closes))
        opens, ends = np.maximum(spans.opens[at], opening[row]), np.minimum(spans.closes[at], closes[row])
        day = days(opens)
        # A night belongs to the day on which it begins: its second half opens no day of its own. Lost is
        # what lies in a window that began before the period's first day.
        kept = (day >= self._world.earliest_day) & (day == spans.began[at]) & (spans.since[at] >= days(opening)[row])
        for low, high in shared.freeze.days if shared.freeze else ():
            kept &= (day < low) | (day > high)  # CS3
        row, day, opens, ends = row[kept], day[kept], opens[kept], ends[kept]
        first = _changes(row) | _changes(day)  # of several occurrences that open on one day the first counts
        return row[first], day[first], opens[first], ends[first]

    def _spans(self, shared: Shared, opens: int, closes: int) -> Spans:
        windows = self._calendar.together(shared.windows, shared.place.windows)
        spans = self._calendar.spans(windows, shared.division, opens, closes)
        for dark in (*shared.place.blackouts, *(shared.freeze.spans if shared.freeze else ())):  # CS4
            spans = spans.without(*dark)
        return spans

    def _laid_out(self, count: int, found: Sequence[Occasions]) -> Tables:
        first = np.full(count, self._world.earliest_day, np.int32)
        sizes = np.zeros(count, np.int64)
        for row, day, _, _ in found:
            starts = np.flatnonzero(_changes(row))
            ends = np.append(starts[1:], len(row)) - 1
            first[row[starts]] = day[starts]
            sizes[row[starts]] = day[ends] - day[starts] + 1
        offset = np.cumsum(sizes) - sizes
        opens = np.full(int(sizes.sum()), NO_TIME, np.int64)
        closes = opens.copy()
        for row, day, starting, ending in found:
            cell = offset[row] + (day - first[row])
            opens[cell], closes[cell] = starting, ending
        return Tables(first, sizes, opens, closes)


def _changes(values: Longs | Ints) -> Bools:
    """Where a value is another one than before; the first always is."""
    return np.append(np.ones(min(1, len(values)), np.bool_), values[1:] != values[:-1])
