"""BR1, G6, G7, G9: what follows from the commands about a release's notice."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.model.periods import as_utc, instant_words
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.incidents.decide import pending
from chfw_core.rollout.notice import commands, events
from chfw_core.rollout.notice.commands import HubClass, NoticeCommand
from chfw_core.rollout.notice.participation import repercussions
from chfw_core.rollout.notice.two_releases import Order, order_of
from chfw_core.rollout.records import Mode, RollOut
from chfw_core.rollout.refusals import Code, Sorted, hub_reason, refuse
from chfw_core.rollout.states import HUB_STATES, HubStep, ReleaseStage


def decide(roll_out: RollOut, command: NoticeCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, at least one. The gate has let the command through."""
    record, by = roll_out.release, command.by
    match command:
        case commands.DraftRelease():
            if command.firmware.id != record.id:
                return refuse(command, at, Code.OTHER_FIRMWARE, id=record.id, other=command.firmware.id)
            made = events.ReleaseDrafted(
                at=at, by=by, firmware=command.firmware, figures=command.figures, alerts_only=command.alerts_only
            )
            return (made,)
        case commands.PublishReleaseNote():
            if record.note == command.note:
                return refuse(command, at, Code.SAME_AGAIN)
            return (events.ReleaseNotePublished(at=at, by=by, note=command.note),)  # BR1.5
        case commands.RecordCplEntry():
            entry = command.entry if command.current else None
            if record.cpl_entry == entry:
                return refuse(command, at, Code.SAME_AGAIN)
            return (events.CplEntryRecorded(at=at, by=by, entry=command.entry, current=command.current),)  # G6
        case commands.NotifyRelease():
            return _notify(roll_out, command, at)
        case commands.AddHubs():
            if record.mode is not Mode.ALERTS_ONLY and record.stage is ReleaseStage.DRAFTED:
                return refuse(command, at, Code.OUT_OF_PHASE, stage="drafted", stages="notified")
            return _repeated(command, at) or _add(roll_out, command, at)
        case commands.MoveAutomaticDate():
            return _move(roll_out, command, at)
        case commands.RevokeNotice():
            return (events.NoticeRevoked(at=at, by=by, reason=command.reason, pending=pending(roll_out)),)  # BR1.6
        case commands.ChooseParticipation():
            shown = repercussions(record, command.participation)
            if firmware_of(record).participation is command.participation:
                return refuse(command, at, Code.SAME_AGAIN)
            if command.seen != shown:  # G7: shown before it is chosen
                return refuse(command, at, Code.NOT_SHOWN)
            chosen = events.ParticipationChosen(at=at, by=by, participation=command.participation, repercussions=shown)
            return (chosen,)
        case commands.ReturnToDccOnly():
            if not command.consultation:  # G9: never without the consultation that allowed it
                return refuse(command, at, Code.NEEDS_A_REASON, what="the consultation that allowed it")
            return (events.ReturnedToDccOnly(at=at, by=by, consultation=command.consultation),)
        case commands.SupersedeHubs():
            return _supersede(roll_out, command, at)
        case _:
            assert_never(command)


def _repeated(command: commands.NotifyRelease | commands.AddHubs, at: datetime) -> tuple[RollOutEvent, ...]:
    named = sum(len(alike.guids) for alike in command.classes)
    if not named:
        return refuse(command, at, Code.NO_HUBS)
    distinct = len(GuidList(guid for alike in command.classes for guid in alike.guids))
    if distinct < named:
        return refuse(command, at, Code.HUBS_TWICE, hubs=named - distinct)
    return ()


def _notify(roll_out: RollOut, command: commands.NotifyRelease, at: datetime) -> tuple[RollOutEvent, ...]:
    if refused := _repeated(command, at):
        return refused
    automatic = firmware_of(roll_out.release).automatic_at
    if automatic <= at:
        return refuse(command, at, Code.IN_THE_PAST, when=f"the automatic date {instant_words(automatic)}")
    added = _add(roll_out, command, at)
    joined = [event for event in added if isinstance(event, events.HubsAdded)]
    told = events.ReleaseNotified(  # BR1.1: every relevant Supplier and CSP
        at=at,
        by=command.by,
        suppliers=tuple(sorted({party for event in joined for party in suppliers_in(event)})),
        regions=tuple(sorted({event.region for event in joined})),
    )
    return (told, *added)


