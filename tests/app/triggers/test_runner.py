"""The runner: once each, whatever happens in between (RU6, I9), and how one version of files follows another."""

import random
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.tables import firing, observed, outbox
from chfw_app.stores.verify import verify_ledger
from chfw_app.triggers.installing import in_force
from chfw_app.triggers.running import MOST_ECHOES, run_triggers
from chfw_app.triggers.showing import firings
from chfw_app.triggers.steps_table import count_steps, write_position
from chfw_core.errors import InputError
from chfw_core.rollout.incidents.commands import RaiseIncident
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry
from tests.acceptance.people import FIRMWARE, RELEASE
from tests.app.children import child
from tests.app.stores.conftest import Databases
from tests.app.triggers.kill_child import main
from tests.app.triggers.runs import METER_THEN_READ, Runs
from tests.core.rollout.worlds import CLASSES

KILLS = 6
"""For each database; two hundred by `make nightly`."""
STRICTER = METER_THEN_READ.replace("within: 7 days", "within: 2 days")


def test_open_sequences_survive_a_restart(runs: Runs) -> None:
    runs.installs()
    runs.says("meter_firmware_activated", *range(1, 201))
    runs.runs()
    with runs.service.store.read() as connection:
        assert count_steps(connection) == 200
    with (
        open_store(
            str(runs.service.store.database.engine.url.render_as_string(hide_password=False)), projections()
        ) as store,
        RollOutService(store=store, clock=lambda: runs.now) as service,
    ):
        runs.later(days=1)
        runs.says("meter_read_received", *range(1, 101))
        assert len(run_triggers(service).fired) == 100
    runs.later(days=7)
    assert len(runs.ticks().fired) == 100
    assert runs.ticks().fired == ()


def test_however_few_events_a_transaction_takes_the_same_fires(runs: Runs) -> None:
    runs.installs()
    for number in range(1, 40):
        runs.says("meter_firmware_activated", number)
        runs.says("meter_read_received", number)
    assert len(runs.runs(most=1).fired) == 39


def test_what_fired_does_not_fire_again_though_all_is_heard_anew(runs: Runs) -> None:
    """RU6: once for each version, scope and completing event, also when the ledger is heard from its first entry."""
    runs.installs()
    runs.says("meter_firmware_activated", 1, 2, 3)
    runs.says("meter_read_received", 1, 2)
    assert len(runs.runs().fired) == 2
    head = runs.runs().upto
    with runs.service.store.update() as connection:
        write_position(connection, 0)
    again = runs.runs()
    assert (again.fired, again.upto) == ((), head)


def test_files_hear_of_what_comes_after_them_or_of_what_was_before_where_asked(runs: Runs) -> None:
    runs.says("meter_firmware_activated", 1)
    with pytest.raises(InputError, match="cannot be in force"):
        runs.installs(after=99)
    assert not runs.installs().again
    runs.says("meter_read_received", 1)
    assert runs.runs().fired == ()
    with runs.service.store.read() as connection:
        assert [one.times for one in in_force(connection)] == [((2, None),)]


def test_a_version_hears_of_earlier_entries_where_it_is_put_in_force_from_there(runs: Runs) -> None:
    runs.says("meter_firmware_activated", 1)
    runs.installs(after=0)
    runs.says("meter_read_received", 1)
    assert len(runs.runs().fired) == 1


def test_what_a_version_has_begun_finishes_under_it(runs: Runs) -> None:
    """A sequence keeps the seven days with which it began; what begins later has two."""
    runs.installs()
    runs.says("meter_firmware_activated", 1)
    runs.runs()
    runs.installs(STRICTER)
    runs.says("meter_firmware_activated", 2)
    runs.later(days=3)
    runs.ticks()
    assert runs.fired() == {"upgraded-and-read": 1}
    runs.says("meter_read_received", 1, 2)
    runs.runs()
    assert runs.fired() == {"upgraded-and-read": 2}


def test_or_is_cut_off_as_the_new_files_say(runs: Runs) -> None:
    runs.installs()
    runs.says("meter_firmware_activated", 1)
    runs.runs()
    runs.installs(STRICTER.replace("owner: DCC\n", "owner: DCC\non_new_version: cut_off\n"))
    runs.later(days=1)
    runs.says("meter_read_received", 1)
    runs.runs()
    runs.later(days=30)
    runs.ticks()
    assert runs.fired() == {}
    with runs.service.store.read() as connection:
        assert count_steps(connection) == 0


