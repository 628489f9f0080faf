"""What the events of a roll-out make of the tables: the core's `evolve`, applied to classes of hubs.

Hubs are evolved one for each class (see `hub_rows` and `chfw_core.rollout.alike`), which counts for all hubs of
the class. Events of one entry that are alike and about different hubs are applied together.

How an event and a record are written is the codec's business, so that nothing here depends on a format.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol, cast

from attrs import define, evolve
from sqlalchemy import Connection, delete, insert, select

from chfw_app.stores.bulk import insert_into
from chfw_app.stores.hub_changes import Change, apply_changes
from chfw_app.stores.hub_rows import HubClass, classes_among, hubs_of
from chfw_app.stores.known_hubs import KnownHubs
from chfw_app.stores.projections import Projections
from chfw_app.stores.staged_guids import disjoint
from chfw_app.stores.tables import incident, release
from chfw_app.stores.task_rows import write_tasks
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.alike import NEED_CONSENTS, TOUCH_NO_HUB, Kind, represented
from chfw_core.rollout.base import CommandRefused
from chfw_core.rollout.entries import Entry
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.evolve import evolve as evolve_roll_out
from chfw_core.rollout.evolve import evolve_all
from chfw_core.rollout.incidents.model import Incident
from chfw_core.rollout.instructing.events import ExclusionsSet
from chfw_core.rollout.instructing.evolve import off_pilot_list
from chfw_core.rollout.notice.events import HubsAdded
from chfw_core.rollout.records import ReleaseRecord, RollOut
from chfw_core.rollout.suppliers.events import SupplierChanged
from chfw_core.rollout.tasks import tasks_of


class Codec(Protocol):
    """How events and records are written in the ledger and its tables."""

    @property
    def types(self) -> Iterable[str]:
        """The type of every event, as entries bear it."""
        ...

    def events(self, entry: Entry) -> Sequence[AnyEvent]:
        """The events that an entry tells of, at least one."""
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


def rollout_projections(codec: Codec, known: KnownHubs | None = None) -> Projections:
    """The projections of all events of a roll-out. `known`: hubs read in the open transaction."""
    projector = _Projector(codec=codec, known=known)
    return Projections(by_type=dict.fromkeys(codec.types, projector.apply))


def read_release(connection: Connection, codec: Codec, of: str) -> ReleaseRecord:
    """The release as it is now; as it is before anything happened where the ledger has nothing of it."""
    written = connection.execute(select(release.c.record).where(release.c.id == of)).scalar()
    return ReleaseRecord(id=of) if written is None else codec.read_release(bytes(written))


@define(kw_only=True)
class _Projector:
    """Applies entries, one after the other."""

    codec: Codec
    known: KnownHubs | None

    def apply(self, connection: Connection, entry: Entry) -> None:
        """One entry."""
        events = [event for event in self.codec.events(entry) if not isinstance(event, CommandRefused)]
        if not events:
            return  # a refused command leaves only its refusal
        before = after = read_release(connection, self.codec, entry.release)
        for run in _runs(events):
            after = _applied(connection, after, run, entry.seq, self.known)
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


def _runs(events: Sequence[AnyEvent]) -> Iterator[list[AnyEvent]]:
    """Events that can be applied together: of one type, one after the other, and about different hubs."""
    for _, run in groupby(events, key=type):
        alike = list(run)
        lists = [found for event in alike if (found := getattr(event, "guids", None)) is not None]
        if disjoint(lists):
            yield alike
        else:
            yield from ([event] for event in alike)


def _applied(
    connection: Connection, record: ReleaseRecord, run: Sequence[AnyEvent], seq: int, known: KnownHubs | None
) -> ReleaseRecord:
    kind, bare = type(run[0]), cast(Sequence[Any], run)
    if not hasattr(run[0], "guids") or kind in TOUCH_NO_HUB:
        return evolve_all(RollOut(release=record), run).release
    if kind is HubsAdded:
        if known is not None:
            known.forget()
        return _added(connection, record, bare, seq)
    lists = [event.guids for event in bare]
    found = defaultdict[int, list[Kind]](list)
    for alike in _classes(connection, record.id, lists, kind in NEED_CONSENTS, known):
        found[alike.nth].append(Kind(record=alike.record, guids=alike.guids))
    changes: list[Change] = []
    for nth, event in enumerate(bare):
        before, kinds = record, _with_the_rest(found[nth], event.guids)
        after = evolve_roll_out(represented(RollOut(release=record), kinds), _naming(event, kinds))
        record = after.release
        if kind is SupplierChanged:
            record = _off_pilot_lists(connection, before, record, event)
        elif kind is ExclusionsSet:
            record = off_pilot_list(record, event)
        changes += (
            Change(before=one.record, after=after.hubs[one.first], guids=one.guids)
            for one in kinds
            if one.record is not None
        )
    apply_changes(connection, record.id, changes, seq)
    if known is not None:
        known.became(changes)
    return record


def _classes(
    connection: Connection, of: str, lists: Sequence[GuidList], consents: bool, known: KnownHubs | None
) -> Sequence[HubClass]:
    found = None if known is None else known.classes(of, lists, consents=consents)
    return classes_among(connection, of, lists, consents=consents) if found is None else found


def _naming(event: Any, kinds: Sequence[Kind]) -> Any:
    return evolve(event, guids=GuidList(kind.first for kind in kinds))


def _with_the_rest(kinds: Sequence[Kind], named: GuidList) -> Sequence[Kind]:
    """Hubs that the event names and the release has not are somebody else's business, and are counted all the same."""
    known = [kind.guids for kind in kinds]
    if sum(map(len, known)) == len(named):
        return kinds
    return [*kinds, Kind(record=None, guids=named - GuidList.joined(known))]


def _added(connection: Connection, record: ReleaseRecord, events: Sequence[HubsAdded], seq: int) -> ReleaseRecord:
    """BR1.4: all hubs of an event are alike but for their GUIDs."""
    changes = []
    for event in events:
        kind = Kind(record=None, guids=event.guids)
        after = evolve_roll_out(RollOut(release=record), _naming(event, [kind]))
        record = after.release
        changes.append(Change(before=None, after=after.hubs[kind.first], guids=event.guids))
    apply_changes(connection, record.id, changes, seq)
    return record


def _off_pilot_lists(
    connection: Connection, before: ReleaseRecord, after: ReleaseRecord, event: SupplierChanged
) -> ReleaseRecord:
    """CS3: which hubs leave a pilot list hangs on each hub, so of those on a list each is looked at."""
    listed = GuidList(guid for pilot in before.pilots.values() for guid in pilot.guids if guid in event.guids)
    if not listed:
        return after
    alone = RollOut(release=before, hubs=hubs_of(connection, before.id, listed))
    return evolve(after, pilots=evolve_roll_out(alone, evolve(event, guids=listed)).release.pilots)
