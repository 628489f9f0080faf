"""Services over a store of each kind of database, in which rules may be put in force."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import projections
from tests.app.stores.conftest import databases, postgres_databases, sqlite_databases, url
from tests.app.triggers.runs import Runs

__all__ = ["databases", "postgres_databases", "sqlite_databases", "url"]


@pytest.fixture
def runs(url: str, tmp_path: Path) -> Iterator[Runs]:
    """An empty ledger; in the end a replay gives the same tables (I11)."""
    with open_store(url, projections()) as store, RollOutService(store=store) as service:
        made = Runs(service=service, folder=tmp_path)
        service.clock = lambda: made.now
        yield made
        with store.read() as connection, as_it_was(connection, projections()) as again, again.read() as there:
            assert list(differences(connection, there)) == []
