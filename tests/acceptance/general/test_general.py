"""G6, G7, G9: what has to be there first, voluntary or mandatory participation, and the DCC alone; NF5, NF7."""

from datetime import timedelta

import pytest

from chfw_core.model.parties import DCC, Party
from chfw_core.model.releases import Participation
from chfw_core.rollout.instructing.commands import WithdrawInstructions
from chfw_core.rollout.notice.commands import (
    ChooseParticipation,
    DraftRelease,
    NotifyRelease,
    RecordCplEntry,
    ReturnToDccOnly,
)
from chfw_core.rollout.notice.participation import repercussions
from chfw_core.rollout.pilot.commands import ApproveMass, ApprovePilot, BeginMass, SubmitPilotList
from chfw_core.rollout.records import Mode
from chfw_core.rollout.states import HubState
from tests.acceptance.people import (
    CLDR,
    CUT_OFF,
    FIRMWARE,
    FLAT,
    HOMES,
    IMPORT,
    NWND,
    TERRACE,
    hub_class,
    some,
    written,
)
from tests.acceptance.privacy import leaks
from tests.acceptance.world import MARCH_10, SOLE, World


def test_nothing_is_approved_or_handed_over_without_an_entry_on_the_cpl(world: World) -> None:
    """G6: also where the entry was there and was removed since."""
    world.done(DCC, DraftRelease, firmware=FIRMWARE)
    world.done(DCC, NotifyRelease, classes=tuple(map(hub_class, HOMES)))
    assert world.refused(DCC, ApprovePilot, approval="OA-2026-01") == "not_on_cpl"
    assert world.refused(DCC, ApproveMass, approval="OA-2026-02", without_pilot="urgent") == "not_on_cpl"
    world.done(DCC, RecordCplEntry, entry="433100AC/1A020400")
    world.done(DCC, ApproveMass, approval="OA-2026-02", without_pilot="urgent")
    world.instructs(NWND, TERRACE)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.done(DCC, RecordCplEntry, entry="433100AC/1A020400", current=False)
    refused = world.hands_over(TERRACE, day=MARCH_10).refused
    assert refused is not None
    assert refused.code == "not_on_cpl"


def test_nothing_is_handed_over_without_the_operational_approval(world: World) -> None:
    """G6: a notice and an instruction are not enough."""
    world.given_notice()
    world.instructs(NWND, TERRACE)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    refused = world.hands_over(TERRACE, day=MARCH_10).refused
    assert refused is not None
    assert refused.code == "out_of_phase"


@pytest.mark.parametrize("chosen", [Participation.MANDATORY])
def test_participation_is_chosen_by_who_was_shown_what_it_brings(world: World, chosen: Participation) -> None:
    """G7: the repercussions of each are there before; what was shown and is so no more is shown again."""
    world.given_notice()
    shown = {each: repercussions(world.release(), each) for each in Participation}
    assert shown[Participation.VOLUNTARY] != shown[Participation.MANDATORY]
    assert world.refused(DCC, ChooseParticipation, participation=chosen, seen=()) == "not_shown"
    other = shown[Participation.VOLUNTARY]
    assert world.refused(DCC, ChooseParticipation, participation=chosen, seen=other) == "not_shown"
    world.done(DCC, ChooseParticipation, participation=chosen, seen=shown[chosen])
    assert any(told.get("words") == "participation is mandatory" for told in world.told(CLDR))


def test_who_owes_a_decision_and_gives_none_is_shown_as_late(world: World) -> None:
    """G7: where participation is mandatory; where it is voluntary nobody is. No date moves either way."""
    world.given_notice()
    world.on(CUT_OFF + timedelta(days=1))
    assert [task for task in world.duties(NWND).tasks if task.late] == []
    seen = repercussions(world.release(), Participation.MANDATORY)
    world.done(DCC, ChooseParticipation, participation=Participation.MANDATORY, seen=seen)
    assert [task.kind for task in world.duties(NWND).tasks if task.late] == ["instruct"]
    assert world.release().firmware.automatic_at == FIRMWARE.automatic_at  # type: ignore[union-attr]


def test_the_dcc_alone_with_the_consultation_that_allowed_it(world: World) -> None:
    """G9: no new instruction or pilot list is taken; what stood stays, and can be withdrawn."""
    world.given_notice()
    world.instructs(NWND, TERRACE)
    assert world.refused(DCC, ReturnToDccOnly, consultation="") == "needs_a_reason"
    assert world.refused(NWND, ReturnToDccOnly, consultation="ours") == "wrong_party"
    world.done(DCC, ReturnToDccOnly, consultation="https://consultations.example.org/12")
    record = world.release()
    assert (record.mode, record.consultation) == (Mode.DCC_ONLY, "https://consultations.example.org/12")
    assert any(told.get("commentary") == record.consultation for told in world.told(CLDR))
    refused = world.instructs(CLDR, FLAT).refused
    assert refused is not None
    assert refused.code == "dcc_only"
    assert world.refused(CLDR, SubmitPilotList, guids=some(FLAT)) == "dcc_only"
    assert world.state(TERRACE) is HubState.PLANNED
    world.done(NWND, WithdrawInstructions, role=IMPORT, guids=some(TERRACE))


def test_the_dcc_alone_rolls_out_at_its_own_date(world: World) -> None:
    """G9."""
    world.given_notice()
    world.done(DCC, ReturnToDccOnly, consultation="https://consultations.example.org/12")
    world.done(DCC, ApproveMass, approval="OA-2026-02", without_pilot="managed by the DCC")
    world.done(DCC, BeginMass)
    world.on(FIRMWARE.automatic_at)
    world.publishes(FLAT)
    assert world.hands_over(FLAT).refused_hubs == ()


def test_the_check_of_every_scenario_finds_a_name_that_was_let_out(world: World) -> None:
    """NF7: here the DCC itself writes it into a text that goes to everybody."""
    world.given_notice()
    assert leaks(world.service) == []
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    world.done(DCC, ReturnToDccOnly, consultation=f"as {CLDR} asked")
    found = leaks(world.service)
    assert any(f"`{CLDR}` in the message release_news" in line for line in found)
    world.expects_a_leak = True


@pytest.mark.parametrize("party", [NWND, CLDR])
def test_a_supplier_is_shown_its_own_rule_and_not_the_others(world: World, party: Party) -> None:
    """NF7: of a plan whose reason names both."""
    world.given_notice()
    world.instructs(NWND, FLAT)
    world.instructs(CLDR, FLAT)
    world.publishes(FLAT, day=MARCH_10, basis=world.hub(FLAT).basis)  # type: ignore[arg-type]
    shown = world.sees(party)[written(FLAT)[0]]
    assert shown.rule == {NWND: "approved-sets", CLDR: "after-the-price-change"}[party]
    assert shown.reason is None
