"""Small estates for the tests of this folder."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chfw_core.model.estate import ESTATE_COLUMNS

NAMES = tuple(column.name for column in ESTATE_COLUMNS if column.required)
Cells = Mapping[str, str | None]


def guid(number: int) -> str:
    """A GUID beyond 2^63, as real ones are."""
    digits = f"{0xE4FED99000000000 + number:016X}"
    return "-".join(digits[at : at + 2] for at in range(0, 16, 2))


def hub(number: int, **changes: str | None) -> dict[str, str | None]:
    """A hub's cells."""
    return {
        "guid": guid(number),
        "csp_region": "North",
        "manufacturer": "106C",
        "device_model": "433100AC",
        "firmware_version": "2020CB22",
        "configuration_set": "CS-0112",
        "installed_on": "2021-02-03",
        "smi_status": "Commissioned",
        "import_supplier": "NWND",
        "gas_supplier": "BRKW",
        "flags": "psr|medical",
        "han_device_types": "",
    } | changes


def write_csv(path: Path, rows: Sequence[Cells], names: Sequence[str] = NAMES) -> Path:
    """The rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[row.get(name) or "" for name in names] for row in rows])
    return path


def write_parquet(path: Path, rows: Sequence[Cells], names: Sequence[str] = NAMES, **options: int) -> Path:
    """The rows as Parquet, every column of text."""
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    pq.write_table(pa.table(columns), path, **options)
    return path
