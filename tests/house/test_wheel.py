"""Looks into the built wheel: every package is in it, and nothing else lands in anybody's site-packages."""

import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "chfw_app": "chfw_app",
    "chfw_core": "chfw_core",
    "chfw_emulator": "emulator/chfw_emulator",
    "chfw_files": "transports/chfw_files",
    "chfw_rulesets": "rulesets/chfw_rulesets",
}
LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


def test_the_top_level_is_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(SOURCES)


@pytest.mark.parametrize("package", SOURCES)
def test_every_file_of_a_package_is_in_the_wheel(wheel: zipfile.ZipFile, package: str) -> None:
    source = ROOT / SOURCES[package]
    expected = {
        f"{package}/{path.relative_to(source).as_posix()}"
        for path in source.rglob("*")
        if path.is_file() and not LEFT_OUT.intersection(path.parts)
    }
    assert f"{package}/py.typed" in expected
    assert expected <= set(wheel.namelist())


def test_the_wheel_is_for_every_machine(wheel: zipfile.ZipFile) -> None:
    assert wheel.filename is not None
    assert wheel.filename.endswith("-py3-none-any.whl")


def test_the_command_and_the_licence_are_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    names = {name.split(".dist-info/")[-1]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "chfw = chfw_app.cli:main" in wheel.read(names["entry_points.txt"]).decode()
    assert "licenses/LICENSE" in names


def test_a_plain_install_asks_for_nothing_that_needs_a_compiler(metadata: Message) -> None:
    required = metadata.get_all("Requires-Dist") or []
    plain = [requirement for requirement in required if "extra ==" not in requirement]
    assert plain
    assert not any("durable" in requirement for requirement in plain)
