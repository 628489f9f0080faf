"""BR6.4: every relevant Supplier is told a decision and what it means for its pending requests; so is every CSP.

Nobody but the DCC and the Panel learns who raised an incident.
"""

from collections.abc import Iterable
from typing import assert_never

from chfw_core.messages import Decision, DecisionToConfirm, IncidentReported, Message
from chfw_core.model.parties import DCC
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import CONFIRMING
from chfw_core.rollout.effects import meaning_of
from chfw_core.rollout.incidents import events
from chfw_core.rollout.incidents.events import IncidentEvent, PendingHubs
from chfw_core.rollout.records import ReleaseRecord, RollOut
from chfw_core.rollout.telling import everybody


def react(event: IncidentEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    record = after.release
    match event:
        case events.IncidentRaised():
            readers = (DCC, *CONFIRMING) if event.emergency_stop else (DCC,)
            return tuple(
                IncidentReported(
                    to=who,
                    release=record.id,
                    incident=event.incident,
                    party=event.party,
                    description=event.description,
                    high_priority=event.high_priority,
                    emergency_stop=event.emergency_stop,
                )
                for who in readers
            )
        case events.IncidentTriaged():
            return tuple(  # BR6.3
                DecisionToConfirm(
                    to=who,
                    release=record.id,
                    incident=event.incident,
                    outcome=event.outcome.value,
                    automatic_at=event.automatic_at,
                    reason=event.reason,
                )
                for who in CONFIRMING
            )
        case events.ReleaseSuspended() | events.IncidentDecided() | events.ReleaseResumed():
            return decision(record, event.pending)  # BR6.4
        case events.DecisionRejected():
            rejected = DecisionToConfirm(
                to=DCC,
                release=record.id,
                incident=event.incident,
                outcome="",
                automatic_at=None,
                reason=event.commentary,
            )
            return (rejected,)
        case _:
            assert_never(event)


def decision(record: ReleaseRecord, pending: Iterable[PendingHubs]) -> tuple[Message, ...]:
    """BR6.4: the release's standing as it is now, to every relevant Supplier and CSP."""
    counts: dict[str, dict[str, int]] = {}
    for found in pending:
        counts.setdefault(found.party, {})[found.state.value] = found.hubs
    meaning = meaning_of(record.standing)
    return tuple(
        Decision(
            to=who,
            release=record.id,
            standing=record.standing.value,
            because=record.standing_because,
            automatic_at=firmware_of(record).automatic_at,
            meaning=meaning,
            pending=counts.get(who, {}),
        )
        for who in everybody(record)
    )
