"""Read an estate into its axes, chunk by chunk, two at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import NO_DATE, Axis, Chunk, EstateAxes, Layout, new_axes
from chfw_core.engines.columnar.vocabulary import Codes, Mixed, mix_rows
from chfw_core.errors import InputError
from chfw_core.model.estate import parse_set
from chfw_core.ports import EstateSource

SET_COLUMNS = frozenset({"flags", "han_device_types"})


@frozen(eq=False)
class _Part:
    """One axis of one chunk: its numbers, or mixed rows with the values of their codes."""

    numbers: NDArray[np.integer] | None = None
    mixed: Mixed | None = None
    values: tuple[list[object], ...] = ()


def load_estate(source: EstateSource, layout: Layout, threads: int, progress: Callable[[float], None]) -> EstateAxes:
    """All good rows of the estate, in its order. Raises InputError where a date is out of range.

    Threads read and mix; numbers are given out here, in one place and in order of the chunks.
    """
    axes = new_axes(layout)
    chunks: list[Chunk] = []
    with ThreadPoolExecutor(threads) as pool:
        read = pool.map(lambda index: _read(source, index, layout), range(source.chunk_count))
        waiting: list[Future[Chunk]] = []
        for done, (guid, parts) in enumerate(read, 1):
            tables = [_table(part, axis) for part, axis in zip(parts, axes, strict=True)]
            waiting.append(pool.submit(_finish, guid, parts, tables))
            progress(done / source.chunk_count)
        chunks = [future.result() for future in waiting]
    pa.default_memory_pool().release_unused()
    return EstateAxes(layout=layout, axes=axes, chunks=chunks)


def _read(source: EstateSource, index: int, layout: Layout) -> tuple[NDArray[np.uint64], list[_Part]]:
    batch = source.read(index, layout.columns)
    guid = np.array(batch.column("guid"))  # a copy: what was read is let go as a whole
    return guid, [_part(batch, columns) for columns in layout.axes]


def _part(batch: pa.RecordBatch, columns: tuple[str, ...]) -> _Part:
    if columns == ("installed_on",):
        return _Part(numbers=_days(batch.column("installed_on")))
    local = [_local(name, batch) for name in columns]
    mixed = mix_rows([codes for codes, _ in local], [len(values) for _, values in local])
    return _Part(mixed=mixed, values=tuple(values for _, values in local))


def _table(part: _Part, axis: Axis) -> Codes | None:
    if part.mixed is None:
        return None
    tables = [vocabulary.codes(own) for vocabulary, own in zip(axis.vocabularies, part.values, strict=True)]
    return part.mixed.numbers(tables, axis.fusion)


def _finish(guid: NDArray[np.uint64], parts: Sequence[_Part], tables: Sequence[Codes | None]) -> Chunk:
    axes: list[NDArray[np.integer]] = []
    for part, table in zip(parts, tables, strict=True):
        if part.numbers is not None:
            axes.append(part.numbers)
        elif part.mixed is not None and table is not None:
            axes.append(_smallest(np.take(table, part.mixed.rows, mode="clip"), table))
    return Chunk(guid=guid, axes=axes)


def _smallest(numbers: Codes, table: Codes) -> NDArray[np.integer]:
    """In two bytes where they suffice."""
    return numbers.astype(np.uint16) if int(table.max(initial=0)) < 1 << 16 else numbers


def _local(name: str, batch: pa.RecordBatch) -> tuple[Codes, list[object]]:
    """The chunk's own codes of a column (the last is the missing value), and what they mean."""
    if name not in batch.schema.names:
        return np.zeros(batch.num_rows, dtype=np.int32), [None]
    column = batch.column(name)
    if name == "installed_on":
        column = column.dictionary_encode()
    values = column.dictionary.to_pylist()
    indices = column.indices
    if indices.null_count:
        indices = indices.fill_null(len(values))
    if name in SET_COLUMNS:
        return indices.to_numpy(), [*map(parse_set, values), frozenset()]
    return indices.to_numpy(), [*values, None]


def _days(column: pa.Array) -> NDArray[np.uint16]:
    days = column.cast(pa.int32())
    if days.null_count:
        days = days.fill_null(NO_DATE)
    numbers = days.to_numpy()
    if len(numbers) and (numbers.min() < 0 or numbers.max() > NO_DATE):
        worst = int(numbers.min() if numbers.min() < 0 else numbers.max())
        day = date.fromordinal(max(date(1970, 1, 1).toordinal() + worst, 1))
        raise InputError(f"installed_on {day} is outside 1970 to 2149")
    return np.asarray(numbers, dtype=np.uint16)
