"""What incidents and decisions make of the release. No hub is touched: what it means for them is derived."""

from typing import Any, assert_never

from attrs import evolve as changed

from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.incidents import events
from chfw_core.rollout.incidents.events import IncidentEvent
from chfw_core.rollout.incidents.model import Incident, IncidentOutcome
from chfw_core.rollout.records import ReleaseRecord, RollOut
from chfw_core.rollout.states import ReleaseStanding, StandingStep
from chfw_core.rollout.steps import stood

STEP_OF = {
    IncidentOutcome.PROCEED: StandingStep.RESUME,
    IncidentOutcome.PAUSE: StandingStep.PAUSE,
    IncidentOutcome.DELAY: StandingStep.RESUME,
    IncidentOutcome.STOP: StandingStep.STOP,
}
"""BR6.2: what each outcome does to the standing."""


def evolve(roll_out: RollOut, event: IncidentEvent) -> RollOut:
    """The roll-out after the event."""
    return changed(roll_out, release=_release(roll_out.release, event))


def _release(record: ReleaseRecord, event: IncidentEvent) -> ReleaseRecord:
    match event:
        case events.IncidentRaised():
            raised = Incident(
                id=event.incident,
                party=event.party,
                description=event.description,
                raised_at=event.at,
                high_priority=event.high_priority,
                emergency_stop=event.emergency_stop,
            )
            return changed(record, incidents=(*record.incidents, raised))
        case events.ReleaseSuspended():
            return changed(stood(record, StandingStep.SUSPEND, event.reason), suspended_by_hand=event.by_hand)
        case events.IncidentTriaged():
            return _incident(
                record, event.incident, triaged_at=event.at, outcome=event.outcome, automatic_at=event.automatic_at
            )
        case events.DecisionRejected():
            return _incident(record, event.incident, triaged_at=None, outcome=None, automatic_at=None)
        case events.IncidentDecided():
            return _decided(_incident(record, event.incident, decided_at=event.at), event)
        case events.ReleaseResumed():
            return changed(stood(record, StandingStep.RESUME, event.reason), paused_for=None, suspended_by_hand=None)
        case _:
            assert_never(event)


def _incident(record: ReleaseRecord, incident: str, **fields: Any) -> ReleaseRecord:
    incidents = tuple(changed(known, **fields) if known.id == incident else known for known in record.incidents)
    return changed(record, incidents=incidents)


def _decided(record: ReleaseRecord, event: events.IncidentDecided) -> ReleaseRecord:
    if event.automatic_at is not None:  # BR6.2: delay the end date
        firmware = firmware_of(record)
        moved = changed(firmware, automatic_at=event.automatic_at)
        record = changed(record, firmware=moved, date_before=firmware.automatic_at)
    step = STEP_OF[event.outcome]
    if step is StandingStep.RESUME and record.standing is not ReleaseStanding.ACTIVE and not _resumes(record, event):
        return record
    after = stood(record, step, event.commentary)
    if step is StandingStep.PAUSE:
        return changed(after, paused_for=event.incident)
    return changed(after, paused_for=None, suspended_by_hand=None) if step is StandingStep.RESUME else after


def _resumes(record: ReleaseRecord, event: events.IncidentDecided) -> bool:
    """As the event says. Before ledgers said so, only another open incident that asked for a stop stood against it."""
    if event.resumes is not None:
        return event.resumes
    return not any(known.open and known.emergency_stop for known in record.incidents)
