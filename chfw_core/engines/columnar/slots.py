"""Batches and possible days: what hubs of one class share before capacity has its say.

A *slot* is a class of hubs that share a record and a batch.
"""

from collections.abc import Sequence

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.composed import NONE, Composed
from chfw_core.engines.columnar.cut import Cuts, Cutter
from chfw_core.engines.columnar.records import Part, distinct_columns
from chfw_core.engines.columnar.timelines import Calendar, Days, Timelines
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.engines.columnar.world import World
from chfw_core.model.windows import holidays_for
from chfw_core.planning.batches import batch_period
from chfw_core.planning.hub_plan import Settled, day_rules
from chfw_core.planning.release_state import blackouts_in, earliest_day
from chfw_core.rules.model import BatchSpec

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]


@define(kw_only=True)
class Slots:
    """Parallel arrays, one entry per slot; -1 = none. `specs[group]`: the batches of `keys[group]`."""

    record: Ints
    batch: Ints
    group: Ints
    specs: list[BatchSpec]
    keys: list[tuple[str, ...]] = field(factory=list)
    days: Ints = field(factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.record)


def count_classes(classes: Sequence[Parts], count: int) -> Ints:
    """How many hubs are in each class."""
    total = np.zeros(count, dtype=np.int64)
    for chunk in classes:
        total += np.bincount(chunk, minlength=count)
    return total


@frozen(eq=False)
class Batches:
    """BR3.7: the slots of a plan, and the batches that hubs of one key are cut into, in hash order.

    `first`: by record, its first slot.
    """

    slots: Slots
    cuts: Cuts
    first: Parts

    @classmethod
    def of(cls, composed: Composed, counts: Ints) -> "Batches":
        """`counts`: the hubs of each record."""
        key_of_plan, specs = composed.plans.batches()
        group = np.append(key_of_plan, NONE).astype(np.int32)[composed.plan]
        total = np.bincount(group + 1, weights=counts, minlength=len(specs) + 1)[1:].astype(np.int64)
        ranks = [np.arange(spec.size, hubs, spec.size) for spec, hubs in zip(specs.values(), total, strict=True)]
        sizes = np.array([*(len(cuts) + 1 for cuts in ranks), 1], dtype=np.int64)[group]
        base = np.cumsum(sizes) - sizes
        record = np.repeat(np.arange(len(group)), sizes)
        batch = np.where(group[record] >= 0, np.arange(len(record)) - base[record], NONE)
        slots = Slots(record=record, batch=batch, group=group[record].astype(np.int64), specs=list(specs.values()))
        slots.keys = list(specs)
        return cls(slots, Cuts(group_of=group, ranks=ranks), base.astype(np.int32))

    def enter(self, classes: Sequence[Parts], counts: Ints, cutter: Cutter) -> Ints:
        """`classes`, records so far, become the slot of each hub; answers with the hubs of each slot."""
        if len(self.slots) == len(self.first):
            return counts
        for own, part in zip(classes, cutter.parts(classes, self.cuts), strict=True):
            part += np.take(self.first, own, mode="clip")
            own[:] = part
        return count_classes(classes, len(self.slots))


@define
class Calendars:
    """Works out the possible days of slots, each distinct case once."""

    world: World
    composed: Composed
    lists: list[Days] = field(factory=list)
    _timelines: Timelines = field(init=False)

    def __attrs_post_init__(self) -> None:
        closes = [one.resolution.period.closes for one in self.composed.plans.settled_list]
        self._timelines = Timelines(horizon=max(closes, default=self.world.inputs.release.automatic_at))

    def fill(self, slots: Slots) -> None:
        """Set `slots.days`: the number of each slot's possible days in `lists`, or -1."""
        inputs, composed = self.world.inputs, self.composed
        blackouts = numbered([blackouts_in(inputs, place.region) for place in self.world.places])
        pauses = numbered([spec.pause for spec in slots.specs])
        waits = np.array([*(bool(s.pause.days or s.pause.seconds) for s in slots.specs), False])[slots.group]
        place = composed.records[slots.record, Part.PLACE]
        plan = composed.plan[slots.record]
        columns = [
            np.append(composed.calendar, NONE)[plan],
            blackouts[place],
            np.where(waits, slots.batch, NONE),
            np.where(waits, np.append(pauses, NONE)[slots.group], NONE),
        ]
        sample, of = distinct_columns(columns, len(slots))
        known: dict[int, int] = {}
        numbers = []
        for at in sample.tolist():
            spec = slots.specs[int(slots.group[at])] if waits[at] else None
            days = self._possible(int(plan[at]), int(place[at]), int(slots.batch[at]), spec)
            if days is None or not len(days.day):
                numbers.append(NONE)
                continue
            if known.setdefault(id(days), len(self.lists)) == len(self.lists):
                self.lists.append(days)
            numbers.append(known[id(days)])
        slots.days = np.array(numbers or [NONE], dtype=np.int64)[of]

    def _possible(self, plan: int, place: int, batch: int, spec: BatchSpec | None) -> Days | None:
        of_hubs = self.composed.plans.settled_of(plan)
        if of_hubs is None or of_hubs.csp_blocked:
            return None
        period = of_hubs.resolution.period
        left = period if spec is None else batch_period(period, batch, spec.pause)
        return None if left is None else self._timelines.days(left, self._calendar(of_hubs, place))

    def _calendar(self, plan: Settled, place: int) -> Calendar:
        inputs, where = self.world.inputs, self.world.places[place]
        rules = day_rules(plan, earliest_day(inputs), blackouts_in(inputs, where.region))
        windows = plan.resolution.windows
        closed = holidays_for(where.division, inputs.holidays) if windows.mind_holidays else frozenset()
        return Calendar(windows, closed, rules)

    def has_day(self, plan: int, place: int) -> bool:
        """Whether hubs of this plan have a day at all, whatever their batch."""
        days = self._possible(plan, place, 0, None)
        return days is not None and len(days.day) > 0
