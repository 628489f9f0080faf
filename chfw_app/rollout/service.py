"""The roll-out service: commands in, receipts out, all on one ledger; many threads may use it.

Commands go through the store's writer, so that those that wait are committed together (NF6). The clock is an
argument; what is decided gets its time from within the transaction, so that the ledger's times never go back.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from attrs import define, field
from sqlalchemy import Connection, select

from chfw_app.rollout.carrying import Clock, carry_out
from chfw_app.stores.rollout_codec import CODEC, read_releases
from chfw_app.stores.rollout_projection import read_release
from chfw_app.stores.store import Store
from chfw_app.stores.tables import release
from chfw_app.stores.writer import Writer
from chfw_core.errors import InputError
from chfw_core.model.parties import DCC
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.relevance import concerns, is_bounded
from chfw_core.rules.problems.problem import did_you_mean
from chfw_core.transport.receipts import Receipt


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@define(kw_only=True, eq=False)
class RollOutService:
    """Roll-outs on one store. Close it to let the last commands finish; the store stays its owner's."""

    store: Store
    clock: Clock = system_clock
    writer: Writer = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.writer = Writer(store=self.store)

    def submit(self, command: AnyCommand) -> Receipt:
        """Carries a command out and waits until it is committed.

        Raises KeyReusedError, ClockWentBackError (nothing was kept) and CommitError (send it again).
        """
        return self.submit_later(command).result()

    def submit_later(self, command: AnyCommand) -> "Future[Receipt]":
        """The same without waiting: commands that wait together are committed together."""
        return self.writer.submit(lambda transaction: carry_out(transaction, command, self.clock))

    def submit_all(self, commands: Sequence[AnyCommand]) -> tuple[Receipt, ...]:
        """Several commands, one after the other, in one transaction: nothing else comes between them.

        One that is refused is kept as refused, and the others are carried out all the same.
        """
        return self.writer.run(lambda transaction: tuple(carry_out(transaction, one, self.clock) for one in commands))

    def release(self, of: str, reader: str = DCC) -> ReleaseRecord:
        """A release as it is now. Raises InputError where there is none with that id that is the reader's business."""
        with self.store.read() as connection:
            return release_in(connection, of, reader)

    def releases(self) -> tuple[str, ...]:
        """The ids of all releases, in order."""
        with self.store.read() as connection:
            return release_ids(connection)

    def close(self) -> None:
        """Takes no more commands and finishes those that wait."""
        self.writer.close()

    def __enter__(self) -> "RollOutService":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def release_ids(connection: Connection) -> tuple[str, ...]:
    """All releases, in order."""
    return tuple(connection.execute(select(release.c.id).order_by(release.c.id)).scalars())


def release_in(connection: Connection, of: str, reader: str = DCC) -> ReleaseRecord:
    """A release as it is now. Raises InputError where there is none with that id that is the reader's business.

    NF7: to a Supplier and a CSP the words are the same for a release of others and for none, and hint at their own.
    """
    record = read_release(connection, CODEC, of)
    if concerns(record, reader):
        return record
    if is_bounded(reader):
        own = (one.id for one in read_releases(connection).values() if concerns(one, reader))
        raise InputError(f"there is no release `{of}` with hubs of `{reader}`", hint=did_you_mean(of, own))
    known = release_ids(connection)
    there = f"there are {', '.join(known)}" if known else "draft it first: `chfw rollout draft`"
    raise InputError(f"the ledger knows no release `{of}`", hint=did_you_mean(of, known) or there)
