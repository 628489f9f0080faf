"""Columns as codes: the small arithmetic that the whole verifier stands on.

A column of anything is an array of int32 codes beside a `Domain` that knows the value of each
code; code 0 is always "nothing". Instants are microseconds since 1970 in UTC as int64, days are
days since 1970 as int32, so that comparisons are whole-array ones.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

T = TypeVar("T")

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Guids = npt.NDArray[np.uint64]
AnyInts = npt.NDArray[np.int32] | npt.NDArray[np.int64] | npt.NDArray[np.bool_]

NO_TIME = int(np.iinfo(np.int64).min)
NO_DAY = int(np.iinfo(np.int32).min)
FOREVER = int(np.iinfo(np.int64).max)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_DENSE = 1 << 22


def micros(instant: datetime) -> int:
    """An aware datetime as microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """The inverse of `micros`."""
    return _EPOCH + timedelta(microseconds=value)


def day_number(day: date) -> int:
    """A date as days since 1970."""
    return (day - _EPOCH_DAY).days


def day_of(number: int) -> date:
    """The inverse of `day_number`."""
    return _EPOCH_DAY + timedelta(days=number)


class Domain(Generic[T]):
    """Values by code, growing as they are met. Code 0 stands for `nothing`."""

    def __init__(self, nothing: T, read: Callable[[object], T] | None = None) -> None:
        self.values: list[T] = [nothing]
        self._codes: dict[object, int] = {None: 0, nothing: 0}
        self._read = read

    def __len__(self) -> int:
        return len(self.values)

    def code(self, raw: object) -> int:
        """The code of a value, new if it was not met before; `read` makes the value of the raw."""
        found = self._codes.get(raw)
        if found is None:
            self.values.append(raw if self._read is None else self._read(raw))  # type: ignore[arg-type]
            found = self._codes[raw] = len(self.values) - 1
        return found

    def find(self, raw: object) -> int:
        """The code of a value, or -1."""
        return self._codes.get(raw, -1)

    def codes(self, raws: Iterable[object]) -> Ints:
        """The codes of many values."""
        return np.fromiter((self.code(raw) for raw in raws), np.int32)


TRUTH: Domain[bool] = Domain(False)
TRUTH.code(True)


def distinct(columns: Sequence[tuple[AnyInts, int]]) -> tuple[Longs, Ints]:
    """The distinct rows of several code columns, each with the number of its possible codes.

    Returns one row index per distinct combination, and for each row the combination's number.
    """
    key: AnyInts = np.zeros(len(columns[0][0]), np.int32)
    bound = 1
    for codes, size in columns:
        if size <= 1:
            continue
        if bound * size >= 1 << 62:
            rows, key = _numbered(key, bound)
            bound = len(rows)
        kind: Any = np.int32 if bound * size <= 1 << 31 else np.int64
        key = codes.astype(kind) if bound == 1 else key.astype(kind, copy=False) * kind(size) + codes.astype(kind)
        bound *= size
    return _numbered(key, bound)


def _numbered(key: AnyInts, bound: int) -> tuple[Longs, Ints]:
    if bound <= max(_DENSE, 2 * len(key)):
        seen = np.zeros(bound, np.bool_)
        seen[key] = True
        numbers = np.cumsum(seen, dtype=np.int32) - np.int32(1)
        inverse = numbers[key]
        count = int(numbers[-1]) + 1
    else:
        encoded = pa.array(key).dictionary_encode()
        inverse = encoded.indices.to_numpy()
        count = len(encoded.dictionary)
    rows = np.zeros(count, np.int64)
    rows[inverse] = np.arange(len(key))
    return rows, inverse


def numbered(values: Longs) -> tuple[Ints, int]:
    """Codes for arbitrary numbers, and how many there are."""
    encoded = pa.array(values).dictionary_encode()
    return encoded.indices.to_numpy(), max(1, len(encoded.dictionary))


def runs(first: Longs, end: Longs) -> tuple[Longs, Longs]:
    """The numbers from `first` to before `end`, of one row after the other: of each the row, and itself."""
    sizes = np.maximum(end - first, 0)
    row = np.repeat(np.arange(len(sizes)), sizes)
    return row, np.arange(len(row)) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)


def met_in(columns: Sequence[tuple[AnyInts, int]], rows: Longs) -> list[tuple[int, ...]]:
    """The codes of some rows, as one tuple for each: for what is looked up by them."""
    return list(zip(*(codes[rows].tolist() for codes, _ in columns), strict=True))


def hash_order(guids: Guids, key: int) -> Guids:
    """`chfw_core.model.guid.keyed_hash` over an array: the one fixed order of hubs (I7)."""
    with np.errstate(over="ignore"):
        mixed = (guids ^ np.uint64(key)) + np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed
