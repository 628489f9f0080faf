"""The entries of triggers as the ledger keeps them: canonical JSON; many events of one type packed as columns.

Observed events are one entry for up to `MOST_EVENTS` of a type. The payload says the type, how many there are and
the fields that all share; the rows beside it, canonical JSON as well, hold a column for each thing that differs:
`seq`, `at` (microseconds since 1970), `guid` (hex), and the fields. Columns of like values all but vanish where the
entry is compressed, and nothing in the form depends on a compression.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from attrs import frozen

from chfw_core.documents.rollout_values import by_name, canonical, read, type_name, write
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party
from chfw_core.rollout.triggering.entries import (
    EventsObserved,
    HoldsEnded,
    RulesInstalled,
    TimePassed,
    TriggersFired,
)

MOST_EVENTS: Final = 50_000
"""Events of one entry: a replay holds one entry at a time."""
_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ABSENT: Final = None

TriggerEntry = EventsObserved | RulesInstalled | TimePassed | TriggersFired | HoldsEnded
_KINDS = by_name((RulesInstalled, TimePassed, TriggersFired, HoldsEnded))
OBSERVED = type_name(EventsObserved)
TRIGGER_TYPES: Final = (OBSERVED, *_KINDS)
"""The type of every entry of triggers."""


@frozen(kw_only=True)
class StoredEntry:
    """`payload`: canonical JSON in UTF-8. `rows`: the columns of observed events, else None."""

    type: str
    payload: bytes
    rows: bytes | None = None


def store_trigger_entry(entry: TriggerEntry) -> StoredEntry:
    """The entry as the ledger keeps it."""
    if isinstance(entry, EventsObserved):
        return _packed(entry)
    return StoredEntry(type=type_name(type(entry)), payload=canonical(write(entry)))


def restore_trigger_entry(payload: bytes, rows: bytes | None) -> TriggerEntry:
    """The inverse. Raises InputError for what is none."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        raise InputError("this is not the JSON of an entry") from None
    if not isinstance(content, Mapping):
        raise InputError("an object belongs here")
    if content.get("type") != OBSERVED:
        return cast(TriggerEntry, read(content, _KINDS, "entry"))
    if rows is None or content.get("v") != _VERSION:
        raise InputError("the rows of observed events are missing, or of another form")
    return _unpacked(content, json.loads(rows))


def _packed(entry: EventsObserved) -> StoredEntry:
    names = sorted({name for event in entry.events for name in event.fields})
    columns = {name: [event.fields.get(name, _ABSENT) for event in entry.events] for name in names}
    same = {name: values[0] for name, values in columns.items() if _all_alike(values)}
    payload = {
        "type": OBSERVED,
        "v": _VERSION,
        "by": entry.by,
        "of": entry.type,
        "party": entry.events[0].party,
        "events": len(entry.events),
        "same": same,
    }
    rows = {
        "seq": [event.seq for event in entry.events],
        "at": [(event.at - _EPOCH) // _MICROSECOND for event in entry.events],
        "guid": [None if event.guid is None else f"{event.guid:016x}" for event in entry.events],
        "each": {name: values for name, values in columns.items() if name not in same},
    }
    return StoredEntry(type=OBSERVED, payload=canonical(payload), rows=canonical(rows))


def _all_alike(values: Sequence[Any]) -> bool:
    first = json.dumps(values[0], sort_keys=True)
    return values[0] is not _ABSENT and all(json.dumps(value, sort_keys=True) == first for value in values[1:])


def _unpacked(content: Mapping[str, Any], rows: Mapping[str, Any]) -> EventsObserved:
    party, kind, same, each = content["party"], content["of"], content["same"], rows["each"]
    events = []
    for place, (seq, at, guid) in enumerate(zip(rows["seq"], rows["at"], rows["guid"], strict=True)):
        own = {name: values[place] for name, values in each.items() if values[place] is not _ABSENT}
        events.append(
            Event(
                seq=seq,
                at=_EPOCH + at * _MICROSECOND,
                type=kind,
                party=None if party is None else Party(party),
                guid=None if guid is None else Guid(int(guid, 16)),
                fields={**same, **own},
            )
        )
    return EventsObserved(by=content["by"], type=kind, events=tuple(events))
