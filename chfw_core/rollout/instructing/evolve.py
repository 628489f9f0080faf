"""What instructions make of the hubs: an amendment replaces, a withdrawal is kept as one.

The same period said again is no amendment: it counts as received when it was said first, so that what was agreed
with a second Supplier stays agreed.
"""

from typing import assert_never

from attrs import evolve as changed

from chfw_core.model.periods import Period
from chfw_core.rollout.agreement import settle
from chfw_core.rollout.hubs import each
from chfw_core.rollout.instructing import events
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.records import HubConsent, HubRecord, RollOut


def evolve(roll_out: RollOut, event: InstructingEvent) -> RollOut:
    """The roll-out after the event."""
    match event:
        case events.InstructionsAccepted():
            given = HubConsent(
                party=event.party,
                role=event.role,
                period=Period(opens=event.opens, closes=event.closes),
                received_at=event.at,
                group=event.group,
                rule=event.rule,
            )
        case events.InstructionsWithdrawn():
            given = HubConsent(party=event.party, role=event.role, period=None, received_at=event.at, rule=event.rule)
        case events.InstructionsRefused():
            return roll_out
        case _:
            assert_never(event)

    def replaced(hub: HubRecord) -> HubRecord:
        former = hub.consent_of(given.party)
        said_before = former is not None and former.period == given.period
        own = changed(given, received_at=former.received_at) if former and said_before else given
        others = [consent for consent in hub.consents if consent.party != given.party]
        consents = tuple(sorted((*others, own), key=lambda consent: consent.party))
        return settle(roll_out.release, hub, changed(hub, consents=consents), event.at)

    return each(roll_out, event.guids, replaced)
