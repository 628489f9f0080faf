"""BR3: Suppliers ask for an earlier time than the DCC's."""

from datetime import date, timedelta

import pytest

from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, SupplierRole
from chfw_core.rollout.handover.commands import HandOver, SetCapacity
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.instructing.events import InstructionsAccepted
from chfw_core.rollout.notice.commands import HubClass, NotifyRelease
from chfw_core.rollout.outcomes.commands import OutcomeKind
from chfw_core.rollout.pilot.commands import ApproveMass, ApprovePilot, BeginMass, BeginPilot, SubmitPilotList
from chfw_core.rollout.states import HubState
from tests.acceptance.people import (
    AUTOMATIC,
    BUNGALOW,
    CLDR,
    COTTAGE,
    CUT_OFF,
    FARM,
    FLAT,
    GAS,
    IMPORT,
    NEW,
    NORTH,
    NWND,
    OLD,
    TERRACE,
    july,
    march,
    some,
    written,
)
from tests.acceptance.world import BOTH, DCCS_DAY, DEFAULT, SOLE, World, refused_for

MARCH_10 = date(2026, 3, 10)
FIFTY_THOUSAND_AND_ONE = GuidList(Guid(0x8873_8490_0000_0000 + n) for n in range(50_001))


@pytest.mark.parametrize("group", list(InstructionGroup))
def test_a_supplier_instructs_its_pilot_or_its_safe_launch(world: World, group: InstructionGroup) -> None:
    """BR3.1."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=some(TERRACE))
    assert world.instructs(NWND, TERRACE, group=group).refused_hubs == ()
    assert world.state(TERRACE) is HubState.PLANNED
    (standing,) = world.hub(TERRACE).consents
    assert standing.group is group


def test_a_pilot_instruction_is_for_hubs_of_the_pilot_list(world: World) -> None:
    """BR3.1, BR2.3."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=some(TERRACE))
    receipt = world.instructs(NWND, TERRACE, FARM, group=InstructionGroup.PILOT)
    assert refused_for(receipt) == {"not_in_pilot": written(FARM)}


def test_no_instruction_moves_a_hub_past_the_dccs_date(world: World) -> None:
    """BR3.1: a period that opens there is refused, one that runs over it is cut there."""
    world.given_notice()
    late = {"role": IMPORT, "opens": AUTOMATIC, "closes": july(9), "guids": some(TERRACE)}
    assert refused_for(world.when(NWND, Instruct, **late)) == {"not_earlier": written(TERRACE)}
    world.done(NWND, Instruct, **{**late, "opens": july(4)})
    hub = world.hub(TERRACE)
    assert (hub.window_opens, hub.window_closes) == (july(4), AUTOMATIC)


@pytest.mark.parametrize("role", [IMPORT, GAS])
def test_one_party_in_both_roles_is_enough_in_either(world: World, role: SupplierRole) -> None:
    """BR3.2."""
    world.given_notice()
    world.instructs(NWND, TERRACE, role=role)
    hub = world.hub(TERRACE)
    assert (hub.state, hub.basis, hub.window_opens) == (HubState.PLANNED, SOLE, march(10))


def test_where_there_is_one_supplier_alone_it_is_enough(world: World) -> None:
    """BR3.2: a farm without gas."""
    world.given_notice()
    world.instructs(NWND, FARM)
    assert (world.state(FARM), world.hub(FARM).basis) == (HubState.PLANNED, SOLE)


def test_where_there_are_two_both_must_instruct_and_neither_learns_who_the_other_is(world: World) -> None:
    """BR3.3: each is told that there is a second Supplier and whether it has instructed."""
    world.given_notice()
    world.instructs(NWND, FLAT)
    assert world.state(FLAT) is HubState.AWAITING_OTHER_SUPPLIER
    assert [told["instructed"] for told in world.told(NWND, "second_supplier")] == [False]
    assert [told["instructed"] for told in world.told(CLDR, "second_supplier")] == [True]
    world.instructs(CLDR, FLAT)
    assert (world.state(FLAT), world.hub(FLAT).basis) == (HubState.PLANNED, BOTH)
    assert [told["instructed"] for told in world.told(NWND, "second_supplier")] == [False, True]
    for told in (*world.told(NWND, "second_supplier"), *world.told(CLDR, "second_supplier")):
        assert set(told) == {"type", "v", "to", "release", "instructed", "guids"}


