"""Hubs that are out of the ordinary course are listed by party and state, whichever way they change (BR5.3)."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection, select

from chfw_app.reports.statuses import Asked, status_query
from chfw_app.stores import apart as listing
from chfw_app.stores import hub_changes
from chfw_app.stores.apart import lists_all
from chfw_app.stores.hub_changes import Change, add_hubs, apply_changes
from chfw_app.stores.store import Store
from chfw_app.stores.tables import apart
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, ResponsibleSuppliers
from chfw_core.rollout.records import HubRecord
from chfw_core.rollout.states import HubState

NWND, BRKW, ELMS = Party("NWND"), Party("BRKW"), Party("ELMS")
SPLIT = ResponsibleSuppliers(import_supplier=NWND, gas_supplier=BRKW)
SOLE = ResponsibleSuppliers(import_supplier=NWND, gas_supplier=NWND)
FREE = HubRecord(guid=Guid(0), state=HubState.ELIGIBLE, region="North", suppliers=SPLIT, firmware_version="01020304")
OWN = evolve(FREE, suppliers=SOLE)
HELD, FAILED = HubState.HELD, HubState.FAILED
HUBS = GuidList(range(40))
THEIRS = GuidList(range(1_000, 1_040))


@pytest.fixture(params=[True, False], ids=["joined", "named"])
def kept(request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Forty hubs of two Suppliers and forty of one, in a transaction; on PostgreSQL by both ways of changing them."""
    if request.param:
        monkeypatch.setattr(hub_changes, "FEW", 0)
    with store.write() as transaction:
        add_hubs(transaction.connection, "R1", FREE, HUBS, 1)
        add_hubs(transaction.connection, "R1", OWN, THEIRS, 1)
        yield transaction.connection


def become(connection: Connection, *changes: tuple[HubRecord, HubRecord, Sequence[int]]) -> None:
    apply_changes(
        connection, "R1", [Change(before=b, after=a, guids=GuidList(map(Guid, guids))) for b, a, guids in changes], 2
    )


def listed(connection: Connection) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for row in connection.execute(select(apart).order_by(apart.c.party, apart.c.state, apart.c.guid)):
        found.setdefault((row.party, row.state), []).append(row.guid)
    return found


def test_a_hub_is_listed_for_each_of_its_suppliers_while_it_is_apart(kept: Connection) -> None:
    held, failed = evolve(FREE, state=HELD), evolve(FREE, state=FAILED)
    become(kept, (FREE, held, range(4)), (OWN, evolve(OWN, state=FAILED), [1_000]))
    assert listed(kept) == {
        ("NWND", "held"): [0, 1, 2, 3],
        ("NWND", "failed"): [1_000],
        ("BRKW", "held"): [0, 1, 2, 3],
    }
    assert lists_all(kept, "NWND", "R1", [HELD, FAILED])
    become(kept, (held, failed, [0]), (held, FREE, [1, 2]))
    assert listed(kept) == {
        ("NWND", "held"): [3],
        ("NWND", "failed"): [0, 1_000],
        ("BRKW", "held"): [3],
        ("BRKW", "failed"): [0],
    }
    become(kept, (held, evolve(held, suppliers=ResponsibleSuppliers(import_supplier=ELMS, gas_supplier=BRKW)), [3]))
    assert ("NWND", "held") not in listed(kept)
    assert (listed(kept)["ELMS", "held"], listed(kept)["BRKW", "held"]) == ([3], [3])


def test_the_ordinary_course_writes_nothing(kept: Connection) -> None:
    planned = evolve(FREE, state=HubState.PLANNED)
    become(kept, (FREE, planned, range(4)))
    become(kept, (planned, evolve(planned, state=HubState.HANDED_TO_CSP), range(4)))
    assert listed(kept) == {}
    assert not lists_all(kept, "NWND", "R1", [HubState.PLANNED])
    assert not lists_all(kept, "NWND", "R1", [HELD, HubState.PLANNED])


def test_very_many_at_once_are_not_listed_and_that_is_known(kept: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Per party, so that what one is listed for does not hang on another's hubs (NF7)."""
    monkeypatch.setattr(listing, "MOST", 6)
    held, own = evolve(FREE, state=HELD), evolve(OWN, state=HELD)
    become(kept, (FREE, held, range(4)), (OWN, own, range(1_000, 1_003)))
    assert listed(kept) == {("BRKW", "held"): [0, 1, 2, 3]}
    assert lists_all(kept, "BRKW", "R1", [HELD])
    assert not lists_all(kept, "NWND", "R1", [HELD]), "it has seven"
    become(kept, (held, FREE, range(2)))
    assert not lists_all(kept, "NWND", "R1", [HELD]), "few by now, and none of them is listed"
    become(kept, (held, FREE, [2, 3]), (own, OWN, range(1_000, 1_003)))
    assert listed(kept) == {}
    become(kept, (OWN, own, [1_000]))
    assert lists_all(kept, "NWND", "R1", [HELD]), "all that there are"


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_a_page_by_the_list_is_the_page_that_reading_on_finds(kept: Connection, limit: int) -> None:
    become(
        kept,
        (FREE, evolve(FREE, state=HELD), range(0, 40, 3)),
        (FREE, evolve(FREE, state=FAILED), range(2, 40, 6)),
        (OWN, evolve(OWN, state=HELD), range(1_000, 1_040, 5)),
    )
    for states in ((HELD,), (HELD, FAILED)):
        asked = Asked(states=states)
        whole = [tuple(row) for row in kept.execute(status_query("NWND", "R1", asked))]
        assert [tuple(row) for row in kept.execute(status_query("NWND", "R1", asked, listed=True))] == whole
        found, after = [], None
        while rows := _page(kept, asked, after, limit, listed=True):
            assert rows == _page(kept, asked, after, limit, listed=False)
            found += rows
            after = (rows[-1].guid, rows[-1].role)
        assert [tuple(row) for row in found] == whole


def _page(
    connection: Connection, asked: Asked, after: tuple[int, str] | None, limit: int, *, listed: bool
) -> list[Any]:
    return list(connection.execute(status_query("NWND", "R1", asked, after=after, limit=limit, listed=listed)).all())
