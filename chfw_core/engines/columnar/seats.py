"""Which candidates of a pilot get its seats: by stratum, those preferred first, then by keyed hash.

Of each stratum no more hubs are ordered than it has seats.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.candidates import Candidates
from chfw_core.engines.columnar.hashing import keyed_hashes
from chfw_core.model.guid import hash_key
from chfw_core.planning.pilot import Stratum, pilot_key, seats_by_stratum
from chfw_core.rules.model import PilotRule

Ints = NDArray[np.int64]


@frozen(eq=False)
class Ask:
    """What one pilot asks for, and its candidates."""

    owner: str
    pilot: PilotRule
    found: Candidates

    @property
    def key(self) -> str:
        """By what the DCC's limit is shared."""
        return pilot_key(self.owner, self.pilot.id)


@frozen(eq=False)
class Seated:
    """Which of the hubs that were left for a pilot are in it, and what its strata lack."""

    hubs: Candidates
    picked: Ints
    shortfall: dict[Stratum, int]


def seats_of_owner(asks: Sequence[Ask], share: Mapping[str, int]) -> list[Seated]:
    """The pilots of one owner, in the order of its file: a hub is in one of them at most."""
    taken, found = np.zeros(0, dtype=np.uint64), []
    for ask in asks:
        left = ask.found.without(taken) if len(taken) else ask.found
        picked, shortfall = _pick(left, share.get(ask.key, 0), ask.pilot)
        taken = np.concatenate([taken, left.guid[picked]])
        found.append(Seated(left, picked, shortfall))
    return found


def _pick(found: Candidates, size: int, pilot: PilotRule) -> tuple[Ints, dict[Stratum, int]]:
    """The candidates that get a seat: per stratum those preferred first, then by keyed hash."""
    counts = np.bincount(found.stratum, minlength=len(found.strata))
    sizes = {stratum: int(n) for stratum, n in zip(found.strata, counts, strict=True) if n}
    seats = seats_by_stratum(sizes, size, pilot.at_least, pilot.seed)
    limit = np.array([seats.by_stratum.get(stratum, 0) for stratum in found.strata] or [0], dtype=np.int64)
    hashes = keyed_hashes(found.guid, hash_key(pilot.seed))
    near = _front(found, hashes, limit)
    order = near[np.lexsort((hashes[near], ~found.preferred[near], found.stratum[near]))]
    stratum = found.stratum[order]
    place = np.arange(len(order)) - np.searchsorted(stratum, stratum)
    return order[place < limit[stratum]] if len(order) else order, dict(seats.shortfall)


FRONT = 1 << 12
"""About so many candidates, of those preferred and of the others, are ordered before all are."""


def _front(found: Candidates, hashes: NDArray[np.uint64], limit: Ints) -> Ints:
    """Candidates among whom everyone with a seat is: those first in the order, if they suffice."""
    everyone = np.arange(len(hashes))
    if len(everyone) <= 2 * FRONT:
        return everyone
    near, complete = np.zeros(len(hashes), dtype=np.bool_), np.zeros(len(limit), dtype=np.int64)
    for group in (np.flatnonzero(found.preferred), np.flatnonzero(~found.preferred)):
        # Those with the lowest hashes: as many of so many lie below the limit as this share of all hashes does.
        first = group if len(group) <= FRONT else group[hashes[group] < np.uint64(FRONT / len(group) * 2.0**64)]
        near[first] = True
        held = np.bincount(found.stratum[first], minlength=len(limit))
        total = np.bincount(found.stratum[group], minlength=len(limit))
        # A stratum that has not all of its preferred hubs here must not be filled up with others.
        complete = np.where((held < total) & (complete + held < limit), -len(everyone), complete + held)
    lacking = (complete < limit) & (complete != np.bincount(found.stratum, minlength=len(limit)))
    return np.flatnonzero(near | lacking[found.stratum])
