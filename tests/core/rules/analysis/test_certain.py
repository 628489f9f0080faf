"""Periods and holds that are empty or too late whatever the release: found without one, and held against many (NF3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.model.periods import add_months, london_date, london_midnight
from chfw_core.model.releases import Phase
from chfw_core.planning.decision import Terms, rule_period
from chfw_core.rules.analysis.certain import empty_or_late, hold_in_vain
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.meaning.evaluate import RuleContext, as_opening, date_value, make_context
from chfw_core.rules.model import At, DateExpr, Duration, UntilDate
from tests.core.rules.analysis.support import HEAD, REST, checked_without_errors, codes_found
from tests.core.rules.support import PERIOD, RELEASE


def _decide(at: str, owner: str = "NWND", windows: str = "") -> str:
    head = HEAD.replace("NWND", owner)
    return f"{head}{windows}decide:\n  - {{id: r, because: x, when: split, then: instruct, at: {at}}}\n{REST}"


def _said(text: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in checked_without_errors(text).problems]


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("{from: cutoff + 1 day}", "begins at `cutoff + 1 day`, always after the cut-off"),
        ("{from: cutoff + 1 minute}", "begins at `cutoff + 1 minute`, always after the cut-off"),
        ("{from: release.automatic_on}", "begins at `release.automatic_on`, always after the cut-off"),
        (
            "{from: release.automatic_on - 26 days}",
            "begins at `release.automatic_on - 26 days`, always after the cut-off",
        ),
        (
            "{from: release.automatic_on + 1 day}",
            "begins at `release.automatic_on + 1 day`, never before the automatic time",
        ),
        (
            "{from: cutoff - 1 day, to: cutoff - 3 days}",
            "closes at `cutoff - 3 days`, never after it opens at `cutoff - 1 day`",
        ),
        ("{from: cutoff, to: cutoff}", "closes at `cutoff`, never after it opens at `cutoff`"),
        (
            "{from: today + 9 days, to: today + 8 days}",
            "closes at `today + 8 days`, never after it opens at `today + 9 days`",
        ),
        (
            "{from: installed_on + 9 days, to: installed_on + 8 days}",
            "closes at `installed_on + 8 days`, never after it opens at `installed_on + 9 days`",
        ),
        (
            "{from: my.when + 9 days, to: my.when + 8 days}",
            "closes at `my.when + 8 days`, never after it opens at `my.when + 9 days`",
        ),
        (
            "{from: 2026-03-02 + 9 days, to: 2026-03-09}",
            "closes at `2026-03-09`, never after it opens at `2026-03-02 + 9 days`",
        ),
        ("{to: today}", "closes at `today`, never after it opens at the day after the rules are asked"),
        ("{to: today - 1 day}", "is over at `today - 1 day`, never after the moment at which the rules are asked"),
        ("{to: release.notified_on - 1 day}", "is over at `release.notified_on - 1 day`, never after the notice"),
    ],
)
def test_a_period_that_is_empty_or_late_in_every_release_is_found_without_one(at: str, says: str) -> None:
    assert _said(_decide(at)) == [("W312", f"the period of `r` {says}")]


@pytest.mark.parametrize(
    "at",
    [
        "{}",
        "{from: cutoff}",
        "{from: cutoff + 1 day - 24 hours}",
        "{from: cutoff - 1 day, to: cutoff}",
        "{from: today + 9 days, to: today + 9 days}",
        "{from: my.when + 9 days, to: my.when + 8 days + 24 hours}",
        "{from: release.automatic_on - 32 days}",
        "{from: release.notified_on + 400 days}",
        "{from: installed_on + 400 days, to: today}",
        "{from: 2026-03-02, to: cutoff - 300 days}",
        "{to: release.automatic_on}",
        "{to: release.notified_on}",
        "{to: today + 1 day}",
        "{to: my.at}",
    ],
)
def test_nothing_is_said_of_a_period_that_some_release_has_room_for(at: str) -> None:
    assert _said(_decide(at)) == []


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("{from: 2026-03-02, to: 2026-03-05, window: nights}", True),
        ("{from: 2026-03-02, to: 2026-03-07, window: nights}", False),
        ("{from: 2026-03-02, to: cutoff, window: nights}", False),
        ("{to: 2026-03-05, window: nights}", False),
    ],
)
def test_a_window_that_two_fixed_dates_leave_no_hour_of(at: str, says: bool) -> None:
    windows = 'windows:\n  nights: {days: [sat], between: "22:00-05:00"}\n'
    message = "no window of `r` opens from 2026-03-02T00:00:00Z to 2026-03-06T00:00:00Z"
    assert _said(_decide(at, windows=windows)) == ([("W305", message)] if says else [])


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("{from: release.automatic_on + 3 days}", ""),
        ("{from: cutoff + 1 day}", ""),
        ("{to: cutoff}", "is over at `cutoff`, before the DCC's own begins at the automatic time"),
        (
            "{from: today + 3 days, to: today + 1 day}",
            "closes at `today + 1 day`, never after it opens at `today + 3 days`",
        ),
    ],
)
def test_the_dccs_period_begins_at_the_automatic_time(at: str, says: str) -> None:
    """RU7: what is too late for a Supplier is where the DCC's own period lies."""
    assert _said(_decide(at, owner="DCC")) == ([("W312", f"the period of `r` {says}")] if says else [])


