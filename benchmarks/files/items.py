"""What is timed: each item is a function of a folder, run in a process of its own, and gives how many rows it met."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

ROWS = 1_000_000
SHEET_ROWS = 50_000
FEW, MANY = 100_000, 3_000_000
SHEET_FEW, SHEET_MANY = 20_000, 400_000
AT_ONCE = 10_000
"""Rows that come from the ledger at a time."""


def make(folder: Path, rows: int, sheet_rows: int) -> None:
    """The same estate in every format."""
    from chfw_emulator.estates import SCHEMA, generate_estate
    from chfw_files.tables.writing import write_table

    for name, count in (
        ("estate.csv", rows),
        ("estate.parquet", rows),
        ("estate.jsonl", rows),
        ("estate.xlsx", sheet_rows),
    ):
        write_table(folder / name, SCHEMA, generate_estate(count, 7, 20, 0.15))


def _read(name: str) -> Callable[[Path], int]:
    def read(folder: Path) -> int:
        from chfw_files.documents.estate import open_estate

        estate = open_estate(folder / name)
        estate.set_aside_repeated()
        rows = sum(int(batch.num_rows) for batch in estate.batches())
        assert not estate.quarantine
        return rows

    return read


def _csv_alone(folder: Path) -> int:
    import pyarrow.csv as pacsv

    return int(pacsv.read_csv(folder / "estate.csv").num_rows)


def _parquet_alone(folder: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_table(folder / "estate.parquet").num_rows)


def _jsonl_alone(folder: Path) -> int:
    with (folder / "estate.jsonl").open("rb") as file:
        return sum(1 for line in file if json.loads(line))


def _xlsx_alone(folder: Path) -> int:
    import fastexcel

    sheet = fastexcel.read_excel(folder / "estate.xlsx").load_sheet(0, dtypes="string")
    return int(sheet.to_arrow().num_rows)


def _batches(rows: int) -> Iterator[pa.RecordBatch]:
    """Pieces of an extract, made as they are asked for."""
    import numpy as np

    from chfw_app.reports.extracts import STATUS_SCHEMA

    for start in range(0, rows, AT_ONCE):
        count = min(AT_ONCE, rows - start)
        columns = []
        for entry in STATUS_SCHEMA:
            if entry.name == "guid":
                columns.append(pa.array(np.arange(start, start + count, dtype=np.uint64) + np.uint64(2**63)))
            elif pa.types.is_string(entry.type):
                columns.append(pa.array([f"{entry.name} {number % 97}" for number in range(count)]))
            else:
                columns.append(pa.nulls(count, entry.type))
        yield pa.RecordBatch.from_arrays(columns, schema=STATUS_SCHEMA)


def _write(extension: str, rows: int) -> Callable[[Path], int]:
    def write(folder: Path) -> int:
        from chfw_app.reports.extracts import STATUS_SCHEMA
        from chfw_files.tables.writing import write_table

        path = folder / f"extract-{rows}{extension}"
        try:
            return write_table(path, STATUS_SCHEMA, _batches(rows))
        finally:
            path.unlink(missing_ok=True)

    return write


READ: Mapping[str, tuple[Callable[[Path], int], Callable[[Path], int], float | None]] = {
    "CSV": (_read("estate.csv"), _csv_alone, 5.0),
    "Parquet": (_read("estate.parquet"), _parquet_alone, 2.0),
    "JSON Lines": (_read("estate.jsonl"), _jsonl_alone, None),
    "XLSX": (_read("estate.xlsx"), _xlsx_alone, 2.0),
}
"""By format: with all that is judged, by the bare library, and the seconds that are aimed at."""


def extracts(few: int, many: int, sheet_few: int, sheet_many: int) -> Mapping[str, tuple[str, int, int]]:
    """By format its extension, and the two numbers of rows between which memory is not to grow."""
    return {
        "CSV": (".csv", few, many),
        "Parquet": (".parquet", few, many),
        "JSON Lines": (".jsonl", few, many),
        "XLSX": (".xlsx", sheet_few, sheet_many),
    }


def item(name: str) -> Callable[[Path], int]:
    """`read CSV`, `floor CSV`, `write .csv 100000`."""
    what, _, rest = name.partition(" ")
    match what:
        case "read":
            return READ[rest][0]
        case "floor":
            return READ[rest][1]
        case _:
            extension, _, rows = rest.partition(" ")
            return _write(extension, int(rows))
