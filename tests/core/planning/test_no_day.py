"""NF1, I6: an infeasible row says what leaves no day of its period: that, and nothing that does not."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis, Resolution
from chfw_core.model.periods import Period
from chfw_core.model.releases import Blackout
from chfw_core.model.windows import Windows
from chfw_core.planning.hub_plan import HubPlan
from chfw_core.planning.model import HubStatus
from chfw_core.planning.no_day import Limit, NoDay, why_no_day
from chfw_core.testing.worlds import AUTOMATIC, A, B, Draft, decide, on, window
from tests.core.engines.columnar.agreement import assert_agree
from tests.core.verify.test_engines_pass import violations

NO_HOLIDAYS: frozenset[date] = frozenset()
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FIRST = MONDAY.date()


def found(
    *,
    days: int = 4,
    earliest: date = FIRST,
    blackouts: tuple[Period, ...] = (),
    windows: Windows | None = None,
    frozen: tuple[int, ...] = (),
    protected: tuple[Period, ...] = (),
) -> NoDay:
    """For a period of so many days from a Monday on."""
    period = Period(opens=MONDAY, closes=MONDAY + timedelta(days=days))
    resolution = Resolution(basis=ActivationBasis.DCC_DEFAULT, period=period, windows=windows or Windows())
    days_frozen = frozenset(MONDAY.date() + timedelta(days=day) for day in frozen)
    plan = HubPlan(
        resolution=resolution, reason="r", import_rule=None, gas_rule=None, frozen=days_frozen, protected=protected
    )
    return why_no_day(plan, earliest, blackouts, NO_HOLIDAYS)


def some(first: int, last: int) -> Period:
    return Period(opens=MONDAY + timedelta(days=first), closes=MONDAY + timedelta(days=last))


BETWEEN = "between 2026-03-02T00:00:00Z and 2026-03-06T00:00:00Z"


def test_a_period_that_is_over_is_said_to_be() -> None:
    story = found(earliest=date(2026, 3, 6), windows=window("n", "5", 1, 2))
    assert story.causes == ()
    assert story.sentence() == f"its period {BETWEEN} is over by 2026-03-06, the first day of this plan"


def test_the_one_thing_that_is_enough_is_named_alone() -> None:
    """A black-out of long ago, a window that has days and a freeze of one day are not at fault."""
    covering = found(blackouts=(some(-9, -8), some(-1, 4)), windows=window("n", "0123", 1, 2), frozen=(0,))
    assert covering.causes == ((Limit.BLACKOUTS,),)
    assert covering.sentence() == (
        f"no day {BETWEEN} is possible: the black-out from 2026-03-01T00:00:00Z to 2026-03-06T00:00:00Z leaves none"
    )
    weekends = found(windows=window("weekends", "56", 10, 16), frozen=(0,))
    assert weekends.sentence() == f"no day {BETWEEN} is possible: its windows leave none"
    late = found(windows=window("n", "01", 10, 16), earliest=date(2026, 3, 4))
    assert late.sentence() == f"no day {BETWEEN} is possible from 2026-03-04 on: its windows leave none"
    frozen = found(frozen=(-1, 0, 1, 2, 3))
    assert frozen.sentence().endswith("the freeze of 2026-03-02 to 2026-03-05 for a change of Supplier leaves none")
    alone = found(protected=(some(-3, 9),))
    assert alone.sentence().endswith("the time on 2026-03-02 to 2026-03-05 in which it is left alone leaves none")


def test_things_that_leave_none_together_are_named_together() -> None:
    story = found(blackouts=(some(0, 1), some(2, 3)), windows=window("n", "02", 1, 2))
    assert story.causes == ((Limit.BLACKOUTS, Limit.WINDOWS),)
    assert story.sentence().endswith(
        "the black-outs from 2026-03-02T00:00:00Z to 2026-03-03T00:00:00Z and from 2026-03-04T00:00:00Z to "
        "2026-03-05T00:00:00Z and its windows together leave none"
    )


def test_where_each_of_several_is_enough_lifting_one_would_change_nothing() -> None:
    story = found(blackouts=tuple(some(at, at + 1) for at in range(4)), windows=window("n", "6", 1, 2))
    assert story.causes == ((Limit.BLACKOUTS,), (Limit.WINDOWS,))
    assert story.sentence().endswith(" and 1 more leave none, and neither do its windows")


def rows_with(draft: Draft) -> Counter[str]:
    """The first clauses of infeasible rows; both engines and the verifier agree on the plan."""
    world = draft.world()
    wanted, other = assert_agree(world)
    assert not violations(world, wanted.rows, next(iter(other.schedule())).schema)
    return Counter(row.reason.split(";")[0] for row in wanted.rows if row.status is HubStatus.INFEASIBLE)


def rules(**given: object) -> Draft:
    """Both Suppliers instruct for two weeks of March, with these windows."""
    draft = Draft()
    for party in (A, B):
        at = {"opens": on(date(2026, 3, 2)), "closes": on(date(2026, 3, 5))}
        draft.add(party, decides=(decide("ours", **at, windows=given.get(party)),))  # type: ignore[arg-type]
    return draft


def test_engines_say_the_same_where_regions_differ() -> None:
    """I14: hubs of one class of rules, of which some lie in a region with a black-out of its own."""
    draft = rules(**{A: window("weekends", "56", 10, 16), B: window("some", "06", 10, 16)})
    north = Blackout(opens=datetime(2026, 3, 1, tzinfo=UTC), closes=datetime(2026, 3, 20, tzinfo=UTC), regions=None)
    draft.release(blackouts=(evolve(north, regions=frozenset({"North"})),))
    said = rows_with(draft)
    assert {words.split(": ")[1] for words in said} == {
        "its windows leave none",
        "the black-out from 2026-03-01T00:00:00Z to 2026-03-20T00:00:00Z leaves none",
        "the black-out from 2026-03-01T00:00:00Z to 2026-03-20T00:00:00Z leaves none, and neither do its windows",
    }


def test_a_black_out_over_the_mass_period_is_named() -> None:
    draft = Draft()
    over = Blackout(opens=AUTOMATIC - timedelta(days=4), closes=AUTOMATIC + timedelta(days=90))
    draft.release(blackouts=(over,))
    (words,) = rows_with(draft)
    assert words.endswith("is possible: the black-out from 2026-07-01T08:00:00Z to 2026-10-03T08:00:00Z leaves none")


@pytest.mark.parametrize("days", [27, 28, 40])
def test_a_mass_period_that_is_over_is_said_to_be(days: int) -> None:
    """Not a word on windows, black-outs or changes of Supplier, which had no part in it."""
    draft = Draft()
    draft.inputs = evolve(draft.inputs, as_of=AUTOMATIC + timedelta(days=days))
    said = rows_with(draft)
    last = (AUTOMATIC + timedelta(days=days + 1)).date()
    if days == 27:  # its last day is still to come
        assert not said
        return
    period = "between 2026-07-05T08:00:00Z and 2026-08-02T08:00:00Z"
    assert list(said) == [f"its period {period} is over by {last}, the first day of this plan"]
