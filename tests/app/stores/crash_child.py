"""A process that writes to a ledger and says on its standard output what was acknowledged, until it is killed.

Arguments: the database's address, a name for this run, and a seed.
"""

import os
import random
import sys
import threading

from chfw_app.stores.open import open_store
from chfw_app.stores.outgoing import Outgoing
from chfw_app.stores.store import Receipt, WriteTransaction
from chfw_app.stores.writer import Unit, Writer
from tests.app.stores.small_world import PROJECTIONS, START, draft, stamp

THREADS = 4


def main(url: str, run: str, seed: int) -> None:
    with open_store(url, PROJECTIONS) as store, Writer(store=store) as writer:
        writer.run(lambda transaction: transaction.append(stamp(f"{run} open", of=run), [draft("opened")]))
        for thread in range(THREADS):
            threading.Thread(target=write_on, args=(writer, run, thread, seed), daemon=True).start()
        threading.Event().wait()


def write_on(writer: Writer, run: str, thread: int, seed: int) -> None:
    """Commands of several kinds, one after the other; each is acknowledged on one line."""
    draw = random.Random(seed * THREADS + thread)
    base = 2**63 + (thread << 32)
    for n in range(sys.maxsize):
        key = f"{run} {thread} {n}"
        receipt = writer.run(a_command(key, run, [base + 3 * n + k for k in range(3)], draw.random()))
        first, last = receipt.entries[0].seq, receipt.entries[-1].seq
        os.write(1, f"{key}\t{first}\t{last}\n".encode())  # one call: the line is there as a whole or not at all


def a_command(key: str, run: str, guids: list[int], kind: float) -> Unit[Receipt]:
    def unit(transaction: WriteTransaction) -> Receipt:
        told = [Outgoing(to_party="NWND", type="told", payload=key.encode())]
        if kind < 0.5:
            return transaction.append(stamp(key, START, of=run), [draft("noted")], told)
        drafts = [draft("added", guids, party="NWND"), draft("handed", guids[:2])]
        return transaction.append(stamp(key, START, of=run), drafts, told)

    return unit


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
