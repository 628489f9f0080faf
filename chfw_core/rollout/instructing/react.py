"""BR5.1, BR5.2, BR3.3, BR4.4: the receipt, the refusals, and what the other Supplier may know."""

from datetime import datetime
from typing import assert_never

from chfw_core.messages import HubNews, HubsRefused, InstructionReceipt, Message
from chfw_core.rollout.instructing import events
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.telling import second_suppliers


def react(before: RollOut, event: InstructingEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    release = after.release.id
    period: tuple[datetime, datetime] | None
    window = None
    match event:
        case events.InstructionsAccepted():
            period, window = (event.opens, event.closes), event.window
        case events.InstructionsWithdrawn():
            period = None
        case events.ExclusionsSet():
            # NF7: the reason is its owner's; the second Supplier learns what a withdrawal would tell it.
            own = HubNews(
                to=event.party, release=release, what="excluded_by_rule", words=_words(event), guids=event.guids
            )
            return (own, *second_suppliers(before, after, event.guids))
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
        window=window,
        guids=event.guids,
    )
    return (receipt, *second_suppliers(before, after, event.guids, giver=event.party))


def _words(event: events.ExclusionsSet) -> str:
    if event.rule is None:
        return "no rule of yours keeps these hubs out of early dates any more"
    because = f": {event.reason}" if event.reason else ""
    return f"your rule `{event.rule}` keeps these hubs out of early dates and of the pilot{because}"
