"""A hub's record as the values of a row, and back: what is known of it beside its GUID."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from chfw_app.stores.tables import consent, hub
from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.documents.rollout_values import converter
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period, format_instant, parse_instant
from chfw_core.rollout.records import (
    FailedAttempt,
    HubConsent,
    HubRecord,
    ProtectedPeriod,
    Protection,
    SupplierChanging,
)
from chfw_core.rollout.states import HubState
from chfw_core.rollout.telling import told_reason

_DERIVED = ("told", "supplier_count", "instructed_count")
VALUES = tuple(column for column in hub.columns if column.name not in ("release", "guid", "last_seq"))
"""The columns that a record fills."""
KNOWN = tuple(column for column in VALUES if column.name not in _DERIVED)
"""Those of what is known of a hub, from which the others follow."""
CONSENT = tuple(column for column in consent.columns if column.name not in ("release", "guid"))
"""The columns of an instruction that stands."""


def consent_of(
    party: str,
    role: str,
    opens: Any,
    closes: Any,
    received_at: Any,
    group: str | None,
    rule: str | None,
    hours: str | None,
) -> HubConsent:
    """The instruction that a row of `CONSENT` holds."""
    return HubConsent(
        party=Party(party),
        role=SupplierRole(role),
        period=None if opens is None else Period(opens=opens, closes=closes),
        received_at=received_at,
        group=None if group is None else InstructionGroup(group),
        rule=rule,
        window=hours,
    )


def consent_values(given: HubConsent) -> tuple[object, ...]:
    """The inverse, in the order of `CONSENT`."""
    return (
        given.party,
        given.role.value,
        given.period and given.period.opens,
        given.period and given.period.closes,
        given.received_at,
        given.group and given.group.value,
        given.rule,
        given.window,
    )


def values_of(record: HubRecord) -> dict[str, object]:
    """By column, in the order of `VALUES`: what is known of a hub beside its GUID, and what follows from it."""
    return {
        "state": record.state.value,
        "region": record.region,
        "import_supplier": record.suppliers.import_supplier,
        "gas_supplier": record.suppliers.gas_supplier,
        "window_opens": record.window_opens,
        "window_closes": record.window_closes,
        "day": record.day,
        "basis": record.basis and record.basis.value,
        "batch_id": record.batch_id,
        "reason": record.reason,
        "handed_at": record.handed_at,
        "outcome_due_at": record.outcome_due_at,
        "device_model": record.device_model,
        "firmware_version": record.firmware_version,
        "configuration_set": record.configuration_set,
        "version_at": record.version_at,
        "version_before": record.version_before,
        "failure": record.failure,
        "attempts": record.attempts,
        "automatic_at": record.automatic_at,
        "rest": _write_rest(record),
        "told": told_reason(record),
        "supplier_count": len(record.suppliers.parties),
        "instructed_count": sum(record.has_instructed(party) for party in record.suppliers.parties),
    }


def record_of(guid: int, known_values: Sequence[Any], consents: tuple[HubConsent, ...]) -> HubRecord:
    """The record: what is known of it in the order of `KNOWN`, and its Suppliers' instructions."""
    known: dict[str, Any] = dict(zip((column.name for column in KNOWN), known_values, strict=True))
    suppliers = ResponsibleSuppliers(
        import_supplier=known.pop("import_supplier"), gas_supplier=known.pop("gas_supplier")
    )
    state, basis, rest = HubState(known.pop("state")), known.pop("basis"), known.pop("rest")
    return HubRecord(
        guid=Guid(guid),
        state=state,
        suppliers=suppliers,
        consents=consents,
        basis=None if basis is None else ActivationBasis(basis),
        **known,
        **_read_rest(rest),
    )


def _write_rest(record: HubRecord) -> str | None:
    rest: dict[str, object] = {}
    if record.excluded:
        rest["excluded"] = {party: list(rule) for party, rule in record.excluded.items()}
    if record.changes:
        rest["changes"] = [[c.role, c.effective.isoformat(), c.leaves, c.joins] for c in record.changes]
    if record.protected:
        rest["protected"] = [
            [p.kind, format_instant(p.period.opens), format_instant(p.period.closes)] for p in record.protected
        ]
    if record.failed is not None:
        rest["failed"] = converter().unstructure(record.failed)
    return json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if rest else None


def _read_rest(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    rest = json.loads(text)
    return {
        "excluded": {Party(party): (rule, reason) for party, (rule, reason) in rest.get("excluded", {}).items()},
        "changes": tuple(_changes(rest.get("changes", ()))),
        "protected": tuple(_protected(rest.get("protected", ()))),
        "failed": converter().structure(rest["failed"], FailedAttempt) if "failed" in rest else None,
    }


def changes_in(rest: str) -> tuple[SupplierChanging, ...]:
    """CS3: the announced changes in a hub's `rest`."""
    return tuple(_changes(json.loads(rest).get("changes", ())))


def protected_in(rest: str) -> tuple[ProtectedPeriod, ...]:
    """CS4: the protected periods in a hub's `rest`."""
    return tuple(_protected(json.loads(rest).get("protected", ())))


def _protected(written: Iterable[Any]) -> Iterator[ProtectedPeriod]:
    for kind, opens, closes in written:
        period = Period(opens=parse_instant(opens), closes=parse_instant(closes))
        yield ProtectedPeriod(kind=Protection(kind), period=period)


def _changes(written: Iterable[Any]) -> Iterator[SupplierChanging]:
    for role, effective, leaves, joins in written:
        yield SupplierChanging(
            role=SupplierRole(role), effective=date.fromisoformat(effective), leaves=leaves, joins=joins
        )
