"""BR6: something is wrong with a release."""

from datetime import timedelta

import pytest

from chfw_core.model.parties import DCC
from chfw_core.rollout.base import PANEL, SUB_COMMITTEE
from chfw_core.rollout.handover.commands import HoldHubs
from chfw_core.rollout.incidents.commands import ConfirmDecision, ResumeRelease, SuspendRelease, TriageIncident
from chfw_core.rollout.incidents.events import IncidentDecided
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.notice.commands import RevokeNotice
from chfw_core.rollout.outcomes.commands import OutcomeKind
from chfw_core.rollout.pilot.commands import CompleteRelease
from chfw_core.rollout.states import HubState, ReleaseStanding
from tests.acceptance.people import (
    AUTOMATIC,
    CENTRAL,
    CLDR,
    COTTAGE,
    ELMS,
    FLAT,
    FROS,
    HOMES,
    NEW,
    NORTH,
    NWND,
    SOUTH,
    TERRACE,
    some,
)
from tests.acceptance.world import DCCS_DAY, World

EVERYBODY = {NWND, CLDR, ELMS, f"CSP:{NORTH}", f"CSP:{CENTRAL}", f"CSP:{SOUTH}"}


@pytest.mark.parametrize("high_priority", [False, True])
@pytest.mark.parametrize("emergency_stop", [False, True])
def test_a_supplier_raises_an_incident(world: World, high_priority: bool, emergency_stop: bool) -> None:
    """BR6.1: with or without high priority and an emergency stop; a request to stop reaches the Panel at once."""
    world.given_notice()
    world.raises_incident(NWND, high_priority=high_priority, emergency_stop=emergency_stop)
    assert world.readers_of("incident_reported") == ({DCC, PANEL, SUB_COMMITTEE} if emergency_stop else {DCC})
    (told,) = world.told(DCC, "incident_reported")
    assert (told["party"], told["incident"], told["description"]) == (NWND, "NWND/INC-1", "meters lose their hub")
    assert (told["high_priority"], told["emergency_stop"]) == (high_priority, emergency_stop)
    assert world.release().standing is ReleaseStanding.ACTIVE  # asked for is not decided


def test_only_a_supplier_of_the_release_raises_one_and_each_once(world: World) -> None:
    """BR6.1."""
    world.given_notice()
    refused = world.raises_incident(FROS).refused
    assert refused is not None
    assert refused.code == "not_relevant"
    assert world.raises_incident(NWND).refused is None
    again = world.raises_incident(NWND).refused
    assert again is not None
    assert again.code == "incident_exists"
    assert world.raises_incident(CLDR).refused is None  # NF7: ids are a party's own


@pytest.mark.parametrize(
    ("outcome", "standing"),
    [
        (IncidentOutcome.PROCEED, ReleaseStanding.ACTIVE),
        (IncidentOutcome.PAUSE, ReleaseStanding.PAUSED),
        (IncidentOutcome.DELAY, ReleaseStanding.ACTIVE),
        (IncidentOutcome.STOP, ReleaseStanding.STOPPED),
    ],
)
def test_the_dcc_triages_and_each_outcome_does_what_it_says(
    world: World, outcome: IncidentOutcome, standing: ReleaseStanding
) -> None:
    """BR6.2: proceed, pause, delay the end date, or stop."""
    world.given_mass_begun()
    world.publishes(TERRACE)
    world.raises_incident(NWND)
    later = AUTOMATIC + timedelta(days=30) if outcome is IncidentOutcome.DELAY else None
    world.decided(outcome, automatic_at=later)
    assert world.release().standing is standing
    assert world.release().firmware.automatic_at == (later or AUTOMATIC)  # type: ignore[union-attr]
    world.hands_over(TERRACE)
    goes = outcome is IncidentOutcome.PROCEED
    assert world.state(TERRACE) is (HubState.HANDED_TO_CSP if goes else HubState.PLANNED)


