"""Opens the store that an address names, and makes its tables where there are none yet."""

from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from chfw_app.stores import migrate
from chfw_app.stores.dialects import Database, database_of
from chfw_app.stores.projections import Projections
from chfw_app.stores.store import Store
from chfw_core.errors import InputError


def open_store(url: str, projections: Projections | None = None, *, upgrade: bool = True) -> Store:
    """The store at `sqlite:///path` or `postgresql+psycopg://…`.

    Tables are created, or brought up to date, unless `upgrade` is false. Raises InputError where the address
    names no database that can hold a ledger, where its tables are a newer chfw's, or older and not to be upgraded.
    """
    database = database_of(url)
    try:
        _prepare(database, upgrade=upgrade)
    except BaseException as problem:
        database.close()
        if isinstance(problem, DatabaseError) and not isinstance(problem, IntegrityError | ProgrammingError):
            raise database.cannot_open(problem) from problem
        raise
    return Store(database=database, projections=projections or Projections())


def _prepare(database: Database, *, upgrade: bool) -> None:
    if not upgrade:
        with database.reading(None) as connection:
            found = migrate.revision_of(connection)
        if found != migrate.newest():
            raise InputError(
                f"the ledger is in form {found or 'none'}, this version of chfw works with {migrate.newest()}"
            )
        return
    with database.writing() as connection:
        migrate.upgrade(connection)
