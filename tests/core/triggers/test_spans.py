"""Spans on the London clock: the quick way gives what the calendar gives, on every half hour around its changes."""

from datetime import UTC, datetime, timedelta

import pytest

from chfw_core.rules.meaning.values import LAST_MOMENT, shift
from chfw_core.rules.model import Duration
from chfw_core.triggers.spans import after


@pytest.mark.parametrize("day", [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)])
@pytest.mark.parametrize("days", [0, 1, 2, 7, 28, 200])
@pytest.mark.parametrize("seconds", [0, 1_800])
def test_after_is_what_the_calendar_says(day: datetime, days: int, seconds: int) -> None:
    span = Duration(days=days, seconds=seconds)
    for half_hours in range(6 * 48):
        at = day + timedelta(minutes=30 * half_hours, microseconds=7)
        assert after(at, span) == shift(at, span)


def test_a_span_ends_with_the_calendar() -> None:
    late = datetime(9999, 12, 31, tzinfo=UTC)
    assert after(late, Duration(days=7)) == after(late, Duration(seconds=200_000)) == LAST_MOMENT