def test_the_dccs_period_is_held_against_the_release_by_its_own_measure() -> None:
    analysis = Analysis(release=PERIOD)
    assert codes_found(_decide("{from: 2026-07-10, to: 2026-07-20}", owner="DCC"), analysis=analysis) == []
    (problem,) = checked_without_errors(_decide("{to: 2026-06-30}", owner="DCC"), analysis=analysis).problems
    assert problem.message == (
        "the period of `r` is over at 2026-06-30T23:00:00Z, before the DCC's own begins at 2026-07-05T09:00:00Z "
        "(release R-1)"
    )


@pytest.mark.parametrize(
    ("until", "says"),
    [
        ("{date: release.notified_on}", "is over at `release.notified_on`, never after the notice"),
        ("{date: today}", "is over at `today`, never after the moment at which the rules are asked"),
        ("{date: cutoff + 1 day}", "lasts until `cutoff + 1 day`, always after the cut-off"),
        (
            "{date: release.automatic_on + 1 day}",
            "lasts until `release.automatic_on + 1 day`, never before the automatic time",
        ),
        (
            "{event: test_passed, at_latest: today - 3 days}",
            "is over at `today - 3 days`, never after the moment at which the rules are asked",
        ),
        ("{event: test_passed, at_latest: cutoff + 1 day}", ""),
        ("{flag_cleared: x, at_latest: release.automatic_on}", ""),
        ("{flag_cleared: x}", ""),
        ("{date: installed_on + 28 days}", ""),
        ("{date: cutoff}", ""),
        ("manual", ""),
    ],
)
def test_a_hold_in_vain_is_found_without_a_release(until: str, says: str) -> None:
    text = f'{HEAD}hold:\n  - {{id: h, because: x, when: flags has "x", until: {until}}}\n'
    assert _said(text) == ([("W312", f"`h` {says}")] if says else [])


def test_a_hold_of_the_dcc_may_reach_past_the_automatic_time() -> None:
    until = "{date: release.automatic_on + 9 days}"
    text = f"rules: v1\nowner: DCC\nhold:\n  - {{id: h, because: x, when: split, until: {until}}}\n"
    assert _said(text) == []
    assert codes_found(text, analysis=Analysis(release=PERIOD)) == []


@pytest.mark.parametrize(("until", "codes"), [("{date: 2026-06-10}", ["W312"]), ("{date: 2026-06-05}", [])])
def test_a_suppliers_hold_past_the_cut_off_of_the_release(until: str, codes: list[str]) -> None:
    text = f'{HEAD}hold:\n  - {{id: h, because: x, when: flags has "x", until: {until}}}\n'
    assert codes_found(text, analysis=Analysis(release=PERIOD)) == codes
    assert codes_found(text) == []


