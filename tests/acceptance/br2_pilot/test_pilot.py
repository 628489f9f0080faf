"""BR2: the pilot, from the list of eligible hubs to the approval of the mass roll-out."""

from datetime import date

import pytest

from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.outcomes.commands import OutcomeKind
from chfw_core.rollout.pilot.commands import (
    ApproveMass,
    ApprovePilot,
    BeginMass,
    BeginPilot,
    CompletePilotPhase,
    EndPilot,
    GiveVerdict,
    RecordPilotProgress,
    SeenVerdict,
    SubmitPilotList,
)
from chfw_core.rollout.records import Opinion
from chfw_core.rollout.states import HubState, ReleaseStage
from tests.acceptance.people import (
    BUNGALOW,
    CENTRAL,
    CLDR,
    COTTAGE,
    ELMS,
    FARM,
    FLAT,
    FROS,
    GAS,
    IMPORT,
    MILL,
    NORTH,
    NWND,
    SOUTH,
    TERRACE,
    UNKNOWN,
    march,
    some,
    written,
)
from tests.acceptance.world import BOTH, SOLE, World, refused_for

EVERYBODY = {NWND, CLDR, ELMS, f"CSP:{NORTH}", f"CSP:{CENTRAL}", f"CSP:{SOUTH}"}
MARCH_10 = date(2026, 3, 10)


def test_a_supplier_views_its_eligible_hubs_and_nobody_elses(world: World) -> None:
    """BR2.1: with its role in each; BR1.4."""
    world.given_notice()
    seen = world.sees(NWND)
    both = written(TERRACE, BUNGALOW)
    assert {guid for guid, hub in seen.items() if hub.roles == (IMPORT, GAS)} == set(both)
    assert {guid for guid, hub in seen.items() if hub.roles == (IMPORT,)} == set(written(FLAT, FARM))
    assert {hub.state for hub in seen.values()} == {HubState.ELIGIBLE}
    assert sorted(world.sees(ELMS)) == written(MILL)
    assert world.sees(FROS) == {}


def test_a_supplier_submits_its_pilot_list_and_gets_it_confirmed(world: World) -> None:
    """BR2.3: a second list replaces the first."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=some(TERRACE, FLAT))
    assert world.told(NWND, "list_receipt")[-1]["guids"] == written(TERRACE, FLAT)
    world.done(NWND, SubmitPilotList, guids=some(FARM))
    assert world.told(NWND, "list_receipt")[-1]["guids"] == written(FARM)
    assert world.release().pilots[NWND].guids == some(FARM)
    assert world.readers_of("list_receipt") == {NWND}


def test_hubs_that_cannot_be_in_the_pilot_are_all_listed_with_the_reason_and_the_rest_stands(world: World) -> None:
    """BR2.3, BR2.7: unknown, somebody else's, held, or of a consumer who is kept out."""
    world.given_notice()
    world.done(DCC, HoldHubs, reason="its records are being mended", guids=some(FARM))
    receipt = world.when(NWND, SubmitPilotList, guids=some(TERRACE, UNKNOWN, COTTAGE, FARM, BUNGALOW))
    assert refused_for(receipt) == {
        "unknown_guid": written(UNKNOWN),
        "not_responsible": written(COTTAGE),
        "not_waiting": written(FARM),
        "excluded": written(BUNGALOW),
    }
    assert world.release().pilots[NWND].guids == some(TERRACE)
    assert {told["code"] for told in world.told(NWND, "hubs_refused")} == set(refused_for(receipt))


def test_the_pilots_of_all_suppliers_together_keep_to_the_limit(world: World) -> None:
    """BR2.3, G2: three hubs here; the limit is the release's."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=some(TERRACE, FLAT))
    assert world.refused(CLDR, SubmitPilotList, guids=some(COTTAGE, MILL)) == "over_pilot_limit"
    world.done(CLDR, SubmitPilotList, guids=some(COTTAGE))


def test_the_start_of_the_pilot_is_told_to_all(world: World) -> None:
    """BR2.4."""
    world.given_pilot_begun()
    begun = [(to, said) for to, said in world.sent() if said.get("what") == "PilotBegun"]
    assert {to for to, _ in begun} == EVERYBODY
    assert {said["words"] for _, said in begun} == {"the pilot has begun"}


def test_progress_is_told_per_device_with_its_reason_and_commentary(world: World) -> None:
    """BR2.4: to the Suppliers of each hub, both where there are two, and to nobody else."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=some(TERRACE, FLAT))
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    world.done(DCC, BeginPilot)
    world.done(DCC, RecordPilotProgress, succeeded=True, commentary="ten minutes", guids=some(TERRACE))
    failed = {"succeeded": False, "reason": "no image held", "commentary": "weak signal"}
    world.done(DCC, RecordPilotProgress, **failed, guids=some(FLAT))
    assert [(told["succeeded"], told["guids"]) for told in world.told(NWND, "pilot_progress")] == [
        (True, written(TERRACE)),
        (False, written(FLAT)),
    ]
    (told,) = world.told(CLDR, "pilot_progress")
    assert (told["guids"], told["reason"], told["commentary"]) == (written(FLAT), "no image held", "weak signal")
    assert world.told(ELMS, "pilot_progress") == []
    assert world.refused(DCC, RecordPilotProgress, succeeded=False, guids=some(TERRACE)) == "needs_a_reason"


