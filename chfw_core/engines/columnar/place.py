"""Days for every hub: demand classes, the core's capacity step, and the cuts in hash order (G5).

Slots with the same region, possible days and priority are one *demand class*. Its hubs take the
days in hash order: the first part of the cut the first day that the class was given, and so on;
who is left out comes last. `Times` has one entry per demand class, window table and part.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.composed import NONE, Composed
from chfw_core.engines.columnar.cut import Cuts, Cutter
from chfw_core.engines.columnar.records import Part, distinct_tuples
from chfw_core.engines.columnar.slots import Batches, Calendars, Slots, count_classes
from chfw_core.engines.columnar.steps import meanwhile
from chfw_core.engines.columnar.timelines import Days
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.engines.columnar.world import World
from chfw_core.planning.capacity import DemandClass, Proof, assign_days, region_capacity
from chfw_core.planning.flow import FlowSolver

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]
N = TypeVar("N", bound=np.signedinteger)


@frozen(kw_only=True)
class Assigned:
    """What one demand class got: for each part of its hubs the place in its list of days."""

    places: tuple[int, ...] = ()
    hubs: tuple[int, ...] = ()
    left_out: int = 0
    proof: Proof | None = None

    @property
    def is_cut(self) -> bool:
        """Whether its hubs are not all told the same."""
        return len(self.hubs) + (self.left_out > 0) > 1

    @property
    def cuts(self) -> Ints:
        """The ranks at which its hubs are cut: after each day, where somebody comes after."""
        ends = np.cumsum(np.array(self.hubs, dtype=np.int64))
        return ends if self.left_out else ends[:-1]


@frozen(kw_only=True, eq=False)
class Assignment:
    """Who goes when, by slot: `assigned[demand[slot]]`. `left_out_of`: slots of which capacity leaves hubs out.

    Slots from `first_left_out` on are those of hubs that are left out: slot `first_left_out + i` for the hubs of slot
    `left_out_of[i]`, with the proof `proofs[i]`.
    """

    slots: Slots
    calendars: Calendars
    demand: Ints
    assigned: list[Assigned]
    last_part: Parts
    left_out_of: Ints
    proofs: list[Proof | None]

    @property
    def first_left_out(self) -> int:
        """The number of the first slot of hubs that are left out."""
        return len(self.slots)


@define(kw_only=True)
class Placed:
    """Where every hub goes.

    `classes[chunk][row]` is a slot, those of hubs that are left out included. `time[chunk][row]` is an index of `day`,
    `opens`, `closes` of planned hubs. `counts`: the hubs of each slot.
    """

    assignment: Assignment
    classes: list[Parts]
    times: list[Parts]
    counts: Ints
    day: NDArray[np.int32]
    opens: Ints
    closes: Ints
    time_region: list[str]
    time_basis: Ints


@define
class Placer:
    """Places the hubs of one plan: first by class, then hub by hub."""

    world: World
    composed: Composed
    cutter: Cutter
    solver: FlowSolver
    _demands: Ints = field(init=False)

    def assign(self, classes: list[Parts]) -> Assignment:
        """`classes[chunk][row]`: the record of each hub, which becomes its slot.

        Raises InputError where capacity is limited but a region of the estate has no figure.
        """
        for place in self.world.places:
            region_capacity(self.world.inputs, place.region, ())
        counts = count_classes(classes, len(self.composed.records))
        batches = Batches.of(self.composed, counts)
        calendars = Calendars(self.world, self.composed)
        with meanwhile(lambda: batches.enter(classes, counts, self.cutter), self.cutter.threads) as entered:
            calendars.look_ahead()
        slots, counts = entered()
        calendars.fill(slots)
        demand = self._demand(slots, calendars.lists, counts)
        assigned = self._assign(slots, demand, calendars.lists, counts)
        short = np.array([len(one.places) if one.left_out else -1 for one in assigned] + [-1], dtype=np.int32)
        last_part = short[demand]
        left_out_of = np.flatnonzero(last_part >= 0)
        return Assignment(
            slots=slots,
            calendars=calendars,
            demand=demand,
            assigned=assigned,
            last_part=last_part,
            left_out_of=left_out_of,
            proofs=[assigned[demand[slot]].proof for slot in left_out_of.tolist()],
        )

    def cut(self, classes: list[Parts], assignment: Assignment) -> Placed:
        """Give the hubs their days, in hash order. `classes`: the slot of each hub."""
        slots, demand, assigned = assignment.slots, assignment.demand, assignment.assigned
        last_part, left_out_of = assignment.last_part, assignment.left_out_of
        parts = self._cut(classes, demand, assigned)
        left_slot = np.full(len(slots), NONE, dtype=np.int32)
        left_slot[left_out_of] = len(slots) + np.arange(len(left_out_of))
        table = self._times(slots, demand, assigned, assignment.calendars.lists)
        first_time = table.first
        times: list[Parts] = []
        for number, own in enumerate(classes):
            part = parts[number] if parts is not None else np.zeros(len(own), dtype=np.int32)
            out = np.flatnonzero(part == last_part[own]) if len(left_out_of) else ()
            part += first_time[own]  # in place: from here on it is the time
            if len(out):
                own[out] = left_slot[own[out]]
                part[out] = 0
            times.append(part)
        return Placed(
            assignment=assignment,
            classes=classes,
            times=times,
            counts=count_classes(classes, len(slots) + len(left_out_of)),
            day=table.day,
            opens=table.opens,
            closes=table.closes,
            time_region=table.region,
            time_basis=table.basis,
        )

    def _demand(self, slots: Slots, lists: Sequence[Days], counts: Ints) -> Ints:
        """The demand class of each slot, or -1."""
        regions = numbered([place.region for place in self.world.places])
        same_days = numbered([days.day.tobytes() for days in lists])
        asks = np.flatnonzero((slots.days >= 0) & (counts > 0))
        record = slots.record[asks]
        columns = [
            regions[self.composed.records[record, Part.PLACE]],
            same_days[slots.days[asks]] if len(asks) else asks,
            self.composed.priority[record],
        ]
        self._demands, of = distinct_tuples(columns)
        demand = np.full(len(slots), NONE, dtype=np.int64)
        demand[asks] = of
        return demand

    def _assign(self, slots: Slots, demand: Ints, lists: Sequence[Days], counts: Ints) -> list[Assigned]:
        names = list(dict.fromkeys(place.region for place in self.world.places))
        asks = np.flatnonzero(demand >= 0)
        hubs = np.bincount(demand[asks], weights=counts[asks], minlength=len(self._demands)).astype(np.int64)
        some_days = np.zeros(len(self._demands), dtype=np.int64)
        some_days[demand[asks]] = slots.days[asks]
        result = [Assigned()] * len(self._demands)
        numbers, first = np.unique(self._demands[:, 1], return_index=True)
        of_days = {n: lists[some_days[at]].dates() for n, at in zip(numbers.tolist(), first.tolist(), strict=True)}
        for region in sorted(set(self._demands[:, 0].tolist())):
            own = np.flatnonzero(self._demands[:, 0] == region).tolist()
            used = self._demands[own, 1].tolist()
            dates = [of_days[number] for number in used]
            classes = [
                DemandClass(days=days, priority=int(self._demands[at, 2]), count=int(hubs[at]))
                for at, days in zip(own, dates, strict=True)
            ]
            every_day = sorted({day for number in set(used) for day in of_days[number]})
            capacity = region_capacity(self.world.inputs, names[region], every_day)
            got = assign_days(names[region], classes, capacity, self.solver)
            for at, days, placed, left_out, proof in zip(own, dates, got.placed, got.unplaced, got.proofs, strict=True):
                result[at] = Assigned(
                    places=tuple([bisect_left(days, day) for day, _ in placed]),
                    hubs=tuple([count for _, count in placed]),
                    left_out=left_out,
                    proof=proof,
                )
        return result

    def _cut(self, classes: list[Parts], demand: Ints, assigned: list[Assigned]) -> list[Parts] | None:
        """The part of its demand class in which each hub lies; None where nothing is cut."""
        to_cut = [at for at, one in enumerate(assigned) if one.is_cut]
        if not to_cut:
            return None
        group = np.full(len(assigned) + 1, NONE, dtype=np.int32)
        group[to_cut] = np.arange(len(to_cut))
        cuts = Cuts(group_of=group[demand], ranks=[assigned[at].cuts for at in to_cut])
        return self.cutter.parts(classes, cuts, last=True)

    def _times(self, slots: Slots, demand: Ints, assigned: Sequence[Assigned], lists: Sequence[Days]) -> "Times":
        """The times of all slots; time 0 is no time."""
        asks = np.flatnonzero(demand >= 0)
        basis = self.composed.plans.basis[self.composed.plan[slots.record[asks]]]
        distinct, of = distinct_tuples([demand[asks], slots.days[asks], basis])
        own_demand, own_days, own_basis = distinct.T
        # The possible days of all lists, one after the other; of each the days that were given are taken.
        starts = np.cumsum([0, *(len(days.day) for days in lists)])
        given = [assigned[number].places for number in own_demand.tolist()]
        counts = np.array([len(places) for places in given], dtype=np.int64)
        taken = np.fromiter(chain.from_iterable(given), np.int64, int(counts.sum())) + np.repeat(
            starts[own_days], counts
        )
        names = np.array(list(dict.fromkeys(place.region for place in self.world.places)), dtype=object)
        first = np.zeros(len(slots), dtype=np.int32)
        first[asks] = (1 + np.cumsum(counts) - counts)[of]
        return Times(
            first=first,
            day=_after_no_time([days.day for days in lists], taken, np.int32),
            opens=_after_no_time([days.opens for days in lists], taken, np.int64),
            closes=_after_no_time([days.closes for days in lists], taken, np.int64),
            region=["", *np.repeat(names[self._demands[own_demand, 0]], counts).tolist()],
            basis=np.concatenate([[NONE], np.repeat(own_basis, counts)]),
        )


def _after_no_time(lists: Sequence[NDArray[N]], taken: Ints, kind: type[N]) -> NDArray[N]:
    """Some entries of all lists together, after one for time 0."""
    return np.concatenate([np.zeros(1, dtype=kind), np.concatenate([np.zeros(0, dtype=kind), *lists])[taken]])


@frozen(kw_only=True, eq=False)
class Times:
    """When hubs go: the first time of each slot; day, window, region and basis of each time."""

    first: Parts
    day: NDArray[np.int32]
    opens: Ints
    closes: Ints
    region: list[str]
    basis: Ints
