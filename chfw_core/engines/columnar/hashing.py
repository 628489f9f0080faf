"""The core's keyed hash of a GUID, by the column (see `chfw_core.model.guid.keyed_hash`)."""

import numpy as np
from numpy.typing import NDArray

from chfw_core.model.guid import MASK_64

Guids = NDArray[np.uint64]


def keyed_hashes(guids: Guids, key: int) -> Guids:
    """The keyed hash of each GUID, wrapping in 64 bits as the scalar one does."""
    mixed = guids ^ np.uint64(key & MASK_64)
    mixed += np.uint64(0x9E3779B97F4A7C15)
    shifted = mixed >> np.uint64(30)
    mixed ^= shifted
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(mixed, np.uint64(27), out=shifted)
    mixed ^= shifted
    mixed *= np.uint64(0x94D049BB133111EB)
    np.right_shift(mixed, np.uint64(31), out=shifted)
    mixed ^= shifted
    return mixed
