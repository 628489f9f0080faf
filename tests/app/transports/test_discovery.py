"""Transports by name, and one of a third party: built, installed, found and held to the suite without a change here."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from chfw_app.doctor import check_up
from chfw_app.transports import discovery
from chfw_app.transports.discovery import open_transport, transports_here
from chfw_core.errors import InputError
from chfw_files.drop.transport import DropFolders
from tests.app.helpers import environment

ROOT = Path(__file__).parents[3]

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "pigeon-post"
version = "1.0"

[project.entry-points."chfw.transports"]
pigeons = "pigeon_post:open_loft"
"""
MODULE = '''
"""Pigeons: a transport that is not ours."""

from chfw_core.testing.transports.memory import MemoryTransport


class Loft(MemoryTransport):
    """Where they land."""


def open_loft(address):
    loft = Loft()
    loft.address = address
    return loft
'''
SUITE = '''
"""What a third party writes to prove its transport."""

import pytest

from chfw_app.testing import ledgers
from chfw_app.transports.discovery import open_transport, transports_here
from chfw_core.testing.transports.ends import Bench
from chfw_core.testing.transports.memory import MemoryFarEnd
from chfw_core.testing.transports.suite import TransportConformance


def test_it_is_found():
    assert "pigeons" in transports_here()


class TestPigeons(TransportConformance):
    @pytest.fixture
    def bench(self, tmp_path):
        with ledgers(tmp_path) as (direct, through):
            far_end = MemoryFarEnd(transport=open_transport("pigeons", "roof"))
            yield Bench(far_end=far_end, direct=direct, through=through)
'''


def _points(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    points = [EntryPoint(name=name, value=value, group="chfw.transports") for name, value in values.items()]
    monkeypatch.setattr(discovery, "entry_points", lambda group: points)


def test_ours_is_opened_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _points(monkeypatch, files="chfw_files.drop:open_drop")
    transport = open_transport("files", str(tmp_path))
    assert isinstance(transport, DropFolders)
    transport.close()


def test_the_metadata_of_the_distribution_names_ours() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points."chfw.transports"]\nfiles = "chfw_files.drop:open_drop"\n' in text


def test_a_name_that_is_nearly_one_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _points(monkeypatch, files="chfw_files.drop:open_drop", pigeons="nowhere:nothing")
    with pytest.raises(InputError, match="no transport `fiels`") as raised:
        open_transport("fiels", "")
    assert raised.value.hint == "did you mean `files`?"
    with pytest.raises(InputError, match="cannot be loaded"):
        open_transport("pigeons", "")
    _points(monkeypatch)
    with pytest.raises(InputError) as raised:
        open_transport("files", "")
    assert raised.value.hint == "none is installed"


def test_the_doctor_names_those_that_can_be_loaded_and_warns_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    _points(monkeypatch, files="chfw_files.drop:open_drop", pigeons="nowhere:nothing")
    found = check_up()
    assert found.facts["transports"] == "files"
    assert any("`pigeons` cannot be loaded" in warning for warning in found.warnings)


def test_what_opens_nothing_is_said_and_the_doctor_warns_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _points(monkeypatch, pigeons="chfw_core.transport.port:ENTRY_POINTS")
    with pytest.raises(InputError, match="cannot be called with an address: it is a str") as raised:
        open_transport("pigeons", "")
    assert raised.value.hint == "it is said to be `chfw_core.transport.port:ENTRY_POINTS`"
    assert any("`pigeons` cannot be loaded" in warning for warning in check_up().warnings)


def test_a_transport_of_somebody_else_is_built_installed_and_held_to_the_suite(tmp_path: Path) -> None:
    """TR5: with nothing changed here."""
    source, site = tmp_path / "source", tmp_path / "site"
    (source / "pigeon_post").mkdir(parents=True)
    (source / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (source / "pigeon_post" / "__init__.py").write_text(MODULE, encoding="utf-8")
    (source / "test_pigeons.py").write_text(SUITE, encoding="utf-8")
    alone = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    _run([sys.executable, "-m", "pip", "install", *alone, "--target", str(site), "."], source, environment())
    env = {**environment(), "PYTHONPATH": os.pathsep.join([str(site), environment()["PYTHONPATH"]])}
    options = ["-q", "-p", "no:cacheprovider", "-W", "error", "--override-ini", "addopts=", "--rootdir", str(source)]
    said = _run([sys.executable, "-m", "pytest", *options, "test_pigeons.py"], source, env)
    assert " passed" in said
    assert "failed" not in said
    shown = _run([sys.executable, "-c", "from chfw_app.cli import main; main()", "doctor", "--json"], source, env)
    assert "pigeons" in shown


def _run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_name_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = EntryPoint(name="files", value="chfw_files.drop:open_drop", group="chfw.transports")
    again = EntryPoint(name="files", value="other:thing", group="chfw.transports")
    monkeypatch.setattr(discovery, "entry_points", lambda group: [first, again])
    assert transports_here() == {"files": first}