def suppliers_in(alike: HubClass | events.HubsAdded) -> Iterable[Party]:
    """The Parties that answer for hubs of a class."""
    return {party for party in (alike.import_supplier, alike.gas_supplier) if party is not None}


def _add(
    roll_out: RollOut, command: commands.NotifyRelease | commands.AddHubs, at: datetime
) -> tuple[RollOutEvent, ...]:
    """Each class but for the hubs that the release may not have: there already, or at a CSP for another release."""
    firmware, found, left_out = firmware_of(roll_out.release), [], Sorted()
    alerts = roll_out.release.mode is Mode.ALERTS_ONLY
    for alike in command.classes:
        out = set()
        for guid in alike.guids:
            other = roll_out.in_flight.get(guid)
            code = None
            if guid in roll_out.hubs:
                code = "already_in_release"
            elif not alerts and alike.firmware_version == firmware.firmware_version:
                code = "already_at_version"
            elif other is not None and order_of(firmware, other) is Order.CLASHES:
                code = "other_release_at_csp"
            if code is not None:
                left_out.add(*hub_reason(code), guid)
                out.add(guid)
        guids = alike.guids - GuidList(out) if out else alike.guids
        if guids:
            found.append(
                events.HubsAdded(
                    at=at,
                    by=command.by,
                    region=alike.region,
                    import_supplier=alike.import_supplier,
                    gas_supplier=alike.gas_supplier,
                    firmware_version=alike.firmware_version,
                    device_model=alike.device_model,
                    configuration_set=alike.configuration_set,
                    automatic_at=alike.automatic_at,
                    excluded_by_import=alike.excluded_by_import,
                    excluded_by_gas=alike.excluded_by_gas,
                    guids=guids,
                )
            )
    rest = (
        events.HubsLeftOut(at=at, by=command.by, code=code, reason=reason, guids=guids)
        for code, reason, guids in left_out.rest()
    )
    return (*found, *rest)


def _move(roll_out: RollOut, command: commands.MoveAutomaticDate, at: datetime) -> tuple[RollOutEvent, ...]:
    now = firmware_of(roll_out.release).automatic_at
    if command.automatic_at == now:
        return refuse(command, at, Code.SAME_AGAIN)
    if command.automatic_at <= at:
        return refuse(command, at, Code.IN_THE_PAST, when=instant_words(command.automatic_at))
    moved = events.AutomaticDateMoved(at=at, by=command.by, automatic_at=command.automatic_at, reason=command.reason)
    return (moved,)  # BR1.3


def _supersede(roll_out: RollOut, command: commands.SupersedeHubs, at: datetime) -> tuple[RollOutEvent, ...]:
    if not command.guids:
        return refuse(command, at, Code.NO_HUBS)
    answers = Sorted()
    for guid in command.guids:
        hub = roll_out.hubs.get(guid)
        if hub is None:
            answers.add(*hub_reason("unknown_guid"), guid)
        elif (hub.state, HubStep.OVERTAKE) not in HUB_STATES:
            answers.add(*hub_reason("not_waiting", state=hub.state.value), guid)
        else:
            answers.add("", "", guid)
    taken = answers.take("")
    found: list[RollOutEvent] = []
    if taken:
        found.append(events.HubsSuperseded(at=at, by=command.by, by_release=command.by_release, guids=taken))
    found += (
        events.HubsLeftOut(at=at, by=command.by, code=code, reason=reason, guids=guids)
        for code, reason, guids in answers.rest()
    )
    return tuple(found)


def excluded_by(event: events.HubsAdded) -> dict[Party, tuple[str, str]]:
    """Per Party the rule that keeps these hubs out of its early dates."""
    pairs = ((event.import_supplier, event.excluded_by_import), (event.gas_supplier, event.excluded_by_gas))
    return {party: rule for party, rule in pairs if party is not None and rule is not None}


def instant(value: datetime | None) -> datetime | None:
    """In UTC, where there is one."""
    return None if value is None else as_utc(value)
