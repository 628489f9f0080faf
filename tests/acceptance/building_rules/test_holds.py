"""RU5, RU6, RU7: holds that events begin and end, for Suppliers, the DCC and CSPs."""

from datetime import date, timedelta

from chfw_core.model.parties import DCC
from chfw_core.model.periods import london_midnight
from chfw_core.rollout.outcomes.commands import OutcomeKind
from chfw_core.rollout.states import HubState, ReleaseStanding
from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.people import BUNGALOW, CLDR, FARM, FLAT, NWND, TERRACE
from tests.acceptance.world import MARCH_10, SOLE, refused_for

WHILE_A_SUPPLIER_CHANGES = """
rules: v1
owner: NWND
events:
  - id: change-of-supplier
    because: No activation while the responsibility moves
    per: hub
    on: change_of_supplier_started
    do: {hold: {event: change_of_supplier_completed, at_latest: 35 days}}
"""
DEFECT_IN_TRIAGE = """
rules: v1
owner: DCC
events:
  - id: defect-in-triage
    because: A customer flagged this device; upgrades are suspended
    per: hub
    on: defect_flagged
    if: event.flag == "defect_triage"
    do: {hold: {flag_cleared: defect_triage}, notify: service-desk, text: "{guid} is in triage"}
"""
STOP_ON_BURST = """
rules: v1
owner: DCC
events:
  - id: stop-on-burst
    because: Two failures in six hours are no chance
    per: [release, csp_region]
    on: hub_update_failed
    count: 2
    within: 6 hours
    do: {hold: everything, raise: incident, priority: high}
"""


def test_a_supplier_holds_while_the_responsibility_moves(rules: RuleWorld) -> None:
    """RU6, CS3: no day in that time, though it was instructed and published before; afterwards there is one again."""
    world = rules.world
    world.given_pilot_begun()
    rules.installs(NWND, WHILE_A_SUPPLIER_CHANGES)
    world.instructs(NWND, TERRACE)
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.on(london_midnight(date(2026, 2, 20)))
    rules.says("REGISTRATION", "change_of_supplier_started", TERRACE, role="import", effective="2026-03-01")
    (fired,) = rules.fired()
    assert fired.guid == TERRACE.guid
    (protected,) = world.hub(TERRACE).protected
    assert protected.period.closes == world.now + timedelta(days=35)
    world.on(london_midnight(MARCH_10))
    assert refused_for(world.hands_over(TERRACE)) == {"protected": ["88-73-84-90-6A-10-02-DB"]}
    rules.says("REGISTRATION", "change_of_supplier_completed", TERRACE, role="import", effective="2026-03-01")
    assert world.hub(TERRACE).protected == ()
    assert refused_for(world.hands_over(TERRACE)) == {}
    assert world.state(TERRACE) is HubState.HANDED_TO_CSP


def test_a_hold_ends_on_its_last_day_though_the_event_never_comes(rules: RuleWorld) -> None:
    """RU6."""
    world = rules.world
    world.given_notice()
    rules.installs(NWND, WHILE_A_SUPPLIER_CHANGES)
    rules.says("REGISTRATION", "change_of_supplier_started", TERRACE, role="import", effective="2026-01-20")
    world.later(days=34)
    rules.ticks()
    assert world.hub(TERRACE).protected
    world.later(days=1)
    rules.ticks()
    assert world.hub(TERRACE).protected == ()


def test_a_customer_flags_a_device_and_the_dcc_holds_it(rules: RuleWorld) -> None:
    """RU5, RU7: what one customer flags acts for all that it concerns, and nobody is told who flagged it."""
    world = rules.world
    world.given_notice()
    rules.installs(DCC, DEFECT_IN_TRIAGE)
    rules.says(CLDR, "defect_flagged", FLAT, flag="defect_triage", reason="drops the HAN")
    assert world.state(FLAT) is HubState.HELD
    for party in (NWND, CLDR):
        (news,) = (said for said in world.told(party, "hub_news") if said["what"] == "held")
        assert news["guids"] == ["88-73-84-90-6A-10-02-DC"]
        assert "CLDR" not in news["words"]
    assert rules.notices(DCC) == [("service-desk", "88-73-84-90-6A-10-02-DC is in triage")]
    rules.says(CLDR, "flag_cleared", FLAT, flag="something_else")
    assert world.state(FLAT) is HubState.HELD
    rules.says(CLDR, "flag_cleared", FLAT, flag="defect_triage")
    assert world.state(FLAT) is HubState.ELIGIBLE


