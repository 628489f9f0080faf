"""Durations added to moments: days on the London wall clock, hours and minutes absolute.

Every remembered event needs it, so that a day without a change of the clock is added without asking for a calendar:
London's offset is one number for each hour of UTC.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from chfw_core.model.periods import LONDON
from chfw_core.rules.meaning.values import shift
from chfw_core.rules.model import Duration

_HOUR = timedelta(hours=1)


def after(at: datetime, span: Duration) -> datetime:
    """The moment that lies so long after `at`, which is in UTC."""
    try:
        if not span.days:
            return at + timedelta(seconds=span.seconds)
        moved = at + timedelta(days=span.days)
        offset, _ = _clock(at.year, at.month, at.day, at.hour)
        if _clock(moved.year, moved.month, moved.day, moved.hour) == (offset, False):
            return moved + timedelta(seconds=span.seconds)
    except OverflowError:
        pass  # beyond the calendar's end, at which `shift` stops
    found = shift(at, span)
    assert isinstance(found, datetime)
    return found


@lru_cache(maxsize=1 << 16)
def _clock(year: int, month: int, day: int, hour: int) -> tuple[timedelta | None, bool]:
    """London's offset in an hour of UTC, and whether its wall times are there for the second time."""
    moment = datetime(year, month, day, hour, tzinfo=UTC)
    offset, before = (one.astimezone(LONDON).utcoffset() for one in (moment, moment - _HOUR))
    return offset, offset != before and offset == timedelta()
