"""The examples of rules to copy from, in a roll-out: each of their event rules fires and does what it says."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import london_date, london_time
from chfw_core.rollout.base import PANEL
from chfw_core.rollout.handover.commands import HandOver, PlannedClass, PublishPlan
from chfw_core.rollout.incidents.commands import ConfirmDecision, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.notice.commands import HubClass, NotifyRelease
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from chfw_core.rollout.states import HubState
from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.people import (
    AUTOMATIC,
    CLDR,
    FIRMWARE,
    FLAT,
    NORTH,
    NWND,
    OLD,
    RELEASE,
    SOUTH,
    TERRACE,
    hub_class,
)

EXAMPLES = Path(__file__).parents[3] / "rulesets" / "examples"
MANY = GuidList(Guid(0x500 + place) for place in range(60))
"""Of CLDR, in the North."""


def example(name: str, owner: str | None = None) -> str:
    """The file as it lies there; a Supplier's with the owner of a home here."""
    text = (EXAMPLES / f"{name}.rules.yaml").read_text(encoding="utf-8")
    return text if owner is None else re.sub(r"^owner: \S+", f"owner: {owner}", text, flags=re.MULTILINE)


def notified(rules: RuleWorld, configuration_set: str = "CS-0151") -> None:
    """Two homes of NWND on a set that needs the meter first, and sixty hubs of CLDR."""
    firmware = evolve(FIRMWARE, capacity={NORTH: 100, SOUTH: 100})
    rules.world.given_a_draft(firmware)
    homes = [evolve(hub_class(home), configuration_set=configuration_set) for home in (TERRACE, FLAT)]
    many = HubClass(
        region=NORTH, import_supplier=CLDR, gas_supplier=CLDR, firmware_version=OLD, device_model="433100AC", guids=MANY
    )
    homes = [evolve(home, device_model="433100AC") for home in homes]
    rules.world.done(DCC, NotifyRelease, release=RELEASE, classes=(*homes, many))


def with_csp(rules: RuleWorld, guids: GuidList) -> None:
    """The DCC's day has come and these are with their CSP."""
    world = rules.world
    world.done(DCC, ApproveMass, approval="OA-2", without_pilot="an urgent fix")
    world.done(DCC, BeginMass)
    world.on(AUTOMATIC)
    day = london_date(AUTOMATIC)
    row = PlannedClass(
        window_opens=london_time(day, 60),
        window_closes=london_time(day, 300),
        day=day,
        basis=ActivationBasis.DCC_DEFAULT,
        reason="the DCC's date",
        guids=guids,
    )
    world.done(DCC, PublishPlan, classes=(row,))
    world.done(DCC, HandOver, region=NORTH, day=day, guids=guids)


def test_through_the_required_steps(rules: RuleWorld) -> None:
    """RU3: the meter's upgrade is alerted, it reads again, and the hub is instructed."""
    notified(rules)
    rules.installs(NWND, example("step-by-step", NWND))
    rules.says(NWND, "meter_firmware_activated", TERRACE, firmware_version="04000000")
    rules.world.later(days=2)
    rules.says(NWND, "meter_read_received", TERRACE)
    (fired,) = rules.fired("meter-then-hub")
    assert [effect.kind for effect in fired.effects] == ["release", "instruct"]
    assert rules.world.state(TERRACE) is HubState.PLANNED


def test_a_new_installation_gets_four_quiet_weeks(rules: RuleWorld) -> None:
    """RU4: and then the release."""
    notified(rules)
    rules.installs(NWND, example("step-by-step", NWND))
    rules.says(DCC, "hub_commissioned", TERRACE, installed_on="2026-01-05")
    (fired,) = rules.fired("new-hub-settles")
    (period,) = (one.period for one in rules.world.hub(TERRACE).protected)
    assert period.closes == fired.at + timedelta(days=28)


def test_nothing_is_activated_while_a_customer_changes_supplier(rules: RuleWorld) -> None:
    """RU6, CS3."""
    notified(rules)
    rules.installs(NWND, example("step-by-step", NWND))
    rules.says("REGISTRATION", "change_of_supplier_started", FLAT, role="import", effective="2026-01-20")
    assert len(rules.fired("responsibility-moves")) == 1
    assert rules.world.hub(FLAT).protected
    rules.says("REGISTRATION", "change_of_supplier_completed", FLAT, role="import", effective="2026-01-20")
    assert rules.world.hub(FLAT).protected == ()


