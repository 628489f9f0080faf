"""The floor: what no plan can do without, alone. The estate's columns in, a schedule's columns out.

The same columns, row groups, dictionaries and writer options as our plan has, by bare pyarrow: it reads
with two threads, and writes with the one that its writer has. No plan can write before it has read the
last hub, so one comes after the other. What is written is the schedule that our plan made: loading that is
not counted.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.case import Case
from benchmarks.clock import Clock
from benchmarks.ours import columns_read

THREADS = 2


def run_floor(case: Case, clock: Clock) -> dict[str, object]:
    """Read and write; the columns of both."""
    columns = columns_read(case)
    with clock.step("reading"):
        _read(case.estate, columns)
    schedule = pq.ParquetFile(case.schedule, read_dictionary=_texts(case.schedule))
    _write(schedule, case.output("floor"), clock)
    return {"columns read": list(columns), "columns written": list(schedule.schema_arrow.names)}


def _read(path: Path, columns: tuple[str, ...]) -> None:
    metadata, texts, mine = pq.read_metadata(path), _texts(path), local()

    def read(index: int) -> int:
        if not hasattr(mine, "file"):
            mine.file = pq.ParquetFile(path, metadata=metadata, read_dictionary=texts, memory_map=True)
        return int(mine.file.read_row_group(index, columns=list(columns)).num_rows)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(read, range(metadata.num_row_groups)))


def _texts(path: Path) -> list[str]:
    return [entry.name for entry in pq.read_schema(path) if pa.types.is_dictionary(entry.type)]


def _write(schedule: pq.ParquetFile, out: Path, clock: Clock) -> None:
    with clock.step("writing"):
        schema = schedule.schema_arrow
        texts = [entry.name for entry in schema if pa.types.is_dictionary(entry.type)]
        writer = pq.ParquetWriter(out, schema, compression="zstd", compression_level=1, use_dictionary=texts)
    for batch in _batches(schedule):
        with clock.step("writing"):
            writer.write_batch(batch)
    with clock.step("writing"):
        writer.close()
        with out.open("rb+") as file:
            os.fsync(file.fileno())


def _batches(schedule: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    for index in range(schedule.num_row_groups):
        (batch,) = schedule.read_row_group(index).combine_chunks().to_batches()
        yield batch
