"""CS1, CS4, G5: what follows from the commands about plans, hand-over and single hubs."""

from collections import Counter
from datetime import date, datetime
from typing import assert_never

from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import add_wall_days, london_date, london_midnight
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.handover import commands, events
from chfw_core.rollout.handover.commands import HandoverCommand
from chfw_core.rollout.handover.rows import handover_fault, row_fault, stands_already
from chfw_core.rollout.records import HubRecord, RollOut
from chfw_core.rollout.refusals import Code, Sorted, hub_reason, refuse, sort_hubs
from chfw_core.rollout.states import HUB_STATES, HubState, HubStep


def decide(roll_out: RollOut, command: HandoverCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, at least one. The gate has let the command through."""
    match command:
        case commands.SetCapacity():
            if command.region not in roll_out.release.regions:
                return refuse(command, at, Code.NOT_YOUR_REGION, region=command.region)
            made = events.CapacitySet(at=at, by=command.by, region=command.region, day=command.day, hubs=command.hubs)
            return (made,)  # G5
        case commands.PublishPlan():
            return _publish(roll_out, command, at)
        case _:
            return refuse(command, at, Code.NO_HUBS) if not command.guids else _of_hubs(roll_out, command, at)


def _of_hubs(
    roll_out: RollOut,
    command: commands.HandOver
    | commands.HoldHubs
    | commands.LetHubsGo
    | commands.ExcludeHubs
    | commands.ProtectHubs
    | commands.LiftProtection,
    at: datetime,
) -> tuple[RollOutEvent, ...]:
    by = command.by
    match command:
        case commands.HandOver():
            return _hand_over(roll_out, command, at)
        case commands.HoldHubs():
            good, refused = _stepping(roll_out, command.guids, HubStep.HOLD)
            failed = any(roll_out.hubs[guid].state is HubState.FAILED for guid in good)
            made: RollOutEvent = events.HubsHeld(at=at, by=by, reason=command.reason, keeps_failures=failed, guids=good)
        case commands.LetHubsGo():
            good, refused = _stepping(roll_out, command.guids, HubStep.LET_GO)
            made = events.HubsLetGo(at=at, by=by, guids=good)
        case commands.ExcludeHubs():
            good, refused = _stepping(roll_out, command.guids, HubStep.EXCLUDE)
            made = events.HubsExcluded(at=at, by=by, reason=command.reason, guids=good)
        case commands.ProtectHubs():
            good, refused = _known(roll_out, command.guids)
            made = events.HubsProtected(at=at, by=by, kind=command.kind, period=command.period, guids=good)
        case commands.LiftProtection():
            good, refused = _known(roll_out, command.guids)
            made = events.ProtectionLifted(at=at, by=by, kind=command.kind, guids=good)
        case _:
            assert_never(command)
    rest = (
        events.PlanRowsRefused(at=at, by=by, code=code, reason=reason, guids=guids)
        for code, reason, guids in refused.rest()
    )
    return (*((made,) if good else ()), *rest)


def _known(roll_out: RollOut, guids: GuidList) -> tuple[GuidList, Sorted]:
    return sort_hubs(roll_out.hubs, guids, lambda hub: ("", ""))


def _stepping(roll_out: RollOut, guids: GuidList, step: HubStep) -> tuple[GuidList, Sorted]:
    def judge(hub: HubRecord) -> tuple[str, str]:
        if (hub.state, step) in HUB_STATES:
            return "", ""
        code = "not_held" if step is HubStep.LET_GO else "not_waiting"
        return hub_reason(code, state=hub.state.value.replace("_", " "))

    return sort_hubs(roll_out.hubs, guids, judge)


def free_places(roll_out: RollOut, region: str, day: date) -> tuple[int, int] | None:
    """I5: how many hubs the pool still takes, and its limit; None where there is none. Over all releases."""
    record = roll_out.release
    capacity = firmware_of(record).capacity
    limit = record.capacity.get((region, day), None if capacity is None else capacity.get(region))
    if limit is None:
        return None
    pool = record.pools.get((region, day))
    taken = (pool.handed if pool is not None else 0) + roll_out.handed_elsewhere.get((region, day), 0)
    return max(limit - taken, 0), limit


def _over(
    roll_out: RollOut, command: HandoverCommand, region: str, day: date, hubs: int, at: datetime
) -> tuple[RollOutEvent, ...]:
    places = free_places(roll_out, region, day)
    if places is None or hubs <= places[0]:
        return ()
    return refuse(command, at, Code.OVER_CAPACITY, hubs=hubs, region=region, day=day, free=places[0], limit=places[1])


def _publish(roll_out: RollOut, command: commands.PublishPlan, at: datetime) -> tuple[RollOutEvent, ...]:
    named = sum(len(row.guids) for row in command.classes)
    if not named:
        return refuse(command, at, Code.NO_HUBS)
    distinct = len(GuidList(guid for row in command.classes for guid in row.guids))
    if distinct < named:
        return refuse(command, at, Code.HUBS_TWICE, hubs=named - distinct)
    if any(
        row.window_closes <= row.window_opens or london_date(row.window_opens) != row.day for row in command.classes
    ):
        return refuse(command, at, Code.NO_PERIOD)
    found: list[RollOutEvent] = []
    pools: Counter[tuple[str, date]] = Counter()
    faults, unchanged = Sorted(), 0
    for row in command.classes:
        fit = []
        for guid in row.guids:
            hub = roll_out.hubs.get(guid)
            fault = row_fault(roll_out.release, hub, row, at)
            if hub is None or fault[0]:
                faults.add(*fault, guid)
                continue
            hubs = roll_out.count((guid,))
            pools[hub.region, row.day] += hubs
            if stands_already(hub, row):
                unchanged += hubs
            else:
                fit.append(guid)
        if fit:
            found.append(
                events.HubsPlanned(
                    at=at,
                    by=command.by,
                    window_opens=row.window_opens,
                    window_closes=row.window_closes,
                    day=row.day,
                    basis=row.basis,
                    batch_id=row.batch_id,
                    reason=row.reason,
                    guids=GuidList(fit),
                )
            )
    for (region, day), hubs in sorted(pools.items()):  # I5: no plan that its CSP could not be handed
        if refused := _over(roll_out, command, region, day, hubs, at):
            return refused
    rest = (
        events.PlanRowsRefused(at=at, by=command.by, code=code, reason=reason, guids=guids)
        for code, reason, guids in faults.rest()
    )
    same = (events.DaysUnchanged(at=at, by=command.by, hubs=unchanged),) if unchanged else ()
    return (*found, *same, *rest)


def _hand_over(roll_out: RollOut, command: commands.HandOver, at: datetime) -> tuple[RollOutEvent, ...]:
    """I4, I5, NF6: the gate has asked for an active release; here each hub and the pool are asked."""
    record, region, day = roll_out.release, command.region, command.day
    if record.cpl_entry is None:
        return refuse(command, at, Code.NOT_ON_CPL)  # G6: also where the entry was removed since
    answers = Sorted()
    for guid in command.guids:
        answers.add(*handover_fault(record, roll_out.hubs.get(guid), region, day, at), guid)
    going = answers.take("")
    if refused := _over(roll_out, command, region, day, roll_out.count(going), at):
        return refused
    found: list[RollOutEvent] = []
    if going:
        due = add_wall_days(london_midnight(day), record.figures.outcome_due_days)  # CS2
        found.append(events.HubsHandedOver(at=at, by=command.by, region=region, day=day, due=due, guids=going))
    rest = (
        events.HandOverRefused(at=at, by=command.by, region=region, day=day, code=code, reason=reason, guids=guids)
        for code, reason, guids in answers.rest()
    )
    return (*found, *rest)
