"""The chain of hashes: whatever is done to a ledger, the first entry it was done to is named (NF5, NF6)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.errors import UsageError
from chfw_core.rollout.entries import (
    BreakKind,
    Draft,
    Entry,
    Head,
    Stamp,
    chain,
    check_chain,
    entry_hash,
    head_of,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stamp(key: str = "k", at: datetime = NOON) -> Stamp:
    return Stamp(at=at, by="DCC", release="R1", key=key, digest=sha256(key.encode()).digest())


def written(count: int = 8) -> list[Entry]:
    """A whole ledger: every third entry has rows."""
    entries: list[Entry] = []
    head = Head()
    for n in range(1, count + 1):
        draft = Draft(type="Noted", payload=b'{"n":%d}' % n, rows=n.to_bytes(8, "big") if n % 3 == 0 else None)
        entries += chain(head, stamp(f"k{n}", NOON + timedelta(minutes=n)), [draft])
        head = head_of(entries[-1])
    return entries


def rehashed(entry: Entry) -> Entry:
    return evolve(entry, hash=entry_hash(entry))


def test_a_ledger_as_written_is_whole() -> None:
    entries = written()
    assert [entry.seq for entry in entries] == list(range(1, 9))
    assert check_chain(entries, head=head_of(entries[-1])) is None
    assert check_chain([], head=Head()) is None


def test_entries_of_one_command_follow_each_other() -> None:
    two = chain(Head(), stamp(), [Draft(type="A", payload=b"1"), Draft(type="B", payload=b"2")])
    assert [entry.seq for entry in two] == [1, 2]
    assert two[1].previous == two[0].hash
    assert {entry.key for entry in two} == {"k"}


def test_a_command_without_events_is_no_entry() -> None:
    with pytest.raises(UsageError):
        chain(Head(), stamp(), [])


CHANGED: dict[str, Callable[[Entry], Any]] = {
    "seq": lambda e: e.seq + 100,
    "at": lambda e: e.at + timedelta(microseconds=1),
    "by": lambda e: e.by + "x",
    "release": lambda e: e.release + "x",
    "type": lambda e: e.type + "x",
    "key": lambda e: e.key + "x",
    "digest": lambda e: e.digest[::-1],
    "payload": lambda e: e.payload + b" ",
    "rows": lambda e: b"" if e.rows is None else None,
    "previous": lambda e: bytes(byte ^ 1 for byte in e.previous),
    "hash": lambda e: e.hash[::-1],
}


def test_every_field_is_in_the_hash() -> None:
    """A field added to Entry and forgotten in its hash fails here."""
    entry = written()[2]
    assert set(CHANGED) == {field.name for field in fields(Entry)}
    hashes = {name: entry_hash(evolve(entry, **{name: change(entry)})) for name, change in CHANGED.items()}
    assert {name for name, made in hashes.items() if made == entry.hash} == {"hash"}


@pytest.mark.parametrize("name", [name for name in CHANGED if name != "seq"])
@pytest.mark.parametrize("at", [1, 4, 8])
def test_an_altered_entry_is_named(name: str, at: int) -> None:
    entries = written()
    entries[at - 1] = evolve(entries[at - 1], **{name: CHANGED[name](entries[at - 1])})
    found = check_chain(entries, head=head_of(written()[-1]))
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.ALTERED, at)


@given(st.text(), st.text(), st.text(), st.text())
def test_text_cannot_move_from_one_field_to_the_next(a: str, b: str, c: str, d: str) -> None:
    entry = written()[0]
    one, other = evolve(entry, by=a, release=b), evolve(entry, by=c, release=d)
    assert (entry_hash(one) == entry_hash(other)) == ((a, b) == (c, d))


@pytest.mark.parametrize("at", [1, 4, 7])
def test_a_missing_entry_is_named(at: int) -> None:
    entries = written()
    del entries[at - 1]
    found = check_chain(entries)
    assert found is not None
    assert (found.kind, found.seq, found.said) == (BreakKind.MISSING, at, f"entry {at} is missing")


def test_missing_entries_at_the_end_are_named() -> None:
    entries = written()
    found = check_chain(entries[:5], head=head_of(entries[-1]))
    assert found is not None
    assert (found.kind, found.said) == (BreakKind.MISSING, "entries 6 to 8 are missing")


def test_an_entry_beyond_the_head_is_named() -> None:
    entries = written()
    found = check_chain(entries, head=head_of(entries[4]))
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.REPLACED, 6)


@pytest.mark.parametrize(("one", "other"), [(2, 3), (2, 6), (1, 8), (7, 8)])
def test_two_entries_in_each_others_place_are_named(one: int, other: int) -> None:
    """Read in the order of the ledger, and told by their numbers."""
    entries = written()
    entries[one - 1], entries[other - 1] = entries[other - 1], entries[one - 1]
    found = check_chain(entries, head=head_of(written()[-1]))
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.MOVED, one)


@pytest.mark.parametrize(("one", "other"), [(2, 3), (2, 6), (1, 8), (7, 8)])
def test_two_entries_that_changed_numbers_are_named(one: int, other: int) -> None:
    """Read by number, as a database gives them: the numbers are without a gap, the content has moved."""
    entries = written()
    entries[one - 1], entries[other - 1] = (
        evolve(entries[other - 1], seq=one),
        evolve(entries[one - 1], seq=other),
    )
    found = check_chain(entries, head=head_of(written()[-1]))
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.MOVED, one)
    assert found.said == f"what is numbered {one} was written as entry {other}"


def test_an_entry_that_comes_twice_is_named() -> None:
    entries = written()
    found = check_chain([*entries[:4], entries[3], *entries[4:]])
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.MOVED, 4)


@pytest.mark.parametrize("at", [2, 5, 8])
def test_an_entry_written_anew_with_its_hash_is_named(at: int) -> None:
    entries = written()
    entries[at - 1] = rehashed(evolve(entries[at - 1], payload=b"{}"))
    found = check_chain(entries, head=head_of(written()[-1]))
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.REPLACED, at)


def test_a_ledger_written_anew_as_a_whole_shows_beside_a_hash_kept_elsewhere() -> None:
    noted = {5: written()[4].hash}
    forged: list[Entry] = []
    for entry in written():
        changed = evolve(entry, payload=b"{}") if entry.seq == 3 else entry
        forged.append(rehashed(evolve(changed, previous=forged[-1].hash if forged else entry.previous)))
    assert check_chain(forged, head=head_of(forged[-1])) is None  # nothing inside it can show it
    found = check_chain(forged, head=head_of(forged[-1]), noted=noted)
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.REPLACED, 5)


def test_a_ledger_cut_short_shows_beside_a_hash_kept_elsewhere() -> None:
    entries = written()
    found = check_chain(entries[:3], head=head_of(entries[2]), noted={7: entries[6].hash})
    assert found is not None
    assert (found.kind, found.seq) == (BreakKind.MISSING, 4)
