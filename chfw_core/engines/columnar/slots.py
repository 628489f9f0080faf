"""Batches and possible days: what hubs of one class share before capacity has its say.

A *slot* is a class of hubs that share a record and a batch.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.composed import NONE, Composed
from chfw_core.engines.columnar.cut import Cuts, Cutter
from chfw_core.engines.columnar.records import Part, distinct_columns
from chfw_core.engines.columnar.timelines import Calendar, Days, Timelines
from chfw_core.engines.columnar.vocabulary import TABLE_LIMIT, distinct_keys, numbered
from chfw_core.engines.columnar.world import World
from chfw_core.model.windows import holidays_for
from chfw_core.planning.batches import BatchKey, batch_period
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
    keys: list[BatchKey]
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
    """BR3.7: the batches that hubs of one key are cut into, in hash order.

    A *pair* is a record and a batch of its key, whether hubs have both or not: `first` is by record its first pair.
    Batches may be far more than a record has hubs, so pairs without hubs never become slots.
    """

    specs: Mapping[BatchKey, BatchSpec]
    cuts: Cuts
    first: Ints
    pairs: int

    @classmethod
    def of(cls, composed: Composed, counts: Ints) -> "Batches":
        """`counts`: the hubs of each record."""
        key_of_plan, specs = composed.plans.batches()
        group = np.append(key_of_plan, NONE).astype(np.int32)[composed.plan]
        total = np.bincount(group + 1, weights=counts, minlength=len(specs) + 1)[1:].astype(np.int64)
        ranks = [np.arange(spec.size, hubs, spec.size) for spec, hubs in zip(specs.values(), total, strict=True)]
        sizes = np.array([*(len(cuts) + 1 for cuts in ranks), 1], dtype=np.int64)[group]
        return cls(specs, Cuts(group_of=group, ranks=ranks), np.cumsum(sizes) - sizes, int(sizes.sum()))

    def enter(self, classes: Sequence[Parts], counts: Ints, cutter: Cutter) -> tuple[Slots, Ints]:
        """`classes`, records so far, become the slot of each hub; answers with the slots and the hubs of each."""
        if self.pairs == len(self.first):
            return self._slots(self.first), counts
        parts = cutter.parts(classes, self.cuts)
        pairs = number_pairs(classes, parts, self.first, self.pairs, cutter.threads)
        return self._slots(pairs), count_classes(classes, len(pairs))

    def _slots(self, pairs: Ints) -> Slots:
        record = np.searchsorted(self.first, pairs, side="right") - 1
        group = self.cuts.group_of[record].astype(np.int64)
        batch = np.where(group >= 0, pairs - self.first[record], NONE)
        return Slots(record=record, batch=batch, group=group, specs=list(self.specs.values()), keys=list(self.specs))


def number_pairs(classes: Sequence[Parts], parts: Sequence[Parts], first: Ints, possible: int, threads: int) -> Ints:
    """The pairs that hubs have, ascending; `classes`, records so far, become the number of each hub's.

    `parts` is used up. Where few pairs are `possible` they are looked up in a table; more are hashed, chunk by chunk.
    """
    with ThreadPoolExecutor(threads) as pool:
        if possible <= TABLE_LIMIT:
            seen = np.zeros(possible, dtype=np.bool_)
            starts = first.astype(np.int32)

            def look_up(own: Parts, part: Parts) -> None:
                part += np.take(starts, own, mode="clip")
                seen[part] = True

            list(pool.map(look_up, classes, parts))
            pairs = np.flatnonzero(seen)
            number = np.zeros(possible, dtype=np.int32)
            number[pairs] = np.arange(len(pairs))
            list(pool.map(lambda own, part: np.take(number, part, out=own, mode="clip"), classes, parts))
            return pairs

        def distinct(own: Parts, part: Parts) -> Ints:
            found, own[:] = distinct_keys(first[own] + part)
            return found

        found = list(pool.map(distinct, classes, parts))
        pairs = np.unique(np.concatenate(found))
        becomes = [np.searchsorted(pairs, some).astype(np.int32) for some in found]
        list(pool.map(lambda own, new: np.take(new, own, out=own, mode="clip"), classes, becomes))
        return pairs


@define
class Calendars:
    """Works out the possible days of slots, each distinct case once.

    `of_record`: the number in `lists` of each record's possible days whatever its batch, or -1; once `look_ahead` ran.
    """

    world: World
    composed: Composed
    lists: list[Days] = field(factory=list)
    of_record: Ints = field(init=False)
    _blackouts: Ints = field(init=False)
    _numbers: dict[int, int] = field(init=False, factory=dict)
    _timelines: Timelines = field(init=False)

    def __attrs_post_init__(self) -> None:
        closes = [one.resolution.period.closes for one in self.composed.plans.settled_list]
        self._timelines = Timelines(horizon=max(closes, default=self.world.inputs.release.automatic_at))
        self._blackouts = numbered([blackouts_in(self.world.inputs, place.region) for place in self.world.places])

    def look_ahead(self) -> None:
        """Set `of_record`: nothing of it depends on where batches are cut."""
        composed = self.composed
        place = composed.records[:, Part.PLACE]
        columns = [np.append(composed.calendar, NONE)[composed.plan], self._blackouts[place]]
        sample, of = distinct_columns(columns, len(place))
        found = [self._number(self._possible(int(composed.plan[at]), int(place[at]))) for at in sample.tolist()]
        self.of_record = np.array(found or [NONE], dtype=np.int64)[of]

    def fill(self, slots: Slots) -> None:
        """Set `slots.days`: the number of each slot's possible days in `lists`, or -1."""
        composed = self.composed
        slots.days = self.of_record[slots.record]
        pauses = numbered([spec.pause for spec in slots.specs])
        paused = np.array([*(bool(s.pause.days or s.pause.seconds) for s in slots.specs), False])
        later = np.flatnonzero(paused[slots.group] & (slots.batch > 0))
        record, batch, group = slots.record[later], slots.batch[later], slots.group[later]
        plan, place = composed.plan[record], composed.records[record, Part.PLACE]
        columns = [np.append(composed.calendar, NONE)[plan], self._blackouts[place], batch, pauses[group]]
        sample, of = distinct_columns(columns, len(later))
        found = []
        for at in sample.tolist():
            spec = slots.specs[int(group[at])]
            found.append(self._number(self._possible(int(plan[at]), int(place[at]), int(batch[at]), spec)))
        slots.days[later] = np.array(found or [NONE], dtype=np.int64)[of]

    def _number(self, days: Days | None) -> int:
        if days is None or not len(days.day):
            return NONE
        number = self._numbers.setdefault(id(days), len(self.lists))
        if number == len(self.lists):
            self.lists.append(days)
        return number

    def _possible(self, plan: int, place: int, batch: int = 0, spec: BatchSpec | None = None) -> Days | None:
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
