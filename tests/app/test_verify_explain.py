"""`chfw verify` and `chfw explain` on a plan of the small world."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_app.demo.interesting import Found, interesting_hubs
from chfw_app.demo.prepare import DemoFiles
from chfw_app.explaining.guid_index import IndexWriter, find_rows, index_path
from chfw_core.model.guid import format_guid
from tests.app.helpers import Chfw, inputs


@pytest.fixture
def schedule(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> Path:
    out = tmp_path / "plan.parquet"
    words = ["--out", str(out), "--instructions-out", str(tmp_path / "decided.parquet")]
    assert chfw("plan", *inputs(world), *words).code == 2
    return out


@pytest.fixture
def hubs(world: DemoFiles, schedule: Path) -> list[Found]:
    return list(interesting_hubs(world.estate, schedule, schedule.with_name("decided.parquet")))


def test_a_plan_holds(chfw: Chfw, world: DemoFiles, schedule: Path) -> None:
    ran = chfw("verify", *inputs(world), "--schedule", schedule)
    assert ran.code == 0, ran.out
    assert "nothing wrong" in ran.out


def test_a_moved_hub_does_not_pass(chfw: Chfw, world: DemoFiles, schedule: Path, tmp_path: Path) -> None:
    table = pq.read_table(schedule)
    days = table.column("day").to_pylist()
    at = next(n for n, basis in enumerate(table.column("basis").to_pylist()) if basis == "BOTH_SUPPLIERS")
    days[at] -= timedelta(days=400)
    moved = tmp_path / "moved.parquet"
    pq.write_table(table.set_column(table.schema.get_field_index("day"), "day", pa.array(days, pa.date32())), moved)
    ran = chfw("verify", *inputs(world), "--schedule", moved, "--json")
    assert ran.code == 3
    told = json.loads(ran.out)
    assert not told["holds"]
    assert told["violations"]


def test_hours_in_a_list_of_instructions_are_planned_and_verified(
    chfw: Chfw, world: DemoFiles, schedule: Path, tmp_path: Path
) -> None:
    """BR3.1, NF4: from the file's column on; a plan that was made without it does not hold."""
    before = world.instructions.read_text(encoding="utf-8").splitlines()
    said = tmp_path / "instructions.csv"
    said.write_text("\n".join([f"{before[0]},window", *(f"{row},sun 02:00-04:00" for row in before[1:]), ""]), "utf-8")
    planned = tmp_path / "hours" / "plan.parquet"
    planned.parent.mkdir()
    given = inputs(world, instructions=said)
    assert chfw("plan", *given, "--out", planned).code == 2
    assert chfw("verify", *given, "--schedule", planned).code == 0
    ran = chfw("verify", *given, "--schedule", schedule)
    assert ran.code == 3
    assert "window" in ran.out


def test_a_schedule_that_is_none(chfw: Chfw, world: DemoFiles) -> None:
    ran = chfw("verify", *inputs(world), "--schedule", world.estate)
    assert ran.code == 1
    assert len(ran.problems) == 1


def test_verifying_with_a_region_without_capacity_has_no_result(
    chfw: Chfw, world: DemoFiles, schedule: Path, tmp_path: Path
) -> None:
    release = tmp_path / "release.yaml"
    text = world.release.read_text(encoding="utf-8")
    release.write_text(re.sub("North: [0-9]+, ", "", text, count=1), encoding="utf-8")
    ran = chfw("verify", *inputs(world, release=release), "--schedule", schedule)
    assert ran.code == 3
    assert len(ran.problems) == 1


def test_three_hubs_are_worth_explaining(hubs: list[Found]) -> None:
    assert len(hubs) == 3
    assert len({found.guid for found in hubs}) == 3


def test_an_explanation_tells_the_whole_story(chfw: Chfw, world: DemoFiles, schedule: Path, hubs: list[Found]) -> None:
    both, waiting, alone = (
        chfw("explain", *inputs(world), "--schedule", schedule, "--guid", found.guid) for found in hubs
    )
    assert both.code == waiting.code == alone.code == 0
    assert "BOTH_SUPPLIERS" in both.out
    assert "missing acts" in waiting.out
    assert "the DCC's date" in alone.out


def test_a_supplier_is_never_told_who_the_other_is(
    chfw: Chfw, world: DemoFiles, schedule: Path, hubs: list[Found]
) -> None:
    waiting = next(found for found in hubs if found.seen_by)
    words = [*inputs(world), "--schedule", schedule, "--guid", waiting.guid]
    everything = json.loads(chfw("explain", *words, "--json").out)
    names = [side["party"] for side in everything["suppliers"]]
    other = next(name for name in names if name != waiting.seen_by)
    ran = chfw("explain", *words, "--as", waiting.seen_by)
    assert ran.code == 0
    assert str(waiting.seen_by) in ran.out
    assert other not in ran.out + ran.err
    told = json.loads(chfw("explain", *words, "--as", waiting.seen_by, "--json").out)
    assert [side["party"] for side in told["suppliers"]] == [waiting.seen_by]
    assert told["resolution"]["second_supplier_instructed"] is False
    assert other not in json.dumps(told)


