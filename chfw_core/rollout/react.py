"""Who is told of an event (BR1.1, BR2.4, BR5, BR6.4, CS1, CS3): from the roll-out before it and after it.

An event may concern hubs of many Suppliers: each is told of its own alone, in words that say nothing of others.
"""

from typing import assert_never

from chfw_core.messages import Answer, Message
from chfw_core.rollout.base import CommandRefused
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.handover.events import HandoverEvent
from chfw_core.rollout.handover.react import react as react_handover
from chfw_core.rollout.incidents.events import IncidentEvent
from chfw_core.rollout.incidents.react import react as react_incident
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.instructing.react import react as react_instructing
from chfw_core.rollout.notice.events import NoticeEvent
from chfw_core.rollout.notice.react import react as react_notice
from chfw_core.rollout.outcomes.events import OutcomeEvent
from chfw_core.rollout.outcomes.react import react as react_outcome
from chfw_core.rollout.pilot.events import PilotEvent
from chfw_core.rollout.pilot.react import react as react_pilot
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.suppliers.events import SupplierEvent
from chfw_core.rollout.suppliers.react import react as react_supplier


def react(before: RollOut, event: AnyEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends, in a fixed order; none for most single steps."""
    if isinstance(event, CommandRefused):
        answer = Answer(
            to=event.by,
            release=before.release.id,
            command=event.command,
            code=event.code,
            reason=event.reason,
            cure=event.cure,
        )
        return (answer,) if event.by else ()
    if isinstance(event, NoticeEvent):
        return react_notice(before, event, after)
    if isinstance(event, PilotEvent):
        return react_pilot(event, after)
    if isinstance(event, InstructingEvent):
        return react_instructing(before, event, after)
    if isinstance(event, HandoverEvent):
        return react_handover(before, event, after)
    if isinstance(event, OutcomeEvent):
        return react_outcome(before, event, after)
    if isinstance(event, IncidentEvent):
        return react_incident(event, after)
    if isinstance(event, SupplierEvent):
        return react_supplier(before, event, after)
    assert_never(event)