@pytest.mark.parametrize(("late", "taken"), [(-1, True), (0, True), (1, False)], ids=["before", "at", "after"])
def test_an_instruction_is_received_a_month_before_the_automatic_time(world: World, late: int, taken: bool) -> None:
    """BR3.4: to the second; the instant itself still counts."""
    world.given_notice()
    world.on(CUT_OFF + timedelta(seconds=late))
    period = {"opens": july(1), "closes": july(3)}
    receipt = world.when(NWND, Instruct, role=IMPORT, guids=some(TERRACE), **period)
    assert refused_for(receipt) == ({} if taken else {"after_cutoff": written(TERRACE)})
    assert world.state(TERRACE) is (HubState.PLANNED if taken else HubState.ELIGIBLE)


def test_an_amendment_after_the_cut_off_is_refused_and_the_former_instruction_stands(world: World) -> None:
    """BR3.4: and a withdrawal still counts then, until the hub is with its CSP."""
    world.given_notice()
    period = {"opens": july(1), "closes": july(3)}
    world.done(NWND, Instruct, role=IMPORT, guids=some(TERRACE), **period)
    world.on(CUT_OFF + timedelta(days=1))
    receipt = world.when(NWND, Instruct, role=IMPORT, guids=some(TERRACE), opens=july(4), closes=july(5))
    assert refused_for(receipt) == {"after_cutoff": written(TERRACE)}
    assert world.hub(TERRACE).window_opens == july(1)
    world.done(NWND, WithdrawInstructions, role=IMPORT, guids=some(TERRACE))
    assert world.state(TERRACE) is HubState.WITHDRAWN


def test_on_instruction_the_image_goes_to_the_csp_and_activation_falls_in_the_period(world: World) -> None:
    """BR3.5: a plan outside the period is refused, and the CSP gets the period with the hub."""
    world.given_pilot_begun()
    world.instructs(NWND, TERRACE)
    for day in (date(2026, 3, 9), date(2026, 3, 12)):
        assert refused_for(world.publishes(TERRACE, day=day, basis=SOLE)) == {"outside_period": written(TERRACE)}
    assert world.publishes(TERRACE, day=MARCH_10, basis=SOLE).refused_hubs == ()
    world.hands_over(TERRACE, day=MARCH_10)  # ahead of the day: the image has to get there
    (work,) = world.told(f"CSP:{NORTH}", "work_list")
    assert (work["guids"], work["firmware_version"]) == (written(TERRACE), NEW)
    assert march(10) <= world.hub(TERRACE).window_opens  # type: ignore[operator]
    assert (work["window_opens"], work["window_closes"]) == ("2026-03-10T01:00:00Z", "2026-03-10T05:00:00Z")
    world.on(march(10) + timedelta(hours=2))
    world.csp_reports(OutcomeKind.IMAGE_DELIVERED, TERRACE)
    assert world.state(TERRACE) is HubState.IMAGE_AT_HUB
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    assert world.state(TERRACE) is HubState.ACTIVATED


def test_without_an_instruction_a_hub_is_activated_at_the_dccs_time(world: World) -> None:
    """BR3.6: not before, and without asking anybody."""
    world.given_notice()
    world.done(DCC, ApproveMass, approval="OA-2026-02", without_pilot="an urgent fix")
    world.done(DCC, BeginMass)
    for early in (MARCH_10, date(2026, 7, 5)):
        assert refused_for(world.publishes(COTTAGE, day=early)) == {"too_early": written(COTTAGE)}
    world.on(AUTOMATIC)
    assert world.publishes(COTTAGE).refused_hubs == ()
    world.hands_over(COTTAGE)
    hub = world.hub(COTTAGE)
    assert (hub.state, hub.basis, hub.day) == (HubState.HANDED_TO_CSP, DEFAULT, DCCS_DAY)
    assert hub.window_opens is not None
    assert hub.window_opens >= AUTOMATIC
    (told,) = world.told(CLDR, "hubs_scheduled")
    assert (told["day"], told["by_agreement"]) == ("2026-07-06", False)


