"""BR5: what everybody is told, and can ask, while a roll-out goes on."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from chfw_app.cli import run
from chfw_app.exits import Exit
from chfw_core.model.parties import DCC
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI
from chfw_core.rollout.handover.commands import ExcludeHubs, HoldHubs
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, NotifyRelease
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind
from chfw_core.rollout.pilot.commands import ApprovePilot, SubmitPilotList
from chfw_core.rollout.states import HubState
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from chfw_core.rollout.tasks import TaskKind
from tests.acceptance.people import (
    BUNGALOW,
    CLDR,
    COTTAGE,
    CUT_OFF,
    ELMS,
    FARM,
    FIRMWARE,
    FLAT,
    FROS,
    GAS,
    IMPORT,
    MILL,
    NEW,
    NORTH,
    NOTIFIED,
    NWND,
    OLD,
    RELEASE,
    TERRACE,
    UNKNOWN,
    hub_class,
    march,
    some,
    written,
)
from tests.acceptance.world import MARCH_10, SOLE, World, kinds, refused_for


def test_the_receipt_of_an_instruction_is_confirmed_to_who_gave_it(world: World) -> None:
    """BR5.1: which hubs, in which role, which period, when it was received; a withdrawal is confirmed too."""
    world.given_notice()
    world.later(minutes=5)
    world.instructs(NWND, TERRACE, FARM)
    world.withdraws(NWND, FARM)
    first, second = world.told(NWND, "instruction_receipt")
    assert (first["guids"], first["role"]) == (written(TERRACE, FARM), "import")
    assert (first["opens"], first["closes"]) == ("2026-03-10T00:00:00Z", "2026-03-12T00:00:00Z")
    assert first["received_at"] == "2026-01-05T00:05:00Z"
    assert (second["guids"], second["opens"], second["closes"]) == (written(FARM), None, None)
    assert world.readers_of("instruction_receipt") == {NWND}


def test_every_hub_that_fails_validation_is_listed_with_its_reason_and_the_others_stand(world: World) -> None:
    """BR5.2: unknown, another's, out of the release, or too late."""
    world.given_mass_begun()
    world.done(DCC, ExcludeHubs, reason="decommissioned", guids=some(FARM))
    receipt = world.when(
        NWND,
        Instruct,
        role=IMPORT,
        opens=march(10),
        closes=march(12),
        guids=some(TERRACE, FLAT, BUNGALOW, COTTAGE, FARM, UNKNOWN),
    )
    assert refused_for(receipt) == {
        "after_cutoff": written(TERRACE, FLAT, BUNGALOW),
        "not_responsible": written(COTTAGE),
        "not_eligible": written(FARM),
        "unknown_guid": written(UNKNOWN),
    }
    told = world.told(NWND, "hubs_refused")
    assert {one["code"]: one["guids"] for one in told} == refused_for(receipt)
    assert all(one["reason"] for one in told)


def test_refused_hubs_do_not_hold_up_the_rest_of_the_batch(world: World) -> None:
    """BR5.2: neither one that its own rule excludes, nor another's, nor one that its CSP has already."""
    world.given_pilot_begun()
    receipt = world.instructs(NWND, TERRACE, BUNGALOW, COTTAGE)
    assert refused_for(receipt) == {"excluded": written(BUNGALOW), "not_responsible": written(COTTAGE)}
    assert world.state(TERRACE) is HubState.PLANNED
    world.publishes(TERRACE, day=MARCH_10, basis=SOLE)
    world.hands_over(TERRACE, day=MARCH_10)
    again = world.instructs(NWND, TERRACE, FARM, days=(17, 19))
    assert refused_for(again) == {"not_waiting": written(TERRACE)}
    assert world.hub(FARM).window_opens == march(17)


