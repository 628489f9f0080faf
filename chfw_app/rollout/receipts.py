"""Receipts made of the ledger's entries, and the exit code that each is worth."""

from chfw_app.exits import Exit
from chfw_app.stores.rollout_codec import events_of
from chfw_app.stores.store import Receipt as Kept
from chfw_core.transport.receipts import Receipt


def receipt_of(kept: Kept) -> Receipt:
    """The receipt of entries that are in the ledger."""
    return Receipt(
        first_seq=kept.entries[0].seq,
        last_seq=kept.entries[-1].seq,
        again=kept.again,
        events=tuple(event for entry in kept.entries for event in events_of(entry)),
    )


def exit_of(receipt: Receipt) -> Exit:
    """Refused as a whole: 3. Done, with hubs refused: 2. Done: 0."""
    if receipt.refused is not None:
        return Exit.NO_RESULT
    return Exit.FINDINGS if receipt.refused_hubs else Exit.DONE
