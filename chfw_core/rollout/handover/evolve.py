"""What plans, hand-overs and holds make of the roll-out."""

from datetime import datetime
from typing import assert_never

from attrs import asdict
from attrs import evolve as changed

from chfw_core.rollout.agreement import settle
from chfw_core.rollout.handover import events
from chfw_core.rollout.handover.events import HandoverEvent
from chfw_core.rollout.hubs import each, moved
from chfw_core.rollout.records import FailedAttempt, HubRecord, Pool, ProtectedPeriod, ReleaseRecord, RollOut
from chfw_core.rollout.states import HubState, HubStep


def evolve(roll_out: RollOut, event: HandoverEvent) -> RollOut:
    """The roll-out after the event."""
    match event:
        case events.HubsPlanned():
            return each(roll_out, event.guids, lambda hub: _planned(hub, event))
        case events.HubsHandedOver():
            after = each(roll_out, event.guids, lambda hub: _handed_over(hub, event))
            return changed(after, release=_counted(roll_out, event))
        case events.HubsHeld():
            return each(roll_out, event.guids, lambda hub: _held(hub, event))
        case events.HubsExcluded():
            return each(roll_out, event.guids, lambda hub: _put_aside(hub, HubStep.EXCLUDE, event.reason))
        case events.HubsLetGo():
            return each(roll_out, event.guids, lambda hub: _let_go(roll_out.release, hub, event.at))
        case events.HubsProtected():
            period = ProtectedPeriod(kind=event.kind, period=event.period)
            return each(
                roll_out,
                event.guids,
                lambda hub: hub if period in hub.protected else changed(hub, protected=(*hub.protected, period)),
            )
        case events.ProtectionLifted():
            return each(
                roll_out,
                event.guids,
                lambda hub: changed(hub, protected=tuple(one for one in hub.protected if one.kind is not event.kind)),
            )
        case events.CapacitySet():
            record = roll_out.release
            capacity = {**record.capacity, (event.region, event.day): event.hubs}
            return changed(roll_out, release=changed(record, capacity=capacity))
        case events.DaysUnchanged() | events.PlanRowsRefused() | events.HandOverRefused():
            return roll_out
        case _:
            assert_never(event)


def _planned(hub: HubRecord, event: events.HubsPlanned) -> HubRecord:
    return moved(
        hub,
        HubStep.PLAN,
        window_opens=event.window_opens,
        window_closes=event.window_closes,
        day=event.day,
        basis=event.basis,
        batch_id=event.batch_id,
        reason=event.reason,
        handed_at=None,
        outcome_due_at=None,
        failure=None,
    )


def _handed_over(hub: HubRecord, event: events.HubsHandedOver) -> HubRecord:
    return moved(
        hub,
        HubStep.HAND_OVER,
        handed_at=event.at,
        outcome_due_at=event.due,
        version_before=hub.firmware_version,
        attempts=hub.attempts + 1,
    )


def _held(hub: HubRecord, event: events.HubsHeld) -> HubRecord:
    """A hub that had failed keeps what it failed with."""
    aside = _put_aside(hub, HubStep.HOLD, event.reason)
    if hub.state is not HubState.FAILED or not event.keeps_failures:
        return aside
    attempt = FailedAttempt(
        reason=hub.reason,
        window_opens=hub.window_opens,
        window_closes=hub.window_closes,
        day=hub.day,
        basis=hub.basis,
        batch_id=hub.batch_id,
        handed_at=hub.handed_at,
    )
    return changed(aside, failure=hub.failure, failed=attempt)


def _put_aside(hub: HubRecord, step: HubStep, reason: str) -> HubRecord:
    """Its instructions stay; its day does not."""
    return moved(
        hub,
        step,
        window_opens=None,
        window_closes=None,
        day=None,
        basis=None,
        batch_id=None,
        reason=reason,
        handed_at=None,
        outcome_due_at=None,
        failure=None,
        failed=None,
    )


def _let_go(record: ReleaseRecord, hub: HubRecord, at: datetime) -> HubRecord:
    if hub.failed is not None:
        return moved(hub, HubStep.LET_GO_FAILED, failed=None, **asdict(hub.failed))
    free = moved(hub, HubStep.LET_GO, reason="")
    return settle(record, free, free, at)


def _counted(roll_out: RollOut, event: events.HubsHandedOver) -> ReleaseRecord:
    """I5: counted once, at the hand-over. What is outstanding is counted where hubs change (`tally`)."""
    record, key = roll_out.release, (event.region, event.day)
    pool = record.pools.get(key) or Pool(region=event.region, day=event.day, since=event.at, due=event.due)
    handed = pool.handed + roll_out.count(event.guids)
    return changed(record, pools={**record.pools, key: changed(pool, handed=handed)})
