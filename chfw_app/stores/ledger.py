"""The ledger in the database: its head, its entries in order, and which of them answered a key.

Functions on an open connection; when they commit is the store's business.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache

from attrs import asdict
from sqlalchemy import Connection, Executable, bindparam, func, insert, select, update
from sqlalchemy.engine import Row

from chfw_app.stores.bulk import insert_into
from chfw_app.stores.dialects import Database
from chfw_app.stores.tables import answer, entry, head
from chfw_core.errors import InputError
from chfw_core.model.periods import format_instant
from chfw_core.rollout.entries import Entry, Head, Stamp

_AT_ONCE = 64
"""Entries read at a time: each may carry the GUIDs of a whole estate."""

_ANSWER = select(answer).where(answer.c.by == bindparam("who"), answer.c.key == bindparam("which"))


class KeyReusedError(InputError):
    """A sender used one key for two commands. Its code in answers is `key_reused`."""

    code = "key_reused"


class ClockWentBackError(InputError):
    """A command is dated `at`, before the ledger's last entry at `last`: on some machine the clock was put back."""

    code = "clock_went_back"

    def __init__(self, at: datetime, last: datetime) -> None:
        super().__init__(
            f"the command is dated {format_instant(at)}, the ledger's last entry {format_instant(last)}",
            hint="set the clock of this machine, then send it again",
        )
        self.last = last


def read_head(connection: Connection) -> Head:
    """Where the ledger ends."""
    row = connection.execute(select(head)).one()
    return Head(seq=row.seq, hash=bytes(row.hash), at=row.at)


def lock_head(connection: Connection, database: Database) -> Head:
    """Where the ledger ends; until the transaction does, nobody else appends."""
    row = connection.execute(database.locked(select(head))).one()
    return Head(seq=row.seq, hash=bytes(row.hash), at=row.at)


def write_head(connection: Connection, new: Head) -> None:
    """The ledger ends here now."""
    connection.execute(update(head).values(seq=new.seq, hash=new.hash, at=new.at))


def add_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Writes entries as they are."""
    connection.execute(insert(entry), [asdict(one) for one in entries])


def read_entries(
    connection: Connection,
    *,
    after: int = 0,
    upto: int | None = None,
    release: str | None = None,
    types: Sequence[str] = (),
) -> Iterator[Entry]:
    """The entries numbered above `after`, up to and with `upto`, in order; of one release, of some types where asked.

    Read while they are used: do not commit in between.
    """
    query = select(entry).where(entry.c.seq > after).order_by(entry.c.seq)
    if upto is not None:
        query = query.where(entry.c.seq <= upto)
    if release is not None:
        query = query.where(entry.c.release == release)
    if types:
        query = query.where(entry.c.type.in_(types))
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        for row in rows:
            yield _entry(row)


def last_by(connection: Connection, at: datetime) -> int:
    """The number of the last entry written by that instant, with it; 0 where there is none."""
    found = connection.execute(select(func.max(entry.c.seq)).where(entry.c.at <= at)).scalar()
    return int(found or 0)


def answered(connection: Connection, stamp: Stamp) -> range | None:
    """The numbers of the entries that answered this command before, or None.

    Raises KeyReusedError where the sender's key was another command's.
    """
    row = connection.execute(_ANSWER, {"who": stamp.by, "which": stamp.key}).one_or_none()
    if row is None:
        return None
    if bytes(row.digest) != stamp.digest:
        raise KeyReusedError(
            f"the key `{stamp.key}` was another command's",
            hint="give each command a key of its own, and repeat a command only as it was",
        )
    return range(row.first_seq, row.last_seq + 1)


def note_answers(connection: Connection, entries: Iterable[Entry]) -> None:
    """Notes which entries answered which key: what `answer` holds, entry by entry."""
    values = [
        {"by": one.by, "key": one.key, "digest": one.digest, "first_seq": one.seq, "last_seq": one.seq}
        for one in entries
    ]
    connection.execute(_noting(connection.dialect.name), values)


@cache
def _noting(dialect: str) -> Executable:
    """Made once: to put the statement together takes as long as to run it."""
    adding = insert_into(dialect, answer)
    last = {"last_seq": adding.excluded.last_seq}
    noting: Executable = adding.on_conflict_do_update(index_elements=["by", "key"], set_=last)
    return noting


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        by=row.by,
        release=row.release,
        type=row.type,
        key=row.key,
        digest=bytes(row.digest),
        payload=bytes(row.payload),
        rows=row.rows,
        previous=bytes(row.previous),
        hash=bytes(row.hash),
    )
