"""The tables' history: what revisions make is what the code works with, and no row is lost on the way."""

import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from chfw_app.stores import migrate
from chfw_app.stores.dialects import database_of
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.store import Store
from chfw_app.stores.tables import METADATA, apart, hub, hub_count, link, owed
from chfw_app.triggers.steps_table import read_position
from chfw_core.errors import InputError
from tests.app.stores.conftest import Databases
from tests.app.stores.small_world import HUB, PROJECTIONS, at, draft, note, stamp

LATER = """
    from alembic import op
    import sqlalchemy as sa

    revision = "test"
    down_revision = "{newest}"
    branch_labels = None
    depends_on = None


    def upgrade() -> None:
        op.add_column("task", sa.Column("remark", sa.Text()))
"""


def test_the_revisions_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.database.writing() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": METADATA}
        )
        assert compare_metadata(context, METADATA) == []
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_a_difference_would_be_told(store: Store) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("DROP INDEX ix_task_owner_due")
        context = MigrationContext.configure(connection)
        assert len(compare_metadata(context, METADATA)) == 1


def test_an_empty_database_gets_its_tables_when_it_is_opened(databases: Databases) -> None:
    with databases.one(empty=True) as url:
        with open_store(url, PROJECTIONS) as store, store.write() as transaction:
            note(transaction, "a")
        with open_store(url, PROJECTIONS) as store, store.read() as connection:
            assert migrate.revision_of(connection) == migrate.newest()
            assert len(list(read_entries(connection))) == 1


def test_an_empty_database_is_left_alone_where_asked(databases: Databases) -> None:
    with databases.one(empty=True) as url:
        with pytest.raises(InputError, match="form none"):
            open_store(url, upgrade=False)
        open_store(url).close()
        open_store(url, upgrade=False).close()


def test_an_older_ledger_is_brought_up_to_date_with_all_its_rows(store: Store, tmp_path: Path) -> None:
    (tmp_path / "later.py").write_text(textwrap.dedent(LATER).format(newest=migrate.newest()), encoding="utf-8")
    with store.write() as transaction:
        made = transaction.append(stamp("a"), [draft("opened"), draft("added", [1, 2**64 - 1], party="NWND")])
    with store.database.writing() as connection:
        migrate.upgrade(connection, [tmp_path])
    with store.read() as connection:
        assert migrate.revision_of(connection) == "test"
        assert "remark" in {column["name"] for column in inspect(connection).get_columns("task")}
        assert tuple(read_entries(connection)) == made.entries
    with store.write() as transaction:
        note(transaction, "b")


def test_a_ledger_of_a_newer_chfw_is_not_touched(store: Store, url: str, tmp_path: Path) -> None:
    (tmp_path / "later.py").write_text(textwrap.dedent(LATER).format(newest=migrate.newest()), encoding="utf-8")
    with store.database.writing() as connection:
        migrate.upgrade(connection, [tmp_path])
    with pytest.raises(InputError, match="in form test, which this version of chfw does not know"):
        open_store(url)


def test_a_ledger_is_never_taken_back(store: Store) -> None:
    with store.write() as transaction:
        note(transaction, "a")
    with pytest.raises(InputError, match="never taken back") as refused, store.database.writing() as connection:
        migrate.downgrade(connection)
    assert refused.value.hint is not None
    with store.read() as connection:
        assert len(list(read_entries(connection))) == 1


def test_an_upgrade_that_fails_leaves_the_tables_as_they_were(store: Store, tmp_path: Path) -> None:
    broken = textwrap.dedent(LATER).format(newest=migrate.newest()) + '    op.execute("SELECT x FROM nowhere")\n'
    (tmp_path / "later.py").write_text(broken, encoding="utf-8")
    with pytest.raises(DBAPIError, match="nowhere"), store.database.writing() as connection:
        migrate.upgrade(connection, [tmp_path])
    with store.read() as connection:
        assert migrate.revision_of(connection) == migrate.newest()
        assert "remark" not in {column["name"] for column in inspect(connection).get_columns("task")}


OPENS = """
import sys
from chfw_app.stores.open import open_store
open_store(sys.argv[1]).close()
"""


def test_several_may_open_an_empty_database_at_once(databases: Databases) -> None:
    with databases.one(empty=True) as url:
        running = [subprocess.Popen([sys.executable, "-c", OPENS, url]) for _ in range(3)]
        assert [process.wait(60) for process in running] == [0, 0, 0]
        database = database_of(url)
        with database.reading(None) as connection:
            assert connection.execute(sql("SELECT count(*) FROM head")).scalar_one() == 1
        database.close()


def test_what_hubs_owe_is_counted_in_a_ledger_that_has_none_of_it_yet(databases: Databases) -> None:
    with databases.one(empty=True) as url:
        database = database_of(url)
        with database.writing() as connection:
            migrate.upgrade(connection, upto="0001")
            for guid in range(6):
                values = {**HUB, "release": "R1", "guid": guid, "last_seq": 1}
                owing = {"day": date(2026, 3, 29), "outcome_due_at": at(guid % 2)} if guid < 5 else {}
                connection.execute(insert(hub).values(**values, **owing))
        database.close()
        with open_store(url) as store, store.read() as connection:
            found = connection.execute(select(owed).order_by(owed.c.due)).all()
            assert [(row.region, row.day, row.due, row.hubs) for row in found] == [
                (HUB["region"], "2026-03-29", at(0), 3),
                (HUB["region"], "2026-03-29", at(1), 2),
            ]


def test_a_ledger_of_the_first_form_gets_what_triggers_need(databases: Databases) -> None:
    """With its entries as they were; triggers have heard of none of them."""
    with databases.one(empty=True) as url:
        database = database_of(url)
        with database.writing() as connection:
            migrate.upgrade(connection, upto="0001")
        database.close()
        with open_store(url, PROJECTIONS) as store, store.write() as transaction:
            note(transaction, "a")
        with open_store(url, PROJECTIONS) as store, store.read() as connection:
            assert migrate.revision_of(connection) == migrate.newest()
            assert read_position(connection) == 0


def test_hubs_out_of_the_ordinary_course_are_listed_in_a_ledger_that_has_no_list_yet(databases: Databases) -> None:
    """But for more than a list is read for."""
    with databases.one(empty=True) as url:
        database = database_of(url)
        with database.writing() as connection:
            migrate.upgrade(connection, upto="0004")
            for guid, state in enumerate(("held", "held", "planned", "failed")):
                values = {**HUB, "state": state, "release": "R1", "guid": guid, "last_seq": 1}
                connection.execute(insert(hub).values(**values))
                for role in ("import", "gas"):
                    connection.execute(insert(link).values(party="NWND", release="R1", guid=guid, role=role))
            for state, hubs in (("held", 2), ("planned", 1), ("failed", 50_001)):
                counted = {"party": "NWND", "release": "R1", "state": state, "region": "North", "day": ""}
                connection.execute(insert(hub_count).values(**counted, hubs=hubs))
        database.close()
        with open_store(url) as store, store.read() as connection:
            found = connection.execute(select(apart).order_by(apart.c.guid)).all()
            assert [tuple(row) for row in found] == [("NWND", "R1", "held", 0), ("NWND", "R1", "held", 1)]
