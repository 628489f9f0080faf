"""From axes to hub classes: one sweep over the chunks, two chunks at a time.

A block's hubs are numbered by what they are to each side as the block alone shows it. Once all blocks
have been seen these numbers become matches, and the combinations of them become the classes.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import PAIR_AXIS, Chunk, blocks
from chfw_core.engines.columnar.records import Part, Records
from chfw_core.engines.columnar.sides import Seen
from chfw_core.engines.columnar.steps import GiveBack, keep
from chfw_core.engines.columnar.vocabulary import Mixer, distinct_keys
from chfw_core.engines.columnar.world import World

Ints = NDArray[np.integer]


CHUNKS_AT_ONCE = 16
"""After so many chunks what they used up is given back: it lies between what is kept of them."""


@frozen(eq=False, kw_only=True)
class Block:
    """What a block's hubs depend on: `rows` are numbers of combinations, `columns` what is in each.

    The columns are pair, first and second Supplier, place, CSP, DCC; what the Suppliers
    and the CSP are is a number of one of the `codes`.
    """

    rows: NDArray[np.int32]
    columns: list[Ints]
    codes: tuple[NDArray[np.int64] | None, ...]


Tables = tuple[NDArray[np.int32] | None, NDArray[np.int32] | None, NDArray[np.int32] | None]
"""The matches of what a block's first and second Suppliers and its CSP have seen; None = it is the match."""


@define
class Classifier:
    """Numbers hubs by class; afterwards `classes[chunk][row]` is an index of `records`."""

    world: World
    threads: int
    give_back: GiveBack = keep
    split: NDArray[np.bool_] = field(init=False)
    rank: NDArray[np.int32] = field(init=False)
    _seen: list[list[Block]] = field(init=False, factory=list)
    _tables: list[list[Tables]] = field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        self.split = self.world.second_row > 0
        self.rank = _ranks(self.world.first_row)

    def run(self, progress: Callable[[float], None]) -> tuple[list[NDArray[np.int32]], Records]:
        """Classify every hub of the estate: the class of each, by chunk, and the classes' records."""
        self.see(progress)
        return self.number()

    def see(self, progress: Callable[[float], None]) -> None:
        """Look at every block, and find the matches of all that was seen."""
        world, self._seen = self.world, self._sweep(progress)
        seen = [block.codes for chunk in self._seen for block in chunk]
        suppliers = iter(world.suppliers.match_seen([codes for own in seen for codes in own[:2]]))
        csps = iter(world.csp.match_seen([own[2] for own in seen]))
        self._tables = [[(next(suppliers), next(suppliers), next(csps)) for _ in chunk] for chunk in self._seen]

    def usual_dcc(self) -> int:
        """Of the DCC's matches the one that most combinations have."""
        count = len(self.world.dcc.speakers[0].known)
        found = [np.bincount(block.columns[-1], minlength=count) for chunk in self._seen for block in chunk]
        return int(np.sum(found, axis=0).argmax())

    def number(self) -> tuple[list[NDArray[np.int32]], Records]:
        """The classes and their records, once everything was seen; of that nothing is kept."""
        keys, sweep = Keys.of(self.world), self._seen
        with ThreadPoolExecutor(self.threads) as pool:
            asked = list(pool.map(keys.of_chunk, sweep, self._tables))
            ends = np.cumsum([len(own) for chunk in asked for own in chunk])
            known, which = distinct_keys(np.concatenate([np.zeros(0, dtype=np.int64), *(k for c in asked for k in c)]))
            del asked
            numbers = iter(np.split(which, ends[:-1]))
            classes = list(pool.map(_classes, sweep, [[next(numbers) for _ in chunk] for chunk in sweep]))
        self._seen, self._tables = [], []
        return classes, keys.records(known)

    def _sweep(self, progress: Callable[[float], None]) -> list[list[Block]]:
        chunks = self.world.estate.chunks
        results = []
        with ThreadPoolExecutor(self.threads) as pool:
            for done, result in enumerate(pool.map(self._chunk, range(len(chunks)), chunks), 1):
                results.append(result)
                if done % CHUNKS_AT_ONCE == 0:
                    self.give_back()
                progress(done / len(chunks))
        return results

    def _chunk(self, number: int, chunk: Chunk) -> list[Block]:
        return [self._block((number, start), axes) for start, axes in blocks(chunk)]

    def _block(self, key: tuple[int, int], axes: list[Ints]) -> Block:
        """What each hub's record depends on, mixed."""
        world, pair = self.world, axes[PAIR_AXIS]
        place = np.take(world.place_of, axes[0], mode="clip")
        dcc = world.dcc_lookup.match(key, axes)
        first = world.suppliers.see(self._rows(np.take(world.first_row, pair, mode="clip"), dcc), axes)
        csp = world.csp.see(self._rows(np.take(world.csp_row, axes[0], mode="clip"), dcc), axes)
        split = np.flatnonzero(np.take(self.split, pair, mode="clip"))
        few = [axis[split] for axis in axes]
        other = self._rows(np.take(world.second_row, few[PAIR_AXIS], mode="clip"), dcc[split])
        second = world.suppliers.see(other, few)
        mixer = Mixer(first.numbers, _size(first))
        if first.codes is None:
            mixer.add(pair, max(len(world.pairs), 1))
        else:  # what was seen tells whose it is
            mixer.add(np.take(self.rank, pair, mode="clip"), int(self.rank.max(initial=0)) + 1)
        mixer.add(place, len(world.places))
        mixer.add(csp.numbers, _size(csp))
        mixer.add(dcc, len(world.dcc.speakers[0].known))
        mixer.add_sparse(split, second.numbers, _size(second))
        mixer.compact()
        of_pair = np.zeros(len(mixer.known[0]), dtype=np.int32)
        of_pair[mixer.rows] = pair
        of_first, _, *others, of_second = mixer.known
        columns = [_narrow(column) for column in (of_pair, of_first, of_second, *others)]
        rows = mixer.rows.astype(np.int32, copy=False)
        return Block(rows=rows, columns=columns, codes=(first.codes, second.codes, csp.codes))

    def _rows(self, rows: Ints, dcc: Ints) -> Ints:
        """The rows of the speakers in the context of each hub, which the DCC's match says."""
        if not self.world.told_apart:
            return rows
        return rows + self.world.variant_of_dcc[dcc] * (rows > 0)


