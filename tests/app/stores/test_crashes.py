"""A process killed at any moment: what it acknowledged is there, the chain is whole, replay is the store.

I9, I11, NF6. A few rounds run always, two hundred for each database by `make nightly`.
"""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from chfw_app.stores.ledger import read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.tables import answer, outbox
from chfw_app.stores.verify import verify_ledger
from tests.app.helpers import environment
from tests.app.stores.conftest import Databases
from tests.app.stores.small_world import PROJECTIONS

ROOT = Path(__file__).parents[3]
ROUNDS_A_DATABASE = 10
LONGEST = 0.25
"""Seconds from the first acknowledgement to the kill, at most."""


def killed(url: str, run: str, seed: int) -> dict[str, tuple[int, int]]:
    """Runs the child and kills it at some moment; by key, the numbers that it acknowledged."""
    command = [sys.executable, "-m", "tests.app.stores.crash_child", url, run, str(seed)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        assert first, "the child ended before it acknowledged anything"
        time.sleep(random.Random(seed).uniform(0, LONGEST))
        child.send_signal(signal.SIGKILL)
        said = first + child.stdout.read()
    acknowledged = {}
    for line in said.decode().splitlines():
        key, one, other = line.split("\t")
        acknowledged[key] = (int(one), int(other))
    return acknowledged


def check(url: str, acknowledged: dict[str, tuple[int, int]]) -> int:
    """Everything that has to hold after a crash; how many entries there are."""
    with open_store(url, PROJECTIONS) as store, store.read() as connection:
        found = verify_ledger(connection)
        assert found.broken is None
        assert found.entries_read == found.head.seq
        kept: dict[str, list[int]] = {}
        for entry in read_entries(connection):
            kept.setdefault(entry.key, []).append(entry.seq)
        # I9: whatever was acknowledged is there, under the numbers that were told.
        assert {key: (kept[key][0], kept[key][-1]) for key in acknowledged if key in kept} == acknowledged
        # A command is there with all its entries, its answer and its message, or not at all.
        opened = sum(key.endswith("open") for key in kept)
        assert connection.execute(select(func.count()).select_from(answer)).scalar_one() == len(kept)
        assert connection.execute(select(func.count()).select_from(outbox)).scalar_one() == len(kept) - opened
        with as_it_was(connection, PROJECTIONS) as again, again.read() as there:
            assert list(differences(connection, there)) == []  # I11
        return found.entries_read


def crash(databases: Databases, rounds: range) -> None:
    acknowledged: dict[str, tuple[int, int]] = {}
    with databases.one() as url:
        for seed in rounds:
            acknowledged |= killed(url, f"run {seed}", seed)
            entries = check(url, acknowledged)
            assert entries >= len(acknowledged) > 0


def test_a_killed_process_loses_nothing_that_it_acknowledged(databases: Databases) -> None:
    crash(databases, range(3))


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(20))
def test_two_hundred_killed_processes_lose_nothing(databases: Databases, block: int) -> None:
    """Ten in a row on each database, so that crashes follow on crashes."""
    start = 1_000 + block * ROUNDS_A_DATABASE
    crash(databases, range(start, start + ROUNDS_A_DATABASE))
