"""RU3: hubs taken through required steps: the meter's upgrade first, then the hub's."""

from datetime import timedelta

from chfw_core.rollout.states import HubState
from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.people import CLDR, FLAT, NWND, TERRACE

METER_THEN_HUB = """
rules: v1
owner: NWND
windows:
  nights: {days: [mon, tue, wed, thu], between: "22:00-05:00"}
events:
  - id: meter-then-hub
    because: The hub's upgrade is executed once the meter's is complete
    per: hub
    steps:
      - on: meter_firmware_activated
        if: event.firmware_version >= "04000000"
      - on: meter_read_received
        within: 7 days
        otherwise: {notify: device-team, text: "no read of {guid} since {event.at}", hold: manual}
    do: {instruct: {window: nights, from: event.at + 1 day}}
"""


def test_once_the_meter_reads_again_the_hub_is_instructed(rules: RuleWorld) -> None:
    """RU3, RU6: event in, ledger record, instruction of the owner."""
    world = rules.world
    world.given_notice()
    rules.installs(NWND, METER_THEN_HUB)
    world.later(days=10)
    rules.says(NWND, "meter_firmware_activated", TERRACE, firmware_version="04000001")
    assert rules.fired() == []
    world.later(days=1)
    rules.says(NWND, "meter_read_received", TERRACE)
    (fired,) = rules.fired()
    assert "meter_firmware_activated" in fired.said
    consent = world.hub(TERRACE).consent_of(NWND)
    assert consent is not None
    assert consent.period is not None
    assert consent.rule == "trigger:meter-then-hub"
    assert consent.period.opens == world.now + timedelta(days=1)
    assert world.state(TERRACE) is HubState.PLANNED
    (receipt,) = world.told(NWND, "instruction_receipt")
    assert receipt["guids"] == ["88-73-84-90-6A-10-02-DB"]


def test_where_no_read_comes_the_team_is_told_and_the_hub_waits(rules: RuleWorld) -> None:
    """RU3: `otherwise`, by a tick alone."""
    world = rules.world
    world.given_notice()
    rules.installs(NWND, METER_THEN_HUB)
    world.later(days=10)
    rules.says(NWND, "meter_firmware_activated", TERRACE, firmware_version="04000001")
    world.later(days=8)
    rules.ticks()
    assert [one.trigger for one in rules.fired()] == ["meter-then-hub"]
    ((team, text),) = rules.notices(NWND)
    assert team == "device-team"
    assert text.startswith("no read of 88-73-84-90-6A-10-02-DB since 2026-01-15")
    assert [one.kind for one in world.hub(TERRACE).protected] == ["supplier_hold"]
    rules.says(NWND, "meter_read_received", TERRACE)
    assert world.hub(TERRACE).consents == ()


def test_a_supplier_speaks_of_its_own_hubs_alone(rules: RuleWorld) -> None:
    """RU6, NF7: in the words for a hub that is not there at all."""
    rules.world.given_notice()
    taken = rules.says(NWND, "meter_read_received", FLAT)
    assert taken.events == {"meter_read_received": 1}
    foreign = rules.sends(
        "ELMS",
        {"seq": 1, "at": "2026-01-05T00:00:00Z", "type": "meter_read_received", "guid": "88-73-84-90-6A-10-02-DC"},
    )
    missing = rules.sends(
        "ELMS",
        {"seq": 1, "at": "2026-01-05T00:00:00Z", "type": "meter_read_received", "guid": "00-90-5C-FF-FF-FF-FF-01"},
    )
    (one,), (other,) = foreign.set_aside, missing.set_aside
    assert one.reason.partition("` ")[2] == other.reason.partition("` ")[2] == "is no hub of ELMS in any release"
    assert (
        rules.sends(
            CLDR,
            {"seq": 1, "at": "2026-01-05T00:00:00Z", "type": "meter_read_received", "guid": "88-73-84-90-6A-10-02-DC"},
        ).set_aside
        == ()
    )