def _classes(chunk: list[Block], numbers: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The class of each hub of a chunk; a block is let go as soon as it has been used."""
    parts = [np.zeros(0, dtype=np.int32)]
    for own in numbers:
        rows = chunk.pop(0).rows
        parts.append(np.take(own, rows, out=rows, mode="clip"))
    return np.concatenate(parts) if len(parts) != 2 else parts[1]


def _ranks(groups: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number the members of each group from 0."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    found = np.empty(len(groups), dtype=np.int32)
    found[order] = np.arange(len(groups)) - np.searchsorted(ordered, ordered)
    return found


def _narrow(column: Ints) -> Ints:
    """In as few bytes as its numbers need: the columns of all blocks are there at once."""
    return column.astype(np.min_scalar_type(int(column.max(initial=0))))


def _matches(table: NDArray[np.int32] | None, numbers: Ints) -> Ints:
    return numbers if table is None else table[numbers]


def _size(seen: Seen) -> int:
    return int(seen.numbers.max(initial=0)) + 1


@frozen(kw_only=True)
class Keys:
    """Keys of records. `sizes`: of pair, first and second match, place, CSP's and DCC's match."""

    world: World
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, world: World) -> "Keys":
        """The keys that this world needs."""
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

    def of_chunk(self, chunk: Sequence[Block], tables: Sequence[Tables]) -> list[NDArray[np.int64]]:
        """The keys of each of its blocks."""
        return [self.of_block(block, own) for block, own in zip(chunk, tables, strict=True)]

    def of_block(self, block: Block, tables: Tables) -> NDArray[np.int64]:
        """The key of each combination of a block."""
        pair, first, second, place, csp, dcc = block.columns
        first, csp = _matches(tables[0], first), _matches(tables[2], csp)
        split = np.flatnonzero(self.world.second_row[pair])
        other = np.zeros(len(pair), dtype=np.int32)
        other[split] = _matches(tables[1], second[split])
        key = np.zeros(len(pair), dtype=np.int64)
        for column, size in zip((pair, first, other, place, csp, dcc), self.sizes, strict=True):
            key *= size
            key += column
        return key

    def records(self, keys: NDArray[np.int64]) -> Records:
        """The record of each key."""
        world, rest, columns = self.world, keys, []
        for size in reversed(self.sizes[1:]):
            rest, column = np.divmod(rest, size)
            columns.append(column)
        dcc, csp, place, second, first = columns
        variant = world.variant_of_dcc[dcc] if world.told_apart else 0
        records = np.zeros((len(rest), len(Part)), dtype=np.int32, order="F")
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
