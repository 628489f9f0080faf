"""Rules in force as people and scripts use them: events in, ledger record, changed plan, notice out (RU3, RU6)."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from chfw_app.rollout.opening import open_ledger
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.tables import hub
from chfw_core.model.guid import parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from tests.app.helpers import Chfw
from tests.app.rollout.test_cli import RULES, THEN, World
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world

EVENTS_RULES = (
    RULES
    + """
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
        otherwise: {notify: device-team, hold: manual}
    do: {instruct: {window: nights, from: event.at + 1 day}}
  - id: change-of-supplier
    because: No activation while the responsibility moves
    per: hub
    on: change_of_supplier_started
    do: {hold: {event: change_of_supplier_completed, at_latest: 35 days}}
"""
)


@pytest.fixture
def in_force(world: World) -> World:
    """The release is notified and NWND's rules are in force."""
    done = put_in_force(world, EVENTS_RULES)
    assert (done["triggers"], done["again"]) == (2, False)
    return world


def put_in_force(world: World, text: str) -> dict[str, Any]:
    """These are all of NWND's rules, from the notice of the release on."""
    (world.folder / "rules" / "NWND.rules.yaml").write_text(text, encoding="utf-8")
    world.notified()
    return world.done("install-rules", world.folder / "rules", "--as", "NWND", at="2026-01-10T09:00:00Z")


