"""All events, by clause."""

from typing import get_args

from chfw_core.rollout.base import CommandRefused, RollOutEvent
from chfw_core.rollout.handover.events import HandoverEvent
from chfw_core.rollout.incidents.events import IncidentEvent
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.notice.events import NoticeEvent
from chfw_core.rollout.outcomes.events import OutcomeEvent
from chfw_core.rollout.pilot.events import PilotEvent
from chfw_core.rollout.suppliers.events import SupplierEvent

AnyEvent = (
    NoticeEvent
    | PilotEvent
    | InstructingEvent
    | HandoverEvent
    | OutcomeEvent
    | IncidentEvent
    | SupplierEvent
    | CommandRefused
)

EVENTS: tuple[type[RollOutEvent], ...] = get_args(AnyEvent)
"""Every class of event, in the order of the clauses."""
