"""GUIDs that occur more than once, over all chunks of an estate."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Guids = NDArray[np.uint64]


def find_duplicates(guid_arrays: Sequence[Guids], set_aside: Guids | None = None) -> Guids:
    """The repeated GUIDs, each once, in order; `set_aside`: those of bad rows, which repeat a GUID like any other.

    Fast where the rows are sorted already (then nothing is copied or sorted); else one sort.
    """
    good = _repeated(guid_arrays)
    if set_aside is None or not len(set_aside):
        return good
    bad, counts = np.unique(set_aside, return_counts=True)
    again = [bad[np.isin(bad, array)] for array in guid_arrays]
    return np.unique(np.concatenate([good, bad[counts > 1], *again]))


def _repeated(guid_arrays: Sequence[Guids]) -> Guids:
    arrays = [array for array in guid_arrays if len(array)]
    if _ascending(arrays):
        return np.array([], dtype=np.uint64)
    ordered = np.concatenate(arrays)
    ordered.sort()
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _ascending(arrays: Sequence[Guids]) -> bool:
    """Strictly, within each array and from one to the next."""
    within = all(bool((array[1:] > array[:-1]).all()) for array in arrays)
    pairs = itertools.pairwise(arrays)
    return within and all(after[0] > before[-1] for before, after in pairs)
