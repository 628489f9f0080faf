"""GUIDs that somebody named: in a rule or in an event. All other hubs are alike by their GUID.

So the column `guid` has one code for every GUID named, and one for all others, whose value is a
GUID that nobody named: a list of GUIDs in a rule is a semi-join. Where a rule asks more of a GUID
than whether it is one of some (its first digits, its order), every hub gets a code of its own.
"""

import numpy as np

from chfw_core.engines.verify.arrays import Domain, Guids, Ints
from chfw_core.engines.verify.frames import Column
from chfw_core.engines.verify.masks import leaves_of
from chfw_core.engines.verify.profiles import conditions_of
from chfw_core.engines.verify.world import World
from chfw_core.rules.model import LeafOp

_MEMBERSHIP = frozenset({LeafOp.EQ, LeafOp.NE, LeafOp.IN, LeafOp.MISSING, LeafOp.NOT_MISSING})


class SpecialGuids:
    """Makes the `guid` column of a block."""

    def __init__(self, world: World) -> None:
        named = {int(event.guid) for event in world.events if event.guid is not None}
        self._every = False
        for rules in world.inputs.rulesets:
            self._every |= any("guid" in pilot.spread_by for pilot in rules.pilots)
            for condition in conditions_of(rules):
                for leaf in leaves_of(condition):
                    if "guid" not in leaf.fields:
                        continue
                    if leaf.op not in _MEMBERSHIP or len(leaf.fields) > 1:
                        self._every = True
                    named.update(arg.value for arg in leaf.args if isinstance(arg.value, int))
        other = next(number for number in range(len(named) + 1) if number not in named)
        self._domain: Domain[int] = Domain(other)
        self._sorted = np.array(sorted(named), np.uint64)
        self._domain.codes(self._sorted.tolist())

    def column(self, guids: Guids) -> Column:
        """The codes of these GUIDs."""
        if self._every:
            domain: Domain[int | None] = Domain(None)
            return Column(domain.codes(guids.tolist()), domain)
        codes: Ints = np.zeros(len(guids), np.int32)
        if len(self._sorted):
            at = np.minimum(np.searchsorted(self._sorted, guids), len(self._sorted) - 1)
            codes = np.where(self._sorted[at] == guids, at + 1, 0).astype(np.int32)
        return Column(codes, self._domain)
