"""Hubs that rules exclude are known to the ledger as excluded, from plan to plan (RU8, NF7)."""

import csv
from typing import Any

from sqlalchemy import or_, select

from chfw_app.rollout.opening import open_ledger
from chfw_app.stores.tables import hub
from chfw_core.model.guid import format_guid
from tests.app.rollout.test_cli import PLANNED, World
from tests.app.rollout.test_cli import RULES as WHOLE_RULES
from tests.app.rollout.test_cli import estate as estate
from tests.app.rollout.test_cli import world as world
from tests.app.rollout.test_cli_triggers import own

EXCLUDE = """
exclude:
  - id: at-risk
    because: No early date for this model
    when: device_model == "433100AC"
decide:"""
RULES = WHOLE_RULES.replace("\ndecide:", EXCLUDE)
PERIOD = ("--role", "import", "--opens", "2026-02-20", "--closes", "2026-03-20")


def publish(world: World, rules: str, at: str) -> dict[str, Any]:
    (world.folder / "rules" / "NWND.rules.yaml").write_text(rules, encoding="utf-8")
    where = ("--estate", world.folder / "estate.csv", "--rules", world.folder / "rules")
    return world.done("publish", "--release", "CH-1", *where, at=at)


def of_model(world: World) -> list[str]:
    with (world.folder / "estate.csv").open(encoding="utf-8", newline="") as file:
        named = {row["guid"] for row in csv.DictReader(file) if row["device_model"] == "433100AC"}
    return [guid for guid in own(world) if guid in named]


def test_an_instruction_for_a_hub_that_the_published_rules_exclude_is_refused(world: World) -> None:
    """RU8, BR5.2: with the rule; another version of the file lifts it, and another Supplier is told nothing."""
    world.notified()
    publish(world, RULES, PLANNED)
    guid = of_model(world)[0]
    words = ("instruct", "--release", "CH-1", "--as", "NWND", "--guid", guid, *PERIOD)
    refused = world.done(*words, at="2026-01-16T09:00:00Z", code=2)["answers"][0]["refused_hubs"][0]
    assert refused["code"] == "excluded"
    assert "at-risk" in refused["reason"]
    # Published again, nothing is said anew.
    again = publish(world, RULES, "2026-01-17T09:00:00Z")
    assert not [one for answer in again["answers"] for one in answer["taken"] if one["what"] == "exclusions_set"]
    lifted = publish(world, RULES.replace("433100AC", "00000000"), "2026-01-18T09:00:00Z")
    told = [one["hubs"] for answer in lifted["answers"] for one in answer["taken"] if one["what"] == "exclusions_set"]
    mine = or_(hub.c.import_supplier == "NWND", hub.c.gas_supplier == "NWND")
    assert sum(told) == len(world.hubs(mine, hub.c.device_model == "433100AC"))
    taken = world.done(*words, at="2026-01-19T09:00:00Z")["answers"][0]["taken"]
    assert taken == [{"what": "instructions_accepted", "hubs": 1}]


def test_a_plan_without_a_suppliers_files_lifts_nothing(world: World) -> None:
    world.notified()
    publish(world, RULES, PLANNED)
    (world.folder / "rules" / "NWND.rules.yaml").unlink()
    guid = of_model(world)[0]
    alone = ("publish", "--release", "CH-1", "--estate", world.folder / "estate.csv")
    world.done(*alone, at="2026-01-17T09:00:00Z", code=2)  # what its rules instructed stands beside the DCC's date
    words = ("instruct", "--release", "CH-1", "--as", "NWND", "--guid", guid, *PERIOD)
    assert world.done(*words, code=2)["answers"][0]["refused_hubs"][0]["code"] == "excluded"


def test_a_schedule_of_some_hubs_takes_no_day_from_the_others(world: World) -> None:
    """I13: and says how many keep theirs."""
    world.notified()
    everything = publish(world, RULES, PLANNED)
    assert everything["keeping"] == 0
    before = {guid: day for guid, day in days(world).items() if day is not None}
    some = world.folder / "some.csv"
    files = ("--estate", world.folder / "estate.csv", "--release", world.folder / "release.yaml")
    out = world.folder / "plan.csv"
    made = world.chfw("plan", *files, "--rules", world.folder / "rules", "--as-of", PLANNED, "--out", out)
    assert made.code in (0, 2)
    head, *rows = out.read_text(encoding="utf-8").splitlines()
    chosen = [row for row in rows if row.split(",")[0] in before and ",planned," in row][:10]
    some.write_text("\n".join([head, *chosen, ""]), encoding="utf-8")
    done = world.done("publish", "--release", "CH-1", "--schedule", some, at="2026-01-15T10:00:00Z")
    assert done["keeping"] == len(before) - len(chosen)
    assert days(world) == before
    said = world.rollout("publish", "--release", "CH-1", "--schedule", some, at="2026-01-15T11:00:00Z")
    assert f"{len(before) - len(chosen)} hubs without a new day" in said.err + said.out


def days(world: World) -> dict[str, object]:
    """The day of each hub that has one."""
    with open_ledger(str(world.store)) as store, store.read() as connection:
        rows = connection.execute(select(hub.c.guid, hub.c.day).where(hub.c.day.is_not(None))).all()
    return {format_guid(row.guid): row.day for row in rows}
