from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.errors import InputError
from chfw_core.model.periods import (
    LONDON,
    Period,
    add_months,
    add_wall_days,
    as_utc,
    format_instant,
    instant_words,
    london_date,
    london_day,
    london_midnight,
    london_time,
    parse_instant,
    parse_period_end,
)

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
INSTANTS = st.datetimes(
    min_value=datetime.fromisoformat("1972-01-01"),
    max_value=datetime.fromisoformat("2190-01-01"),
    timezones=st.just(UTC),
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_period_is_half_open_g4() -> None:
    """G4: a date is a timespan in which the action completes."""
    period = Period(opens=utc(2026, 3, 1), closes=utc(2026, 3, 2))
    assert period.cut(utc(2026, 3, 2), utc(2026, 3, 3)) is None
    assert period.cut(utc(2026, 2, 1), utc(2026, 3, 1)) is None
    assert period.cut(utc(2026, 3, 1, 12), utc(2026, 4, 1)) == Period(opens=utc(2026, 3, 1, 12), closes=utc(2026, 3, 2))


@pytest.mark.parametrize("closes", [utc(2026, 3, 1), utc(2026, 2, 28)])
def test_a_period_that_closes_no_later_than_it_opens_is_refused(closes: datetime) -> None:
    with pytest.raises(InputError, match="not after it opens at 2026-03-01T00:00:00Z"):
        Period(opens=utc(2026, 3, 1), closes=closes)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(InputError, match="has no offset") as caught:
        as_utc(datetime.fromisoformat("2026-03-01"))
    assert "`Z`" in str(caught.value.hint)


def test_a_time_with_an_offset_becomes_utc() -> None:
    assert as_utc(datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == utc(2026, 3, 1)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24), (date(2026, 1, 1), 24)])
def test_a_london_day_has_its_own_length(day: date, hours: int) -> None:
    period = london_day(day)
    assert period.closes - period.opens == timedelta(hours=hours)


@pytest.mark.parametrize("minute", [60, 75, 90, 119])
def test_a_wall_time_that_the_spring_night_skips_means_the_change(minute: int) -> None:
    assert london_time(SPRING, minute) == utc(2026, 3, 29, 1)


def test_the_spring_night_around_the_gap() -> None:
    assert london_time(SPRING, 59) == utc(2026, 3, 29, 0, 59)
    assert london_time(SPRING, 120) == utc(2026, 3, 29, 1)
    assert london_time(SPRING, 121) == utc(2026, 3, 29, 1, 1)


def test_a_wall_time_that_comes_twice_means_the_first_pass() -> None:
    assert london_time(AUTUMN, 90) == utc(2026, 10, 25, 0, 30)
    assert london_time(AUTUMN, 120) == utc(2026, 10, 25, 2)


def test_minutes_past_midnight_are_on_the_next_day() -> None:
    assert london_time(date(2026, 1, 1), 24 * 60 + 300) == utc(2026, 1, 2, 5)


def test_wall_days_keep_the_wall_time_over_a_change() -> None:
    assert add_wall_days(london_time(date(2026, 3, 28), 600), 1) == london_time(SPRING, 600)
    assert add_wall_days(london_time(AUTUMN, 600), -1) == london_time(date(2026, 10, 24), 600)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        # BR1.3: six calendar months after the notice, clamped at the month's end
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 5), 6, date(2026, 7, 5)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        # BR3.4: one month before the automatic time
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_are_calendar_months_on_the_london_wall_clock(start: date, months: int, end: date) -> None:
    assert add_months(london_time(start, 540), months) == london_time(end, 540)


def test_months_that_lead_into_the_spring_gap_mean_the_change_br1_3() -> None:
    assert add_months(utc(2025, 9, 29, 0, 30), 6) == utc(2026, 3, 29, 1)


@given(INSTANTS, st.integers(min_value=-24, max_value=24))
def test_adding_months_never_leaves_the_month_meant(instant: datetime, months: int) -> None:
    before, after = instant.astimezone(LONDON), add_months(instant, months).astimezone(LONDON)
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == months


@given(INSTANTS)
def test_an_instant_is_written_and_read_back(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


def test_a_bare_date_is_midnight_in_london() -> None:
    assert parse_instant("2026-07-01") == utc(2026, 6, 30, 23)
    assert parse_instant("2026-01-01") == london_midnight(date(2026, 1, 1)) == utc(2026, 1, 1)


def test_a_bare_date_as_an_end_includes_that_day() -> None:
    assert parse_period_end("2026-03-28") == utc(2026, 3, 29)
    assert parse_period_end("2026-03-29") == utc(2026, 3, 29, 23)
    assert parse_period_end("2026-03-29T10:00:00Z") == utc(2026, 3, 29, 10)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13-01", "2026-02-30", "2026-3-1", "26-03-2026", "2026-03-01T25:00Z"]
)
def test_other_text_is_neither_a_date_nor_a_time(text: str) -> None:
    with pytest.raises(InputError, match="neither a date nor a time"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1969-12-31T23:00:00Z", "2200-01-01"])
def test_a_date_beyond_all_calendars_is_refused_not_a_traceback(text: str) -> None:
    with pytest.raises(InputError, match="1970 to 2199"):
        parse_period_end(text)


def test_a_time_of_day_needs_an_offset() -> None:
    with pytest.raises(InputError, match="no offset"):
        parse_instant("2026-03-01T09:00:00")


def test_the_london_day_of_an_instant() -> None:
    assert london_date(utc(2026, 6, 30, 23)) == date(2026, 7, 1)
    assert london_date(utc(2026, 1, 1)) == date(2026, 1, 1)


def test_microseconds_are_written_where_there_are_any() -> None:
    assert format_instant(utc(2026, 1, 1, 0, 0, 0, 5)) == "2026-01-01T00:00:00.000005Z"


def test_people_are_told_the_london_day_where_it_is_another() -> None:
    """G4."""
    assert instant_words(datetime(2026, 8, 31, 23, tzinfo=UTC)) == "2026-08-31T23:00:00Z (2026-09-01 in London)"
    assert instant_words(datetime(2026, 8, 31, 22, tzinfo=UTC)) == "2026-08-31T22:00:00Z"
    assert instant_words(datetime(2026, 1, 31, 23, tzinfo=UTC)) == "2026-01-31T23:00:00Z"
