"""When an instruction lapses, alone and beside a second one."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from chfw_core.consent.agreement import Act, lapses_at
from chfw_core.consent.resolve import later_of
from chfw_core.model.periods import Period


def on(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def act(opens: int, closes: int, received: int = 1) -> Act:
    return Act(period=Period(opens=on(opens), closes=on(closes)), received_at=on(received))


def test_alone_it_lapses_with_its_own_period() -> None:
    """Contracts: a period wholly past."""
    assert lapses_at(act(10, 12), None) == on(12)


def test_what_both_agreed_to_lapses_as_a_whole() -> None:
    """BR4.3: the later of the two applies, and the earlier act stands until it is over."""
    first, last = act(10, 12), act(20, 22)
    assert lapses_at(first, last) == lapses_at(last, first) == on(22)


def test_where_the_two_meet_what_was_agreed_ends_with_the_earlier_close() -> None:
    assert lapses_at(act(10, 15), act(12, 22)) == on(15)
    assert lapses_at(act(12, 22), act(10, 15)) == on(22)  # of itself it is open still: another may meet it


@pytest.mark.parametrize(("received", "until"), [(11, 22), (12, 12), (13, 12)])
def test_an_act_that_was_over_is_not_brought_back_by_a_later_one(received: int, until: int) -> None:
    """The close itself is outside the period."""
    assert lapses_at(act(10, 12), act(20, 22, received)) == on(until)


def test_over_all_small_cases_never_before_its_own_close_nor_after_what_was_agreed() -> None:
    """I3: and what keeps the one keeps the other."""
    acts = [act(*days) for days in product(range(2, 6), range(3, 7), range(1, 7)) if days[0] < days[1]]
    kept = 0
    for one, other in product(acts, acts):
        agreed = later_of(one.period, other.period).closes
        ends = lapses_at(one, other), lapses_at(other, one)
        assert ends[0] in (one.period.closes, agreed)
        assert ends[0] >= one.period.closes
        if ends[0] > one.period.closes:
            kept += 1
            assert ends == (agreed, agreed)
            assert max(one.received_at, other.received_at) < one.period.closes
            assert ends[0] - one.period.closes >= timedelta(days=1)
    assert kept > 100
