"""One release as one actor may see it: where it stands, its hubs by state, what is owed and by when (BR5.4, BR5.5).

A Supplier's view counts its own hubs alone, by way of `link`, and names nobody but itself (NF7).
"""

from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, func, select

from chfw_app.rollout.loading import counts_of
from chfw_app.rollout.missed import Missed, missed
from chfw_app.rollout.service import RollOutService, release_in
from chfw_app.stores.tables import hub, link
from chfw_app.stores.uninstructed import has_uninstructed
from chfw_core.errors import InputError
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.model.periods import as_utc, london_date
from chfw_core.rollout.agreement import cutoff_of, firmware_of
from chfw_core.rollout.base import CONFIRMING, is_party, region_of
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.states import FINAL_STANDINGS, HubState
from chfw_core.rollout.tasks import NextAct, Task, TaskKind, is_open, next_acts, own_tasks, tasks_of


@frozen(kw_only=True)
class Shown:
    """A release for one reader. `tasks`: its own, or for the DCC everybody's, open or done.

    `next`: what others do next. `missed`: planned days of the reader's hubs that passed without a hand-over.
    """

    release: str
    stage: str
    standing: str
    because: str
    firmware_version: str
    automatic_at: datetime
    cutoff: datetime
    at: datetime
    hubs: dict[HubState, int]
    tasks: tuple[Task, ...]
    next: tuple[NextAct, ...]
    incidents: tuple[str, ...]
    missed: tuple[Missed, ...]


def show_release(service: RollOutService, of: str, reader: str) -> Shown:
    """A CSP's hubs are those of its region.

    Raises InputError where the release is not there, or has nothing of this Supplier or CSP.
    """
    at = as_utc(service.clock())
    with service.store.read() as connection:
        record = _release(connection, of, reader)
        if not is_party(reader):
            region = region_of(reader)
            counts = counts_of(connection, of, region=region)
            late = missed(connection, london_date(at), of=of, region=region)
            return _shown(connection, record, reader, counts, late, at)
    with service.store.read(reader) as connection:
        late = missed(connection, london_date(at), of=of, party=reader)
        return _shown(connection, record, reader, _own_counts(connection, of, reader), late, at)


def _release(connection: Connection, of: str, reader: str) -> ReleaseRecord:
    """A CSP of no region is told which there are."""
    try:
        return release_in(connection, of, reader)
    except InputError as problem:
        region = region_of(reader)
        if region is None or region in CSP_REGIONS:
            raise
        csps = ", ".join(f"{CSP_PREFIX}{one}" for one in CSP_REGIONS)
        raise InputError(str(problem), hint=f"there are {csps}") from None


def _own_counts(connection: Connection, of: str, party: str) -> dict[HubState, int]:
    query = (
        select(hub.c.state, func.count(hub.c.guid.distinct()))
        .join(link, (link.c.release == hub.c.release) & (link.c.guid == hub.c.guid))
        .where(link.c.party == party, link.c.release == of)
        .group_by(hub.c.state)
        .order_by(hub.c.state)
    )
    return {HubState(state): hubs for state, hubs in connection.execute(query)}


def _tasks(connection: Connection, record: ReleaseRecord, tasks: tuple[Task, ...], at: datetime) -> tuple[Task, ...]:
    """BR5.4: nobody is shown a chance that has passed, nor owes an instruction that it has given for every hub."""

    def kept(task: Task) -> bool:
        if task.done_at is not None:
            return True
        asked = task.kind is TaskKind.INSTRUCT and is_open(task, at, 1)
        return is_open(task, at, int(asked and has_uninstructed(connection, record.id, task.owner)))

    return tuple(task for task in tasks if kept(task))


def _shown(
    connection: Connection,
    record: ReleaseRecord,
    reader: str,
    counts: dict[HubState, int],
    late: tuple[Missed, ...],
    at: datetime,
) -> Shown:
    firmware = firmware_of(record)
    everything = reader == DCC
    incidents = (
        f"{one.own_id if one.party == reader != DCC else one.id}: {one.description}"
        for one in record.incidents
        if one.open and (reader in (DCC, *CONFIRMING) or one.party == reader)
    )
    return Shown(
        release=record.id,
        stage=record.stage.value,
        standing=record.standing.value,
        because=record.standing_because,
        firmware_version=firmware.firmware_version,
        automatic_at=firmware.automatic_at,
        cutoff=cutoff_of(record, firmware.automatic_at),
        at=at,
        hubs=counts,
        tasks=_tasks(connection, record, tasks_of(record) if everything else own_tasks(record, reader), at),
        next=() if everything else next_acts(record, reader, at),
        incidents=tuple(incidents),
        missed=() if record.standing in FINAL_STANDINGS else late,
    )
