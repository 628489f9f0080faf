"""Flags and ends of holds that events say, from a file of events or from the ledger, reach every plan (RU5, NF1)."""

import csv
from pathlib import Path

import pytest

from tests.app.helpers import Chfw
from tests.app.rollout.test_cli import PLANNED, World
from tests.app.rollout.test_cli import RULES as WHOLE_RULES
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world
from tests.app.rollout.test_cli_triggers import events, own, plan, status

HOLDS = """
hold:
  - id: in-triage
    because: A customer flagged this device
    when: flags has "defect_triage"
    until: {flag_cleared: defect_triage}
  - id: not-tested
    because: This model has not been tested
    when: device_model == "54311F52"
    until: {event: test_passed, ref: lab-7, at_latest: cutoff}
decide:"""
RULES = WHOLE_RULES.replace("\ndecide:", HOLDS)
AS_OF = "2026-01-15T09:00:00Z"


@pytest.fixture
def flagged(world: World) -> World:
    (world.folder / "rules" / "NWND.rules.yaml").write_text(RULES, encoding="utf-8")
    return world.notified()


def flag(seq: int, kind: str = "defect_flagged", **more: object) -> dict[str, object]:
    return {"seq": seq, "at": f"2026-01-{9 + seq:02}T09:00:00Z", "type": kind, "flag": "defect_triage", **more}


