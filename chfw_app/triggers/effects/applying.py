"""Effects of firings become commands and words (RU2, RU3, RU6): the same checks as for anybody's, and the same answers.

An instruction is its owner's, for the hubs in scope, in the period that the rule says, under the rule `trigger:ID`. A
refusal is told to the owner with its reason, like any other's. An incident is raised by the owner on the release.
Text goes to a team of the owner's house, and to nobody else.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, select

from chfw_app.rollout.carrying import Clock, carry_out, now_in
from chfw_app.stores.bulk import among
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import hub
from chfw_app.triggers.effects.holding import hubs_bounded
from chfw_app.triggers.effects.incidents import incident_name
from chfw_app.triggers.effects.words import where_words
from chfw_app.triggers.knowing import Book
from chfw_core.messages import HubsRefused, TriggerNotice
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, SupplierRole, is_supplier, named_in
from chfw_core.model.periods import london_date, london_midnight, parse_instant
from chfw_core.model.releases import Priority
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import region_of
from chfw_core.rollout.incidents.commands import RaiseIncident
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import FINAL_STATES, HubState
from chfw_core.rollout.triggering.entries import Fired, Kind
from chfw_core.rules.blocks.effects import AFFECTED
from chfw_core.rules.triggered import PREFIX

_URGENT = (Priority.HIGH.value, Priority.URGENT.value)
_THERE = tuple(state for state in HubState if state not in FINAL_STATES)


@frozen(kw_only=True)
class _Asked:
    """One instruction that a firing asks for."""

    fired: Fired
    opens: datetime | None
    closes: datetime | None


def notices(connection: Connection, owner: str, fired: Sequence[Fired], book: Book) -> Iterator[TriggerNotice]:
    """What teams of the owner's house are told; and the Suppliers concerned, where the DCC or a CSP tells them."""
    for one in fired:
        for effect in one.effects:
            if effect.kind is Kind.NOTIFY:
                for team in effect.said["to"]:
                    if team == AFFECTED and not is_supplier(owner):
                        yield from _to_suppliers(connection, owner, one, effect.said["text"], book)
                        continue
                    yield TriggerNotice(
                        to=owner,
                        release=one.release or "",
                        team=team,
                        text=effect.said["text"],
                        trigger=one.trigger,
                        because=one.said,
                        guids=GuidList(() if one.guid is None else (one.guid,)),
                    )


def _to_suppliers(connection: Connection, owner: str, one: Fired, text: str, book: Book) -> Iterator[TriggerNotice]:
    """RU5, NF7: each is told of its own hubs alone, and no words that name another Supplier go to it."""
    found: dict[str, list[Guid]] = defaultdict(list)
    for record in book.in_progress:
        if one.release not in (None, record.id):
            continue
        hubs = GuidList((one.guid,)) if one.per_hub and one.guid is not None else None
        bounds = one.scope if owner == DCC else {**one.scope, "csp_region": region_of(owner) or ""}
        if hubs is None:
            hubs = hubs_bounded(connection, record.id, DCC, bounds, _THERE)
        columns = (hub.c.guid, hub.c.import_supplier, hub.c.gas_supplier)
        query = select(*columns).where(hub.c.release == record.id, among(connection, hub.c.guid, hubs))
        for guid, *suppliers in connection.execute(query):
            for party in dict.fromkeys(name for name in suppliers if name is not None):
                found[party].append(Guid(guid))
    known = {*found, *(party for record in book.in_progress for party in record.suppliers)}
    for party, guids in sorted(found.items()):
        because = f"a rule of {owner}" if named_in(one.because, known - {party}) else one.because
        yield TriggerNotice(
            to=party,
            release=one.release or "",
            team=owner,
            text=because if named_in(text, known - {party}) else text,
            trigger=one.trigger,
            because=because,
            guids=GuidList(guids),
        )


def unheard(owner: str, fired: Sequence[Fired], book: Book) -> Iterator[HubsRefused]:
    """BR5.2: instructions for hubs that no release in progress has, each told to the owner."""
    if not any(effect.kind is Kind.INSTRUCT for one in fired for effect in one.effects):
        return
    lost = [
        one.guid
        for one in fired
        if one.guid is not None
        and any(effect.kind is Kind.INSTRUCT for effect in one.effects)
        and ((found := book.hub(one.guid)) is None or found.release is None)
    ]
    if lost:
        yield HubsRefused(
            to=owner,
            release="",
            request="instruct",
            code="no_release",
            reason="no release in progress has the hub, so that there is nothing to instruct",
            guids=GuidList(lost),
        )


