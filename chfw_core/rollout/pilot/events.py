"""What may have happened in a pilot, and on the way to the mass roll-out."""

from attrs import frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.records import Opinion


@frozen(kw_only=True)
class PilotApproved(RollOutEvent):
    approval: str


@frozen(kw_only=True)
class PilotListSubmitted(RollOutEvent):
    party: Party
    guids: GuidList


@frozen(kw_only=True)
class PilotHubsRefused(RollOutEvent):
    """BR2.3, I10: hubs of a pilot list that cannot be in the pilot, for one reason. The rest of the list stands."""

    party: Party
    code: str
    reason: str
    guids: GuidList


@frozen(kw_only=True)
class PilotBegun(RollOutEvent):
    """BR2.4."""


@frozen(kw_only=True)
class PilotProgressRecorded(RollOutEvent):
    succeeded: bool
    reason: str = ""
    commentary: str = ""
    guids: GuidList


@frozen(kw_only=True)
class PilotPhaseCompleted(RollOutEvent):
    phase: str
    commentary: str


@frozen(kw_only=True)
class PilotEnded(RollOutEvent):
    succeeded: bool
    commentary: str


@frozen(kw_only=True)
class VerdictGiven(RollOutEvent):
    party: Party
    opinion: Opinion
    findings: str


@frozen(kw_only=True)
class MassApproved(RollOutEvent):
    approval: str
    without_pilot: str | None = None


@frozen(kw_only=True)
class MassBegun(RollOutEvent):
    """The DCC's own date applies from here on."""


@frozen(kw_only=True)
class ReleaseCompleted(RollOutEvent):
    """The end of the main line."""


PilotEvent = (
    PilotApproved
    | PilotListSubmitted
    | PilotHubsRefused
    | PilotBegun
    | PilotProgressRecorded
    | PilotPhaseCompleted
    | PilotEnded
    | VerdictGiven
    | MassApproved
    | MassBegun
    | ReleaseCompleted
)