def test_two_holds_on_one_hub_must_both_end(rules: RuleWorld) -> None:
    """RU5: the first to end lets nothing go that the second still holds."""
    world = rules.world
    world.given_notice()
    rules.installs(
        DCC, DEFECT_IN_TRIAGE, DEFECT_IN_TRIAGE.replace("in-triage", "in-review").replace("_triage", "_review")
    )
    rules.says(CLDR, "defect_flagged", FLAT, flag="defect_triage")
    rules.says(CLDR, "defect_flagged", FLAT, flag="defect_review")
    assert [one.trigger for one in rules.fired()] == ["defect-in-triage", "defect-in-review"]
    rules.says(CLDR, "flag_cleared", FLAT, flag="defect_triage")
    assert world.state(FLAT) is HubState.HELD
    assert world.hub(FLAT).reason.startswith("trigger defect-in-review")
    rules.says(CLDR, "flag_cleared", FLAT, flag="defect_review")
    assert world.state(FLAT) is HubState.ELIGIBLE


def test_a_burst_of_failures_stops_the_region_and_raises_an_incident(rules: RuleWorld) -> None:
    """RU6, RU7, BR6.1: of the release and region that failed; what is elsewhere goes on."""
    world = rules.world
    world.given_mass_begun()
    rules.installs(DCC, STOP_ON_BURST)
    world.publishes(TERRACE, FLAT)
    world.hands_over(TERRACE, FLAT)
    world.publishes(FARM)
    world.csp_reports(OutcomeKind.FAILED, TERRACE, reason="no image held")
    rules.runs()
    assert rules.fired() == []
    world.later(hours=2)
    world.csp_reports(OutcomeKind.FAILED, FLAT, reason="no image held")
    rules.runs()
    assert [one.trigger for one in rules.fired()] == ["stop-on-burst"]
    assert world.state(BUNGALOW) is HubState.HELD
    assert world.state(FARM) is HubState.PLANNED
    assert world.release().standing is ReleaseStanding.ACTIVE
    (incident,) = world.release().incidents
    assert incident.party == DCC
    assert incident.high_priority
    assert incident.description.startswith("stop-on-burst: Two failures in six hours are no chance")


def test_failures_that_are_far_apart_are_no_burst_though_they_are_reported_together(rules: RuleWorld) -> None:
    """RU6, CS2: they count by when they happened."""
    world = rules.world
    world.given_with_csp(TERRACE, FLAT)
    rules.installs(DCC, STOP_ON_BURST)
    first = world.now
    world.later(hours=7)
    world.csp_reports(OutcomeKind.FAILED, TERRACE, reason="no image held", at=first)
    world.csp_reports(OutcomeKind.FAILED, FLAT, reason="no image held")
    rules.runs()
    assert rules.fired() == []


def test_failures_that_lie_together_are_a_burst_though_they_are_reported_days_apart(rules: RuleWorld) -> None:
    """RU6, CS2."""
    world = rules.world
    world.given_with_csp(TERRACE, FLAT)
    rules.installs(DCC, STOP_ON_BURST)
    first = world.now
    world.later(hours=1)
    second = world.now
    world.csp_reports(OutcomeKind.FAILED, TERRACE, reason="no image held", at=first)
    world.later(days=1)
    world.csp_reports(OutcomeKind.FAILED, FLAT, reason="no image held", at=second)
    rules.runs()
    (fired,) = rules.fired()
    assert (fired.trigger, fired.at) == ("stop-on-burst", second)


def test_a_burst_over_the_whole_release_suspends_it(rules: RuleWorld) -> None:
    """RU7, BR6.3, I4: nothing is handed over; the Panel's word, or the DCC's, lets it go on."""
    world = rules.world
    world.given_with_csp(TERRACE, FLAT)
    rules.installs(DCC, STOP_ON_BURST.replace("[release, csp_region]", "release"))
    world.csp_reports(OutcomeKind.FAILED, TERRACE, reason="no image held")
    world.csp_reports(OutcomeKind.FAILED, FLAT, reason="no image held")
    rules.runs()
    assert world.release().standing is ReleaseStanding.SUSPENDED
    world.publishes(FARM)
    assert world.hands_over(FARM).refused is not None
