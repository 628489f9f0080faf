"""What time brings (CS2, BR5.4), delivery at least once (NF6), and how messages become files."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chfw_app.rollout.telling import folder_of, into_folder
from chfw_app.rollout.ticking import tick
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.outbox import OutboxMessage, waiting
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import london_midnight
from chfw_core.rollout.handover.commands import HandOver, PublishPlan
from chfw_core.rollout.incidents.commands import RaiseIncident
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from chfw_core.rollout.states import HubState
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import ALPHA, AUTOMATIC, IMPORT, NORTH, SOLE, SPLIT, START, R, row


@pytest.fixture
def handed(told: Told) -> Told:
    """Two hubs of the north are with their CSP on the automatic date."""
    told.notified()
    told.taken(ApproveMass, approval="OA-2", without_pilot="an urgent fix")
    told.taken(BeginMass)
    told.taken(PublishPlan, classes=(row(SOLE, SPLIT),))
    told.now = AUTOMATIC
    told.taken(HandOver, region=NORTH, day=row(SOLE).day, guids=GuidList([SOLE, SPLIT]))
    return told


def test_hubs_of_which_nothing_was_heard_in_time_fell_silent_once(handed: Told) -> None:
    # CS2: five days after the planned day
    handed.later(days=4)
    assert tick(handed.service, handed.now).silent == ()
    handed.later(days=1)
    (receipt,) = tick(handed.service, handed.now).silent
    assert receipt.taken == (("hubs_fell_silent", 2),)
    with handed.service.store.read() as connection:
        found = hubs_of(connection, R, [SOLE, SPLIT])
    assert {hub.state for hub in found.values()} == {HubState.FAILED}
    again = tick(handed.service, handed.now)
    assert again.silent == ()
    assert [(late.owner, late.kind, late.due) for late in again.late] == [
        (f"CSP:{NORTH}", "report_outcomes", london_midnight(date(2026, 7, 11)))
    ]


def test_a_task_is_late_from_its_time_on_and_a_chance_never_is(told: Told) -> None:
    # BR5.4, BR6.2: a day for the triage; a Supplier that need not instruct is late with nothing.
    told.notified()
    told.taken(RaiseIncident, ALPHA, incident="I1", description="meters lost")
    assert tick(told.service, told.now + timedelta(hours=24)).late == ()
    late = tick(told.service, AUTOMATIC - timedelta(days=1)).late
    assert [(one.owner, one.kind, one.subject) for one in late] == [("DCC", "triage", "I1")]


def test_instructions_whose_period_is_over_are_told_of(told: Told) -> None:
    told.notified()
    period: dict[str, Any] = {"opens": START + timedelta(days=30), "closes": START + timedelta(days=32)}
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList([SOLE, SPLIT]), **period)
    assert tick(told.service, START + timedelta(days=31)).lapsed == ()
    (lapsed,) = tick(told.service, START + timedelta(days=32)).lapsed
    assert (lapsed.release, lapsed.hubs) == (R, 2)


def test_every_message_becomes_a_file_of_its_reader_under_its_id(told: Told, tmp_path: Path) -> None:
    told.notified()
    with told.service.store.read() as connection:
        sent = waiting(connection)
    expected = {f"{folder_of(one.to_party)}/{one.id.rpartition('/')[2]}.json": one.payload for one in sent}
    done = tick(told.service, told.now, into_folder(tmp_path), batch=2).delivered
    assert done is not None
    assert len(done.delivered) == len(expected) > 4
    found = {str(path.relative_to(tmp_path)): path.read_bytes().rstrip(b"\n") for path in tmp_path.rglob("*.json")}
    assert found == expected
    assert all(json.loads(payload)["release"] == R for payload in found.values())
    assert tick(told.service, told.now, into_folder(tmp_path)).delivered == type(done)(delivered=(), failed=(), dead=())


def test_a_message_that_could_not_be_written_is_written_later(told: Told, tmp_path: Path) -> None:
    # NF6: nothing that is to be sent is lost
    told.notified()
    broken = True

    def send(message: OutboxMessage) -> None:
        if broken:
            raise OSError("no room left")
        into_folder(tmp_path)(message)

    first = tick(told.service, told.now, send).delivered
    broken = False
    second = tick(told.service, told.now + timedelta(minutes=10), send).delivered
    assert first is not None
    assert second is not None
    assert first.delivered == ()
    assert second.delivered == first.failed
    assert len(list(tmp_path.rglob("*.json"))) == len(second.delivered)


@pytest.mark.parametrize(
    ("party", "folder"),
    [
        ("NWND", "NWND"),
        ("CSP:4G North", "CSP%3A4G North"),
        ("..", "%2E%2E"),
        ("a/b", "a%2Fb"),
        ("%2E", "%252E"),
        (" x", "%20x"),
    ],
)
def test_a_partys_folder_is_its_id_as_far_as_a_file_system_takes_it(party: str, folder: str) -> None:
    assert folder_of(party) == folder
