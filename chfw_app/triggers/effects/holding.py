"""Holds of triggers: which hubs they are about, how they act in the roll-out, and what ends them (RU6).

A hold acts at once. A Supplier's leaves its hubs alone until its last moment, or the DCC's own date where that comes
first: no day before it can be given or handed over (`ProtectHubs`). The DCC's holds hubs (`HoldHubs`), and where it
says `everything` of a whole release suspends that. What ends a hold undoes it, and holds that still stand act anew.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy.engine import Row

from chfw_app.rollout.carrying import Clock, carry_out, now_in
from chfw_app.stores.bulk import among
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.rollout_codec import events_of
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import hub, trigger_hold
from chfw_app.triggers.appending import append_entry
from chfw_app.triggers.effects.incidents import holds_with, undecided
from chfw_app.triggers.knowing import Book
from chfw_app.triggers.sighting import Sighting
from chfw_core.model.batch_ids import batch_known_to
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, ResponsibleSuppliers, is_supplier
from chfw_core.model.periods import Period
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover.commands import HoldHubs, LetHubsGo, LiftProtection, ProtectHubs
from chfw_core.rollout.incidents.commands import ResumeRelease, SuspendRelease
from chfw_core.rollout.incidents.events import IncidentDecided
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.records import Protection, ReleaseRecord
from chfw_core.rollout.states import WAITING, HubState, ReleaseStanding
from chfw_core.rollout.triggering.entries import Fired, HoldsEnded, Kind
from chfw_core.rules.vocabulary.event_fields import HEX_FIELDS
from chfw_core.transport.receipts import Receipt

_BOUNDS: Mapping[str, Any] = {
    "csp_region": hub.c.region,
    "device_model": hub.c.device_model,
    "firmware_version": hub.c.firmware_version,
    "configuration_set": hub.c.configuration_set,
    "batch": hub.c.batch_id,
}
_FREE = (*WAITING, HubState.FAILED)
_GOES_ON = (IncidentOutcome.PROCEED, IncidentOutcome.DELAY)


@frozen(kw_only=True)
class Ended:
    """Holds of one owner that ended, and why."""

    owner: str
    because: str
    holds: tuple[int, ...]


def awaited(connection: Connection) -> frozenset[str]:
    """The types of events that may end a hold that stands."""
    query = select(trigger_hold.c.ends, trigger_hold.c.awaits).where(_stands()).distinct()
    found: set[str] = set()
    for ends, awaits in connection.execute(query):
        if ends == "event":
            found.add(awaits)
        elif ends == "flag_cleared":
            found.add("flag_cleared")
        elif ends == "released":
            found |= {"release_resumed", "incident_closed", "flag_cleared"}
    return frozenset(found)


def hubs_bounded(
    connection: Connection, of: str, owner: str, bounds: Mapping[str, str], states: Sequence[HubState]
) -> GuidList:
    """The hubs of a release in these states that are the owner's to speak of and lie within bounds."""
    query = select(hub.c.guid).where(hub.c.release == of, hub.c.state.in_([state.value for state in states]))
    if is_supplier(owner):
        query = query.where(or_(hub.c.import_supplier == owner, hub.c.gas_supplier == owner))
    own_batch = bounds.get("batch") if is_supplier(owner) else None
    for name, value in bounds.items():
        if name == "batch" and own_batch is not None:
            query = query.where(hub.c.batch_id.is_not(None))
        elif name in _BOUNDS:
            query = query.where(_BOUNDS[name] == (value.upper() if name in HEX_FIELDS else value))
        elif name != "release":
            return GuidList()  # such as a manufacturer, which the roll-out does not know
    if own_batch is None:
        return GuidList(Guid(guid) for guid in connection.execute(query).scalars())
    rows = connection.execute(query.add_columns(hub.c.batch_id, hub.c.import_supplier, hub.c.gas_supplier))
    return GuidList(Guid(row.guid) for row in rows if _batch_of(owner, row) == own_batch)


def _batch_of(owner: str, row: Row[Any]) -> str | None:
    """NF7: the hub's batch as a Supplier's trigger counts by it, of which the hold bears the name."""
    suppliers = ResponsibleSuppliers(import_supplier=row.import_supplier, gas_supplier=row.gas_supplier)
    role = suppliers.roles_of(owner)[0] if suppliers.split else None
    return batch_known_to(owner, role, row.batch_id)


