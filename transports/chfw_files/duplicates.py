"""GUIDs that occur more than once, over all chunks of an estate."""

import itertools
from collections.abc import Sequence

import numpy as np

from chfw_files.guids import Guids


def find_duplicates(guid_arrays: Sequence[Guids]) -> Guids:
    """The repeated GUIDs, each once, in order.

    Fast where the rows are sorted already (then nothing is copied or sorted); else one sort.
    """
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
