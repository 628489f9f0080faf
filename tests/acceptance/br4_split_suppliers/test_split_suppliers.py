"""BR4: a home with two Suppliers, one for electricity and one for gas."""

from datetime import (
    UTC,
    date,
    datetime,
    timedelta,
)

import pytest

from chfw_core.model.parties import Party
from chfw_core.rollout.states import HubState
from tests.acceptance.people import AUTOMATIC, CLDR, ELMS, FLAT, MILL, NWND, march, written
from tests.acceptance.world import BOTH, DEFAULT, MARCH_10, World, refused_for

ORDERS = pytest.mark.parametrize(("first", "second"), [(NWND, CLDR), (CLDR, NWND)], ids=["import first", "gas first"])


@ORDERS
def test_an_earlier_date_needs_both(world: World, first: Party, second: Party) -> None:
    """BR4.1: until then no plan can take the home ahead; whoever instructs first."""
    world.given_notice()
    world.instructs(first, FLAT)
    assert world.state(FLAT) is HubState.AWAITING_OTHER_SUPPLIER
    assert refused_for(world.publishes(FLAT, day=MARCH_10, basis=BOTH)) == {"another_basis": written(FLAT)}
    world.instructs(second, FLAT)
    assert world.publishes(FLAT, day=MARCH_10, basis=BOTH).refused_hubs == ()


@pytest.mark.parametrize("who", [(), (NWND,), (CLDR,)], ids=["nobody", "import alone", "gas alone"])
def test_without_agreement_the_dccs_date_is_the_planned_one(world: World, who: tuple[Party, ...]) -> None:
    """BR4.2."""
    world.given_notice()
    for party in who:
        world.instructs(party, FLAT)
    assert world.publishes(FLAT).refused_hubs == ()
    hub = world.hub(FLAT)
    assert (hub.state, hub.basis) == (HubState.PLANNED, DEFAULT)
    assert hub.window_opens is not None
    assert hub.window_opens >= AUTOMATIC


def test_an_agreement_that_ends_leaves_the_dccs_date(world: World) -> None:
    """BR4.2: one of the two withdraws after both had agreed and a day was published."""
    world.given_notice()
    world.instructs(NWND, FLAT)
    world.instructs(CLDR, FLAT)
    world.publishes(FLAT, day=MARCH_10, basis=BOTH)
    world.withdraws(CLDR, FLAT)
    hub = world.hub(FLAT)
    assert (hub.state, hub.day, hub.basis) == (HubState.AWAITING_OTHER_SUPPLIER, None, None)
    assert world.publishes(FLAT).refused_hubs == ()


@ORDERS
@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ((10, 12), (17, 19), (17, 19)),  # apart: the later one
        ((10, 18), (17, 19), (17, 18)),  # they overlap: from the later opening to the earlier close
        ((10, 20), (12, 14), (12, 14)),  # one lies within the other
        ((10, 12), (10, 12), (10, 12)),
        ((10, 12), (12, 14), (12, 14)),  # they touch, and share no moment
    ],
)
def test_of_two_earlier_dates_the_later_is_taken(
    world: World, first: Party, second: Party, one: tuple[int, int], other: tuple[int, int], agreed: tuple[int, int]
) -> None:
    """BR4.3: in either order, and whichever of the two asks for the later one."""
    world.given_notice()
    world.instructs(first, FLAT, days=one)
    world.instructs(second, FLAT, days=other)
    hub = world.hub(FLAT)
    assert (hub.basis, hub.window_opens, hub.window_closes) == (BOTH, march(agreed[0]), march(agreed[1]))


def test_each_sees_what_the_other_decided_and_can_react_to_it(world: World) -> None:
    """BR4.4: an approval, its end, and one's own answer to either; the other is never named."""
    world.given_notice()

    def shown() -> bool | None:
        return world.sees(CLDR)[written(FLAT)[0]].second_instructed

    assert shown() is False
    world.instructs(NWND, FLAT)
    assert shown() is True
    assert [told["instructed"] for told in world.told(CLDR, "second_supplier")] == [True]
    world.instructs(CLDR, FLAT, days=(24, 26))  # it reacts: yes, but later
    assert world.hub(FLAT).window_opens == march(24)
    world.withdraws(NWND, FLAT)
    assert shown() is False
    assert [told["instructed"] for told in world.told(CLDR, "second_supplier")] == [True, True, False]
    world.withdraws(CLDR, FLAT)
    assert world.state(FLAT) is HubState.WITHDRAWN


def test_what_a_supplier_is_sent_is_the_same_to_the_byte_whoever_the_other_is(world: World) -> None:
    """BR4.4, NF7: two homes with two Suppliers each; one of either learns the same of the other."""
    world.given_notice([FLAT, MILL])
    world.instructs(CLDR, FLAT)
    world.instructs(CLDR, MILL, days=(10, 12))
    world.instructs(NWND, FLAT)
    world.instructs(ELMS, MILL)
    strip = ("guids", "to", "roles")
    nwnd, elms = (
        [{key: value for key, value in told.items() if key not in strip} for told in world.told(who)]
        for who in (NWND, ELMS)
    )
    received = [told.pop("role", None) for told in (*nwnd, *elms)]
    assert nwnd == elms
    assert {"import", "gas"} <= set(received)


def test_the_time_at_which_one_instructs_does_not_count(world: World) -> None:
    """BR4.3: the later date wins, not the later letter."""
    world.given_notice()
    world.instructs(NWND, FLAT, days=(24, 26))
    world.later(days=9)
    world.instructs(CLDR, FLAT, days=(10, 12))
    assert world.hub(FLAT).window_opens == march(24)
    assert world.now == datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=9)


@ORDERS
def test_what_both_agreed_to_stands_until_it_is_over_published_or_not(
    world: World, first: Party, second: Party
) -> None:
    """BR4.3: the earlier one's own period ends before; a day may be published, and published anew, until then."""
    world.given_notice()
    world.instructs(first, FLAT, days=(10, 12))
    world.instructs(second, FLAT, days=(17, 19))
    world.on(march(14))
    assert refused_for(world.publishes(FLAT)) == {"another_basis": written(FLAT)}
    for day in (date(2026, 3, 17), date(2026, 3, 18)):
        assert world.publishes(FLAT, day=day, basis=BOTH).refused_hubs == ()
    world.on(march(20))
    assert world.publishes(FLAT).refused_hubs == ()
    assert world.hub(FLAT).basis is DEFAULT


def test_an_instruction_that_came_to_nothing_is_not_brought_back(world: World) -> None:
    """BR4.2: it was over before the second Supplier spoke; it may instruct anew."""
    world.given_notice()
    world.instructs(NWND, FLAT, days=(10, 12))
    world.on(march(14))
    world.instructs(CLDR, FLAT, days=(17, 19))
    assert world.state(FLAT) is HubState.AWAITING_OTHER_SUPPLIER
    world.instructs(NWND, FLAT, days=(16, 20))
    hub = world.hub(FLAT)
    assert (hub.basis, hub.window_opens, hub.window_closes) == (BOTH, march(17), march(19))