def test_meters_are_busy_when_prices_change(rules: RuleWorld) -> None:
    """RU6, CS4: all hubs of the Supplier in the release, and nobody else's."""
    notified(rules)
    rules.installs(NWND, example("step-by-step", NWND))
    rules.says(NWND, "price_change_announced", effective="2026-02-01")
    assert rules.world.hub(TERRACE).protected
    assert rules.world.hub(FLAT).protected
    assert rules.world.hub(evolve(TERRACE, guid=Guid(0x500))).protected == ()


def test_a_quiet_day_after_a_top_up(rules: RuleWorld) -> None:
    """RU6, CS4."""
    notified(rules)
    rules.installs(NWND, example("prepay", NWND))
    rules.says(NWND, "prepayment_topup", TERRACE, amount=0.5)
    assert rules.fired() == []
    rules.says(NWND, "prepayment_topup", TERRACE, amount=20)
    assert len(rules.fired("quiet-day-after-a-topup")) == 1
    rules.world.later(days=1)
    rules.ticks()
    assert rules.world.hub(TERRACE).protected == ()


def test_a_burst_of_failures_stops_the_region_until_the_incident_is_closed(rules: RuleWorld) -> None:
    """RU6, RU7, BR6: twenty-five in six hours; the rest waits, and goes on by another rule."""
    notified(rules)
    rules.installs(DCC, example("dcc"))
    going = GuidList(list(MANY)[:30])
    with_csp(rules, going)
    world = rules.world
    world.later(hours=1)
    for some in (list(going)[:24], list(going)[24:25]):
        fields = {"outcome": OutcomeKind.FAILED, "occurred_at": world.now, "reason": "no image held"}
        world.done("CSP:North", ReportOutcomes, firmware_version=None, guids=GuidList(some), **fields)
        rules.runs()
        assert len(rules.fired("stop-on-a-burst")) == int(len(some) == 1)
    waiting = evolve(TERRACE, guid=list(MANY)[40])
    assert world.state(waiting) is HubState.HELD
    (incident,) = world.release().incidents
    fields = {"outcome": IncidentOutcome.PROCEED, "reason": "one bad batch"}
    world.done(DCC, TriageIncident, incident=incident.id, **fields)
    world.done(PANEL, ConfirmDecision, incident=incident.id, confirmed=True, commentary="go on")
    rules.runs()
    assert len(rules.fired("go-on-after-the-incident")) == 1
    assert world.state(waiting) is HubState.ELIGIBLE
    assert {said["team"] for said in world.told(CLDR, "trigger_notice")} == {DCC}
    assert len(world.told(NWND, "trigger_notice")) == 1


def test_hubs_that_lose_their_network_hold_a_supplier_and_raise_an_incident(rules: RuleWorld) -> None:
    """RU6, BR6.1."""
    notified(rules)
    rules.installs(CLDR, example("fast", CLDR))
    rules.says_of_all("CSP:North", "hub_lost_wan", list(MANY)[:10])
    assert len(rules.fired("slow-down-when-hubs-get-lost")) == 1
    assert rules.world.hub(evolve(TERRACE, guid=list(MANY)[50])).protected
    assert rules.world.hub(TERRACE).protected == ()
    (incident,) = rules.world.release().incidents
    assert (incident.party, incident.high_priority) == (CLDR, True)
    assert [team for team, _ in rules.notices(CLDR)] == ["operations"]


def test_a_csp_tells_the_suppliers_of_its_region(rules: RuleWorld) -> None:
    """RU7: fifty hubs lost in an hour; each Supplier is told of its own, and an incident is raised."""
    notified(rules)
    rules.installs("CSP:North", example("csp-north"))
    rules.says_of_all("CSP:North", "hub_lost_wan", list(MANY)[:50])
    assert len(rules.fired("tell-the-suppliers-when-hubs-get-lost")) == 1
    assert rules.notices(CLDR) == [("CSP:North", "Many hubs lost their network in North")]
    assert [len(said["guids"]) for said in rules.world.told(CLDR, "trigger_notice")] == [61]
    assert [len(said["guids"]) for said in rules.world.told(NWND, "trigger_notice")] == [2]
    (incident,) = rules.world.release().incidents
    assert incident.party == "CSP:North"


@pytest.mark.parametrize("name", ["step-by-step", "prepay", "dcc", "fast", "csp-north"])
def test_every_example_is_installed_as_it_lies_there(rules: RuleWorld, name: str) -> None:
    """RU1, RU7: no change is needed but the owner's id; the same files again are in force already."""
    notified(rules)
    text = example(name)
    (owner,) = re.findall(r"^owner: \"?([^\"\s]+)", text, flags=re.MULTILINE)
    assert rules.installs(owner, text).triggers
    assert rules.installs(owner, text).again
