"""Group commit: many units of work, one commit, each its own answer (I9, NF6)."""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from unittest import mock

import pytest
from attrs import define, field
from sqlalchemy import event, select
from sqlalchemy import text as sql

from chfw_app.stores import ledger
from chfw_app.stores.ledger import KeyReusedError, read_entries
from chfw_app.stores.outgoing import Outgoing
from chfw_app.stores.store import Receipt, Store, WriteTransaction
from chfw_app.stores.tables import outbox
from chfw_app.stores.verify import verify_ledger
from chfw_app.stores.writer import CommitError, Writer
from chfw_core.errors import UsageError
from tests.app.stores.small_world import at, draft, note, stamp


def noting(key: str, n: int = 0) -> Callable[[WriteTransaction], Receipt]:
    return lambda transaction: note(transaction, key, n=n)


@define
class Commits:
    """Counts the commits of a store's transactions that write."""

    count: int = field(default=0)

    def watch(self, store: Store) -> None:
        def committed(_: object) -> None:
            self.count += 1

        event.listen(store.database.engine, "commit", committed)


def keys(store: Store) -> list[str]:
    with store.read() as connection:
        assert verify_ledger(connection).broken is None
        return [entry.key for entry in read_entries(connection)]


class Gate:
    """A unit of work that keeps the writer busy until it is opened, so that others gather behind it."""

    def __init__(self) -> None:
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self, transaction: WriteTransaction) -> None:
        self.entered.set()
        assert self.open.wait(30)


def test_what_waits_is_committed_together_and_answered_in_order(store: Store) -> None:
    gate, commits = Gate(), Commits()
    with Writer(store=store) as writer:
        first = writer.submit(gate)
        assert gate.entered.wait(30)
        commits.watch(store)
        futures = [writer.submit(noting(f"k{n}")) for n in range(50)]
        gate.open.set()
        wait(futures, 30)
        first.result(30)
    assert [future.result(30).entries[0].seq for future in futures] == list(range(1, 51))
    assert commits.count == 2  # the gate's own, and one for the fifty
    assert keys(store) == [f"k{n}" for n in range(50)]


def test_nobody_is_answered_before_the_commit(store: Store) -> None:
    inside = Gate()
    with Writer(store=store) as writer:
        hold = Gate()
        writer.submit(hold)
        assert hold.entered.wait(30)
        early = writer.submit(noting("early"))
        late = writer.submit(inside)
        hold.open.set()
        assert inside.entered.wait(30)  # `early` has run, in the same transaction
        assert not early.done()
        inside.open.set()
        late.result(30)
        assert early.result(30).entries[0].seq == 1


def test_a_unit_that_raises_takes_no_other_with_it(store: Store) -> None:
    def half(transaction: WriteTransaction) -> None:
        note(transaction, "half")
        raise ZeroDivisionError

    def broken_statement(transaction: WriteTransaction) -> None:
        note(transaction, "broken")
        transaction.connection.execute(sql("SELECT nonsense FROM nowhere"))

    gate = Gate()
    with Writer(store=store) as writer:
        writer.submit(gate)
        assert gate.entered.wait(30)
        a, b, c = writer.submit(noting("a")), writer.submit(half), writer.submit(noting("c"))
        d, e = writer.submit(broken_statement), writer.submit(noting("e"))
        again = writer.submit(noting("a", n=2))
        gate.open.set()
        assert [future.result(30).entries[0].seq for future in (a, c, e)] == [1, 2, 3]
        assert isinstance(b.exception(30), ZeroDivisionError)
        assert d.exception(30) is not None
        assert isinstance(again.exception(30), KeyReusedError)
    assert keys(store) == ["a", "c", "e"]


def test_after_a_failed_commit_every_caller_is_told_and_nothing_is_kept(store: Store) -> None:
    gate = Gate()
    with Writer(store=store) as writer:
        first = writer.submit(gate)
        assert gate.entered.wait(30)
        with mock.patch.object(ledger, "write_head", side_effect=OSError("no space left")):
            gate.open.set()
            first.result(30)
            futures = [writer.submit(noting(f"k{n}")) for n in range(3)]
            errors = [future.exception(30) for future in futures]
        assert all(isinstance(error, CommitError) for error in errors)
        # The writer goes on, and the same commands can be sent again.
        assert [writer.run(noting(f"k{n}")).again for n in range(3)] == [False] * 3
    assert keys(store) == ["k0", "k1", "k2"]


def test_a_connection_lost_before_the_commit_keeps_nothing(store: Store) -> None:
    """As when the server goes away, or the disk is full, at the moment of the commit itself."""
    real = store.database.engine.dialect.do_commit
    with Writer(store=store) as writer:
        writer.run(noting("before"))
        with mock.patch.object(store.database.engine.dialect, "do_commit", side_effect=OSError("gone")):
            error = writer.submit(noting("lost")).exception(30)
        assert isinstance(error, CommitError)
        assert store.database.engine.dialect.do_commit == real
        assert writer.run(noting("after")).entries[0].seq == 2
    assert keys(store) == ["before", "after"]


def test_closing_finishes_what_waits_and_takes_no_more(store: Store) -> None:
    gate = Gate()
    writer = Writer(store=store)
    writer.submit(gate)
    assert gate.entered.wait(30)
    futures = [writer.submit(noting(f"k{n}")) for n in range(10)]
    closing = threading.Thread(target=writer.close)
    closing.start()
    gate.open.set()
    closing.join(30)
    writer.close()
    assert [future.result(30).entries[0].seq for future in futures] == list(range(1, 11))
    with pytest.raises(UsageError):
        writer.submit(noting("late"))


def test_a_cancelled_unit_is_never_run(store: Store) -> None:
    gate = Gate()
    with Writer(store=store) as writer:
        writer.submit(gate)
        assert gate.entered.wait(30)
        gone, kept = writer.submit(noting("gone")), writer.submit(noting("kept"))
        assert gone.cancel()
        gate.open.set()
        kept.result(30)
        with pytest.raises(CancelledError):
            gone.result(30)
    assert keys(store) == ["kept"]


def test_a_commit_has_no_more_units_than_allowed(store: Store) -> None:
    gate, commits = Gate(), Commits()
    with Writer(store=store, most_at_once=4) as writer:
        writer.submit(gate)
        assert gate.entered.wait(30)
        commits.watch(store)
        futures = [writer.submit(noting(f"k{n}")) for n in range(10)]
        gate.open.set()
        wait(futures, 30)
    assert commits.count == 4  # the gate's, 4, 4, 2
    assert len(keys(store)) == 10


def test_what_is_to_be_sent_is_kept_with_its_entry_or_not_at_all(store: Store) -> None:
    def sending(transaction: WriteTransaction) -> None:
        message = Outgoing(to_party="NWND", type="told", payload=b"{}")
        transaction.append(stamp("s", at(1)), [draft("noted")], [message])
        raise ZeroDivisionError

    with Writer(store=store) as writer:
        assert isinstance(writer.submit(sending).exception(30), ZeroDivisionError)
    with store.read() as connection:
        assert connection.execute(select(outbox)).all() == []
