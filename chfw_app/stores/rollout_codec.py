"""How the events and records of a roll-out are written in the ledger and its tables: canonical JSON, GUIDs packed.

What an event is written as is the core's (`chfw_core.documents.rollout_events`); here it becomes a draft of an
entry, and back. A release's record is kept in a table that is rebuilt from the entries, so its form may change
with a rebuild.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, cast

from attrs import evolve, frozen
from sqlalchemy import Connection, select

from chfw_app.stores.known_hubs import KnownHubs
from chfw_app.stores.projections import Projections
from chfw_app.stores.rollout_projection import rollout_projections
from chfw_app.stores.tables import release
from chfw_app.stores.trigger_projection import trigger_projections
from chfw_core.documents.packed_events import is_packed, pack_events, unpack_events
from chfw_core.documents.rollout_events import restore_event, store_event
from chfw_core.documents.rollout_values import canonical, converter, type_name
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.entries import Draft, Entry
from chfw_core.rollout.events import EVENTS, AnyEvent
from chfw_core.rollout.incidents.model import Incident
from chfw_core.rollout.records import Pool, ReleaseRecord

_NO_HUBS = GuidList()
MANY = 16
"""From so many events of one type on, one after the other, they share an entry."""
MOST_HUBS = 1_000_000
"""An entry of several events ends when it names more hubs: a replay holds one entry at a time."""


@frozen(kw_only=True)
class Drafts:
    """A command's events as they are to be appended. `places`: for each event the draft that holds it."""

    drafts: tuple[Draft, ...]
    places: tuple[int, ...]


def draft_of(event: AnyEvent) -> Draft:
    """One event as it is to be appended."""
    stored = store_event(event)
    rows = None if stored.guids is None else stored.guids.pack()
    return Draft(type=stored.type, payload=stored.payload, rows=rows)


def drafts_of(events: Sequence[AnyEvent]) -> Drafts:
    """Events as they are to be appended: many of one type together, the others each by itself; in their order."""
    drafts: list[Draft] = []
    places: list[int] = []
    for together in _together(events):
        places += [len(drafts)] * len(together)
        if len(together) == 1:
            drafts.append(draft_of(together[0]))
        else:
            packed = pack_events(together)
            drafts.append(Draft(type=packed.type, payload=packed.payload, rows=packed.rows))
    return Drafts(drafts=tuple(drafts), places=tuple(places))


def _together(events: Sequence[AnyEvent]) -> Iterator[list[AnyEvent]]:
    for _, run in groupby(events, key=type):
        alike = list(run)
        if len(alike) < MANY or not hasattr(alike[0], "guids"):
            yield from ([event] for event in alike)
            continue
        found, hubs = list[AnyEvent](), 0
        for event in alike:
            found.append(event)
            hubs += len(cast(Any, event).guids)
            if hubs > MOST_HUBS:
                yield found
                found, hubs = [], 0
        if found:
            yield found


def events_of(entry: Entry) -> tuple[AnyEvent, ...]:
    """The events that an entry tells of, at least one. Raises InputError for what is none."""
    if entry.rows is not None and is_packed(entry.payload):
        return cast(tuple[AnyEvent, ...], unpack_events(entry.payload, entry.rows))
    return (event_of(entry),)


def parts_of(payload: bytes, rows: bytes) -> Iterator[tuple[RollOutEvent, bytes]]:
    """The events of an entry that names hubs, each without them, and its hubs packed: where objects are too slow."""
    if not is_packed(payload):
        yield restore_event(payload, _NO_HUBS), rows
        return
    bare: tuple[Any, ...] = unpack_events(payload, rows)
    for event in bare:
        yield evolve(event, guids=_NO_HUBS), event.guids.pack()


def event_of(entry: Entry) -> AnyEvent:
    """The event of an entry that tells of one alone. Raises InputError for what is none."""
    guids = None if entry.rows is None else GuidList.unpack(entry.rows)
    return cast(AnyEvent, restore_event(entry.payload, guids))


class JsonCodec:
    """The codec of every store but those of tests."""

    @property
    def types(self) -> Iterable[str]:
        """See Codec."""
        return tuple(type_name(kind) for kind in EVENTS)

    def events(self, entry: Entry) -> Sequence[AnyEvent]:
        """See Codec."""
        return events_of(entry)

    def write_release(self, record: ReleaseRecord) -> bytes:
        """See Codec. What is kept by region and day is a list: JSON has no such keys."""
        content = converter().unstructure(evolve(record, pools={}, capacity={}))
        content["pools"] = [converter().unstructure(record.pools[key]) for key in sorted(record.pools)]
        content["capacity"] = [[region, day.isoformat(), n] for (region, day), n in sorted(record.capacity.items())]
        return canonical(content)

    def read_release(self, written: bytes) -> ReleaseRecord:
        """See Codec."""
        content: dict[str, Any] = json.loads(written)
        pools = [converter().structure(pool, Pool) for pool in content.pop("pools")]
        capacity = content.pop("capacity")
        return evolve(
            converter().structure(content, ReleaseRecord),
            pools={(pool.region, pool.day): pool for pool in pools},
            capacity={(region, date.fromisoformat(day)): hubs for region, day, hubs in capacity},
        )

    def write_incident(self, found: Incident) -> bytes:
        """See Codec."""
        return canonical(converter().unstructure(found))


CODEC = JsonCodec()


def read_releases(connection: Connection) -> dict[str, ReleaseRecord]:
    """All releases as they are now, by id, in order."""
    query = select(release.c.id, release.c.record).order_by(release.c.id)
    return {row.id: CODEC.read_release(bytes(row.record)) for row in connection.execute(query)}


def projections(known: KnownHubs | None = None) -> Projections:
    """What the events of a roll-out and of triggers do to the tables: what a store of roll-outs is opened with.

    `known`: for the entries of one command, what it was judged by.
    """
    return Projections(by_type={**rollout_projections(CODEC, known).by_type, **trigger_projections()})
