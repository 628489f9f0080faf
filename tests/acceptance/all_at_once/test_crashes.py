"""Everybody in one process, killed at any moment: I9, I11, NF6.

A few kills in every run, two hundred for each database by `make nightly`.
"""

import json
import random
import time
from datetime import timedelta

import pytest

from chfw_app.stores.ledger import read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.outbox import OutboxMessage, Retries, deliver
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import events_of, projections
from chfw_app.stores.verify import verify_ledger
from chfw_core.model.guid import parse_guid
from chfw_core.rollout.handover.events import HubsHandedOver
from tests.acceptance.all_at_once.child import main
from tests.acceptance.all_at_once.scene import NOW, csps_of
from tests.app.children import child
from tests.app.stores.conftest import Databases

EVERYBODY, ROUNDS = "csps suppliers dcc stopper", 100
"""More rounds than there is time for between the kills of one ledger."""
MOST_SAID, LONGEST = 60, 0.2
"""Before the kill: lines that were heard, and seconds after the last of them, at most."""


def killed(url: str, seed: int) -> list[list[str]]:
    """Runs everybody in one process and kills it at some moment; what it had said by then.

    The moment is told by what was said, and a little later: by the clock alone a slow machine would not have begun.
    """
    draw = random.Random(seed)
    with child(main, url, f"run {seed}", seed, ROUNDS, EVERYBODY) as everybody:
        assert everybody.line() == ["ready"]
        everybody.tell()
        said = [everybody.line() for _ in range(draw.randint(1, MOST_SAID))]
        assert all(said), "the child ended by itself"
        time.sleep(draw.uniform(0, LONGEST))
        return [*said, *everybody.kill()]


def crash(databases: Databases, seeds: range) -> None:
    acknowledged: dict[tuple[str, str], tuple[int, int]] = {}
    worked: set[int] = set()
    with databases.one() as url:
        for seed in seeds:
            for word, *rest in killed(url, seed):
                if word == "acknowledged":
                    acknowledged[rest[0], rest[1]] = (int(rest[2]), int(rest[3]))
                elif word == "work":
                    worked |= {int(guid, 16) for guid in rest[1:]}
            check(url, acknowledged)
        assert acknowledged
        check_work(url, worked)


def check(url: str, acknowledged: dict[tuple[str, str], tuple[int, int]]) -> None:
    """The chain is whole, the tables are what a replay makes of it, and nothing that was acknowledged is lost."""
    with open_store(url, projections()) as store, store.read() as connection:
        found = verify_ledger(connection)
        assert found.broken is None
        assert found.entries_read == found.head.seq
        kept: dict[tuple[str, str], list[int]] = {}
        for entry in read_entries(connection):
            kept.setdefault((entry.by, entry.key), []).append(entry.seq)
        assert {key: (kept[key][0], kept[key][-1]) for key in acknowledged if key in kept} == acknowledged  # I9
        with as_it_was(connection, projections()) as again, again.read() as there:
            assert list(differences(connection, there)) == []  # I11


def check_work(url: str, worked: set[int]) -> None:
    """CS1: what was handed over reached a CSP, or does so now: whoever took a message and died has it for a while."""
    given: list[OutboxMessage] = []
    with open_store(url, projections()) as store:
        later = NOW + Retries().lease + timedelta(seconds=1)
        while deliver(store, 1_000, given.append, later, to=csps_of(ROUNDS)).delivered:
            pass
        with store.read() as connection:
            events = [event for entry in read_entries(connection) for event in events_of(entry)]
    handed = {guid for event in events if isinstance(event, HubsHandedOver) for guid in event.guids}
    told = [json.loads(message.payload) for message in given if message.type == "work_list"]
    assert worked | {parse_guid(guid) for one in told for guid in one["guids"]} == handed


def test_a_killed_service_loses_nothing_that_it_acknowledged(databases: Databases) -> None:
    """I9, I11, NF6."""
    crash(databases, range(1, 3))


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(20))
def test_two_hundred_killed_services_lose_nothing(databases: Databases, block: int) -> None:
    """NF6: ten in a row on each database, so that crashes follow on crashes."""
    crash(databases, range(1_000 + 10 * block, 1_010 + 10 * block))