def test_what_a_trigger_or_a_pilot_writes_is_looked_at() -> None:
    text = (
        f"{HEAD}events:\n  - id: e\n    because: x\n    steps:\n      - on: meter_firmware_activated\n"
        "      - on: meter_read_received\n        within: 7 days\n        otherwise: {hold: {date: today}}\n"
        "    do: {instruct: {from: event.at + 5 days, to: event.at + 3 days}}\n"
        "pilot: {id: p, because: x, size: 5, from: split, at: {from: cutoff + 2 days}}\n"
    )
    assert [message for _, message in _said(text)] == [
        "the hold that `e` writes is over at `today`, never after the moment at which the rules are asked",
        "the period that `e` writes closes at `event.at + 3 days`, never after it opens at `event.at + 5 days`",
        "the period of `p` begins at `cutoff + 2 days`, always after the cut-off",
    ]


# --- what is called certain is so: held against releases, days and hubs of every kind

BASES = ("cutoff", "today", "release.notified_on", "release.automatic_on", "installed_on", "my.when")
offsets = st.builds(
    Duration,
    days=st.integers(-40, 40) | st.sampled_from([-1, 0, 1]),
    seconds=st.integers(-50, 50).map(lambda hours: hours * 3_600) | st.just(0),
)
fixed = st.dates(date(2026, 1, 1), date(2026, 12, 31))
exprs = st.builds(DateExpr, base=st.sampled_from(BASES) | fixed, offset=offsets)
ats = st.builds(At, opens=st.none() | exprs, closes=st.none() | exprs)
instants = st.integers(0, 60 * 24 * 365).map(lambda at: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Terms, RuleContext, dict[str, object]]:
    """The times of a hub at some moment of some release, and its dates."""
    notified = draw(instants)
    automatic = notified + timedelta(hours=draw(st.integers(1, 24 * 400)))
    as_of = notified + timedelta(minutes=draw(st.integers(0, 60 * 24 * 400)))
    cutoff = add_months(automatic, -1)
    release = evolve(RELEASE, notified_at=notified, automatic_at=automatic)
    context = make_context(release, as_of=as_of, phase=Phase.NOTIFIED, automatic_at=automatic, cutoff=cutoff)
    first = london_midnight(london_date(as_of) + timedelta(days=1))
    hub: dict[str, object] = {"installed_on": draw(st.none() | fixed), "my.when": draw(st.none() | fixed | instants)}
    return Terms(as_of=as_of, first_moment=first, automatic_at=automatic, cutoff=cutoff), context, hub


@given(at=ats, world=worlds())
def test_a_period_called_empty_or_late_is_so_in_every_release(
    at: At, world: tuple[Terms, RuleContext, dict[str, object]]
) -> None:
    terms, context, hub = world
    if empty_or_late(at, supplier=True) is not None:
        period = rule_period(at, terms, lambda expr: date_value(expr, hub.__getitem__, context))
        assert isinstance(period, str) or period.opens > terms.cutoff


@given(end=exprs, world=worlds())
def test_a_hold_called_in_vain_is_so_in_every_release(
    end: DateExpr, world: tuple[Terms, RuleContext, dict[str, object]]
) -> None:
    terms, context, hub = world
    value = date_value(end, hub.__getitem__, context)
    if value is not None and hold_in_vain(UntilDate(date=end), supplier=True) is not None:
        assert as_opening(value) <= terms.as_of or as_opening(value) > terms.cutoff


def test_the_search_finds_periods_that_are_called_so() -> None:
    """The two properties above say nothing where nothing is ever found."""
    found = []

    @given(at=ats)
    def draw(at: At) -> None:
        found.append(empty_or_late(at, supplier=True) is not None)

    draw()
    assert sum(found) >= len(found) // 20