def test_a_version_that_comes_again_goes_on_with_what_it_had_begun(runs: Runs) -> None:
    runs.installs()
    runs.says("meter_firmware_activated", 1)
    runs.runs()
    runs.installs(STRICTER)
    runs.runs()
    runs.installs()
    runs.later(days=5)
    runs.says("meter_read_received", 1)
    runs.runs()
    assert runs.fired() == {"upgraded-and-read": 1}


def killed(url: str, folder: Path, seed: int) -> None:
    """Runs the child, which says events and runs triggers again and again, and kills it at some moment.

    In its first rounds or after some that are done, however slow the machine: by the rounds that it tells of.
    """
    with child(main, url, folder, seed) as said:
        for _ in range(1 + seed % 4):
            assert said.line()
        time.sleep(random.Random(seed).uniform(0, 0.3))
        said.kill()


def kill_and_check(url: str, folder: Path, rounds: int) -> None:
    for seed in range(rounds):
        killed(url, folder, seed)
    with open_store(url, projections()) as store, RollOutService(store=store) as service:
        run_triggers(service)
        with store.read() as connection:
            assert verify_ledger(connection).broken is None
            found = list(firings(connection))
            # Every second event that was kept completes a sequence of its own hub, once.
            kept = connection.execute(select(func.count()).select_from(observed)).scalar_one()
            assert len(found) == kept // 2 > 0
            assert len({one.fired.guid for one in found}) == len(found)
            assert connection.execute(select(func.count()).select_from(firing)).scalar_one() == len(found)
            notices = select(func.count()).select_from(outbox).where(outbox.c.type == "trigger_notice")
            assert connection.execute(notices).scalar_one() == len(found)
            assert sum(entry.type == "triggers_fired" for entry in read_entries(connection)) > 1
            with as_it_was(connection, projections()) as again, again.read() as there:
                assert list(differences(connection, there)) == []


def test_a_process_killed_at_any_moment_fires_each_once(databases: Databases, tmp_path: Path) -> None:
    """I9: what was heard, what is open, what fired and what is told are one commit."""
    with databases.one(empty=True) as url:
        kill_and_check(url, tmp_path, KILLS)


@pytest.mark.nightly
def test_two_hundred_kills(databases: Databases, tmp_path: Path) -> None:
    """I9."""
    with databases.one(empty=True) as url:
        kill_and_check(url, tmp_path, 200)


def test_a_rule_that_answers_itself_comes_to_an_end(runs: Runs) -> None:
    """What is left is heard of by the next run, and nothing else waits for it."""
    drafted: dict[str, Any] = {"by": "DCC", "release": RELEASE}
    runs.service.submit(DraftRelease(key="1", firmware=FIRMWARE, **drafted))
    runs.service.submit(RecordCplEntry(key="2", entry="77", **drafted))
    runs.service.submit(NotifyRelease(key="3", classes=CLASSES, **drafted))
    runs.installs(
        "rules: v1\nowner: DCC\nevents:\n  - id: echo\n    because: It answers itself\n    per: release\n"
        "    on: incident_raised\n    do: {raise: incident}\n"
    )
    runs.service.submit(RaiseIncident(by="DCC", key="4", release=RELEASE, incident="I1", description="meters lost"))
    first = runs.runs()
    assert first.more
    assert len(first.fired) == MOST_ECHOES


def test_what_fired_is_written_down_by_its_time_and_scope_and_not_as_it_was_heard(runs: Runs) -> None:
    """NF7: entries come one for each other Supplier, and their order would tell which hubs share one."""
    runs.installs(METER_THEN_READ)
    for guid in (7, 3, 9, 1):
        runs.says("meter_firmware_activated", guid)
    runs.later(days=1)
    runs.says("meter_read_received", 9)
    for guid in (7, 1, 3):
        runs.says("meter_read_received", guid)
    ran = runs.runs()
    assert [one.guid for _, one in ran.fired] == [1, 3, 7, 9]
    with runs.service.store.read() as connection:
        assert [one.fired.guid for one in firings(connection)] == [1, 3, 7, 9]
