"""Weekly windows: the hours of the week in which an activation may happen.

A window names weekdays and London wall-clock hours, and may leave out dates and bank holidays.
A night window (`22:00-05:00`) belongs to the day on which it begins. Several windows together
mean their intersection.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from attrs import field, frozen

from chfw_core.model.periods import MINUTES_A_DAY, Period, london_day, london_time

Holidays = Mapping[str, frozenset[date]]
"""Bank holidays by division (`england_and_wales`, `scotland`, `northern_ireland`)."""


def holidays_for(division: str | None, holidays: Holidays) -> frozenset[date]:
    """The division's bank holidays; of an unknown division, those of any (nobody is disturbed)."""
    if division is not None and division in holidays:
        return holidays[division]
    return frozenset().union(*holidays.values())


@frozen(kw_only=True, cache_hash=True)
class WeeklyWindow:
    """`days` 0 = Monday … 6 = Sunday; minutes of the London day; `end <= start` runs into the next."""

    name: str
    days: frozenset[int]
    start: int
    end: int
    not_on: frozenset[date] = frozenset()
    not_on_bank_holidays: bool = False
    owner: str = ""

    @property
    def hours(self) -> tuple[object, ...]:
        """All that makes a difference to a hub: never what the window is called or whose it is (NF7)."""
        return (tuple(sorted(self.days)), self.start, self.end, self.not_on_bank_holidays, tuple(sorted(self.not_on)))

    def occurrence(self, day: date, closed: frozenset[date]) -> Period | None:
        """The window that begins on a London day; None where there is none. `closed`: bank holidays."""
        if day.weekday() not in self.days or day in self.not_on:
            return None
        if self.not_on_bank_holidays and day in closed:
            return None
        end = self.end if self.end > self.start else self.end + MINUTES_A_DAY
        opens, closes = london_time(day, self.start), london_time(day, end)
        return Period(opens=opens, closes=closes) if opens < closes else None


@frozen(kw_only=True, cache_hash=True)
class Windows:
    """The intersection of weekly windows; without any, every hour of every day."""

    parts: tuple[WeeklyWindow, ...] = field(default=())

    @property
    def mind_holidays(self) -> bool:
        """Whether bank holidays make a difference to them."""
        return any(part.not_on_bank_holidays for part in self.parts)

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays on which an occurrence of all of them can begin; on any other day none ever does."""
        return _weekdays(self.parts)

    def occurrences(self, day: date, closed: frozenset[date], since: date = date.min) -> tuple[Period, ...]:
        """The periods, in order, that begin on that London day and lie in every window.

        Of each window only what itself began no earlier than `since` counts: the tail of an earlier
        night is lost, whatever it would meet.
        """
        return _occurrences(self.parts, day, closed, since < day)

    def merged(self, other: "Windows") -> "Windows":
        """Both together; the order of the two makes no difference (I3)."""
        return _merged(self.parts, other.parts)


@lru_cache(maxsize=1 << 12)
def _merged(one: tuple[WeeklyWindow, ...], other: tuple[WeeklyWindow, ...]) -> Windows:
    """Remembered, since few windows meet in many plans."""
    both = {*one, *other}
    return Windows(parts=tuple(sorted(both, key=lambda w: (w.hours, w.owner, w.name))))


@lru_cache(maxsize=1 << 12)
def _weekdays(parts: tuple[WeeklyWindow, ...]) -> frozenset[int]:
    """By the wall clock, in minutes of the day: the clock's changes shift hours, and never their order."""
    return frozenset(day for day in range(7) if any(0 <= begins < MINUTES_A_DAY for begins in _beginnings(parts, day)))


def _beginnings(parts: tuple[WeeklyWindow, ...], day: int) -> list[int]:
    """The minute of the weekday at which each piece of the intersection begins, also of the night before."""
    pieces = [(-MINUTES_A_DAY, 2 * MINUTES_A_DAY)] if parts else [(0, MINUTES_A_DAY)]
    for part in parts:
        end = part.end if part.end > part.start else part.end + MINUTES_A_DAY
        near = [(0, day), (-MINUTES_A_DAY, (day - 1) % 7)]
        own = [(by + part.start, by + end) for by, weekday in near if weekday in part.days]
        pieces = [(max(a, c), min(b, d)) for a, b in pieces for c, d in own if max(a, c) < min(b, d)]
    return [begins for begins, _ in pieces]


@lru_cache(maxsize=1 << 16)
def _occurrences(
    parts: tuple[WeeklyWindow, ...], day: date, closed: frozenset[date], tails: bool
) -> tuple[Period, ...]:
    """Remembered, since the same windows are asked about the same days for many periods."""
    if not parts:
        return (london_day(day),)
    # A night that began the day before may reach into this one and meet another window here.
    near = (day - timedelta(days=1), day) if tails else (day,)
    pieces = _present(parts[0], near, closed)
    for part in parts[1:]:
        others = _present(part, near, closed)
        pieces = [p for a in pieces for b in others if (p := a.cut(b.opens, b.closes))]
    midnight, next_midnight = london_time(day, 0), london_time(day + timedelta(days=1), 0)
    return tuple(sorted(p for p in pieces if midnight <= p.opens < next_midnight))


def _present(part: WeeklyWindow, days: tuple[date, ...], closed: frozenset[date]) -> list[Period]:
    return [period for day in days if (period := part.occurrence(day, closed))]
