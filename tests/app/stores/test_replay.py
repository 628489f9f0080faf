"""Replay: the tables made anew from the ledger are the tables (I11), at any moment of the past (NF5)."""

import pytest
from sqlalchemy import delete, select, update

from chfw_app.stores import tables
from chfw_app.stores.ledger import last_by
from chfw_app.stores.replay import as_it_was, differences, rebuild, replay_into
from chfw_app.stores.store import Store
from chfw_app.stores.verify import verify_ledger
from chfw_core.errors import UsageError
from tests.app.stores.small_world import HIGH, PROJECTIONS, at, draft, stamp

HUBS = [5, 6, HIGH + 1, HIGH + 2]


@pytest.fixture
def campaign(store: Store) -> Store:
    """Six entries: a release, its hubs of two parties, two hand-overs, a stop in between."""
    with store.write() as transaction:
        transaction.append(stamp("open", at(0)), [draft("opened", title="x")])
        transaction.append(
            stamp("add", at(1)), [draft("added", HUBS[:2], party="NWND"), draft("added", HUBS[2:], party="BRKW")]
        )
        transaction.append(stamp("hand", at(2)), [draft("handed", [HUBS[0], HUBS[3]])])
    with store.write() as transaction:
        transaction.append(stamp("stop", at(3)), [draft("stopped")])
        transaction.append(stamp("note", at(4)), [draft("noted")])
    return store


def states(store: Store) -> dict[int, str]:
    with store.read() as connection:
        return {row.guid: row.state for row in connection.execute(select(tables.hub))}


def test_replay_into_an_empty_store_makes_equal_rows(campaign: Store) -> None:
    with campaign.read() as here, as_it_was(here, PROJECTIONS) as again, again.read() as there:
        assert list(differences(here, there)) == []
        assert list(differences(here, there, [tables.entry, tables.head])) == []
        assert verify_ledger(there).entries_read == 6


def test_a_rebuild_in_place_changes_nothing(campaign: Store) -> None:
    with campaign.read() as here, as_it_was(here, PROJECTIONS) as before:
        with campaign.write() as transaction:
            assert rebuild(transaction) == 6
        with before.read() as there, campaign.read() as now:
            assert list(differences(now, there)) == []


def test_a_rebuild_mends_what_was_damaged(campaign: Store) -> None:
    with campaign.update() as connection:
        connection.execute(delete(tables.hub).where(tables.hub.c.guid == HUBS[1]))
        connection.execute(delete(tables.release))
        connection.execute(update(tables.link).where(tables.link.c.guid == HUBS[2]).values(party="ELMS"))
    with campaign.write() as transaction:
        rebuild(transaction)
    with campaign.read() as here, as_it_was(here, PROJECTIONS) as again, again.read() as there:
        assert list(differences(here, there)) == []


@pytest.mark.parametrize(
    ("upto", "handed", "standing"), [(1, 0, "active"), (3, 0, "active"), (4, 2, "active"), (5, 2, "stopped")]
)
def test_a_state_of_the_past_is_replayed(campaign: Store, upto: int, handed: int, standing: str) -> None:
    with campaign.read() as here, as_it_was(here, PROJECTIONS, upto) as then:
        assert sum(state == "handed_to_csp" for state in states(then).values()) == handed
        with then.read() as there:
            assert there.execute(select(tables.release.c.standing)).scalar_one() == standing
            assert verify_ledger(there).broken is None


def test_a_state_is_found_by_its_moment(campaign: Store) -> None:
    with campaign.read() as here:
        assert [last_by(here, at(minute)) for minute in (0, 1.5, 2, 9)] == [1, 3, 4, 6]


def test_every_kind_of_difference_is_told(campaign: Store) -> None:
    with campaign.read() as before, as_it_was(before, PROJECTIONS) as other:
        with other.update() as connection:
            connection.execute(delete(tables.hub).where(tables.hub.c.guid == HUBS[1]))
            connection.execute(update(tables.hub).where(tables.hub.c.guid == HUBS[2]).values(region="South"))
        with campaign.update() as connection:
            connection.execute(delete(tables.hub).where(tables.hub.c.guid == HUBS[3]))
        with campaign.read() as here, other.read() as there:
            found = {one.key: one for one in differences(here, there)}
    assert set(found) == {("R1", HUBS[1]), ("R1", HUBS[2]), ("R1", HUBS[3])}
    assert found["R1", HUBS[1]].there is None
    assert found["R1", HUBS[3]].here is None
    changed = found["R1", HUBS[2]]
    assert changed.here is not None
    assert changed.there is not None
    assert (changed.here["region"], changed.there["region"]) == ("North", "South")


def test_only_an_empty_store_takes_a_replay(campaign: Store) -> None:
    with campaign.read() as here, as_it_was(here, PROJECTIONS) as other, pytest.raises(UsageError):
        replay_into(here, other)
