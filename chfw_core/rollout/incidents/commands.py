"""What may be asked for when something is wrong with a release (BR6)."""

from datetime import datetime

from attrs import frozen

from chfw_core.rollout.base import Command
from chfw_core.rollout.incidents.model import IncidentOutcome


@frozen(kw_only=True)
class RaiseIncident(Command):
    """BR6.1. `incident`: an id of its own; to others the incident is `PARTY/ID` (NF7)."""

    incident: str
    description: str
    high_priority: bool = False
    emergency_stop: bool = False


@frozen(kw_only=True)
class SuspendRelease(Command):
    """BR6.3: at once, pending the Panel."""

    reason: str


@frozen(kw_only=True)
class TriageIncident(Command):
    """BR6.2: what the DCC proposes. `automatic_at`: the later date, for a delay only.

    `incident`: `PARTY/ID`, or the ID alone where only one open incident bears it; so too when it is confirmed.
    """

    incident: str
    outcome: IncidentOutcome
    automatic_at: datetime | None = None
    reason: str


@frozen(kw_only=True)
class ConfirmDecision(Command):
    """BR6.3: the Panel confirms what was proposed, or does not."""

    incident: str
    confirmed: bool
    commentary: str


@frozen(kw_only=True)
class ResumeRelease(Command):
    """End a pause, or a suspension that no open incident calls for any more."""

    reason: str


IncidentCommand = RaiseIncident | SuspendRelease | TriageIncident | ConfirmDecision | ResumeRelease