def act_on_holds(
    transaction: WriteTransaction, clock: Clock, holds: Sequence[Row[Any]], book: Book, key: str
) -> list[Receipt]:
    """Lets holds act in the roll-out, those that are alike together."""
    receipts: list[Receipt] = []
    at = now_in(transaction, clock)
    for number, command in enumerate(_commands(transaction.connection, holds, book, at)):
        receipts.append(carry_out(transaction, command(f"{key}/{number}"), clock))
    return receipts


def _commands(connection: Connection, holds: Sequence[Row[Any]], book: Book, at: datetime) -> Iterator[Any]:
    protect: dict[tuple[str, datetime], list[GuidList]] = defaultdict(list)
    keep: dict[tuple[str, str], list[GuidList]] = defaultdict(list)
    suspend: dict[str, str] = {}
    for record, some in _by_release(connection, holds, book, _FREE):
        for hold, guids in some:
            if not is_supplier(hold.owner) and _is_whole_release(hold):
                suspend.setdefault(record.id, reason_of(hold))
            elif not is_supplier(hold.owner):
                keep[record.id, reason_of(hold)].append(guids)
            else:
                last = firmware_of(record).automatic_at  # contracts, Holds: never past the automatic time
                until = last if hold.until is None else min(hold.until, last)
                if until > at:
                    protect[record.id, until].append(guids)
    for of, reason in suspend.items():
        yield _making(SuspendRelease, of, reason=reason)
    for (of, reason), lists in keep.items():
        if guids := GuidList.united(lists):
            yield _making(HoldHubs, of, reason=reason, guids=guids)
    for (of, until), lists in protect.items():
        if guids := GuidList.united(lists):
            period = Period(opens=at, closes=until)
            yield _making(ProtectHubs, of, kind=Protection.SUPPLIER_HOLD, period=period, guids=guids)


def end_holds(
    transaction: WriteTransaction,
    clock: Clock,
    seen: Sequence[Sighting],
    fired: Sequence[tuple[str, Fired]],
    book: Book,
) -> list[Ended]:
    """Ends what events, releases by triggers, and the time have ended; and undoes it in the roll-out."""
    connection, at = transaction.connection, now_in(transaction, clock)
    ended: dict[tuple[str, str], dict[int, Row[Any]]] = defaultdict(dict)
    for why, hold in (
        *_by_time(connection, at),
        *_by_events(connection, seen, book),
        *_by_decisions(connection, seen, book),
        *_by_release_of_triggers(connection, fired),
    ):
        ended[hold.owner, why][hold.id] = hold
    found = []
    done: set[int] = set()
    for (owner, why), holds in sorted(ended.items(), key=lambda item: item[0]):
        ids = tuple(sorted(holds.keys() - done))
        if not ids:
            continue
        done |= set(ids)
        entry = HoldsEnded(owner=owner, holds=ids, because=why)
        kept = append_entry(transaction, entry, by=owner, at=at, word="ended")
        book.forget()
        _undo(transaction, clock, [holds[id_] for id_ in ids], book, kept.key, why)
        found.append(Ended(owner=owner, because=why, holds=ids))
    return found


