"""Each hub's row in both schedules. Plans of one estate have one order: nothing is sought then."""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.schedules.kinds import NO_ROW, Guids, Numbers, Rows


@frozen(kw_only=True, eq=False)
class Pairs:
    """Shape (hubs,) each: in the new schedule's order, then in the old one's those that only it has."""

    guids: Guids
    old: Numbers
    new: Numbers

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Pairs":
        """Some of them."""
        return Pairs(guids=self.guids[chosen], old=self.old[chosen], new=self.new[chosen])


def pair(old: Rows, new: Rows) -> Pairs:
    """Bring two schedules together by GUID; NO_ROW where one has none."""
    if np.array_equal(old.guids, new.guids):
        return Pairs(guids=new.guids, old=old.kinds, new=new.kinds)
    found = places(old.guids, new.guids)
    known = found >= 0
    kinds = np.full(len(new.guids), NO_ROW, dtype=np.int32)
    kinds[known] = old.kinds[found[known]]
    gone = np.ones(len(old.guids), dtype=np.bool_)
    gone[found[known]] = False
    nothing = np.full(int(gone.sum()), NO_ROW, dtype=np.int32)
    return Pairs(
        guids=np.concatenate([new.guids, old.guids[gone]]),
        old=np.concatenate([kinds, old.kinds[gone]]),
        new=np.concatenate([new.kinds, nothing]),
    )


def places(guids: Guids, sought: Guids, order: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Where each GUID sought stands among `guids`, each of which is there once; -1 where it does not.

    `order` sorts `guids`, where it is known already.
    """
    if not len(guids):
        return np.full(len(sought), -1, dtype=np.int64)
    order = np.argsort(guids) if order is None else order
    at = np.searchsorted(guids, sought, sorter=order)
    found = order[np.minimum(at, len(order) - 1)]
    return np.where(guids[found] == sought, found, -1)
