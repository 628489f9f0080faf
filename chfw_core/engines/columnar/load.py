"""Read an estate into its axes, chunk by chunk, two at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import NO_DATE, Axis, Chunk, EstateAxes, Layout, new_axes
from chfw_core.engines.columnar.vocabulary import Codes, fuse_rows
from chfw_core.errors import InputError
from chfw_core.model.estate import parse_set
from chfw_core.ports import EstateSource

SET_COLUMNS = frozenset({"flags", "han_device_types"})


def load_estate(
    source: EstateSource, layout: Layout, threads: int, progress: Callable[[float], None]
) -> EstateAxes:
    """All good rows of the estate, in its order. Raises InputError where a date is out of range."""
    axes = new_axes(layout)
    done = 0

    def load(index: int) -> Chunk:
        nonlocal done
        batch = source.read(index, layout.columns)
        chunk = _chunk(batch, axes)
        done += 1
        progress(done / source.chunk_count)
        return chunk

    with ThreadPoolExecutor(threads) as pool:
        chunks = list(pool.map(load, range(source.chunk_count)))
    first = 0
    for chunk in chunks:
        chunk.first_row = first
        first += len(chunk)
    return EstateAxes(layout=layout, axes=axes, chunks=chunks)


def _chunk(batch: pa.RecordBatch, axes: Sequence[Axis]) -> Chunk:
    guid = batch.column("guid").to_numpy(zero_copy_only=False)
    return Chunk(first_row=0, guid=guid, axes=[_axis(batch, axis) for axis in axes])


def _axis(batch: pa.RecordBatch, axis: Axis) -> NDArray[np.integer]:
    if axis.columns == ("installed_on",):
        return _days(batch.column("installed_on"))
    codes: list[Codes] = []
    sizes: list[int] = []
    tables: list[Codes] = []
    for name, vocabulary in zip(axis.columns, axis.vocabularies, strict=True):
        column = batch.column(name) if name in batch.schema.names else None
        local, values = _local(name, column, batch.num_rows)
        codes.append(local)
        sizes.append(len(values))
        tables.append(vocabulary.codes(values))
    return fuse_rows(codes, sizes, tables, axis.fusion)


def _local(name: str, column: pa.Array | None, rows: int) -> tuple[Codes, list[object]]:
    """The chunk's own codes (the last is the missing value) and what they mean."""
    if column is None:
        return np.zeros(rows, dtype=np.int32), [None]
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
    return numbers.astype(np.uint16)
