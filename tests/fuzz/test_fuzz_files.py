"""Damaged and hostile tables are refused in a message, in time and in bounded memory: some in every run (TR4)."""

import importlib.util
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from chfw_files.sources import EXTENSIONS
from tests.fuzz.fuzz_files import HOSTILE, MEGABYTES, mutants, seeds, try_file
from tests.fuzz.fuzz_rules import ROOT

SECONDS = 120
NIGHTLY_SECONDS = int(os.environ.get("CHFW_FUZZ_SECONDS", "300"))


def run(*arguments: object, seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    """The module as a child with a limit on its memory: native code that fails takes its process with it."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.fuzz.fuzz_files", *map(str, arguments)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *map(str, (ROOT / "transports", ROOT / "emulator"))]),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done


@pytest.mark.parametrize("seed", range(2))
def test_damaged_files_are_well_received(seed: int) -> None:
    done = run("--seed", seed, "--count", 60)
    assert done.stdout.endswith("answered\n")


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_in_bounded_memory(what: str) -> None:
    run("--hostile", what)


def test_the_damage_is_worth_trying(tmp_path: Path) -> None:
    """Not all of it is unreadable, not all of it is harmless; sound files answer."""
    for extension, content in seeds(tmp_path).items():
        (tmp_path / f"sound{extension}").write_bytes(content)
        assert try_file(tmp_path / f"sound{extension}") >= 2
    answers: dict[str, list[int]] = {extension: [] for extension in EXTENSIONS}
    for extension, content in islice(mutants(7, tmp_path), 4 * 30):
        path = tmp_path / f"mutant{extension}"
        path.write_bytes(content)
        answers[extension].append(try_file(path))
    for extension, found in answers.items():
        assert any(found), extension
        assert not all(found), extension


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 104))
def test_thousands_of_damaged_files_are_well_received(seed: int) -> None:
    run("--seed", seed, "--count", 1_500, seconds=3_000)


@pytest.mark.nightly
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed: pip install 'chfw[fuzz]' (it has wheels for some Pythons on Linux only)",
)
def test_guided_fuzzing_finds_nothing() -> None:
    run("--guided", NIGHTLY_SECONDS, "--megabytes", MEGABYTES, seconds=NIGHTLY_SECONDS + 600)
