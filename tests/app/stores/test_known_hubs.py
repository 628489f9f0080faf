"""What a transaction has read of hubs says the same of them as the tables do, until it knows no more."""

from itertools import chain
from random import Random

import pytest
from attrs import evolve

from chfw_app.stores.hub_changes import Change, apply_changes
from chfw_app.stores.hub_rows import HubClass, classes_among
from chfw_app.stores.known_hubs import KnownHubs
from chfw_app.stores.store import Store
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, ResponsibleSuppliers
from chfw_core.rollout.records import HubRecord
from chfw_core.rollout.states import HubState

SPLIT = ResponsibleSuppliers(import_supplier=Party("NWND"), gas_supplier=Party("BRKW"))
BARE = HubRecord(guid=Guid(0), state=HubState.ELIGIBLE, region="North", suppliers=SPLIT, firmware_version="01020304")
HUBS = [Guid(start + n) for start in (5, 2**63 - 20, 2**64 - 40) for n in range(40)]
STRANGERS = [Guid(0x9000 + n) for n in range(5)]


def known(store: Store, lists: list[GuidList], *, consents: bool = False) -> KnownHubs:
    with store.read() as connection:
        found = classes_among(connection, "R1", lists, consents=consents)
    return KnownHubs.of("R1", lists, found, consents=consents)


@pytest.fixture
def estate(store: Store) -> Store:
    """Three kinds of hubs."""
    kinds = [evolve(BARE, attempts=n) for n in range(3)]
    with store.write() as transaction:
        changes = [Change(before=None, after=kind, guids=GuidList(HUBS[n::3])) for n, kind in enumerate(kinds)]
        apply_changes(transaction.connection, "R1", changes, 1)
    return store


def test_it_finds_the_classes_that_the_tables_would_give(estate: Store) -> None:
    random = Random(3)
    all_known = known(estate, [GuidList([*HUBS, *STRANGERS])])
    for _ in range(20):
        chosen = random.sample([*HUBS, *STRANGERS], random.choice((1, 7, 60)))
        at = random.randrange(len(chosen) + 1)
        lists = [GuidList(chosen[:at]), GuidList(chosen[at:])]
        with estate.read() as connection:
            assert all_known.classes("R1", lists, consents=False) == classes_among(connection, "R1", lists)


def test_it_follows_what_hubs_become(estate: Store) -> None:
    all_known = known(estate, [GuidList(HUBS)])
    held = [
        Change(before=one.record, after=evolve(one.record, state=HubState.HELD), guids=GuidList(list(one.guids)[:9]))
        for one in all_known.classes("R1", [GuidList(HUBS)], consents=False) or ()
    ]
    with estate.write() as transaction:
        apply_changes(transaction.connection, "R1", held, 2)
    all_known.became(held)
    with estate.read() as connection:
        wanted = classes_among(connection, "R1", [GuidList(HUBS)])
    assert {one.record.state for one in wanted} == {HubState.ELIGIBLE, HubState.HELD}
    assert all_known.classes("R1", [GuidList(HUBS)], consents=False) == wanted


def test_what_it_does_not_know_has_to_be_asked(estate: Store) -> None:
    some = known(estate, [GuidList(HUBS[:50])])
    inside, across = [GuidList(HUBS[10:40])], [GuidList(HUBS[10:80])]
    assert some.classes("R1", inside, consents=False) is not None
    assert some.classes("R1", across, consents=False) is None  # hubs that the command did not name
    assert some.classes("R1", [GuidList(HUBS[119:])], consents=False) is None
    assert some.classes("R2", inside, consents=False) is None
    assert some.classes("R1", inside, consents=True) is None  # read without instructions
    some.forget()
    assert some.classes("R1", inside, consents=False) is None


def test_a_list_without_hubs_is_known_to_have_none(estate: Store) -> None:
    found = known(estate, [GuidList(STRANGERS)])
    assert found.classes("R1", [GuidList(STRANGERS), GuidList()], consents=False) == ()


def test_every_hub_is_in_one_class(estate: Store) -> None:
    found: tuple[HubClass, ...] = known(estate, [GuidList(HUBS)]).classes("R1", [GuidList(HUBS)], consents=False) or ()
    assert sorted(chain.from_iterable(one.guids for one in found)) == sorted(HUBS)