def test_a_supplier_asks_for_the_status_of_all_its_hubs_and_extracts_it(
    world: World, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """BR5.3: in every release, with the version that runs, and nobody else's."""
    world.given_with_csp(TERRACE)
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    world.smi_shows(NEW, TERRACE)
    world.done(DCC, HoldHubs, reason="its records are being mended", guids=some(FARM))
    seen = world.sees(NWND)
    assert {guid: (hub.state, hub.firmware_version) for guid, hub in seen.items()} == {
        **dict.fromkeys(written(TERRACE), (HubState.VERIFIED, NEW)),
        **dict.fromkeys(written(FLAT, BUNGALOW), (HubState.ELIGIBLE, OLD)),
        **dict.fromkeys(written(FARM), (HubState.HELD, OLD)),
    }
    assert seen[written(FARM)[0]].reason == "its records are being mended"
    out = tmp_path / "status.csv"
    assert run(["report", "status", "--as", NWND, "--store", url, "--out", str(out)]) == Exit.DONE
    capsys.readouterr()
    with out.open(encoding="utf-8", newline="") as file:
        assert {row["guid"] for row in csv.DictReader(file)} == set(seen)


def test_each_actor_sees_how_long_it_has(world: World) -> None:
    """BR5.4: to the cut-off, to the DCC's date, to the outcome, to triage and to the Panel's word."""
    world.given_notice()
    (mine,) = world.duties(NWND).tasks
    assert (mine.kind, mine.due, mine.left) == ("instruct", CUT_OFF, CUT_OFF - NOTIFIED)
    assert [task.kind for task in world.duties(DCC).tasks] == ["approve_pilot"]
    world.later(days=10)
    assert world.duties(NWND).tasks[0].left == CUT_OFF - NOTIFIED - timedelta(days=10)
    world.raises_incident(NWND)
    (triage,) = (task for task in world.duties(DCC).tasks if task.kind == "triage")
    assert (triage.subject, triage.left) == ("NWND/INC-1", timedelta(hours=24))
    assert world.duties(PANEL).tasks == ()


def test_a_csp_sees_how_long_it_has_and_lateness_stays(world: World) -> None:
    """BR5.4, CS2."""
    world.given_with_csp(TERRACE)
    (owed,) = world.duties(f"CSP:{NORTH}").tasks
    assert (owed.kind, owed.left, owed.late) == ("report_outcomes", timedelta(days=5), False)
    world.later(days=6)
    (owed,) = world.duties(f"CSP:{NORTH}").tasks
    assert (owed.left, owed.late) == (timedelta(days=-1), True)
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    assert world.duties(f"CSP:{NORTH}").tasks == ()


def test_a_dashboard_shows_what_is_in_flight_what_is_open_and_what_others_do_next(world: World) -> None:
    """BR5.5: for each actor its own hubs, and other actors by their kind alone."""
    world.given_with_csp(TERRACE)
    world.raises_incident(CLDR)
    assert world.in_flight(NWND) == {RELEASE: {"eligible": 3, "handed_to_csp": 1}}
    assert world.in_flight(CLDR) == {RELEASE: {"eligible": 3}}
    assert world.in_flight(f"CSP:{NORTH}") == {RELEASE: {"eligible": 2, "handed_to_csp": 1}}
    assert world.in_flight(DCC) == {RELEASE: {"eligible": 5, "handed_to_csp": 1}}
    assert world.in_flight(FROS) == {}
    others = {(act.actor, act.kind): act.due for act in world.duties(NWND).others}
    assert others[DCC, TaskKind.TRIAGE] == world.now + timedelta(hours=24)
    assert others["a CSP", TaskKind.REPORT_OUTCOMES] == world.release().pools[NORTH, world.hub(TERRACE).day].due  # type: ignore[index]
    assert {act.actor for act in world.duties(DCC).others} == {"a CSP"}  # the Suppliers' chance has passed


def test_on_confirmed_activation_the_smi_is_updated_and_the_suppliers_are_alerted(world: World) -> None:
    """BR5.6: both Suppliers, with the new version, once the SMI shows it."""
    world.given_with_csp(FLAT)
    world.csp_reports(OutcomeKind.ACTIVATED, FLAT)
    (update,) = world.told(SMI, "inventory_update")
    assert (update["guids"], update["firmware_version"]) == (written(FLAT), NEW)
    assert world.readers_of("activation_alert") == set()  # not confirmed yet
    assert world.state(FLAT) is HubState.ACTIVATED
    world.later(hours=1)
    world.smi_shows(NEW, FLAT)
    assert world.readers_of("activation_alert") == {NWND, CLDR}
    (alert,) = world.told(NWND, "activation_alert")
    assert (alert["guids"], alert["firmware_version"]) == (written(FLAT), NEW)
    assert world.state(FLAT) is HubState.VERIFIED


def test_the_smi_is_updated_only_where_the_version_changed(world: World) -> None:
    """BR5.6: the inventory knew before the CSP said so."""
    world.given_with_csp(TERRACE)
    world.smi_shows(NEW, TERRACE)
    world.later(minutes=5)
    world.csp_reports(OutcomeKind.ACTIVATED, TERRACE)
    world.smi_shows(NEW, TERRACE)
    assert world.told(SMI) == [] or kinds(world.told(SMI)) == ["hubs_refused"]  # the SMI is told: unchanged
    assert len(world.told(NWND, "activation_alert")) == 1


def test_the_alert_goes_to_who_is_responsible_by_then(world: World) -> None:
    """BR5.6: the home changed its gas Supplier while the image was on its way."""
    world.given_with_csp(FLAT)
    world.supplier_changes(FLAT, GAS, CLDR, FROS)
    world.csp_reports(OutcomeKind.ACTIVATED, FLAT)
    world.smi_shows(NEW, FLAT)
    assert world.readers_of("activation_alert") == {NWND, FROS}


def test_an_alert_is_sent_whoever_changed_the_version(world: World) -> None:
    """BR5.6: nobody had handed the hub over, and the SMI shows the new version all the same."""
    world.given_notice()
    world.smi_shows(NEW, COTTAGE)
    assert world.readers_of("activation_alert") == {CLDR}
    assert world.state(COTTAGE) is HubState.VERIFIED


def test_the_alert_works_with_everything_else_switched_off(world: World) -> None:
    """BR5.7: an inventory, changes of Supplier, observations in, alerts out, and not a word more."""
    world.done(DCC, DraftRelease, firmware=FIRMWARE, alerts_only=True)
    world.done(DCC, AddHubs, classes=(hub_class(FLAT), hub_class(MILL)))
    assert world.sent() == []
    for by, command, fields in SWITCHED_OFF:
        assert world.refused(by, command, **fields) == "switched_off"
    answers = len(world.sent())
    world.done(SMI, ObserveVersions, firmware_version=NEW, observed_at=world.now, guids=some(FLAT))
    assert [(to, told["type"]) for to, told in world.sent()[answers:]] == [
        (CLDR, "activation_alert"),
        (NWND, "activation_alert"),
    ]
    change = {"role": GAS, "leaves": CLDR, "joins": FROS, "effective": world.now.date()}
    world.done(REGISTRATION, CompleteSupplierChange, guids=some(FLAT), **change)
    world.later(hours=1)
    world.smi_shows("1A020500", FLAT)  # any other version as well: an alert needs no release
    assert [told["firmware_version"] for told in world.told(FROS, "activation_alert")] == ["1A020500"]
    assert kinds(world.told(FROS)) == ["activation_alert"]
    assert world.told(ELMS) == []


SWITCHED_OFF: tuple[tuple[str, type, dict[str, object]], ...] = (
    (DCC, NotifyRelease, {"classes": (hub_class(TERRACE),)}),
    (DCC, ApprovePilot, {"approval": "OA-2026-01"}),
)


def test_no_supplier_can_do_anything_where_there_are_alerts_alone(world: World) -> None:
    """BR5.7: it is in the release once it has a hub there."""
    world.done(DCC, DraftRelease, firmware=FIRMWARE, alerts_only=True)
    world.done(DCC, AddHubs, classes=(hub_class(FLAT),))
    assert world.refused(NWND, SubmitPilotList, guids=some(FLAT)) == "switched_off"
    period = {"opens": march(10), "closes": march(12)}
    assert world.refused(NWND, Instruct, role=IMPORT, guids=some(FLAT), **period) == "switched_off"
    assert json.dumps(world.told(NWND, "answer")).count("activation alerts alone") == 2
