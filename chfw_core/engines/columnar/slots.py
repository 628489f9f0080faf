"""Voices, batches and possible days: what hubs of one class share before capacity has its say.

A *voice* is a shape in the words of its own Suppliers. A *slot* is a class of hubs that share a
record and a batch.
"""

from collections.abc import Sequence

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.compose import NONE, Composed, spoken, words_of
from chfw_core.engines.columnar.cut import Cuts, Cutter
from chfw_core.engines.columnar.records import Part, distinct_rows
from chfw_core.engines.columnar.timelines import Calendar, Days, Timelines
from chfw_core.engines.columnar.world import World
from chfw_core.model.windows import holidays_for
from chfw_core.planning.batches import batch_period, specs_by_key
from chfw_core.planning.hub_plan import HubPlan, day_rules
from chfw_core.planning.release_state import blackouts_in, earliest_day
from chfw_core.rules.model import BatchSpec

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]


@frozen(eq=False)
class Voices:
    """The plans of the records in their own words: `of[record]` is an index of `plans`, or -1."""

    of: Ints
    plans: list[HubPlan]


def voices_of(composed: Composed) -> Voices:
    """Each record's plan with the names, rules and reasons of its own Suppliers."""
    live = np.flatnonzero(composed.shape >= 0)
    rows = np.stack([composed.shape[live], composed.first[live], composed.second[live]], axis=1)
    distinct, numbers = distinct_rows(rows)
    of = np.full(len(composed.shape), NONE, dtype=np.int64)
    of[live] = numbers
    decisions = [*composed.decisions, None]
    plans = []
    for shape, first, second in distinct.tolist():
        plan, words = composed.shapes[shape], words_of(decisions[first], decisions[second])
        plans.append(
            evolve(
                plan,
                reason=spoken(plan.reason, words),
                import_rule=plan.import_rule and spoken(plan.import_rule, words),
                gas_rule=plan.gas_rule and spoken(plan.gas_rule, words),
                batch_key=tuple(spoken(side, words) for side in plan.batch_key),
            )
        )
    return Voices(of=of, plans=plans)


@define(kw_only=True)
class Slots:
    """Parallel arrays, one entry per slot; -1 = none. `specs[group]`: the batches of a key."""

    record: Ints
    batch: Ints
    group: Ints
    specs: list[BatchSpec]
    days: Ints = field(factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.record)


def count_classes(classes: Sequence[Parts], count: int) -> Ints:
    """How many hubs are in each class."""
    total = np.zeros(count, dtype=np.int64)
    for chunk in classes:
        total += np.bincount(chunk, minlength=count)
    return total


def cut_batches(voices: Voices, classes: list[Parts], counts: Ints, cutter: Cutter) -> tuple[list[Parts], Slots]:
    """BR3.7: the slot of each hub. Hubs of one key are cut together, in hash order."""
    specs = specs_by_key([(plan.batch_key, plan.batch) for plan in voices.plans if plan.batch is not None])
    numbers = {key: number for number, key in enumerate(specs)}
    of_plan = [numbers[plan.batch_key] if plan.batch is not None else NONE for plan in voices.plans]
    group = np.array([*of_plan, NONE], dtype=np.int32)[voices.of]
    total = np.bincount(group + 1, weights=counts, minlength=len(specs) + 1)[1:].astype(np.int64)
    ranks = [np.arange(spec.size, hubs, spec.size) for spec, hubs in zip(specs.values(), total, strict=True)]
    sizes = np.array([*(len(cuts) + 1 for cuts in ranks), 1], dtype=np.int64)[group]
    base = np.cumsum(sizes) - sizes
    record = np.repeat(np.arange(len(group)), sizes)
    batch = np.where(group[record] >= 0, np.arange(len(record)) - base[record], NONE)
    slots = Slots(record=record, batch=batch, group=group[record].astype(np.int64), specs=list(specs.values()))
    if len(record) == len(group):
        return classes, slots
    parts = cutter.parts(classes, Cuts(group_of=group, ranks=ranks))
    first = base.astype(np.int32)
    return [first[own] + part for own, part in zip(classes, parts, strict=True)], slots


@define
class Calendars:
    """Works out the possible days of slots, each distinct case once."""

    world: World
    composed: Composed
    lists: list[Days] = field(factory=list)
    _timelines: Timelines = field(init=False)

    def __attrs_post_init__(self) -> None:
        closes = [plan.resolution.period.closes for plan in self.composed.shapes]
        self._timelines = Timelines(horizon=max(closes, default=self.world.inputs.release.automatic_at))

    def fill(self, slots: Slots) -> None:
        """Set `slots.days`: the number of each slot's possible days in `lists`, or -1."""
        regions = numbered([place.region for place in self.world.places])
        waits = np.array([*(bool(s.pause.days or s.pause.seconds) for s in slots.specs), False])[slots.group]
        place = self.composed.records[slots.record, Part.PLACE]
        columns = [
            self.composed.shape[slots.record],
            regions[place],
            np.where(waits, slots.batch, NONE),
            np.where(waits, slots.group, NONE),
        ]
        distinct, of = distinct_rows(np.stack(columns, axis=1))
        sample = np.zeros(len(distinct), dtype=np.int64)
        sample[of[::-1]] = place[::-1]
        known: dict[int, int] = {}
        numbers = []
        for (shape, _, batch, group), at in zip(distinct.tolist(), sample.tolist(), strict=True):
            days = self._possible(shape, at, batch, slots.specs[group] if group != NONE else None)
            if days is None or not len(days.day):
                numbers.append(NONE)
                continue
            if known.setdefault(id(days), len(self.lists)) == len(self.lists):
                self.lists.append(days)
            numbers.append(known[id(days)])
        slots.days = np.array(numbers or [NONE], dtype=np.int64)[of]

    def _possible(self, shape: int, place: int, batch: int, spec: BatchSpec | None) -> Days | None:
        if shape == NONE or self.composed.shapes[shape].csp_blocked:
            return None
        plan = self.composed.shapes[shape]
        period = plan.resolution.period
        left = period if spec is None else batch_period(period, batch, spec.pause)
        return None if left is None else self._timelines.days(left, self._calendar(plan, place))

    def _calendar(self, plan: HubPlan, place: int) -> Calendar:
        inputs, where = self.world.inputs, self.world.places[place]
        rules = day_rules(plan, earliest_day(inputs), blackouts_in(inputs, where.region))
        return Calendar(plan.resolution.windows, holidays_for(where.division, inputs.holidays), rules)

    def has_day(self, shape: int, place: int) -> bool:
        """Whether hubs of this shape have a day at all, whatever their batch."""
        days = self._possible(shape, place, 0, None)
        return days is not None and len(days.day) > 0


def numbered(values: Sequence[object]) -> Ints:
    """The number of each value, in order of first appearance."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
