"""Inputs that have no effect on a plan are told of: whoever wrote them believes that they have one."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import Chfw, inputs, write_csv

GUID = "88-73-84-90-6A-10-02-DB"
MANUAL = """\
rules: v1
owner: DCC
hold:
  - {id: wait, because: x, when: 'csp_region == "North"', until: manual}
"""
Find = Callable[..., list[str]]


@pytest.fixture
def find(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> Find:
    """The findings of one code in a plan of the small world with these events."""

    def call(code: str, *lines: str, **replaced: object) -> list[str]:
        events = tmp_path / "events.jsonl"
        events.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        words = inputs(world, **{"events": events, "instructions": None, "attributes": None, **replaced})
        ran = chfw("plan", *words, "--out", tmp_path / "plan.parquet", "--json")
        found = [f["message"] for f in json.loads(ran.out)["findings"] if f["code"] == code]
        assert ran.code == 2 or not found, ran.err
        return found

    return call


def event(seq: int, kind: str, **more: object) -> str:
    return json.dumps({"seq": seq, "at": f"2026-01-14T08:00:{seq:02d}Z", "type": kind, **more})


def change(seq: int, leaves: str | None, joins: str) -> str:
    more = {"guid": GUID, "role": "gas", "from": leaves, "to": joins, "effective": "2026-03-05"}
    return event(seq, "change_of_supplier_started", **more)


def with_release(world: DemoFiles, path: Path, **changes: object) -> Path:
    """The release of the small world with other lines."""
    known = {**yaml.load(world.release.read_text(encoding="utf-8"), yaml.BaseLoader), **changes}
    path.write_text(json.dumps(known), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"device_models": ["FFFFFFFF"]}, "the release is not for device model "),
        ({"upgrade_from": ["FFFFFFFE"]}, "needs FFFFFFFE first"),
    ],
)
def test_a_release_for_no_hub_is_a_finding(
    find: Find, world: DemoFiles, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    (message,) = find("nobody-eligible", release=with_release(world, tmp_path / "release.yaml", **changes))
    assert message.startswith("the release is for no hub of the estate: ")
    assert why in message


@pytest.mark.parametrize(("upgrade_from", "told"), [(["FFFFFFFE"], True), (None, False)])
def test_hubs_that_run_the_release_already_hide_no_others_that_cannot_take_it(
    find: Find, world: DemoFiles, tmp_path: Path, upgrade_from: list[str] | None, told: bool
) -> None:
    table = pq.read_table(world.estate)
    models = set(yaml.load(world.release.read_text(encoding="utf-8"), yaml.BaseLoader)["device_models"])
    version = yaml.load(world.release.read_text(encoding="utf-8"), yaml.BaseLoader)["firmware_version"]
    rows = table.to_pylist()
    for at, row in enumerate(rows):  # in the end all hubs of the models run it, or all but some
        if row["device_model"] in models and (upgrade_from is None or at % 2):
            row["firmware_version"] = version
    estate = tmp_path / "estate.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), estate)
    changes = {} if upgrade_from is None else {"upgrade_from": upgrade_from}
    found = find("nobody-eligible", estate=estate, release=with_release(world, tmp_path / "release.yaml", **changes))
    assert bool(found) == told
    assert all("needs FFFFFFFE first" in message for message in found)


def test_a_release_for_some_hubs_is_none(find: Find) -> None:
    assert find("nobody-eligible") == []


@pytest.mark.parametrize(("opens", "closes"), [("2027-12-24", "2028-01-02"), ("2025-12-24", "2026-01-02")])
def test_a_black_out_when_nothing_can_go_is_a_finding(
    find: Find, world: DemoFiles, tmp_path: Path, opens: str, closes: str
) -> None:
    days = [{"from": opens, "to": closes}, {"from": "2026-03-01", "to": "2026-03-02"}]
    (message,) = find("blackout-unused", release=with_release(world, tmp_path / "release.yaml", blackouts=days))
    assert message.startswith(f"the black-out from {opens}")
    assert message.endswith("no effect")


def test_capacity_of_a_region_without_hubs_is_a_finding(find: Find, tmp_path: Path) -> None:
    # G5: SMETS1 is a region of DUIS that this estate does not have.
    rows = [("csp_region", "day", "hubs"), ("SMETS1", "2026-03-01", 5), ("North", "2026-03-01", 5)]
    found = find("capacity-unused", capacity=write_csv(tmp_path / "capacity.csv", rows))
    assert found == ["1 figure of the capacity file for `SMETS1`, of which the estate has no hub: no effect"]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], True),
        ([event(1, "release_paused", csp_region="North")], True),
        ([event(1, "release_paused", party="NWND")], True),
        ([event(1, "release_paused", csp_region="South")], False),
        ([event(1, "release_paused")], False),
        ([event(1, "release_paused", device_model="433100AC")], False),
    ],
)
def test_a_resumption_where_nothing_is_paused_is_a_finding(find: Find, before: list[str], told: bool) -> None:
    found = find("event-without-effect", *before, event(2, "release_resumed", csp_region="South"))
    says = "1 event `release_resumed` with no pause before it that it could end: no effect (event 2)"
    assert found == ([says] if told else [])


def test_a_resumption_that_ends_a_manual_hold_is_none(find: Find, tmp_path: Path) -> None:
    rules = tmp_path / "DCC.rules.yaml"
    rules.write_text(MANUAL, encoding="utf-8")
    assert find("event-without-effect", event(2, "release_resumed"), rules=rules) == []


def test_a_change_of_supplier_to_the_same_one_is_a_finding(find: Find) -> None:
    found = find("change-to-itself", change(1, "NWND", "NWND"), change(2, "NWND", "BRKW"))
    assert found == ["1 change of Supplier from `NWND` to itself (event 1): one of the two is a slip"]


@pytest.mark.parametrize(("to", "hint"), [("ZZZZ", ""), ("BRKV", " (did you mean `BRKW`?)")])
def test_a_change_to_a_supplier_that_the_estate_does_not_name_is_a_finding(find: Find, to: str, hint: str) -> None:
    # CS3: such a Supplier has no rules, so its hubs go on the DCC's date.
    found = find("unknown-party", change(1, "NWND", to), change(2, "NWND", "BRKW"))
    assert found == [f"1 change of Supplier to `{to}`, which the estate does not name{hint}"]


def test_a_mass_period_of_centuries_is_a_slip(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    release = with_release(world, tmp_path / "release.yaml", mass_period={"days": 400000})
    ran = chfw("plan", *inputs(world, release=release), "--out", tmp_path / "plan.parquet")
    assert ran.code == 3
    assert "`400000` is more than 3660" in ran.err


def test_a_column_of_instructions_that_nobody_reads_is_noted(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> None:
    """NF1: as with attributes that no rule reads; the plan is the same."""
    heading, *rows = world.instructions.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "recorded.csv"
    path.write_text("\n".join([f"{heading},rule_id", *(f"{row},early" for row in rows), ""]), encoding="utf-8")
    ran = chfw("plan", *inputs(world, instructions=path), "--out", tmp_path / "plan.parquet", "--json")
    plain = chfw("plan", *inputs(world), "--out", tmp_path / "plain.parquet", "--json")
    notes, before = (json.loads(one.out)["notes"] for one in (ran, plain))
    hint = "" if "rule" in heading.split(",") else " (did you mean `rule`?)"
    assert [note for note in notes if note not in before] == [f"`recorded.csv`: the column `rule_id` is not read{hint}"]
    assert (tmp_path / "plan.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()
