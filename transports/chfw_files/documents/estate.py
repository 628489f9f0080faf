"""The estate: every hub once, in chunks that any thread can read, without its bad rows.

Each chunk comes as a record batch in standard form: `guid` and `gpf_guid` uint64, `installed_on`
date32, everything else dictionary<int32, string> with values brought to one form (hex upper-case,
sets sorted and joined by `|`, empty = null). Optional columns that the file lacks are absent.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chfw_core.engines.duplicates import find_duplicates
from chfw_core.errors import InputError
from chfw_core.model.estate import ESTATE_COLUMNS, parse_set
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import CommsHub, SmiStatus
from chfw_core.model.parties import SUPPLIER_FIELDS, Party
from chfw_files.column_names import check_names
from chfw_files.columns import Standard
from chfw_files.documents.estate_columns import (
    COLUMN,
    GUID_COLUMNS,
    can_be_bad,
    standard,
    standard_type,
    type_problem,
)
from chfw_files.guids import Guids, Mask, are_among, numbers_of
from chfw_files.parquet.source import ParquetSource
from chfw_files.raw import Lines, RawChunk, Source
from chfw_files.sources import open_source
from chfw_files.tables.few_rows import few_rows
from chfw_files.tables.quarantine import BadRow, guid_text
from chfw_files.tables.unreadable import cut_guid, read_guid, readable_guids

REPEATED = "the GUID is there more than once"


def open_estate(path: str | Path, *, columns: Iterable[str] | None = None) -> "EstateFile":
    """An estate in any format of a table; `columns` limits what chunks hold (`guid` always is there).

    Raises InputError for a file that is missing, unreadable, or of unknown extension, for columns
    that are missing, misspelt, repeated or of the wrong type, and for an estate without rows.
    """
    source = open_source(path, plain=GUID_COLUMNS)
    known = [column.name for column in ESTATE_COLUMNS]
    ignored = check_names(source, known, [c.name for c in ESTATE_COLUMNS if c.required])
    problems = [
        problem
        for name, kind in source.types.items()
        if name in COLUMN and (problem := type_problem(COLUMN[name], kind))
    ]
    if problems:
        raise InputError(f"`{path}`: {'; '.join(problems)}")
    if source.chunk_count == 0 or (isinstance(source, ParquetSource) and not source.row_count):
        raise InputError(f"the estate `{path}` has no rows", hint="a plan needs at least one hub")
    return EstateFile(source, _wanted(source, columns), ignored)


def _wanted(source: Source, columns: Iterable[str] | None) -> tuple[str, ...]:
    present = [column.name for column in ESTATE_COLUMNS if column.name in source.names]
    asked = set(present if columns is None else columns) | {"guid"}
    return tuple(name for name in present if name in asked)


class EstateFile:
    """An open estate. Reading is safe from any number of threads.

    `quarantine` holds the bad rows of the chunks read so far; with `send_quarantine` they go to a
    writer instead, in order of chunk. `ignored_columns` are names that the estate does not know.
    """

    def __init__(self, source: Source, columns: tuple[str, ...], ignored: tuple[str, ...]) -> None:
        self._source = source
        self.path = source.path
        self.columns = columns
        self.ignored_columns = ignored
        self.chunk_count = source.chunk_count
        self._repeated: Guids = np.array([], dtype=np.uint64)
        self._lock = threading.Lock()
        self._bad: dict[int, list[BadRow]] = {}
        self._aside: dict[int, Guids] = {}
        self._send: Callable[[Iterable[BadRow]], None] | None = None
        self._sent = 0
        self._flag_sets: set[str | None] = set()

    @property
    def flag_names(self) -> frozenset[str]:
        """Every flag that a good row bears, of the chunks whose flags were read so far."""
        with self._lock:
            return frozenset(flag for text in self._flag_sets for flag in parse_set(text))

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.RecordBatch:
        """The good rows of one chunk, in the file's order; `columns` None = those of `self.columns`.

        Which rows are good never depends on the columns. Raises InputError for a damaged file.
        """
        return self._read(index, self.columns if columns is None else _wanted(self._source, columns))[0]

    def bearing(self, index: int, guid: Guid) -> tuple[list[CommsHub], int]:
        """The hubs of one chunk's good rows that bear a GUID, and how many of its bad rows do.

        The GUIDs are read first, then what else the chunk holds, and nothing but these rows is judged: one hub among
        millions is found at once. The quarantine stays as it is.
        """
        raw = self._source.read(index, ("guid",))
        bad = int((readable_guids(raw.unreadable, self._source.names) == guid).sum())
        found = standard(COLUMN["guid"], raw.columns["guid"])
        same = _numbers(found, keep=True) == np.uint64(guid)
        rows = np.flatnonzero(same if found.bad is None else same & ~found.bad).tolist()
        if not rows:
            return [], bad
        others = [name for name in self._names(self.columns) if name != "guid"]
        few = few_rows(self._source, index, others, rows)
        few["guid"] = raw.columns["guid"].take(pa.array(rows, pa.int64()))
        parts = {name: standard(COLUMN[name], values) for name, values in few.items()}
        wrong = self._bad_rows(parts)
        good = [True] * len(rows) if wrong is None else (~wrong).tolist()
        values = pa.table({name: parts[name].values for name in self.columns}).to_pylist()
        hubs = [hub_of(row) for row, is_good in zip(values, good, strict=True) if is_good]
        return hubs, bad + len(rows) - len(hubs)

    def row_numbers(self, index: int) -> Lines:
        """The place in the file of each row that `read(index)` gives."""
        _, good, raw = self._read(index, ("guid",))
        lines = raw.lines()
        return lines if good is None else lines[good]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All chunks in order."""
        return (self.read(index) for index in range(self.chunk_count))

    def batches_of(self, guids: GuidList) -> Iterator[pa.RecordBatch]:
        """The same with the rows of these hubs alone."""
        wanted = numbers_of(guids)
        for batch in self.batches():
            yield batch.filter(pa.array(are_among(batch.column("guid").to_numpy(), wanted)))

    def rows(self, index: int) -> Iterator[CommsHub]:
        """The good rows of one chunk as hubs, for the reference engine."""
        batch = self.read(index)
        columns = {name: _python_values(batch.column(name)) for name in batch.schema.names}
        for values in zip(*columns.values(), strict=True):
            yield hub_of(dict(zip(columns, values, strict=True)))

    def names_party(self, party: str) -> bool:
        """Whether a good row names this Party; reads no further than to the first."""
        for index in range(self.chunk_count):
            batch = self.read(index, SUPPLIER_FIELDS)
            if any(pc.any(pc.equal(batch.column(role), pa.scalar(party))).as_py() for role in SUPPLIER_FIELDS):
                return True
        return False

    def distinct_parties(self) -> tuple[Party, ...]:
        """The Parties that good rows name, in order: the only ones that may instruct."""
        found: set[str] = set()
        for index in range(self.chunk_count):
            batch = self.read(index, SUPPLIER_FIELDS)
            for column in batch.select(SUPPLIER_FIELDS).columns:
                found.update(pc.unique(column).dictionary_decode().drop_null().to_pylist())
        return tuple(Party(text) for text in sorted(found))

    def set_aside_repeated(self) -> int:
        """Find the GUIDs that occur more than once; from now on chunks lack every row with one.

        Returns how many GUIDs these are. Reads the GUIDs of the whole file once.
        """
        arrays, unreadable = [], []
        for index in range(self.chunk_count):
            raw = self._source.read(index, ("guid",))
            arrays.append(_numbers(standard(COLUMN["guid"], raw.columns["guid"])))
            unreadable.append(readable_guids(raw.unreadable, self._source.names))
        self.refuse(find_duplicates(arrays, np.concatenate(unreadable) if unreadable else None))
        return len(self._repeated)

    def set_aside(self) -> Guids:
        """The GUIDs of the bad rows of the chunks read so far, once for each row that bears one."""
        with self._lock:
            return np.concatenate([np.array([], dtype=np.uint64), *self._aside.values()])

    def refuse(self, guids: Guids) -> None:
        """Set aside, as repeated, every row that bears one of these GUIDs, in chunks read from now on."""
        self._repeated = np.unique(guids)

    @property
    def quarantine(self) -> list[BadRow]:
        """The bad rows of the chunks read so far that no writer took, in order of line."""
        with self._lock:
            return [row for index in sorted(self._bad) for row in self._bad[index]]

    def send_quarantine(self, send: Callable[[Iterable[BadRow]], None]) -> None:
        """Hand bad rows on, chunk by chunk in order, such as to `QuarantineWriter.write`."""
        self._send = send

    def _read(self, index: int, columns: Sequence[str]) -> tuple[pa.RecordBatch, Mask | None, RawChunk]:
        names = self._names(columns)
        raw = self._source.read(index, names)
        parts = {name: standard(COLUMN[name], raw.columns[name]) for name in names}
        bad = self._bad_rows(parts)
        self._record(index, raw, parts, bad)
        schema = pa.schema([(name, standard_type(COLUMN[name])) for name in columns])
        batch = pa.RecordBatch.from_arrays([parts[name].values for name in columns], schema=schema)
        good = None if bad is None else ~bad
        if good is not None:
            batch = batch.filter(pa.array(good))
        if "flags" in columns:
            self._note_flags(batch.column("flags"))
        return batch, good, raw

    def _note_flags(self, flags: pa.DictionaryArray) -> None:
        """Rows are looked at only where the dictionary has something new: it may have what no row bears."""
        if self._flag_sets.issuperset(flags.dictionary.to_pylist()):
            return
        with self._lock:
            self._flag_sets.update(flags.unique().dictionary_decode().to_pylist())

    def _names(self, columns: Sequence[str]) -> list[str]:
        """These columns, and those that tell which rows are good."""
        types = self._source.types
        return [
            column.name
            for column in ESTATE_COLUMNS
            if column.name in self._source.names
            and (column.name in columns or can_be_bad(column, types.get(column.name)))
        ]

    def _bad_rows(self, parts: dict[str, Standard]) -> Mask | None:
        masks = [part.bad for part in parts.values() if part.bad is not None]
        if len(self._repeated):
            repeated = np.isin(_numbers(parts["guid"], keep=True), self._repeated)
            if repeated.any():
                masks.append(repeated)
        return np.logical_or.reduce(masks) if masks else None

    def _record(self, index: int, raw: RawChunk, parts: dict[str, Standard], bad: Mask | None) -> None:
        """Note the bad rows of a chunk, once however often it is read."""
        with self._lock:
            if index in self._bad or index < self._sent:
                return
            self._bad[index] = self._describe(raw, parts, bad)
            self._aside[index] = self._borne(raw, parts, bad)
            while self._send is not None and self._sent in self._bad:
                self._send(self._bad.pop(self._sent))
                self._sent += 1

    def _borne(self, raw: RawChunk, parts: dict[str, Standard], bad: Mask | None) -> Guids:
        """The GUIDs of a chunk's bad rows, as far as they can be read."""
        borne = readable_guids(raw.unreadable, self._source.names)
        if bad is None:
            return borne
        guid = parts["guid"]
        known = bad if guid.bad is None else bad & ~guid.bad
        return np.concatenate([borne, _numbers(guid, keep=True)[known]])

    def _is_repeated(self, number: int | None) -> bool:
        if number is None or not len(self._repeated):
            return False
        wanted = np.uint64(number)
        at = min(int(np.searchsorted(self._repeated, wanted)), len(self._repeated) - 1)
        return bool(self._repeated[at] == wanted)

    def _describe(self, raw: RawChunk, parts: dict[str, Standard], bad: Mask | None) -> list[BadRow]:
        names = self._source.names
        found = [
            BadRow(
                line=row.line,
                guid_text=cut_guid(row, names),
                column="",
                reason=f"{row.reason}; {REPEATED}" if self._is_repeated(read_guid(row, names)) else row.reason,
            )
            for row in raw.unreadable
        ]
        if bad is not None:
            lines, numbers = raw.lines(), _numbers(parts["guid"], keep=True)
            for row in np.flatnonzero(bad):
                wrong = {
                    name: part.reason(int(row))
                    for name, part in parts.items()
                    if part.bad is not None and part.bad[row]
                }
                if "guid" not in wrong and self._is_repeated(int(numbers[row])):
                    wrong["guid"] = REPEATED
                found.append(
                    BadRow(
                        line=int(lines[row]),
                        guid_text=guid_text(raw, int(row)),
                        column="|".join(wrong),
                        reason="; ".join(wrong.values()),
                    )
                )
        return sorted(found)


