"""What happened about incidents."""

from datetime import datetime

from attrs import field, frozen

from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.parties import Party
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.states import HubState


@frozen(kw_only=True)
class PendingHubs:
    """BR6.4: how many hubs of one Supplier were in one state when the decision fell."""

    party: Party
    state: HubState
    hubs: int


@frozen(kw_only=True)
class IncidentRaised(RollOutEvent):
    incident: str
    party: Party
    description: str
    high_priority: bool = False
    emergency_stop: bool = False


@frozen(kw_only=True)
class ReleaseSuspended(RollOutEvent):
    """BR6.3. `by_hand`: no incident was open, so no decision on one ends it. None: of before ledgers said so."""

    reason: str
    pending: tuple[PendingHubs, ...] = ()
    by_hand: bool | None = field(default=None, metadata=LEFT_OUT)


@frozen(kw_only=True)
class IncidentTriaged(RollOutEvent):
    incident: str
    outcome: IncidentOutcome
    automatic_at: datetime | None = None
    reason: str


@frozen(kw_only=True)
class DecisionRejected(RollOutEvent):
    """The Panel did not confirm: the incident is to be triaged again."""

    incident: str
    commentary: str


@frozen(kw_only=True)
class IncidentDecided(RollOutEvent):
    """BR6.2, BR6.3: in force from now on.

    `resumes`: whether a release that was halted goes on with it; None where the outcome is to pause or to stop, and of
    what was decided before ledgers said so.
    """

    incident: str
    outcome: IncidentOutcome
    automatic_at: datetime | None = None
    commentary: str
    pending: tuple[PendingHubs, ...] = ()
    resumes: bool | None = field(default=None, metadata=LEFT_OUT)


@frozen(kw_only=True)
class ReleaseResumed(RollOutEvent):
    reason: str
    pending: tuple[PendingHubs, ...] = ()


IncidentEvent = (
    IncidentRaised | ReleaseSuspended | IncidentTriaged | DecisionRejected | IncidentDecided | ReleaseResumed
)
