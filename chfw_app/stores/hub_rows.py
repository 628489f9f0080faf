"""Hubs of a release as rows and as records, changed by classes and not one by one.

What an event makes of a hub depends on what is known of it and not on its GUID. So the hubs that an event names are
put into classes of those of which all the same is known; the core says for one of each what it becomes,
and one statement says so to all of them. A hand-over of half a million hubs is then some hundred
statements, and is judged by the very function that judges a single hub.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import Connection, Table, delete, select, update

from chfw_app.stores.bulk import among, load
from chfw_app.stores.tables import consent, hub, link
from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period, format_instant, parse_instant
from chfw_core.rollout.records import HubConsent, HubRecord, ProtectedPeriod, Protection, SupplierChanging
from chfw_core.rollout.states import HubState
from chfw_core.rollout.telling import told_reason

_OWN = ("release", "guid", "last_seq")
_DERIVED = ("told", "supplier_count", "instructed_count")
_KNOWN = tuple(column for column in hub.columns if column.name not in (*_OWN, *_DERIVED))
_CONSENT = tuple(column for column in consent.columns if column.name not in ("release", "guid"))


@frozen(kw_only=True)
class HubClass:
    """Hubs of which all the same is known: the record of the first, and all their GUIDs."""

    record: HubRecord
    guids: GuidList


def classes_of(connection: Connection, release: str, guids: Iterable[int]) -> tuple[HubClass, ...]:
    """The hubs of these that the release has, by class, in the order of their first GUIDs."""
    named = GuidList(guids)
    said = _consents(connection, release, named)
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    query = select(hub.c.guid, *_KNOWN).where(hub.c.release == release, among(connection, hub.c.guid, named))
    with connection.execute(query.order_by(hub.c.guid).execution_options(yield_per=10_000)) as rows:
        for guid, *known in rows:
            found[(*known, said.get(guid, ()))].append(guid)
    return tuple(HubClass(record=_record(alike[0], key), guids=GuidList(alike)) for key, alike in found.items())


def hubs_of(connection: Connection, release: str, guids: Iterable[int]) -> dict[Guid, HubRecord]:
    """The hubs of these that the release has, each by itself: what a command is judged against."""
    found = classes_of(connection, release, guids)
    return {guid: evolve(alike.record, guid=guid) for alike in found for guid in alike.guids}


def add_hubs(connection: Connection, release: str, record: HubRecord, guids: GuidList, seq: int) -> None:
    """Puts hubs into a release that has none of them yet, all as `record` says but for the GUID."""
    known = _values(record)
    values = tuple(known.values())
    load(connection, hub, ("release", "guid", "last_seq", *known), ((release, guid, seq, *values) for guid in guids))
    _add_links(connection, release, record.suppliers, guids)
    for given in record.consents:
        _add_consent(connection, release, given, guids)


def change_hubs(connection: Connection, release: str, alike: HubClass, after: HubRecord, seq: int) -> None:
    """Makes all hubs of a class what its record has become; nothing where that is as it was."""
    before = alike.record
    if after == before:
        return
    known, was = _values(after), _values(before)
    changed = {name: value for name, value in known.items() if value != was[name]}
    these = update(hub).where(*_these(connection, hub, release, alike.guids))
    connection.execute(these.values(**changed, last_seq=seq))
    if after.suppliers != before.suppliers:
        connection.execute(delete(link).where(*_these(connection, link, release, alike.guids)))
        _add_links(connection, release, after.suppliers, alike.guids)
    gone = [given for given in before.consents if given not in after.consents]
    if gone:
        parties = [given.party for given in gone]
        mine = _these(connection, consent, release, alike.guids)
        connection.execute(delete(consent).where(*mine, consent.c.party.in_(parties)))
    for given in after.consents:
        if given not in before.consents:
            _add_consent(connection, release, given, alike.guids)


def _these(connection: Connection, table: Table, release: str, guids: GuidList) -> tuple[Any, ...]:
    return table.c.release == release, among(connection, table.c.guid, guids)


def _add_links(connection: Connection, release: str, suppliers: ResponsibleSuppliers, guids: GuidList) -> None:
    """BR1.4: each responsible Supplier sees the hub, once for each of its roles."""
    for party in suppliers.parties:
        for role in suppliers.roles_of(party):
            rows = ((party, release, guid, role.value) for guid in guids)
            load(connection, link, ("party", "release", "guid", "role"), rows)


def _add_consent(connection: Connection, release: str, given: HubConsent, guids: GuidList) -> None:
    values = (
        given.party,
        given.role.value,
        given.period and given.period.opens,
        given.period and given.period.closes,
        given.received_at,
        given.group and given.group.value,
        given.rule,
    )
    names = ("release", "guid", *(column.name for column in _CONSENT))
    load(connection, consent, names, ((release, guid, *values) for guid in guids))


def _consents(connection: Connection, release: str, guids: GuidList) -> dict[int, tuple[HubConsent, ...]]:
    """By GUID, what stands of its Suppliers' instructions, in the order of the Parties; few values, many times."""
    query = select(consent.c.guid, *_CONSENT).where(*_these(connection, consent, release, guids))
    met: dict[tuple[object, ...], HubConsent] = {}
    found: dict[int, tuple[HubConsent, ...]] = {}
    ordered = query.order_by(consent.c.guid, consent.c.party).execution_options(yield_per=10_000)
    with connection.execute(ordered) as rows:
        for guid, *values in rows:
            key = tuple(values)
            if key not in met:
                met[key] = _consent(*values)
            found[guid] = (*found.get(guid, ()), met[key])
    return found


def _consent(
    party: str, role: str, opens: Any, closes: Any, received_at: Any, group: str | None, rule: str | None
) -> HubConsent:
    return HubConsent(
        party=Party(party),
        role=SupplierRole(role),
        period=None if opens is None else Period(opens=opens, closes=closes),
        received_at=received_at,
        group=None if group is None else InstructionGroup(group),
        rule=rule,
    )


def _values(record: HubRecord) -> dict[str, object]:
    """By column, what is known of a hub beside its GUID and its Suppliers' instructions."""
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


def _record(guid: int, key: tuple[Any, ...]) -> HubRecord:
    known: dict[str, Any] = dict(zip((column.name for column in _KNOWN), key[:-1], strict=True))
    suppliers = ResponsibleSuppliers(
        import_supplier=known.pop("import_supplier"), gas_supplier=known.pop("gas_supplier")
    )
    state, basis, rest = HubState(known.pop("state")), known.pop("basis"), known.pop("rest")
    return HubRecord(
        guid=Guid(guid),
        state=state,
        suppliers=suppliers,
        consents=key[-1],
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
    return json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if rest else None


def _read_rest(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    rest = json.loads(text)
    return {
        "excluded": {Party(party): (rule, reason) for party, (rule, reason) in rest.get("excluded", {}).items()},
        "changes": tuple(_changes(rest.get("changes", ()))),
        "protected": tuple(
            ProtectedPeriod(
                kind=Protection(kind), period=Period(opens=parse_instant(opens), closes=parse_instant(closes))
            )
            for kind, opens, closes in rest.get("protected", ())
        ),
    }


def _changes(written: Iterable[Any]) -> Iterator[SupplierChanging]:
    for role, effective, leaves, joins in written:
        yield SupplierChanging(
            role=SupplierRole(role), effective=date.fromisoformat(effective), leaves=leaves, joins=joins
        )