def test_what_a_csp_reports_of_a_pilot_hub_reaches_its_suppliers(world: World) -> None:
    """BR2.4, BR5.6: failure with its reason at once, success with the alert."""
    given_pilot_hubs_with_their_csp(world)
    world.csp_reports(OutcomeKind.FAILED, TERRACE, reason="hash mismatch")
    (news,) = [told for told in world.told(NWND, "hub_news") if told["what"] == "failed"]
    assert (news["guids"], news["words"]) == (written(TERRACE), "hash mismatch")
    assert world.sees(NWND)[written(TERRACE)[0]].reason == "hash mismatch"
    world.csp_reports(OutcomeKind.ACTIVATED, FLAT)
    world.smi_shows("1A020400", FLAT)
    assert [told["guids"] for told in world.told(CLDR, "activation_alert")] == [written(FLAT)]


@pytest.mark.parametrize(("succeeded", "words"), [(True, "was a success"), (False, "was no success")])
def test_the_end_of_the_pilot_is_told_to_all_with_a_commentary(world: World, succeeded: bool, words: str) -> None:
    """BR2.5: and there is no end without one."""
    world.given_pilot_begun()
    assert world.refused(DCC, EndPilot, succeeded=succeeded, commentary="") == "needs_a_reason"
    world.done(DCC, EndPilot, succeeded=succeeded, commentary="297 of 300 hubs within the hour")
    ended = [(to, said) for to, said in world.sent() if said.get("what") == "PilotEnded"]
    assert {to for to, _ in ended} == EVERYBODY
    assert all(words in said["words"] for _, said in ended)
    assert {said["commentary"] for _, said in ended} == {"297 of 300 hubs within the hour"}


def test_nothing_begins_without_the_operational_approval(world: World) -> None:
    """BR2.6: neither the pilot nor the mass roll-out, and an approval has a reference."""
    world.given_notice()
    assert world.refused(DCC, BeginPilot) == "out_of_phase"
    assert world.refused(DCC, ApprovePilot, approval="") == "needs_a_reason"
    assert world.refused(NWND, ApprovePilot, approval="OA-2026-01") == "wrong_party"
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    world.done(DCC, BeginPilot)
    world.done(DCC, EndPilot, succeeded=True, commentary="as hoped")
    assert world.refused(DCC, BeginMass) == "out_of_phase"
    assert world.refused(DCC, ApproveMass, approval="") == "needs_a_reason"
    world.done(DCC, ApproveMass, approval="OA-2026-02")
    world.done(DCC, BeginMass)
    assert world.release().stage is ReleaseStage.ROLLING_OUT


def test_the_dcc_completes_each_phase_of_the_pilot(world: World) -> None:
    """BR2.6: everybody is told of each, and a phase is completed once."""
    world.given_pilot_begun()
    world.done(DCC, CompletePilotPhase, phase="laboratory", commentary="all models pass")
    world.done(DCC, CompletePilotPhase, phase="live homes", commentary="two retries")
    assert world.refused(DCC, CompletePilotPhase, phase="laboratory", commentary="again") == "same_again"
    assert world.release().pilot_phases == ("laboratory", "live homes")
    said = [told["words"] for told in world.told(f"CSP:{NORTH}") if told.get("what") == "PilotPhaseCompleted"]
    assert said == ["the phase laboratory of the pilot is complete", "the phase live homes of the pilot is complete"]


