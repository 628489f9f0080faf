"""What a Supplier sees of the hubs: its own, and nothing of who the other Supplier is (BR3.3, NF7)."""

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from chfw_app.stores import tables
from chfw_app.stores.outbox import deliver
from chfw_app.stores.outgoing import Outgoing
from chfw_app.stores.store import Store
from chfw_app.stores.visible import HIDDEN, SEEN, hubs_of
from tests.app.stores.small_world import HIGH, HUB, START, draft, stamp

MINE, SPLIT, THEIRS = 1, HIGH + 2, HIGH + 3


@pytest.fixture
def estate(store: Store) -> Store:
    """Three hubs: NWND's alone in both roles, one that it shares with BRKW, and one of BRKW's."""
    hubs = {MINE: ("NWND", "NWND"), SPLIT: ("NWND", "BRKW"), THEIRS: ("BRKW", None)}
    with store.write() as transaction:
        transaction.append(stamp("open"), [draft("opened")])
        connection = transaction.connection
        for guid, holders in hubs.items():
            values = {"import_supplier": holders[0], "gas_supplier": holders[1], "batch_id": "a+b/1", "last_seq": 1}
            connection.execute(insert(tables.hub).values(**HUB, release="R1", guid=guid, **values))
            for role, party in zip(("import", "gas"), holders, strict=True):
                if party is None:
                    continue
                named = {"release": "R1", "guid": guid, "party": party, "role": role}
                connection.execute(insert(tables.link).values(**named))
                if role == "import" or party != holders[0]:
                    connection.execute(insert(tables.consent).values(**named, received_at=START))
        for owner in ("NWND", "BRKW", "DCC"):
            connection.execute(
                insert(tables.task).values(release="R1", owner=owner, kind="x", subject="", binding=True, starts=START)
            )
    return store


def test_a_party_sees_its_hubs_once_for_each_role(estate: Store) -> None:
    with estate.read("NWND") as connection:
        found = [(row.guid, row.role) for row in connection.execute(hubs_of("NWND", "R1"))]
    assert found == [(MINE, "gas"), (MINE, "import"), (SPLIT, "import")]


def test_pages_miss_nothing(estate: Store) -> None:
    found: list[tuple[int, str]] = []
    with estate.read("NWND") as connection:
        after = None
        while page := connection.execute(hubs_of("NWND", "R1", after=after, limit=1)).all():
            after = (page[-1].guid, page[-1].role)
            found.append(after)
    assert found == [(MINE, "gas"), (MINE, "import"), (SPLIT, "import")]


def test_no_column_tells_of_the_other_supplier(estate: Store) -> None:
    with estate.read("NWND") as connection:
        names = set(connection.execute(hubs_of("NWND", "R1")).keys())
    assert names.isdisjoint(HIDDEN)
    assert names == {column.name for column in SEEN} | {"role"}


on_postgresql = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
"""SQLite has no rights of rows: there the questions alone keep parties apart."""


def seen(connection: Connection, query: str) -> list[object]:
    return list(connection.execute(sql(query)).scalars())


@on_postgresql
def test_the_database_keeps_parties_apart_where_a_question_forgets_to(estate: Store) -> None:
    with estate.read("BRKW") as connection:
        forgot = select(tables.hub.c.guid).order_by(tables.hub.c.guid)
        assert list(connection.execute(forgot).scalars()) == [SPLIT, THEIRS]
        assert seen(connection, "SELECT DISTINCT party FROM link") == ["BRKW"]
        assert seen(connection, "SELECT DISTINCT party FROM consent") == ["BRKW"]
        assert seen(connection, "SELECT owner FROM task") == ["BRKW"]
        assert seen(connection, "SELECT id FROM release") == ["R1"]
    with estate.read("ELMS") as connection:
        for table in ("hub", "link", "consent", "task", "release", "outbox", "incident"):
            assert seen(connection, f"SELECT count(*) FROM {table}") == [0], table


