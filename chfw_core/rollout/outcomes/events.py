"""What was found out about hubs after their hand-over."""

from datetime import datetime

from attrs import field, frozen
from attrs.converters import optional

from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.periods import as_utc
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.outcomes.commands import OutcomeKind


@frozen(kw_only=True)
class ImagesDelivered(RollOutEvent):
    """`times`: when it happened to each hub, in the order of `guids`, where that differs; else `occurred_at`."""

    occurred_at: datetime = field(converter=as_utc)
    times: InstantList | None = field(default=None, metadata=LEFT_OUT)
    guids: GuidList


@frozen(kw_only=True)
class HubsActivated(RollOutEvent):
    """The CSP says so; the SMI has yet to show it. `due`: by when.

    `outside_window`: it did not fall into the window that was planned (BR3.5). `times`: as for `ImagesDelivered`.
    """

    occurred_at: datetime = field(converter=as_utc)
    times: InstantList | None = field(default=None, metadata=LEFT_OUT)
    due: datetime = field(converter=as_utc)
    outside_window: bool = False
    guids: GuidList


@frozen(kw_only=True)
class HubsFailed(RollOutEvent):
    """`occurred_at`: when it happened, as the reporter says; None in ledgers that did not keep it: then `at`.

    `times`: as for `ImagesDelivered`.
    """

    occurred_at: datetime | None = field(default=None, converter=optional(as_utc))
    times: InstantList | None = field(default=None, metadata=LEFT_OUT)
    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class HubsFellSilent(RollOutEvent):
    """`code`: the CSP was `silent`, or the SMI did not show it (`not_verified`)."""

    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class VersionsObserved(RollOutEvent):
    """BR5.6, PR2: the SMI shows another version or configuration set than before; it moves no state."""

    firmware_version: str
    configuration_set: str | None = None
    observed_at: datetime = field(converter=as_utc)
    guids: GuidList


@frozen(kw_only=True)
class HubsVerified(RollOutEvent):
    """The SMI shows the release's version."""

    firmware_version: str
    configuration_set: str | None = None
    observed_at: datetime = field(converter=as_utc)
    guids: GuidList


@frozen(kw_only=True)
class ActivationConfirmed(RollOutEvent):
    """BR5.6: the current Suppliers of these hubs are alerted with the version."""

    firmware_version: str
    guids: GuidList


@frozen(kw_only=True)
class FoundOutsideWindow(RollOutEvent):
    """BR3.5: hubs that were activated at another time than was planned, as is known now; it moves no state."""

    reason: str
    guids: GuidList


@frozen(kw_only=True)
class OutcomesNoted(RollOutEvent):
    """Reports that changed nothing: repeated, late or overtaken. Kept, with why."""

    outcome: OutcomeKind | None
    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class OutcomesRefused(RollOutEvent):
    """Reports about hubs that are not the reporter's to report, for one reason."""

    code: str
    reason: str
    guids: GuidList


OutcomeEvent = (
    ImagesDelivered
    | HubsActivated
    | HubsFailed
    | HubsFellSilent
    | VersionsObserved
    | HubsVerified
    | ActivationConfirmed
    | FoundOutsideWindow
    | OutcomesNoted
    | OutcomesRefused
)
