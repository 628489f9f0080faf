"""Services on empty ledgers, for tests of transports by whoever writes one (`chfw_core.testing.transports`)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from attrs import define
from sqlalchemy import select

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.tables import outbox
from chfw_app.transports.pump import pump, reply_to
from chfw_app.transports.routes import Routes
from chfw_app.triggers.hearing import let_hear
from chfw_core.documents.rollout_messages import read_message
from chfw_core.messages import Message
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.entries import Entry
from chfw_core.transport.port import Delivery, Reply, Transport
from chfw_core.transport.receipts import Receipt


@define(kw_only=True)
class ServiceLedger:
    """A `chfw_core.testing.transports.ends.Ledger`: the real service, with a clock that the caller sets."""

    service: RollOutService

    def give(self, command: AnyCommand, at: datetime) -> Receipt:
        """Straight to the service."""
        self.service.clock = lambda: at
        receipt = self.service.submit(command)
        let_hear(self.service)
        return receipt

    def hand_over(self, delivery: Delivery, at: datetime) -> Reply:
        """Carried out, as whatever comes by a transport."""
        self.service.clock = lambda: at
        reply = reply_to(self.service, delivery)
        let_hear(self.service)
        return reply

    def pump(self, transport: Transport, at: datetime) -> None:
        """In and out by this transport, for everybody that the outbox has something for."""
        self.service.clock = lambda: at
        everybody = {message.to for _, message in self.outgoing()}
        pump(self.service, Routes(by_party=dict.fromkeys(("", *everybody), (transport,))))
        # What was taken in may have told somebody that was not told anything before.
        everybody = {message.to for _, message in self.outgoing()}
        pump(self.service, Routes(by_party=dict.fromkeys(("", *everybody), (transport,))))

    def entries(self) -> Sequence[Entry]:
        """All entries."""
        with self.service.store.read() as connection:
            return list(read_entries(connection))

    def outgoing(self) -> Sequence[tuple[str, Message]]:
        """All that the outbox ever held."""
        query = select(outbox.c.id, outbox.c.payload).order_by(outbox.c.seq, outbox.c.nth)
        with self.service.store.read() as connection:
            return [(row.id, read_message(bytes(row.payload))) for row in connection.execute(query)]


@contextmanager
def ledger_at(url: str) -> Iterator[ServiceLedger]:
    """A service on the ledger at that address, whose tables are made where there are none."""
    with open_store(url, projections()) as store, RollOutService(store=store) as service:
        yield ServiceLedger(service=service)


@contextmanager
def ledgers(folder: Path) -> Iterator[tuple[ServiceLedger, ServiceLedger]]:
    """Two empty ledgers, as SQLite files in a folder: `direct` and `through` of a `Bench`."""
    with (
        ledger_at(f"sqlite:///{folder / 'direct.db'}") as direct,
        ledger_at(f"sqlite:///{folder / 'other.db'}") as other,
    ):
        yield direct, other
