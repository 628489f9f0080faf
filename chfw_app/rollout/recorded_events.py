"""What the ledger knows of events that a plan's rules go by: flags (RU5), and what holds of rule files wait for.

Events that were observed and what the roll-out recorded itself, as a plan reads them from a file. A Supplier's event
stays its own (I8). What is for the DCC and the CSPs alone, an incident of somebody else's, has no words in a plan and
is left out.
"""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from chfw_app.stores.ledger import read_entries
from chfw_app.stores.tables import entry
from chfw_app.triggers.sighting import Sighting, entry_types, sightings
from chfw_core.documents.trigger_entries import OBSERVED, TRIGGER_TYPES
from chfw_core.model.events import Event
from chfw_core.model.parties import Party
from chfw_core.planning import raised_flags
from chfw_core.rules.model import RuleSet, UntilEvent, UntilManual


def recorded_events(connection: Connection, rulesets: Sequence[RuleSet]) -> tuple[Event, ...]:
    """The events, in the ledger's order; `seq` counts from 1."""
    wanted = _wanted(rulesets)
    found = (
        one
        for number in _entries(connection, wanted)
        for kept in read_entries(connection, after=number - 1, upto=number)
        for one in sightings(kept, wanted)
        if one.heard.suppliers
    )
    return tuple(_event(number, one) for number, one in enumerate(found, start=1))


def _wanted(rulesets: Sequence[RuleSet]) -> frozenset[str]:
    """Types of event that say something of flags, and those that end holds of these rules."""
    ends = [hold.until for rules in rulesets for hold in rules.holds]
    awaited = {until.type for until in ends if isinstance(until, UntilEvent)}
    resumed = {"release_resumed"} if any(isinstance(until, UntilManual) for until in ends) else set()
    return frozenset({*raised_flags.TYPES, *awaited, *resumed})


def _entries(connection: Connection, wanted: frozenset[str]) -> Iterator[int]:
    """The numbers of the entries to read. Of observed events only those of these types: there may be millions."""
    types = {OBSERVED, *entry_types(wanted)}.difference(set(TRIGGER_TYPES) - {OBSERVED})
    query = select(entry.c.seq, entry.c.type, entry.c.payload).where(entry.c.type.in_(sorted(types)))
    for row in connection.execute(query.order_by(entry.c.seq)).all():
        if row.type != OBSERVED or json.loads(bytes(row.payload))["of"] in wanted:
            yield row.seq


def _event(number: int, one: Sighting) -> Event:
    fields = dict(one.fields)
    if one.heard.release is not None:
        fields["release"] = one.heard.release
    return Event(
        seq=number,
        at=one.heard.at,
        type=one.heard.type,
        party=None if one.heard.party is None else Party(one.heard.party),
        guid=one.guid,
        fields=fields,
    )
