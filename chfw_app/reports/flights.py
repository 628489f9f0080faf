"""BR5.5: every upgrade in flight with the reader's hubs by state, CSP region and day."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from chfw_app.reports.reading import Sight
from chfw_app.stores.tables import hub_count
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
    told = (hub_count.c.state, hub_count.c.region, hub_count.c.day, hub_count.c.hubs)
    query = select(*told).where(hub_count.c.party == (reader.party or ""), hub_count.c.release == release)
    if reader.region is not None:
        query = query.where(hub_count.c.region == reader.region)
    for state, region, day, hubs in sight.connection.execute(query):
        yield HubState(state), region, date.fromisoformat(day) if day else None, hubs
