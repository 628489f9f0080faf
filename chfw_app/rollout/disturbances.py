"""CS3, CS4: what keeps hubs that wait from being activated at some times, as a plan that is made now needs it."""

from collections.abc import Mapping

from attrs import frozen
from sqlalchemy import Connection, select

from chfw_app.stores.hub_records import changes_in, protected_in
from chfw_app.stores.tables import hub
from chfw_core.model.guid import Guid
from chfw_core.model.periods import Period
from chfw_core.rollout.triggering.sources import change_fields


@frozen(kw_only=True)
class Disturbances:
    """`changes`: of announced changes of Supplier, each with the fields of its event. `protected`: by GUID."""

    changes: tuple[tuple[Guid, Mapping[str, object]], ...]
    protected: Mapping[int, tuple[Period, ...]]


def disturbances(connection: Connection, release: str) -> Disturbances:
    """Of all hubs of a release that have any, in order of GUID."""
    query = select(hub.c.guid, hub.c.rest).where(hub.c.release == release, hub.c.rest.is_not(None))
    changes: list[tuple[Guid, Mapping[str, object]]] = []
    protected: dict[int, tuple[Period, ...]] = {}
    for guid, rest in connection.execute(query.order_by(hub.c.guid)):
        if '"changes"' not in rest and '"protected"' not in rest:
            continue  # what rules exclude may be of very many hubs
        changes += ((Guid(guid), change_fields(change)) for change in changes_in(rest))
        if periods := protected_in(rest):
            protected[guid] = tuple(one.period for one in periods)
    return Disturbances(changes=tuple(changes), protected=protected)
