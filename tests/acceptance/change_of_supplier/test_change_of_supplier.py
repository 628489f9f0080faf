"""CS1 to CS4: the CSPs' lists and outcomes, changes of Supplier, and what a home is left alone for."""

from datetime import date, timedelta

import pytest

from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.periods import Period
from chfw_core.reports.progress.late import late_days
from chfw_core.rollout.base import REGISTRATION
from chfw_core.rollout.handover.commands import ProtectHubs
from chfw_core.rollout.outcomes.commands import DeclareSilence, OutcomeKind
from chfw_core.rollout.records import Protection
from chfw_core.rollout.states import HubState
from chfw_core.rollout.suppliers.commands import (
    AnnounceSupplierChange,
    CancelSupplierChange,
    CompleteSupplierChange,
)
from tests.acceptance.people import (
    CENTRAL,
    CLDR,
    COTTAGE,
    CUT_OFF,
    ELMS,
    FLAT,
    FROS,
    GAS,
    IMPORT,
    MILL,
    NORTH,
    NWND,
    TERRACE,
    july,
    march,
    some,
    written,
)
from tests.acceptance.world import BOTH, DCCS_DAY, MARCH_10, SOLE, World, kinds, refused_for


def test_each_csp_gets_the_list_of_its_region_with_the_period_and_by_when_it_owes_the_outcome(world: World) -> None:
    """CS1."""
    world.given_mass_begun()
    world.publishes(TERRACE, FLAT, COTTAGE)
    world.hands_over(TERRACE, FLAT)
    world.hands_over(COTTAGE)
    (north,), (central,) = (world.told(f"CSP:{region}", "work_list") for region in (NORTH, CENTRAL))
    assert (north["guids"], central["guids"]) == (written(TERRACE, FLAT), written(COTTAGE))
    assert (north["window_opens"], north["window_closes"]) == ("2026-07-06T00:00:00Z", "2026-07-06T04:00:00Z")
    assert north["due"] == "2026-07-10T23:00:00Z"


def test_a_csp_reports_for_its_own_region_what_it_was_given(world: World) -> None:
    """CS1, CS2: and learns nothing of anybody else's hubs."""
    world.given_with_csp(TERRACE)
    foreign = world.csp_reports(OutcomeKind.ACTIVATED, TERRACE, region=CENTRAL)
    never = world.csp_reports(OutcomeKind.ACTIVATED, FLAT)
    assert refused_for(foreign) == {"not_handed_over": written(TERRACE)}
    assert refused_for(never) == {"not_handed_over": written(FLAT)}
    assert world.state(TERRACE) is HubState.HANDED_TO_CSP


def test_silence_has_a_deadline_and_lateness_is_visible_until_the_outcome_has_come(world: World) -> None:
    """CS2."""
    world.given_with_csp(TERRACE, FLAT)
    world.csp_reports(OutcomeKind.ACTIVATED, FLAT)
    assert late_days([world.release()], world.now) == ()
    world.later(days=6)
    (late,) = late_days([world.release()], world.now)
    assert (late.region, late.day, late.handed, late.overdue) == (NORTH, DCCS_DAY, 2, 1)
    world.done(DCC, DeclareSilence, guids=some(TERRACE))
    assert (world.state(TERRACE), world.hub(TERRACE).failure) == (HubState.FAILED, "silent")
    assert late_days([world.release()], world.now)[0].silent == 1
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)  # late, and taken all the same
    assert world.state(TERRACE) is HubState.ACTIVATED
    assert late_days([world.release()], world.now) == ()


def test_the_old_suppliers_instruction_ends_and_the_new_one_is_told(world: World) -> None:
    """CS3: with the notice that it never got, its role, and until when it may instruct."""
    world.given_notice()
    world.instructs(NWND, FLAT)
    world.instructs(CLDR, FLAT)
    world.supplier_changes(FLAT, GAS, CLDR, FROS)
    assert world.state(FLAT) is HubState.AWAITING_OTHER_SUPPLIER
    assert [consent.party for consent in world.hub(FLAT).consents] == [NWND]
    assert kinds(world.told(FROS)) == ["release_notice", "supplier_joins", "second_supplier"]
    (joins,) = world.told(FROS, "supplier_joins")
    assert (joins["role"], joins["guids"]) == ("gas", written(FLAT))
    assert joins["cutoff"] == CUT_OFF.isoformat().replace("+00:00", "Z")
    assert world.told(FROS, "second_supplier")[0]["instructed"] is True  # BR3.3
    assert [told["guids"] for told in world.told(CLDR, "supplier_leaves")] == [written(FLAT)]
    assert written(FLAT)[0] not in world.sees(CLDR)
    assert written(FLAT)[0] in world.sees(FROS)
    assert refused_for(world.instructs(CLDR, FLAT)) == {"not_responsible": written(FLAT)}
    world.instructs(FROS, FLAT)
    assert world.state(FLAT) is HubState.PLANNED