def own(world: World, party: str = "NWND") -> list[str]:
    """The hubs of which the party is the only Supplier, in the release."""
    with (world.folder / "estate.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    eligible = set(world.hubs())
    return [
        row["guid"]
        for row in rows
        if row["guid"] in eligible and {row["import_supplier"], row["gas_supplier"]} <= {party, ""}
    ]


def events(world: World, *lines: dict[str, object], name: str = "events.jsonl") -> Path:
    path = world.folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def plan(world: World, chfw: Chfw, as_of: str, *more: object, engine: str = "columnar") -> dict[str, dict[str, str]]:
    """A plan from files, by either engine, verified; its rows by hub."""
    out = world.folder / f"{engine}.csv"
    inputs = (
        "--estate", world.folder / "estate.csv", "--release", world.folder / "release.yaml",
        "--rules", world.folder / "rules", "--as-of", as_of, *more,
    )  # fmt: skip
    done = chfw("plan", *inputs, "--out", out, "--engine", engine)
    assert done.code in (0, 2), done.err
    checked = chfw("verify", *inputs, "--schedule", out)
    assert checked.code == 0, checked.out + checked.err
    with out.open(encoding="utf-8", newline="") as file:
        return {row["guid"]: row for row in csv.DictReader(file)}


def test_events_in_a_ledger_record_a_changed_plan_and_a_notice_out(in_force: World, chfw: Chfw) -> None:
    """RU3, RU6, NF1: both engines and the verifier know what triggers hold, and `explain` says which and why."""
    world = in_force
    first, second, third = own(world)[:3]
    before = plan(world, chfw, "2026-01-15T09:00:00Z")
    path = events(
        world,
        {"seq": 1, "at": "2026-01-11T10:00:00Z", "type": "meter_firmware_activated", "guid": first,
         "firmware_version": "04000001"},
        {"seq": 2, "at": "2026-01-12T10:00:00Z", "type": "meter_read_received", "guid": first},
        {"seq": 3, "at": "2026-01-12T11:00:00Z", "type": "meter_firmware_activated", "guid": third,
         "firmware_version": "04000001"},
    )  # fmt: skip
    done = world.done("observe", path, "--as", "NWND", at="2026-01-12T12:00:00Z")
    assert done["taken"] == {"meter_firmware_activated": 2, "meter_read_received": 1}
    assert [one["trigger"] for one in done["fired"]] == ["meter-then-hub"]
    changing = events(
        world,
        {"seq": 1, "at": "2026-01-12T09:00:00Z", "type": "change_of_supplier_started", "guid": second,
         "role": "import", "effective": "2026-01-20"},
        name="changing.jsonl",
    )  # fmt: skip
    world.done("observe", changing, "--as", "REGISTRATION", at="2026-01-12T13:00:00Z")
    ticked = world.done("tick", at="2026-01-21T09:00:00Z")
    assert [(one["owner"], one["trigger"]) for one in ticked["fired"]] == [("NWND", "meter-then-hub")]
    messages = world.done("outbox")["waiting"]
    assert ("NWND", "trigger_notice", 1) in {(one["to"], one["type"], one["messages"]) for one in messages}

    records = world.folder / "records.jsonl"
    shown = world.done("fired", "--records", records, "--guid", second)
    assert [one["trigger"] for one in shown["fired"]] == ["change-of-supplier"]
    assert records.read_text(encoding="utf-8").count("\n") == 2
    as_of = "2026-01-22T09:00:00Z"
    rows = plan(world, chfw, as_of, "--triggers", records)
    assert rows == plan(world, chfw, as_of, "--triggers", records, engine="reference")
    assert before[second]["import_rule"] == "all-of-them"
    assert rows[second]["import_rule"] == "trigger:change-of-supplier"
    assert rows[second]["basis"] == "DCC_DEFAULT"
    assert "fired on 2026-01-12: No activation while the responsibility moves" in rows[second]["reason"]
    said = chfw(
        "explain", "--estate", world.folder / "estate.csv", "--release", world.folder / "release.yaml",
        "--rules", world.folder / "rules", "--as-of", as_of, "--triggers", records, "--guid", second,
    )  # fmt: skip
    assert "trigger `change-of-supplier` of version" in said.out

    world.done(
        "publish", "--release", "CH-1", "--estate", world.folder / "estate.csv", "--rules", world.folder / "rules",
        at=as_of,
    )  # fmt: skip
    shown_hubs = {row["guid"]: row for row in status(world)}
    assert shown_hubs[first]["basis"] == "SOLE_SUPPLIER"
    assert "2026-01-23" <= shown_hubs[first]["day"] < "2026-02-16"
    assert shown_hubs[first]["opens"].endswith("22:00:00Z")
    assert shown_hubs[second]["basis"] == shown_hubs[third]["basis"] == "DCC_DEFAULT"


def status(world: World) -> list[dict[str, str]]:
    out = world.folder / "status.csv"
    ran = world.chfw("report", "status", "--as", "NWND", "--out", out, "--store", world.store)
    assert ran.code == 0, ran.err
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_events_again_are_taken_once_and_bad_lines_are_set_aside(in_force: World) -> None:
    """RU6, I9."""
    world = in_force
    (guid, other) = own(world)[:2]
    good = {"seq": 1, "at": "2026-01-11T10:00:00Z", "type": "meter_read_received", "guid": guid}
    path = events(world, good)
    assert world.done("observe", path, "--as", "NWND", at="2026-01-12T12:00:00Z")["taken"] == {"meter_read_received": 1}
    path = events(
        world,
        good,
        {**good, "guid": other},
        {**good, "seq": 2, "type": "hub_update_failed"},
        {**good, "seq": 3, "type": "meter_read_recieved"},
        {**good, "seq": 4, "at": "2027-01-11T10:00:00Z"},
        {**good, "seq": 5, "guid": "FF-FF-FF-FF-FF-FF-FF-FF"},
        {**good, "seq": 6, "type": "change_of_supplier_started", "role": "import", "effective": "2026-02-01"},
        {**good, "seq": 7, "party": "CLDR"},
        {"seq": 8, "type": "tick", "at": "2026-01-11T10:00:00Z"},
        {**good, "seq": 9},
    )
    with path.open("a", encoding="utf-8") as file:
        file.write("{not json\n")
    done = world.done("observe", path, "--as", "NWND", at="2026-01-12T12:30:00Z", code=2)
    assert (done["taken"], done["again"]) == ({"meter_read_received": 1}, 1)
    assert [row.split(":")[0] for row in done["bad_rows"]] == [f"line {n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 11)]
    assert "said something else" in done["bad_rows"][0]
    assert "did you mean `meter_read_received`" in done["bad_rows"][2]


def test_events_that_say_something_misspelt_are_set_aside(in_force: World) -> None:
    """I9, RU6: a key that a rule waits for and that is written wrong would be missed in silence."""
    world = in_force
    guid = own(world)[0]
    said = {"at": "2026-01-11T10:00:00Z", "type": "meter_firmware_activated", "guid": guid}
    path = events(
        world,
        {**said, "seq": 1, "firmwareversion": "04000001"},
        {**said, "seq": 2, "bogus": 1},
        {**said, "seq": 3, "type": "prepayment_topup", "amount": "ten"},
        {**said, "seq": 4, "release": "CH-2"},
        {**said, "seq": 5, "release": "CH-1", "note": "for people", "device_type": "ESME"},
        {**said, "seq": 6, "type": "prepayment_topup", "amount": 12.5},
    )
    done = world.done("observe", path, "--as", "NWND", at="2026-01-12T12:00:00Z", code=2)
    assert done["taken"] == {"meter_firmware_activated": 1, "prepayment_topup": 1}
    first, second, third, fourth = done["bad_rows"]
    assert first.startswith("line 1: `firmwareversion` is no key of `meter_firmware_activated`")
    assert "did you mean `firmware_version`?" in first
    assert second.startswith("line 2: `bogus` is no key of")
    assert third.startswith("line 3: amount: `ten` is not a number")
    assert fourth == "line 4: release: no release called `CH-2` (did you mean `CH-1`?)"


def test_a_draft_is_nothing_that_a_supplier_may_name(in_force: World) -> None:
    """NF7: a draft and a release that nobody knows are told in the same words."""
    world = in_force
    text = (world.folder / "release.yaml").read_text(encoding="utf-8").replace("CH-1", "DRAFT-9")
    (world.folder / "draft.yaml").write_text(text, encoding="utf-8")
    world.done("draft", world.folder / "draft.yaml", at="2026-01-10T10:00:00Z")
    said = {"at": "2026-01-11T10:00:00Z", "type": "price_change_announced", "effective": "2026-04-01"}
    path = events(world, {**said, "seq": 1, "release": "DRAFT-9"}, {**said, "seq": 2, "release": "NOBODY-9"})
    rows = world.done("observe", path, "--as", "NWND", at="2026-01-12T12:00:00Z", code=3)["bad_rows"]
    assert [row.partition(": ")[2].replace("DRAFT-9", "NOBODY-9") for row in rows] == [
        "release: no release called `NOBODY-9`"
    ] * 2
    assert world.done("observe", path, "--as", "DCC", at="2026-01-12T12:00:00Z", code=2)["taken"]


def test_files_that_are_in_force_change_nothing_again_and_nobody_installs_anothers(in_force: World) -> None:
    world = in_force
    assert world.done("install-rules", world.folder / "rules", "--as", "NWND")["again"]
    ran = world.rollout("install-rules", world.folder / "rules", "--as", "CLDR")
    assert ran.code == 3
    assert "these are rules of NWND" in ran.err


def test_the_dcc_may_lift_what_a_suppliers_trigger_holds(in_force: World) -> None:
    """CS4, RU6: the hubs are free for a day again; the trigger's own hold still tells the next plan."""
    world = in_force
    guid = own(world)[0]
    started = {"seq": 1, "at": "2026-01-12T09:00:00Z", "type": "change_of_supplier_started", "guid": guid}
    path = events(world, {**started, "role": "import", "effective": "2026-01-20"})
    world.done("observe", path, "--as", "REGISTRATION", at="2026-01-12T13:00:00Z")
    words = ("unprotect", "--release", "CH-1", "--kind", "supplier-hold", "--guid", guid)
    assert world.done(*words)["answers"][0]["taken"] == [{"what": "protection_lifted", "hubs": 1}]


def test_what_a_trigger_instructed_stands_before_the_cut_off_with_its_windows(in_force: World, chfw: Chfw) -> None:
    """RU3, I14: for both engines and the verifier; what a rule instructed gives way to today's rules."""
    world = in_force
    first, second = own(world)[:2]
    rows = [
        f"{guid},NWND,import,2026-01-20T00:00:00Z,2026-02-10T00:00:00Z,2026-01-12T00:00:00Z,instruct,,{rule}"
        for guid, rule in ((first, "trigger:meter-then-hub"), (second, "all-of-them"))
    ]
    path = world.folder / "recorded.csv"
    path.write_text("\n".join(["guid,party,role,opens,closes,received_at,action,group,rule", *rows, ""]), "utf-8")
    made = plan(world, chfw, "2026-01-15T09:00:00Z", "--instructions", path)
    assert made == plan(world, chfw, "2026-01-15T09:00:00Z", "--instructions", path, engine="reference")
    assert made[first]["import_rule"] == "trigger:meter-then-hub"
    assert made[first]["window_opens"].endswith("T22:00:00Z")
    assert "2026-01-20" <= made[first]["day"] < "2026-02-10"
    assert made[second]["import_rule"] == "all-of-them"
    assert made[second]["day"] >= "2026-02-16"


BURST = """
rules: v1
owner: DCC
events:
  - id: stop-on-burst
    because: Two failures in six hours are no chance
    per: release
    on: hub_update_failed
    count: 2
    within: 6 hours
    do: {hold: everything, raise: incident, priority: high}
"""


@pytest.fixture
def with_csp(world: World) -> tuple[World, list[str]]:
    """The North's hubs of the first day are with their CSP, and the DCC's rules stop on a burst."""
    world.rolling_out()
    path = world.folder / "dcc.rules.yaml"
    path.write_text(BURST, encoding="utf-8")
    world.done("install-rules", path, "--as", "DCC")
    hand_over(world, THEN, region="North")
    return world, world.hubs(hub.c.state == "handed_to_csp")


def hand_over(world: World, at: str, code: int = 0, region: str | None = None) -> dict[str, Any]:
    more = () if region is None else ("--region", region)
    lists = world.folder / "lists"
    return world.done("hand-over", "--release", "CH-1", "--day", world.day(), "--out", lists, *more, at=at, code=code)


def failures(world: World, guids: list[str], happened: str) -> Path:
    rows = [(guid, "failed", happened, "no image") for guid in guids]
    return world.table("failed.csv", ("guid", "outcome", "occurred_at", "reason"), *rows)


def test_a_burst_stops_the_release_as_soon_as_its_outcomes_are_in(with_csp: tuple[World, list[str]]) -> None:
    """I4, NF6: no hub is handed over between the failures and the next tick."""
    world, guids = with_csp
    path = failures(world, guids[:2], f"{world.day()}T01:00:00Z")
    said = world.done("outcomes", path, "--release", "CH-1", "--as", "CSP:North", at=f"{world.day()}T04:00:00Z")
    assert said["fired"] == []  # NF7: whose rules fired is not the CSP's to know
    stopped = hand_over(world, f"{world.day()}T04:05:00Z", code=3)
    assert {one["refused"]["code"] for one in stopped["answers"]} == {"not_active"}
    assert world.hubs(hub.c.state == "handed_to_csp") == guids[2:]


def test_incidents_and_firings_say_where_they_are_and_what_became_of_them(with_csp: tuple[World, list[str]]) -> None:
    """BR6.1: the region and the hub that completed it; `fired` names the incident, and says whether the hold stands."""
    world, guids = with_csp
    text = BURST.replace("per: release", "per: csp_region")
    (world.folder / "dcc.rules.yaml").write_text(text, encoding="utf-8")
    world.done("install-rules", world.folder / "dcc.rules.yaml", "--as", "DCC", at=f"{world.day()}T00:30:00Z")
    path = failures(world, guids[:2], f"{world.day()}T01:00:00Z")
    world.done("outcomes", path, "--release", "CH-1", "--as", "CSP:North", at=f"{world.day()}T04:00:00Z")
    (one,) = world.done("fired")["fired"]
    (raised,) = one["incidents"]
    assert (one["holds_stand"], raised["release"], raised["open"]) == ([True], "CH-1", True)
    (shown,) = world.done("show", "--release", "CH-1", at=f"{world.day()}T04:00:00Z")["incidents"]
    assert shown.startswith(f"{raised['incident']}: ")  # as the task has it
    assert shown.endswith(f", for csp_region North, with hub {one['guid']}")
    assert one["guid"] in guids[:2]
    out = world.rollout("fired").out
    assert "wrote down: hold everything until it is released: it stands" in out
    assert f"wrote down: incident (high): {raised['incident']} on CH-1, open" in out
    assert f"for csp_region North, with hub {one['guid']}" in out

    decision = ("--release", "CH-1", "--incident", raised["incident"])
    later = f"{world.day()}T05:00:00Z"
    world.done("triage", *decision, "--outcome", "proceed", "--reason", "a bad batch", at=later)
    world.done("confirm", *decision, "--as", "PANEL", "--commentary", "agreed", "--yes", at=later)
    world.done("tick", at=later)
    (one,) = world.done("fired")["fired"]
    assert (one["holds_stand"], one["incidents"][0]["open"]) == ([False], False)
    out = world.rollout("fired").out
    assert "until it is released: it has ended" in out
    assert f"{raised['incident']} on CH-1, decided" in out
    assert world.hubs(hub.c.state == "failed") == sorted(guids[:2])  # held in between, and failed still


def test_rules_hear_of_what_came_another_way_before_anything_is_handed_over(with_csp: tuple[World, list[str]]) -> None:
    """I4, NF6, I12: by a transport that takes outcomes in and runs no rules."""
    world, guids = with_csp
    carried_in(world, guids[:2])
    stopped = hand_over(world, f"{world.day()}T04:05:00Z", code=3)
    assert [one["trigger"] for one in stopped["fired"]] == ["stop-on-burst"]
    assert world.hubs(hub.c.state == "handed_to_csp") == guids[2:]


def test_rules_hear_of_it_before_a_plan_is_published(with_csp: tuple[World, list[str]]) -> None:
    """I4."""
    world, guids = with_csp
    carried_in(world, guids[:2])
    words = ("publish", "--release", "CH-1", "--estate", world.folder / "estate.csv", "--rules", world.folder / "rules")
    ran = world.rollout(*words, "--json", at=f"{world.day()}T04:05:00Z")
    assert [one["trigger"] for one in json.loads(ran.out)["fired"]] == ["stop-on-burst"]


def test_what_the_smi_shows_is_heard_of_at_once(with_csp: tuple[World, list[str]]) -> None:
    """I4, BR5.6: another version than was asked for is a failure."""
    world, guids = with_csp
    rows = [(guid, "0000000F", f"{world.day()}T01:00:00Z") for guid in guids[:2]]
    path = world.table("smi.csv", ("guid", "firmware_version", "observed_at"), *rows)
    world.done("inventory", path, at=f"{world.day()}T04:00:00Z")
    (fired,) = world.done("fired")["fired"]
    assert (fired["trigger"], fired["at"]) == ("stop-on-burst", f"{world.day()}T01:00:00Z")


def carried_in(world: World, guids: list[str]) -> None:
    """Failures enter the ledger, and no rule hears of them yet."""
    at = datetime.fromisoformat(f"{world.day()}T04:00:00+00:00")
    with open_ledger(str(world.store)) as store, RollOutService(store=store, clock=lambda: at) as service:
        service.submit(
            ReportOutcomes(
                by="CSP:North",
                key="carried",
                release="CH-1",
                outcome=OutcomeKind.FAILED,
                occurred_at=at,
                reason="no image",
                guids=GuidList(map(parse_guid, guids)),
            )
        )


def test_a_plan_of_hubs_that_triggers_hold_is_published_whole(in_force: World) -> None:
    """RU6, I6: what another trigger instructed stands on the ledger, and the plan leaves them to the DCC's date."""
    world = in_force
    held = own(world)[:3]
    activated = {"type": "meter_firmware_activated", "firmware_version": "04000001"}
    lines = [
        {"seq": 3 * at + part, "at": when, "guid": guid, **said}
        for at, guid in enumerate(held)
        for part, (when, said) in enumerate(
            (
                ("2026-01-11T10:00:00Z", activated),
                ("2026-01-12T10:00:00Z", {"type": "meter_read_received"}),
                ("2026-01-12T11:00:00Z", activated),
            ),
            start=1,
        )
    ]
    world.done("observe", events(world, *lines), "--as", "NWND", at="2026-01-12T12:00:00Z")
    words = ("--release", "CH-1", "--estate", world.folder / "estate.csv", "--rules", world.folder / "rules")
    world.done("publish", *words, at="2026-01-12T13:00:00Z")
    before = {row["guid"]: row for row in status(world)}
    assert {before[guid]["basis"] for guid in held} == {"SOLE_SUPPLIER"}
    world.done("tick", at="2026-01-21T09:00:00Z", code=2)  # no read came: held by hand; and their day has passed
    for at in ("2026-01-21T10:00:00Z", "2026-01-22T10:00:00Z"):
        world.done("publish", *words, at=at)
        after = {row["guid"]: row for row in status(world)}
        assert {after[guid]["basis"] for guid in held} == {"DCC_DEFAULT"}


BURST_RULES = (
    RULES
    + """
events:
  - id: many-topups
    because: Something is wrong with prepayment there
    per: csp_region
    on: prepayment_topup
    count: 5
    within: 6 hours
    do: {raise: incident, notify: prepay-team}
  - id: hold-on-read
    because: Read first
    per: hub
    on: meter_read_received
    do: {hold: {date: event.at + 10 days}, instruct: {from: event.at + 12 days, to: event.at + 20 days}}
"""
)


def test_people_read_whom_a_firing_is_about_and_until_when(world: World) -> None:
    """NF1: the hub or the region, the end of a hold, the period of an instruction; a burst is counted."""
    put_in_force(world, BURST_RULES)
    guid, *_ = own(world)
    ran = world.rollout("fired", "--trigger", "hold-on-read", at="2026-01-11T12:00:00Z")
    assert (ran.code, ran.out.strip()) == (0, "nothing has fired")
    path = events(
        world,
        *(
            {"seq": n, "at": f"2026-01-11T10:0{n}:00Z", "type": "prepayment_topup", "guid": guid, "amount": 5}
            for n in range(1, 6)
        ),
        {"seq": 6, "at": "2026-01-11T11:00:00Z", "type": "meter_read_received", "guid": guid},
    )
    world.done("observe", path, "--as", "NWND", at="2026-01-11T12:00:00Z")
    out = world.rollout("fired", "--as", "NWND", at="2026-01-11T12:00:00Z").out
    assert f"for hub {guid}" in out
    assert "for csp_region " in out
    assert "5 prepayment_topup from 2026-01-11T10:01:00Z to 2026-01-11T10:05:00Z" in out
    assert "wrote down: hold until 2026-01-21T11:00:00Z" in out
    assert "wrote down: instruct from 2026-01-23T11:00:00Z to 2026-01-31T11:00:00Z" in out
    assert "wrote down: notify prepay-team: Something is wrong with prepayment there" in out


def test_what_is_no_rule_file_is_told_of_as_such(world: World) -> None:
    ran = world.notified().rollout("install-rules", world.folder / "release.yaml", "--as", "NWND")
    assert ran.code == 1
    assert "is a release, not a rule file" in ran.err


def test_a_rule_that_nobody_put_in_force_is_no_rule_that_never_fired(in_force: World) -> None:
    ran = in_force.rollout("fired", "--trigger", "meter-than-hub", "--as", "NWND", at="2026-01-11T12:00:00Z")
    assert ran.code == 1
    assert "no rule of `events` called `meter-than-hub` is or was in force" in ran.err
    assert "did you mean `meter-then-hub`?" in ran.err
    ran = in_force.rollout("fired", "--trigger", "meter-then-hub", "--as", "CLDR", at="2026-01-11T12:00:00Z")
    assert ran.code == 1
    assert "did you mean" not in ran.err


def test_files_are_named_by_their_paths_and_an_owner_without_hubs_is_told(in_force: World) -> None:
    """NF1: which of two files of one name is meant; and that nobody's rules hear of nothing."""
    world = in_force
    for folder in ("one", "two"):
        (world.folder / folder).mkdir()
    unused = "sets:\n  unused_set: [CS-0151]\n"
    (world.folder / "one" / "NWND.rules.yaml").write_text(EVENTS_RULES + unused, encoding="utf-8")
    ran = world.rollout("install-rules", world.folder / "one", "--as", "NWND", at="2026-01-10T10:00:00Z")
    assert ran.code == 0, ran.err
    assert f"{world.folder / 'one' / 'NWND.rules.yaml'}:" in ran.err
    assert "no release has a hub" not in ran.err
    nobody = EVENTS_RULES.replace("owner: NWND", "owner: NWDN")
    (world.folder / "two" / "NWDN.rules.yaml").write_text(nobody, encoding="utf-8")
    ran = world.rollout("install-rules", world.folder / "two", "--as", "NWDN", at="2026-01-10T10:00:00Z")
    assert ran.code == 0
    assert "no release has a hub of `NWDN`" in ran.err
    (world.folder / "one" / "NWND.rules.yaml").write_text(EVENTS_RULES + "# again\n", encoding="utf-8")
    ran = world.rollout(
        "install-rules", world.folder / "one", "--as", "NWND", "--after", "0", at="2026-01-10T11:00:00Z"
    )
    assert ran.code == 1
    assert "cannot be in force after entry 0: the version before came in force after it" in ran.err
