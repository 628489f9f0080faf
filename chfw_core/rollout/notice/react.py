"""BR1: who is told of a notice and of what becomes of it."""

from typing import assert_never

from chfw_core.messages import (
    DateMoved,
    HubNews,
    HubsRefused,
    Message,
    OwnHubs,
    ReleaseNews,
    ReleaseNoteUpdated,
    ReleaseNotice,
)
from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.rollout.agreement import cutoff_of, firmware_of
from chfw_core.rollout.incidents.react import decision
from chfw_core.rollout.notice import events
from chfw_core.rollout.notice.events import NoticeEvent
from chfw_core.rollout.records import Mode, ReleaseRecord, RollOut
from chfw_core.rollout.telling import everybody, own_hubs


def react(before: RollOut, event: NoticeEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    record = after.release
    match event:
        case events.ReleaseNotified():
            return newcomers(before, after)  # BR1.1
        case events.HubsAdded():
            return _own(before, event, after)
        case events.ReleaseNotePublished():
            return tuple(  # BR1.5
                ReleaseNoteUpdated(to=who, release=record.id, note_url=event.note.url, note_version=event.note.version)
                for who in everybody(record)
            )
        case events.AutomaticDateMoved():
            return tuple(date_moved_to(record, who, event.reason) for who in everybody(record))  # BR1.3
        case events.NoticeRevoked():
            return decision(record, event.pending)  # BR1.6, BR6.4
        case events.ParticipationChosen():
            return _news(record, event, f"participation is {event.participation.value}", "; ".join(event.repercussions))
        case events.ReturnedToDccOnly():
            return _news(record, event, "the release is managed by the DCC alone", event.consultation)  # G9
        case events.HubsSuperseded():
            words = "a newer release has taken these hubs over"
            return own_hubs(
                after,
                event.guids,
                lambda party, own: HubNews(to=party, release=record.id, what="superseded", words=words, guids=own),
            )
        case events.HubsLeftOut():
            refused = HubsRefused(
                to=event.by,
                release=record.id,
                request="hubs of the notice",
                code=event.code,
                reason=event.reason,
                guids=event.guids,
            )
            return (refused,)
        case events.CplEntryRecorded():
            return _cpl_entry(record, event)
        case events.ReleaseDrafted():
            return ()
        case _:
            assert_never(event)


def newcomers(before: RollOut, after: RollOut) -> tuple[Message, ...]:
    """BR1.1: the notice to every Supplier and CSP that is relevant from now on, also long after the first."""
    told = everybody(before.release)
    return tuple(notice_to(after.release, who) for who in everybody(after.release) if who not in told)


def notice_to(record: ReleaseRecord, who: str) -> ReleaseNotice:
    """BR1.2: the notice as one reader gets it; all get the same."""
    firmware, note = firmware_of(record), record.note
    return ReleaseNotice(
        to=who,
        release=record.id,
        device_models=firmware.device_models,
        firmware_version=firmware.firmware_version,
        cpl_entry=record.cpl_entry,
        note_url=firmware.release_note if note is None else note.url,
        note_version=None if note is None else note.version,
        severity=firmware.severity,
        priority=firmware.priority,
        participation=firmware.participation,
        automatic_at=firmware.automatic_at,
        cutoff=cutoff_of(record, firmware.automatic_at),
    )


def date_moved_to(record: ReleaseRecord, who: str, reason: str) -> DateMoved:
    """BR1.3: the date as it is now."""
    automatic = firmware_of(record).automatic_at
    return DateMoved(
        to=who,
        release=record.id,
        automatic_at=automatic,
        cutoff=cutoff_of(record, automatic),
        reason=reason,
    )


def _cpl_entry(record: ReleaseRecord, event: events.CplEntryRecorded) -> tuple[Message, ...]:
    """BR1.2, G6: to everybody who has the notice already, what is new and the notice as it is now."""
    words = (
        f"its entry on the Central Products List is `{event.entry}`"
        if event.current
        else f"its entry `{event.entry}` on the Central Products List is no longer Current"
    )
    cure = "" if event.current else "nothing is handed over until an entry is recorded"
    return (*_news(record, event, words, cure), *(notice_to(record, who) for who in everybody(record)))


def _own(before: RollOut, event: events.HubsAdded, after: RollOut) -> tuple[Message, ...]:
    """BR1.4: to each Supplier its hubs, its roles, and that there is a second Supplier (BR3.3), never who."""
    if after.release.mode is Mode.ALERTS_ONLY:
        return ()  # BR5.7: everything else is switched off
    suppliers = ResponsibleSuppliers(import_supplier=event.import_supplier, gas_supplier=event.gas_supplier)
    own = tuple(
        OwnHubs(
            to=party,
            release=after.release.id,
            roles=suppliers.roles_of(party),
            second_supplier=suppliers.split,
            guids=event.guids,
        )
        for party in suppliers.parties
    )
    return (*newcomers(before, after), *own)


def _news(record: ReleaseRecord, event: NoticeEvent, words: str, commentary: str) -> tuple[Message, ...]:
    name = type(event).__name__
    return tuple(
        ReleaseNews(to=who, release=record.id, what=name, words=words, commentary=commentary)
        for who in everybody(record)
    )
