"""What the rows of a schedule say besides times: status, basis, rules and reason, each text once."""

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.composed import NONE, Composed
from chfw_core.engines.columnar.place import Assignment
from chfw_core.engines.columnar.records import Part, distinct_columns, distinct_tuples
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.engines.columnar.world import World
from chfw_core.model.windows import holidays_for
from chfw_core.planning import reasons
from chfw_core.planning.batches import batch_id
from chfw_core.planning.capacity import Proof
from chfw_core.planning.model import HubStatus
from chfw_core.planning.release_state import blackouts_in, earliest_day

Ints = NDArray[np.int64]


STATUSES = tuple(HubStatus)


class Cause(IntEnum):
    """Why a slot's hubs have the status that they have."""

    INELIGIBLE = 0
    HELD = 1
    PLANNED = 2
    CSP_BLOCKED = 3
    LATE_BATCH = 4
    NO_DAY = 5
    OVER_CAPACITY = 6


STATUS: Mapping[Cause, HubStatus] = {
    Cause.INELIGIBLE: HubStatus.INELIGIBLE,
    Cause.HELD: HubStatus.HELD,
    Cause.PLANNED: HubStatus.PLANNED,
    Cause.CSP_BLOCKED: HubStatus.INFEASIBLE,
    Cause.LATE_BATCH: HubStatus.INFEASIBLE,
    Cause.NO_DAY: HubStatus.INFEASIBLE,
    Cause.OVER_CAPACITY: HubStatus.INFEASIBLE,
}


@frozen(eq=False, kw_only=True)
class Sayings:
    """What rows say, each distinct thing once: parallel columns; row `of[slot]` is what a slot's hubs say.

    `basis`: a number in `BASES`, `import_rule` and `gas_rule` in `rules`; -1 = none. `proofs`: of those that
    capacity leaves out. `batch_ids[batch_of[slot]]` is the slot's batch.
    """

    cause: Ints
    reason: list[str]
    basis: Ints
    import_rule: Ints
    gas_rule: Ints
    place: NDArray[np.int32]
    rules: list[str | None]
    proofs: Mapping[int, Proof]
    of: Ints
    batch_ids: list[str | None]
    batch_of: Ints

    def __len__(self) -> int:
        return len(self.cause)

    @property
    def status(self) -> Ints:
        """The number of each one's status in `STATUSES`."""
        return np.array([STATUSES.index(STATUS[cause]) for cause in Cause], dtype=np.int64)[self.cause]


