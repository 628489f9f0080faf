"""What happened to plans, at the hand-over, and to single hubs by the DCC."""

from datetime import date, datetime

from attrs import field, frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.periods import Period, as_utc
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.records import Protection


@frozen(kw_only=True)
class HubsPlanned(RollOutEvent):
    window_opens: datetime = field(converter=as_utc)
    window_closes: datetime = field(converter=as_utc)
    day: date
    basis: ActivationBasis
    batch_id: str | None = None
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class DaysUnchanged(RollOutEvent):
    """Hubs whose published day is that of the plan already: nothing happened to them, and nobody is told."""

    hubs: int


@frozen(kw_only=True)
class PlanRowsRefused(RollOutEvent):
    """Hubs of a plan whose row may not be, for one reason; they keep what they had."""

    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class CapacitySet(RollOutEvent):
    region: str
    day: date
    hubs: int


@frozen(kw_only=True)
class HubsHandedOver(RollOutEvent):
    """CS1: the CSP has them. `due`: by when it owes the outcome of each (CS2)."""

    region: str
    day: date
    due: datetime = field(converter=as_utc)
    guids: GuidList


@frozen(kw_only=True)
class HandOverRefused(RollOutEvent):
    """Hubs of a hand-over that may not go, for one reason; they stay where they are."""

    region: str
    day: date
    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class HubsHeld(RollOutEvent):
    """`keeps_failures`: some had failed, and so they have when they are let go; ledgers did not say so once."""

    reason: str
    keeps_failures: bool = field(default=False, metadata=LEFT_OUT)
    guids: GuidList


@frozen(kw_only=True)
class HubsLetGo(RollOutEvent):
    guids: GuidList


@frozen(kw_only=True)
class HubsExcluded(RollOutEvent):
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class HubsProtected(RollOutEvent):
    kind: Protection
    period: Period
    guids: GuidList


@frozen(kw_only=True)
class ProtectionLifted(RollOutEvent):
    kind: Protection
    guids: GuidList


HandoverEvent = (
    HubsPlanned
    | DaysUnchanged
    | PlanRowsRefused
    | CapacitySet
    | HubsHandedOver
    | HandOverRefused
    | HubsHeld
    | HubsLetGo
    | HubsExcluded
    | HubsProtected
    | ProtectionLifted
)
