"""From axes to hub classes: one sweep over the chunks, two chunks at a time.

Where a side has too many codes to match them all beforehand, an earlier sweep notes the codes
that occur.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import PAIR_AXIS, Chunk, blocks
from chfw_core.engines.columnar.records import Part, Records
from chfw_core.engines.columnar.sides import Coded, Lookup
from chfw_core.engines.columnar.vocabulary import KeyIndex, Mixed, mix_rows
from chfw_core.engines.columnar.world import World

T = TypeVar("T")
Ints = NDArray[np.integer]


@define
class Classifier:
    """Numbers hubs by class; afterwards `classes[chunk][row]` is an index of `records`."""

    world: World
    threads: int
    dcc: Lookup = field(init=False)
    csp: Lookup = field(init=False)
    first: Lookup = field(init=False)
    second: Lookup = field(init=False)
    split: NDArray[np.bool_] = field(init=False)

    def __attrs_post_init__(self) -> None:
        world = self.world
        self.dcc, self.csp = world.dcc_lookup, Lookup(world.csp)
        self.first, self.second = Lookup(world.suppliers), Lookup(world.suppliers)
        self.split = world.second_row > 0

    def run(self, progress: Callable[[float], None]) -> tuple[list[NDArray[np.int32]], Records]:
        """Classify every hub of the estate: the class of each, by chunk, and the classes' records."""
        world = self.world
        if not (world.csp.direct and world.suppliers.direct):
            for number, blocks_coded in enumerate(self._sweep(self._coded, progress)):
                for start, side, coded in blocks_coded:
                    side.note((number, start), coded)
            world.suppliers.match_remembered()
            world.csp.match_remembered()
        keys = Keys.of(world)
        mixed = self._sweep(lambda number, chunk: self._mixed(number, chunk, keys), progress)
        classes = [np.take(keys.numbers(own), own.rows, mode="clip") for own in mixed]
        return classes, keys.records()

    def _sweep(self, step: Callable[[int, Chunk], T], progress: Callable[[float], None]) -> list[T]:
        chunks = self.world.estate.chunks
        results: list[T] = []
        with ThreadPoolExecutor(self.threads) as pool:
            for done, result in enumerate(pool.map(step, range(len(chunks)), chunks), 1):
                results.append(result)
                progress(done / len(chunks))
        return results

    def _coded(self, number: int, chunk: Chunk) -> list[tuple[int, Lookup, Coded | None]]:
        """The codes that occur in each block, by side."""
        world, found = self.world, []
        for start, axes in blocks(chunk):
            dcc = self.dcc.match((number, start), np.ones(len(axes[0]), dtype=np.int32), axes)
            variant = world.variant_of_dcc[dcc]
            split = np.flatnonzero(self.split[axes[PAIR_AXIS]])
            few = [axis[split] for axis in axes]
            asked = (
                (self.csp, self._rows(world.csp_row[axes[0]], variant), axes),
                (self.first, self._rows(world.first_row[axes[PAIR_AXIS]], variant), axes),
                (self.second, self._rows(world.second_row[few[PAIR_AXIS]], variant[split]), few),
            )
            found += [(start, side, side.coded(rows, own)) for side, rows, own in asked]
        return found

    def _mixed(self, number: int, chunk: Chunk, keys: "Keys") -> Mixed:
        """What each hub's record depends on, mixed: part, place, CSP match, DCC match."""
        columns = [np.empty(len(chunk), dtype=np.int32) for _ in keys.sizes]
        columns[0] = np.empty(len(chunk), dtype=keys.dtype)
        for start, axes in blocks(chunk):
            self._block((number, start), axes, keys, [column[start : start + len(axes[0])] for column in columns])
        return mix_rows(columns, keys.sizes)

    def _block(self, at: tuple[int, int], axes: list[Ints], keys: "Keys", into: list[Ints]) -> None:
        world, pair = self.world, axes[PAIR_AXIS]
        part, place, csp, dcc = into
        place[:] = np.take(world.place_of, axes[0], mode="clip")
        dcc[:] = self.dcc.match(at, np.ones(len(pair), dtype=np.int32), axes)
        variant = np.take(world.variant_of_dcc, dcc, mode="clip") if world.told_apart else None
        csp[:] = self.csp.match(at, self._rows(np.take(world.csp_row, axes[0], mode="clip"), variant), axes)
        first = self.first.match(at, self._rows(np.take(world.first_row, pair, mode="clip"), variant), axes)
        np.multiply(first, np.take(keys.second_count, pair, mode="clip"), out=part, casting="same_kind")
        part += np.take(keys.pair_base, pair, mode="clip")
        split = np.flatnonzero(np.take(self.split, pair, mode="clip"))
        if len(split):
            few = [axis[split] for axis in axes]
            own = None if variant is None else variant[split]
            rows = self._rows(np.take(world.second_row, few[PAIR_AXIS], mode="clip"), own)
            part[split] += self.second.match(at, rows, few)

    def _rows(self, rows: Ints, variant: Ints | None) -> Ints:
        """The rows of the speakers in the context of each hub."""
        if variant is None or not self.world.told_apart:
            return rows
        return rows + variant * (rows > 0)


