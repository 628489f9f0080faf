"""Occurrences of weekly windows, as arrays of instants, and the London days they open on.

An intersection of windows is taken here over sorted runs of intervals, not day by day. Every window is
read once, over all days that were asked about so far and a year more; periods are cut out of that.
"""

from bisect import bisect_right
from datetime import date, timedelta

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import Domain, Ints, Longs, day_number, day_of, instant_of, micros, runs
from chfw_core.model.periods import london_date, london_day, london_midnight
from chfw_core.model.windows import Holidays, WeeklyWindow, Windows, holidays_for

_YEAR = 366
_LAST_DAY = day_number(date.max) - 2


@frozen
class Spans:
    """Occurrences in order, none over another: `began` = the London day to which each belongs.

    `since` = the first of the London days on which the occurrences of the single windows began.
    """

    opens: Longs
    closes: Longs
    began: Ints
    since: Ints

    def without(self, opens: int, closes: int) -> "Spans":
        """What is left of them beside a black-out; order is kept."""
        firsts = np.concatenate([self.opens, np.maximum(self.opens, closes)])
        lasts = np.concatenate([np.minimum(self.closes, opens), self.closes])
        kept = np.flatnonzero(firsts < lasts)
        order = kept[np.argsort(firsts[kept], kind="stable")]
        began, since = (np.concatenate([days, days])[order] for days in (self.began, self.since))
        return Spans(firsts[order], lasts[order], began, since)

    def within(self, other: "Spans", calendar: "Calendar") -> "Spans":
        """The parts that lie in both."""
        one, two = runs(*other.reached(self.opens, self.closes))
        opens = np.maximum(self.opens[one], other.opens[two])
        closes = np.minimum(self.closes[one], other.closes[two])
        return Spans(opens, closes, calendar.days(opens), np.minimum(self.since[one], other.since[two]))

    def reached(self, opens: Longs, closes: Longs) -> tuple[Longs, Longs]:
        """For each of some periods, the first occurrence that reaches into it and the first that lies behind it."""
        return np.searchsorted(self.closes, opens, side="right"), np.searchsorted(self.opens, closes, side="left")


class Calendar:
    """Windows, by their code, against the London calendar and the bank holidays of a division.

    `since`: an instant before which nobody is likely to ask.
    """

    def __init__(self, holidays: Holidays, windows: Domain[Windows], since: int) -> None:
        self._holidays = holidays
        self._windows = windows
        self._together: dict[tuple[int, int], int] = {}
        self._days: dict[int, int] = {}
        self._midnights: tuple[int, Longs] = (0, np.zeros(0, np.int64))
        self._known = self.day(since) - 1, self.day(since)
        self._parts: dict[tuple[WeeklyWindow | None, str | None], Spans] = {}
        self._spans: dict[tuple[int, str | None], Spans] = {}

    def together(self, one: int, two: int) -> int:
        """The windows that are the intersection of both; whose are whose makes no difference (I3)."""
        key = (min(one, two), max(one, two))
        if key not in self._together:
            parts = {part for code in key for part in self._windows.values[code].parts}
            both = Windows(parts=tuple(sorted(parts, key=lambda part: part.hours)))
            self._together[key] = self._windows.code(both)
        return self._together[key]

    def mind_holidays(self, windows: int) -> bool:
        """Whether it makes a difference to them in which division a hub is."""
        return self._windows.values[windows].mind_holidays

    def day(self, instant: int) -> int:
        """The London day of an instant."""
        if instant not in self._days:
            self._days[instant] = day_number(london_date(instant_of(instant)))
        return self._days[instant]

    def days(self, instants: Longs) -> Ints:
        """The London days of instants."""
        if not len(instants):
            return np.zeros(0, np.int32)
        low, high = self.day(int(instants.min())), self.day(int(instants.max())) + 1
        first, known = self._midnights
        if not len(known) or low < first or high >= first + len(known):
            first = min(low, first) if len(known) else low
            last = max(high, first + len(known))
            marks = [micros(london_midnight(day_of(day))) for day in range(first, last + 1)]
            self._midnights = first, np.array(marks, np.int64)
        first, known = self._midnights
        return (np.searchsorted(known, instants, side="right") - 1 + first).astype(np.int32)

    def spans(self, windows: int, division: str | None, opens: int, closes: int) -> Spans:
        """All occurrences that reach into a period, and more of them before and after it."""
        self._cover(self.day(opens) - 1, self.day(closes))
        key = (windows, division if self.mind_holidays(windows) else None)
        if key not in self._spans:
            parts = self._windows.values[windows].parts
            spans = self._part(parts[0] if parts else None, division)
            for part in parts[1:]:
                spans = spans.within(self._part(part, division), self)
            self._spans[key] = spans
        return self._spans[key]

    def first_opening(self, windows: int, division: str | None, opens: int, closes: int) -> int | None:
        """Where the first occurrence opens that, cut to a period, still opens on its own day.

        Lost is what lies in a window that began before the period's first day.
        """
        if opens >= closes:
            return None
        spans, day = self.spans(windows, division, opens, closes), self.day(opens)
        for at in range(bisect_right(spans.closes, opens), len(spans.opens)):
            start = max(int(spans.opens[at]), opens)
            if start >= closes:
                return None
            if spans.since[at] >= day and self.day(start) == spans.began[at]:
                return start
        return None

    def _cover(self, first: int, last: int) -> None:
        low, high = self._known
        if first < low or last > high:
            self._known = min(first, low), max(last, min(last + _YEAR, _LAST_DAY), high)
            self._parts.clear()
            self._spans.clear()

    def _part(self, part: WeeklyWindow | None, division: str | None) -> Spans:
        """The occurrences of one window; of none, the London days."""
        key = (part, division if part is not None and part.not_on_bank_holidays else None)
        if key not in self._parts:
            first, last = self._known
            # A window of the day before may reach into the first day: one day more.
            days = [day_of(first - 1) + timedelta(days=n) for n in range(last - first + 2)]
            closed = holidays_for(division, self._holidays)
            met = [(day, london_day(day) if part is None else part.occurrence(day, closed)) for day in days]
            there = [(micros(span.opens), micros(span.closes), day_number(day)) for day, span in met if span]
            pieces = np.array(there, np.int64).reshape(-1, 3)
            opens, since = pieces[:, 0].copy(), pieces[:, 2].astype(np.int32)
            self._parts[key] = Spans(opens, pieces[:, 1].copy(), self.days(opens), since)
        return self._parts[key]
