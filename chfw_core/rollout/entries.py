"""Entries of the ledger, and the chain of hashes that holds them together.

An entry is one event as it was written: bytes, whatever kind of event they tell of. Its number follows
that of the entry before without a gap, and its hash is the SHA-256 of all its other fields, the hash of
the entry before among them. So no entry can be altered, taken out, put in or moved without every later
hash being made anew, and the last one is held by the ledger's head and by whoever noted it elsewhere.

Nothing here knows a clock, a file or a database: `check_chain` reads entries from wherever they come.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from attrs import evolve, field, frozen
from attrs.validators import ge

from chfw_core.errors import UsageError
from chfw_core.model.periods import as_utc

HASH_BYTES = 32
NO_HASH = bytes(HASH_BYTES)
"""What the first entry has for the hash of the one before."""

_FORM = b"chfw-entry-1"
"""Names the encoding that is hashed: another encoding would bear another name."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@frozen(kw_only=True)
class Head:
    """Where a ledger ends: number, hash and time of its last entry (0, zeros and None before any)."""

    seq: int = 0
    hash: bytes = NO_HASH
    at: datetime | None = None


@frozen(kw_only=True)
class Stamp:
    """Who commands what, when, under which key: what all entries of one command share.

    `key`: the sender's idempotency key, unique among that sender's. `digest`: 32 bytes that stand for
    the command's content; the same key with another digest is another command.
    """

    at: datetime = field(converter=as_utc)
    by: str
    release: str
    key: str
    digest: bytes = field()

    @digest.validator
    def _check_digest(self, _: object, value: bytes) -> None:
        if len(value) != HASH_BYTES:
            raise UsageError(f"a command's digest has {HASH_BYTES} bytes, not {len(value)}")


@frozen(kw_only=True)
class Draft:
    """An event that is to become an entry: its type, its content, and the hubs it concerns, packed."""

    type: str
    payload: bytes
    rows: bytes | None = None


@frozen(kw_only=True)
class Entry:
    """One entry. `payload`: canonical JSON. `rows`: a packed list of GUIDs, where the event has one.

    `hash` covers every other field; `previous` is the hash of the entry before.
    """

    seq: int = field(validator=ge(1))
    at: datetime = field(converter=as_utc)
    by: str
    release: str
    type: str
    key: str
    digest: bytes
    payload: bytes
    rows: bytes | None
    previous: bytes
    hash: bytes


class BreakKind(StrEnum):
    """What is wrong where a chain breaks."""

    ALTERED = "altered"
    MISSING = "missing"
    MOVED = "moved"
    REPLACED = "replaced"


@frozen(kw_only=True)
class ChainBreak:
    """The first entry, by number, at which a chain breaks, and how."""

    kind: BreakKind
    seq: int
    said: str


