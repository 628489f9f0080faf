"""Schedules out and in: one row for each hub, in the estate's order (contracts, Tables)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from chfw_core.errors import InputError
from chfw_core.model.guid import Guid
from chfw_core.planning.model import SCHEDULE_COLUMNS
from chfw_files.column_names import check_names
from chfw_files.columns import (
    TEXTS,
    Standard,
    standard_dates,
    standard_guids,
    standard_instants,
    standard_texts,
)
from chfw_files.raw import Lines, RawChunk, Source
from chfw_files.sources import open_source
from chfw_files.tables.few_rows import few_rows
from chfw_files.tables.writing import INSTANT, write_table

_TYPES: dict[str, pa.DataType] = {
    "guid": pa.uint64(),
    "window_opens": INSTANT,
    "window_closes": INSTANT,
    "day": pa.date32(),
}
SCHEDULE_SCHEMA = pa.schema([(name, _TYPES.get(name, TEXTS)) for name in SCHEDULE_COLUMNS])
"""`guid` uint64, times in UTC, texts dictionary<int32, string>; null = missing."""


def write_schedule(path: str | Path, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches of SCHEDULE_SCHEMA; how many rows. Raises OutputError: then nothing is written."""
    return write_table(path, SCHEDULE_SCHEMA, batches)


def open_schedule(path: str | Path) -> "ScheduleFile":
    """A schedule in any format of a table. Raises InputError for what is no schedule."""
    # A Parquet file has each reason once in a row group: written out for every hub they would only be sought again.
    stored_once = Path(path).suffix.lower() == ".parquet"
    source = open_source(path, plain=frozenset({"guid"} if stored_once else {"guid", "reason"}))
    check_names(source, SCHEDULE_COLUMNS, SCHEDULE_COLUMNS)
    return ScheduleFile(source)


class ScheduleFile:
    """An open schedule, in chunks that any thread can read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.path = source.path
        self.chunk_count = source.chunk_count

    def read(self, index: int) -> pa.RecordBatch:
        """One chunk in SCHEDULE_SCHEMA. Raises InputError for the first row that cannot be read.

        A schedule is ours: a row that is not as we wrote it means that the file is not to be trusted.
        """
        raw = self._raw(index, SCHEDULE_COLUMNS)
        return self._standard(raw.columns, raw.lines)

    def row(self, index: int, guid: Guid) -> pa.RecordBatch | None:
        """The first row of one chunk that bears a GUID, alone and in SCHEDULE_SCHEMA; None where none does.

        Raises InputError where this row, or a GUID, cannot be read: nothing else is judged.
        """
        raw = self._raw(index, ("guid",))
        guids = standard_guids("guid", raw.columns["guid"], nullable=False)
        self._check("guid", guids, raw.lines)
        at = pc.index(guids.values, pa.scalar(guid, pa.uint64())).as_py()
        if at < 0:
            return None
        few = few_rows(self._source, index, [name for name in SCHEDULE_COLUMNS if name != "guid"], [at])
        few["guid"] = raw.columns["guid"].slice(at, 1)
        return self._standard(few, lambda: raw.lines()[at : at + 1])

    def _raw(self, index: int, names: Sequence[str]) -> RawChunk:
        raw = self._source.read(index, names)
        if raw.unreadable:
            first = raw.unreadable[0]
            raise InputError(f"`{self.path}`:{first.line}: {first.reason}")
        return raw

    def _standard(self, raw: Mapping[str, pa.Array], lines: Callable[[], Lines]) -> pa.RecordBatch:
        columns = []
        for entry in SCHEDULE_SCHEMA:
            values = raw[entry.name]
            match entry.name:
                case "guid":
                    part = standard_guids(entry.name, values, nullable=False)
                case "day":
                    part = standard_dates(entry.name, values, nullable=True)
                case "window_opens" | "window_closes":
                    part = standard_instants(entry.name, values, nullable=True)
                case _:
                    part = standard_texts(entry.name, values, str, nullable=True)
            self._check(entry.name, part, lines)
            columns.append(part.values)
        return pa.RecordBatch.from_arrays(columns, schema=SCHEDULE_SCHEMA)

    def _check(self, name: str, part: Standard, lines: Callable[[], Lines]) -> None:
        if part.bad is not None:
            row = int(part.bad.argmax())
            raise InputError(f"`{self.path}`:{lines()[row]}: {part.reason(row)}")

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All chunks in order."""
        return (self.read(index) for index in range(self.chunk_count))
