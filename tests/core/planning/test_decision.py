"""One Supplier's decision: the precedence of the contract, enumerated, and what its dates do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from attrs import evolve

from chfw_core.model.periods import Period
from chfw_core.model.releases import Phase
from chfw_core.model.windows import Windows
from chfw_core.planning.decision import (
    Decision,
    HoldState,
    Matched,
    Standing,
    Terms,
    decide_supplier,
    rule_period,
)
from chfw_core.planning.release_state import context_for, terms_for
from chfw_core.rules.meaning.evaluate import date_value
from chfw_core.rules.model import At, BatchSpec, DateExpr, DecideThen
from chfw_core.testing.features import CS1
from chfw_core.testing.worlds import A, decide, inputs, on, pilot, window

TERMS = terms_for(inputs(), inputs().release.automatic_at)
MAY = Period(opens=datetime(2026, 5, 4, tzinfo=UTC), closes=datetime(2026, 5, 9, tzinfo=UTC))
BATCH = BatchSpec(size=3)
NIGHTS = window("nights", "0123", 22, 5)
DECIDE = decide("ours", opens=on(date(2026, 4, 1)), windows=NIGHTS, batch=BATCH)
LEAVE = decide("leave", then=DecideThen.LEAVE_TO_DCC)
PILOT = pilot("first", CS1, 5)
OPEN = HoldState(rule="tests", because="x", ends=None, awaits="test_passed")
DATED = HoldState(rule="settle", because="x", ends=MAY.opens + timedelta(days=1))
OUTLASTS = HoldState(rule="settle", because="x", ends=TERMS.automatic_at)


def read_date(expr: DateExpr) -> date | datetime | None:
    context = context_for(inputs(), Phase.NOTIFIED, TERMS.automatic_at)
    return date_value(expr, lambda _: None, context)


def decided(matched: Matched, terms: Terms = TERMS) -> Decision:
    return decide_supplier(matched, terms, read_date)


def combinations() -> Iterator[Matched]:
    for exclude, holds, standing, pilot_rule, rule in product(
        (None, ("vulnerable", "why")),
        ((), (OPEN,), (DATED,), (DATED, OPEN)),
        (None, Standing(period=MAY), Standing(period=None), Standing(period=MAY, rule="old")),
        (None, PILOT),
        (None, DECIDE, LEAVE),
    ):
        yield Matched(
            party=A,
            exclude=exclude,
            holds=holds,
            standing=standing,
            pilot=pilot_rule,
            decide=rule,
        )


def test_the_first_that_applies_decides() -> None:
    """Section 4's table, every combination of its rows."""
    for matched in combinations():
        found = decided(matched)
        expected: tuple[str | None, bool]
        if matched.exclude:
            expected = ("vulnerable", False)
        elif OPEN in matched.holds:
            expected = ("tests", False)
        elif matched.standing:
            expected = (matched.standing.rule, matched.standing.period is not None)
        elif matched.pilot:
            expected = ("first", True)
        elif matched.decide:
            expected = (matched.decide.id, matched.decide is DECIDE)
        else:
            expected = (None, False)
        assert (found.rule, found.consent is not None) == expected, matched
        assert found.reason
        assert found.party == A
        decides = expected[0] == "ours"
        assert found.batch == (BATCH if decides else None)
        assert found.explicit is (matched.standing is not None and not matched.exclude and OPEN not in matched.holds)
        assert found.pilot is (expected[0] == "first")
        if found.consent is not None:
            assert found.consent.windows == (NIGHTS if decides else Windows())
            delayed = DATED in matched.holds and not found.pilot
            assert ("held by `settle`" in found.reason) is (found.delayed_by == "settle") is delayed
            if delayed:
                assert found.consent.period.opens == DATED.ends


@pytest.mark.parametrize("matched", [Matched(party=A, decide=DECIDE), Matched(party=A, standing=Standing(period=MAY))])
def test_a_date_that_outlasts_the_period_is_the_determining_rule(matched: Matched) -> None:
    found = decided(evolve(matched, holds=(OUTLASTS,)))
    assert (found.rule, found.consent, found.batch) == ("settle", None, None)


