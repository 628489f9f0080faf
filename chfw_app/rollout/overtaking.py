"""Hubs that one release takes from others as they join it: how many, before it is done and after (design 6).

A hub that waits in an older release, and whose newer one does not build on that, is the newer one's from its notice on.
"""

from collections import Counter
from collections.abc import Sequence

from attrs import evolve, frozen
from sqlalchemy import Connection, select

from chfw_app.rollout.carrying import overtaken
from chfw_app.rollout.loading import in_other_releases, named_by
from chfw_app.rollout.service import RollOutService, release_in
from chfw_app.stores.bulk import among
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.rollout_codec import events_of
from chfw_app.stores.tables import hub
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.periods import as_utc
from chfw_core.rollout.decide import decide
from chfw_core.rollout.notice.commands import AddHubs, NotifyRelease
from chfw_core.rollout.notice.events import HubsSuperseded
from chfw_core.rollout.records import Mode, RollOut
from chfw_core.rollout.states import HubState
from chfw_core.transport.receipts import Receipt


@frozen(kw_only=True)
class Loses:
    """A release that loses hubs in one state."""

    release: str
    state: HubState
    hubs: int


@frozen(kw_only=True)
class Lost:
    """What a release lost, and the number of the entry that says so."""

    release: str
    hubs: int
    entry: int


def would_lose(service: RollOutService, command: NotifyRelease | AddHubs) -> tuple[Loses, ...]:
    """Which releases would lose hubs to this command, given now; none where it would be refused.

    The core decides it, of those hubs alone that another release has.
    """
    at = as_utc(service.clock())
    with service.store.read() as connection:
        record = release_in(connection, command.release)
        if record.mode is Mode.ALERTS_ONLY:
            return ()
        named = named_by(command)
        in_flight = in_other_releases(connection, record.id, named)
        own = select(hub.c.guid).where(hub.c.release == record.id, among(connection, hub.c.guid, in_flight))
        concerned = GuidList(in_flight) - GuidList(Guid(guid) for guid in connection.execute(own).scalars())
    classes = tuple(evolve(one, guids=one.guids & concerned) for one in command.classes)
    roll_out = RollOut(release=record, in_flight=in_flight)
    events = decide(roll_out, evolve(command, classes=tuple(one for one in classes if one.guids)), at)
    found: list[Loses] = []
    for release, guids in overtaken(roll_out, events):
        states = Counter(in_flight[guid].state for guid in guids)
        found += (Loses(release=release, state=state, hubs=hubs) for state, hubs in sorted(states.items()))
    return tuple(found)


def lost(service: RollOutService, key: str, receipt: Receipt) -> tuple[Lost, ...]:
    """What releases lost to a command that was taken under this key."""
    with service.store.read() as connection:
        return tuple(_lost(connection, key, receipt.last_seq))


def _lost(connection: Connection, key: str, after: int) -> Sequence[Lost]:
    found: list[Lost] = []
    for entry in read_entries(connection, after=after):
        if not entry.key.startswith(f"{key}/overtakes/"):
            break  # they follow in the same transaction
        found += (
            Lost(release=entry.release, hubs=len(event.guids), entry=entry.seq)
            for event in events_of(entry)
            if isinstance(event, HubsSuperseded)
        )
    return found


def hubs_lost(found: Sequence[Loses]) -> dict[str, int]:
    """Per release how many hubs it loses."""
    hubs: Counter[str] = Counter()
    for one in found:
        hubs[one.release] += one.hubs
    return dict(hubs)
