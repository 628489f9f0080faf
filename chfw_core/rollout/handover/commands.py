"""What may be asked for about plans, hand-over and single hubs (CS1, CS4, RU8)."""

from datetime import date, datetime

from attrs import field, frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import Period, as_utc
from chfw_core.rollout.base import Command
from chfw_core.rollout.records import Protection


@frozen(kw_only=True)
class PlannedClass:
    """Rows of a schedule that are alike in all but the hub. `day`: London."""

    window_opens: datetime = field(converter=as_utc)
    window_closes: datetime = field(converter=as_utc)
    day: date
    basis: ActivationBasis
    batch_id: str | None = None
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class PublishPlan(Command):
    """The days that a plan found. A hub that was published before and is not handed over moves to the new row; one that
    the row changes nothing of stays as it is."""

    classes: tuple[PlannedClass, ...]


@frozen(kw_only=True)
class SetCapacity(Command):
    """G5: hubs that a CSP region can take on a London day, in place of the release's figure."""

    region: str
    day: date
    hubs: int


@frozen(kw_only=True)
class HandOver(Command):
    """CS1: give these hubs to the CSP of a region for a London day: those that may go.

    Where more may go than the pool has places for, none goes (I5).
    """

    region: str
    day: date
    guids: GuidList


@frozen(kw_only=True)
class HoldHubs(Command):
    """Nothing happens to these hubs until the DCC lets them go."""

    reason: str
    guids: GuidList


@frozen(kw_only=True)
class LetHubsGo(Command):
    """End a hold: what their Suppliers have said counts again."""

    guids: GuidList


@frozen(kw_only=True)
class ExcludeHubs(Command):
    """RU8: out of this release for good: no longer eligible, or with devices that cannot be upgraded."""

    reason: str
    guids: GuidList


@frozen(kw_only=True)
class ProtectHubs(Command):
    """CS4: leave these hubs alone in a period."""

    kind: Protection
    period: Period
    guids: GuidList


@frozen(kw_only=True)
class LiftProtection(Command):
    """These hubs need not be left alone any more for what they were: before its periods are over."""

    kind: Protection
    guids: GuidList


HandoverCommand = (
    PublishPlan | SetCapacity | HandOver | HoldHubs | LetHubsGo | ExcludeHubs | ProtectHubs | LiftProtection
)
