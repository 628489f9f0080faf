from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.model.periods import london_date, london_day, london_time
from chfw_core.model.windows import WeeklyWindow, Windows, holidays_for

EVERY_DAY = frozenset(range(7))
NONE: frozenset[date] = frozenset()
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
HOLIDAYS = {"england_and_wales": frozenset({date(2026, 8, 31)}), "scotland": frozenset({date(2026, 8, 3)})}


def window(start: str, end: str, days: frozenset[int] = EVERY_DAY, **more: object) -> WeeklyWindow:
    def minutes(text: str) -> int:
        hour, minute = text.split(":")
        return int(hour) * 60 + int(minute)

    return WeeklyWindow(name="w", days=days, start=minutes(start), end=minutes(end), **more)  # type: ignore[arg-type]


WINDOWS = st.builds(
    WeeklyWindow,
    name=st.sampled_from("ab"),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=st.integers(0, 1439),
    end=st.integers(1, 1440),
)
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1)) | st.sampled_from([SPRING, AUTUMN, SPRING - timedelta(days=1)])


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = window("22:00", "05:00", frozenset({0}))
    monday = date(2026, 3, 2)
    found = night.occurrence(monday, NONE)
    assert found is not None
    assert (found.opens, found.closes) == (london_time(monday, 1320), london_time(monday, 1440 + 300))
    assert night.occurrence(monday + timedelta(days=1), NONE) is None


@pytest.mark.parametrize(("eve", "hours"), [(SPRING - timedelta(days=1), 6), (AUTUMN - timedelta(days=1), 8)])
def test_a_night_over_a_clock_change_has_its_own_length(eve: date, hours: int) -> None:
    found = window("22:00", "05:00").occurrence(eve, NONE)
    assert found is not None
    assert found.closes - found.opens == timedelta(hours=hours)


def test_a_window_inside_the_hour_that_spring_skips_is_not_there() -> None:
    assert window("01:15", "01:45").occurrence(SPRING, NONE) is None
    assert window("01:15", "01:45").occurrence(SPRING + timedelta(days=1), NONE) is not None


def test_a_window_that_ends_in_the_hour_that_autumn_repeats_ends_in_the_first_pass() -> None:
    found = window("00:00", "01:30").occurrence(AUTUMN, NONE)
    assert found is not None
    assert found.closes == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_window_that_ends_when_it_starts_lasts_a_day() -> None:
    found = window("06:00", "06:00").occurrence(date(2026, 3, 2), NONE)
    assert found is not None
    assert found.closes - found.opens == timedelta(hours=24)


def test_named_dates_and_bank_holidays_are_left_out() -> None:
    closed = holidays_for("england_and_wales", HOLIDAYS)
    careful = window("10:00", "15:00", not_on=frozenset({date(2026, 4, 1)}), not_on_bank_holidays=True)
    assert careful.occurrence(date(2026, 4, 1), closed) is None
    assert careful.occurrence(date(2026, 8, 31), closed) is None
    assert careful.occurrence(date(2026, 8, 3), closed) is not None
    assert window("10:00", "15:00").occurrence(date(2026, 8, 31), closed) is not None


@pytest.mark.parametrize("division", [None, "wales"])
def test_of_an_unknown_division_the_holidays_of_any_count(division: str | None) -> None:
    assert holidays_for(division, HOLIDAYS) == {date(2026, 8, 31), date(2026, 8, 3)}


def test_without_windows_the_whole_day_is_open() -> None:
    assert Windows().occurrences(SPRING, NONE) == (london_day(SPRING),)


def test_several_windows_mean_their_intersection() -> None:
    both = Windows(parts=(window("09:00", "15:00"), window("12:00", "18:00")))
    (found,) = both.occurrences(date(2026, 3, 2), NONE)
    assert (found.opens, found.closes) == (london_time(date(2026, 3, 2), 720), london_time(date(2026, 3, 2), 900))


def test_a_night_meets_the_next_days_window_on_the_next_day() -> None:
    both = Windows(parts=(window("22:00", "05:00"), window("04:00", "08:00")))
    tuesday = date(2026, 3, 3)
    (found,) = both.occurrences(tuesday, NONE)
    assert (found.opens, found.closes) == (london_time(tuesday, 240), london_time(tuesday, 300))


def test_windows_with_nothing_in_common_are_never_open() -> None:
    both = Windows(parts=(window("09:00", "10:00"), window("12:00", "13:00")))
    assert both.occurrences(date(2026, 3, 2), NONE) == ()


@given(st.lists(WINDOWS, max_size=3), st.lists(WINDOWS, max_size=3), DAYS)
def test_merging_is_symmetric_i3(one: list[WeeklyWindow], other: list[WeeklyWindow], day: date) -> None:
    a, b = Windows(parts=tuple(one)), Windows(parts=tuple(other))
    assert a.merged(b) == b.merged(a)
    assert a.merged(b).occurrences(day, NONE) == b.merged(a).occurrences(day, NONE)


@given(st.lists(WINDOWS, min_size=1, max_size=3), DAYS)
def test_an_occurrence_begins_on_its_day_and_lies_in_every_window(parts: list[WeeklyWindow], day: date) -> None:
    for found in Windows(parts=tuple(parts)).occurrences(day, NONE):
        assert london_date(found.opens) == day
        for part in parts:
            around = [part.occurrence(day - timedelta(days=back), NONE) for back in (0, 1)]
            assert any(o and o.opens <= found.opens and found.closes <= o.closes for o in around)


@given(st.lists(WINDOWS, max_size=3), DAYS, st.booleans())
def test_windows_are_open_on_no_other_weekday(parts: list[WeeklyWindow], day: date, tails: bool) -> None:
    both = Windows(parts=tuple(parts))
    since = date.min if tails else day
    assert day.weekday() in both.weekdays or both.occurrences(day, NONE, since) == ()


@given(st.lists(WINDOWS, max_size=3))
def test_in_a_plain_week_windows_are_open_on_all_of_their_weekdays(parts: list[WeeklyWindow]) -> None:
    both, week = Windows(parts=tuple(parts)), [date(2026, 6, 1 + at) for at in range(7)]
    assert {day.weekday() for day in week if both.occurrences(day, NONE)} == both.weekdays
