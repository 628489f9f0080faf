"""BR2.4: the pilot of a release, device by device, for one reader.

What the DCC said of hubs stands in the ledger's entries alone, which are read with the application's rights; of
hubs a Supplier is shown its own, by way of `link`: those that it chose, and those of which something was said.
"""

from collections.abc import Iterator, Set
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from chfw_app.reports.reading import Age, Sight, age_of, records_for
from chfw_app.stores.bulk import among
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.rollout_codec import events_of
from chfw_app.stores.store import Store
from chfw_app.stores.tables import hub
from chfw_app.stores.visible import hubs_of
from chfw_core.documents.rollout_values import type_name
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.reports.progress.pilot import PilotHub, PilotSoFar, pilot_hub, so_far
from chfw_core.reports.progress.readers import Reader
from chfw_core.rollout.pilot.events import PilotProgressRecorded
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import HubState


def pilot(store: Store, reader: Reader, of: str) -> tuple[Age, PilotSoFar]:
    """How old the data is, and the pilot. Raises InputError for a release that is none of the reader's."""
    with store.read() as connection:
        age, records = age_of(connection, reader), records_for(connection, reader)
        said = _said(connection, of) if any(record.id == of for record in records) else {}
        with store.narrowed(connection, reader.party):
            sight = Sight(connection=connection, reader=reader, age=age, records=records)
            record = sight.release(of)
            return age, so_far(record, tuple(_hubs(sight, record, said)))


def _said(connection: Connection, of: str) -> dict[int, PilotProgressRecorded]:
    """By hub, the last that was recorded of its progress."""
    found: dict[int, PilotProgressRecorded] = {}
    for entry in read_entries(connection, types=[type_name(PilotProgressRecorded)]):
        if entry.release != of:
            continue
        for event in events_of(entry):
            if isinstance(event, PilotProgressRecorded):
                found.update(dict.fromkeys(event.guids, event))
    return found


def _hubs(sight: Sight, record: ReleaseRecord, said: dict[int, PilotProgressRecorded]) -> Iterator[PilotHub]:
    party = sight.reader.party
    lists = [chosen.guids for owner, chosen in record.pilots.items() if party is None or owner == party]
    chosen = {guid for guids in lists for guid in guids}
    asked = GuidList(Guid(guid) for guid in {*chosen, *said})
    for row in _rows(sight, record.id, asked, chosen):
        yield pilot_hub(
            guid=row.guid,
            region=row.region,
            state=HubState(row.state),
            day=row.day,
            because=row.told,
            chosen=row.guid in chosen,
            said=said,
        )


def _rows(sight: Sight, of: str, asked: GuidList, chosen: Set[int]) -> Iterator[Any]:
    if not asked:
        return
    party, region = sight.reader.party, sight.reader.region
    inside = among(sight.connection, hub.c.guid, asked)
    if party is not None:
        query = hubs_of(party, of).where(inside)
        for _, of_hub in groupby(sight.connection.execute(query), key=lambda row: row.guid):
            yield next(iter(of_hub))
        return
    columns = (hub.c.guid, hub.c.region, hub.c.state, hub.c.day, hub.c.told)
    all_of_them = select(*columns).where(hub.c.release == of, inside).order_by(hub.c.guid)
    yield from sight.connection.execute(all_of_them if region is None else all_of_them.where(hub.c.region == region))
