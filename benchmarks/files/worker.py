"""`python -m benchmarks.files.worker ITEM FOLDER`: one item in a process of its own; prints one JSON object."""

import json
import sys
import time
from pathlib import Path

from benchmarks.files.items import item
from benchmarks.ledger.extract import peak_mib


def main(name: str, folder: str) -> None:
    """Times the item with its imports done, as a command of several steps would meet it."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    work = item(name)
    start, began = peak_mib(), time.perf_counter()
    rows = work(Path(folder))
    spent = time.perf_counter() - began
    print(json.dumps({"rows": rows, "seconds": spent, "start_mib": start, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
