"""CS2, BR5.4: planned days that passed without a hand-over: hubs that wait for nobody unless somebody is told."""

from datetime import date

from attrs import frozen
from sqlalchemy import Connection, select

from chfw_app.stores.tables import hub_count, release
from chfw_core.rollout.states import FINAL_STANDINGS, HubState


@frozen(kw_only=True)
class Missed:
    """So many hubs of a region were planned for a London day that is over, and were not handed to its CSP."""

    release: str
    region: str
    day: date
    hubs: int


def missed(
    connection: Connection, today: date, *, of: str | None = None, party: str = "", region: str | None = None
) -> tuple[Missed, ...]:
    """The days before `today`, by release, day and region: of one release, or of all that have not ended for good.

    `party`: the hubs of one Supplier alone; `region`: those of one CSP.
    """
    query = (
        select(hub_count.c.release, hub_count.c.day, hub_count.c.region, hub_count.c.hubs)
        .where(hub_count.c.party == party, hub_count.c.state == HubState.PLANNED.value, hub_count.c.hubs > 0)
        .where(hub_count.c.day != "", hub_count.c.day < today.isoformat())
        .order_by(hub_count.c.release, hub_count.c.day, hub_count.c.region)
    )
    if of is None:
        ended = select(release.c.id).where(release.c.standing.in_([standing.value for standing in FINAL_STANDINGS]))
        query = query.where(hub_count.c.release.not_in(ended))
    else:
        query = query.where(hub_count.c.release == of)
    if region is not None:
        query = query.where(hub_count.c.region == region)
    return tuple(
        Missed(release=found.release, region=found.region, day=date.fromisoformat(found.day), hubs=int(found.hubs))
        for found in connection.execute(query)
    )
