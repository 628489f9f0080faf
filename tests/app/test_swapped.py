"""Documents under the wrong option, and rule files under the wrong name, are told of in one line each."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import Chfw, inputs, installed, left_in


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "plan.parquet"


def test_a_release_and_a_rule_file_that_are_swapped(chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path) -> None:
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text("# Northwind's\n" + installed("NWND.rules.yaml"), encoding="utf-8")
    ran = chfw("plan", *inputs(world, release=rules, rules=world.release), "--out", out)
    assert ran.code == 1
    assert f"`{rules}` is a rule file, not a release\n  hint: --rules takes it" in ran.err
    assert f"`{world.release}` is a release, not a rule file\n  hint: --release takes it" in ran.err
    assert len(ran.problems) == 2
    assert left_in(out.parent) == []


@pytest.mark.parametrize(
    ("option", "what"), [("release", "a release"), ("rules", "a rule file"), ("events", "a file of events")]
)
def test_a_table_is_none_of_the_others(chfw: Chfw, world: DemoFiles, out: Path, option: str, what: str) -> None:
    ran = chfw("plan", *inputs(world, **{option: world.instructions}), "--out", out)
    assert (ran.code, len(ran.problems)) == (1, 1), ran.err
    assert f"`{world.instructions}` is a table, not {what}" in ran.err


def test_events_of_which_no_line_is_json_are_no_events(chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.txt"
    events.write_text("guid,party\n88-73-84-90-6A-10-02-DB,NWND\n", encoding="utf-8")
    ran = chfw("plan", *inputs(world, events=events), "--out", out)
    assert (ran.code, len(ran.problems)) == (1, 1), ran.err
    assert f"no line of `{events}` is JSON, as an event is" in ran.err
    assert left_in(out.parent) == []


@pytest.mark.parametrize("name", ["b.yaml", "b.rules.yml", "b.Rules.yaml"])
def test_a_rule_file_that_a_folder_would_pass_over_is_an_error(
    chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "NWND.rules.yaml").write_text(installed("NWND.rules.yaml"), encoding="utf-8")
    (folder / "release.yaml").write_text(world.release.read_text(encoding="utf-8"), encoding="utf-8")
    assert chfw("rules", "check", folder).code in (0, 2)
    (folder / name).write_text(installed("BRKW.rules.yaml"), encoding="utf-8")
    for command in (("plan", *inputs(world, rules=folder), "--out", out), ("rules", "check", folder)):
        ran = chfw(*command)
        assert ran.code not in (0, 2)
        assert f"`{folder / name}` is a rule file whose name does not end in `.rules.yaml`" in ran.err
        assert "rename it, such as to `b.rules.yaml`" in ran.err


@pytest.mark.parametrize("name", ["n4.yaml", "DCC.txt", "n4.rules.yml"])
def test_no_rule_file_is_begun_under_a_name_that_no_folder_finds(chfw: Chfw, tmp_path: Path, name: str) -> None:
    ran = chfw("rules", "new", "pilot", "--out", tmp_path / name)
    assert ran.code == 1
    assert f"`{tmp_path / name}` does not end in `.rules.yaml`" in ran.err
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("engine", ["columnar", "reference"])
def test_an_estate_without_a_good_row_names_its_quarantine_file(
    chfw: Chfw, world: DemoFiles, out: Path, tmp_path: Path, engine: str
) -> None:
    table = pq.read_table(world.estate).slice(0, 3)
    models = pa.array(["E"] * 3)
    estate = tmp_path / "estate.parquet"
    pq.write_table(table.set_column(table.schema.get_field_index("device_model"), "device_model", models), estate)
    ran = chfw("plan", *inputs(world, estate=estate, attributes=None), "--out", out, "--engine", engine)
    assert ran.code == 3
    (left,) = left_in(out.parent)
    assert f"see `{out.parent / left}` for what is wrong with them" in ran.err