def raise_incidents(
    transaction: WriteTransaction, clock: Clock, owner: str, fired: Sequence[Fired], book: Book
) -> None:
    """The incidents of these firings. They are open by the time what is held with them is suspended (BR6.3)."""
    for one in fired:
        for effect in one.effects:
            if effect.kind is Kind.INCIDENT:
                _raise_incident(transaction, clock, owner, one, effect.said, book)


def apply_instructions(
    transaction: WriteTransaction, clock: Clock, owner: str, fired: Sequence[Fired], book: Book
) -> None:
    """The instructions of these firings, in the transaction that is open; their answers go to the owner."""
    at = now_in(transaction, clock)
    asked: dict[str, list[_Asked]] = defaultdict(list)
    for one in fired:
        for effect in one.effects:
            if effect.kind is Kind.INSTRUCT:
                opens, closes = effect.said.get("opens"), effect.said.get("closes")
                asked[one.trigger].append(
                    _Asked(
                        fired=one,
                        opens=None if opens is None else parse_instant(opens),
                        closes=None if closes is None else parse_instant(closes),
                    )
                )
    for trigger, some in asked.items():
        _instruct(transaction, clock, owner, trigger, some, book, at)


def _instruct(
    transaction: WriteTransaction,
    clock: Clock,
    owner: str,
    trigger: str,
    asked: Sequence[_Asked],
    book: Book,
    at: datetime,
) -> None:
    """One command for all hubs of a release and a role that are to go in one period."""
    found: dict[tuple[str, SupplierRole, datetime, datetime], list[Guid]] = defaultdict(list)
    first: dict[tuple[str, SupplierRole, datetime, datetime], str] = {}
    next_day = london_midnight(london_date(at).fromordinal(london_date(at).toordinal() + 1))
    for record in book.in_progress:
        automatic = firmware_of(record).automatic_at
        for one, guids in _concerned(transaction.connection, record, owner, asked):
            opens, closes = one.opens or next_day, one.closes or automatic
            for guid, role in _roles(transaction.connection, record.id, owner, guids):
                key = (record.id, role, opens, closes)
                found[key].append(guid)
                first.setdefault(key, one.fired.id)
    for key, named in sorted(found.items(), key=lambda item: (item[0][0], item[0][1].value, *item[0][2:])):
        of, role, opens, closes = key
        carry_out(
            transaction,
            Instruct(
                by=owner,
                key=f"trigger/{first[key]}/{role.value}/{of}",
                release=of,
                role=role,
                opens=opens,
                closes=closes,
                rule=f"{PREFIX}{trigger}",
                guids=GuidList(named),
            ),
            clock,
        )


def _concerned(
    connection: Connection, record: ReleaseRecord, owner: str, asked: Sequence[_Asked]
) -> Iterator[tuple[_Asked, GuidList]]:
    for one in asked:
        if one.fired.release is not None and one.fired.release != record.id:
            continue
        if one.fired.per_hub and one.fired.guid is not None:
            yield one, GuidList((one.fired.guid,))
        else:
            yield one, hubs_bounded(connection, record.id, owner, one.fired.scope, _THERE)


def _roles(connection: Connection, of: str, owner: str, guids: GuidList) -> Iterator[tuple[Guid, SupplierRole]]:
    """The hubs of these that the release has, each with a role in which the owner answers for it."""
    columns = (hub.c.guid, hub.c.import_supplier, hub.c.gas_supplier)
    query = select(*columns).where(hub.c.release == of, among(connection, hub.c.guid, guids))
    for guid, import_supplier, gas_supplier in connection.execute(query):
        if import_supplier == owner:
            yield Guid(guid), SupplierRole.IMPORT
        elif gas_supplier == owner:
            yield Guid(guid), SupplierRole.GAS


def _raise_incident(
    transaction: WriteTransaction, clock: Clock, owner: str, one: Fired, said: Mapping[str, Any], book: Book
) -> None:
    """BR6.1, RU7: on the release that it is about, else on each in progress."""
    releases = [one.release] if one.release is not None else [record.id for record in book.in_progress]
    for of in releases:
        carry_out(
            transaction,
            RaiseIncident(
                by=owner,
                key=f"trigger/{one.id}/incident/{of}",
                release=of,
                incident=incident_name(one),
                description=f"{one.said}, {where_words(one)}",
                high_priority=said.get("priority") in _URGENT,
            ),
            clock,
        )
