"""Pilots (planning 11): who may be in, how many seats each stratum has, who takes them.

Seats are judged, not dealt again: a distribution by highest averages is recognised by its
quotients, whatever the ties, so no tie-breaking is copied here. Within a stratum the order is
exact: the preferred first, then the keyed hash.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from attrs import define, field

from chfw_core.engines.verify.arrays import (
    Bools,
    Domain,
    Guids,
    Ints,
    distinct,
    hash_order,
)
from chfw_core.engines.verify.frames import Frame
from chfw_core.engines.verify.tally import Tally
from chfw_core.engines.verify.world import World
from chfw_core.model.guid import format_guid, hash_key
from chfw_core.model.parties import is_supplier
from chfw_core.planning.verify import Check
from chfw_core.rules.model import PilotRule


@define
class Pool:
    """The candidates of one pilot rule, gathered over all blocks."""

    rule: PilotRule
    name: str
    strata: Domain[tuple[object, ...] | None] = field(factory=lambda: Domain(None))
    parts: list[tuple[Guids, Ints, Bools, Bools]] = field(factory=list)


class Pilots:
    """All pilots of all Suppliers."""

    def __init__(self, world: World, tally: Tally) -> None:
        self._world = world
        self._tally = tally
        self._pools: dict[tuple[str, int], Pool] = {}
        for rules in world.inputs.rulesets:
            if is_supplier(rules.owner):
                for number, rule in enumerate(rules.pilots):
                    self._pools[rules.owner, number] = Pool(rule, f"{rules.owner}.{rule.id}")

    def add(
        self,
        party: int,
        rule: PilotRule,
        number: int,
        guids: Guids,
        frame: Frame,
        prefers: Bools,
        candidate: Bools,
        claimed: Bools,
    ) -> None:
        """Hubs of one Supplier: those that may be in its pilot, those that the schedule has in."""
        pool = self._pools[str(self._world.parties.values[party]), number]
        # I10: never an excluded or held hub, nor one that is no candidate for another reason.
        self._tally.rows(
            Check.PILOT_MEMBER,
            claimed & ~candidate,
            guids,
            lambda _: "a hub outside this pilot",
            lambda _: f"in `{pool.name}`",
        )
        rows = np.flatnonzero(candidate)
        if not len(rows):
            return
        strata = np.zeros(len(rows), np.int32)
        columns = [frame.column(name).take(rows) for name in rule.spread_by]
        if columns:
            firsts, inverse = distinct([(c.codes, len(c.domain)) for c in columns])
            names = [tuple(c.domain.values[c.codes[row]] for c in columns) for row in firsts]
            strata = pool.strata.codes(names)[inverse]
        pool.parts.append((guids[rows], strata, prefers[rows], claimed[rows]))

    def finish(self) -> None:
        """Sizes, quotas and order, once every hub has been seen."""
        limit = self._world.release.pilot_limit
        pools = list(self._pools.values())
        seats = [sum(int(np.count_nonzero(part[3])) for part in pool.parts) for pool in pools]
        there = [sum(len(part[0]) for part in pool.parts) for pool in pools]
        most = [min(pool.rule.size, hubs) for pool, hubs in zip(pools, there, strict=True)]
        total = sum(seats)
        if total > limit:  # I10, G2
            self._tally.add(Check.PILOT_SIZE, "all pilots", f"at most {limit}", str(total))
        # A pilot without a candidate asks for nothing.
        asked = [pool.rule.size if size else 0 for pool, size in zip(pools, most, strict=True)]
        for pool, taken, size, (least, share) in zip(pools, seats, most, shares_of(asked, limit), strict=True):
            if taken > min(share, size):
                expected = f"at most {min(share, size)}"
                self._tally.add(Check.PILOT_SIZE, pool.name, expected, str(taken))
            elif taken < min(least, size):
                expected = f"{min(least, size)} hubs"
                self._tally.add(Check.PILOT_QUOTA, pool.name, expected, str(taken))
            if pool.parts:
                self._judge(pool)

    def _judge(self, pool: Pool) -> None:
        guids, strata, prefers, claimed = (np.concatenate([part[at] for part in pool.parts]) for at in range(4))
        count = len(pool.strata.values)
        hubs = np.bincount(strata, minlength=count)
        seats = np.bincount(strata[claimed], minlength=count)
        fault = fault_of(hubs.tolist(), seats.tolist(), pool.rule.at_least)
        if fault is not None:
            gains, loses = fault
            self._tally.add(
                Check.PILOT_QUOTA,
                f"{pool.name} {_label(pool, gains)}",
                f"another seat before {_label(pool, loses)}",
                f"{seats[gains]} of {hubs[gains]} against {seats[loses]} of {hubs[loses]}",
            )
        order = hash_order(guids, hash_key(pool.rule.seed))
        rank = np.lexsort((order, ~prefers, strata))
        taken = claimed[rank]
        same = strata[rank][1:] == strata[rank][:-1]
        late = same & taken[1:] & ~taken[:-1]
        for at in np.flatnonzero(late)[:1]:
            self._tally.add(
                Check.PILOT_ORDER,
                format_guid(int(guids[rank[at]])),
                f"in `{pool.name}` before {format_guid(int(guids[rank[at + 1]]))}",
                "not in it",
                int(np.count_nonzero(late)),
            )


def _label(pool: Pool, stratum: int) -> str:
    values = pool.strata.values[stratum]
    return "all" if values is None else "/".join(str(value) for value in values)


def shares_of(sizes: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """What each pilot may have, least and most: its size, or past the limit its share.

    Shares are by highest averages in proportion to the sizes. Least and most differ only where
    the last seats are tied: who of those gets one is drawn by the planner.
    """
    if sum(sizes) <= limit:
        return [(size, size) for size in sizes]
    seats = [0] * len(sizes)
    dealt = 0
    while dealt < limit:
        averages = [Fraction(size, 2 * seat + 1) for size, seat in zip(sizes, seats, strict=True)]
        tied = [at for at, average in enumerate(averages) if average == max(averages)]
        dealt += len(tied)
        if dealt > limit:
            return [(seat, seat + (at in tied)) for at, seat in enumerate(seats)]
        for at in tied:
            seats[at] += 1
    return [(seat, seat) for seat in seats]


def fault_of(hubs: Sequence[int], seats: Sequence[int], at_least: int) -> tuple[int, int] | None:
    """Two strata of which the first should have had a seat that the second has; None = fair."""
    base = [min(size, at_least) for size in hubs]
    there = [at for at, size in enumerate(hubs) if size]
    if sum(seats) < sum(base):
        # Not enough for `at_least` everywhere: the largest come first.
        for gains in (at for at in there if seats[at] < base[at]):
            for loses in there:
                over = seats[loses] > base[loses]
                if over or (seats[loses] and hubs[loses] < hubs[gains]):
                    return gains, loses
        return None
    for gains in there:
        if seats[gains] < base[gains]:
            return gains, next((at for at in there if seats[at] > base[at]), gains)
    may_gain = [at for at in there if seats[at] < hubs[at]]
    may_lose = [at for at in there if seats[at] > base[at]]
    if not may_gain or not may_lose:
        return None
    # Sainte-Laguë: no next quotient may exceed a quotient that won a seat.
    gains = max(may_gain, key=lambda at: hubs[at] / (2 * seats[at] + 1))
    loses = min(may_lose, key=lambda at: hubs[at] / (2 * seats[at] - 1))
    unfair = hubs[gains] * (2 * seats[loses] - 1) > hubs[loses] * (2 * seats[gains] + 1)
    return (gains, loses) if unfair else None
