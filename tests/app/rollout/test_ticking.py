"""What time brings (CS2, BR5.4), delivery at least once (NF6), and how messages become files."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from chfw_app.rollout.missed import Missed
from chfw_app.rollout.showing import show_release
from chfw_app.rollout.telling import into_folder
from chfw_app.rollout.ticking import _silence, tick
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.outbox import OutboxMessage, waiting
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import london_midnight
from chfw_core.model.releases import Participation
from chfw_core.rollout.handover.commands import HandOver, PublishPlan
from chfw_core.rollout.incidents.commands import RaiseIncident
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import RevokeNotice
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from chfw_core.rollout.states import HubState
from chfw_core.rollout.tasks import Task, TaskKind
from chfw_files.drop.layout import folder_of
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    FAR,
    FIRMWARE,
    GAS,
    GAS_ONLY,
    IMPORT,
    NORTH,
    SOLE,
    SOUTH,
    SPLIT,
    START,
    R,
    row,
)


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
    assert [(one.owner, one.kind, one.subject) for one in late] == [("DCC", "triage", "ALPHA/I1")]


def test_a_supplier_that_has_instructed_everything_is_late_with_nothing(told: Told) -> None:
    # BR5.4, G7: nor does its view, or the DCC's, say that it still has to.
    told.notified(evolve(FIRMWARE, participation=Participation.MANDATORY))
    period: dict[str, Any] = {"opens": START + timedelta(days=30), "closes": START + timedelta(days=32)}
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList([SOLE, SPLIT]), **period)
    told.now = AUTOMATIC - timedelta(days=1)

    def owing() -> list[str]:
        late = tick(told.service, told.now).late
        assert [one.owner for one in late] == [one.owner for one in shown("DCC")]
        return [one.owner for one in late]

    def shown(reader: str) -> list[Task]:
        return [one for one in show_release(told.service, R, reader).tasks if one.kind is TaskKind.INSTRUCT]

    assert owing() == [ALPHA, BETA]
    told.now = START
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList([FAR]), **period)
    told.now = AUTOMATIC - timedelta(days=1)
    assert owing() == [BETA]
    assert shown(ALPHA) == []
    assert [one.owner for one in shown(BETA)] == [BETA]


def test_a_chance_that_has_passed_is_not_shown(told: Told) -> None:
    # BR5.4, BR5.5, G7: where taking part is voluntary nothing is late after the cut-off.
    told.notified()
    assert TaskKind.INSTRUCT in {one.kind for one in show_release(told.service, R, ALPHA).tasks}
    told.now = AUTOMATIC - timedelta(days=1)
    shown = show_release(told.service, R, ALPHA)
    assert shown.tasks == ()
    assert {one.kind for one in shown.next} == {TaskKind.APPROVE_PILOT}


def test_a_planned_day_that_passed_without_a_hand_over_is_told_of(told: Told) -> None:
    # CS2, BR5.4: to the DCC, to the CSP for its region, and to a Supplier for its own hubs.
    told.notified()
    told.taken(PublishPlan, classes=(row(SOLE, GAS_ONLY, day=date(2026, 7, 6)), row(FAR, day=date(2026, 7, 7))))
    told.now = datetime(2026, 7, 6, 22, 59, tzinfo=UTC)  # the last London minute of the day
    assert tick(told.service, told.now).missed == ()
    told.later(minutes=1)
    north = Missed(release=R, region=NORTH, day=date(2026, 7, 6), hubs=2)
    assert tick(told.service, told.now).missed == (north,)
    told.later(days=1)
    south = Missed(release=R, region=SOUTH, day=date(2026, 7, 7), hubs=1)
    assert tick(told.service, told.now).missed == (north, south)
    assert show_release(told.service, R, "DCC").missed == (north, south)
    assert show_release(told.service, R, f"CSP:{SOUTH}").missed == (south,)
    assert show_release(told.service, R, BETA).missed == (evolve(north, hubs=1),)
    told.taken(RevokeNotice, reason="a defect")
    assert tick(told.service, told.now).missed == ()
    assert show_release(told.service, R, "DCC").missed == ()


def test_what_was_handed_over_is_not_missed(handed: Told) -> None:
    # CS2: from then on its outcome is what is owed.
    handed.later(days=1)
    assert tick(handed.service, handed.now).missed == ()


def test_instructions_whose_period_is_over_are_told_of(told: Told) -> None:
    told.notified()
    period: dict[str, Any] = {"opens": START + timedelta(days=30), "closes": START + timedelta(days=32)}
    told.taken(Instruct, ALPHA, role=IMPORT, guids=GuidList([SOLE, SPLIT]), **period)
    assert tick(told.service, START + timedelta(days=31)).lapsed == ()
    (lapsed,) = tick(told.service, START + timedelta(days=32)).lapsed
    assert (lapsed.release, lapsed.hubs) == (R, 2)


def test_what_both_agreed_to_has_not_lapsed_with_the_earlier_period(told: Told) -> None:
    """BR4.3: and is told of once it is over as a whole."""
    told.notified()
    for party, role, days in ((ALPHA, IMPORT, 30), (BETA, GAS, 40)):
        opens = START + timedelta(days=days)
        told.taken(Instruct, party, role=role, guids=GuidList([SPLIT]), opens=opens, closes=opens + timedelta(days=2))
    assert tick(told.service, START + timedelta(days=33)).lapsed == ()
    (lapsed,) = tick(told.service, START + timedelta(days=42)).lapsed
    assert (lapsed.release, lapsed.hubs) == (R, 1)


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


def test_two_ticks_at_one_instant_may_find_different_hubs(handed: Told) -> None:
    """A tick may be run as often as one likes: the second is neither the first again nor refused as its twin."""
    handed.later(days=6)
    with handed.service.store.read() as connection:
        both = hubs_of(connection, R, [SOLE, SPLIT])
    assert {hub.state for hub in both.values()} == {HubState.HANDED_TO_CSP}
    one = _silence(R, GuidList([SOLE]), handed.now)
    two = _silence(R, GuidList([SOLE, SPLIT]), handed.now)
    assert one.key != two.key
    handed.service.submit(one)
    receipt = handed.service.submit(two)
    assert receipt.taken == (("hubs_fell_silent", 1),)
    assert handed.service.submit(two).again
