"""Draws that depend on nothing but a seed, a purpose and the number of the thing drawn for.

A counter goes through a fixed 64-bit mixer, so the result is the same on every machine, with every
version of numpy, and in chunks of any size.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.int32]
BITS = 16
"""A choice among values uses 16 bits of a word, so shares are exact to 1 in 65,536."""

_STEPS = 1 << BITS


def words(seed: int, purpose: str, numbers: Words) -> Words:
    """64 even bits for each number."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    key = np.uint64(int.from_bytes(digest[:8], "big"))
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed += key
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def lane(word: Words, which: int) -> npt.NDArray[np.intp]:
    """One of the four 16-bit parts of each word: four draws for the price of one."""
    return ((word >> np.uint64(BITS * which)) & np.uint64(_STEPS - 1)).astype(np.intp)


def table(shares: Sequence[float]) -> npt.NDArray[np.int32]:
    """For each of the 65,536 values of a lane, which choice it stands for."""
    weights = np.array(shares, dtype=np.float64)
    ends = np.round(np.cumsum(weights) / weights.sum() * _STEPS).astype(np.int64)
    return np.repeat(np.arange(len(weights), dtype=np.int32), np.diff(np.concatenate([[0], ends])))


def tables(rows: Sequence[Sequence[float]]) -> npt.NDArray[np.int32]:
    """Several tables, one after the other; look up `row * 65536 + lane`."""
    return np.concatenate([table(row) for row in rows])


def pick(flat: npt.NDArray[np.int32], row: npt.NDArray[np.int32], at: npt.NDArray[np.intp]) -> Codes:
    """The choice of each, out of the table that its row names."""
    chosen: Codes = flat[row.astype(np.intp) * _STEPS + at]
    return chosen


def chance(share: float, at: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """True for this share of lanes."""
    hit: npt.NDArray[np.bool_] = at < round(share * _STEPS)
    return hit
