"""Hubs as rows and as records: nothing is lost on the way, and a class changes as each of its hubs would."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve, fields
from sqlalchemy import Connection, select, text

from chfw_app.stores.hub_changes import add_hubs, change_hubs
from chfw_app.stores.hub_rows import FEW, classes_of, hubs_of
from chfw_app.stores.store import Store
from chfw_app.stores.tables import hub, link
from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period
from chfw_core.rollout.evolve import evolve as evolve_roll_out
from chfw_core.rollout.handover.events import HubsHandedOver, HubsHeld, HubsPlanned
from chfw_core.rollout.records import (
    FailedAttempt,
    HubConsent,
    HubRecord,
    ProtectedPeriod,
    Protection,
    ReleaseRecord,
    RollOut,
    SupplierChanging,
)
from chfw_core.rollout.states import HubState
from tests.app.stores.small_world import HIGH, START, at

NWND, BRKW, ELMS = Party("NWND"), Party("BRKW"), Party("ELMS")
PERIOD = Period(opens=at(1), closes=at(2))
SPLIT = ResponsibleSuppliers(import_supplier=NWND, gas_supplier=BRKW)
BARE = HubRecord(guid=Guid(7), state=HubState.ELIGIBLE, region="North", suppliers=SPLIT, firmware_version="01020304")
FULL = HubRecord(
    guid=Guid(HIGH),
    state=HubState.FAILED,
    region="South",
    suppliers=ResponsibleSuppliers(gas_supplier=NWND),
    firmware_version="01020305",
    device_model="433100AC",
    configuration_set="set 7, with a PPMID",
    consents=(
        HubConsent(party=BRKW, role=SupplierRole.GAS, period=None, received_at=START),
        HubConsent(
            party=NWND,
            role=SupplierRole.IMPORT,
            period=PERIOD,
            received_at=START + timedelta(microseconds=3),
            group=InstructionGroup.PILOT,
            rule="early",
        ),
    ),
    window_opens=at(3),
    window_closes=at(4),
    day=date(2026, 3, 29),
    basis=ActivationBasis.BOTH_SUPPLIERS,
    batch_id="a+b/1",
    reason="no answer – none",
    handed_at=at(5),
    outcome_due_at=at(6),
    version_before="01020303",
    attempts=2,
    version_at=at(7),
    failure="no_contact",
    failed=FailedAttempt(
        reason="no answer",
        window_opens=at(1),
        window_closes=at(2),
        day=date(2026, 3, 28),
        basis=ActivationBasis.DCC_DEFAULT,
        batch_id="a/1",
        handed_at=at(1),
    ),
    automatic_at=at(8),
    excluded={NWND: ("rule", "because")},
    changes=(SupplierChanging(role=SupplierRole.GAS, effective=date(2026, 4, 1), leaves=NWND, joins=None),),
    protected=(ProtectedPeriod(kind=Protection.PRICE_CHANGE, period=Period(opens=at(0.1), closes=at(9))),),
)


def linked(connection: Connection) -> set[tuple[str, int, str]]:
    return {(row.party, row.guid, row.role) for row in connection.execute(select(link))}


@pytest.mark.parametrize("record", [BARE, FULL])
def test_a_record_comes_back_as_it_was_added(store: Store, record: HubRecord) -> None:
    with store.update() as connection:
        add_hubs(connection, "R1", record, GuidList([record.guid]), 5)
    with store.read() as connection:
        assert hubs_of(connection, "R1", [record.guid, Guid(8)]) == {record.guid: record}
        assert hubs_of(connection, "R2", [record.guid]) == {}


def test_the_full_record_has_every_field() -> None:
    """A field added to the record and not to the rows fails in the tests around this one."""
    assert [one.name for one in fields(HubRecord) if getattr(FULL, one.name) == getattr(BARE, one.name)] == []


@pytest.mark.parametrize("name", [one.name for one in fields(HubRecord) if one.name != "guid"])
@pytest.mark.parametrize(("before", "after"), [(BARE, FULL), (FULL, BARE)])
def test_a_change_of_any_field_is_kept(store: Store, name: str, before: HubRecord, after: HubRecord) -> None:
    changed: dict[str, Any] = {name: getattr(after, name)}
    wanted = evolve(before, **changed)
    with store.update() as connection:
        add_hubs(connection, "R1", before, GuidList([before.guid]), 1)
        (alike,) = classes_of(connection, "R1", [before.guid])
        change_hubs(connection, "R1", alike, wanted, 2)
        assert hubs_of(connection, "R1", [before.guid]) == {before.guid: wanted}


def test_hubs_of_which_all_the_same_is_known_are_one_class(store: Store) -> None:
    records = [BARE, evolve(BARE, region="South"), evolve(BARE, consents=FULL.consents[:1]), FULL]
    groups = [GuidList(range(start, 100, len(records))) for start in range(len(records))]
    with store.update() as connection:
        for record, guids in zip(records, groups, strict=True):
            add_hubs(connection, "R1", record, guids, 1)
        found = classes_of(connection, "R1", range(200))
    assert [alike.guids for alike in found] == groups
    assert [alike.record for alike in found] == [
        evolve(record, guid=Guid(first)) for first, record in enumerate(records)
    ]


def test_only_the_named_hubs_of_a_class_change_and_only_where_something_does(store: Store) -> None:
    with store.update() as connection:
        add_hubs(connection, "R1", BARE, GuidList(range(10)), 1)
        add_hubs(connection, "R2", BARE, GuidList(range(10)), 1)
        (named,) = classes_of(connection, "R1", [2, 3])
        change_hubs(connection, "R1", named, named.record, 2)
        change_hubs(connection, "R1", named, evolve(named.record, reason="x"), 3)
        rows = connection.execute(select(hub.c.release, hub.c.guid, hub.c.last_seq).where(hub.c.last_seq != 1))
        assert {tuple(row) for row in rows} == {("R1", 2, 3), ("R1", 3, 3)}


def test_what_a_party_may_see_follows_who_is_responsible(store: Store) -> None:
    with store.update() as connection:
        add_hubs(connection, "R1", BARE, GuidList([1, 2]), 1)
        assert linked(connection) == {(p, n, r) for n in (1, 2) for p, r in (("NWND", "import"), ("BRKW", "gas"))}
        (one,) = classes_of(connection, "R1", [1])
        both = ResponsibleSuppliers(import_supplier=ELMS, gas_supplier=ELMS)
        change_hubs(connection, "R1", one, evolve(one.record, suppliers=both), 2)
        assert {seen for seen in linked(connection) if seen[1] == 1} == {("ELMS", 1, "import"), ("ELMS", 1, "gas")}
        assert {seen[0] for seen in linked(connection) if seen[1] == 2} == {"NWND", "BRKW"}


def test_a_class_becomes_what_each_of_its_hubs_would(store: Store) -> None:
    """By the core's own `evolve`: for one of each class in the store, for every single hub beside it."""
    record = ReleaseRecord(id="R1")
    kinds = [BARE, evolve(BARE, region="South"), evolve(BARE, consents=FULL.consents)]
    hubs = {Guid(n): evolve(kinds[n % 3], guid=Guid(n)) for n in range(90)}
    planned = HubsPlanned(
        at=at(1),
        by="DCC",
        window_opens=at(10),
        window_closes=at(20),
        day=date(2026, 3, 1),
        basis=ActivationBasis.DCC_DEFAULT,
        reason="",
        guids=GuidList(range(5, 60)),
    )
    handed = [
        HubsHandedOver(at=at(2), by="DCC", region=region, day=planned.day, due=at(99), guids=GuidList(guids))
        for region, guids in (("North", (6, 8, 9, 11, 12)), ("South", (7, 10)))
    ]
    held = HubsHeld(at=at(3), by="DCC", reason="defect", guids=GuidList(range(40, 90)))
    singly = RollOut(release=record, hubs=hubs)
    with store.update() as connection:
        for n, kind in enumerate(kinds):
            add_hubs(connection, "R1", kind, GuidList(range(n, 90, 3)), 1)
        events: list[HubsPlanned | HubsHandedOver | HubsHeld] = [planned, *handed, held]
        for seq, event in enumerate(events, start=2):
            before = singly.release
            singly = evolve_roll_out(singly, event)
            for alike in classes_of(connection, "R1", event.guids):
                guid = alike.record.guid
                one = evolve_roll_out(RollOut(release=before, hubs={guid: alike.record}), event)
                change_hubs(connection, "R1", alike, one.hubs[guid], seq)
            assert hubs_of(connection, "R1", range(90)) == singly.hubs
    assert {one.state for one in singly.hubs.values()} == {
        HubState.ELIGIBLE,
        HubState.PLANNED,
        HubState.HANDED_TO_CSP,
        HubState.HELD,
    }


def test_postgresql_learns_at_once_how_many_hubs_a_release_has(store: Store) -> None:
    """Or else it would take them for a few, and read all of them for every command that names some."""
    with store.write() as transaction:
        if transaction.connection.dialect.name == "sqlite":
            return
        add_hubs(transaction.connection, "R1", BARE, GuidList(range(FEW + 1)), 1)
    with store.read() as connection:
        told = text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('hub', 'link') ORDER BY 1")
        assert connection.execute(told).all() == [("hub", FEW + 1), ("link", 2 * (FEW + 1))]
    with store.write() as transaction:  # a few more are not worth another look
        add_hubs(transaction.connection, "R2", BARE, GuidList(range(10)), 2)
    with store.read() as connection:
        assert connection.execute(told).all() == [("hub", FEW + 1), ("link", 2 * (FEW + 1))]
