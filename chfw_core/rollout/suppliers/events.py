"""What happened to who is responsible."""

from datetime import date

from attrs import frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.base import RollOutEvent


@frozen(kw_only=True)
class SupplierChangeAnnounced(RollOutEvent):
    role: SupplierRole
    leaves: Party | None
    joins: Party | None
    effective: date
    guids: GuidList


@frozen(kw_only=True)
class SupplierChangeCancelled(RollOutEvent):
    role: SupplierRole
    effective: date
    guids: GuidList


@frozen(kw_only=True)
class SupplierChanged(RollOutEvent):
    role: SupplierRole
    leaves: Party | None
    joins: Party | None
    effective: date
    guids: GuidList


@frozen(kw_only=True)
class SupplierChangeRefused(RollOutEvent):
    """Hubs whose change contradicts what is known of them, for one reason."""

    code: str
    reason: str
    guids: GuidList


SupplierEvent = SupplierChangeAnnounced | SupplierChangeCancelled | SupplierChanged | SupplierChangeRefused