def explained(world: World, chfw: Chfw, guid: str, *more: object) -> str:
    ran = chfw(
        "explain", "--estate", world.folder / "estate.csv", "--release", world.folder / "release.yaml",
        "--rules", world.folder / "rules", "--as-of", AS_OF, "--guid", guid, *more,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return ran.out


def test_a_plan_knows_the_flags_that_events_raise(flagged: World, chfw: Chfw) -> None:
    """RU5, I14: the engines, the verifier and `explain` alike; one hub, a class of hubs, a Supplier's own."""
    world = flagged
    before = plan(world, chfw, AS_OF)
    with (world.folder / "estate.csv").open(encoding="utf-8", newline="") as file:
        models = {row["guid"]: row["device_model"] for row in csv.DictReader(file)}
    going = [guid for guid in own(world) if before[guid]["import_rule"] == "all-of-them"]
    one, mine, free = [guid for guid in going if models[guid] != "433100AC"][:3]
    of_class = [guid for guid in going if models[guid] == "433100AC"]
    path = events(
        world,
        flag(1, guid=one, party="DCC"),
        flag(2, guid=mine, party="NWND"),
        flag(3, device_model="433100ac", party="CSP:North"),
        flag(4, "flag_cleared", guid=of_class[0]),
        flag(5, guid=free, party="CLDR"),
    )
    rows = plan(world, chfw, AS_OF, "--events", path)
    assert rows == plan(world, chfw, AS_OF, "--events", path, engine="reference")
    held = {guid for guid in going if rows[guid]["import_rule"] == "in-triage"}
    assert held == {one, mine, *of_class[1:]}
    assert rows[free] == before[free]  # what another Supplier flags is nobody else's
    said = explained(world, chfw, mine, "--events", path)
    assert "in-triage" in said
    assert "`defect_triage` is cleared" in said
    assert "hold `in-triage` does not apply" in explained(world, chfw, free, "--events", path)


def test_private_flags_and_flags_of_events_meet(flagged: World, chfw: Chfw) -> None:
    """RU5: a Supplier's attributes keep their own columns and flags beside what it flags by an event."""
    world = flagged
    rules = RULES.replace('flags has "defect_triage"', 'flags has all ["defect_triage", "vip"] and my.tier == "gold"')
    (world.folder / "rules" / "NWND.rules.yaml").write_text(rules, encoding="utf-8")
    before = plan(world, chfw, AS_OF)
    one, two = [guid for guid in own(world) if before[guid]["import_rule"] == "all-of-them"][:2]
    table = world.table("own.csv", ("guid", "flags", "tier"), (one, "vip", "gold"))
    path = events(world, flag(1, guid=one, party="NWND"), flag(2, guid=two, party="NWND"))
    more = ("--events", path, "--attributes", f"NWND={table}")
    rows = plan(world, chfw, AS_OF, *more)
    assert rows == plan(world, chfw, AS_OF, *more, engine="reference")
    assert (rows[one]["import_rule"], rows[two]["import_rule"]) == ("in-triage", "all-of-them")


def publish(world: World, at: str) -> dict[str, dict[str, str]]:
    world.done(
        "publish", "--release", "CH-1", "--estate", world.folder / "estate.csv", "--rules", world.folder / "rules",
        at=at,
    )  # fmt: skip
    return {row["guid"]: row for row in status(world)}


def test_a_plan_from_the_ledger_knows_the_flags_that_were_observed(flagged: World) -> None:
    """RU5, I8: what the DCC flags holds for all, what another Supplier flags for nobody but itself."""
    world = flagged
    one, two, free = [guid for guid in own(world) if not _of_model(world, guid)][:3]
    said = events(world, flag(1, guid=one), flag(2, guid=two))
    world.done("observe", said, "--as", "DCC", at="2026-01-13T09:00:00Z")
    shown = publish(world, PLANNED)
    assert (shown[one]["basis"], shown[two]["basis"]) == ("DCC_DEFAULT", "DCC_DEFAULT")
    assert shown[free]["basis"] == "SOLE_SUPPLIER"
    cleared = events(world, {**flag(3, "flag_cleared", guid=two), "at": "2026-01-16T09:00:00Z"}, name="cleared.jsonl")
    world.done("observe", cleared, "--as", "DCC", at="2026-01-17T09:00:00Z")
    shown = publish(world, "2026-01-18T09:00:00Z")
    assert (shown[one]["basis"], shown[two]["basis"]) == ("DCC_DEFAULT", "SOLE_SUPPLIER")


def _of_model(world: World, guid: str) -> bool:
    with (world.folder / "estate.csv").open(encoding="utf-8", newline="") as file:
        return any(row["guid"] == guid and row["device_model"] == "54311F52" for row in csv.DictReader(file))


def test_a_plan_from_the_ledger_knows_what_ends_holds_of_rule_files(flagged: World) -> None:
    """RU1: an observed event releases a rule file's hold, as one in a file of events does."""
    world = flagged
    guid = next(guid for guid in own(world) if _of_model(world, guid))
    assert publish(world, PLANNED)[guid]["basis"] == "DCC_DEFAULT"
    passed = {"at": "2026-01-16T09:00:00Z", "type": "test_passed", "ref": "lab-7"}
    world.done("observe", events(world, {"seq": 1, **passed}), "--as", "CLDR", at="2026-01-17T09:00:00Z")
    assert publish(world, "2026-01-18T09:00:00Z")[guid]["basis"] == "DCC_DEFAULT"  # another's test is not its own
    world.done("observe", events(world, {"seq": 1, **passed}), "--as", "NWND", at="2026-01-19T09:00:00Z")
    assert publish(world, "2026-01-20T09:00:00Z")[guid]["basis"] == "SOLE_SUPPLIER"


def test_tests_of_rules_know_flags_that_events_raise(chfw: Chfw, tmp_path: Path) -> None:
    """RU5, NF3: a `defect_flagged` among what is given puts the flag on the hub, from then on."""
    (tmp_path / "own.rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "own.tests.yaml").write_text(
        """
tests_for: own.rules.yaml
as_of: 2026-02-10T09:00:00Z
release: {device_models: ["433100AC"], firmware_version: "0D050002", notified_on: 2026-01-05, automatic_on: 2026-07-05}
tests:
  - name: flagged by an event
    hub: {firmware_version: "0C000000"}
    given: [{at: 2026-02-09, event: defect_flagged, flag: defect_triage}]
    expect:
      - {as_of: 2026-02-08, outcome: instruct}
      - {outcome: held, by: in-triage}
""",
        encoding="utf-8",
    )
    ran = chfw("rules", "test", tmp_path)
    assert ran.code == 0, ran.out + ran.err