def test_what_a_change_of_the_other_supplier_tells_who_stays(world: World) -> None:
    """CS3, NF7: only that its second Supplier has not instructed; not that there was a change, nor to whom."""
    world.given_notice()
    world.instructs(NWND, FLAT)
    world.instructs(CLDR, FLAT)
    before = len(world.told(NWND))
    world.supplier_changes(FLAT, GAS, CLDR, FROS)
    (told,) = world.told(NWND)[before:]
    assert (told["type"], told["instructed"]) == ("second_supplier", False)


def test_a_home_is_left_alone_around_its_change_of_supplier(world: World) -> None:
    """CS3: five days before and one after (assumed figures); a change that is called off binds nobody."""
    world.given_notice()
    world.instructs(NWND, TERRACE, days=(10, 31))
    change = {"role": IMPORT, "effective": date(2026, 3, 20), "guids": some(TERRACE)}
    world.done(REGISTRATION, AnnounceSupplierChange, leaves=NWND, joins=FROS, **change)
    for day in (15, 19):
        receipt = world.publishes(TERRACE, day=date(2026, 3, day), basis=SOLE)
        assert refused_for(receipt) == {"frozen": written(TERRACE)}
    assert world.publishes(TERRACE, day=date(2026, 3, 14), basis=SOLE).refused_hubs == ()
    world.done(REGISTRATION, CancelSupplierChange, **change)
    assert world.publishes(TERRACE, day=date(2026, 3, 20), basis=SOLE).refused_hubs == ()


def test_a_day_that_rested_on_the_old_suppliers_word_is_not_handed_over(world: World) -> None:
    """CS3: the change came between the plan and the day."""
    world.given_pilot_begun()
    world.instructs(NWND, FLAT)
    world.instructs(CLDR, FLAT)
    world.publishes(FLAT, day=MARCH_10, basis=BOTH)
    world.supplier_changes(FLAT, IMPORT, NWND, FROS)
    world.on(march(10))
    assert refused_for(world.hands_over(FLAT)) == {"not_planned": written(FLAT)}
    assert world.told(f"CSP:{NORTH}", "work_list") == []


def test_a_supplier_of_last_resort_takes_a_whole_portfolio_at_once(world: World) -> None:
    """CS3: one command for all its homes."""
    world.given_notice()
    world.instructs(CLDR, COTTAGE, MILL)
    change = {"role": IMPORT, "leaves": CLDR, "joins": FROS, "effective": world.now.date()}
    world.done(REGISTRATION, CompleteSupplierChange, guids=some(COTTAGE, MILL), **change)
    assert [told["guids"] for told in world.told(FROS, "supplier_joins")] == [written(COTTAGE, MILL)]
    assert world.state(MILL) is HubState.ELIGIBLE
    assert world.hub(COTTAGE).suppliers.import_supplier == FROS
    assert sorted(world.sees(FROS)) == written(COTTAGE, MILL)


@pytest.mark.parametrize(
    ("role", "leaves", "code"),
    [(GAS, NWND, "another_holder"), (IMPORT, CLDR, "another_holder"), (GAS, ELMS, "another_holder")],
)
def test_a_change_that_contradicts_what_is_known_is_refused(
    world: World, role: SupplierRole, leaves: Party, code: str
) -> None:
    """CS3."""
    world.given_notice()
    assert refused_for(world.supplier_changes(FLAT, role, leaves, FROS)) == {code: written(FLAT)}
    assert world.told(FROS) == []


@pytest.mark.parametrize("kind", list(Protection))
def test_a_home_is_left_alone_for_what_else_happens_to_it(world: World, kind: Protection) -> None:
    """CS4: a price change, a device's own firmware, an upload of data, a prepayment top-up."""
    world.given_mass_begun()
    world.publishes(TERRACE)
    period = Period(opens=july(6), closes=july(7))
    world.done(DCC, ProtectHubs, kind=kind, period=period, guids=some(TERRACE))
    assert refused_for(world.hands_over(TERRACE)) == {"protected": written(TERRACE)}
    assert refused_for(world.publishes(TERRACE)) == {"protected": written(TERRACE)}
    assert world.publishes(TERRACE, day=DCCS_DAY + timedelta(days=1)).refused_hubs == ()
