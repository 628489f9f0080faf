"""CS3: the changes of Supplier that the events announce, hub by hub.

`change_of_supplier_started` carries guid, role, from, to and the effective day. What a Supplier
says in its own name concerns its holds only, so it announces no change. A change from somebody who
does not hold the role is not applied: the plan says so in a finding.
"""

from collections.abc import Mapping
from datetime import date

from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole, is_supplier
from chfw_core.model.periods import london_date, parse_instant
from chfw_core.planning.hub_plan import SupplierChange
from chfw_core.planning.scope import EventsIndex


def changes_by_guid(events: EventsIndex) -> Mapping[int, tuple[SupplierChange, ...]]:
    """Per hub its changes, past and to come, in order of day and role, each once.

    Raises InputError for an event without a role or an effective day.
    """
    found: dict[int, set[SupplierChange]] = {}
    for of_type in events.of("change_of_supplier_started"):
        for guid, own in of_type.by_guid.items():
            public = [event for event in own if announces(event)]
            if public:
                found.setdefault(guid, set()).update(_change(event) for event in public)
    return {guid: tuple(sorted(changes, key=_order)) for guid, changes in found.items()}


def announces(event: Event) -> bool:
    """Whether an event `change_of_supplier_started` announces a change: not where a Supplier says it of itself."""
    return event.party is None or not is_supplier(event.party)


def without_contradictions(
    changes: tuple[SupplierChange, ...], suppliers: ResponsibleSuppliers, today: date
) -> tuple[SupplierChange, ...]:
    """The changes of a hub but for those from a Supplier that does not hold the role by then.

    Who holds it is followed from change to change. What took effect by `today` is in the estate already.
    """
    known: dict[SupplierRole, str | None] = {
        SupplierRole.IMPORT: suppliers.import_supplier,
        SupplierRole.GAS: suppliers.gas_supplier,
    }
    kept = []
    for change in changes:
        if change.effective > today:
            if change.role in known and change.leaves not in (None, known[change.role]):
                continue
            known.pop(change.role, None)
            if change.joins is not None:
                known[change.role] = change.joins
        kept.append(change)
    return tuple(kept)


def _order(change: SupplierChange) -> tuple[object, ...]:
    return (change.effective, change.role, change.leaves or "", change.joins or "")


def _change(event: Event) -> SupplierChange:
    role, effective = event.fields.get("role"), event.fields.get("effective")
    if role not in {member.value for member in SupplierRole}:
        raise InputError(
            f"event {event.seq} changes the Supplier of the role `{role}`",
            hint="write `import` or `gas`",
        )
    leaves, joins = (str(who) if who else None for who in (event.fields.get("from"), event.fields.get("to")))
    return SupplierChange(role=SupplierRole(str(role)), effective=_day(effective, event), leaves=leaves, joins=joins)


def _day(value: object, event: Event) -> date:
    try:
        return london_date(parse_instant(str(value)))
    except InputError as error:
        raise InputError(f"event {event.seq}: {error}", hint=error.hint) from None
