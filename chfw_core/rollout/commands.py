"""All commands, by clause."""

from typing import get_args

from chfw_core.rollout.base import Command
from chfw_core.rollout.handover.commands import HandoverCommand
from chfw_core.rollout.incidents.commands import IncidentCommand
from chfw_core.rollout.instructing.commands import InstructingCommand
from chfw_core.rollout.notice.commands import NoticeCommand
from chfw_core.rollout.outcomes.commands import OutcomeCommand
from chfw_core.rollout.pilot.commands import PilotCommand
from chfw_core.rollout.suppliers.commands import SupplierCommand

AnyCommand = (
    NoticeCommand
    | PilotCommand
    | InstructingCommand
    | HandoverCommand
    | OutcomeCommand
    | IncidentCommand
    | SupplierCommand
)

COMMANDS: tuple[type[Command], ...] = get_args(AnyCommand)
"""Every class of command, in the order of the clauses."""
