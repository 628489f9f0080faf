"""BR5.1, BR5.2, BR3.3, BR4.4: the receipt, the refusals, and what the other Supplier may know."""

from datetime import datetime
from typing import assert_never

from chfw_core.messages import HubsRefused, InstructionReceipt, Message
from chfw_core.rollout.instructing import events
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.telling import second_suppliers


def react(before: RollOut, event: InstructingEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    release = after.release.id
    period: tuple[datetime, datetime] | None
    match event:
        case events.InstructionsAccepted():
            period = (event.opens, event.closes)
        case events.InstructionsWithdrawn():
            period = None
        case events.InstructionsRefused():
            refused = HubsRefused(
                to=event.party,
                release=release,
                request="instructions",
                code=event.code,
                reason=event.reason,
                guids=event.guids,
            )
            return (refused,)  # BR5.2
        case _:
            assert_never(event)
    receipt = InstructionReceipt(  # BR5.1
        to=event.party,
        release=release,
        role=event.role,
        opens=None if period is None else period[0],
        closes=None if period is None else period[1],
        received_at=event.at,
        guids=event.guids,
    )
    return (receipt, *second_suppliers(before, after, event.guids, giver=event.party))
