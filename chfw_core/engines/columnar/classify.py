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
from chfw_core.engines.columnar.sides import Lookup
from chfw_core.engines.columnar.vocabulary import KeyIndex, Mixed, Mixer
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
                for start, lookup, coded in blocks_coded:
                    lookup.note((number, start), coded)
            world.suppliers.match_remembered()
            world.csp.match_remembered()
        keys = Keys.of(world)
        mixed = self._sweep(lambda number, chunk: self._mixed(number, chunk, keys), progress)
        mixed.reverse()  # so that each is let go as soon as it has been used
        classes = [_classes(keys, mixed.pop()) for _ in range(len(mixed))]
        return classes, keys.records()

    def _sweep(self, step: Callable[[int, Chunk], T], progress: Callable[[float], None]) -> list[T]:
        chunks = self.world.estate.chunks
        results: list[T] = []
        with ThreadPoolExecutor(self.threads) as pool:
            for done, result in enumerate(pool.map(step, range(len(chunks)), chunks), 1):
                results.append(result)
                progress(done / len(chunks))
        return results

    def _coded(self, number: int, chunk: Chunk) -> list[tuple[int, Lookup, Mixed | None]]:
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
        """What each hub's record depends on, mixed."""
        first, second, place, csp, dcc = (np.zeros(len(chunk), dtype=np.int32) for _ in keys.sizes[1:])
        for start, axes in blocks(chunk):
            block = slice(start, start + len(axes[0]))
            place[block] = np.take(self.world.place_of, axes[0], mode="clip")
            dcc[block] = self.dcc.match((number, start), np.ones(len(axes[0]), dtype=np.int32), axes)
            self._suppliers((number, start), axes, dcc[block], first[block], second[block])
            csp[block] = self._csp((number, start), axes, dcc[block])
        pair, matches, others, *rest = keys.sizes
        mixer = Mixer(chunk.axes[PAIR_AXIS], pair)
        mixer.add(first, matches)
        mixer.add_sparse(second, others)
        for column, size in zip((place, csp, dcc), rest, strict=True):
            mixer.add(column, size)
        mixer.compact()
        return Mixed(rows=mixer.rows, columns=mixer.known)

    def _suppliers(self, at: tuple[int, int], axes: list[Ints], dcc: Ints, first: Ints, second: Ints) -> None:
        """Fill in the matches of both Suppliers."""
        world, pair = self.world, axes[PAIR_AXIS]
        variant = world.variant_of_dcc[dcc]
        first[:] = self.first.match(at, self._rows(np.take(world.first_row, pair, mode="clip"), variant), axes)
        split = np.flatnonzero(np.take(self.split, pair, mode="clip"))
        if len(split):
            few = [axis[split] for axis in axes]
            rows = self._rows(np.take(world.second_row, few[PAIR_AXIS], mode="clip"), variant[split])
            second[split] = self.second.match(at, rows, few)

    def _csp(self, at: tuple[int, int], axes: list[Ints], dcc: Ints) -> Ints:
        rows = self._rows(np.take(self.world.csp_row, axes[0], mode="clip"), self.world.variant_of_dcc[dcc])
        return self.csp.match(at, rows, axes)

    def _rows(self, rows: Ints, variant: Ints) -> Ints:
        """The rows of the speakers in the context of each hub."""
        if not self.world.told_apart:
            return rows
        return rows + variant * (rows > 0)


@define(kw_only=True)
class Keys:
    """Numbers for records. `sizes`: of pair, first and second match, place, CSP's and DCC's match."""

    world: World
    sizes: tuple[int, ...]
    _index: KeyIndex = field(factory=KeyIndex)

    @classmethod
    def of(cls, world: World) -> "Keys":
        """The numbers that this world needs."""
        matches = int(world.suppliers.counts().max())
        return cls(
            world=world,
            sizes=(
                max(len(world.pairs), 1),
                matches,
                matches,
                len(world.places),
                int(world.csp.counts().max()),
                len(world.dcc.speakers[0].known),
            ),
        )

    def numbers(self, mixed: Mixed) -> NDArray[np.int32]:
        """The class of each combination of a chunk."""
        return self._index.ids(self._keys(mixed))

    def _keys(self, mixed: Mixed) -> NDArray[np.int64]:
        key = np.zeros(len(mixed.columns[0]), dtype=np.int64)
        for column, size in zip(mixed.columns, self.sizes, strict=True):
            key = key * size + column
        return key

    def records(self) -> Records:
        """The record of each class."""
        world, rest, columns = self.world, self._index.keys_by_id, []
        for size in reversed(self.sizes[1:]):
            rest, column = np.divmod(rest, size)
            columns.append(column)
        dcc, csp, place, second, first = columns
        variant = world.variant_of_dcc[dcc] if world.told_apart else 0
        records = np.zeros((len(rest), len(Part)), dtype=np.int64, order="F")
        own: dict[Part, NDArray[np.integer] | int] = {
            Part.PLACE: place,
            Part.DCC_ROW: 1,
            Part.DCC: dcc,
            Part.CSP: csp,
            Part.PAIR: rest,
            Part.FIRST_MATCH: first,
            Part.SECOND_MATCH: second,
        }
        for number, values in own.items():
            records[:, number] = values
        speakers = (
            (Part.FIRST_ROW, world.first_row[rest]),
            (Part.SECOND_ROW, world.second_row[rest]),
            (Part.CSP_ROW, world.csp_row_of_place[place]),
        )
        for number, rows in speakers:
            records[:, number] = rows + variant * (rows > 0)
        return records


def _classes(keys: Keys, mixed: Mixed) -> NDArray[np.int32]:
    return np.take(keys.numbers(mixed), mixed.rows, mode="clip")
