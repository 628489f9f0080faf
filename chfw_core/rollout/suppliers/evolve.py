"""CS3: the old Supplier's instruction ends with its responsibility; the day rests on those who remain."""

from typing import assert_never

from attrs import evolve as changed

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole
from chfw_core.rollout.agreement import settle
from chfw_core.rollout.hubs import each
from chfw_core.rollout.records import HubRecord, ReleaseRecord, RollOut, SupplierChanging
from chfw_core.rollout.suppliers import events
from chfw_core.rollout.suppliers.events import SupplierEvent


def evolve(roll_out: RollOut, event: SupplierEvent) -> RollOut:
    """The roll-out after the event."""
    match event:
        case events.SupplierChangeAnnounced():
            change = SupplierChanging(
                role=event.role, effective=event.effective, leaves=event.leaves, joins=event.joins
            )
            return each(roll_out, event.guids, lambda hub: changed(hub, changes=_in_order((*hub.changes, change))))
        case events.SupplierChangeCancelled():
            return each(roll_out, event.guids, lambda hub: changed(hub, changes=_without(hub, event)))
        case events.SupplierChanged():
            after = each(roll_out, event.guids, lambda hub: _passed_on(roll_out.release, hub, event))
            return changed(after, release=_release(after, event))
        case events.SupplierChangeRefused():
            return roll_out
        case _:
            assert_never(event)


def _in_order(changes: tuple[SupplierChanging, ...]) -> tuple[SupplierChanging, ...]:
    return tuple(sorted(changes, key=lambda change: (change.effective, change.role)))


def _without(
    hub: HubRecord, event: events.SupplierChangeCancelled | events.SupplierChanged
) -> tuple[SupplierChanging, ...]:
    return tuple(
        change for change in hub.changes if not (change.role is event.role and change.effective == event.effective)
    )


def _passed_on(record: ReleaseRecord, hub: HubRecord, event: events.SupplierChanged) -> HubRecord:
    was = hub.suppliers
    suppliers = (
        ResponsibleSuppliers(import_supplier=event.joins, gas_supplier=was.gas_supplier)
        if event.role is SupplierRole.IMPORT
        else ResponsibleSuppliers(import_supplier=was.import_supplier, gas_supplier=event.joins)
    )
    after = changed(
        hub,
        suppliers=suppliers,
        changes=_without(hub, event),
        consents=tuple(consent for consent in hub.consents if consent.party in suppliers.parties),
        excluded={party: rule for party, rule in hub.excluded.items() if party in suppliers.parties},
    )
    return _without_batch(settle(record, hub, after, event.at))


def _without_batch(hub: HubRecord) -> HubRecord:
    """NF7: an early batch bears the ids of its Suppliers' rules, and who joins may not learn those of who left."""
    failed = hub.failed
    if hub.batch_id is not None and hub.basis is not ActivationBasis.DCC_DEFAULT:
        hub = changed(hub, batch_id=None)
    if failed is not None and failed.batch_id is not None and failed.basis is not ActivationBasis.DCC_DEFAULT:
        hub = changed(hub, failed=changed(failed, batch_id=None))
    return hub


def _release(roll_out: RollOut, event: events.SupplierChanged) -> ReleaseRecord:
    """The new Supplier is relevant from now on; a hub leaves the pilot list of who no longer answers for it (I10)."""
    record = roll_out.release
    joined = frozenset() if event.joins is None else frozenset({event.joins})
    pilots = dict(record.pilots)
    for party, chosen in record.pilots.items():
        gone = [
            guid
            for guid in event.guids
            if guid in chosen.guids and guid in roll_out.hubs and party not in roll_out.hubs[guid].suppliers.parties
        ]
        if gone:
            pilots[party] = changed(chosen, guids=type(chosen.guids)(set(chosen.guids) - set(gone)))
    return changed(record, suppliers=record.suppliers | joined, pilots=pilots)