def test_the_reason_of_a_held_hub_names_every_hold_and_the_latest_end() -> None:
    """Rules language: all must be released, the latest end wins; contracts, Holds: the reason names the end."""
    open_ = evolve(OPEN, at_latest=TERMS.cutoff, cap=TERMS.automatic_at)
    alone = decided(Matched(party=A, holds=(open_,)))
    assert alone.reason == "ALFA holds it by `tests` until test_passed, at the latest 2026-06-05T08:00:00Z: x"
    manual = evolve(OPEN, rule="ours", awaits="release_resumed", cap=TERMS.automatic_at)
    assert decided(Matched(party=A, holds=(manual,))).reason == (
        "ALFA holds it by `ours` until release_resumed, at the latest 2026-07-05T08:00:00Z: x"
    )
    longer = HoldState(rule="settle", because="y", ends=TERMS.cutoff + timedelta(days=9), cap=TERMS.automatic_at)
    both = decided(Matched(party=A, holds=(longer, open_)))
    assert both.rule == "tests"
    assert both.reason == alone.reason + "; also by `settle`, and all are over at the latest 2026-06-14T08:00:00Z"


@pytest.mark.parametrize("given", [Matched(party=A, decide=DECIDE), Matched(party=A, standing=Standing(period=MAY))])
def test_a_hold_that_ends_before_the_period_opens_puts_nothing_off(given: Matched) -> None:
    """Contracts, Holds: a known end moves the opening *to* that date; one that opens later anyway stays as it is."""
    plain = decided(given)
    assert plain.consent is not None
    for days, delays in ((-1, False), (0, False), (1, True)):
        ends = plain.consent.period.opens + timedelta(days=days)
        found = decided(evolve(given, holds=(HoldState(rule="settle", because="x", ends=ends),)))
        assert found.delayed_by == ("settle" if delays else None)
        assert (found == plain) is not delays


def test_a_standing_period_that_is_over_lapses() -> None:
    """Its close is not after the first moment of the earliest day; a withdrawal is not lapsed."""
    for closes, lapsed in ((TERMS.first_moment, True), (TERMS.first_moment + timedelta(seconds=1), False)):
        period = Period(opens=TERMS.first_moment - timedelta(days=9), closes=closes)
        found = decided(Matched(party=A, standing=Standing(period=period, rule="old"), decide=DECIDE))
        assert (found.consent is None) is lapsed
        assert found.rule == "old"


def at(opens: DateExpr | None = None, closes: DateExpr | None = None) -> At:
    return At(opens=opens, closes=closes)


def test_the_ends_of_a_rules_period() -> None:
    """`from` defaults to the day after `as_of`, `to` to the automatic time, which also cuts it."""
    whole = rule_period(at(), TERMS, read_date)
    assert whole == Period(opens=datetime(2026, 2, 3, tzinfo=UTC), closes=TERMS.automatic_at)
    assert rule_period(at(closes=on(date(2027, 1, 1))), TERMS, read_date) == whole
    # A bare date as the end includes that day.
    found = rule_period(at(on(date(2026, 3, 28)), on(date(2026, 3, 29))), TERMS, read_date)
    assert found == Period(opens=datetime(2026, 3, 28, tzinfo=UTC), closes=datetime(2026, 3, 29, 23, tzinfo=UTC))
    assert rule_period(at(closes=on("cutoff")), TERMS, read_date) == Period(
        opens=datetime(2026, 2, 3, tzinfo=UTC), closes=TERMS.cutoff
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (at(opens=on("release.automatic_on", 1)), "holds no time before the automatic time"),
        (at(on(date(2026, 4, 2)), on(date(2026, 4, 1))), "closes before it opens"),
        (at(on(date(2026, 1, 1)), on(date(2026, 2, 2))), "was over at 2026-02-03T00:00:00Z"),
        (at(opens=on("installed_on")), "no value for the date"),
        (at(closes=on("installed_on")), "no value for the date"),
    ],
)
def test_a_rule_without_a_period_leaves_to_the_dcc_and_says_so(asked: At, said: str) -> None:
    found = decided(Matched(party=A, decide=evolve(DECIDE, at=asked)))
    assert (found.consent, found.rule, found.batch) == (None, "ours", None)
    assert said in found.reason


def test_after_the_cutoff_rules_leave_to_the_dcc_and_explicit_ones_stand() -> None:
    """BR3.4: the instant itself still counts."""
    for seconds, too_late in ((0, False), (1, True)):
        terms = evolve(TERMS, as_of=TERMS.cutoff + timedelta(seconds=seconds))
        found = decided(Matched(party=A, decide=DECIDE, holds=(DATED,)), terms)
        assert (found.consent is None) is too_late
        assert found.rule == "ours"
        assert ("after the cut-off" in found.reason) is too_late
        assert decided(Matched(party=A, standing=Standing(period=MAY)), terms).consent is not None


def test_a_rule_that_instructs_without_a_word_of_when() -> None:
    found = decided(Matched(party=A, decide=evolve(DECIDE, at=None)))
    assert found.consent is not None
    assert found.consent.period.closes == TERMS.automatic_at
