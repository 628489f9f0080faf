"""Reads the estate into blocks of code columns, one block ahead of the work.

Chunks of any size are put together to blocks of about a million rows, so that the cost of a block
does not depend on how the estate was written. A dictionary of the file is translated to the
verifier's own codes once per chunk: no text is looked at row by row.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chfw_core.engines.verify.arrays import TRUTH, Bools, Domain, Guids, Ints, day_of
from chfw_core.engines.verify.frames import Block, Column, Frame
from chfw_core.model.estate import ESTATE_COLUMNS, ColumnType, parse_set
from chfw_core.ports import EstateSource

BLOCK_ROWS = 1 << 20

Item = TypeVar("Item")

ALWAYS_READ = (
    "guid",
    "csp_region",
    "device_model",
    "firmware_version",
    "smi_status",
    "import_supplier",
    "gas_supplier",
)


def text_codes(array: pa.Array, domain: Domain[Any]) -> Ints:
    """The codes of a text column, dictionary-encoded or plain; empty text is missing."""
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    words = array.dictionary.to_pylist()
    lut = np.zeros(len(words) + 1, np.int32)
    lut[:-1] = [domain.code(word or None) for word in words]
    indices = array.indices
    if indices.null_count:
        indices = indices.fill_null(len(words))
    codes: Ints = lut[indices.to_numpy(zero_copy_only=False)]
    return codes


def day_codes(array: pa.Array, domain: Domain[Any]) -> Ints:
    """The codes of a column of dates: each distinct day is looked at once."""
    present: Bools = array.is_valid().to_numpy(zero_copy_only=False)
    days: Ints = array.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
    if not present.any():
        return np.zeros(len(array), np.int32)
    bounds = pc.min_max(array.cast(pa.int32()))
    low, high = int(bounds["min"].as_py()), int(bounds["max"].as_py())
    offset = np.where(present, days - low, high - low + 1)
    met = np.zeros(high - low + 2, np.bool_)
    met[offset] = True
    lut = np.zeros(high - low + 2, np.int32)
    for at in np.flatnonzero(met[:-1]):
        lut[at] = domain.code(day_of(low + int(at)))
    return lut[offset]


class EstateReader:
    """An estate as blocks. `domains` has the values of every field's codes."""

    def __init__(self, source: EstateSource, fields: Iterable[str], parties: Domain[Any]) -> None:
        self._source = source
        count = source.chunk_count
        there = set(source.read(0).schema.names) if count else set()
        wanted = {*ALWAYS_READ, *fields}
        self._types = {c.name: c.type for c in ESTATE_COLUMNS if c.name in wanted & there}
        self.domains: dict[str, Domain[Any]] = {
            name: Domain(frozenset(), lambda raw: parse_set(str(raw))) if type_ is ColumnType.SET else Domain(None)
            for name, type_ in self._types.items()
            if name != "guid"
        }
        self.domains |= {"import_supplier": parties, "gas_supplier": parties}

    def blocks(self) -> Iterator[Block]:
        """The blocks in order, each read while the one before is worked on."""
        return ahead(self._blocks())

    def guids(self, first: int = 0) -> Guids:
        """The GUIDs alone, from a row on: read only where a schedule is out of step."""
        chunks = range(self._source.chunk_count)
        parts = [self._source.read(i, ["guid"]).column("guid").to_numpy(zero_copy_only=False) for i in chunks]
        whole: Guids = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        return whole[first:]

    def _blocks(self) -> Iterator[Block]:
        first = 0
        waiting: list[dict[str, Any]] = []
        size = 0
        for index in range(self._source.chunk_count):
            batch = self._source.read(index, list(self._types))
            waiting.append({name: self._codes(batch, name) for name in self._types})
            size += len(batch)
            if size >= BLOCK_ROWS:
                yield self._block(first, waiting)
                first, waiting, size = first + size, [], 0
        if size:
            yield self._block(first, waiting)

    def _codes(self, batch: pa.RecordBatch, name: str) -> Any:
        array = batch.column(name)
        if name == "guid":
            return array.to_numpy(zero_copy_only=False)
        if self._types[name] is ColumnType.DATE:
            return day_codes(array, self.domains[name])
        return text_codes(array, self.domains[name])

    def _block(self, first: int, parts: Sequence[dict[str, Any]]) -> Block:
        whole = {
            name: parts[0][name] if len(parts) == 1 else np.concatenate([p[name] for p in parts])
            for name in self._types
        }
        guids = whole.pop("guid")

        def made(name: str) -> Callable[[], Column]:
            return lambda: Column(whole[name], self.domains[name])

        def split() -> Column:
            imports, gases = whole["import_supplier"], whole["gas_supplier"]
            return Column(((imports > 0) & (gases > 0) & (imports != gases)).astype(np.int32), TRUTH)

        def told() -> Column:
            return Column(np.zeros(len(guids), np.int32), TRUTH)  # only Suppliers' rules may know more

        making = {name: made(name) for name in whole} | {"split": split, "other_supplier_instructed": told}
        return Block(first, guids, Frame(len(guids), making))


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made while the one before is in use: decoding releases the lock."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, items, None)
            yield item
