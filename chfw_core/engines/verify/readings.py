"""A Supplier's view of a block: which hubs are its own, in which role, and what its rules say.

A reading is one Supplier's sheet for those of its hubs that share an automatic time.
"""

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import NO_TIME, Bools, Domain, Ints, Longs
from chfw_core.engines.verify.frames import Block, Frame
from chfw_core.engines.verify.recorded import Standing
from chfw_core.engines.verify.rows import Rows
from chfw_core.engines.verify.settle import Explicit
from chfw_core.engines.verify.sheet import Owner, Sheet
from chfw_core.engines.verify.world import Moment

ROLES: Domain[str | None] = Domain(None)
ROLES.codes(["import", "gas", "both"])
IMPORT, GAS, IN_BOTH = 1, 2, 3


@frozen(kw_only=True)
class BlockFacts:
    """What is known of a block's hubs before a Supplier is heard; `moment` = its number."""

    block: Block
    eligible: Bools
    held: Bools
    moment: Ints
    rows: Rows


@frozen(kw_only=True)
class Reading:
    """One Supplier's sheet for some hubs of the block, all of one automatic time."""

    owner: Owner
    party: int
    at: Longs
    role: Ints
    frame: Frame
    sheet: Sheet
    moment: Moment


def by_party(imports: Ints, gases: Ints, parties: int) -> Iterator[tuple[int, Longs, Ints]]:
    """Each Party with its hubs, import side first, and its role for each: import, gas or both."""
    own_gas = np.where(gases == imports, 0, gases)
    kind = np.uint16 if parties < 1 << 16 else np.uint32
    orders = [np.argsort(codes.astype(kind), kind="stable") for codes in (imports, own_gas)]
    edges = [
        np.searchsorted(codes[order], np.arange(parties + 1))
        for codes, order in zip((imports, own_gas), orders, strict=True)
    ]
    for party in range(1, parties):
        first, second = (order[edge[party] : edge[party + 1]] for order, edge in zip(orders, edges, strict=True))
        if not len(first) and not len(second):
            continue
        both = np.where(gases[first] == party, IN_BOTH, IMPORT)
        role = np.concatenate([both, np.full(len(second), GAS)]).astype(np.int32)
        yield party, np.concatenate([first, second]), role


def explicit_of(standing: Standing | None, place: Ints, reading: Reading) -> Explicit | None:
    """What stands on record for the hubs of a reading; `place` = their row in `standing`, or -1."""
    if standing is None:
        return None
    at = place[reading.at]
    there = at >= 0
    gas = reading.role == GAS

    def of(pair: tuple[Longs, Longs] | tuple[Ints, Ints]) -> Longs:
        return np.where(there, np.where(gas, pair[1][at], pair[0][at]), 0)

    return Explicit(
        of(standing.kind).astype(np.int32),
        of(standing.opens),
        of(standing.closes),
        of(standing.rule).astype(np.int32),
        of(standing.hours).astype(np.int32),
        np.where(there, of(standing.until), NO_TIME),
    )
