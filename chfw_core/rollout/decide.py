"""What follows from a command: the gate first, then the clause that it belongs to."""

from datetime import datetime
from typing import assert_never

from chfw_core.model.periods import as_utc
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.form import in_form
from chfw_core.rollout.gate import stopped_at_gate
from chfw_core.rollout.handover.commands import HandoverCommand
from chfw_core.rollout.handover.decide import decide as decide_handover
from chfw_core.rollout.incidents.commands import IncidentCommand
from chfw_core.rollout.incidents.decide import decide as decide_incident
from chfw_core.rollout.instructing.commands import InstructingCommand
from chfw_core.rollout.instructing.decide import decide as decide_instructing
from chfw_core.rollout.notice.commands import NoticeCommand
from chfw_core.rollout.notice.decide import decide as decide_notice
from chfw_core.rollout.outcomes.commands import OutcomeCommand
from chfw_core.rollout.outcomes.decide import decide as decide_outcome
from chfw_core.rollout.pilot.commands import PilotCommand
from chfw_core.rollout.pilot.decide import decide as decide_pilot
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.suppliers.commands import SupplierCommand
from chfw_core.rollout.suppliers.decide import decide as decide_supplier


def decide(roll_out: RollOut, command: AnyCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, in order, at least one; for a command that may not be just one `CommandRefused`.

    `roll_out.hubs` holds those hubs that the command names and the release has: any other is unknown here.
    `at`: now, in UTC. Deciding twice gives the same. Raises InputError for a time without an offset, UsageError for
    what is no command or holds values of other kinds than its fields say.
    """
    in_form(command)
    at = as_utc(at)
    refused = stopped_at_gate(roll_out, command, at)
    if refused is not None:
        return refused
    if isinstance(command, NoticeCommand):
        return decide_notice(roll_out, command, at)
    if isinstance(command, PilotCommand):
        return decide_pilot(roll_out, command, at)
    if isinstance(command, InstructingCommand):
        return decide_instructing(roll_out, command, at)
    if isinstance(command, HandoverCommand):
        return decide_handover(roll_out, command, at)
    if isinstance(command, OutcomeCommand):
        return decide_outcome(roll_out, command, at)
    if isinstance(command, IncidentCommand):
        return decide_incident(roll_out, command, at)
    if isinstance(command, SupplierCommand):
        return decide_supplier(roll_out, command, at)
    assert_never(command)