@define
class Speech:
    """Puts the slots of a plan into words."""

    world: World
    composed: Composed
    assignment: Assignment
    _sentences: dict[Proof, str] = field(init=False, factory=dict)

    def sayings(self) -> Sayings:
        """What each slot says: distinct by cause, whose words, and a number that the cause needs."""
        plans = self.composed.plans
        slots, left = self.assignment.slots, self.assignment.left_out_of
        origin = np.concatenate([np.arange(len(slots)), left])
        record = slots.record[origin]
        place = self.composed.records[record, Part.PLACE]
        regions = numbered([where.region for where in self.world.places])[place]
        blackouts = numbered([blackouts_in(self.world.inputs, where.region) for where in self.world.places])[place]
        why = numbered([where.ineligible for where in self.world.places])[place]
        cause = self._causes(record, origin)
        proofs = numbered(self.assignment.proofs)
        proof = np.concatenate([np.zeros(len(slots), dtype=np.int64), proofs if len(left) else left])
        plan = self.composed.plan[record]
        batch = slots.batch[origin]
        first = np.select(
            [cause == Cause.INELIGIBLE, cause == Cause.HELD], [why, self.composed.terms[record]], default=plan
        )
        second = np.select(
            [
                cause == Cause.LATE_BATCH,
                cause == Cause.CSP_BLOCKED,
                cause == Cause.OVER_CAPACITY,
                cause == Cause.NO_DAY,
            ],
            [batch, regions, proof, blackouts],
            default=0,
        )
        sample, of = distinct_columns([cause, first, second], len(origin))
        told, own, record = cause[sample], plan[sample], record[sample]
        rules, imports, gases = plans.rules()
        of_plan = np.where((told == Cause.INELIGIBLE) | (told == Cause.HELD), NONE, own)
        left_out = np.flatnonzero(told == Cause.OVER_CAPACITY)
        proof_of = {
            at: self.assignment.proofs[int(sample[at]) - self.assignment.first_left_out] for at in left_out.tolist()
        }
        known = {at: found for at, found in proof_of.items() if found is not None}
        reasons_of = [*plans.reasons(), ""]  # the last one for hubs without a plan
        said = [reasons_of[number] for number in own.tolist()]
        for at in np.flatnonzero(told != Cause.PLANNED).tolist():
            slot = int(origin[sample[at]])
            said[at] = self._reason(Cause(told[at]), int(own[at]), int(record[at]), slot, known.get(at))
        batch_ids, batch_of = self._batch_ids(cause == Cause.PLANNED, slots.group[origin], batch)
        return Sayings(
            cause=told,
            reason=said,
            basis=np.where(told == Cause.PLANNED, plans.basis[own], NONE),
            import_rule=imports[of_plan],
            gas_rule=gases[of_plan],
            place=np.take(self.composed.records[:, Part.PLACE], record),
            rules=rules,
            proofs=known,
            of=of,
            batch_ids=batch_ids,
            batch_of=batch_of,
        )

    def _batch_ids(self, planned: NDArray[np.bool_], group: Ints, batch: Ints) -> tuple[list[str | None], Ints]:
        """The text of each batch, once; rows that are not planned have none."""
        in_batch = planned & (group != NONE)
        columns = [np.where(in_batch, group, NONE), np.where(in_batch, batch, NONE)]
        distinct, of = distinct_tuples(columns)
        keys = self.assignment.slots.keys
        return [batch_id(keys[key], number) if key != NONE else None for key, number in distinct.tolist()], of

    def _causes(self, record: Ints, origin: Ints) -> Ints:
        slots, composed, world = self.assignment.slots, self.composed, self.world
        place = composed.records[record, Part.PLACE]
        ineligible = np.array([where.ineligible is not None for where in world.places], dtype=np.bool_)[place]
        plan = composed.plan[record]
        plans = composed.plans
        blocked = plans.of_settled([one.csp_blocked for one in plans.settled_list]).astype(np.bool_)[plan]
        left_out = np.arange(len(origin)) >= self.assignment.first_left_out
        without = (slots.days[origin] == NONE) & ~left_out
        late = without & (slots.batch[origin] > 0) & (self.assignment.calendars.of_record[record] != NONE)
        return np.select(
            [ineligible, plan == NONE, left_out, without & blocked, late, without],
            [
                Cause.INELIGIBLE,
                Cause.HELD,
                Cause.OVER_CAPACITY,
                Cause.CSP_BLOCKED,
                Cause.LATE_BATCH,
                Cause.NO_DAY,
            ],
            default=Cause.PLANNED,
        ).astype(np.int64)

    def _reason(self, cause: Cause, number: int, record: int, slot: int, proof: Proof | None) -> str:
        where = self.world.places[int(self.composed.records[record, Part.PLACE])]
        if cause is Cause.INELIGIBLE:
            return where.ineligible or ""
        if cause is Cause.HELD:
            return reasons.held(self.composed.terms_list[int(self.composed.terms[record])])
        plan = self.composed.plans[number]
        if proof is not None:
            if proof not in self._sentences:
                self._sentences[proof] = proof.sentence()
            return reasons.over_capacity(plan, self._sentences[proof])
        if cause is Cause.CSP_BLOCKED:
            return reasons.csp_blocked(plan, where.region)
        if cause is Cause.LATE_BATCH:
            slots = self.assignment.slots
            bound = evolve(plan, batch=slots.specs[int(slots.group[slot])])
            return reasons.no_day_for_batch(bound, int(slots.batch[slot]))
        inputs, windows = self.world.inputs, plan.resolution.windows
        closed = holidays_for(where.division, inputs.holidays) if windows.mind_holidays else frozenset()
        return reasons.no_day(plan, earliest_day(inputs), blackouts_in(inputs, where.region), closed)
