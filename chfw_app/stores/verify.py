"""Whether a ledger is whole: every entry as it was written, none missing, none moved."""

from collections.abc import Iterator, Mapping

from attrs import frozen
from sqlalchemy import Connection

from chfw_app.stores.ledger import read_entries, read_head
from chfw_core.rollout.entries import ChainBreak, Entry, Head, check_chain


@frozen(kw_only=True)
class LedgerChecked:
    """What was found: where the ledger says it ends, how many entries were read, and the first break."""

    head: Head
    entries_read: int
    broken: ChainBreak | None


def verify_ledger(connection: Connection, noted: Mapping[int, bytes] | None = None) -> LedgerChecked:
    """Reads the whole ledger in one snapshot. `noted`: hashes kept elsewhere, by number (NF5, NF6)."""
    head, count = read_head(connection), 0

    def counted() -> Iterator[Entry]:
        nonlocal count
        for entry in read_entries(connection):
            count += 1
            yield entry

    broken = check_chain(counted(), head=head, noted=noted)
    return LedgerChecked(head=head, entries_read=count, broken=broken)
