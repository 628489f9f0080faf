"""What instructions make of the hubs: an amendment replaces, a withdrawal is kept as one.

The same period and hours said again are no amendment: they count as received when they were said first, so that what
was agreed with a second Supplier stays agreed.
"""

from typing import assert_never

from attrs import evolve as changed

from chfw_core.model.periods import Period
from chfw_core.rollout.agreement import settle
from chfw_core.rollout.hubs import each
from chfw_core.rollout.instructing import events
from chfw_core.rollout.instructing.events import InstructingEvent
from chfw_core.rollout.records import HubConsent, HubRecord, ReleaseRecord, RollOut


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
                window=event.window,
            )
        case events.InstructionsWithdrawn():
            given = HubConsent(party=event.party, role=event.role, period=None, received_at=event.at, rule=event.rule)
        case events.ExclusionsSet():
            after = each(roll_out, event.guids, lambda hub: _excluded(roll_out.release, hub, event))
            return changed(after, release=off_pilot_list(after.release, event))
        case events.InstructionsRefused():
            return roll_out
        case _:
            assert_never(event)

    def replaced(hub: HubRecord) -> HubRecord:
        former = hub.consent_of(given.party)
        said_before = former is not None and (former.period, former.window) == (given.period, given.window)
        own = changed(given, received_at=former.received_at) if former and said_before else given
        others = [consent for consent in hub.consents if consent.party != given.party]
        consents = tuple(sorted((*others, own), key=lambda consent: consent.party))
        return settle(roll_out.release, hub, changed(hub, consents=consents), event.at)

    return each(roll_out, event.guids, replaced)


def _excluded(record: ReleaseRecord, hub: HubRecord, event: events.ExclusionsSet) -> HubRecord:
    """What the Supplier has instructed is kept, and counts again when no rule keeps the hub out any more."""
    others = {party: rule for party, rule in hub.excluded.items() if party != event.party}
    own = {} if event.rule is None else {event.party: (event.rule, event.reason)}
    excluded = dict(sorted({**others, **own}.items()))
    return settle(record, hub, changed(hub, excluded=excluded), event.at)


def off_pilot_list(record: ReleaseRecord, event: events.ExclusionsSet) -> ReleaseRecord:
    """I10: a hub that a rule keeps out leaves its Supplier's pilot list."""
    pilot = record.pilots.get(event.party)
    if event.rule is None or pilot is None or not pilot.guids & event.guids:
        return record
    return changed(record, pilots={**record.pilots, event.party: changed(pilot, guids=pilot.guids - event.guids)})
