"""A store: one ledger and all that follows from it, in one database.

A command is carried out in one transaction that holds the ledger's head: what it depends on is read,
its entries are appended, the tables that follow from them are brought up to date, and what is to be
sent is written down. All of it is committed, or nothing. Since the head is held throughout, entries
have one order, without gaps, and what one command read is still so when it is committed: after a stop
has committed nothing is handed over that was decided before it (I4, NF6).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import define, field, frozen
from sqlalchemy import Connection

from chfw_app.stores import ledger
from chfw_app.stores.dialects import Database
from chfw_app.stores.outgoing import Outgoing, add_outgoing
from chfw_app.stores.projections import Projections
from chfw_core.errors import UsageError
from chfw_core.rollout.entries import Draft, Entry, Head, Stamp, chain, head_of


@frozen(kw_only=True)
class Receipt:
    """The entries that answered a command; `again`: they were there already, and nothing was added."""

    entries: tuple[Entry, ...]
    again: bool


@define(kw_only=True)
class WriteTransaction:
    """An open transaction that holds the head. `connection`: to read what a command depends on."""

    connection: Connection
    head: Head
    projections: Projections

    def answered(self, stamp: Stamp) -> Receipt | None:
        """The answer that this command was given before, or None. Raises ledger.KeyReusedError."""
        numbers = ledger.answered(self.connection, stamp)
        if numbers is None:
            return None
        found = ledger.read_entries(self.connection, after=numbers.start - 1, upto=numbers.stop - 1)
        return Receipt(entries=tuple(found), again=True)

    def append(
        self,
        stamp: Stamp,
        drafts: Sequence[Draft],
        outgoing: Sequence[Outgoing] = (),
        projections: Projections | None = None,
    ) -> Receipt:
        """Adds a command's events, or gives the answer it had before.

        `projections`: in place of the store's own such as make the same of the tables, knowing what was read of them.
        Raises ledger.KeyReusedError, ledger.ClockWentBackError, UsageError; then nothing was added.
        """
        before = self.answered(stamp)
        if before is not None:
            return before
        if self.head.at is not None and stamp.at < self.head.at:
            raise ledger.ClockWentBackError(stamp.at, self.head.at)
        if any(one.draft >= len(drafts) for one in outgoing):
            raise UsageError("a message tells of an event that the command does not have")
        applied = projections or self.projections
        applied.check([draft.type for draft in drafts])
        entries = chain(self.head, stamp, drafts)
        ledger.add_entries(self.connection, entries)
        applied.apply(self.connection, entries)
        add_outgoing(self.connection, entries[0].seq, outgoing, stamp.at)
        self.head = head_of(entries[-1])
        return Receipt(entries=entries, again=False)


@define(kw_only=True)
class Store:
    """A database that holds a ledger. Threads may share it; a connection is one thread's at a time."""

    database: Database
    projections: Projections = field(factory=Projections)

    @contextmanager
    def write(self) -> Iterator[WriteTransaction]:
        """A transaction that holds the head: committed at the end, undone by any error."""
        with self.database.writing() as connection:
            start = ledger.lock_head(connection, self.database)
            transaction = WriteTransaction(connection=connection, head=start, projections=self.projections)
            yield transaction
            if transaction.head != start:
                ledger.write_head(connection, transaction.head)

    @contextmanager
    def update(self) -> Iterator[Connection]:
        """A transaction that writes but appends nothing, such as on the outbox: it does not hold the head."""
        with self.database.writing() as connection:
            yield connection

    @contextmanager
    def read(self, party: str | None = None) -> Iterator[Connection]:
        """A snapshot. With a party, PostgreSQL shows it only what `link` gives it; SQLite shows everything."""
        with self.database.reading(party) as connection:
            yield connection

    @contextmanager
    def narrowed(self, connection: Connection, party: str | None) -> Iterator[None]:
        """Within a snapshot that is open: as if it had been opened for that party; None: as it is."""
        if party is None:
            yield
            return
        with self.database.narrowed(connection, party):
            yield

    def close(self) -> None:
        """Gives all connections back."""
        self.database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
