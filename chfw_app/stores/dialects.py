"""All that differs between SQLite and PostgreSQL, and nothing else.

SQLite: a file with a write-ahead log and full synchronisation; a transaction that writes begins with
BEGIN IMMEDIATE, under a lock beside the file, so there is one writer at a time on the machine.
PostgreSQL: whoever appends locks the head's row; readers have one snapshot for a whole transaction; a
party's reader takes the role `chfw_party`, which sees only what `link` gives that party.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen
from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy import text as sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from chfw_app.stores.file_lock import held
from chfw_core.errors import InputError

PARTY_ROLE = "chfw_party"
FORMS = "write `sqlite:///path/to/file` or `postgresql+psycopg://user@host/database`"
_WRITES = "chfw_writes"
_WAIT_SECONDS = 60


class Database(Protocol):
    """One kind of database."""

    @property
    def engine(self) -> Engine:
        """Its connections."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction that may write; committed at the end, rolled back by an error."""
        ...

    def reading(self, party: str | None) -> AbstractContextManager[Connection]:
        """One transaction that sees one state throughout; with a party, only what that party may see."""
        ...

    def narrowed(self, connection: Connection, party: str) -> AbstractContextManager[None]:
        """Within an open transaction: from here on only what that party may see, until the end of the block."""
        ...

    def locked(self, query: Select[Any], *, skip: bool = False) -> Select[Any]:
        """The same question, holding the rows it finds; `skip`: without those that others hold."""
        ...

    def cannot_open(self, problem: DatabaseError) -> InputError:
        """What to say of a database that does not open."""
        ...

    def close(self) -> None:
        """Gives all connections back."""
        ...


def database_of(url: str) -> Database:
    """The database that an address names. Raises InputError where it names none that can hold a ledger."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise InputError(f"`{url}` is not the address of a database", hint=FORMS) from None
    if address.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite(address)
    if address.drivername in {"postgresql", "postgresql+psycopg"}:
        return _postgres(address.set(drivername="postgresql+psycopg"))
    raise InputError(f"no ledger can be kept in `{address.drivername}`", hint=FORMS)


@frozen(kw_only=True)
class SqliteDatabase:
    """One file, with a lock beside it."""

    engine: Engine
    path: Path

    @property
    def _lock(self) -> Path:
        return self.path.with_name(self.path.name + ".lock")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See Database."""
        with held(self._lock), self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self, party: str | None) -> Iterator[Connection]:
        """See Database. Here a party's rights are those of its questions alone: they join `link`."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def narrowed(self, connection: Connection, party: str) -> Iterator[None]:
        """See Database, and `reading`."""
        yield

    def locked(self, query: Select[Any], *, skip: bool = False) -> Select[Any]:
        """Whoever writes holds everything already."""
        return query

    def cannot_open(self, problem: DatabaseError) -> InputError:
        """See Database."""
        if "not a database" in str(problem.orig):
            return InputError(f"`{self.path}` is no SQLite database")
        return InputError(f"the SQLite database `{self.path}` cannot be opened: {_one_line(problem)}")

    def close(self) -> None:
        """The last connection copies the log back, which nobody may do while another writes."""
        with held(self._lock):
            self.engine.dispose()


@frozen(kw_only=True)
class PostgresDatabase:
    """A database on a server."""

    engine: Engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See Database. READ COMMITTED: what is read after the head is locked is what others committed."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self, party: str | None) -> Iterator[Connection]:
        """See Database."""
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                if party is None:
                    yield connection
                    return
                with self.narrowed(connection, party):
                    yield connection

    @contextmanager
    def narrowed(self, connection: Connection, party: str) -> Iterator[None]:
        """See Database. After an error the transaction is over, and the role with it."""
        connection.execute(sql("SELECT set_config('chfw.party', :party, true)"), {"party": party})
        connection.execute(sql(f"SET LOCAL ROLE {PARTY_ROLE}"))
        yield
        connection.execute(sql("RESET ROLE"))
        connection.execute(sql("SELECT set_config('chfw.party', '', true)"))

    def locked(self, query: Select[Any], *, skip: bool = False) -> Select[Any]:
        """See Database."""
        return query.with_for_update(skip_locked=skip)

    def cannot_open(self, problem: DatabaseError) -> InputError:
        """See Database."""
        name = self.engine.url.database
        return InputError(f"the database `{name}` of PostgreSQL cannot be opened: {_one_line(problem)}")

    def close(self) -> None:
        """See Database."""
        self.engine.dispose()


def _one_line(problem: DatabaseError) -> str:
    """What the driver said, which never names a password."""
    return " ".join(str(problem.orig).split())


def _sqlite(address: URL) -> SqliteDatabase:
    if not address.database or address.database == ":memory:":
        raise InputError("a ledger needs a file", hint=FORMS)
    path = Path(address.database)
    if path.is_dir():
        raise InputError(f"`{path}` is a folder, not a ledger", hint="name a file in it")
    if not path.absolute().parent.is_dir():
        raise InputError(f"there is no folder `{path.parent}` for the ledger")
    engine = create_engine(address, connect_args={"timeout": _WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return SqliteDatabase(engine=engine, path=path)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver's own comes too late, and never for DDL
    for pragma in ("foreign_keys = ON", "temp_store = MEMORY", "cache_size = -32768"):
        connection.execute(f"PRAGMA {pragma}")
    ((mode,),) = connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = FULL")
    if mode != "wal":
        raise InputError("the folder of the ledger cannot hold a write-ahead log", hint="keep it on a local disk")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(address: URL) -> PostgresDatabase:
    try:
        engine = create_engine(address, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise InputError("the driver for PostgreSQL is not installed", hint="pip install 'chfw[postgres]'") from None
    return PostgresDatabase(engine=engine)
