"""What an event makes of the roll-out: the only way in which it changes, and so the way in which it is replayed."""

from collections.abc import Iterable
from functools import reduce
from typing import assert_never

from attrs import evolve as changed

from chfw_core.rollout.base import CommandRefused
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.handover.events import HandoverEvent
from chfw_core.rollout.handover.evolve import evolve as evolve_handover
from chfw_core.rollout.incidents.events import IncidentEvent
from chfw_core.rollout.incidents.evolve import evolve as evolve_incident
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.instructing.evolve import evolve as evolve_instructing
from chfw_core.rollout.notice.events import NoticeEvent
from chfw_core.rollout.notice.evolve import evolve as evolve_notice
from chfw_core.rollout.outcomes.events import OutcomeEvent
from chfw_core.rollout.outcomes.evolve import evolve as evolve_outcome
from chfw_core.rollout.pilot.events import PilotEvent
from chfw_core.rollout.pilot.evolve import evolve as evolve_pilot
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.suppliers.events import SupplierEvent
from chfw_core.rollout.suppliers.evolve import evolve as evolve_supplier
from chfw_core.rollout.tally import recounted

_Changing = NoticeEvent | PilotEvent | InstructingEvent | HandoverEvent | OutcomeEvent | IncidentEvent | SupplierEvent


def evolve(roll_out: RollOut, event: AnyEvent) -> RollOut:
    """The roll-out after the event. A refusal leaves it as it is, and leaves no trace in it.

    Hubs of the event that `roll_out.hubs` lacks are left to whoever has them. Raises KeyError where the event
    could not have followed from this roll-out.
    """
    if isinstance(event, CommandRefused):
        return roll_out
    after = _by_clause(roll_out, event)
    record = recounted(roll_out, after)
    return changed(after, release=changed(record, last_at=event.at))


def evolve_all(roll_out: RollOut, events: Iterable[AnyEvent]) -> RollOut:
    """One event after the other."""
    return reduce(evolve, events, roll_out)


def _by_clause(roll_out: RollOut, event: _Changing) -> RollOut:
    if isinstance(event, NoticeEvent):
        return evolve_notice(roll_out, event)
    if isinstance(event, PilotEvent):
        return evolve_pilot(roll_out, event)
    if isinstance(event, InstructingEvent):
        return evolve_instructing(roll_out, event)
    if isinstance(event, HandoverEvent):
        return evolve_handover(roll_out, event)
    if isinstance(event, OutcomeEvent):
        return evolve_outcome(roll_out, event)
    if isinstance(event, IncidentEvent):
        return evolve_incident(roll_out, event)
    if isinstance(event, SupplierEvent):
        return evolve_supplier(roll_out, event)
    assert_never(event)
