"""`python -m benchmarks.ledger.extract URL PARTY`: writes one party's estate as CSV and tells its own size."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chfw_app.reports.extracts import write_statuses
from chfw_app.reports.reading import looking
from chfw_app.reports.statuses import names_hours, statuses
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_core.reports.progress.readers import reader_named
from chfw_core.reports.progress.status import HubStatus

_KIB_IN_MIB = 1 << 10
FIRST = 50_000
"""Rows, five pieces of a file: by then everything is loaded that any number of rows needs."""


def peak_mib() -> float:
    """The largest size of this program so far. The kernel's count for the process has its parent's size in it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kib,) = (int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return kib / _KIB_IN_MIB


def main(url: str, party: str) -> None:
    """Prints one JSON object."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(url, projections()) as store,
        looking(store, reader_named(party)) as sight,
    ):
        sizes: list[float] = []
        began = time.perf_counter()
        found = _watched(statuses(sight), sizes)
        rows = write_statuses(Path(folder) / "estate.csv", found, hours=names_hours(sight))
        spent = time.perf_counter() - began
    print(json.dumps({"rows": rows, "seconds": spent, "first_mib": sizes[0], "peak_mib": peak_mib()}))


def _watched(found: Iterator[HubStatus], sizes: list[float]) -> Iterator[HubStatus]:
    """What comes, and the largest size of this program when so many had come, or all."""
    yield from islice(found, FIRST)
    sizes.append(peak_mib())
    yield from found


if __name__ == "__main__":
    main(*sys.argv[1:3])
