"""Services over a store of each kind of database, and the core's small world told to them."""

from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from attrs import define, field

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.store import Store
from chfw_core.model.parties import DCC
from chfw_core.model.releases import FirmwareRelease
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry
from chfw_core.transport.receipts import Receipt
from tests.app.stores.conftest import Databases, databases, postgres_databases, sqlite_databases, url
from tests.core.rollout.worlds import CLASSES, FIRMWARE, START, R

__all__ = ["databases", "postgres_databases", "sqlite_databases", "url"]


@define(kw_only=True)
class Told:
    """A service and the clock that the test moves; `do` gives a command under a key of its own."""

    service: RollOutService
    now: datetime = START
    count: int = field(default=0)

    def do(self, command: type[Any], by: str = DCC, release: str = R, **fields: Any) -> Receipt:
        self.count += 1
        return self.service.submit(command(by=by, key=f"k{self.count}", release=release, **fields))

    def taken(self, command: type[Any], by: str = DCC, release: str = R, **fields: Any) -> Receipt:
        """A command that must not be refused, or the test tells of nothing."""
        receipt = self.do(command, by, release, **fields)
        assert receipt.refused is None
        return receipt

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def notified(self, firmware: FirmwareRelease = FIRMWARE) -> "Told":
        """The release is drafted, on the CPL, and its four hubs are notified."""
        self.taken(DraftRelease, firmware=firmware)
        self.taken(RecordCplEntry, entry="CPL-77")
        self.taken(NotifyRelease, classes=CLASSES)
        return self


@pytest.fixture
def rollouts(url: str) -> Iterator[Store]:
    """An empty store that knows the events of roll-outs."""
    with open_store(url, projections()) as found:
        yield found


@pytest.fixture
def told(rollouts: Store) -> Iterator[Told]:
    """A service on it, with its clock at START."""
    with RollOutService(store=rollouts) as service:
        found = Told(service=service)
        service.clock = lambda: found.now
        yield found


@pytest.fixture
def worlds(databases: Databases) -> Iterator[Iterator[Told]]:
    """Services on stores of their own, one after the other, each with its clock at START."""

    def made() -> Generator[Told]:
        while True:
            with (
                databases.one() as address,
                open_store(address, projections()) as store,
                RollOutService(store=store) as service,
            ):
                found = Told(service=service)
                service.clock = partial(getattr, found, "now")
                yield found

    with closing(made()) as found:
        yield found