def standing(connection: Connection, where: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The holds that have not ended and of which this is so, in order."""
    return connection.execute(select(trigger_hold).where(_stands(), where).order_by(trigger_hold.c.id)).all()


def holds_of(connection: Connection, seq: int) -> Sequence[Row[Any]]:
    """The holds that one entry wrote down."""
    from chfw_app.stores.trigger_projection import MOST_HOLDS

    first = seq * MOST_HOLDS
    query = select(trigger_hold).where(_stands(), trigger_hold.c.id >= first, trigger_hold.c.id < first + MOST_HOLDS)
    return connection.execute(query.order_by(trigger_hold.c.id)).all()


def reason_of(hold: Row[Any]) -> str:
    """Why the DCC holds hubs; by it a hold is known again when it ends."""
    return f"trigger {hold.trigger}: {hold.because}"


def is_any_over(connection: Connection, at: datetime) -> bool:
    """Whether the last moment of a hold that stands has come."""
    return connection.execute(select(trigger_hold.c.id).where(_is_over(at)).limit(1)).first() is not None


def _stands() -> ColumnElement[bool]:
    return (trigger_hold.c.kind == Kind.HOLD.value) & trigger_hold.c.ended_seq.is_(None)


def _is_over(at: datetime) -> ColumnElement[bool]:
    return _stands() & (trigger_hold.c.until <= at)


def _is_whole_release(hold: Row[Any]) -> bool:
    return hold.guid is None and not json.loads(hold.scope).keys() - {"release"}


def _by_release(
    connection: Connection, holds: Sequence[Row[Any]], book: Book, states: Sequence[HubState]
) -> Iterator[tuple[ReleaseRecord, list[tuple[Row[Any], GuidList]]]]:
    """Per release in progress the holds that concern it, each with its hubs in these states."""
    for record in book.in_progress:
        named = [hold for hold in holds if hold.guid is not None]
        there: set[int] = set()
        if named:
            query = select(hub.c.guid).where(
                hub.c.release == record.id,
                hub.c.state.in_([state.value for state in states]),
                among(connection, hub.c.guid, {hold.guid for hold in named}),
            )
            there = set(connection.execute(query).scalars())
        found: list[tuple[Row[Any], GuidList]] = []
        for hold in holds:
            if hold.guid is not None:
                if hold.guid in there:
                    found.append((hold, GuidList((hold.guid,))))
                continue
            bounds = json.loads(hold.scope)
            if bounds.get("release", record.id) == record.id:
                found.append((hold, hubs_bounded(connection, record.id, hold.owner, bounds, states)))
        yield record, found


def _undo(
    transaction: WriteTransaction, clock: Clock, holds: Sequence[Row[Any]], book: Book, key: str, why: str
) -> None:
    """Takes back what ended holds did, and lets those that still stand on the same hubs act again."""
    connection = transaction.connection
    lift: dict[str, list[GuidList]] = defaultdict(list)
    let_go: dict[str, list[GuidList]] = defaultdict(list)
    resume: list[str] = []
    for record, some in _by_release(connection, holds, book, (*_FREE, HubState.HELD)):
        for hold, guids in some:
            if is_supplier(hold.owner):
                lift[record.id].append(guids)
            elif _is_whole_release(hold):
                if record.standing is ReleaseStanding.SUSPENDED and record.standing_because == reason_of(hold):
                    resume.append(record.id)  # what halts it for another reason is not the hold's to end (NF6)
            else:
                let_go[record.id].append(_held_for(connection, record.id, guids, reason_of(hold)))
    made = [
        _making(LiftProtection, of, kind=Protection.SUPPLIER_HOLD, guids=GuidList.united(lists))
        for of, lists in lift.items()
    ]
    made += [_making(LetHubsGo, of, guids=GuidList.united(lists)) for of, lists in let_go.items()]
    if why != _RESUMED:
        made += [_making(ResumeRelease, of, reason=why) for of in dict.fromkeys(resume)]
    for number, make in enumerate(made):
        command = make(f"{key}/{number}")
        if getattr(command, "guids", None) != GuidList():
            carry_out(transaction, command, clock)
    freed = GuidList.united([guids for lists in (*lift.values(), *let_go.values()) for guids in lists])
    if freed:
        act_on_holds(transaction, clock, _standing_on(connection, freed), book, f"{key}/again")


def _standing_on(connection: Connection, guids: GuidList) -> Sequence[Row[Any]]:
    about = or_(trigger_hold.c.guid.is_(None), among(connection, trigger_hold.c.guid, guids))
    return standing(connection, about)


def _held_for(connection: Connection, of: str, guids: GuidList, reason: str) -> GuidList:
    query = select(hub.c.guid).where(
        hub.c.release == of,
        hub.c.state == HubState.HELD.value,
        hub.c.reason == reason,
        among(connection, hub.c.guid, guids),
    )
    return GuidList(Guid(guid) for guid in connection.execute(query).scalars())


_RESUMED = "the release was resumed"


def _by_time(connection: Connection, at: datetime) -> Iterator[tuple[str, Row[Any]]]:
    for hold in connection.execute(select(trigger_hold).where(_is_over(at))):
        yield "its last moment has come", hold


def _by_decisions(connection: Connection, seen: Sequence[Sighting], book: Book) -> Iterator[tuple[str, Row[Any]]]:
    """BR6.2: what a firing holds until it is released ends with a decision to go on, where it raised the incident."""
    for seq in dict.fromkeys(one.seq for one in seen if one.heard.type == "incident_closed"):
        (entry,) = read_entries(connection, after=seq - 1, upto=seq)
        for event in events_of(entry):
            if not isinstance(event, IncidentDecided) or event.outcome not in _GOES_ON:
                continue
            holds = holds_with(connection, event.incident)
            if holds and event.incident not in undecided(book):
                released = trigger_hold.c.id.in_(holds) & (trigger_hold.c.ends == "released")
                for hold in standing(connection, released):
                    yield "its incident was decided", hold


def _waiting_for_decisions(connection: Connection, book: Book) -> frozenset[int]:
    """Holds whose own incident is not decided: that a release was resumed is not the end of them."""
    waiting = dict.fromkeys(undecided(book))
    return frozenset(hold for incident in waiting for hold in holds_with(connection, incident))


def _by_events(connection: Connection, seen: Sequence[Sighting], book: Book) -> Iterator[tuple[str, Row[Any]]]:
    if not seen:
        return
    resumed = any(one.heard.type == "release_resumed" for one in seen)
    kept = _waiting_for_decisions(connection, book) if resumed else frozenset()
    guids = {one.guid for one in seen if one.guid is not None}
    about = or_(trigger_hold.c.guid.is_(None), among(connection, trigger_hold.c.guid, guids))
    general = [one for one in seen if one.guid is None]
    query = select(trigger_hold).where(_stands()) if general else select(trigger_hold).where(_stands(), about)
    by_guid: dict[int, list[Sighting]] = defaultdict(list)
    for one in seen:
        if one.guid is not None:
            by_guid[one.guid].append(one)
    for hold in connection.execute(query.order_by(trigger_hold.c.id)):
        near = seen if hold.guid is None else (*general, *by_guid.get(hold.guid, ()))
        for one in near:
            if (why := _ends(hold, one)) and _concerns(hold, one) and not (why == _RESUMED and hold.id in kept):
                yield why, hold
                break


def _ends(hold: Row[Any], one: Sighting) -> str:
    """Why an event of that type ends the hold, or nothing."""
    said = one.heard
    if not said.heard_by(hold.owner) or said.at < hold.since:
        return ""
    fields = one.fields
    match hold.ends:
        case "event":
            meant = hold.ref is None or str(fields.get("ref")) == hold.ref
            return f"{said.type} has come" if said.type == hold.awaits and meant else ""
        case "flag_cleared":
            cleared = said.type == "flag_cleared" and fields.get("flag") == hold.awaits
            return f"the flag `{hold.awaits}` was cleared" if cleared else ""
        case "released" if said.type == "release_resumed":
            return _RESUMED
        case "released" if said.type == "flag_cleared":
            return "it was cleared" if fields.get("flag", fields.get("ref")) in (hold.trigger, None) else ""
        case _:
            return ""


def _concerns(hold: Row[Any], one: Sighting) -> bool:
    """Whether an event is about the hubs of a hold."""
    bounds = json.loads(hold.scope)
    if one.heard.release is not None and bounds.get("release", one.heard.release) != one.heard.release:
        return False
    if hold.guid is not None and one.guid is not None:
        return bool(hold.guid == one.guid)
    # An event that names no hub concerns all that it does not bound.
    said = {name: one.fields[name] for name in _BOUNDS if one.fields.get(name) is not None} if one.guid is None else {}
    return all(name not in bounds or str(bounds[name]) == str(value) for name, value in said.items())


def _by_release_of_triggers(
    connection: Connection, fired: Sequence[tuple[str, Fired]]
) -> Iterator[tuple[str, Row[Any]]]:
    for owner, one in fired:
        for effect in one.effects:
            if effect.kind is not Kind.RELEASE:
                continue
            query = select(trigger_hold).where(_stands(), trigger_hold.c.owner == owner)
            if not effect.said.get("everything"):
                query = query.where(trigger_hold.c.trigger.in_(effect.said["holds"]))
                if one.guid is not None and one.per_hub:
                    query = query.where(trigger_hold.c.guid == one.guid)
            for hold in connection.execute(query.order_by(trigger_hold.c.id)):
                bounds = json.loads(hold.scope)
                if all(bounds.get(name, value) == value for name, value in one.scope.items() if name != "hub"):
                    yield f"the trigger `{one.trigger}` released it", hold


def _making(command: type[Any], of: str, **fields: Any) -> Any:
    """A command that lacks its key alone."""

    def make(key: str) -> AnyCommand:
        made: AnyCommand = command(by=DCC, key=key, release=of, **fields)
        return made

    return make
