"""A small world of entries for the tests of the ledger: it stands for any kind of event.

`opened` makes a release, `added` its hubs (from the entry's rows), `handed` hands hubs over (set-wise),
`stopped` stops the release, `noted` changes nothing.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, insert, update

from chfw_app.stores.bulk import among, load
from chfw_app.stores.projections import Projections, nothing
from chfw_app.stores.store import Receipt, WriteTransaction
from chfw_app.stores.tables import hub, link, release
from chfw_core.rollout.entries import Draft, Entry, Stamp

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HIGH = 0xFFFF_FFFF_FFFF_0000
"""GUIDs from here on are far above 2^63."""
HUB = {
    "state": "planned",
    "region": "North",
    "reason": "",
    "firmware_version": "01020304",
    "attempts": 0,
    "supplier_count": 1,
    "instructed_count": 0,
}
"""What a row of a hub cannot be without."""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def stamp(key: str, when: datetime = START, *, by: str = "DCC", said: str = "", of: str = "R1") -> Stamp:
    """`said`: the command's content, by which a key used again is told."""
    return Stamp(at=when, by=by, release=of, key=key, digest=sha256(f"{of} {key} {said}".encode()).digest())


def packed(guids: Iterable[int]) -> bytes:
    return b"".join(guid.to_bytes(8, "big") for guid in sorted(guids))


def unpacked(rows: bytes | None) -> list[int]:
    return [int.from_bytes((rows or b"")[n : n + 8], "big") for n in range(0, len(rows or b""), 8)]


def draft(kind: str, guids: Iterable[int] | None = None, **content: object) -> Draft:
    payload = json.dumps(content, sort_keys=True).encode()
    return Draft(type=kind, payload=payload, rows=None if guids is None else packed(guids))


def note(transaction: WriteTransaction, key: str, when: datetime = START, *, n: int = 0) -> Receipt:
    """One entry that changes nothing; `n` is all it says."""
    return transaction.append(stamp(key, when, said=str(n)), [draft("noted", n=n)])


def _opened(connection: Connection, entry: Entry) -> None:
    values = {"stage": "rolling_out", "standing": "active", "record": entry.payload, "last_seq": entry.seq}
    connection.execute(insert(release).values(id=entry.release, **values))


def _added(connection: Connection, entry: Entry) -> None:
    party = json.loads(entry.payload)["party"]
    guids = unpacked(entry.rows)
    load(
        connection,
        hub,
        ("release", "guid", "import_supplier", "window_opens", "last_seq", *HUB),
        ((entry.release, guid, party, entry.at, entry.seq, *HUB.values()) for guid in guids),
    )
    load(
        connection,
        link,
        ("party", "release", "guid", "role"),
        ((party, entry.release, guid, "import") for guid in guids),
    )


def _handed(connection: Connection, entry: Entry) -> None:
    these = (hub.c.release == entry.release, among(connection, hub.c.guid, unpacked(entry.rows)))
    values = {"state": "handed_to_csp", "handed_at": entry.at, "last_seq": entry.seq}
    connection.execute(update(hub).where(*these).values(**values))


def _stopped(connection: Connection, entry: Entry) -> None:
    values = {"standing": "stopped", "last_seq": entry.seq}
    connection.execute(update(release).where(release.c.id == entry.release).values(**values))


PROJECTIONS = Projections(
    by_type={"opened": _opened, "added": _added, "handed": _handed, "stopped": _stopped, "noted": nothing}
)
