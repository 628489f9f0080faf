"""CS3: the old Supplier, the new one, and what the one that stays may know."""

from datetime import timedelta
from typing import assert_never

from chfw_core.messages import ChangeExpected, HubsRefused, Message, SupplierJoins, SupplierLeaves
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.agreement import automatic_at, cutoff_of, suppliers_on
from chfw_core.rollout.notice.react import newcomers
from chfw_core.rollout.records import Mode, RollOut
from chfw_core.rollout.suppliers import events
from chfw_core.rollout.suppliers.decide import holder
from chfw_core.rollout.suppliers.events import SupplierEvent
from chfw_core.rollout.telling import grouped, scheduled, second_suppliers, told_day


def react(before: RollOut, event: SupplierEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    match event:
        case events.SupplierChanged():
            if after.release.mode is Mode.ALERTS_ONLY:
                return ()  # BR5.7: alerts alone, to whoever is responsible by then
            return (
                *_leaving(before, event),
                *newcomers(before, after),  # BR1.1
                *_joining(event, after),
                *_published(before, event, after),
                *second_suppliers(before, after, event.guids),
            )
        case events.SupplierChangeRefused():
            refused = HubsRefused(
                to=event.by,
                release=after.release.id,
                request="change of Supplier",
                code=event.code,
                reason=event.reason,
                guids=event.guids,
            )
            return (refused,)
        case events.SupplierChangeAnnounced():
            return _expected(after, event, cancelled=False)
        case events.SupplierChangeCancelled():
            return _expected(before, event, cancelled=True)
        case _:
            assert_never(event)


def _expected(
    known: RollOut, event: events.SupplierChangeAnnounced | events.SupplierChangeCancelled, *, cancelled: bool
) -> tuple[Message, ...]:
    """To whoever loses its own role that day: who comes, and who else goes, is nobody's business before it is so (NF7).

    `known`: the roll-out in which the change is announced.
    """
    if known.release.mode is Mode.ALERTS_ONLY:
        return ()

    def loses(guid: Guid) -> Party | None:
        hub = known.hubs.get(guid)
        if hub is None:
            return None
        held = holder(hub.suppliers, event.role)
        by_then = suppliers_on(hub, event.effective - timedelta(days=1))
        return held if held == holder(by_then, event.role) else None

    return tuple(
        ChangeExpected(
            to=party,
            release=known.release.id,
            role=event.role,
            effective=event.effective,
            cancelled=cancelled,
            guids=guids,
        )
        for party, guids in grouped(event.guids, loses)
        if party is not None
    )


def _leaving(before: RollOut, event: events.SupplierChanged) -> tuple[Message, ...]:
    """To whoever held the role, also where the command did not say who."""

    def former(guid: Guid) -> Party | None:
        return holder(before.hubs[guid].suppliers, event.role) if guid in before.hubs else None

    return tuple(
        SupplierLeaves(to=party, release=before.release.id, role=event.role, effective=event.effective, guids=guids)
        for party, guids in grouped(event.guids, former)
        if party is not None
    )


def _joining(event: events.SupplierChanged, after: RollOut) -> tuple[Message, ...]:
    """The new Supplier is told until when it may instruct, for each date that its hubs have."""
    joins = event.joins
    if joins is None:
        return ()
    known = GuidList(guid for guid in event.guids if guid in after.hubs)
    return tuple(
        SupplierJoins(
            to=joins,
            release=after.release.id,
            role=event.role,
            effective=event.effective,
            cutoff=cutoff,
            guids=guids,
        )
        for cutoff, guids in grouped(
            known, lambda guid: cutoff_of(after.release, automatic_at(after.release, after.hubs[guid]))
        )
    )


def _published(before: RollOut, event: events.SupplierChanged, after: RollOut) -> tuple[Message, ...]:
    """To the new Supplier the days that stand: the next plan says nothing of those that it does not change.

    Who answered for a hub in its other role was told already.
    """
    joins = event.joins
    if joins is None:
        return ()
    new = (guid for guid in event.guids if guid in before.hubs and joins not in before.hubs[guid].suppliers.parties)
    return tuple(
        scheduled(joins, after, guids)
        for day, guids in grouped(new, lambda guid: told_day(after.hubs[guid]))
        if day is not None
    )
