"""One snapshot of a store for one reader: what it may see, and how old that is.

What concerns releases as a whole is taken from their records, which name every Supplier, before rights are
narrowed; what a reader is told of it is the core's to say. Hubs are asked for after that, with the reader's
rights, in the same state of the ledger.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection

from chfw_app.stores.ledger import read_head
from chfw_app.stores.rollout_codec import read_releases
from chfw_app.stores.store import Store
from chfw_core.errors import InputError
from chfw_core.reports.progress.readers import Reader, ReaderKind
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rules.problems.problem import did_you_mean


@frozen(kw_only=True)
class Age:
    """How old the data is. `at`: the time of the ledger's last entry; None where there is none yet.

    `entry`: its number, for the DCC alone: how many entries there are counts what other Suppliers do (NF7).
    """

    at: datetime | None
    entry: int | None


@frozen(kw_only=True, eq=False)
class Sight:
    """An open snapshot. `connection` has the reader's rights; `records`: the releases that concern it, by id."""

    connection: Connection
    reader: Reader
    age: Age
    records: tuple[ReleaseRecord, ...]

    def release(self, of: str) -> ReleaseRecord:
        """One of the records. Raises InputError for any other, alike for one of others and for one that is none."""
        for record in self.records:
            if record.id == of:
                return record
        known = [record.id for record in self.records]
        there = f"there are {', '.join(known)}" if known else None
        raise InputError(f"`{self.reader.name}` has no release `{of}`", hint=did_you_mean(of, known) or there)

    def chosen(self, of: str | None) -> tuple[ReleaseRecord, ...]:
        """All records, or the one that was asked for."""
        return self.records if of is None else (self.release(of),)


@contextmanager
def looking(store: Store, reader: Reader) -> Iterator[Sight]:
    """The store as one reader sees it at one moment."""
    with store.read() as connection:
        age, records = age_of(connection, reader), records_for(connection, reader)
        with store.narrowed(connection, reader.party):
            yield Sight(connection=connection, reader=reader, age=age, records=records)


def age_of(connection: Connection, reader: Reader) -> Age:
    """How old the data is, as this reader is told it."""
    found = read_head(connection)
    return Age(at=found.at, entry=found.seq if reader.kind is ReaderKind.DCC else None)


def records_for(connection: Connection, reader: Reader) -> tuple[ReleaseRecord, ...]:
    """The releases that concern a reader: read with the application's rights, since records name every Supplier."""
    return tuple(record for record in read_releases(connection).values() if reader.concerns(record))
