"""What the events of a notice make of the roll-out."""

from typing import assert_never

from attrs import evolve as changed

from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.hubs import each, moved
from chfw_core.rollout.notice import events
from chfw_core.rollout.notice.decide import excluded_by, instant, suppliers_in
from chfw_core.rollout.notice.events import NoticeEvent
from chfw_core.rollout.records import HubRecord, Mode, ReleaseRecord, RollOut
from chfw_core.rollout.states import HubState, HubStep, ReleaseStep, StandingStep
from chfw_core.rollout.steps import advanced, stood


def evolve(roll_out: RollOut, event: NoticeEvent) -> RollOut:
    """The roll-out after the event."""
    match event:
        case events.HubsAdded():
            return _add(roll_out, event)
        case events.HubsSuperseded():
            return each(
                roll_out,
                event.guids,
                lambda hub: moved(
                    hub, HubStep.OVERTAKE, failed=None, reason=f"overtaken by release {event.by_release}"
                ),
            )
        case _:
            return changed(roll_out, release=_release(roll_out.release, event))


def _release(record: ReleaseRecord, event: NoticeEvent) -> ReleaseRecord:
    match event:
        case events.ReleaseDrafted():
            mode = Mode.ALERTS_ONLY if event.alerts_only else Mode.FULL
            return changed(record, firmware=event.firmware, figures=event.figures, mode=mode, stage_since=event.at)
        case events.ReleaseNotePublished():
            return changed(record, note=event.note)
        case events.CplEntryRecorded():
            return changed(record, cpl_entry=event.entry if event.current else None)
        case events.ReleaseNotified():
            told = advanced(record, ReleaseStep.NOTIFY, event.at)
            return changed(told, suppliers=frozenset(event.suppliers), regions=frozenset(event.regions))
        case events.AutomaticDateMoved():
            return date_moved(record, event)
        case events.NoticeRevoked():
            return stood(record, StandingStep.REVOKE, event.reason)
        case events.ParticipationChosen():
            return changed(record, firmware=changed(firmware_of(record), participation=event.participation))
        case events.ReturnedToDccOnly():
            return changed(record, mode=Mode.DCC_ONLY, consultation=event.consultation)
        case events.HubsLeftOut() | events.HubsAdded() | events.HubsSuperseded():
            return record
        case _:
            assert_never(event)


def date_moved(record: ReleaseRecord, event: events.AutomaticDateMoved) -> ReleaseRecord:
    """BR1.3: the date alone moves; no hub's instruction is touched."""
    firmware = firmware_of(record)
    return changed(
        record, firmware=changed(firmware, automatic_at=event.automatic_at), date_before=firmware.automatic_at
    )


def _add(roll_out: RollOut, event: events.HubsAdded) -> RollOut:
    suppliers = ResponsibleSuppliers(import_supplier=event.import_supplier, gas_supplier=event.gas_supplier)
    added = {
        guid: HubRecord(
            guid=guid,
            state=HubState.ELIGIBLE,
            region=event.region,
            suppliers=suppliers,
            firmware_version=event.firmware_version,
            device_model=event.device_model,
            configuration_set=event.configuration_set,
            automatic_at=instant(event.automatic_at),
            excluded=excluded_by(event),
        )
        for guid in event.guids
    }
    record = roll_out.release
    return changed(
        roll_out,
        hubs={**roll_out.hubs, **added},
        release=changed(
            record,
            suppliers=record.suppliers | frozenset(suppliers_in(event)),
            regions=record.regions | {event.region},
        ),
    )