@define(kw_only=True)
class Keys:
    """Numbers for records.

    A hub's *part* is a number for its pair of Suppliers and the matches of both: of pair p those
    from `pair_base[p]` on, `second_count[p]` for each match of the first Supplier.
    """

    world: World
    pair_base: Ints
    second_count: Ints
    sizes: tuple[int, ...]
    dtype: type[np.integer]
    _index: KeyIndex = field(factory=KeyIndex)

    @classmethod
    def of(cls, world: World) -> "Keys":
        """The numbers that this world needs."""
        counts = _per_owner(world)
        second = np.where(world.second_row > 0, counts[world.second_row], 1)
        base = np.concatenate([[0], np.cumsum(counts[world.first_row] * second)])
        dtype = np.int32 if int(base[-1]) < 2**31 else np.int64
        return cls(
            world=world,
            pair_base=base.astype(dtype),
            second_count=second.astype(dtype),
            sizes=(
                max(int(base[-1]), 1),
                len(world.places),
                int(world.csp.counts().max()),
                len(world.dcc.speakers[0].known),
            ),
            dtype=dtype,
        )

    def numbers(self, mixed: Mixed) -> NDArray[np.int32]:
        """The class of each combination of a chunk. Not to be called by two threads at once."""
        key = np.zeros(len(mixed.columns[0]), dtype=np.int64)
        for column, size in zip(mixed.columns, self.sizes, strict=True):
            key = key * size + column
        return self._index.ids(key)

    def records(self) -> Records:
        """The record of each class."""
        world = self.world
        rest, dcc = np.divmod(self._index.keys_by_id, self.sizes[3])
        rest, csp = np.divmod(rest, self.sizes[2])
        part, place = np.divmod(rest, self.sizes[1])
        pair = np.searchsorted(self.pair_base, part, side="right") - 1
        first, second = np.divmod(part - self.pair_base[pair], self.second_count[pair])
        variant = world.variant_of_dcc[dcc] if world.told_apart else 0
        records = np.zeros((len(part), len(Part)), dtype=np.int64)
        own: dict[Part, NDArray[np.integer] | int] = {
            Part.PLACE: place,
            Part.DCC_ROW: 1,
            Part.DCC: dcc,
            Part.CSP: csp,
            Part.PAIR: pair,
            Part.FIRST_MATCH: first,
            Part.SECOND_MATCH: second,
        }
        for column, values in own.items():
            records[:, column] = values
        speakers = (
            (Part.FIRST_ROW, world.first_row[pair]),
            (Part.SECOND_ROW, world.second_row[pair]),
            (Part.CSP_ROW, world.csp_row_of_place[place]),
        )
        for column, rows in speakers:
            records[:, column] = rows + variant * (rows > 0)
        return records


def _per_owner(world: World) -> NDArray[np.int64]:
    """The largest number of matches of each speaker's owner, in any context."""
    counts = world.suppliers.counts()
    if not world.told_apart:
        return counts
    width = len(world.contexts)
    for first in range(1, len(counts), width):
        counts[first : first + width] = counts[first : first + width].max()
    return counts
