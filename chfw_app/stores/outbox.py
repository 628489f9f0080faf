"""Sending what the outbox holds: at least once, never lost, each message under the same id every time.

A message is first taken: in a short transaction its next attempt is put off by a lease. Then it is sent,
while nothing is locked. Then what came of it is written down. Whoever dies in between has taken it for the
lease's time only; afterwards it is sent again. Failures are tried again later and later; after the last
attempt the message is dead, stays where it is, and can be revived.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import field, frozen
from attrs.validators import ge
from sqlalchemy import Connection, Select, select, update

from chfw_app.stores.store import Store
from chfw_app.stores.tables import outbox
from chfw_core.errors import ChfwError

_ERROR_LENGTH = 500


@frozen(kw_only=True)
class OutboxMessage:
    """A message to send. `id`: the same at every attempt; receivers tell repetitions by it.

    `attempts`: how often it has been taken, this time among them. `last_error`: of the attempt before. `next_at`: when
    it is tried next; None where it is not.
    """

    id: str
    seq: int
    to_party: str
    type: str
    payload: bytes
    attempts: int
    last_error: str | None
    next_at: datetime | None = None


@frozen(kw_only=True)
class Retries:
    """When to try again: `first` after a failure, `factor` times as long after each further one, at most `longest`.

    `attempts`: so many, then the message is dead. `lease`: how long a message is taken for sending.
    """

    first: timedelta = timedelta(seconds=10)
    factor: float = field(default=2.0, validator=ge(1.0))
    longest: timedelta = timedelta(hours=6)
    attempts: int = field(default=20, validator=ge(1))
    lease: timedelta = timedelta(minutes=5)

    def wait_after(self, attempts: int) -> timedelta:
        """The time from a failed attempt, counted from 1, to the next."""
        seconds, most = self.first.total_seconds(), self.longest.total_seconds()
        for _ in range(attempts - 1):
            if seconds >= most:
                break
            seconds *= self.factor
        return timedelta(seconds=min(seconds, most))


@frozen(kw_only=True)
class Delivered:
    """What one call sent: ids delivered, ids that failed and are tried again, ids that are dead now.

    `why`: of the failed and the dead, by id what went wrong; it is their `last_error`.
    """

    delivered: tuple[str, ...]
    failed: tuple[str, ...]
    dead: tuple[str, ...]
    why: Mapping[str, str] = field(factory=dict)


Send = Callable[[OutboxMessage], None]
"""Sends one message; any exception means that it has to be sent again."""


def deliver(
    store: Store,
    batch: int,
    send: Send,
    at: datetime,
    retries: Retries | None = None,
    to: Sequence[str] | None = None,
) -> Delivered:
    """Sends up to `batch` messages that are due at `at`, in the order of the ledger. `to`: to these parties alone."""
    retries = retries or Retries()
    delivered: list[str] = []
    failed: list[str] = []
    dead: list[str] = []
    why: dict[str, str] = {}
    for message in _take(store, batch, at, retries, to):
        try:
            send(message)
        except Exception as problem:  # noqa: BLE001 - whatever went wrong there, the message stays here
            given_up = message.attempts >= retries.attempts
            why[message.id] = _said(problem)
            _failed(store, message, why[message.id], at, None if given_up else retries.wait_after(message.attempts))
            (dead if given_up else failed).append(message.id)
        else:
            _delivered(store, message, at)
            delivered.append(message.id)
    return Delivered(delivered=tuple(delivered), failed=tuple(failed), dead=tuple(dead), why=why)


def waiting(connection: Connection) -> tuple[OutboxMessage, ...]:
    """What is still to be sent, now or later, in the order of the ledger."""
    return _messages(connection, _ordered().where(outbox.c.next_at.is_not(None)))


def dead_letters(connection: Connection) -> tuple[OutboxMessage, ...]:
    """What was given up, in the order of the ledger."""
    return _messages(connection, _ordered().where(outbox.c.dead_at.is_not(None)))


def revive(store: Store, ids: Sequence[str], at: datetime) -> int:
    """Dead messages are due again at `at`, with all their attempts; how many there were."""
    again = update(outbox).where(outbox.c.id.in_(ids), outbox.c.dead_at.is_not(None))
    with store.update() as connection:
        return connection.execute(again.values(dead_at=None, next_at=at, attempts=0)).rowcount


def _take(
    store: Store, batch: int, at: datetime, retries: Retries, to: Sequence[str] | None
) -> tuple[OutboxMessage, ...]:
    due = _ordered().where(outbox.c.next_at <= at).limit(batch)
    if to is not None:
        due = due.where(outbox.c.to_party.in_(to))
    with store.update() as connection:
        found = _messages(connection, store.database.locked(due, skip=True), taken=1)
        if found:
            taken = update(outbox).where(outbox.c.id.in_([one.id for one in found]))
            connection.execute(taken.values(attempts=outbox.c.attempts + 1, next_at=at + retries.lease))
    return found


def _delivered(store: Store, message: OutboxMessage, at: datetime) -> None:
    with store.update() as connection:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == message.id, outbox.c.delivered_at.is_(None))
            .values(delivered_at=at, next_at=None, dead_at=None)
        )


def _said(problem: Exception) -> str:
    """Our own words as they are; others' with what kind of failure it is."""
    said = problem.with_hint if isinstance(problem, ChfwError) else f"{type(problem).__name__}: {problem}"
    return said.replace("\0", " ")[:_ERROR_LENGTH]


def _failed(store: Store, message: OutboxMessage, said: str, at: datetime, wait: timedelta | None) -> None:
    then = {"next_at": None, "dead_at": at} if wait is None else {"next_at": at + wait}
    # Where the lease has run out and somebody else has taken it since, what becomes of it is theirs to say.
    mine = (outbox.c.id == message.id, outbox.c.delivered_at.is_(None), outbox.c.attempts == message.attempts)
    with store.update() as connection:
        connection.execute(update(outbox).where(*mine).values(last_error=said, **then))


def _ordered() -> Select[tuple[object, ...]]:
    return select(outbox).order_by(outbox.c.seq, outbox.c.nth)


def _messages(
    connection: Connection, query: Select[tuple[object, ...]], *, taken: int = 0
) -> tuple[OutboxMessage, ...]:
    return tuple(
        OutboxMessage(
            id=row.id,
            seq=row.seq,
            to_party=row.to_party,
            type=row.type,
            payload=bytes(row.payload),
            attempts=row.attempts + taken,
            last_error=row.last_error,
            next_at=row.next_at,
        )
        for row in connection.execute(query)
    )