def test_a_hub_is_explained_without_a_schedule_and_in_lower_case(
    chfw: Chfw, world: DemoFiles, hubs: list[Found]
) -> None:
    ran = chfw("explain", *inputs(world), "--guid", hubs[0].guid.lower())
    assert ran.code == 0
    assert f"hub {hubs[0].guid}" in ran.out


@pytest.mark.parametrize(
    ("guid", "code", "says"),
    [("88-73-84-90-6A-10-02-ZZ", 1, "is not a GUID"), ("01-23-45-67-89-AB-CD-EF", 3, "the estate has no hub")],
)
def test_a_hub_that_is_not_there(chfw: Chfw, world: DemoFiles, guid: str, code: int, says: str) -> None:
    ran = chfw("explain", *inputs(world), "--guid", guid)
    assert ran.code == code
    assert says in ran.err
    assert len(ran.problems) == 1


def test_the_index_is_a_hint_and_never_the_truth(
    chfw: Chfw, world: DemoFiles, schedule: Path, hubs: list[Found]
) -> None:
    words = ["explain", *inputs(world), "--schedule", schedule, "--guid", hubs[0].guid]
    told = chfw(*words).out
    index = index_path(schedule)
    for damage in (b"", b"CHFWIDX1", b"CHFWIDX1" + b"\xff" * 100, index.read_bytes()[:-50]):
        index.write_bytes(damage)
        assert chfw(*words).out == told
    index.unlink()
    assert chfw(*words).out == told


def test_the_index_names_the_row_of_every_hub(tmp_path: Path) -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    parts = [rng.integers(0, 2**64, size, dtype=np.uint64) for size in (5_000, 1, 0, 700)]
    path = tmp_path / "x.index"
    with path.open("wb") as file:
        writer = IndexWriter(file)
        for part in parts:
            writer.add(part)
    every = np.concatenate(parts)
    for row in (0, 1, 4_999, 5_000, 5_001, 5_700):
        assert row in find_rows(path, int(every[row]))
    misses = sum(len(list(find_rows(path, guid))) for guid in range(1_000))
    assert misses < 50


def test_a_row_of_another_plan_is_not_explained_as_if_it_were_of_this_one(
    chfw: Chfw, world: DemoFiles, schedule: Path, hubs: list[Found], tmp_path: Path
) -> None:
    """NF1: a plan made with a pause, explained without it: the story says so, with exit code 2."""
    events = tmp_path / "paused.jsonl"
    events.write_text('{"seq": 1, "at": "2026-01-10T09:00:00Z", "type": "release_paused"}\n', encoding="utf-8")
    words = ["--schedule", schedule, "--guid", hubs[0].guid]
    ran = chfw("explain", *inputs(world, events=events), *words)
    assert ran.code == 2
    assert "this row is not what these inputs give" in ran.out
    assert "its status is planned, and these inputs give held" in ran.out
    assert f"the row in `{schedule}` is not what these inputs give" in ran.err
    told = json.loads(chfw("explain", *inputs(world, events=events), *words, "--json").out)
    assert told["of_other_inputs"] == ["its status is planned, and these inputs give held"]
    assert chfw("explain", *inputs(world), *words).code == 0


def test_how_full_the_earlier_days_are(chfw: Chfw, world: DemoFiles, schedule: Path) -> None:
    """NF1, G5: counted in the schedule, for the DCC alone (PR3)."""
    table, estate = pq.read_table(schedule, columns=["guid", "day"]), pq.read_table(world.estate)
    regions = dict(zip(estate.column("guid").to_pylist(), estate.column("csp_region").to_pylist(), strict=True))
    rows = [(guid, day) for guid, day in zip(*table.to_pydict().values(), strict=True) if day is not None]
    words = ("--schedule", schedule, "--loads", "--json")
    told: list[dict[str, object]] = []
    for guid, _ in rows[:60]:
        ran = chfw("explain", *inputs(world), *words, "--guid", format_guid(guid))
        assert ran.code == 0, ran.err
        told = json.loads(ran.out)["outcome"]["earlier_loads"]
        if told:
            break
    assert told
    for one in told:
        same = [g for g, day in rows if regions[g] == regions[guid] and day.isoformat() == one["day"]]
        assert one["hubs"] == len(same)
    text = chfw("explain", *inputs(world), "--schedule", schedule, "--loads", "--guid", format_guid(guid)).out
    assert "full in its region" in text or "not full" in text
    ran = chfw("explain", *inputs(world), *words, "--guid", format_guid(guid), "--as", "NWND")
    assert (ran.code, "leave out --as" in ran.err) == (1, True)
    assert chfw("explain", *inputs(world), "--loads", "--guid", format_guid(guid)).code == 1
