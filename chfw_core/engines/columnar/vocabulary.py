"""Numbers for values: the same value always gets the same number, new values the next one.

The numbers depend on the order of reading and never show in a result.
"""

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
T = TypeVar("T", bound=Hashable)


def numbered(values: Sequence[Hashable]) -> Ints:
    """The number of each value, in order of first appearance."""
    return numbered_values(values)[0]


def numbered_values(values: Sequence[T]) -> tuple[Ints, list[T]]:
    """The number of each value, in order of first appearance, and what the numbers mean."""
    numbers: dict[T, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64), list(numbers)


def distinct_keys(keys: Ints) -> tuple[Ints, Codes]:
    """The distinct keys in order of first appearance, and which of them each key is.

    By hashing: ten times as fast as sorting where few are distinct.
    """
    encoded = pa.array(keys).dictionary_encode()
    return np.array(encoded.dictionary), np.array(encoded.indices)


def first_of_each(numbers: NDArray[np.integer], count: int) -> Ints:
    """Where each number stands first."""
    first = np.empty(count, dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)  # of several, the last that is put there stays
    return first


class Vocabulary:
    """Distinct values of one column; number 0 is the missing value."""

    def __init__(self) -> None:
        self.values: list[object] = [None]
        self._codes: dict[object, int] = {None: 0}

    def codes(self, values: Sequence[object]) -> Codes:
        """The number of each value, in order."""
        return np.fromiter(map(self._code, values), dtype=np.int32, count=len(values))

    def _code(self, value: object) -> int:
        code = self._codes.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        return code


class KeyIndex:
    """Dense numbers for 64-bit keys, kept sorted so that look-ups are by the array."""

    def __init__(self) -> None:
        self._keys: Ints = np.empty(0, dtype=np.int64)
        self._ids: Codes = np.empty(0, dtype=np.int32)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys_by_id(self) -> Ints:
        """The key of each number."""
        keys = np.empty_like(self._keys)
        keys[self._ids] = self._keys
        return keys

    def ids(self, keys: Ints) -> Codes:
        """The number of each key; keys not seen before get the next numbers."""
        place = np.searchsorted(self._keys, keys)
        if len(self._keys):
            missing = np.take(self._keys, place, mode="clip") != keys
        else:
            missing = np.ones(len(keys), dtype=np.bool_)
        if missing.any():
            first, fresh = len(self._keys), np.unique(keys[missing])
            all_keys = np.concatenate([self._keys, fresh])
            all_ids = np.concatenate([self._ids, np.arange(first, first + len(fresh), dtype=np.int32)])
            order = np.argsort(all_keys, kind="stable")
            self._keys, self._ids = all_keys[order], all_ids[order]
            place = np.searchsorted(self._keys, keys)
        return self._ids[place]


class Fusion:
    """Several coded columns as one: a number for each combination of codes that occurs."""

    def __init__(self, columns: int) -> None:
        self._steps = [KeyIndex() for _ in range(max(columns - 1, 0))]
        self._single: int = 0

    def ids(self, codes: Sequence[Codes]) -> Codes:
        """The number of each row of codes (few rows: the combinations of one chunk)."""
        fused = codes[0]
        for step, column in zip(self._steps, codes[1:], strict=True):
            fused = step.ids((fused.astype(np.int64) << 32) | column)
        if not self._steps and len(fused):
            self._single = max(self._single, int(fused.max()) + 1)
        return fused

    def combinations(self) -> list[Codes]:
        """The codes of each number, column by column."""
        if not self._steps:
            return [np.arange(self._single, dtype=np.int32)]
        prefix = np.arange(len(self._steps[-1]), dtype=np.int64)
        columns: list[Codes] = []
        for step in reversed(self._steps):
            keys = step.keys_by_id[prefix]
            columns.append((keys & 0xFFFFFFFF).astype(np.int32))
            prefix = keys >> 32
        columns.append(prefix.astype(np.int32))
        return columns[::-1]


