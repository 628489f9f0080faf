"""Occurrences of weekly windows, as arrays of instants, and the London days they open on.

An intersection of windows is taken here over sorted runs of intervals, not day by day.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from chfw_core.engines.verify.arrays import Ints, Longs, day_number, day_of, instant_of, micros
from chfw_core.model.periods import london_date, london_day, london_midnight
from chfw_core.model.windows import Holidays, WeeklyWindow, Windows, holidays_for

Spans = tuple[Longs, Longs, Ints]
"""Occurrences: where they open, where they close, the London day to which each belongs."""
_Pieces = list[tuple[int, int, int]]
"""Opening, closing, and the first of the London days on which the windows' own occurrences began."""


class Calendar:
    """Windows against the London calendar and the bank holidays of a division."""

    def __init__(self, holidays: Holidays) -> None:
        self._holidays = holidays
        self._spans: dict[tuple[Windows, str | None], tuple[int, int, Spans, Ints]] = {}
        self._days: dict[int, int] = {}
        self._midnights: tuple[int, Longs] = (0, np.zeros(0, np.int64))

    def day(self, instant: int) -> int:
        """The London day of an instant."""
        if instant not in self._days:
            self._days[instant] = day_number(london_date(instant_of(instant)))
        return self._days[instant]

    def days(self, instants: Longs) -> Ints:
        """The London days of instants, in rising order."""
        if not len(instants):
            return np.zeros(0, np.int32)
        low, high = self.day(int(instants[0])), self.day(int(instants[-1])) + 1
        first, known = self._midnights
        if not len(known) or low < first or high >= first + len(known):
            first = min(low, first) if len(known) else low
            last = max(high, first + len(known))
            marks = [micros(london_midnight(day_of(day))) for day in range(first, last + 1)]
            self._midnights = first, np.array(marks, np.int64)
        first, known = self._midnights
        return (np.searchsorted(known, instants, side="right") - 1 + first).astype(np.int32)

    def within(self, windows: Windows, division: str | None, opens: int, closes: int) -> Spans:
        """The occurrences cut to a period, in order; each belongs to the day on which it began.

        Lost is what lies in a window that began before the period's first day.
        """
        if opens >= closes:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32)
        first, last = self.day(opens) - 1, self.day(closes)
        (starts, ends, began), origin = self._between(windows, division, first, last)
        starts, ends = np.maximum(starts, opens), np.minimum(ends, closes)
        kept = (starts < ends) & (origin >= self.day(opens))
        return starts[kept], ends[kept], began[kept]

    def opening(self, windows: Windows, division: str | None, opens: int, closes: int) -> Longs:
        """Where the occurrences open that, cut to a period, still open on their own day."""
        starts, _, began = self.within(windows, division, opens, closes)
        usable: Longs = starts[self.days(starts) == began]
        return usable

    def _between(self, windows: Windows, division: str | None, first: int, last: int) -> tuple[Spans, Ints]:
        key = (windows, division)
        known = self._spans.get(key)
        if known is None or first < known[0] or last > known[1]:
            low = first if known is None else min(first, known[0])
            high = last if known is None else max(last, known[1])
            known = self._spans[key] = low, high, *self._read(windows, division, low, high)
        return known[2:]

    def _read(self, windows: Windows, division: str | None, first: int, last: int) -> tuple[Spans, Ints]:
        # A window of the day before may reach into the first day: one day more.
        days = [day_of(first - 1) + timedelta(days=n) for n in range(last - first + 2)]
        closed = holidays_for(division, self._holidays)
        if windows.parts:
            pieces = _spans_of(windows.parts[0], days, closed)
            for part in windows.parts[1:]:
                pieces = _both(pieces, _spans_of(part, days, closed))
        else:
            whole = [(london_day(day), day) for day in days]
            pieces = [(micros(span.opens), micros(span.closes), day_number(day)) for span, day in whole]
        both = np.array(pieces, np.int64).reshape(-1, 3)
        starts = both[:, 0].copy()
        return (starts, both[:, 1].copy(), self.days(starts)), both[:, 2].astype(np.int32)


def _spans_of(part: WeeklyWindow, days: Sequence[date], closed: frozenset[date]) -> _Pieces:
    spans = [(part.occurrence(day, closed), day) for day in days]
    return [(micros(span.opens), micros(span.closes), day_number(day)) for span, day in spans if span is not None]


def _both(one: _Pieces, two: _Pieces) -> _Pieces:
    """The parts that lie in both of two sorted runs."""
    met, i, j = [], 0, 0
    while i < len(one) and j < len(two):
        opens, closes = max(one[i][0], two[j][0]), min(one[i][1], two[j][1])
        if opens < closes:
            met.append((opens, closes, min(one[i][2], two[j][2])))
        if one[i][1] <= two[j][1]:
            i += 1
        else:
            j += 1
    return met


def without(spans: Spans, opens: int, closes: int) -> Spans:
    """What is left of occurrences beside a black-out; order is kept."""
    starts, ends, began = spans
    firsts = np.concatenate([starts, np.maximum(starts, closes)])
    lasts = np.concatenate([np.minimum(ends, opens), ends])
    kept = np.flatnonzero(firsts < lasts)
    order = kept[np.argsort(firsts[kept], kind="stable")]
    return firsts[order], lasts[order], np.concatenate([began, began])[order]
