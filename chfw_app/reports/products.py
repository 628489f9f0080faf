"""PR1, PR3: deployed products: a Supplier's own hubs, all of them for the DCC; each hub once.

A hub that several releases have counts as the one shows it that heard of it last.
"""

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, or_, select

from chfw_app.reports.reading import Sight
from chfw_app.stores.columns import InstantColumn
from chfw_app.stores.tables import hub
from chfw_app.stores.visible import guids_of
from chfw_core.reports.progress.deployed import Deployed, Product, deployed
from chfw_core.rollout.records import ReleaseRecord


def products(sight: Sight) -> tuple[Deployed, ...]:
    """The products of the reader's hubs, the most frequent first."""
    found: Counter[Product] = Counter()
    for record in sight.records:
        for model, version, configuration_set, hubs in sight.connection.execute(_query(sight, record)):
            found[
                Product(device_model=model or "", firmware_version=version, configuration_set=configuration_set or "")
            ] += hubs
    return deployed(found)


def _query(sight: Sight, record: ReleaseRecord) -> Any:
    by = (hub.c.device_model, hub.c.firmware_version, hub.c.configuration_set)
    query = select(*by, func.count()).where(hub.c.release == record.id).group_by(*by)
    if sight.reader.party is not None:
        own = guids_of(sight.reader.party, record.id).subquery()
        query = query.join_from(own, hub, and_(hub.c.release == record.id, hub.c.guid == own.c.guid))
    others = [other for other in sight.records if other.id != record.id]
    if others:
        query = query.where(~_better_known(record, others))
    return query


def _better_known(record: ReleaseRecord, others: list[ReleaseRecord]) -> ColumnElement[bool]:
    """Whether another release has heard of the hub later; of two at the same time, the one that comes later by id."""
    there = hub.alias("there")
    clauses = []
    for other in others:
        here_at, there_at = _heard(hub, record), _heard(there, other)
        newer = there_at > here_at
        if other.id > record.id:
            newer = or_(newer, there_at == here_at)
        clauses.append(and_(there.c.release == other.id, newer))
    return select(there.c.guid).where(there.c.guid == hub.c.guid, or_(*clauses)).exists()


def _heard(table: FromClause, record: ReleaseRecord) -> ColumnElement[Any]:
    """When the SMI last showed the hub's version; until then its release's notice said it."""
    since = record.firmware.notified_at if record.firmware is not None else None
    return case((table.c.version_at.is_not(None), table.c.version_at), else_=literal(since, InstantColumn))
