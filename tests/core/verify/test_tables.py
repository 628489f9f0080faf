"""Tables of many timings at once against the days of each, found day by day as `model.occurrences` does."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.verify.arrays import NO_TIME, day_number, day_of, instant_of, micros
from chfw_core.engines.verify.calendar import Calendar
from chfw_core.engines.verify.resolve import Freeze, Resolved
from chfw_core.engines.verify.tables import TableMaker, Timing
from chfw_core.engines.verify.world import World
from chfw_core.model.occurrences import DayRules, first_moment, possible_days
from chfw_core.model.periods import Period
from chfw_core.model.releases import Blackout
from chfw_core.model.windows import WeeklyWindow, Windows, holidays_for
from chfw_core.rules.model import RuleSet
from tests.core.verify.worlds import inputs, release, utc, windows

HOLIDAYS = {"england_and_wales": frozenset({date(2026, 4, 3)}), "scotland": frozenset({date(2026, 4, 2)})}
DIVISIONS = [None, "england_and_wales", "scotland", "somewhere"]
REGIONS = ["South", "North"]
FIRST = utc("2026-03-20T00:00")
"""Of the weeks in which everything happens: Easter, and the night on which the clock is put forward."""

Table = list[tuple[date, datetime, datetime]]


def moments(days: int) -> st.SearchStrategy[datetime]:
    return st.builds(lambda hours: FIRST + timedelta(hours=hours), st.integers(0, days * 24))


def periods(days: int) -> st.SearchStrategy[Period]:
    both = st.tuples(moments(days), moments(days)).filter(lambda two: two[0] != two[1])
    return both.map(lambda two: Period(opens=min(two), closes=max(two)))


def weekly() -> st.SearchStrategy[WeeklyWindow]:
    return st.builds(
        WeeklyWindow,
        name=st.sampled_from("abc"),
        days=st.frozensets(st.integers(0, 6), min_size=1),
        start=st.sampled_from([0, 90, 540, 1320]),
        end=st.sampled_from([120, 300, 780, 1440]),
        not_on_bank_holidays=st.booleans(),
    )


def several() -> st.SearchStrategy[Windows]:
    return st.lists(weekly(), max_size=3).map(lambda parts: Windows(parts=tuple(parts)))


def world(blackouts: Sequence[Period], csp: Windows) -> World:
    dark = tuple(Blackout(opens=b.opens, closes=b.closes, regions=frozenset({"South"})) for b in blackouts)
    narrower = RuleSet(owner="CSP:North", region_windows=csp)
    plan = inputs(narrower, release=release(blackouts=dark), as_of=utc("2026-03-24T09:00"), holidays=HOLIDAYS)
    return World(plan)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Windows, Period, str | None, str, Freeze | None]:
    opens, closes = draw(st.tuples(st.integers(-3, 3), st.integers(-3, 3)))
    days = (day_number(date(2026, 3, 30)) + min(opens, closes), day_number(date(2026, 3, 30)) + max(opens, closes))
    left_alone = draw(periods(15))
    freeze = Freeze((days,), (0, 0), ((micros(left_alone.opens), micros(left_alone.closes)),))
    return (
        draw(several()),
        draw(periods(30)),
        draw(st.sampled_from(DIVISIONS)),
        draw(st.sampled_from(REGIONS)),
        draw(st.sampled_from([None, freeze])),
    )


def day_by_day(
    here: World, blackouts: Sequence[Period], csp: Windows, one: tuple[Windows, Period, str | None, str, Freeze | None]
) -> Table:
    mine, period, division, region, freeze = one
    dark = list(blackouts) if region == "South" else []
    dark += [Period(opens=instant_of(a), closes=instant_of(b)) for a, b in (freeze.spans if freeze else ())]
    rules = DayRules(
        earliest=day_of(here.earliest_day),
        blackouts=tuple(dark),
        frozen=frozenset(day_of(d) for low, high in (freeze.days if freeze else ()) for d in range(low, high + 1)),
    )
    hours = mine.merged(csp) if region == "North" else mine
    closed = holidays_for(division, HOLIDAYS)
    return [(day, left.opens, left.closes) for day, left in possible_days(period, hours, closed, rules)]


@given(st.lists(asked(), min_size=1, max_size=6), st.lists(periods(20), max_size=2), several())
def test_the_days_of_many_timings_are_those_of_each(
    those: list[tuple[Windows, Period, str | None, str, Freeze | None]], blackouts: list[Period], csp: Windows
) -> None:
    here = world(blackouts, csp)
    calendar = Calendar(HOLIDAYS, here.windows, here.as_of)
    timings = [
        Timing(
            Resolved(1, micros(period.opens), micros(period.closes), here.hours(mine), 0, division),
            region,
            freeze,
            50,
            micros(period.opens),
        )
        for mine, period, division, region, freeze in those
    ]
    tables = TableMaker(here, calendar).tables(timings)
    ends = np.cumsum(tables.sizes)
    for at, one in enumerate(those):
        cells = range(int(ends[at] - tables.sizes[at]), int(ends[at]))
        found = [
            (day_of(int(tables.first[at]) + n), instant_of(int(tables.opens[c])), instant_of(int(tables.closes[c])))
            for n, c in enumerate(cells)
            if tables.opens[c] != NO_TIME
        ]
        assert found == day_by_day(here, blackouts, csp, one)


@given(st.lists(st.tuples(several(), periods(800), st.sampled_from(DIVISIONS)), min_size=1, max_size=5))
def test_a_first_moment_is_the_same_however_far_the_calendar_was_read(
    those: list[tuple[Windows, Period, str | None]],
) -> None:
    here = world((), Windows())
    calendar = Calendar(HOLIDAYS, here.windows, here.as_of)
    for mine, period, division in those:
        found = calendar.first_opening(here.hours(mine), division, micros(period.opens), micros(period.closes))
        first = first_moment(period, mine, holidays_for(division, HOLIDAYS))
        assert found == (None if first is None else micros(first))


def test_windows_that_differ_by_their_names_alone_are_the_same_hours() -> None:
    here = world((), Windows())
    calendar = Calendar(HOLIDAYS, here.windows, here.as_of)
    mine, theirs = windows("mine", range(4), 22, 5, owner="A"), windows("theirs", range(4), 22, 5, owner="B")
    other = windows("mine", range(4), 22, 6, owner="A")
    assert here.hours(mine) == here.hours(theirs) != here.hours(other)
    assert calendar.together(here.hours(mine), here.hours(theirs)) == here.hours(mine)
    assert calendar.together(here.hours(mine), 0) == here.hours(mine)