def chain(head: Head, stamp: Stamp, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
    """The entries that follow `head`, numbered and hashed. Raises UsageError where there is no draft."""
    if not drafts:
        raise UsageError("a command without any event leaves no trace, so its key could not be told again")
    entries: list[Entry] = []
    previous = head.hash
    for seq, draft in enumerate(drafts, start=head.seq + 1):
        unhashed = Entry(
            seq=seq,
            at=stamp.at,
            by=stamp.by,
            release=stamp.release,
            type=draft.type,
            key=stamp.key,
            digest=stamp.digest,
            payload=draft.payload,
            rows=draft.rows,
            previous=previous,
            hash=NO_HASH,
        )
        entries.append(evolve(unhashed, hash=entry_hash(unhashed)))
        previous = entries[-1].hash
    return tuple(entries)


def head_of(entry: Entry) -> Head:
    """The head of a ledger whose last entry this is."""
    return Head(seq=entry.seq, hash=entry.hash, at=entry.at)


def entry_hash(entry: Entry) -> bytes:
    """SHA-256 over all fields but `hash`, each with its length before it: 32 bytes."""
    digest = hashlib.sha256(_FORM)
    for part in _parts(entry):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def _parts(entry: Entry) -> Iterator[bytes]:
    yield entry.seq.to_bytes(8, "big")
    yield ((entry.at - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)
    for text in (entry.by, entry.release, entry.type, entry.key):
        yield text.encode()
    yield entry.digest
    yield entry.payload
    # No rows and an empty list of rows are two things.
    yield b"" if entry.rows is None else b"rows"
    yield entry.rows or b""
    yield entry.previous


def check_chain(
    entries: Iterable[Entry], *, head: Head | None = None, noted: Mapping[int, bytes] | None = None
) -> ChainBreak | None:
    """The first break of a ledger read from its first entry on, or None where it is whole.

    `entries`: as they lie there; read once, one at a time. `head`: where the ledger says it ends, so that
    entries missing at its end are found. `noted`: hashes kept elsewhere, by number; with them a ledger
    that was made anew from some entry on is found as well, which nothing inside it can show.
    """
    noted = noted or {}
    last = Head()
    rest = iter(entries)
    for entry in rest:
        wrong = _first_wrong(last, entry, noted)
        if wrong is not None:
            return _named(wrong, entry, last, rest, head)
        last = head_of(entry)
    if head is not None:
        if head.seq > last.seq:
            return _missing(last.seq + 1, head.seq)
        if head.seq < last.seq:
            return ChainBreak(
                kind=BreakKind.REPLACED, seq=head.seq + 1, said=f"the ledger's head ends at entry {head.seq}"
            )
        if head.hash != last.hash:
            return ChainBreak(kind=BreakKind.REPLACED, seq=last.seq, said=_not_the_one(last.seq, "the ledger's head"))
    beyond = [seq for seq in noted if seq > last.seq]
    return _missing(last.seq + 1, max(beyond)) if beyond else None


def _first_wrong(last: Head, entry: Entry, noted: Mapping[int, bytes]) -> BreakKind | None:
    if entry.seq != last.seq + 1:
        return BreakKind.MISSING if entry.seq > last.seq else BreakKind.MOVED
    if entry_hash(entry) != entry.hash:
        return BreakKind.ALTERED
    if entry.previous != last.hash or noted.get(entry.seq, entry.hash) != entry.hash:
        return BreakKind.REPLACED
    return None


def _named(wrong: BreakKind, entry: Entry, last: Head, rest: Iterator[Entry], head: Head | None) -> ChainBreak:
    """The break with its words; looks through the rest of the ledger where that tells what happened."""
    due = last.seq + 1
    match wrong:
        case BreakKind.MISSING:
            if any(later.seq == due for later in rest):
                return ChainBreak(
                    kind=BreakKind.MOVED, seq=due, said=f"entry {due} comes after entry {entry.seq}, not before it"
                )
            return _missing(due, entry.seq - 1)
        case BreakKind.MOVED:
            return ChainBreak(
                kind=BreakKind.MOVED, seq=entry.seq, said=f"entry {entry.seq} comes again, or too late: {due} was due"
            )
        case BreakKind.ALTERED:
            came_from = _home(entry, rest, head)
            if came_from is not None:
                said = f"what is numbered {due} was written as entry {came_from}"
                return ChainBreak(kind=BreakKind.MOVED, seq=due, said=said)
            return ChainBreak(
                kind=BreakKind.ALTERED, seq=due, said=f"entry {due} is not what was written: its hash does not fit it"
            )
        case BreakKind.REPLACED if entry.previous != last.hash and last.seq:
            return ChainBreak(kind=BreakKind.REPLACED, seq=last.seq, said=_not_the_one(last.seq, f"entry {entry.seq}"))
        case BreakKind.REPLACED:
            return ChainBreak(kind=BreakKind.REPLACED, seq=due, said=f"entry {due} was written anew, hash and all")


def _home(entry: Entry, rest: Iterator[Entry], head: Head | None) -> int | None:
    """The number under which an entry was written, where a later one, or the head, still names its hash."""
    for later in rest:
        if later.previous == entry.hash:
            home = later.seq - 1
            return home if home > 0 and entry_hash(evolve(entry, seq=home)) == entry.hash else None
    if (
        head is not None
        and head.hash == entry.hash
        and head.seq
        and entry_hash(evolve(entry, seq=head.seq)) == entry.hash
    ):
        return head.seq
    return None


def _missing(first: int, last: int) -> ChainBreak:
    said = f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
    return ChainBreak(kind=BreakKind.MISSING, seq=first, said=said)


def _not_the_one(seq: int, by: str) -> str:
    return f"entry {seq} was written anew: it is not the one that {by} was chained to"
