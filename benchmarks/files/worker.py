"""`python -m benchmarks.files.worker ITEM FOLDER`: one item in a process of its own; prints one JSON object."""

import json
import sys
from pathlib import Path

from benchmarks.clock import Clock
from benchmarks.files.items import item
from benchmarks.ledger.extract import peak_mib


def main(name: str, folder: str) -> None:
    """Times the item with its imports done, as a command of several steps would meet it."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    work = item(name)
    start, clock = peak_mib(), Clock()
    with clock.step(name):
        rows = work(Path(folder))
    told = {"rows": rows, "seconds": clock.wall, "cpu": clock.cpu, "start_mib": start, "peak_mib": peak_mib()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:3])
