"""Days and hours on which a hub can go: G4, nights, black-outs and both clock-change nights."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.model.occurrences import DayRules, first_moment, occurrence_on, possible_days
from chfw_core.model.periods import Period
from chfw_core.model.windows import Windows
from chfw_core.testing.worlds import window

NOBODY: frozenset[date] = frozenset()
EVERY = "0123456"


def utc(day: int, hour: int = 0, minute: int = 0, *, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def period(opens: datetime, closes: datetime) -> Period:
    return Period(opens=opens, closes=closes)


JANUARY = period(utc(5), utc(31))
ANY = DayRules(earliest=date.min)


@given(
    st.integers(0, 23),
    st.integers(0, 23),
    st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True).map(sorted),
    st.lists(st.lists(st.integers(0, 120), min_size=2, max_size=2, unique=True).map(sorted), max_size=3),
)
def test_a_day_is_possible_where_an_hour_of_its_own_night_is_left(
    start: int, end: int, bounds: list[int], closed: list[list[int]]
) -> None:
    """Against hours counted one by one, in winter: what begins on a day belongs to that day."""
    base = utc(5)
    hours = [base + timedelta(hours=n) for n in range(24 * 6)]
    length = (end - start) % 24 or 24
    blackouts = tuple(period(hours[a], hours[b]) for a, b in closed)
    whole = period(hours[bounds[0]], hours[bounds[1]])
    rules = DayRules(earliest=date.min, blackouts=blackouts)
    found = dict(possible_days(whole, window("w", EVERY, start, end), NOBODY, rules))
    for n in range(5):
        night = [24 * n + start + h for h in range(length)]
        open_hours = [h for h in night if bounds[0] <= h < bounds[1] and not any(a <= h < b for a, b in closed)]
        day = date(2026, 1, 5 + n)
        if not open_hours or open_hours[0] >= 24 * (n + 1):
            assert day not in found
            continue
        first = open_hours[0]
        run = next(k for k in range(1, 25) if first + k not in open_hours)
        assert found[day] == period(hours[first], hours[first] + timedelta(hours=run))


@pytest.mark.parametrize(
    ("hours", "opens", "closes"),
    [
        # 29 March 2026: 01:00 GMT becomes 02:00 BST.
        ((0, 5), utc(29, 0, month=3), utc(29, 4, month=3)),
        ((0, 24), utc(29, 0, month=3), utc(29, 23, month=3)),
        ((1, 3), utc(29, 1, month=3), utc(29, 2, month=3)),
        ((1, 2), None, None),
        ((2, 3), utc(29, 1, month=3), utc(29, 2, month=3)),
        ((22, 5), utc(29, 21, month=3), utc(30, 4, month=3)),
    ],
)
def test_the_spring_night(hours: tuple[int, int], opens: datetime | None, closes: datetime | None) -> None:
    whole = period(utc(1, month=3), utc(30, 12, month=3))
    found = occurrence_on(date(2026, 3, 29), whole, window("w", "6", *hours), NOBODY, ANY)
    assert (found and found.opens, found and found.closes) == (opens, closes)


@pytest.mark.parametrize(
    ("hours", "opens", "closes"),
    [
        # 25 October 2026: 02:00 BST becomes 01:00 GMT; wall times mean the first pass.
        ((0, 5), utc(24, 23, month=10), utc(25, 5, month=10)),
        ((0, 24), utc(24, 23, month=10), utc(26, 0, month=10)),
        ((1, 2), utc(25, 0, month=10), utc(25, 2, month=10)),
        ((22, 5), utc(25, 22, month=10), utc(26, 5, month=10)),
    ],
)
def test_the_autumn_night(hours: tuple[int, int], opens: datetime, closes: datetime) -> None:
    whole = period(utc(1, month=10), utc(30, month=10))
    found = occurrence_on(date(2026, 10, 25), whole, window("w", "6", *hours), NOBODY, ANY)
    assert found == period(opens, closes)


def test_without_windows_the_whole_london_day_counts() -> None:
    """G4: half open; the first and the last day are cut to the period."""
    whole = period(utc(1, 12, month=6), utc(3, 12, month=6))
    assert list(possible_days(whole, Windows(), NOBODY, ANY)) == [
        (date(2026, 6, 1), period(utc(1, 12, month=6), utc(1, 23, month=6))),
        (date(2026, 6, 2), period(utc(1, 23, month=6), utc(2, 23, month=6))),
        (date(2026, 6, 3), period(utc(2, 23, month=6), utc(3, 12, month=6))),
    ]


def test_days_before_the_first_frozen_days_and_holidays_are_left_out() -> None:
    rules = DayRules(earliest=date(2026, 1, 8), frozen=frozenset({date(2026, 1, 9)}))
    short = period(utc(5), utc(12))
    found = [day.day for day, _ in possible_days(short, Windows(), NOBODY, rules)]
    assert found == [8, 10, 11]


def test_two_nights_meet_where_both_are_open() -> None:
    """A night of the day before reaches into the morning, and meets a window of that morning within the period."""
    night, morning = window("night", EVERY, 22, 5), window("morning", EVERY, 3, 9)
    both = Windows(parts=(*night.parts, *morning.parts))
    found = dict(possible_days(period(utc(5), utc(7)), both, NOBODY, ANY))
    # The night that reaches into the period's first day began before it.
    assert found == {date(2026, 1, 6): period(utc(6, 3), utc(6, 5))}
    assert first_moment(period(utc(4, 23), utc(7)), both, NOBODY) == utc(5, 3)


def test_the_first_moment_is_that_of_the_first_usable_day() -> None:
    saturday = window("saturday", "5", 10, 12)
    assert first_moment(JANUARY, saturday, NOBODY) == utc(10, 10)
    assert first_moment(period(utc(5), utc(9)), saturday, NOBODY) is None
