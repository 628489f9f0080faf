"""BR6: what follows from the commands about incidents.

The DCC's triage proposes, the Panel confirms, and only then is it in force; the DCC may suspend at once (BR6.3).
"""

from datetime import datetime
from typing import assert_never

from chfw_core.model.parties import Party
from chfw_core.model.periods import as_utc, instant_words
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.incidents import commands, events
from chfw_core.rollout.incidents.commands import IncidentCommand
from chfw_core.rollout.incidents.events import PendingHubs
from chfw_core.rollout.incidents.model import Incident, IncidentOutcome, full_id
from chfw_core.rollout.records import ReleaseRecord, RollOut
from chfw_core.rollout.refusals import Code, refuse
from chfw_core.rollout.states import STANDINGS, ReleaseStage, ReleaseStanding, StandingStep


def decide(roll_out: RollOut, command: IncidentCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, just one. The gate has let the command through."""
    record, by = roll_out.release, command.by
    match command:
        case commands.RaiseIncident():
            full = full_id(by, command.incident)
            if any(known.id == full for known in record.incidents):
                return refuse(command, at, Code.INCIDENT_EXISTS, incident=command.incident)
            raised = events.IncidentRaised(
                at=at,
                by=by,
                incident=full,
                party=Party(by),
                description=command.description,
                high_priority=command.high_priority,
                emergency_stop=command.emergency_stop,
            )
            return (raised,)  # BR6.1
        case commands.SuspendRelease():
            if (record.standing, StandingStep.SUSPEND) not in STANDINGS:
                return refuse(command, at, Code.SAME_AGAIN)
            # BR6.3: at once, pending the Panel
            by_hand = True if not any(incident.open for incident in record.incidents) else None
            suspended = events.ReleaseSuspended(
                at=at, by=by, reason=command.reason, pending=pending(roll_out), by_hand=by_hand
            )
            return (suspended,)
        case commands.TriageIncident():
            return _triage(record, command, at)
        case commands.ConfirmDecision():
            return _confirm(roll_out, command, at)
        case commands.ResumeRelease():
            if record.standing is ReleaseStanding.ACTIVE:
                return refuse(command, at, Code.SAME_AGAIN)
            still = next((incident for incident in record.incidents if incident.open), None)
            if still is not None:
                return refuse(command, at, Code.INCIDENT_OPEN, incident=still.id)
            return (events.ReleaseResumed(at=at, by=by, reason=command.reason, pending=pending(roll_out)),)
        case _:
            assert_never(command)


def incident_of(record: ReleaseRecord, incident: str) -> Incident | None:
    """The incident with that id, or the only open one to which its party gave it; None where there is none."""
    exact = next((known for known in record.incidents if known.id == incident), None)
    if exact is not None:
        return exact
    so_named = [known for known in record.incidents if known.open and known.own_id == incident]
    return so_named[0] if len(so_named) == 1 else None


def pending(roll_out: RollOut) -> tuple[PendingHubs, ...]:
    """BR6.4: per relevant Supplier the requests that a decision meets, as they were when it fell."""
    return tuple(
        PendingHubs(party=party, state=state, hubs=hubs)
        for party, tally in sorted(roll_out.tallies.items())
        for state, hubs in sorted(tally.items())
        if hubs
    )


def _triage(record: ReleaseRecord, command: commands.TriageIncident, at: datetime) -> tuple[RollOutEvent, ...]:
    """BR6.2. May be said again until the Panel has confirmed."""
    incident = incident_of(record, command.incident)
    if incident is None or not incident.open:
        return refuse(command, at, Code.NO_SUCH_INCIDENT, incident=command.incident)
    if record.stage is ReleaseStage.COMPLETED and command.outcome in (IncidentOutcome.PAUSE, IncidentOutcome.DELAY):
        return refuse(command, at, Code.ALL_DONE, outcome=command.outcome.value)
    later = None if command.automatic_at is None else as_utc(command.automatic_at)
    if command.outcome is IncidentOutcome.DELAY:
        now = firmware_of(record).automatic_at
        if later is None:
            return refuse(command, at, Code.NEEDS_A_REASON, what="the date to which the end is delayed")
        if later <= max(now, at):
            return refuse(command, at, Code.NOT_LATER, when=instant_words(later), now=instant_words(now))
    else:
        later = None
    triaged = events.IncidentTriaged(
        at=at,
        by=command.by,
        incident=incident.id,
        outcome=command.outcome,
        automatic_at=later,
        reason=command.reason,
    )
    return (triaged,)


def _confirm(roll_out: RollOut, command: commands.ConfirmDecision, at: datetime) -> tuple[RollOutEvent, ...]:
    """BR6.3."""
    incident = incident_of(roll_out.release, command.incident)
    if incident is None or not incident.open or incident.outcome is None:
        return refuse(command, at, Code.NO_SUCH_INCIDENT, incident=command.incident)
    if not command.confirmed:
        rejected = events.DecisionRejected(at=at, by=command.by, incident=incident.id, commentary=command.commentary)
        return (rejected,)
    decided = events.IncidentDecided(
        at=at,
        by=command.by,
        incident=incident.id,
        outcome=incident.outcome,
        automatic_at=incident.automatic_at,
        commentary=command.commentary,
        pending=pending(roll_out),
        resumes=_resumes(roll_out.release, incident),
    )
    return (decided,)


def _resumes(record: ReleaseRecord, incident: Incident) -> bool | None:
    """BR6.2, NF6: a decision ends no more than its own incident may have brought about.

    A suspension ends once no other incident is open, as by `ResumeRelease`; what another incident was decided to
    pause, or was suspended while no incident was open, is resumed by that command alone.
    """
    if incident.outcome not in (IncidentOutcome.PROCEED, IncidentOutcome.DELAY):
        return None
    others = any(known.open and known.id != incident.id for known in record.incidents)
    on_its_own = record.paused_for is not None or record.suspended_by_hand
    return record.standing is ReleaseStanding.SUSPENDED and not on_its_own and not others
