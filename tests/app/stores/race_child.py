"""A process that hands hubs over in one release after the other, until somebody stops each; it may be the one.

Arguments: the database's address, its name, a seed, how many releases. Writes one line for each release:
how many hand-overs it made there, and whether the stop was its own.
"""

import os
import random
import sys
import threading
import time

from sqlalchemy import select

from chfw_app.stores.open import open_store
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import release
from chfw_app.stores.writer import Unit, Writer
from tests.app.stores.small_world import PROJECTIONS, START, draft, stamp

THREADS = 2
STOPS = 0.08
"""How likely a command is a stop."""


def main(url: str, name: str, seed: int, rounds: int) -> None:
    with open_store(url, PROJECTIONS) as store, Writer(store=store) as writer:
        threads = [
            threading.Thread(target=work, args=(writer, f"{name}.{n}", seed * THREADS + n, rounds))
            for n in range(THREADS)
        ]
        os.write(1, b"ready\n")
        sys.stdin.readline()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def work(writer: Writer, name: str, seed: int, rounds: int) -> None:
    draw = random.Random(seed)
    for number in range(rounds):
        handed, ended, of = 0, "", f"R{number}"
        while not ended:
            time.sleep(draw.random() ** 8 * 0.02)  # mostly at once, sometimes later
            kind = "stopped" if draw.random() < STOPS else "handed"
            ended = writer.run(act(f"{name} {number} {handed}", of, kind))
            handed += ended == ""
        os.write(1, f"{name}\t{of}\t{handed}\t{ended}\n".encode())  # one call: two threads' lines do not mix


def act(key: str, of: str, kind: str) -> Unit[str]:
    """Hands over, or stops, unless the release is stopped: what was read holds until it is committed."""

    def unit(transaction: WriteTransaction) -> str:
        standing = transaction.connection.execute(select(release.c.standing).where(release.c.id == of)).scalar()
        if standing == "stopped":
            return "was stopped"
        drafts = [draft(kind, [])] if standing else [draft("opened"), draft(kind, [])]
        transaction.append(stamp(key, START, of=of), drafts)
        return "stopped it" if kind == "stopped" else ""

    return unit


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
