"""Every test of a store runs on both databases, in every run."""

from collections.abc import Iterator

import pytest

from chfw_app.stores.open import open_store
from chfw_app.stores.store import Store
from tests.app.stores.servers import PostgresDatabases, SqliteDatabases, postgres_address
from tests.app.stores.small_world import PROJECTIONS

Databases = PostgresDatabases | SqliteDatabases


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """A server for this process, with tables ready to be copied."""
    with postgres_address() as address:
        found = PostgresDatabases(server=address)
        found.prepare()
        try:
            yield found
        finally:
            found.drop(found.template)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """A folder for this process, with tables ready to be copied."""
    found = SqliteDatabases(folder=tmp_path_factory.mktemp("stores"))
    found.prepare()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each kind of database in turn."""
    found: Databases = request.getfixturevalue(
        "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    )
    return found


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """The address of a database of the test's own, with empty tables."""
    with databases.one() as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store that knows the small world's entries."""
    with open_store(url, PROJECTIONS) as found:
        yield found
