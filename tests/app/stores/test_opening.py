"""Addresses of databases, and how connections to them are set up."""

import sqlite3
import threading
from pathlib import Path
from unittest import mock

import pytest

from chfw_app.stores import dialects
from chfw_app.stores.file_lock import held
from chfw_app.stores.open import open_store
from chfw_app.stores.sqlite_version import sqlite_warning
from chfw_app.stores.store import Store
from chfw_core.errors import InputError


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "`nonsense` is not the address of a database"),
        ("mysql://host/database", "no ledger can be kept in `mysql`"),
        ("postgresql+psycopg2://host/database", "no ledger can be kept in `postgresql+psycopg2`"),
        ("sqlite://", "a ledger needs a file"),
        ("sqlite:///:memory:", "a ledger needs a file"),
        ("sqlite:////nowhere/at/all.db", "there is no folder `/nowhere/at` for the ledger"),
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        open_store(url)
    assert str(refused.value) == said


def test_without_the_driver_the_extra_is_named() -> None:
    with (
        mock.patch.object(dialects, "create_engine", side_effect=ModuleNotFoundError("psycopg")),
        pytest.raises(InputError) as refused,
    ):
        open_store("postgresql://host/database")
    assert refused.value.hint == "pip install 'chfw[postgres]'"


def test_a_file_that_is_no_database_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("this is a letter to my aunt, and long enough to be read as a header of a file" * 9)
    with pytest.raises(InputError, match=r"^`.*ledger\.db` is no SQLite database$"):
        open_store(f"sqlite:///{path}")


def test_a_server_that_does_not_answer_is_told_of_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^the database `host` of PostgreSQL cannot be opened: ") as refused:
        open_store(f"postgresql://somebody:secret@/host?host={tmp_path}")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_sqlite_keeps_what_it_has_acknowledged(sqlite_store: Store) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": 0}
    with sqlite_store, sqlite_store.write() as transaction:
        found = {name: transaction.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted


def test_sqlites_writers_wait_for_the_lock_beside_the_file(sqlite_store: Store, tmp_path: Path) -> None:
    begun = threading.Event()

    def write() -> None:
        with sqlite_store.write():
            begun.set()

    with sqlite_store:
        with held(tmp_path / "ledger.db.lock"):
            writing = threading.Thread(target=write)
            writing.start()
            assert not begun.wait(0.2)
            with sqlite_store.read():  # readers do not wait
                pass
        writing.join(30)
        assert begun.is_set()


def test_the_log_is_copied_back_when_the_last_one_closes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_store(f"sqlite:///{path}") as store, store.write():
        pass
    assert not path.with_name("ledger.db-wal").exists()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_old_versions_of_sqlite_are_warned_of() -> None:
    assert sqlite_warning((3, 51, 3)) is None
    said = sqlite_warning((3, 40, 1))
    assert said is not None
    assert "3.40.1 is older than 3.51.3" in said
