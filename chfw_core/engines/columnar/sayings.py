"""What the rows of a schedule say besides times: status, basis, rules and reason, each text once."""

from enum import IntEnum

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.consent.model import ActivationBasis
from chfw_core.engines.columnar.compose import NONE, Composed
from chfw_core.engines.columnar.place import Placed
from chfw_core.engines.columnar.plans import BASES
from chfw_core.engines.columnar.records import Part, distinct_columns, distinct_rows
from chfw_core.engines.columnar.slots import numbered
from chfw_core.engines.columnar.world import World
from chfw_core.planning import reasons
from chfw_core.planning.batches import batch_id
from chfw_core.planning.capacity import Proof
from chfw_core.planning.hub_plan import HubPlan
from chfw_core.planning.model import HubStatus
from chfw_core.planning.release_state import earliest_day

Ints = NDArray[np.int64]


class Cause(IntEnum):
    """Why a slot's hubs have the status that they have."""

    INELIGIBLE = 0
    HELD = 1
    PLANNED = 2
    CSP_BLOCKED = 3
    LATE_BATCH = 4
    NO_DAY = 5
    OVER_CAPACITY = 6


@frozen(kw_only=True)
class Said:
    """The texts of rows. `proof`: of rows that capacity leaves out."""

    cause: Cause
    status: HubStatus
    reason: str
    basis: ActivationBasis | None = None
    import_rule: str | None = None
    gas_rule: str | None = None
    proof: Proof | None = None
    region: str = ""


@frozen(eq=False)
class Sayings:
    """`said[of[slot]]` is what the rows of a slot say; `batch_ids[batch_of[slot]]` their batch."""

    said: list[Said]
    of: Ints
    batch_ids: list[str | None]
    batch_of: Ints


@define
class Speech:
    """Puts the slots of a plan into words."""

    world: World
    composed: Composed
    placed: Placed
    _reasons: list[str] = field(init=False)
    _rules: tuple[list[str | None], list[str | None]] = field(init=False)
    _basis: list[int] = field(init=False)

    def sayings(self) -> Sayings:
        """What each slot says: distinct by cause, whose words, and a number that the cause needs."""
        plans = self.composed.plans
        self._reasons, self._rules, self._basis = plans.reasons(), plans.rules(), plans.basis.tolist()
        slots, left = self.placed.slots, self.placed.left_out_of
        origin = np.concatenate([np.arange(len(slots)), left])
        record = slots.record[origin]
        place = self.composed.records[record, Part.PLACE]
        regions = numbered([where.region for where in self.world.places])[place]
        why = numbered([where.ineligible for where in self.world.places])[place]
        cause = self._causes(record, origin)
        proofs = numbered(self.placed.proofs)
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
            ],
            [batch, regions, proof],
            default=0,
        )
        sample, of = distinct_columns([cause, first, second], len(origin))
        said = [self._say(Cause(int(cause[at])), int(record[at]), int(batch[at]), at) for at in sample.tolist()]
        return Sayings(said, of, *self._batch_ids(cause == Cause.PLANNED, slots.group[origin], batch))

    def _batch_ids(self, planned: NDArray[np.bool_], group: Ints, batch: Ints) -> tuple[list[str | None], Ints]:
        """The text of each batch, once; rows that are not planned have none."""
        in_batch = planned & (group != NONE)
        columns = [np.where(in_batch, group, NONE), np.where(in_batch, batch, NONE)]
        distinct, of = distinct_rows(np.stack(columns, axis=1))
        keys = self.placed.slots.keys
        return [batch_id(keys[key], number) if key != NONE else None for key, number in distinct.tolist()], of

    def _causes(self, record: Ints, origin: Ints) -> Ints:
        slots, composed, world = self.placed.slots, self.composed, self.world
        place = composed.records[record, Part.PLACE]
        ineligible = np.array([where.ineligible is not None for where in world.places], dtype=np.bool_)[place]
        plan = composed.plan[record]
        plans = composed.plans
        blocked = plans.of_settled([one.csp_blocked for one in plans.settled_list]).astype(np.bool_)[plan]
        left_out = np.arange(len(origin)) >= self.placed.first_left_out
        without = (slots.days[origin] == NONE) & ~left_out
        late = np.zeros(len(origin), dtype=np.bool_)
        doubtful = np.flatnonzero(without & (plan != NONE) & ~blocked & (slots.batch[origin] > 0))
        if len(doubtful):
            distinct, of = distinct_rows(np.stack([plan[doubtful], place[doubtful]], axis=1))
            has_day = [self.placed.calendars.has_day(*row) for row in distinct.tolist()]
            late[doubtful] = np.array(has_day, dtype=np.bool_)[of]
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

    def _say(self, cause: Cause, record: int, batch: int, at: int) -> Said:
        where = self.world.places[int(self.composed.records[record, Part.PLACE])]
        if cause is Cause.INELIGIBLE:
            return Said(cause=cause, status=HubStatus.INELIGIBLE, reason=where.ineligible or "")
        if cause is Cause.HELD:
            terms = self.composed.terms_list[int(self.composed.terms[record])]
            return Said(cause=cause, status=HubStatus.HELD, reason=reasons.held(terms))
        number = int(self.composed.plan[record])
        if cause is Cause.PLANNED:
            return Said(
                cause=cause,
                status=HubStatus.PLANNED,
                reason=self._reasons[number],
                basis=BASES[self._basis[number]],
                import_rule=self._rules[0][number],
                gas_rule=self._rules[1][number],
            )
        plan = self.composed.plans[number]
        proof = self.placed.proofs[at - self.placed.first_left_out] if cause is Cause.OVER_CAPACITY else None
        return Said(
            cause=cause,
            status=HubStatus.INFEASIBLE,
            reason=self._why_not(cause, plan, batch, where.region, proof),
            import_rule=plan.import_rule,
            gas_rule=plan.gas_rule,
            proof=proof,
            region=where.region,
        )

    def _why_not(self, cause: Cause, plan: HubPlan, batch: int, region: str, proof: Proof | None) -> str:
        if proof is not None:
            return reasons.over_capacity(plan, proof.sentence())
        if cause is Cause.CSP_BLOCKED:
            return reasons.csp_blocked(plan, region)
        if cause is Cause.LATE_BATCH:
            return reasons.no_day_for_batch(plan, batch)
        return reasons.no_day(plan, earliest_day(self.world.inputs))
