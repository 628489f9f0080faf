"""The days of a hub (planning 8): for each timing, the occurrence that opens on each London day.

A timing is a resolution in one region, with its frozen days, its batch's start and its priority.
Its table has one cell per day; all tables lie end to end in flat arrays, so that a block of rows
is compared by one look-up each. What happens in the cells (hubs planned, first and last hash) is
counted beside them and judged at the end.
"""

from datetime import timedelta

import numpy as np

from chfw_core.engines.verify.arrays import (
    FOREVER,
    NO_TIME,
    Bools,
    Domain,
    Guids,
    Ints,
    Longs,
    distinct,
    instant_of,
    met_in,
    micros,
)
from chfw_core.engines.verify.calendar import Calendar
from chfw_core.engines.verify.resolve import Freeze, Resolved
from chfw_core.engines.verify.tables import TableMaker, Tables, Timing
from chfw_core.engines.verify.world import World
from chfw_core.model.periods import add_wall_days

Shift = tuple[int, int, int]
"""Batch number, and its pause in days and seconds."""


class Timings:
    """All timings of an estate, with their cells."""

    def __init__(self, world: World, calendar: Calendar) -> None:
        self._maker = TableMaker(world, calendar)
        self.shifts: Domain[Shift | None] = Domain(None)
        self._numbers: dict[tuple[int, ...], int] = {}
        self.timings: list[Timing] = []
        self.first_day: Ints = np.zeros(0, np.int32)
        self.offset: Longs = np.zeros(1, np.int64)
        self.opens: Longs = np.zeros(0, np.int64)
        self.closes: Longs = np.zeros(0, np.int64)
        self.count: Longs = np.zeros(0, np.int64)
        self.lowest: Guids = np.zeros(0, np.uint64)
        self.highest: Guids = np.zeros(0, np.uint64)
        self.example: Guids = np.zeros(0, np.uint64)

    def codes(
        self,
        resolved: tuple[Ints, list[Resolved]],
        regions: tuple[Ints, Domain[str | None]],
        freezes: tuple[Ints, Domain[Freeze | None]],
        priority: Ints,
        shift: Ints,
    ) -> Ints:
        """The timing of each row."""
        if not len(shift):
            return np.zeros(0, np.int32)
        columns = [
            (resolved[0], len(resolved[1])),
            (regions[0], len(regions[1])),
            (freezes[0], len(freezes[1])),
            (priority, int(priority.max()) + 1),
            (shift, len(self.shifts)),
        ]
        rows, inverse = distinct(columns)
        numbers = np.zeros(len(rows), np.int32)
        known = len(self.timings)
        for at, key in enumerate(met_in(columns, rows)):
            if key not in self._numbers:
                self._numbers[key] = len(self.timings)
                resolution, region, freeze, rank, moved = key
                self.timings.append(
                    self._timing(
                        resolved[1][resolution],
                        regions[1].values[region],
                        freezes[1].values[freeze],
                        rank,
                        self.shifts.values[moved],
                    )
                )
            numbers[at] = self._numbers[key]
        if len(self.timings) > known:
            self._append(self._maker.tables(self.timings[known:]))
        return numbers[inverse]

    def _timing(
        self,
        resolved: Resolved,
        region: str | None,
        freeze: Freeze | None,
        priority: int,
        shift: Shift | None,
    ) -> Timing:
        opening = resolved.opens
        if shift is not None:
            number, days, seconds = shift
            try:
                moved = add_wall_days(instant_of(opening), number * days)
                opening = micros(moved + timedelta(seconds=number * seconds))  # BR3.7
            except OverflowError:
                opening = FOREVER
        return Timing(resolved, region, freeze, priority, opening)

    def _append(self, fresh: Tables) -> None:
        self.offset = np.concatenate([self.offset, self.offset[-1] + np.cumsum(fresh.sizes)])
        self.first_day = np.concatenate([self.first_day, fresh.first])
        self.opens = np.concatenate([self.opens, fresh.opens])
        self.closes = np.concatenate([self.closes, fresh.closes])
        more = len(fresh.opens)
        self.count = np.concatenate([self.count, np.zeros(more, np.int64)])
        full = np.full(more, np.iinfo(np.uint64).max, np.uint64)
        self.lowest = np.concatenate([self.lowest, full])
        self.highest = np.concatenate([self.highest, np.zeros(more, np.uint64)])
        self.example = np.concatenate([self.example, np.zeros(more, np.uint64)])

    def cells(self, timing: Ints, day: Ints) -> tuple[Longs, Bools]:
        """The cell of each row's day, and whether that day is one of its timing's."""
        place = day.astype(np.int64) - self.first_day[timing]
        start, end = self.offset[timing], self.offset[timing + 1]
        inside = (place >= 0) & (place < end - start)
        cell = np.where(inside, start + place, 0)
        if len(self.opens):
            inside &= self.opens[cell] != NO_TIME
        return cell, inside

    def plan(self, cell: Longs, guids: Guids, counts: Longs, lowest: Guids, highest: Guids) -> None:
        """Hubs that stand in these cells: `counts` of them, with their lowest and highest hash."""
        if not len(cell):
            return
        np.add.at(self.count, cell, counts)
        self.example[cell] = guids
        np.minimum.at(self.lowest, cell, lowest)
        np.maximum.at(self.highest, cell, highest)

    def days_of(self, timing: int) -> tuple[int, Bools]:
        """The first day of a timing's table, and which of its days are allowed."""
        cells = slice(int(self.offset[timing]), int(self.offset[timing + 1]))
        return int(self.first_day[timing]), self.opens[cells] != NO_TIME
