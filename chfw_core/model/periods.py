"""Periods and the Europe/London calendar.

An instant is an aware `datetime` in UTC. A Period is half open: `opens` belongs to it, `closes`
does not (G4). What people write is London wall-clock time: a bare date means 00:00 there, and
as the end of a period it includes that day. On the spring night the clock skips an hour: a wall
time inside it means the moment of the change. On the autumn night an hour comes twice: its wall
times mean the first pass.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from attrs import field, frozen

from chfw_core.errors import InputError, UsageError

LONDON = ZoneInfo("Europe/London")
MINUTES_A_DAY = 24 * 60
YEARS = range(1970, 2200)


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises InputError for a datetime without an offset, UsageError for what is none."""
    try:
        without = instant.tzinfo is None
    except AttributeError:
        raise UsageError(
            f"`{instant}` ({type(instant).__name__}) is not a datetime",
            hint="such as `datetime(2026, 3, 1, tzinfo=UTC)`",
        ) from None
    if without:
        raise InputError(
            f"the time `{instant.isoformat()}` has no offset",
            hint="end it with `Z` or an offset such as +01:00",
        )
    return instant.astimezone(UTC)


@frozen(kw_only=True, order=True)
class Period:
    """A timespan in which an action completes (G4): `opens` <= t < `closes`, both in UTC.

    Raises InputError where it would close no later than it opens.
    """

    opens: datetime = field(converter=as_utc)
    closes: datetime = field(converter=as_utc)

    def __attrs_post_init__(self) -> None:
        if self.closes <= self.opens:
            raise InputError(
                f"the period closes at {format_instant(self.closes)}, "
                f"not after it opens at {format_instant(self.opens)}"
            )

    def cut(self, opens: datetime, closes: datetime) -> "Period | None":
        """The part of this period inside [opens, closes), or None where nothing is left."""
        if opens <= self.opens and self.closes <= closes:
            return self  # most are not cut at all
        first, last = max(self.opens, opens), min(self.closes, closes)
        return Period(opens=first, closes=last) if first < last else None


@lru_cache(maxsize=1 << 16)
def london_time(day: date, minute: int) -> datetime:
    """The instant of a wall-clock minute (0 … 1440 and beyond: the next day) on a London day."""
    days, minute = divmod(minute, MINUTES_A_DAY)
    wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60))
    return _wall_to_utc(wall)


def _wall_to_utc(wall: datetime) -> datetime:
    local = wall.replace(tzinfo=LONDON)  # fold=0: the first pass of a repeated hour
    instant = local.astimezone(UTC)
    if instant.astimezone(LONDON).replace(tzinfo=None) == wall:
        return instant
    # A wall time that the spring night skips: the moment at which the clock is put forward.
    return instant.replace(minute=0, second=0, microsecond=0)


def london_midnight(day: date) -> datetime:
    """00:00 Europe/London of that day, as an instant."""
    return london_time(day, 0)


@lru_cache(maxsize=1 << 16)
def london_date(instant: datetime) -> date:
    """The London day on which an instant falls."""
    return instant.astimezone(LONDON).date()


def london_day(day: date) -> Period:
    """The whole London day: 23, 24 or 25 hours."""
    return Period(opens=london_midnight(day), closes=london_midnight(day + timedelta(days=1)))


def add_wall_days(instant: datetime, days: int) -> datetime:
    """The same London wall-clock time `days` later (or earlier)."""
    wall = instant.astimezone(LONDON).replace(tzinfo=None, fold=0)
    return _wall_to_utc(wall + timedelta(days=days))


def add_months(instant: datetime, months: int) -> datetime:
    """The same London wall-clock time so many calendar months on, clamped at the month's end.

    31 August + 6 months is the last day of February.
    """
    wall = instant.astimezone(LONDON).replace(tzinfo=None, fold=0)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    day = min(wall.day, calendar.monthrange(year, month + 1)[1])
    return _wall_to_utc(wall.replace(year=year, month=month + 1, day=day))


def parse_instant(text: str) -> datetime:
    """An ISO 8601 time with `Z` or an offset, or a bare date (00:00 Europe/London).

    Raises InputError for anything else, and for a year outside 1970 to 2199: such a date stands for
    something (`9999-12-31`) that has a way of its own to be said, and no calendar arithmetic holds it.
    """
    bare = len(text) == len("2026-03-01")
    try:
        written = datetime.combine(date.fromisoformat(text), time()) if bare else datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"`{text}` is neither a date nor a time",
            hint="write 2026-03-01 or 2026-03-01T09:00:00Z",
        ) from None
    if written.year not in YEARS:
        raise InputError(
            f"`{text}` is not in the years {YEARS.start} to {YEARS.stop - 1}",
            hint="leave a date out where there is none",
        )
    return london_midnight(written.date()) if bare else as_utc(written)


def parse_period_end(text: str) -> datetime:
    """Like `parse_instant`, but a bare date includes that day."""
    end = parse_instant(text)
    return add_wall_days(end, 1) if len(text) == 10 else end


def format_instant(instant: datetime) -> str:
    """ISO 8601 in UTC with `Z`, to the second (to the microsecond where it has one)."""
    return as_utc(instant).replace(tzinfo=None).isoformat() + "Z"


def instant_words(instant: datetime) -> str:
    """An instant for people: in UTC, with the London day where that is another one (G4).

    `2026-08-31T23:00:00Z (2026-09-01 in London)`.
    """
    day = london_date(instant)
    beside = "" if day == as_utc(instant).date() else f" ({day} in London)"
    return f"{format_instant(instant)}{beside}"
