"""Numbers for values: the same value always gets the same number, new values the next one.

The numbers depend on the order of reading and never show in a result.
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


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
    """The columns of one chunk as one, in the chunk's own codes.

    `occupied` are the combinations that occur; `rows` points at them directly, or (`sorted_out`)
    by their place among `occupied`.
    """

    rows: Ints | Codes
    occupied: Ints
    sizes: tuple[int, ...]
    sorted_out: bool

    def numbers(self, tables: Sequence[Codes], fusion: Fusion) -> Codes:
        """A look-up table from `rows` to the fused numbers.

        `tables[i][code]` is the vocabulary's number for code `code` of column i.
        """
        ids = fusion.ids(_translated(self.occupied, self.sizes, tables))
        if self.sorted_out:
            return ids
        table = np.zeros(int(np.prod(self.sizes)), dtype=np.int32)
        table[self.occupied] = ids
        return table


def mix_rows(local: Sequence[Codes], sizes: Sequence[int]) -> Mixed:
    """Mix the columns of one chunk: by a table where the product of the sizes is small, else sorted."""
    product = int(np.prod(np.asarray(sizes, dtype=np.float64)))
    mixed: Ints | Codes = local[0].astype(np.int32) if product < 2**31 else local[0].astype(np.int64)
    for column, size in zip(local[1:], sizes[1:], strict=True):
        mixed *= size
        mixed += column
    if product <= TABLE_LIMIT:
        seen = np.zeros(product, dtype=np.bool_)
        seen[mixed] = True
        return Mixed(rows=mixed, occupied=np.flatnonzero(seen), sizes=tuple(sizes), sorted_out=False)
    occupied, inverse = np.unique(mixed.astype(np.int64), return_inverse=True)
    return Mixed(rows=inverse, occupied=occupied, sizes=tuple(sizes), sorted_out=True)


def _translated(mixed: Ints, sizes: Sequence[int], tables: Sequence[Codes]) -> list[Codes]:
    columns: list[Codes] = []
    rest = mixed.astype(np.int64)
    for size, table in zip(reversed(sizes[1:]), reversed(tables[1:]), strict=True):
        rest, column = np.divmod(rest, size)
        columns.append(table[column])
    columns.append(tables[0][rest])
    return columns[::-1]


TABLE_LIMIT = 1 << 23
"""Entries of a look-up table per chunk; above it the combinations are sorted."""
