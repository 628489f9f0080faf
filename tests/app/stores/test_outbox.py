"""The outbox: at least once, never lost, the same id every time, dead letters in sight (NF6)."""

from datetime import timedelta

import pytest
from attrs import define, field
from sqlalchemy import select

from chfw_app.stores.outbox import OutboxMessage, Retries, dead_letters, deliver, revive, waiting
from chfw_app.stores.outgoing import Outgoing
from chfw_app.stores.store import Store
from chfw_app.stores.tables import outbox
from tests.app.stores.small_world import at, draft, stamp

RETRIES = Retries(first=timedelta(minutes=1), factor=2, longest=timedelta(minutes=5), attempts=4)


@define
class Receiver:
    """Takes messages, or refuses them."""

    seen: list[OutboxMessage] = field(factory=list)
    refuses: frozenset[str] = frozenset()

    def __call__(self, message: OutboxMessage) -> None:
        self.seen.append(message)
        if message.to_party in self.refuses:
            raise ConnectionError("nobody there")

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.seen]


def told(to_party: str, of: int = 0, text: str = "x") -> Outgoing:
    return Outgoing(to_party=to_party, type="told", payload=text.encode(), draft=of)


@pytest.fixture
def filled(store: Store) -> Store:
    """Two commands: one with two events and three messages, one with one message."""
    with store.write() as transaction:
        transaction.append(
            stamp("a", at(0)),
            [draft("noted", n=1), draft("noted", n=2)],
            [told("NWND"), told("BRKW", 1, "first"), told("NWND", 1, "second")],
        )
        transaction.append(stamp("b", at(0)), [draft("noted")], [told("NWND")])
    return store


def all_waiting(store: Store) -> list[str]:
    with store.read() as connection:
        return [message.id for message in waiting(connection)]


def test_messages_bear_the_number_of_their_entry(filled: Store) -> None:
    receiver = Receiver()
    done = deliver(filled, 10, receiver, at(0))
    assert [(message.seq, message.to_party, message.payload) for message in receiver.seen] == [
        (1, "NWND", b"x"),
        (2, "BRKW", b"first"),
        (2, "NWND", b"second"),
        (3, "NWND", b"x"),
    ]
    # NF7: the id counts what its reader has been sent and tells nothing of what others are.
    assert receiver.ids == ["NWND/000000000001", "BRKW/000000000001", "NWND/000000000002", "NWND/000000000003"]
    assert done.delivered == tuple(receiver.ids)
    assert all_waiting(filled) == []
    assert deliver(filled, 10, receiver, at(9)).delivered == ()


def test_a_command_repeated_sends_nothing_again(filled: Store) -> None:
    with filled.write() as transaction:
        transaction.append(stamp("b", at(1)), [draft("noted")], [told("NWND")])
    assert len(all_waiting(filled)) == 4


def test_a_batch_takes_the_first_ones(filled: Store) -> None:
    receiver = Receiver()
    assert len(deliver(filled, 3, receiver, at(0)).delivered) == 3
    assert [message.seq for message in receiver.seen] == [1, 2, 2]
    assert len(deliver(filled, 3, receiver, at(0)).delivered) == 1


def test_a_failure_is_tried_again_later_and_later_under_the_same_id(filled: Store) -> None:
    receiver = Receiver(refuses=frozenset({"BRKW"}))
    done = deliver(filled, 10, receiver, at(0), RETRIES)
    assert (len(done.delivered), len(done.failed)) == (3, 1)
    tried = []
    for minute in range(1, 20):
        receiver.seen.clear()
        deliver(filled, 10, receiver, at(minute), RETRIES)
        if receiver.seen:
            tried.append((minute, receiver.seen[0].attempts, receiver.ids))
    (only,) = done.failed
    assert tried == [(1, 2, [only]), (3, 3, [only]), (7, 4, [only])]  # after 1, 2 and 4 minutes


def test_waits_grow_up_to_the_longest() -> None:
    assert [RETRIES.wait_after(n) / timedelta(minutes=1) for n in (1, 2, 3, 4, 5, 5_000)] == [1, 2, 4, 5, 5, 5]


def test_dead_letters_stay_in_sight_and_can_be_revived(filled: Store) -> None:
    receiver = Receiver(refuses=frozenset({"BRKW"}))
    for minute in (0, 1, 3):
        assert deliver(filled, 10, receiver, at(minute), RETRIES).dead == ()
    (dead,) = deliver(filled, 10, receiver, at(7), RETRIES).dead
    assert deliver(filled, 10, receiver, at(10_000), RETRIES) == deliver(filled, 10, receiver, at(10_001), RETRIES)
    with filled.read() as connection:
        (letter,) = dead_letters(connection)
        assert waiting(connection) == ()
    assert (letter.id, letter.last_error, letter.attempts) == (dead, "ConnectionError: nobody there", 4)
    assert revive(filled, [dead, "no such id"], at(20_000)) == 1
    assert deliver(filled, 10, Receiver(), at(20_000), RETRIES).delivered == (dead,)
    with filled.read() as connection:
        assert dead_letters(connection) == ()


class DiedError(BaseException):
    """Stands for a process that is killed: nothing catches it."""


def test_a_sender_that_dies_has_lost_nothing(filled: Store) -> None:
    """Before or after the message has gone out, nobody can tell: it is sent again once the lease is over."""

    def dies(_: OutboxMessage) -> None:
        raise DiedError

    with pytest.raises(DiedError):
        deliver(filled, 10, dies, at(0), RETRIES)
    receiver = Receiver()
    assert deliver(filled, 10, receiver, at(1), RETRIES).delivered == ()
    after = at(0) + RETRIES.lease
    assert len(deliver(filled, 10, receiver, after, RETRIES).delivered) == 4
    assert len(receiver.seen) == 4


def test_two_senders_share_what_is_due(filled: Store) -> None:
    """While one sends, the other does not get the same."""
    inner = Receiver()
    outer: list[str] = []

    def sends_and_looks(message: OutboxMessage) -> None:
        outer.append(message.id)
        deliver(filled, 10, inner, at(0), RETRIES)

    deliver(filled, 2, sends_and_looks, at(0), RETRIES)
    assert len(outer) == len(inner.ids) == 2
    assert set(outer).isdisjoint(inner.ids)


def test_a_late_failure_does_not_undo_what_another_sender_delivered(filled: Store) -> None:
    """The lease had run out while the first still waited for an answer."""
    receiver = Receiver()

    def slow(_: OutboxMessage) -> None:
        deliver(filled, 10, receiver, at(0) + RETRIES.lease, RETRIES)
        raise TimeoutError

    deliver(filled, 1, slow, at(0), RETRIES)
    assert len(receiver.seen) == 4
    assert all_waiting(filled) == []


def test_sending_holds_no_lock(filled: Store) -> None:
    def appends(message: OutboxMessage) -> None:
        with filled.write() as transaction:
            transaction.append(stamp(f"while {message.id}", at(1)), [draft("noted")])

    assert len(deliver(filled, 10, appends, at(0)).delivered) == 4


def test_what_was_delivered_is_kept_with_its_time(filled: Store) -> None:
    deliver(filled, 1, Receiver(), at(5))
    with filled.read() as connection:
        row = connection.execute(select(outbox).order_by(outbox.c.seq, outbox.c.nth).limit(1)).one()
    assert (row.delivered_at, row.attempts, row.next_at) == (at(5), 1, None)