@on_postgresql
@pytest.mark.parametrize("what", ["import_supplier", "gas_supplier", "batch_id", "reason", "rest", "last_seq", "*"])
def test_the_database_gives_no_party_the_columns_of_both_suppliers(estate: Store, what: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), estate.read("NWND") as connection:
        connection.execute(sql(f"SELECT {what} FROM hub"))


@on_postgresql
@pytest.mark.parametrize("what", ["seq", "nth", "*"])
def test_the_database_gives_no_party_the_entry_of_a_message_nor_its_rank_in_it(estate: Store, what: str) -> None:
    """NF7, I8: they count what others do and what others are sent."""
    with pytest.raises(DBAPIError, match="permission denied"), estate.read("NWND") as connection:
        connection.execute(sql(f"SELECT {what} FROM outbox"))


@on_postgresql
def test_the_database_shows_a_party_the_messages_that_were_delivered_to_it(estate: Store) -> None:
    """NF7: what waits is not joined yet, and would tell its hubs apart by who their other Supplier is."""
    with estate.write() as transaction:
        sent = [Outgoing(to_party=party, type="told", payload=b"x", draft=0) for party in ("NWND", "BRKW", "NWND")]
        transaction.append(stamp("told"), [draft("noted")], sent)
    for at_once, expected in ((2, ["NWND/000000000001"]), (2, ["NWND/000000000001", "NWND/000000000002"])):
        deliver(estate, at_once, lambda message: None, START)
        with estate.read("NWND") as connection:
            assert seen(connection, "SELECT id FROM outbox ORDER BY id") == expected


@on_postgresql
def test_the_database_gives_no_party_the_record_of_a_release(estate: Store) -> None:
    """It names every Supplier, and of each the hubs of its pilot."""
    with pytest.raises(DBAPIError, match="permission denied"), estate.read("NWND") as connection:
        connection.execute(sql("SELECT record FROM release"))


@on_postgresql
@pytest.mark.parametrize("table", ["entry", "head", "answer", "alembic_version"])
def test_the_database_gives_no_party_the_ledger_itself(estate: Store, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), estate.read("NWND") as connection:
        connection.execute(sql(f"SELECT count(*) FROM {table}"))


@on_postgresql
def test_every_table_was_thought_of(estate: Store) -> None:
    """A table added later is hidden from parties until somebody says what they may see of it."""
    granted = """SELECT table_name FROM information_schema.column_privileges WHERE grantee = 'chfw_party'"""
    policies = "SELECT tablename FROM pg_policies WHERE 'chfw_party' = ANY (roles)"
    with estate.read() as connection:
        assert set(seen(connection, granted)) == set(seen(connection, policies))


@on_postgresql
def test_rights_end_with_the_transaction(estate: Store) -> None:
    """A connection that goes back to the pool keeps neither the role nor the party."""
    for party, hubs in (("NWND", 2), (None, 3), ("BRKW", 2), (None, 3)):
        with estate.read(party) as connection:
            assert connection.execute(select(func.count(tables.hub.c.guid))).scalar_one() == hubs


def test_within_one_snapshot_rights_can_be_narrowed_and_come_back(estate: Store) -> None:
    """What a party's report needs of others is read first, in the same state of the ledger as its own rows."""
    everything = select(func.count(tables.hub.c.guid))
    with estate.read() as connection:
        with estate.narrowed(connection, None):
            assert connection.execute(everything).scalar_one() == 3
        with estate.narrowed(connection, "NWND"):
            own = connection.execute(everything).scalar_one()
            assert own == (2 if connection.dialect.name == "postgresql" else 3)
        assert connection.execute(everything).scalar_one() == 3


def test_a_party_cannot_write(estate: Store) -> None:
    with pytest.raises(DBAPIError), estate.read("NWND") as connection:
        connection.execute(sql("UPDATE hub SET state = 'verified'"))
