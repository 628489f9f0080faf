"""No output ever takes the place of an input, or of another output."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import Chfw, inputs, left_in, write_csv
from tests.app.test_bad_inputs import ESTATE_HEADER, row


@pytest.fixture
def own(world: DemoFiles, tmp_path: Path) -> DemoFiles:
    """A copy of the small world."""
    where = DemoFiles(folder=tmp_path / "own")
    shutil.copytree(world.folder, where.folder)
    return where


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ({"--out": "estate.parquet"}, "--out would overwrite --estate"),
        ({"--out": "rules/../instructions.csv"}, "--out would overwrite --instructions"),
        ({"--out": "p.csv", "--instructions-out": "instructions.csv"}, "--instructions-out would overwrite --instr"),
        ({"--out": "p.csv", "--instructions-out": "linked.csv"}, "--instructions-out would overwrite --capacity"),
        ({"--out": "p.csv", "--instructions-out": "NWND.attributes.csv"}, "would overwrite --attributes"),
        ({"--out": "p.csv", "--report": "release.yaml"}, "is not .html"),
        ({"--out": "p.csv", "--report": "p.htm"}, "is not .html"),
        ({"--out": "p.csv", "--instructions-out": "./p.csv"}, "--out and --instructions-out would be written to"),
        ({"--out": "p.csv", "--instructions-out": "p.refused.csv"}, "refused instructions beside --out would be"),
    ],
)
def test_an_output_never_replaces_an_input(own: DemoFiles, chfw: Chfw, outputs: dict[str, str], says: str) -> None:
    (own.folder / "linked.csv").symlink_to(own.capacity)
    before = {path: path.read_bytes() for path in own.folder.rglob("*") if path.is_file()}
    words = [word for option, name in outputs.items() for word in (option, str(own.folder / name))]
    ran = chfw("plan", *inputs(own), *words)
    assert (ran.code, len(ran.problems)) == (1, 1), ran.err
    assert says in ran.err
    assert {path: path.read_bytes() for path in own.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["p.refused.csv", "p.quarantine.csv"])
def test_names_that_follow_from_the_schedule_are_outputs_too(own: DemoFiles, chfw: Chfw, name: str) -> None:
    held = own.folder / name
    shutil.copyfile(own.instructions, held)
    ran = chfw("plan", *inputs(own, instructions=held), "--out", own.folder / "p.csv")
    assert ran.code == 1
    assert "beside --out would overwrite --instructions" in ran.err
    assert held.exists()


def test_a_preview_never_replaces_its_estate(own: DemoFiles, chfw: Chfw) -> None:
    before = own.estate.read_bytes()
    words = ["--estate", own.estate, "--release", own.release, "--as-of", "2026-01-15", "--out", own.estate]
    ran = chfw("rules", "preview", own.rules / "KELP.rules.yaml", *words)
    assert ran.code == 1
    assert "--out would overwrite --estate" in ran.err
    assert own.estate.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_every_output_has_the_mode_that_the_umask_gives(world: DemoFiles, chfw: Chfw, tmp_path: Path) -> None:
    rows = [ESTATE_HEADER, row("88-73-84-90-6A-10-02-DB"), row("nonsense")]
    estate = write_csv(tmp_path / "estate.csv", rows)
    folder = tmp_path / "out"
    folder.mkdir()
    mask = os.umask(0o027)
    try:
        words = inputs(world, estate=estate, attributes=None)
        outputs = ["--out", folder / "p.parquet", "--instructions-out", folder / "d.csv", "--report", folder / "p.html"]
        assert chfw("plan", *words, *outputs).code == 2
    finally:
        os.umask(mask)
    assert len(left_in(folder)) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o640}


@pytest.mark.parametrize(("name", "says"), [(".", "`.`: no extension"), ("plan", "`plan`: no extension")])
def test_a_place_without_a_name_of_its_own_is_named_as_it_was_typed(
    world: DemoFiles, chfw: Chfw, name: str, says: str
) -> None:
    ran = chfw("plan", *inputs(world), "--out", name)
    assert ran.code == 1
    assert f"--out: {says}, and it is to be .parquet or .csv or .jsonl or .xlsx" in ran.err
