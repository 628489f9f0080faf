"""The possible days of many periods, each worked out once.

For one set of windows, holidays, black-outs and frozen days the whole calendar is laid out once;
a period then is a slice of it. Only at its ends, where an occurrence may be cut, is the core's own
function asked again.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.model.occurrences import DayRules, occurrence_on, possible_days
from chfw_core.model.periods import Period, london_date, london_midnight
from chfw_core.model.windows import Windows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
SLACK_DAYS = 2


@frozen(eq=False)
class Days:
    """Possible days in order: days since 1970, and when the window of each opens and closes (µs)."""

    day: NDArray[np.int32]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]

    def dates(self) -> tuple[date, ...]:
        """The days as dates."""
        return tuple(map(day_of, self.day.tolist()))


@cache
def day_of(number: int) -> date:
    """The date behind a number of days since 1970."""
    return date.fromordinal(_EPOCH_DAY + number)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


@frozen
class Calendar:
    """What a day depends on besides the period."""

    windows: Windows
    closed: frozenset[date]
    rules: DayRules


@define
class Timelines:
    """Answers `days` for periods that end no later than `horizon`."""

    horizon: datetime
    _laid_out: dict[Calendar, Days] = field(factory=dict)
    _slices: dict[tuple[Calendar, Period], Days] = field(factory=dict)

    def days(self, period: Period, calendar: Calendar) -> Days:
        """The possible days of a period, as `possible_days` has them."""
        key = (calendar, period)
        if key not in self._slices:
            self._slices[key] = self._slice(period, calendar)
        return self._slices[key]

    def _slice(self, period: Period, calendar: Calendar) -> Days:
        whole = self._calendar(calendar)
        first, last = london_date(period.opens), london_date(period.closes)
        rules = calendar.rules
        inner = (whole.day > _number(first)) & (whole.day < _number(last) - 1)
        edges: dict[int, Period] = {}
        for day in (first, last - timedelta(days=1), last):
            allowed = day >= max(first, rules.earliest) and day not in rules.frozen
            if allowed and (found := occurrence_on(day, period, calendar.windows, calendar.closed, rules)):
                edges[_number(day)] = found
        before = [n for n in sorted(edges) if n <= _number(first)]
        after = [n for n in sorted(edges) if n > _number(first)]
        return Days(
            day=np.concatenate([np.array(before, np.int32), whole.day[inner], np.array(after, np.int32)]),
            opens=_around([edges[n].opens for n in before], whole.opens[inner], [edges[n].opens for n in after]),
            closes=_around([edges[n].closes for n in before], whole.closes[inner], [edges[n].closes for n in after]),
        )

    def _calendar(self, calendar: Calendar) -> Days:
        if calendar not in self._laid_out:
            opens = london_midnight(calendar.rules.earliest - timedelta(days=SLACK_DAYS))
            closes = max(self.horizon, opens) + timedelta(days=SLACK_DAYS)
            found = list(
                possible_days(Period(opens=opens, closes=closes), calendar.windows, calendar.closed, calendar.rules)
            )
            self._laid_out[calendar] = Days(
                day=np.array([_number(day) for day, _ in found], dtype=np.int32),
                opens=np.array([microseconds(p.opens) for _, p in found], dtype=np.int64),
                closes=np.array([microseconds(p.closes) for _, p in found], dtype=np.int64),
            )
        return self._laid_out[calendar]


def _around(before: list[datetime], inner: NDArray[np.int64], after: list[datetime]) -> NDArray[np.int64]:
    ends = [np.array([microseconds(t) for t in times], dtype=np.int64) for times in (before, after)]
    return np.concatenate([ends[0], inner, ends[1]])


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH_DAY
