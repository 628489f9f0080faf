"""PR2: the estate week by week, from the ledger's entries: what hubs ran at the end of each London week.

A Supplier's hubs are those that `link` gives it now, followed back through time. The ledger itself is nobody's to
read but the DCC's: it is read here with the application's rights, and no more is said than the core allows.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, assert_never

import numpy as np
from attrs import frozen
from sqlalchemy import Connection, select

from chfw_app.reports.fields import Field, Guids, all_guids, unpacked
from chfw_app.reports.reading import Age
from chfw_app.stores.ledger import read_entries, read_head
from chfw_app.stores.rollout_codec import parts_of
from chfw_app.stores.store import Store
from chfw_app.stores.tables import link
from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.rollout_values import type_name
from chfw_core.model.parties import SupplierRole
from chfw_core.model.periods import london_date
from chfw_core.reports.progress.readers import Reader, ReaderKind
from chfw_core.reports.progress.trends import UNKNOWN, TrendBy, Week, disclosed_shares
from chfw_core.rollout.notice.events import HubsAdded
from chfw_core.rollout.outcomes.events import HubsVerified, VersionsObserved
from chfw_core.rollout.suppliers.events import SupplierChanged

Told = HubsAdded | VersionsObserved | HubsVerified | SupplierChanged
_WEEK = timedelta(days=7)


@frozen(kw_only=True)
class Trend:
    """The weeks in order, and how old the data is. `minimum`: of how many Parties a product's share needs."""

    age: Age
    by: TrendBy
    minimum: int
    weeks: tuple[Week, ...]


def trend(store: Store, reader: Reader, by: TrendBy, minimum: int) -> Trend:
    """For a Supplier its own hubs and the industry's shares, for the DCC all hubs."""
    with store.read() as connection:
        end = read_head(connection)
        every = reader.kind is ReaderKind.DCC
        with store.narrowed(connection, reader.party):
            own = None if every else _own(connection, reader)
        weeks = tuple(_weeks(connection, own, by, minimum, end.at))
    return Trend(age=Age(at=end.at, entry=end.seq if every else None), by=by, minimum=minimum, weeks=weeks)


def trend_for(store: Store, reader: Reader, by: TrendBy, at: datetime) -> Trend | None:
    """The same as of an instant; None for a reader for whom there are no trends."""
    if reader.kind not in (ReaderKind.SUPPLIER, ReaderKind.DCC):
        return None
    return trend(store, reader, by, industry_minimum(at))


def industry_minimum(at: datetime) -> int:
    """NF7: of how many Parties a share of the industry needs to be, so that it is told."""
    return default_parameters().at("industry_min_parties", london_date(at))


def _own(connection: Connection, reader: Reader) -> Guids:
    query = select(link.c.guid).where(link.c.party == reader.party).distinct().execution_options(yield_per=100_000)
    with connection.execute(query) as rows:
        return np.sort(np.fromiter(rows.scalars(), dtype=np.uint64))


def _told(connection: Connection, *kinds: type) -> Iterator[tuple[Any, bytes]]:
    """The events of these types, in order, each without its hubs, and its hubs packed."""
    for entry in read_entries(connection, types=[type_name(kind) for kind in kinds]):
        if entry.rows is not None:
            yield from parts_of(entry.payload, entry.rows)


def _weeks(
    connection: Connection, own: Guids | None, by: TrendBy, minimum: int, end: datetime | None
) -> Iterator[Week]:
    guids = all_guids(packed for _, packed in _told(connection, HubsAdded))
    if end is None or not len(guids):
        return
    mine = np.ones(len(guids), dtype=np.bool_) if own is None else np.isin(guids, own)
    found = Field(guids=guids, own=mine)
    week: date | None = None
    for event, packed in _told(connection, HubsAdded, VersionsObserved, HubsVerified, SupplierChanged):
        while week is not None and week < _monday(event.at):
            yield _week(week, found, minimum, alone=own is None)
            week += _WEEK
        week = week or _monday(event.at)
        _apply(found, event, unpacked(packed), by)
    while week is not None and week <= _monday(end):
        yield _week(week, found, minimum, alone=own is None)
        week += _WEEK


def _monday(at: datetime) -> date:
    day = london_date(at)
    return day - timedelta(days=day.weekday())


def _apply(found: Field, event: Told, guids: Guids, by: TrendBy) -> None:
    match event:
        case HubsAdded():
            said = {
                TrendBy.FIRMWARE_VERSION: event.firmware_version,
                TrendBy.CONFIGURATION_SET: event.configuration_set or UNKNOWN,
                TrendBy.DEVICE_MODEL: event.device_model or UNKNOWN,
            }
            found.run(guids, said[by])
            found.hold(guids, 0, event.import_supplier)
            found.hold(guids, 1, event.gas_supplier)
        case VersionsObserved() | HubsVerified():
            shown = event.firmware_version if by is TrendBy.FIRMWARE_VERSION else None
            shown = event.configuration_set if by is TrendBy.CONFIGURATION_SET else shown
            if shown is not None:
                found.run(guids, shown)
        case SupplierChanged():
            found.hold(guids, 0 if event.role is SupplierRole.IMPORT else 1, event.joins)
        case _:
            assert_never(event)


def _week(monday: date, found: Field, minimum: int, *, alone: bool) -> Week:
    industry = None
    if not alone:
        industry = disclosed_shares(found.named(found.rest), found.parties(), found.all_parties(), minimum)
    return Week(monday=monday, hubs=found.named(found.hubs), industry=industry)
