"""What became of instructions."""

from datetime import datetime

from attrs import field, frozen

from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.model.periods import as_utc
from chfw_core.rollout.base import RollOutEvent


@frozen(kw_only=True)
class InstructionsAccepted(RollOutEvent):
    """BR5.1: these stand from now on. `window`: their own hours of the week, as `Instruct` has them."""

    party: Party
    role: SupplierRole
    opens: datetime = field(converter=as_utc)
    closes: datetime = field(converter=as_utc)
    group: InstructionGroup | None = None
    rule: str | None = None
    window: str | None = field(default=None, metadata=LEFT_OUT)
    guids: GuidList


@frozen(kw_only=True)
class InstructionsRefused(RollOutEvent):
    """BR5.2: for one reason; another reason is another event. What stood before stands."""

    party: Party
    role: SupplierRole
    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class InstructionsWithdrawn(RollOutEvent):
    """`rule`: it instructs these hubs no more; None: the Supplier has taken them back itself."""

    party: Party
    role: SupplierRole
    rule: str | None = None
    guids: GuidList


@frozen(kw_only=True)
class ExclusionsSet(RollOutEvent):
    """RU8: what this Supplier instructs for these hubs counts for nothing while `rule` keeps them out."""

    party: Party
    role: SupplierRole
    rule: str | None = None
    reason: str = ""
    guids: GuidList


InstructingEvent = InstructionsAccepted | InstructionsRefused | InstructionsWithdrawn | ExclusionsSet
