"""A disk that fills up: a message, the former files as they were, no trace of the new ones."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import Chfw, environment, inputs, left_in


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 64 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("extension", [".parquet", ".csv"])
def test_a_full_disk(world: DemoFiles, chfw: Chfw, small_disk: Path, extension: str) -> None:
    out = small_disk / f"plan{extension}"
    out.write_text("the former plan", encoding="utf-8")
    ran = chfw("plan", *inputs(world), "--out", out)
    assert ran.code == 1
    assert len(ran.problems) == 1
    assert f"no room left on the disk for `{out}`" in ran.err
    assert left_in(small_disk) == [out.name]
    assert out.read_text(encoding="utf-8") == "the former plan"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("more", [["--json"], []])
def test_standard_output_on_a_full_disk(world: DemoFiles, tmp_path: Path, more: list[str]) -> None:
    plan = ["plan", *inputs(world), "--out", str(tmp_path / "plan.csv"), *more]
    for words in (plan, ["rules", "check", str(world.rules), *(["--format", "json"] if more else [])]):
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            command = [sys.executable, "-c", "from chfw_app.cli import main; main()", *words]
            ran = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, env=environment(), text=True, check=False
            )
        assert ran.returncode == 1, ran.stderr
        assert ran.stderr.count("error: ") == 1
        assert "no room left on the disk for the standard output" in ran.stderr
        assert "Exception ignored" not in ran.stderr


def test_an_estate_that_does_not_fit(chfw: Chfw, small_disk: Path) -> None:
    ran = chfw("estate", "generate", "--hubs", "20000", "--seed", "1", "--out", small_disk / "estate.parquet")
    assert ran.code == 1
    assert "no room left" in ran.err
    assert left_in(small_disk) == []


def test_the_last_of_several_outputs_fails(
    world: DemoFiles, chfw: Chfw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is written last: when it does not fit, the schedule does not appear either."""

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr("chfw_app.plan_page.write.write_text", full)
    folder = tmp_path / "out"
    folder.mkdir()
    ran = chfw("plan", *inputs(world), "--out", folder / "plan.parquet", "--report", folder / "plan.html")
    assert ran.code == 1
    assert f"no room left on the disk for `{folder / 'plan.html'}`" in ran.err
    assert left_in(folder) == []
