"""Where in a schedule a hub is: a small file beside it, so that one of millions is found at once.

A hint, never the truth: whoever looks a hub up checks the GUID in the row that the index names, and
reads the whole column where it is not there. The index may be missing, old or of another schedule.

Layout, all numbers little-endian: eight bytes of magic; then one segment per written batch: the
number of its rows (uint64), 4,097 bucket ends (uint32), per row in order of bucket a fingerprint
(uint16), and the row's number in the segment (uint32). Bucket and fingerprint are bits of one
multiplicative hash of the GUID: six bytes a hub, no sorting of GUIDs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

MAGIC = b"CHFWIDX1"
_BUCKET_BITS = 12
_BUCKETS = 1 << _BUCKET_BITS
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Guids = npt.NDArray[np.uint64]


def index_path(schedule: Path) -> Path:
    """`plan.parquet` → `plan.parquet.index`."""
    return schedule.with_name(schedule.name + ".index")


class IndexWriter:
    """Takes the GUIDs batch by batch, in the order of the rows."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write(MAGIC)

    def add(self, guids: Guids) -> None:
        """One segment."""
        buckets, fingerprints = _hash(guids)
        order = np.argsort(buckets, kind="stable")
        ends = np.zeros(_BUCKETS + 1, dtype="<u4")
        ends[1:] = np.cumsum(np.bincount(buckets, minlength=_BUCKETS))
        self._file.write(np.array([len(guids)], dtype="<u8").tobytes())
        self._file.write(ends.tobytes())
        self._file.write(fingerprints[order].astype("<u2").tobytes())
        self._file.write(order.astype("<u4").tobytes())


def find_rows(index: Path, guid: int) -> Iterator[int]:
    """The rows of the schedule in which the GUID may be. An index that is damaged names none."""
    try:
        data = np.memmap(index, dtype=np.uint8, mode="r")
    except (OSError, ValueError):
        return
    if bytes(data[: len(MAGIC)]) != MAGIC:
        return
    bucket, fingerprint = (int(part[0]) for part in _hash(np.array([guid], dtype=np.uint64)))
    at, before = len(MAGIC), 0
    while at + 8 <= len(data):
        rows = int(data[at : at + 8].view("<u8")[0])
        ends, prints = at + 8, at + 8 + 4 * (_BUCKETS + 1)
        numbers = prints + 2 * rows
        if numbers + 4 * rows > len(data):
            return
        first, last = (int(n) for n in data[ends + 4 * bucket : ends + 4 * bucket + 8].view("<u4"))
        for place in np.flatnonzero(data[prints + 2 * first : prints + 2 * last].view("<u2") == fingerprint):
            number = numbers + 4 * (first + int(place))
            yield before + int(data[number : number + 4].view("<u4")[0])
        at, before = numbers + 4 * rows, before + rows


def _hash(guids: Guids) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """Per GUID its bucket and its fingerprint."""
    mixed = (guids ^ (guids >> np.uint64(29))) * _FACTOR
    return (mixed >> np.uint64(64 - _BUCKET_BITS)).astype(np.uint16), (mixed >> np.uint64(32)).astype(np.uint16)