def test_a_delay_names_a_later_date(world: World) -> None:
    """BR6.2."""
    world.given_notice()
    world.raises_incident(NWND)
    delay = {"incident": "INC-1", "outcome": IncidentOutcome.DELAY, "reason": "more tests"}
    assert world.refused(DCC, TriageIncident, **delay) == "needs_a_reason"
    assert world.refused(DCC, TriageIncident, **delay, automatic_at=AUTOMATIC) == "not_later"


def test_a_pause_ends_and_a_stop_does_not(world: World) -> None:
    """BR6.2: after a pause the release goes on as it was; after a stop there is no way back."""
    world.given_mass_begun()
    world.publishes(TERRACE, FLAT)
    world.raises_incident(NWND)
    world.decided(IncidentOutcome.PAUSE)
    assert world.state(TERRACE) is HubState.PLANNED
    world.done(DCC, ResumeRelease, reason="the fault is mended")
    assert world.hands_over(TERRACE).refused is None
    world.raises_incident(CLDR, "INC-2")
    world.decided(IncidentOutcome.STOP, "INC-2")
    assert world.refused(DCC, ResumeRelease, reason="we want on") == "final"
    refused = world.hands_over(FLAT).refused
    assert refused is not None
    assert refused.code == "final"


def test_a_decision_is_in_force_only_once_the_panel_has_confirmed_it(world: World) -> None:
    """BR6.3: and nobody else can; what it does not confirm is triaged again."""
    world.given_mass_begun()
    world.raises_incident(NWND)
    stop = {"incident": "INC-1", "outcome": IncidentOutcome.STOP, "reason": "meters lose their hub"}
    world.done(DCC, TriageIncident, **stop)
    (asked,) = world.told(PANEL, "decision_to_confirm")
    assert (asked["outcome"], asked["incident"]) == ("stop", "NWND/INC-1")
    assert world.release().standing is ReleaseStanding.ACTIVE
    confirm = {"incident": "INC-1", "confirmed": True, "commentary": "agreed"}
    for nobody in (DCC, NWND, f"CSP:{NORTH}"):
        assert world.refused(nobody, ConfirmDecision, **confirm) == "wrong_party"
    world.done(PANEL, ConfirmDecision, **{**confirm, "confirmed": False, "commentary": "a pause will do"})
    assert world.release().standing is ReleaseStanding.ACTIVE
    assert world.told(DCC, "decision_to_confirm")[0]["reason"] == "a pause will do"
    assert world.refused(PANEL, ConfirmDecision, **confirm) == "no_such_incident"
    world.done(DCC, TriageIncident, **{**stop, "outcome": IncidentOutcome.PAUSE})
    world.done(PANEL, ConfirmDecision, **confirm)
    assert world.release().standing is ReleaseStanding.PAUSED


def test_the_dcc_suspends_at_once_pending_the_panel(world: World) -> None:
    """BR6.3: from that moment nothing is handed over, and it lasts while an incident is open."""
    world.given_mass_begun()
    world.publishes(TERRACE)
    world.raises_incident(NWND, emergency_stop=True)
    world.done(DCC, SuspendRelease, reason="until we know more")
    refused = world.hands_over(TERRACE).refused
    assert refused is not None
    assert refused.code == "not_active"
    assert world.refused(DCC, ResumeRelease, reason="we want on") == "incident_open"
    world.decided(IncidentOutcome.PROCEED)
    assert world.release().standing is ReleaseStanding.ACTIVE
    assert world.hands_over(TERRACE).refused is None


