"""A process that takes files in and sends messages out until it is killed: `ledger folder instant`.

It says `ready`, and then a line for each file that it has answered.
"""

import sys

from chfw_app.testing import ledger_at
from chfw_app.transports.drop_rounds import FileDone, Rounds
from chfw_core.model.periods import parse_instant
from chfw_files.drop.places import place_at
from chfw_files.drop.transport import DropFolders
from tests.app.transports.crash_scene import PARTIES


def _tell(done: FileDone) -> None:
    sys.stdout.write(f"{done.file}\n")
    sys.stdout.flush()


def main(url: str, folder: str, at: str) -> None:
    """Never ends by itself."""
    now = parse_instant(at)
    with ledger_at(url) as ledger:
        ledger.service.clock = lambda: now
        drop = DropFolders(place=place_at(folder), settle=0.0, only=PARTIES)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            Rounds(service=ledger.service, drops=[drop], seen=_tell).once()


if __name__ == "__main__":
    main(*sys.argv[1:])
