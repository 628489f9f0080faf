"""Drop folders, killed at any moment: no file is carried out twice, none is lost, none is seen half written (I9, NF6).

Every single step of a round is failed in turn, on disks and in an object store; and a process is killed outright, a
few times in every run and two hundred times for each database by `make nightly`.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from attrs import evolve

from chfw_app.testing import ledger_at
from chfw_app.transports.drop_rounds import Rounds
from chfw_core.model.periods import format_instant
from chfw_files.drop.local import LocalPlace
from chfw_files.drop.place import Place
from chfw_files.drop.places import place_at
from chfw_files.drop.remote import RemotePlace
from chfw_files.drop.transport import DropFolders
from tests.app.helpers import environment
from tests.app.stores.conftest import Databases
from tests.app.stores.servers import SqliteDatabases
from tests.app.transports.crash_scene import (
    PARTIES,
    START,
    Folders,
    batch,
    check_end,
    check_visible,
    finished,
    prepared,
    refused_again,
)

ROOT = Path(__file__).parents[3]
LONGEST = 0.8
"""Seconds from the moment at which it is ready to the kill, at most."""


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """Something whose step of that number is the last: the process dies before it, or right after it."""

    def __init__(self, inner: Any, steps: tuple[str, ...], last: int, *, after: bool) -> None:
        self._inner, self._steps, self._last, self._after = inner, steps, last, after
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._steps:
            return found

        def step(*arguments: Any, **named: Any) -> Any:
            self._count += 1
            if self._count == self._last and not self._after:
                raise Killed
            mine = self._count == self._last
            try:
                return found(*arguments, **named)
            finally:
                if mine:
                    raise Killed  # also where the step itself failed

        return step


def dying(place: Place, last: int, *, after: bool) -> Any:
    """On disks each step of a place is one for the system too; by a URL some are several."""
    if isinstance(place, RemotePlace):
        steps = ("ls", "info", "get_file", "put_file", "cp_file", "rm_file", "mv")
        return evolve(place, fs=Dying(place.fs, steps, last, after=after))
    return Dying(place, ("files", "fetch", "put", "move", "remove"), last, after=after)


PLACES = pytest.mark.parametrize("address", ["disk", "object store", "renaming"])
MOMENTS = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


@PLACES
@MOMENTS
def test_a_step_may_be_the_last(address: str, after: bool, sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    """A share of them in every run; which ones differs between the four runs of this."""
    first = 1 + ["disk", "object store", "renaming"].index(address) + 3 * after
    steps = _all_steps(address, tmp_path, sqlite_databases, after=after, first=first, stride=11)
    assert steps > 40, "a round has many steps"


@pytest.mark.nightly
@PLACES
@MOMENTS
def test_every_step_may_be_the_last(
    address: str, after: bool, sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    assert _all_steps(address, tmp_path, sqlite_databases, after=after, first=1, stride=1) > 40


def _all_steps(
    address: str, tmp_path: Path, databases: SqliteDatabases, *, after: bool, first: int, stride: int
) -> int:
    """Until a round has no step of that number: that number."""
    last = first
    while dies_at(_root(address, tmp_path), last, after=after, databases=databases):
        last += stride
    return last


def _root(kind: str, tmp_path: Path) -> tuple[Place, Callable[[], Folders]]:
    name = uuid.uuid4().hex
    if kind == "disk":
        root = tmp_path / name
        root.mkdir()
        return place_at(str(root)), lambda: on_disk(root)
    place = place_at(f"memory://{name}")
    assert isinstance(place, RemotePlace)
    return evolve(place, whole=kind == "object store"), lambda: in_store(place)


def dies_at(root: tuple[Place, Callable[[], Folders]], last: int, *, after: bool, databases: SqliteDatabases) -> bool:
    """Whether a round dies at the step of that number; checks all that has to be so then, and after the next ones."""
    place, look = root
    with databases.one() as address, ledger_at(address) as ledger:
        prepared(ledger)
        first, second = batch(0), refused_again(0)
        _hand_in(place, first)
        died = _round(ledger, dying(place, last, after=after))
        check_visible(look(), first.values(), copies=place.whole)
        finished(ledger, place, START + timedelta(minutes=10))
        _hand_in(place, second)
        died_again = _round(ledger, dying(place, last, after=after), START + timedelta(minutes=20))
        check_visible(look(), [*first.values(), *second.values()], copies=place.whole)
        finished(ledger, place, START + timedelta(minutes=30))
        check_end(ledger, look(), {**first, **second}, second.values())
    return died or died_again


@pytest.mark.parametrize("before", [None, b"as it was"])
def test_a_file_that_is_half_written_when_we_are_killed_is_not_seen(
    before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "source", tmp_path / "drop" / "out.csv"
    source.write_bytes(b"all of it")
    target.parent.mkdir()
    if before is not None:
        target.write_bytes(before)

    def half(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:4])
        raise Killed

    monkeypatch.setattr("chfw_files.drop.local.shutil.copyfile", half)
    with pytest.raises(Killed):
        LocalPlace(root=tmp_path).put(source, "drop/out.csv")
    assert (target.read_bytes() if target.exists() else None) == before
    remote = place_at(f"memory://{tmp_path.name}-{uuid.uuid4().hex}")
    assert isinstance(remote, RemotePlace)
    remote = evolve(remote, whole=False)

    def half_sent(source: str, target: str) -> None:
        remote.fs.pipe_file(target, b"all")
        raise Killed

    monkeypatch.setattr(remote.fs, "put_file", half_sent)
    with pytest.raises(Killed):
        remote.put(source, "drop/out.csv")
    assert [PurePosixPath(found.path).name for found in remote.files("drop")] == [".out.csv.part"]


def _round(ledger: Any, place: Any, at: Any = START) -> bool:
    ledger.service.clock = lambda: at
    drop = DropFolders(place=place, settle=0.0, only=PARTIES)
    try:
        Rounds(service=ledger.service, drops=[drop]).once()
    except Killed:
        return True
    finally:
        drop.close()
    return False


def _hand_in(place: Place, files: dict[str, bytes]) -> None:
    for path, found in files.items():
        with tempfile.NamedTemporaryFile() as here:
            here.write(found)
            here.flush()
            place.put(Path(here.name), f"BIRCH/in/{path}")


def in_store(place: RemotePlace) -> Folders:
    """What lies there."""
    root = f"{place.root}/BIRCH"
    place.fs.invalidate_cache()
    return Folders(files={path[len(root) + 1 :]: place.fs.cat_file(path) for path in place.fs.find(root)})


def on_disk(root: Path) -> Folders:
    """What lies there."""
    folder = root / "BIRCH"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return Folders(files=files)


def killed(url: str, folder: Path, seed: int, scratch: Path) -> None:
    """Runs a process on the folders and kills it at some moment."""
    at = format_instant(START + timedelta(minutes=10 * seed))
    command = [sys.executable, "-m", "tests.app.transports.drop_child", url, str(folder), at]
    env = {**environment(), "TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(random.Random(seed).uniform(0, LONGEST))
        child.send_signal(signal.SIGKILL)
        child.stdout.read()


def crash(databases: Databases, tmp_path: Path, seeds: range) -> None:
    folder, scratch = tmp_path / "drop", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    place = place_at(str(folder))
    handed_in: dict[str, bytes] = {}
    anew: list[bytes] = []
    with databases.one() as url:
        with ledger_at(url) as ledger:
            prepared(ledger)
        for nth, seed in enumerate(seeds):
            more = {**batch(10 * nth), **batch(10 * nth + 5)}
            if nth:
                again = refused_again(10 * (nth - 1))
                # In force only if the first was answered by then: else both are one delivery after the other.
                more |= again
            _hand_in(place, more)
            handed_in |= more
            killed(url, folder, seed, scratch)
            check_visible(on_disk(folder), handed_in.values())
        with ledger_at(url) as ledger:
            finished(ledger, place, START + timedelta(minutes=10 * (seeds[-1] + 1)))
            for nth in range(len(seeds) - 1):
                anew += refused_again(10 * nth).values()
            check_end(ledger, on_disk(folder), handed_in, anew)


def test_a_killed_process_carries_out_no_file_twice_and_loses_none(databases: Databases, tmp_path: Path) -> None:
    """I9, NF6."""
    crash(databases, tmp_path, range(1, 5))


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(20))
def test_two_hundred_killed_processes_lose_nothing(databases: Databases, tmp_path: Path, block: int) -> None:
    """I9, NF6: ten in a row, so that crashes follow on crashes."""
    crash(databases, tmp_path, range(1_000 + 10 * block, 1_010 + 10 * block))


def test_two_at_once_on_the_same_folders_do_no_harm(databases: Databases, tmp_path: Path) -> None:
    """I9: each file is carried out once, whoever answers it."""
    folder, scratch = tmp_path / "drop", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    place = place_at(str(folder))
    handed_in = {path: found for nth in range(8) for path, found in batch(10 * nth).items()}
    with databases.one() as url:
        with ledger_at(url) as ledger:
            prepared(ledger)
        _hand_in(place, handed_in)
        at = format_instant(START)
        command = [sys.executable, "-m", "tests.app.transports.drop_child", url, str(folder), at]
        env = {**environment(), "TMPDIR": str(scratch)}
        running = [subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) for _ in range(2)]
        try:
            deadline = time.monotonic() + 90
            while on_disk(folder).below("in") and time.monotonic() < deadline:
                assert all(one.poll() is None for one in running)
                time.sleep(0.1)
            assert all(one.poll() is None for one in running)
        finally:
            for one in running:
                os.kill(one.pid, signal.SIGKILL)
                one.wait()
        with ledger_at(url) as ledger:
            finished(ledger, place, START + timedelta(minutes=10))
            check_end(ledger, on_disk(folder), handed_in, ())