def _numbers(part: Standard, *, keep: bool = False) -> Guids:
    """The GUIDs as numbers; those of bad rows are left out, or kept as whatever they are."""
    filled = pc.fill_null(part.values, pa.scalar(0, pa.uint64())) if part.values.null_count else part.values
    numbers: Guids = filled.to_numpy(zero_copy_only=False)
    return numbers if keep or part.bad is None else numbers[~part.bad]


def _python_values(column: pa.Array) -> list[object]:
    values: list[object] = column.to_pylist()
    return values


def hub_of(row: dict[str, object]) -> CommsHub:
    """A row in standard form as a hub."""
    gpf = row.get("gpf_guid")
    return CommsHub(
        guid=Guid(int(str(row["guid"]))),
        csp_region=str(row.get("csp_region") or ""),
        device_model=str(row.get("device_model") or ""),
        firmware_version=str(row.get("firmware_version") or ""),
        manufacturer=row.get("manufacturer"),  # type: ignore[arg-type]
        configuration_set=row.get("configuration_set"),  # type: ignore[arg-type]
        installed_on=row.get("installed_on"),  # type: ignore[arg-type]
        smi_status=SmiStatus(str(row.get("smi_status") or SmiStatus.COMMISSIONED)),
        import_supplier=row.get("import_supplier"),  # type: ignore[arg-type]
        gas_supplier=row.get("gas_supplier"),  # type: ignore[arg-type]
        flags=parse_set(row.get("flags")),  # type: ignore[arg-type]
        han_device_types=parse_set(row.get("han_device_types")),  # type: ignore[arg-type]
        gpf_guid=None if gpf is None else Guid(int(str(gpf))),
        holiday_division=row.get("holiday_division"),  # type: ignore[arg-type]
    )


def answered_for_by(batch: pa.RecordBatch, party: str) -> Mask:
    """The rows for which this Party is responsible, in whichever role."""
    roles = [pc.fill_null(pc.equal(batch.column(role), pa.scalar(party)), False) for role in SUPPLIER_FIELDS]
    found: Mask = pc.or_(*roles).to_numpy(zero_copy_only=False)
    return found
