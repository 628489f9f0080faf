"""What the events of a pilot make of the roll-out. No hub changes its state by being in a pilot."""

from typing import assert_never

from attrs import evolve as changed

from chfw_core.rollout.pilot import events
from chfw_core.rollout.pilot.events import PilotEvent
from chfw_core.rollout.records import PilotList, ReleaseRecord, RollOut, Verdict
from chfw_core.rollout.states import ReleaseStep
from chfw_core.rollout.steps import advanced


def evolve(roll_out: RollOut, event: PilotEvent) -> RollOut:
    """The roll-out after the event."""
    return changed(roll_out, release=_release(roll_out.release, event))


def _release(record: ReleaseRecord, event: PilotEvent) -> ReleaseRecord:
    match event:
        case events.PilotApproved():
            return advanced(record, ReleaseStep.APPROVE_PILOT, event.at)
        case events.PilotListSubmitted():
            chosen = PilotList(guids=event.guids, submitted_at=event.at)
            return changed(record, pilots={**record.pilots, event.party: chosen})
        case events.PilotBegun():
            return advanced(record, ReleaseStep.BEGIN_PILOT, event.at)
        case events.PilotPhaseCompleted():
            return changed(record, pilot_phases=(*record.pilot_phases, event.phase))
        case events.PilotEnded():
            return advanced(record, ReleaseStep.END_PILOT, event.at)
        case events.VerdictGiven():
            verdict = Verdict(opinion=event.opinion, findings=event.findings, given_at=event.at)
            return changed(record, verdicts={**record.verdicts, event.party: verdict})
        case events.MassApproved():
            return advanced(record, ReleaseStep.APPROVE_MASS, event.at)
        case events.MassBegun():
            return advanced(record, ReleaseStep.BEGIN_MASS, event.at)
        case events.ReleaseCompleted():
            return advanced(record, ReleaseStep.COMPLETE, event.at)
        case events.PilotHubsRefused() | events.PilotProgressRecorded():
            return record
        case _:
            assert_never(event)
