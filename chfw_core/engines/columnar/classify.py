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
from chfw_core.engines.columnar.vocabulary import KeyIndex
from chfw_core.engines.columnar.world import World

T = TypeVar("T")
Ints = NDArray[np.integer]
DIRECT_CLASSES = 1 << 23


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
        noted: list[Ints | Coded] = self._sweep(lambda number, chunk: self._keys(number, chunk, keys), progress)
        found = [keys.number(own) for own in noted]
        table, records = keys.table()
        return [np.take(table, own, mode="clip") for own in found], records

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

    def _keys(self, number: int, chunk: Chunk, keys: "Keys") -> Ints | Coded:
        """The key of each hub of a chunk: a number for its record."""
        found = np.empty(len(chunk), dtype=keys.dtype)
        for start, axes in blocks(chunk):
            found[start : start + len(axes[0])] = self._block((number, start), axes, keys)
        return keys.noted(found)

    def _block(self, at: tuple[int, int], axes: list[Ints], keys: "Keys") -> Ints:
        world, pair = self.world, axes[PAIR_AXIS]
        key = np.take(keys.place, axes[0], mode="clip")
        variant = None
        if keys.dcc_radix:
            dcc = self.dcc.match(at, np.ones(len(pair), dtype=np.int32), axes)
            key += dcc.astype(keys.dtype) * keys.dcc_radix
            variant = np.take(world.variant_of_dcc, dcc, mode="clip")
        if keys.csp_radix:
            rows = self._rows(np.take(world.csp_row, axes[0], mode="clip"), variant)
            key += self.csp.match(at, rows, axes).astype(keys.dtype) * keys.csp_radix
        key += np.take(keys.pair, pair, mode="clip")
        rows = self._rows(np.take(world.first_row, pair, mode="clip"), variant)
        match = self.first.match(at, rows, axes).astype(keys.dtype)
        match *= np.take(keys.first_radix, pair, mode="clip")
        key += match
        split = np.flatnonzero(np.take(self.split, pair, mode="clip"))
        if len(split):
            few = [axis[split] for axis in axes]
            own = None if variant is None else variant[split]
            rows = self._rows(np.take(world.second_row, few[PAIR_AXIS], mode="clip"), own)
            key[split] += self.second.match(at, rows, few).astype(keys.dtype) * keys.place_count
        return key

    def _rows(self, rows: Ints, variant: Ints | None) -> Ints:
        """The rows of the speakers in the context of each hub."""
        if variant is None or not self.world.told_apart:
            return rows
        return rows + variant * (rows > 0)


@define(kw_only=True)
class Keys:
    """How a record is mixed into one number: place, second match, first match, pair; CSP; DCC."""

    world: World
    place_count: int
    place: Ints
    pair: Ints
    pair_base: NDArray[np.int64]
    first_radix: Ints
    second_count: NDArray[np.int64]
    csp_radix: int
    dcc_radix: int
    total: int
    dtype: type[np.integer]
    _seen: NDArray[np.bool_] = field(init=False)
    _index: KeyIndex | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._index = KeyIndex() if self.total > DIRECT_CLASSES else None
        self._seen = np.zeros(0 if self._index is not None else self.total, dtype=np.bool_)

    @classmethod
    def of(cls, world: World) -> "Keys":
        """The key of the world's records."""
        places = len(world.places)
        counts = _per_owner(world)
        second = np.where(world.second_row > 0, counts[world.second_row], 1)
        sizes = counts[world.first_row] * second
        base = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        csps, dccs = int(world.csp.counts().max()), len(world.dcc.speakers[0].known)
        total = places * int(base[-1]) * csps * dccs
        dtype = np.int32 if total < 2**31 else np.int64
        return cls(
            world=world,
            place_count=places,
            place=world.place_of.astype(dtype),
            pair=(base[:-1] * places).astype(dtype),
            pair_base=base,
            first_radix=(second * places).astype(dtype),
            second_count=second.astype(np.int64),
            csp_radix=places * int(base[-1]) if csps > 1 else 0,
            dcc_radix=places * int(base[-1]) * csps if dccs > 1 else 0,
            total=total,
            dtype=dtype,
        )

    def noted(self, keys: Ints) -> Ints | Coded:
        """Note the keys that occur, or at least sort them out."""
        if self._index is None:
            self._seen[keys] = True
            return keys
        return Coded(*np.unique(keys.astype(np.int64), return_inverse=True))

    def number(self, noted: Ints | Coded) -> Ints:
        """What `table` is asked for later. Not to be called by two threads at once."""
        if isinstance(noted, Coded):
            return self._numbers(noted)
        return noted

    def _numbers(self, coded: Coded) -> Ints:
        if self._index is None:
            raise RuntimeError("every key is told apart already")
        return self._index.ids(coded.distinct)[coded.inverse]

    def table(self) -> tuple[NDArray[np.int32], Records]:
        """The class of each noted key, and the record of each class."""
        if self._index is None:
            occupied = np.flatnonzero(self._seen)
            table = np.zeros(max(self.total, 1), dtype=np.int32)
            table[occupied] = np.arange(len(occupied), dtype=np.int32)
            return table, self._decode(occupied)
        return np.arange(len(self._index), dtype=np.int32), self._decode(self._index.keys_by_id)

    def _decode(self, keys: NDArray[np.int64]) -> Records:
        world = self.world
        records = np.zeros((len(keys), len(Part)), dtype=np.int64)
        rest = keys
        if self.dcc_radix:
            records[:, Part.DCC], rest = np.divmod(rest, self.dcc_radix)
        if self.csp_radix:
            records[:, Part.CSP], rest = np.divmod(rest, self.csp_radix)
        rest, records[:, Part.PLACE] = np.divmod(rest, self.place_count)
        pair = np.searchsorted(self.pair_base, rest, side="right") - 1
        first, second = np.divmod(rest - self.pair_base[pair], self.second_count[pair])
        variant = world.variant_of_dcc[records[:, Part.DCC]] if world.told_apart else 0
        records[:, Part.PAIR] = pair
        records[:, Part.DCC_ROW] = 1
        records[:, Part.FIRST_MATCH], records[:, Part.SECOND_MATCH] = first, second
        for part, rows in ((Part.FIRST_ROW, world.first_row), (Part.SECOND_ROW, world.second_row)):
            records[:, part] = rows[pair] + variant * (rows[pair] > 0)
        region_rows = world.csp_row_of_place[records[:, Part.PLACE]]
        records[:, Part.CSP_ROW] = region_rows + variant * (region_rows > 0)
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
