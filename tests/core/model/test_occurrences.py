from datetime import date, datetime, timedelta

from chfw_core.model.occurrences import DayRules, first_moment, occurrence_on, possible_days
from chfw_core.model.periods import Period, london_day, london_time
from chfw_core.model.windows import WeeklyWindow, Windows

MONDAY = date(2026, 3, 2)
NONE: frozenset[date] = frozenset()
NIGHTS = Windows(parts=(WeeklyWindow(name="n", days=frozenset(range(5)), start=1320, end=300),))
ANY_TIME = DayRules(earliest=date.min)


def at(day: date, minute: int) -> datetime:
    return london_time(day, minute)


def week() -> Period:
    return Period(opens=at(MONDAY, 0), closes=at(MONDAY + timedelta(days=7), 0))


def test_days_come_in_order_without_frozen_ones() -> None:
    rules = DayRules(earliest=MONDAY + timedelta(days=1), frozen=frozenset({MONDAY + timedelta(days=2)}))
    days = [day for day, _ in possible_days(week(), Windows(), NONE, rules)]
    assert days == [MONDAY + timedelta(days=n) for n in (1, 3, 4, 5, 6)]


def test_the_first_moment_is_that_of_the_first_usable_occurrence() -> None:
    assert first_moment(week(), NIGHTS, NONE) == at(MONDAY, 1320)
    weekend = Period(opens=at(MONDAY + timedelta(days=5), 600), closes=at(MONDAY + timedelta(days=6), 0))
    assert first_moment(weekend, NIGHTS, NONE) is None


def test_a_night_that_is_left_only_after_midnight_is_lost() -> None:
    period = Period(opens=at(MONDAY + timedelta(days=1), 60), closes=at(MONDAY + timedelta(days=1), 600))
    assert occurrence_on(MONDAY, period, NIGHTS, NONE, ANY_TIME) is None


def test_an_occurrence_ends_where_a_black_out_begins() -> None:
    blackouts = (Period(opens=at(MONDAY, 1380), closes=at(MONDAY + timedelta(days=3), 0)),)
    rules = DayRules(earliest=date.min, blackouts=blackouts)
    assert occurrence_on(MONDAY, week(), NIGHTS, NONE, rules) == Period(opens=at(MONDAY, 1320), closes=at(MONDAY, 1380))
    assert occurrence_on(MONDAY + timedelta(days=1), week(), NIGHTS, NONE, rules) is None


def test_an_occurrence_begins_where_a_black_out_ends() -> None:
    blackouts = (
        Period(opens=at(MONDAY - timedelta(days=9), 0), closes=at(MONDAY - timedelta(days=8), 0)),
        Period(opens=at(MONDAY, 0), closes=at(MONDAY, 600)),
        Period(opens=at(MONDAY + timedelta(days=3), 0), closes=at(MONDAY + timedelta(days=4), 0)),
    )
    rules = DayRules(earliest=date.min, blackouts=blackouts)
    found = occurrence_on(MONDAY, week(), Windows(), NONE, rules)
    assert found == Period(opens=at(MONDAY, 600), closes=london_day(MONDAY).closes)


def test_a_day_in_the_black_out_from_end_to_end_is_lost() -> None:
    blackouts = (
        Period(opens=at(MONDAY, 0), closes=at(MONDAY, 1440)),
        Period(opens=at(MONDAY, 0), closes=at(MONDAY, 1500)),
    )
    rules = DayRules(earliest=date.min, blackouts=blackouts)
    assert occurrence_on(MONDAY, week(), Windows(), NONE, rules) is None
