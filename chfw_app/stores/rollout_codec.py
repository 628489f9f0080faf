"""How the events and records of a roll-out are written in the ledger and its tables: canonical JSON, GUIDs packed.

What an event is written as is the core's (`chfw_core.documents.rollout_events`); here it becomes a draft of an
entry, and back. A release's record is kept in a table that is rebuilt from the entries, so its form may change
with a rebuild.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from attrs import evolve

from chfw_app.stores.projections import Projections
from chfw_app.stores.rollout_projection import rollout_projections
from chfw_core.documents.rollout_events import restore_event, store_event
from chfw_core.documents.rollout_values import canonical, converter, type_name
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.entries import Draft, Entry
from chfw_core.rollout.events import EVENTS, AnyEvent
from chfw_core.rollout.incidents.model import Incident
from chfw_core.rollout.records import Pool, ReleaseRecord


def draft_of(event: AnyEvent) -> Draft:
    """The event as it is to be appended."""
    stored = store_event(event)
    rows = None if stored.guids is None else stored.guids.pack()
    return Draft(type=stored.type, payload=stored.payload, rows=rows)


def event_of(entry: Entry) -> AnyEvent:
    """The event that an entry tells of. Raises InputError for what is none."""
    guids = None if entry.rows is None else GuidList.unpack(entry.rows)
    return cast(AnyEvent, restore_event(entry.payload, guids))


class JsonCodec:
    """The codec of every store but those of tests."""

    @property
    def types(self) -> Iterable[str]:
        """See Codec."""
        return tuple(type_name(kind) for kind in EVENTS)

    def event(self, entry: Entry) -> AnyEvent:
        """See Codec."""
        return event_of(entry)

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


def projections() -> Projections:
    """What the events of a roll-out do to the tables: what a store of roll-outs is opened with."""
    return rollout_projections(CODEC)
