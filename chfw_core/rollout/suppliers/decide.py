"""CS3: what follows from what the registration systems say; each hub's answer by what is known of its roles."""

from datetime import datetime
from typing import assert_never

from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import london_date
from chfw_core.rollout.agreement import suppliers_on
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.records import HubRecord, RollOut, SupplierChanging
from chfw_core.rollout.refusals import Code, hub_reason, refuse, sort_hubs
from chfw_core.rollout.suppliers import commands, events
from chfw_core.rollout.suppliers.commands import SupplierCommand


def decide(roll_out: RollOut, command: SupplierCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, at least one. The gate has let the command through."""
    if not command.guids:
        return refuse(command, at, Code.NO_HUBS)
    by, today = command.by, london_date(at)
    match command:
        case commands.AnnounceSupplierChange():
            if command.effective < today:
                return refuse(command, at, Code.IN_THE_PAST, when=command.effective)
            good, answers = sort_hubs(roll_out.hubs, command.guids, lambda hub: _announceable(hub, command))
            made: RollOutEvent = events.SupplierChangeAnnounced(
                at=at,
                by=by,
                role=command.role,
                leaves=command.leaves,
                joins=command.joins,
                effective=command.effective,
                guids=good,
            )
        case commands.CancelSupplierChange():
            good, answers = sort_hubs(roll_out.hubs, command.guids, lambda hub: _announced(hub, command))
            made = events.SupplierChangeCancelled(
                at=at, by=by, role=command.role, effective=command.effective, guids=good
            )
        case commands.CompleteSupplierChange():
            if command.effective > today:
                return refuse(command, at, Code.IN_THE_FUTURE, when=command.effective)
            good, answers = sort_hubs(roll_out.hubs, command.guids, lambda hub: _completable(hub, command))
            made = events.SupplierChanged(
                at=at,
                by=by,
                role=command.role,
                leaves=command.leaves,
                joins=command.joins,
                effective=command.effective,
                guids=good,
            )
        case _:
            assert_never(command)
    rest = (
        events.SupplierChangeRefused(at=at, by=by, code=code, reason=reason, guids=guids)
        for code, reason, guids in answers.rest()
    )
    return (*((made,) if good else ()), *rest)


def holder(suppliers: ResponsibleSuppliers, role: SupplierRole) -> Party | None:
    """Who holds a role."""
    return suppliers.import_supplier if role is SupplierRole.IMPORT else suppliers.gas_supplier


def _announceable(hub: HubRecord, command: commands.AnnounceSupplierChange) -> tuple[str, str]:
    change = SupplierChanging(
        role=command.role, effective=command.effective, leaves=command.leaves, joins=command.joins
    )
    if change in hub.changes:
        return hub_reason("announced_already")
    then = holder(suppliers_on(hub, command.effective), command.role)
    if command.leaves not in (None, then):
        return hub_reason("another_holder")
    return hub_reason("no_change") if then == command.joins else ("", "")


def _announced(hub: HubRecord, command: commands.CancelSupplierChange) -> tuple[str, str]:
    known = any(change.role is command.role and change.effective == command.effective for change in hub.changes)
    return ("", "") if known else hub_reason("not_announced")


def _completable(hub: HubRecord, command: commands.CompleteSupplierChange) -> tuple[str, str]:
    now = holder(hub.suppliers, command.role)
    if now == command.joins:
        return hub_reason("changed_already")
    if command.leaves not in (None, now):
        return hub_reason("another_holder")
    return "", ""
