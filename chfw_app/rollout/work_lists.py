"""CS1: the hubs that may go to a region's CSP on a day, and its work list once they were handed over."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from chfw_app.stores.bulk import among
from chfw_app.stores.tables import hub
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.states import AT_CSP, HubState

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("guid", "csp_region", "day", "window_opens", "window_closes", "firmware_version", "batch_id", "due")
_AT_CSP = tuple(state.value for state in AT_CSP)


def planned_for(connection: Connection, release: str, region: str, day: date) -> GuidList:
    """The hubs that a published plan gave to a region for a London day and that are not handed over yet."""
    query = select(hub.c.guid).where(
        hub.c.release == release, hub.c.state == HubState.PLANNED.value, hub.c.region == region, hub.c.day == day
    )
    return GuidList(Guid(guid) for guid in connection.execute(query).scalars())


def handed_for(connection: Connection, release: str, region: str, day: date) -> GuidList:
    """The hubs that are with a region's CSP for a London day, with no end reported yet."""
    query = select(hub.c.guid).where(
        hub.c.release == release, hub.c.state.in_(_AT_CSP), hub.c.region == region, hub.c.day == day
    )
    return GuidList(Guid(guid) for guid in connection.execute(query).scalars())


def regions_on(connection: Connection, release: str, day: date) -> tuple[str, ...]:
    """The CSP regions that have hubs to hand over, or at the CSP, for a London day."""
    states = (HubState.PLANNED.value, *_AT_CSP)
    query = select(hub.c.region).where(hub.c.release == release, hub.c.state.in_(states), hub.c.day == day)
    return tuple(connection.execute(query.distinct().order_by(hub.c.region)).scalars())


def next_days(connection: Connection, release: str, after: date, most: int = 3) -> tuple[date, ...]:
    """The first London days after `after` for which hubs are planned."""
    query = (
        select(hub.c.day)
        .where(hub.c.release == release, hub.c.state == HubState.PLANNED.value, hub.c.day > after)
        .distinct()
        .order_by(hub.c.day)
        .limit(most)
    )
    return tuple(connection.execute(query).scalars())


def write_work_list(connection: Connection, path: Path, release: str, firmware_version: str, guids: GuidList) -> int:
    """Writes what the CSP has to do, in the order of windows and GUIDs; how many hubs. Raises OutputError."""
    import pyarrow as pa

    from chfw_files.columns import TEXTS
    from chfw_files.tables.writing import INSTANT, write_table

    kinds: dict[str, Any] = {
        "guid": pa.uint64(),
        "day": pa.date32(),
        "window_opens": INSTANT,
        "window_closes": INSTANT,
        "due": INSTANT,
    }
    schema = pa.schema([(name, kinds.get(name, TEXTS)) for name in COLUMNS])
    return write_table(path, schema, _batches(connection, schema, release, firmware_version, guids))


def _batches(
    connection: Connection, schema: "pa.Schema", release: str, firmware_version: str, guids: GuidList
) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa

    query = (
        select(
            hub.c.guid,
            hub.c.region,
            hub.c.day,
            hub.c.window_opens,
            hub.c.window_closes,
            hub.c.batch_id,
            hub.c.outcome_due_at,
        )
        .where(hub.c.release == release, among(connection, hub.c.guid, guids))
        .order_by(hub.c.window_opens, hub.c.guid)
        .execution_options(yield_per=50_000)
    )
    for rows in connection.execute(query).partitions():
        wanted = [
            (
                row.guid,
                row.region,
                row.day,
                row.window_opens,
                row.window_closes,
                firmware_version,
                row.batch_id,
                row.outcome_due_at,
            )
            for row in rows
        ]
        arrays = [
            _array(pa, list(values), entry.type)
            for values, entry in zip(zip(*wanted, strict=True), schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(pa: Any, values: list[object], kind: Any) -> Any:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, kind)
