"""The days on which a hub can be activated, and the hours of each.

A day counts by the occurrence that begins on it: a night belongs to the day on which it begins.
Where several windows meet, each one's own occurrence begins no earlier than the period's first day.
An occurrence is cut to the period and ends where a black-out begins; if what is left begins on
another London day, the day is lost.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from attrs import frozen

from chfw_core.model.periods import Period, london_date
from chfw_core.model.windows import Windows


@frozen(kw_only=True)
class DayRules:
    """What forbids days whatever the windows: the first day, black-outs and frozen days."""

    earliest: date
    blackouts: tuple[Period, ...] = ()
    frozen: frozenset[date] = frozenset()


@lru_cache(maxsize=1 << 14)
def first_moment(period: Period, windows: Windows, closed: frozenset[date]) -> datetime | None:
    """The first moment of the period at which a usable occurrence opens, or None."""
    for _, occurrence in possible_days(period, windows, closed, DayRules(earliest=date.min)):
        return occurrence.opens
    return None


def possible_days(
    period: Period, windows: Windows, closed: frozenset[date], rules: DayRules
) -> Iterator[tuple[date, Period]]:
    """Every day on which the hub can go, with its occurrence, in order (G4).

    `closed`: the bank holidays of the hub's division.
    """
    day = max(london_date(period.opens), rules.earliest)
    last = london_date(period.closes)
    weekdays = windows.weekdays
    while weekdays and day <= last:
        can_be = day.weekday() in weekdays and day not in rules.frozen
        if can_be and (found := occurrence_on(day, period, windows, closed, rules)):
            yield day, found
        day += timedelta(days=1)


def occurrence_on(
    day: date, period: Period, windows: Windows, closed: frozenset[date], rules: DayRules
) -> Period | None:
    """The first occurrence of that day that survives the cuts, or None."""
    for occurrence in windows.occurrences(day, closed, london_date(period.opens)):
        left = occurrence.cut(period.opens, period.closes)
        if left is not None:
            left = _before_blackouts(left, rules.blackouts)
        if left is not None and london_date(left.opens) == day:
            return left
    return None


def _before_blackouts(occurrence: Period, blackouts: tuple[Period, ...]) -> Period | None:
    """What is left of it outside every black-out: the first piece."""
    left: Period | None = occurrence
    for blackout in sorted(blackouts):
        if left is None or blackout.closes <= left.opens or blackout.opens >= left.closes:
            continue
        if blackout.opens > left.opens:
            return Period(opens=left.opens, closes=blackout.opens)
        left = left.cut(blackout.closes, left.closes)
    return left
