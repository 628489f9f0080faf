"""What the registration systems say of changes of Supplier (CS3)."""

from datetime import date
from enum import StrEnum

from attrs import frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.base import Command


class ChangeStep(StrEnum):
    """What is said of a change."""

    ANNOUNCED = "announced"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


@frozen(kw_only=True)
class AnnounceSupplierChange(Command):
    """On London day `effective` the role passes on. A Supplier of Last Resort takes a whole portfolio: one command."""

    role: SupplierRole
    leaves: Party | None
    joins: Party | None
    effective: date
    guids: GuidList


@frozen(kw_only=True)
class CancelSupplierChange(Command):
    """The change that was announced for these hubs, role and day does not happen."""

    role: SupplierRole
    effective: date
    guids: GuidList


@frozen(kw_only=True)
class CompleteSupplierChange(Command):
    """The role has passed on."""

    role: SupplierRole
    leaves: Party | None
    joins: Party | None
    effective: date
    guids: GuidList


SupplierCommand = AnnounceSupplierChange | CancelSupplierChange | CompleteSupplierChange
