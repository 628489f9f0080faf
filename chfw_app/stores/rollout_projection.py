"""What the events of a roll-out make of the tables: the core's `evolve`, applied to classes of hubs.

The release's own record is evolved as a whole. Hubs are evolved one for each class (see `hub_rows`). What the
release counts of its hubs is then counted for each class as often as the class has hubs.

How an event and a record are written is the codec's business, so that nothing here depends on a format.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from attrs import define, evolve
from sqlalchemy import Connection, delete, insert, select

from chfw_app.stores.bulk import insert_into
from chfw_app.stores.hub_rows import HubClass, add_hubs, change_hubs, classes_of, hubs_of
from chfw_app.stores.projections import Projections
from chfw_app.stores.tables import incident, release
from chfw_app.stores.task_rows import write_tasks
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import CommandRefused
from chfw_core.rollout.entries import Entry
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.evolve import evolve as evolve_roll_out
from chfw_core.rollout.incidents.model import Incident
from chfw_core.rollout.notice.events import HubsAdded
from chfw_core.rollout.records import Pool, ReleaseRecord, RollOut
from chfw_core.rollout.suppliers.events import SupplierChanged
from chfw_core.rollout.tasks import tasks_of

Pools = Mapping[tuple[str, date], Pool]


class Codec(Protocol):
    """How events and records are written in the ledger and its tables."""

    @property
    def types(self) -> Iterable[str]:
        """The type of every event, as entries bear it."""
        ...

    def event(self, entry: Entry) -> AnyEvent:
        """The event that an entry tells of."""
        ...

    def write_release(self, record: ReleaseRecord) -> bytes:
        """A release's record; the same record, the same bytes."""
        ...

    def read_release(self, written: bytes) -> ReleaseRecord:
        """The inverse."""
        ...

    def write_incident(self, found: Incident) -> bytes:
        """An incident; the same incident, the same bytes."""
        ...


def rollout_projections(codec: Codec) -> Projections:
    """The projections of all events of a roll-out."""
    projector = _Projector(codec=codec)
    return Projections(by_type=dict.fromkeys(codec.types, projector.apply))


def read_release(connection: Connection, codec: Codec, of: str) -> ReleaseRecord:
    """The release as it is now; as it is before anything happened where the ledger has nothing of it."""
    written = connection.execute(select(release.c.record).where(release.c.id == of)).scalar()
    return ReleaseRecord(id=of) if written is None else codec.read_release(bytes(written))


@define(kw_only=True)
class _Projector:
    """Applies entries, one after the other."""

    codec: Codec

    def apply(self, connection: Connection, entry: Entry) -> None:
        """One entry."""
        event = self.codec.event(entry)
        if isinstance(event, CommandRefused):
            return  # a refused command leaves only its refusal
        before = read_release(connection, self.codec, entry.release)
        guids: GuidList | None = getattr(event, "guids", None)
        if guids is None:
            after = evolve_roll_out(RollOut(release=before), event).release
        elif isinstance(event, HubsAdded):
            after = _added(connection, before, event, entry.seq)
        else:
            after = _changed(connection, before, event, guids, entry.seq)
        self._write(connection, before, after, entry.seq)

    def _write(self, connection: Connection, before: ReleaseRecord, after: ReleaseRecord, seq: int) -> None:
        values = {
            "stage": after.stage.value,
            "standing": after.standing.value,
            "record": self.codec.write_release(after),
            "last_seq": seq,
        }
        adding = insert_into(connection.dialect.name, release).values(id=after.id, **values)
        connection.execute(adding.on_conflict_do_update(index_elements=["id"], set_=values))
        for one in after.incidents:
            if one not in before.incidents:
                self._write_incident(connection, after.id, one, seq)
        write_tasks(connection, after.id, tasks_of(before), tasks_of(after))

    def _write_incident(self, connection: Connection, of: str, one: Incident, seq: int) -> None:
        connection.execute(delete(incident).where(incident.c.release == of, incident.c.id == one.id))
        values = {"raised_by": one.party, "status": _status(one), "record": self.codec.write_incident(one)}
        connection.execute(insert(incident).values(release=of, id=one.id, last_seq=seq, **values))


def _status(found: Incident) -> str:
    if found.decided_at is not None:
        return "decided"
    return "raised" if found.triaged_at is None else "triaged"


def _added(connection: Connection, before: ReleaseRecord, event: HubsAdded, seq: int) -> ReleaseRecord:
    """BR1.4: all hubs of the event are alike but for their GUIDs."""
    one = evolve(event, guids=GuidList(list(event.guids)[:1]))
    after = evolve_roll_out(RollOut(release=before), one)
    for record in after.hubs.values():
        add_hubs(connection, before.id, record, event.guids, seq)
    return after.release


def _changed(
    connection: Connection, before: ReleaseRecord, event: AnyEvent, guids: GuidList, seq: int
) -> ReleaseRecord:
    found = classes_of(connection, before.id, guids)
    if isinstance(event, SupplierChanged):
        # CS3: which hubs leave a pilot list hangs on each hub, so here the release is shown all of them.
        whole = RollOut(release=before, hubs=hubs_of(connection, before.id, guids))
        for alike in found:
            _one(connection, before, event, alike, seq)
        return evolve_roll_out(whole, event).release
    alone = evolve_roll_out(RollOut(release=before), event).release
    pools = dict(alone.pools)
    for alike in found:
        counted = _one(connection, before, event, alike, seq).release.pools
        for key, pool in counted.items():
            pools[key] = _counted(pools[key], alone.pools[key], pool, len(alike.guids))
    return evolve(alone, pools=pools)


def _one(connection: Connection, before: ReleaseRecord, event: AnyEvent, alike: HubClass, seq: int) -> RollOut:
    """What the event makes of one hub of a class, said to all of them."""
    guid = alike.record.guid
    after = evolve_roll_out(RollOut(release=before, hubs={guid: alike.record}), event)
    change_hubs(connection, before.id, alike, after.hubs[guid], seq)
    return after


def _counted(so_far: Pool, without: Pool, with_one: Pool, hubs: int) -> Pool:
    """CS2: what one hub of a class adds to a pool's counts, as often as there are hubs in it."""
    return evolve(
        so_far,
        outstanding=so_far.outstanding + hubs * (with_one.outstanding - without.outstanding),
        silent=so_far.silent + hubs * (with_one.silent - without.silent),
    )
