"""`chfw schedule diff` on two plans of the small world (NF2)."""

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chfw_app.cli import run
from chfw_app.demo.prepare import DemoFiles
from chfw_core.engines.schedules.steps import ASPECTS, Move
from chfw_core.model.guid import parse_guid
from chfw_core.planning.model import SCHEDULE_COLUMNS
from tests.app.helpers import Chfw, inputs, left_in

PARTY = "NWND"


@pytest.fixture(scope="module")
def plans(world: DemoFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `old.parquet`, and `new.parquet` of rules of which one Supplier's have changed."""
    folder = tmp_path_factory.mktemp("plans")
    rules = folder / "rules"
    shutil.copytree(world.rules, rules)
    file = next(rules.rglob(f"{PARTY}.rules.yaml"))
    file.write_text(f"rules: v1\nowner: {PARTY}\ndecide:\n{RULE}", encoding="utf-8")
    for name, given in (("old", world.rules), ("new", rules)):
        assert run(["plan", *inputs(world, rules=given), "--out", str(folder / f"{name}.parquet")]) == 2
    return folder


RULE = "  - {id: everything, because: x, when: otherwise, then: leave_to_dcc}\n"


def test_the_same_plan_twice_has_no_difference(chfw: Chfw, world: DemoFiles, plans: Path) -> None:
    for more in ([], ["--estate", world.estate], ["--estate", world.estate, "--as", PARTY]):
        ran = chfw("schedule", "diff", plans / "old.parquet", plans / "old.parquet", *more)
        assert ran.code == 0, ran.err
        assert "no hub differs" in ran.out


def test_what_a_new_rule_file_makes_of_a_plan(chfw: Chfw, world: DemoFiles, plans: Path, tmp_path: Path) -> None:
    words = ["schedule", "diff", plans / "old.parquet", plans / "new.parquet", "--estate", world.estate]
    ran = chfw(*words, "--json", "--out", tmp_path / "hubs.parquet")
    assert ran.code == 2, ran.err
    told, rows = json.loads(ran.out), pq.read_table(tmp_path / "hubs.parquet").to_pylist()
    was, is_ = (
        {row["guid"]: row for row in pq.read_table(plans / f"{name}.parquet").to_pylist()} for name in ("old", "new")
    )
    assert {row["guid"] for row in rows} == {guid for guid, row in was.items() if row != is_[guid]}
    assert told["changed"] == len(rows) == sum(one["hubs"] for one in told["transitions"]) > 100
    assert told["hubs"] == len(was)
    assert sum(one["hubs"] for one in told["regions"]) == len(rows)
    assert sum(told["moves"].values()) == len(rows)
    by = {(one["party"], one["roles"]): one["hubs"] for one in told["suppliers"]}
    assert by[PARTY, "import"] == sum(row["import_supplier"] == PARTY != row["gas_supplier"] for row in rows)
    ours = [one for one in told["transitions"] if "everything" in one["new"]["rules"]]
    assert ours
    for one in ours:
        for example in map(parse_guid, one["examples"]):
            assert was[example]["status"] == one["old"]["status"]
            assert "everything" in (is_[example]["import_rule"], is_[example]["gas_rule"])


def test_the_page_names_every_column_and_key(chfw: Chfw, world: DemoFiles, plans: Path, tmp_path: Path) -> None:
    """`docs/reference/schedule-diff.md`, held to what is printed and written."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "schedule-diff.md").read_text(encoding="utf-8")
    words = ["schedule", "diff", plans / "old.parquet", plans / "new.parquet", "--estate", world.estate]
    names = set(ASPECTS) | {move.value for move in Move}
    for more in ([], ["--as", PARTY]):
        told = json.loads(chfw(*words, *more, "--out", tmp_path / "hubs.parquet", "--json").out)
        parts = [told, *(told[key][0] for key in ("transitions", "regions", "suppliers", "days_moved"))]
        names |= {key for part in parts for key in part}
        columns = pq.read_schema(tmp_path / "hubs.parquet").names
        names |= {name for name in columns if name[4:] not in SCHEDULE_COLUMNS}
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_a_difference_in_words(chfw: Chfw, world: DemoFiles, plans: Path, tmp_path: Path) -> None:
    words = ["schedule", "diff", plans / "old.parquet", plans / "new.parquet", "--out", tmp_path / "hubs.csv"]
    ran = chfw(*words, "--estate", world.estate)
    assert ran.code == 2
    for said in ("hubs differ", "differs in", "such as", "Days moved", "By CSP region", "By Supplier and role"):
        assert said in ran.out
    plain = chfw(*words)
    assert plain.code == 2
    assert "By CSP region" not in plain.out
    with (tmp_path / "hubs.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file))[:4] == ["guid", "differs_in", "days_moved", "old_status"]


def test_a_supplier_sees_its_own(chfw: Chfw, world: DemoFiles, plans: Path, tmp_path: Path) -> None:
    """BR3.3, I8: its own hubs, no name of anybody else, no words on both."""
    words = ["schedule", "diff", plans / "old.parquet", plans / "new.parquet", "--estate", world.estate, "--as", PARTY]
    ran = chfw(*words, "--json", "--out", tmp_path / "hubs.csv")
    assert ran.code == 2
    told = json.loads(ran.out)
    assert {one["party"] for one in told["suppliers"]} == {PARTY}
    text = (tmp_path / "hubs.csv").read_text(encoding="utf-8")
    estate = pq.read_table(world.estate, columns=["guid", "import_supplier", "gas_supplier"]).to_pylist()
    others = {row[f"{role}_supplier"] for row in estate for role in ("import", "gas")} - {PARTY, None}
    assert others
    assert not [name for name in others if name in text or name in ran.out]
    assert "reason" not in text.splitlines()[0]
    own = {row["guid"] for row in estate if PARTY in (row["import_supplier"], row["gas_supplier"])}
    assert told["hubs"] == len(own)
    assert {parse_guid(line.split(",")[0]) for line in text.splitlines()[1:]} <= own


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--as", PARTY), "--as: which hubs are its is not known"),
        (("--estate", "ESTATE", "--as", "NWNDD"), "the estate names no Supplier `NWNDD`"),
        (("--estate", "ESTATE", "--as", "DCC"), "--as takes a Supplier, and `DCC` is none"),
        (("--out", "old.parquet"), "--out would overwrite the old schedule"),
        (("--estate", "old.parquet"), "`old.parquet`: the columns"),
        (("--out", "hubs.txt"), "--out: `hubs.txt`: the extension"),
    ],
)
def test_what_cannot_be_asked(
    chfw: Chfw,
    world: DemoFiles,
    plans: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(plans)
    words = [str(world.estate) if word == "ESTATE" else word for word in more]
    ran = chfw("schedule", "diff", "old.parquet", "new.parquet", *words)
    assert ran.code == 1
    assert said in ran.err, ran.err
    assert len(ran.problems) == 1


def test_what_is_no_schedule_and_what_is_a_bad_one(chfw: Chfw, world: DemoFiles, plans: Path, tmp_path: Path) -> None:
    old, out = plans / "old.parquet", tmp_path / "hubs.csv"
    assert chfw("schedule", "diff", old, world.estate).code == 1
    table = pq.read_table(old)
    pq.write_table(table.take([0, 1, 1]), tmp_path / "twice.parquet")
    ran = chfw("schedule", "diff", old, tmp_path / "twice.parquet", "--out", out)
    assert ran.code == 3
    assert "the new schedule has two rows for" in ran.err
    assert left_in(tmp_path) == ["twice.parquet"]
    pq.write_table(table.slice(1), tmp_path / "short.parquet")
    less = chfw("schedule", "diff", old, tmp_path / "short.parquet")
    assert less.code == 2
    assert "not there" in less.out


def test_hubs_that_the_estate_lacks_are_told_of(chfw: Chfw, world: DemoFiles, plans: Path, tmp_path: Path) -> None:
    pq.write_table(pq.read_table(world.estate).slice(0, 1000), tmp_path / "few.parquet")
    ran = chfw("schedule", "diff", plans / "old.parquet", plans / "new.parquet", "--estate", tmp_path / "few.parquet")
    assert ran.code == 2
    assert "not in the estate and in no region" in ran.out
