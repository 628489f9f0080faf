"""Eight CSPs, four Suppliers, two ticks, hubs that join, a pause and a stop at any moment: NF6, I4, I5, BR2.8, BR6.

A few rounds run always, a thousand for each database by `make nightly`.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from attrs import define, field

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.hub_rows import hubs_of as stored_hubs
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import events_of, projections
from chfw_app.stores.store import Store
from chfw_app.stores.verify import verify_ledger
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.handover.events import HubsHandedOver
from chfw_core.rollout.incidents.events import IncidentDecided, ReleaseResumed, ReleaseSuspended
from chfw_core.rollout.instructing.events import InstructionsAccepted, InstructionsWithdrawn
from chfw_core.rollout.states import AT_CSP, ReleaseStanding
from tests.acceptance.all_at_once.child import main
from tests.acceptance.all_at_once.scene import DAY, PLACES, hubs_of, region_of, release_of
from tests.app.children import child, ended
from tests.app.stores.conftest import Databases

FOUR = ("csps", "suppliers", "dcc", "stopper")
TWO = ("csps suppliers", "dcc stopper")
"""Processes, and the parts that each plays."""
LONGEST = 3_600
"""Seconds for the rounds of a ledger, on a machine that is very busy."""


def race(databases: Databases, rounds: int, seed: int, parts: tuple[str, ...]) -> None:
    with databases.one() as url, open_store(url, projections()) as store:
        said = played(url, rounds, seed, parts)
        found = Found()
        with store.read() as connection:
            assert verify_ledger(connection).broken is None
            for entry in read_entries(connection):
                found.entries[entry.by, entry.key] = (*found.entries.get((entry.by, entry.key), ()), entry.seq)
                for event in events_of(entry):
                    found.saw(entry.release, entry.seq, event)
            with as_it_was(connection, projections()) as again, again.read() as there:
                assert list(differences(connection, there)) == []  # I11
        found.check_slots(store, rounds)
        found.check_work([line for line in said if line[0] == "work"])
        found.check_acknowledged([line for line in said if line[0] == "acknowledged"])
        found.was_a_race(rounds)


def played(url: str, rounds: int, seed: int, parts: tuple[str, ...]) -> list[list[str]]:
    """Runs all parts, each in a process of its own; every line that they said."""
    # The readers go last: they read until the children have ended, which those that are left over do in `ending`.
    with ThreadPoolExecutor(len(parts)) as readers, ExitStack() as ending:
        children = [ending.enter_context(child(main, url, part, seed, rounds, part)) for part in parts]
        assert [one.line() for one in children] == [["ready"]] * len(parts)
        said = [readers.submit(one.rest) for one in children]  # or a full pipe holds them up
        for one in children:
            one.tell()
        csps, *others = children
        assert ended(others, LONGEST) == [0] * len(others)
        csps.tell()  # they go home once the outbox is empty
        assert ended([csps], LONGEST) == [0]
        return [line for lines in said for line in lines.result()]


@define
class Found:
    """What the ledger tells of a race."""

    entries: dict[tuple[str, str], tuple[int, ...]] = field(factory=dict)
    stopped: dict[str, int] = field(factory=dict)
    suspended: set[str] = field(factory=set)
    instructed: set[int] = field(factory=set)
    handed: dict[int, int] = field(factory=dict)
    by_release: Counter[str] = field(factory=Counter)
    suspensions: int = 0
    withdrawn: int = 0
    joined_late: int = 0

    def saw(self, release: str, seq: int, event: AnyEvent) -> None:
        """One event, in the order of the ledger."""
        match event:
            case HubsHandedOver():
                assert release not in self.stopped, f"{seq} is a hand-over after the stop {self.stopped[release]}"  # I4
                assert release not in self.suspended, f"{seq} is a hand-over during a suspension"  # BR6.3
                for guid in event.guids:
                    assert guid in self.instructed, f"{seq} hands {guid:x} over unasked"  # I1
                    assert guid not in self.handed, f"{guid:x} was handed over twice, by {self.handed[guid]} and {seq}"
                    self.handed[guid] = seq
                self.by_release[release] += len(event.guids)
                assert self.by_release[release] <= PLACES  # I5
            case ReleaseSuspended():
                self.suspended.add(release)
                self.suspensions += 1
            case ReleaseResumed():
                self.suspended.discard(release)
            case IncidentDecided():
                self.stopped[release] = seq
            case InstructionsAccepted():
                self.instructed |= set(event.guids)
            case InstructionsWithdrawn():
                self.instructed -= set(event.guids)
                self.withdrawn += len(event.guids)
            case _:
                pass

    def check_slots(self, store: Store, rounds: int) -> None:
        """I5: the places taken are the hubs handed over, and those outstanding the hubs that are still with the CSP."""
        with RollOutService(store=store) as service, store.read() as connection:
            for number in range(rounds):
                record = service.release(release_of(number))
                assert record.standing is ReleaseStanding.STOPPED
                hubs = stored_hubs(connection, record.id, hubs_of(number))
                gone = {guid: hub for guid, hub in hubs.items() if hub.handed_at is not None}
                assert set(gone) == {guid for guid in hubs_of(number) if guid in self.handed}
                assert all(hub.attempts == 1 for hub in gone.values())
                pool = record.pools.get((region_of(number), DAY))
                assert (0 if pool is None else pool.handed) == len(gone) == self.by_release[record.id]
                assert (0 if pool is None else pool.outstanding) == sum(hub.state in AT_CSP for hub in gone.values())
                self.joined_late += len(hubs) > len(hubs_of(number)) // 2

    def check_work(self, work: Sequence[Sequence[str]]) -> None:
        """CS1: every hub that was handed over reached one CSP's list, once; and no other hub did."""
        assert len({line[1] for line in work}) == len(work)
        given = Counter(int(guid, 16) for line in work for guid in line[2:])
        assert given == Counter(dict.fromkeys(self.handed, 1))

    def check_acknowledged(self, said: Sequence[Sequence[str]]) -> None:
        """I9: whatever was acknowledged is there, under the numbers that were told."""
        for _, by, key, first, last in said:
            numbers = self.entries[by, key]
            assert (numbers[0], numbers[-1]) == (int(first), int(last))

    def was_a_race(self, rounds: int) -> None:
        """Everybody was at it while it lasted."""
        assert len(self.stopped) == rounds == self.joined_late
        assert self.suspensions
        assert self.withdrawn
        assert len(self.by_release) > rounds / 4


def test_nothing_goes_after_a_stop_nothing_goes_twice_and_no_place_is_lost(databases: Databases) -> None:
    """NF6, I4, I5, I9, I11."""
    race(databases, rounds=2, seed=1, parts=TWO)


def test_a_race_that_does_not_end_fails(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """NF6: it waited for its children, which waited for it, and a nightly run that failed never ended."""
    monkeypatch.setattr(sys.modules[__name__], "LONGEST", 0)
    with databases.one() as url, pytest.raises(AssertionError):
        played(url, rounds=2, seed=1, parts=TWO)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 140))
def test_in_a_thousand_rounds_neither(databases: Databases, seed: int) -> None:
    """NF6: forty ledgers of twenty-five rounds each."""
    race(databases, rounds=25, seed=seed, parts=FOUR)