def test_a_supplier_need_not_pilot(world: World) -> None:
    """BR2.7: an empty list is an answer, none is one too, and neither keeps others from theirs."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=GuidList())
    world.done(CLDR, SubmitPilotList, guids=some(COTTAGE))
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    world.done(DCC, BeginPilot)
    world.done(DCC, EndPilot, succeeded=True, commentary="as hoped")
    world.done(DCC, ApproveMass, approval="OA-2026-02")
    assert world.release().pilots[NWND].guids == GuidList()
    assert ELMS not in world.release().pilots


def test_an_urgent_release_goes_without_a_pilot_and_says_why(world: World) -> None:
    """BR2.7."""
    world.given_notice()
    assert world.refused(DCC, ApproveMass, approval="OA-2026-02") == "needs_a_reason"
    world.done(DCC, ApproveMass, approval="OA-2026-02", without_pilot="it mends a fault that stops top-ups")
    (told,) = [told for told in world.told(NWND) if told.get("what") == "MassApproved"]
    assert told["commentary"] == "it mends a fault that stops top-ups"


def test_a_pilot_lasts_until_the_dcc_ends_it(world: World) -> None:
    """BR2.7: long enough to assess, test and diagnose: no time ends it, and verdicts are taken throughout."""
    world.given_pilot_begun()
    world.later(days=90)
    world.done(NWND, GiveVerdict, opinion=Opinion.PROCEED_WITH_CARE, findings="diagnosis goes on")
    assert world.release().stage is ReleaseStage.PILOTING
    world.later(days=30)
    world.done(DCC, EndPilot, succeeded=True, commentary="as hoped")


def test_one_supplier_approves_its_whole_estate_while_others_pilot(world: World) -> None:
    """BR2.8: what is approved is the CSP's at once, in whatever phase others are."""
    world.given_pilot_begun()
    world.done(CLDR, SubmitPilotList, guids=some(COTTAGE))  # it is still at its pilot
    receipt = world.instructs(NWND, TERRACE, FARM, group=InstructionGroup.SAFE_LAUNCH)
    assert receipt.refused_hubs == ()
    for home in (TERRACE, FARM):
        world.publishes(home, day=MARCH_10, basis=SOLE)
    world.on(march(10))
    for home in (TERRACE, FARM):
        world.hands_over(home)
    assert world.told(f"CSP:{NORTH}", "work_list")[0]["guids"] == written(TERRACE)
    assert world.told(f"CSP:{SOUTH}", "work_list")[0]["guids"] == written(FARM)
    assert world.release().stage is ReleaseStage.PILOTING


def test_the_dcc_triggers_the_pilot_group_before_the_mass_roll_out(world: World) -> None:
    """BR2.9: while the pilot runs its hubs go; those at the DCC's own date do not, until the mass has begun."""
    world.given_notice()
    world.instructs(NWND, TERRACE)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.publishes(COTTAGE)
    receipt = world.hands_over(TERRACE, day=MARCH_10)
    assert receipt.refused is not None
    assert receipt.refused.code == "out_of_phase"  # nobody has begun anything
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    world.done(DCC, BeginPilot)
    world.on(march(10))
    world.hands_over(TERRACE)
    assert world.state(TERRACE) is HubState.HANDED_TO_CSP
    assert refused_for(world.hands_over(COTTAGE, day=date(2026, 7, 6))) == {"not_open_yet": written(COTTAGE)}


def test_the_mass_roll_out_is_approved_by_who_has_seen_every_verdict(world: World) -> None:
    """BR2.10: findings and a verdict of each Supplier, for the DCC alone to read; one given since counts too."""
    world.given_pilot_begun()
    world.done(NWND, GiveVerdict, opinion=Opinion.PROCEED, findings="no fault in 200 homes")
    world.done(CLDR, GiveVerdict, opinion=Opinion.DO_NOT_PROCEED, findings="three hubs lost their meters")
    world.done(DCC, EndPilot, succeeded=True, commentary="mixed")
    assert world.readers_of("verdict_received") == {DCC}
    assert [(told["party"], told["opinion"]) for told in world.told(DCC, "verdict_received")] == [
        (NWND, "proceed"),
        (CLDR, "do_not_proceed"),
    ]
    assert world.refused(DCC, ApproveMass, approval="OA-2026-02") == "verdicts_unseen"
    seen = seen_verdicts(world)
    world.later(hours=1)
    world.done(CLDR, GiveVerdict, opinion=Opinion.PROCEED, findings="mended by a power cycle")
    assert world.refused(DCC, ApproveMass, approval="OA-2026-02", seen=seen) == "verdicts_unseen"
    world.done(DCC, ApproveMass, approval="OA-2026-02", seen=seen_verdicts(world))


def seen_verdicts(world: World) -> tuple[SeenVerdict, ...]:
    """All verdicts as they stand, as somebody who has read them names them."""
    return tuple(SeenVerdict(party=who, given_at=said.given_at) for who, said in world.release().verdicts.items())


def given_pilot_hubs_with_their_csp(world: World) -> None:
    """Two homes of the North, one of two Suppliers, chosen, instructed, planned and handed over in March."""
    world.given_notice()
    world.done(NWND, SubmitPilotList, guids=some(TERRACE, FLAT))
    world.instructs(NWND, TERRACE, FLAT, group=InstructionGroup.PILOT)
    world.instructs(CLDR, FLAT)
    world.done(DCC, ApprovePilot, approval="OA-2026-01")
    world.done(DCC, BeginPilot)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.publishes(FLAT, day=MARCH_10, basis=BOTH)
    world.on(march(10))
    assert world.hands_over(TERRACE, FLAT).refused_hubs == ()