def test_more_than_fifty_thousand_hubs_are_instructed_and_managed_as_one(world: World) -> None:
    """BR3.7: one command, one receipt and one entry for all; a change of mind is one too."""
    world.given_a_draft()
    street = HubClass(
        region=NORTH, import_supplier=NWND, gas_supplier=NWND, firmware_version=OLD, guids=FIFTY_THOUSAND_AND_ONE
    )
    world.done(DCC, NotifyRelease, classes=(street,))
    period = {"role": IMPORT, "opens": march(10), "closes": march(12)}
    receipt = world.done(NWND, Instruct, guids=FIFTY_THOUSAND_AND_ONE, **period)
    (accepted,) = receipt.events
    assert isinstance(accepted, InstructionsAccepted)
    assert accepted.guids == FIFTY_THOUSAND_AND_ONE
    (told,) = world.told(NWND, "instruction_receipt")
    assert len(told["guids"]) == 50_001
    world.done(NWND, WithdrawInstructions, role=IMPORT, guids=FIFTY_THOUSAND_AND_ONE)
    assert len(world.told(NWND, "instruction_receipt")[-1]["guids"]) == 50_001


def test_a_supplier_can_instruct_in_batches_and_the_dcc_plans_and_hands_over_in_batches(world: World) -> None:
    """BR3.7: each batch has a period of its own, and the CSP gets it as one."""
    world.given_pilot_begun()
    world.instructs(NWND, TERRACE, days=(10, 12))
    world.instructs(NWND, FARM, days=(17, 19))
    assert (world.hub(TERRACE).window_opens, world.hub(FARM).window_opens) == (march(10), march(17))
    world.done(DCC, SetCapacity, region=NORTH, day=MARCH_10, hubs=5)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.done(DCC, HandOver, region=NORTH, day=MARCH_10, guids=some(TERRACE))
    (work,) = world.told(f"CSP:{NORTH}", "work_list")
    assert work["batch_id"] == world.hub(TERRACE).batch_id


def test_a_supplier_takes_all_its_hubs_ahead_of_the_mass_date(world: World) -> None:
    """BR3.8: an urgent fix, or the hub before the meter; what it cannot have ahead is said hub by hub."""
    world.given_notice()
    receipt = world.instructs(NWND, TERRACE, FLAT, FARM, BUNGALOW)
    assert refused_for(receipt) == {"excluded": written(BUNGALOW)}  # its own rule says so
    assert [world.state(home) for home in (TERRACE, FARM)] == [HubState.PLANNED] * 2
    assert world.state(FLAT) is HubState.AWAITING_OTHER_SUPPLIER
    world.done(DCC, ApproveMass, approval="OA-2026-02", without_pilot="an urgent fix")
    for home in (TERRACE, FARM):
        world.publishes(home, day=MARCH_10, basis=SOLE)
        assert world.hands_over(home, day=MARCH_10).refused_hubs == ()  # the mass roll-out has not begun
    world.done(DCC, BeginMass)


def test_a_pilot_that_never_was_approved_hands_nothing_over(world: World) -> None:
    """BR3.5, BR2.6: an instruction alone is no operational approval."""
    world.given_notice()
    world.instructs(NWND, TERRACE)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    assert world.hands_over(TERRACE, day=MARCH_10).refused is not None
    world.done(DCC, BeginPilot)
    assert world.hands_over(TERRACE, day=MARCH_10).refused is None


def test_an_activation_outside_the_planned_window_is_marked_and_reported(world: World) -> None:
    """BR3.5: to the hub's Suppliers and the DCC, and it stays to be seen when the SMI has shown the version."""
    world.given_pilot_begun()
    world.instructs(NWND, TERRACE)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.hands_over(TERRACE, day=MARCH_10)
    world.on(march(13) + timedelta(hours=2))
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    words = "activated at 2026-03-13T02:00:00Z, outside the window that was planned"
    for reader in (NWND, DCC):
        (news,) = [told for told in world.told(reader, "hub_news") if told["what"] == "activated_outside_window"]
        assert (news["guids"], news["words"]) == (written(TERRACE), words)
    world.smi_shows(NEW, TERRACE)
    status = world.sees(NWND)[written(TERRACE)[0]]
    assert (status.state, status.reason) == (HubState.VERIFIED, words)
