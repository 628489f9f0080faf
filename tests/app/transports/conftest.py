"""The suite runs on ledgers of both kinds of database."""

from collections.abc import Iterator

import pytest

from chfw_app.testing import ServiceLedger, ledger_at
from tests.app.stores.conftest import Databases, databases, postgres_databases, sqlite_databases, url

__all__ = ["databases", "postgres_databases", "sqlite_databases", "url"]


@pytest.fixture
def two_ledgers(databases: Databases) -> Iterator[tuple[ServiceLedger, ServiceLedger]]:
    """Empty ones."""
    with databases.one() as one, databases.one() as other, ledger_at(one) as direct, ledger_at(other) as through:
        yield direct, through
