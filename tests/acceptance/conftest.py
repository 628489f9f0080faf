"""Every scenario runs on both databases, and ends with a look at what each Supplier was told and can read (NF7)."""

from collections.abc import Iterator

import pytest

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.verify import verify_ledger
from tests.acceptance.privacy import leaks
from tests.acceptance.world import World
from tests.app.stores.conftest import databases, postgres_databases, sqlite_databases, url

__all__ = ["databases", "postgres_databases", "sqlite_databases", "url"]


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """An empty ledger on the day of the notice. In the end: private, whole, and the same when replayed."""
    with open_store(url, projections()) as store, RollOutService(store=store) as service:
        made = World(service=service)
        service.clock = lambda: made.now
        yield made
        assert bool(leaks(service)) is made.expects_a_leak, leaks(service)  # NF7
        with store.read() as connection:
            assert verify_ledger(connection).broken is None  # NF6
            with as_it_was(connection, projections()) as again, again.read() as there:
                assert list(differences(connection, there)) == []  # I11, NF5
