"""How triggers write into the ledger: one entry under one stamp, about no single release."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from chfw_app.stores.outgoing import Outgoing
from chfw_app.stores.store import WriteTransaction
from chfw_core.documents.trigger_entries import TriggerEntry, store_trigger_entry
from chfw_core.rollout.entries import Draft, Entry, Stamp


def append_entry(
    transaction: WriteTransaction,
    entry: TriggerEntry,
    *,
    by: str,
    at: datetime,
    word: str,
    of: str | None = None,
    digest: bytes | None = None,
    outgoing: Sequence[Outgoing] = (),
) -> Entry:
    """Appends an entry, and gives it as it is kept. Its key is `word/of`; without `of`, the word and its content.

    `digest`: 32 bytes that stand for the content; None: its SHA-256. `outgoing`: messages that tell of it.
    """
    draft = draft_of(entry)
    digest = digest or hashlib.sha256(draft.payload).digest()
    stamp = Stamp(at=at, by=by, release="", key=f"{word}/{of or digest.hex()[:32]}", digest=digest)
    return transaction.append(stamp, [draft], outgoing).entries[0]


def draft_of(entry: TriggerEntry) -> Draft:
    """What the ledger is given of an entry."""
    stored = store_trigger_entry(entry)
    return Draft(type=stored.type, payload=stored.payload, rows=stored.rows)
