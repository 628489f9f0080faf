"""Several processes and threads write and read at once: one order, and nothing after a stop (I4, NF6).

A small share runs always, a thousand releases for each database by `make nightly`.
"""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from attrs import define, field
from sqlalchemy import func, select

from chfw_app.stores.ledger import read_entries, read_head
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.store import Store
from chfw_app.stores.tables import entry, release
from chfw_app.stores.verify import verify_ledger
from tests.app.helpers import environment
from tests.app.stores.conftest import Databases
from tests.app.stores.small_world import PROJECTIONS

ROOT = Path(__file__).parents[3]
PROCESSES = 3


@define
class Poller:
    """Follows the ledger while it grows, as a subscriber does: it must miss nothing and see nothing twice."""

    store: Store
    done: threading.Event = field(factory=threading.Event)
    seen: list[int] = field(factory=list)
    wrong: list[str] = field(factory=list)

    def follow(self) -> None:
        while not self.done.is_set():
            self.look()
            self.done.wait(0.002)
        self.look()

    def look(self) -> None:
        with self.store.read() as connection:
            after = self.seen[-1] if self.seen else 0
            self.seen += [found.seq for found in read_entries(connection, after=after)]
            ends, count = read_head(connection).seq, select(func.count()).select_from(entry)
            stopped = select(func.count()).select_from(release).where(release.c.standing == "stopped")
            stops = select(func.count()).select_from(entry).where(entry.c.type == "stopped")
            if not ends == (self.seen[-1] if self.seen else 0) == connection.execute(count).scalar_one():
                self.wrong.append(f"a snapshot whose head is {ends}")
            if connection.execute(stopped).scalar_one() != connection.execute(stops).scalar_one():
                self.wrong.append(f"a snapshot at {ends} with entries that are not projected")


def race(databases: Databases, rounds: int, seed: int) -> None:
    with databases.one() as url, open_store(url, PROJECTIONS) as store:
        poller = Poller(store=store)
        following = threading.Thread(target=poller.follow)
        following.start()
        command = [sys.executable, "-m", "tests.app.stores.race_child", url]
        children = [
            subprocess.Popen(
                [*command, f"p{n}", str(seed + n), str(rounds)],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for n in range(PROCESSES)
        ]
        assert [child.stdout.readline() for child in children if child.stdout] == [b"ready\n"] * PROCESSES
        for child in children:  # all at once, or the first has done before the last has begun
            assert child.stdin is not None
            child.stdin.write(b"go\n")
            child.stdin.flush()
        said = [child.communicate(timeout=900)[0].decode() for child in children]
        poller.done.set()
        following.join()
        assert [child.returncode for child in children] == [0] * PROCESSES
        assert poller.wrong == []
        check(store, rounds, [line.split("\t") for text in said for line in text.splitlines()], poller.seen)


def check(store: Store, rounds: int, said: list[list[str]], seen: list[int]) -> None:
    stopped_at: dict[str, int] = {}
    handed: Counter[str] = Counter()
    with store.read() as connection:
        found = verify_ledger(connection)
        assert found.broken is None
        assert seen == list(range(1, found.head.seq + 1))
        for one in read_entries(connection):
            # I4: never a hand-over after the stop of its release.
            assert one.release not in stopped_at, f"entry {one.seq} comes after the stop {stopped_at[one.release]}"
            if one.type == "stopped":
                stopped_at[one.release] = one.seq
            handed[one.release] += one.type == "handed"
        with as_it_was(connection, PROJECTIONS) as again, again.read() as there:
            assert list(differences(connection, there)) == []
    assert len(stopped_at) == rounds
    told: Counter[str] = Counter()
    for _, of, count, _ in said:
        told[of] += int(count)
    assert told == handed  # every hand-over that was acknowledged, and no other
    assert sum(ended == "stopped it" for *_, ended in said) == rounds
    # The race is one: many releases were handed over by several processes before one of them stopped it.
    by: dict[str, set[str]] = {}
    for name, of, count, _ in said:
        if int(count):
            by.setdefault(of, set()).add(name.split(".")[0])
    assert sum(len(processes) > 1 for processes in by.values()) > rounds / 4


def test_nothing_is_handed_over_after_a_stop(databases: Databases) -> None:
    race(databases, rounds=12, seed=1)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [10, 20, 30, 40, 50])
def test_nothing_is_handed_over_after_any_of_a_thousand_stops(databases: Databases, seed: int) -> None:
    race(databases, rounds=200, seed=seed)
