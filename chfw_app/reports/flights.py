"""BR5.5: every upgrade in flight with the reader's hubs by state, CSP region and day."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import and_, func, select

from chfw_app.reports.reading import Sight
from chfw_app.stores.tables import hub
from chfw_app.stores.visible import guids_of
from chfw_core.reports.progress.flight import ReleaseInFlight, is_in_flight, release_in_flight
from chfw_core.reports.progress.readers import ReaderKind
from chfw_core.rollout.states import HubState


def flights(sight: Sight) -> tuple[ReleaseInFlight, ...]:
    """By release: a Supplier's own hubs, a CSP's region, everything for the DCC, no hubs for the Panel (PR3)."""
    return tuple(
        release_in_flight(record, _counts(sight, record.id)) for record in sight.records if is_in_flight(record)
    )


def _counts(sight: Sight, release: str) -> Iterator[tuple[HubState, str, date | None, int]]:
    reader = sight.reader
    if reader.kind is ReaderKind.PANEL:
        return
    by = (hub.c.state, hub.c.region, hub.c.day)
    query = select(*by, func.count()).where(hub.c.release == release).group_by(*by)
    if reader.party is not None:
        own = guids_of(reader.party, release).subquery()
        query = query.join_from(own, hub, and_(hub.c.release == release, hub.c.guid == own.c.guid))
    elif reader.region is not None:
        query = query.where(hub.c.region == reader.region)
    for state, region, day, hubs in sight.connection.execute(query):
        yield HubState(state), region, day, hubs