@frozen(eq=False)
class Mixed:
    """Several columns of one chunk as one: `rows` are numbers of combinations that occur.

    `columns[i][number]` is what column i has in a combination.
    """

    rows: Ints | Codes
    columns: list[Codes]

    def numbers(self, tables: Sequence[Codes], fusion: Fusion) -> Codes:
        """The fused number of each combination; `tables[i]` translates the codes of column i."""
        return fusion.ids([table[codes] for table, codes in zip(tables, self.columns, strict=True)])


def mix_rows(columns: Sequence[NDArray[np.integer]], sizes: Sequence[int]) -> Mixed:
    """Mix columns of codes 0 … size - 1.

    Far fewer combinations occur than could. So when the product of the sizes is about to grow past what a
    table holds, the combinations are numbered anew, and the product starts again from there.
    """
    mixer = Mixer(columns[0], sizes[0])
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        mixer.add(column, size)
    mixer.compact()
    return Mixed(rows=mixer.rows, columns=mixer.known)


class Mixer:
    """Mixed rows so far: `rows` = ((number of a known combination) × s1 + c1) × s2 + c2 …"""

    def __init__(self, column: NDArray[np.integer], size: int) -> None:
        self.rows: Ints | Codes = column.astype(np.int32) if size < 2**31 else column.astype(np.int64)
        self.known: list[Codes] = []
        self._pending = [size]
        self._compact = False
        self._product = size

    def add(self, column: NDArray[np.integer], size: int) -> None:
        """Mix one more column in."""
        if size == 1:
            self._pending.append(size)
            self._compact = False
            return
        outgrows = self._product <= TABLE_LIMIT < self._product * size
        if outgrows or self._product * size >= ROOM:
            self.compact()
        self._product *= size
        if self._product >= 2**31:
            self.rows = self.rows.astype(np.int64, copy=False)
        self.rows *= size
        self.rows += column
        self._pending.append(size)
        self._compact = False

    def add_sparse(self, some: Ints, column: NDArray[np.integer], size: int) -> None:
        """Mix in a column that is 0 but on `some` rows: `column` is what it has there, and only they are looked at."""
        self.compact()
        keys = self.rows[some].astype(np.int64) * size + column
        distinct, which = distinct_keys(keys)
        before, values = np.divmod(distinct, size)
        self.rows[some] = self._product + which
        none = np.zeros(len(self.known[0]), dtype=np.int32)
        self.known = [np.concatenate([known, known[before]]) for known in self.known]
        self.known.append(np.concatenate([none, values.astype(np.int32)]))
        self._product += len(distinct)
        self._compact = False  # what these rows were before may not occur any more

    def compact(self) -> None:
        """Number the combinations that occur."""
        if self._compact:
            return
        if self._product <= TABLE_LIMIT:
            seen = np.zeros(self._product, dtype=np.bool_)
            seen[self.rows] = True
            occupied = np.flatnonzero(seen)
            table = np.zeros(self._product, dtype=np.int32)
            table[occupied] = np.arange(len(occupied), dtype=np.int32)
            self.rows = np.take(table, self.rows, mode="clip")
        else:
            occupied, self.rows = distinct_keys(self.rows.astype(np.int64, copy=False))
        self._learn(occupied)
        self._pending, self._product, self._compact = [], len(occupied), True

    def _learn(self, occupied: Ints) -> None:
        rest, columns = occupied, list[Codes]()
        first = not self.known
        for size in reversed(self._pending[1:] if first else self._pending):
            rest, column = np.divmod(rest, size)
            columns.append(column.astype(np.int32))
        before = [rest.astype(np.int32)] if first else [column[rest] for column in self.known]
        self.known = [*before, *reversed(columns)]


TABLE_LIMIT = 1 << 20
"""Entries of a look-up table that fits the processor's caches; combinations of more are numbered by hashing."""

ROOM = 1 << 62
"""Numbers that mixed rows can have."""