def test_every_relevant_supplier_learns_the_decision_and_what_it_means_for_its_requests(world: World) -> None:
    """BR6.4: for how many of its own hubs in each state; CSPs too; nobody learns who raised it."""
    world.given_notice()
    world.instructs(NWND, TERRACE, FLAT)
    world.instructs(CLDR, COTTAGE)
    world.raises_incident(ELMS)
    world.decided(IncidentOutcome.STOP)
    assert world.readers_of("decision") == EVERYBODY
    (nwnd,), (cldr,), (elms,) = (world.told(who, "decision") for who in (NWND, CLDR, ELMS))
    assert (nwnd["standing"], nwnd["because"]) == ("stopped", "confirmed")
    assert nwnd["pending"] == {"awaiting_other_supplier": 1, "eligible": 2, "planned": 1}
    assert cldr["pending"] == {"awaiting_other_supplier": 1, "eligible": 1, "planned": 1}
    assert elms["pending"] == {"eligible": 1}
    for state in ("awaiting_other_supplier", "eligible", "planned"):
        assert nwnd["meaning"][state] == "the hub is never handed over in this release; its instructions are void"


def test_a_suspension_and_its_end_are_told_as_well(world: World) -> None:
    """BR6.4: with what each means."""
    world.given_notice()
    world.done(DCC, SuspendRelease, reason="until we know more")
    world.done(DCC, ResumeRelease, reason="a false alarm")
    said = [(told["standing"], told["meaning"]["planned"]) for told in world.told(NWND, "decision")]
    assert said == [
        ("suspended", "the hub is not handed over while this lasts; what was instructed stays"),
        ("active", "the hub goes on as it was planned or instructed"),
    ]


def test_a_revoked_notice_says_what_it_means_for_pending_requests(world: World) -> None:
    """BR6.4, BR1.6: as a stop does."""
    world.given_notice()
    world.instructs(NWND, TERRACE)
    world.done(DCC, RevokeNotice, reason="a defect was found")
    (told,) = world.told(NWND, "decision")
    assert told["pending"] == {"eligible": 3, "planned": 1}


def test_what_the_csp_has_begun_may_end_and_is_still_reported(world: World) -> None:
    """BR6.2: after a stop, what was handed over before is still accounted for."""
    world.given_with_csp(TERRACE)
    world.raises_incident(NWND)
    world.decided(IncidentOutcome.STOP)
    assert world.csp_reports(OutcomeKind.ACTIVATED, TERRACE).refused is None
    world.smi_shows("1A020400", TERRACE)
    assert world.state(TERRACE) is HubState.VERIFIED
    assert world.hub(TERRACE).day == DCCS_DAY


def test_the_sub_committee_may_confirm_in_the_panels_place(world: World) -> None:
    """BR6.3: both are asked, one word is enough, and the ledger has whose it was."""
    world.given_mass_begun()
    world.raises_incident(NWND)
    world.done(DCC, TriageIncident, incident="INC-1", outcome=IncidentOutcome.STOP, reason="meters lose their hub")
    assert world.readers_of("decision_to_confirm") == {PANEL, SUB_COMMITTEE}
    assert world.duties(SUB_COMMITTEE).tasks == world.duties(PANEL).tasks != ()
    world.done(SUB_COMMITTEE, ConfirmDecision, incident="INC-1", confirmed=True, commentary="agreed")
    assert world.release().standing is ReleaseStanding.STOPPED
    assert [event.by for event in world.happened() if isinstance(event, IncidentDecided)] == [SUB_COMMITTEE]


def test_a_fault_that_shows_when_all_is_done_is_an_incident_too(world: World) -> None:
    """BR6.1, BR6.2, BR6.4: there is nothing left to pause; what is decided is told to everybody."""
    world.given_with_csp(TERRACE)
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    world.smi_shows(NEW, TERRACE)
    world.done(DCC, HoldHubs, reason="no signal", guids=some(*(home for home in HOMES if home is not TERRACE)))
    world.done(DCC, CompleteRelease)
    world.later(days=9)
    world.raises_incident(NWND)
    pause = {"incident": "INC-1", "outcome": IncidentOutcome.PAUSE, "reason": "meters lose their hub"}
    assert world.refused(DCC, TriageIncident, **pause) == "all_done"
    world.decided(IncidentOutcome.STOP)
    assert world.release().standing is ReleaseStanding.STOPPED
    assert world.readers_of("decision") == EVERYBODY
