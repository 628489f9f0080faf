"""The ledger on both databases: one order, no gap, one answer for one key (I9, NF5, NF6)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from chfw_app.stores import ledger, tables
from chfw_app.stores.ledger import ClockWentBackError, KeyReusedError, last_by, read_entries, read_head
from chfw_app.stores.open import open_store
from chfw_app.stores.outgoing import Outgoing
from chfw_app.stores.store import Store
from chfw_app.stores.verify import verify_ledger
from chfw_core.errors import ChfwError, UsageError
from chfw_core.rollout.entries import Head, check_chain
from tests.app.stores.small_world import PROJECTIONS, START, at, draft, note, stamp


def count(store: Store, table: str = "entry") -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(tables.METADATA.tables[table])).scalar_one()


def test_an_empty_ledger_has_a_head(store: Store) -> None:
    with store.read() as connection:
        assert read_head(connection) == Head()
        assert verify_ledger(connection).broken is None


def test_entries_come_back_as_they_were_appended(store: Store, url: str) -> None:
    with store.write() as transaction:
        made = transaction.append(
            stamp("k1", START + timedelta(microseconds=7)),
            [draft("opened", text="£ – ü"), draft("noted", [3, 1, 2**64 - 1]), draft("noted", [])],
        )
    with open_store(url, PROJECTIONS) as again, again.read() as connection:
        found = tuple(read_entries(connection))
        assert read_head(connection).hash == found[-1].hash
    assert found == made.entries
    assert [entry.rows is None for entry in found] == [True, False, False]
    assert check_chain(found) is None


def test_numbers_have_no_gap_whatever_was_undone_in_between(store: Store) -> None:
    for n in range(5):
        with store.write() as transaction:
            note(transaction, f"kept {n}", at(n))
        with pytest.raises(ZeroDivisionError), store.write() as transaction:
            assert note(transaction, f"undone {n}", at(n)).entries[0].seq / 0
    with store.read() as connection:
        assert [(entry.seq, entry.key) for entry in read_entries(connection)] == [
            (n + 1, f"kept {n}") for n in range(5)
        ]
        assert verify_ledger(connection).entries_read == 5


def test_the_same_command_again_has_the_same_answer_and_adds_nothing(store: Store) -> None:
    with store.write() as transaction:
        first = transaction.append(stamp("k"), [draft("noted", n=1), draft("noted", n=2)])
        second = transaction.append(stamp("k"), [draft("noted", n=1), draft("noted", n=2)])
    with store.write() as transaction:
        note(transaction, "other", at(5))
        # Later, too, and whatever it would decide today.
        third = transaction.append(stamp("k", at(6)), [draft("stopped")])
    assert (first.again, second.again, third.again) == (False, True, True)
    assert first.entries == second.entries == third.entries
    assert count(store) == 3


def test_another_command_under_the_same_key_is_refused(store: Store) -> None:
    with store.write() as transaction:
        note(transaction, "k", n=1)
    with pytest.raises(KeyReusedError) as refused, store.write() as transaction:
        note(transaction, "k", n=2)
    assert refused.value.code == "key_reused"
    assert count(store) == count(store, "answer") == 1


def test_a_key_is_its_senders_own(store: Store) -> None:
    """NF7: neither learns from an answer that somebody else used the same key."""
    with store.write() as transaction:
        for party in ("NWND", "BRKW"):
            made = transaction.append(stamp("1", by=party, said=party), [draft("noted", party=party)])
            assert not made.again
    assert count(store) == 2


def test_a_time_before_the_last_entry_is_refused(store: Store) -> None:
    with store.write() as transaction:
        note(transaction, "a", at(10))
        note(transaction, "b", at(10))
    with pytest.raises(ClockWentBackError), store.write() as transaction:
        note(transaction, "c", at(10) - timedelta(microseconds=1))
    assert count(store) == 2


@pytest.mark.parametrize("drafts", [[], [draft("unheard_of")]])
def test_what_cannot_be_projected_is_not_appended(store: Store, drafts: list[object]) -> None:
    with pytest.raises(UsageError), store.write() as transaction:
        transaction.append(stamp("k"), drafts)  # type: ignore[arg-type]
    assert count(store) == count(store, "answer") == 0


def test_a_message_of_no_event_is_refused(store: Store) -> None:
    with pytest.raises(UsageError), store.write() as transaction:
        transaction.append(stamp("k"), [draft("noted")], [Outgoing(to_party="NWND", type="x", payload=b"{}", draft=1)])


def test_entries_are_read_from_a_number_on_and_for_one_release(store: Store) -> None:
    with store.write() as transaction:
        for n in range(1, 8):
            transaction.append(stamp(f"{n}", at(n), of=f"R{n % 2}"), [draft("noted")])
    with store.read() as connection:
        assert [entry.seq for entry in read_entries(connection, after=4)] == [5, 6, 7]
        assert [entry.seq for entry in read_entries(connection, after=1, upto=3)] == [2, 3]
        assert [entry.seq for entry in read_entries(connection, release="R0")] == [2, 4, 6]
        assert [last_by(connection, at(m)) for m in (0.9, 1, 3.5, 99)] == [0, 1, 3, 7]


def test_a_reader_sees_one_state_throughout(store: Store) -> None:
    with store.write() as transaction:
        note(transaction, "a")
    with store.read() as connection:
        assert read_head(connection).seq == 1
        with store.write() as transaction:
            note(transaction, "b")
        assert read_head(connection).seq == 1
        assert [entry.seq for entry in read_entries(connection)] == [1]
    with store.read() as connection:
        assert read_head(connection).seq == 2


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError), store.read() as connection:
        connection.execute(
            insert(tables.task).values(release="R1", owner="DCC", kind="x", subject="", binding=True, starts=START)
        )


@pytest.mark.parametrize("change", [update(tables.entry).values(payload=b"{}"), delete(tables.entry)])
def test_the_database_refuses_to_change_entries(store: Store, change: object) -> None:
    with store.write() as transaction:
        note(transaction, "a")
    with pytest.raises(DBAPIError, match="never changed"), store.update() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    assert count(store) == 1


def unguarded(store: Store, *statements: str) -> None:
    """What somebody with all rights could do."""
    off = "ALTER TABLE entry DISABLE TRIGGER ALL"
    with store.update() as connection:
        if connection.dialect.name == "sqlite":
            for word in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER entry_{word}")
        else:
            connection.exec_driver_sql(off)
        for statement in statements:
            connection.exec_driver_sql(statement)


TAMPERED = {
    "altered payload": (["UPDATE entry SET payload = previous WHERE seq = 4"], "entry 4 is not what was written"),
    "altered rows": (["UPDATE entry SET rows = previous WHERE seq = 4"], "entry 4 is not what was written"),
    "altered author": (["UPDATE entry SET \"by\" = 'NWND' WHERE seq = 4"], "entry 4 is not what was written"),
    "missing": (["DELETE FROM entry WHERE seq = 4"], "entry 4 is missing"),
    "missing at the end": (["DELETE FROM entry WHERE seq > 6"], "entries 7 to 8 are missing"),
    "two in each other's place": (
        [
            "UPDATE entry SET seq = 99 WHERE seq = 4",
            "UPDATE entry SET seq = 4 WHERE seq = 6",
            "UPDATE entry SET seq = 6 WHERE seq = 99",
        ],
        "what is numbered 4 was written as entry 6",
    ),
    "the head": (["UPDATE head SET seq = 7"], "the ledger's head ends at entry 7"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_done_to_the_tables_is_found_and_named(store: Store, what: str) -> None:
    with store.write() as transaction:
        for n in range(1, 9):
            transaction.append(stamp(f"{n}", at(n)), [draft("noted", [n] if n == 4 else None, n=n)])
    with store.update() as connection:
        connection.execute(delete(tables.answer))  # its foreign keys would be in the way
    statements, said = TAMPERED[what]
    unguarded(store, *statements)
    with store.read() as connection:
        found = verify_ledger(connection)
    assert found.broken is not None
    assert found.broken.said.startswith(said)


def test_errors_of_the_ledger_say_whose_fault_it_is() -> None:
    assert issubclass(ledger.KeyReusedError, ChfwError)
    assert issubclass(ledger.ClockWentBackError, ChfwError)
