"""The schedule's columns: slots and times looked up in small tables, chunk by chunk.

Texts are dictionary-encoded; a chunk's dictionary holds the texts that it uses, sorted, so that it
does not depend on the order of rows.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import Chunk
from chfw_core.engines.columnar.composed import NONE
from chfw_core.engines.columnar.place import Placed
from chfw_core.engines.columnar.plans import BASES
from chfw_core.engines.columnar.sayings import STATUSES, Cause, Sayings

Parts = NDArray[np.int32]
TEXT = pa.dictionary(pa.int32(), pa.string())
INSTANT = pa.timestamp("us", tz="UTC")
SCHEDULE_SCHEMA = pa.schema(
    [
        ("guid", pa.uint64()),
        ("status", TEXT),
        ("basis", TEXT),
        ("window_opens", INSTANT),
        ("window_closes", INSTANT),
        ("day", pa.date32()),
        ("batch_id", TEXT),
        ("import_rule", TEXT),
        ("gas_rule", TEXT),
        ("reason", TEXT),
    ]
)


@define
class TextColumn:
    """A text per slot, as codes into sorted distinct texts; -1 = missing."""

    codes: Parts
    ready: pa.Array

    @classmethod
    def of(cls, values: Sequence[str | None], slots: NDArray[np.int64]) -> "TextColumn":
        """The column in which slot i has `values[slots[i]]`."""
        found = pa.array(values, pa.string()).dictionary_encode()
        order = pc.sort_indices(found.dictionary)
        place = np.empty(len(order) + 1, dtype=np.int32)
        place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
        place[-1] = NONE
        codes = place[found.indices.fill_null(len(order)).to_numpy()]
        return cls(codes=codes[slots], ready=found.dictionary.take(order))

    def take(self, slots: Parts, present: NDArray[np.int64] | None = None) -> pa.DictionaryArray:
        """The texts of some hubs. `present`: the slots among theirs, each once, where they are known.

        A long dictionary is cut down to what these hubs use.
        """
        present = self.present(slots) if present is None else present
        codes, dictionary = self.codes, self.ready
        if len(self.ready) > WHOLE_DICTIONARY:
            used = np.zeros(len(self.ready) + 1, dtype=np.bool_)
            used[codes[present]] = True  # -1 is the last one
            used[-1] = False
            dictionary = self.ready.filter(pa.array(used[:-1]))
            place = np.where(used, np.cumsum(used) - 1, NONE).astype(np.int32)
            codes = np.full(len(self.codes), NONE, dtype=np.int32)
            codes[present] = place[self.codes[present]]
        own = np.take(codes, slots, mode="clip")
        missing = bool((codes[present] < 0).any())
        indices = pa.array(own, mask=own < 0) if missing else pa.array(own)
        return pa.DictionaryArray.from_arrays(indices, dictionary)

    def present(self, slots: Parts) -> NDArray[np.int64]:
        """Each slot that occurs, once."""
        seen = np.zeros(len(self.codes), dtype=np.bool_)
        seen[slots] = True
        return np.flatnonzero(seen)


WHOLE_DICTIONARY = 256
"""So many texts are written with every chunk, whether it uses them or not."""


@frozen(eq=False)
class Texts:
    """The schedule's columns of text, by slot, and which slots are planned."""

    columns: dict[str, TextColumn]
    planned: NDArray[np.bool_]

    @classmethod
    def of(cls, sayings: Sayings) -> "Texts":
        """What is said, ready to be looked up."""
        of, statuses = sayings.of, [status.value for status in STATUSES]
        bases = [basis.value for basis in BASES]
        columns = {
            "status": TextColumn.of(statuses, sayings.status[of]),
            "basis": TextColumn.of([*bases, None], sayings.basis[of]),
            "batch_id": TextColumn.of(sayings.batch_ids, sayings.batch_of),
            "import_rule": TextColumn.of([*sayings.rules, None], sayings.import_rule[of]),
            "gas_rule": TextColumn.of([*sayings.rules, None], sayings.gas_rule[of]),
            "reason": TextColumn.of(sayings.reason, of),
        }
        return cls(columns, sayings.cause[of] == Cause.PLANNED)


@define
class Table:
    """The schedule, ready to be read chunk by chunk."""

    chunks: Sequence[Chunk]
    placed: Placed
    columns: dict[str, TextColumn]
    planned: NDArray[np.bool_]
    threads: int

    def batches(self, progress: Callable[[float], None]) -> Iterator[pa.RecordBatch]:
        """The rows in the estate's order. The next chunks are made while one is written."""
        pool = ThreadPoolExecutor(self.threads)
        waiting: list[Future[pa.RecordBatch]] = []
        try:
            for number in range(len(self.chunks)):
                waiting.append(pool.submit(self.batch, number))
                if len(waiting) == self.threads:
                    yield waiting.pop(0).result()
                    progress((number + 1) / len(self.chunks))
            for future in waiting:
                yield future.result()
            progress(1.0)
        finally:
            pool.shutdown(cancel_futures=True)

    def batch(self, number: int) -> pa.RecordBatch:
        """The rows of one chunk."""
        slots, times = self.placed.classes[number], self.placed.times[number]
        missing = ~np.take(self.planned, slots, mode="clip")
        mask = missing if missing.any() else None
        present = self.columns["status"].present(slots)
        texts = {name: column.take(slots, present) for name, column in self.columns.items()}
        arrays = {
            "guid": pa.array(self.chunks[number].guid),
            **texts,
            "window_opens": pa.array(np.take(self.placed.opens, times, mode="clip"), mask=mask).view(INSTANT),
            "window_closes": pa.array(np.take(self.placed.closes, times, mode="clip"), mask=mask).view(INSTANT),
            "day": pa.array(np.take(self.placed.day, times, mode="clip"), mask=mask).view(pa.date32()),
        }
        return pa.RecordBatch.from_arrays([arrays[name] for name in SCHEDULE_SCHEMA.names], schema=SCHEDULE_SCHEMA)


def schedule_table(chunks: Sequence[Chunk], placed: Placed, texts: Texts, threads: int) -> Table:
    """The schedule as columns."""
    return Table(chunks=chunks, placed=placed, columns=texts.columns, planned=texts.planned, threads=threads)
