"""What a Supplier may see: every question joins `link` (BR3.3, NF7).

`hubs_of` is the only way from a party to hubs. It gives no column that names a hub's Suppliers, nor the batch
and the reason, which bear the rules of both (`told` is what may be told of it), nor the rest, which bears what each
excludes and coming changes of Supplier, nor the number of the last entry, which counts what the other one does.
On PostgreSQL `store.read(party)` enforces the same once more.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Subquery, and_, literal, select, tuple_

from chfw_app.stores.tables import apart, hub, link

HIDDEN = frozenset({"import_supplier", "gas_supplier", "batch_id", "reason", "rest", "last_seq"})
SEEN = tuple(column for column in hub.columns if column.name not in HIDDEN)


def guids_of(party: str, release: str) -> Select[Any]:
    """A party's hubs in a release, each once whatever its roles, in the order of GUIDs: to join or to count."""
    return (
        select(link.c.guid)
        .where(link.c.party == party, link.c.release == release)
        .group_by(link.c.guid)
        .order_by(link.c.guid)
    )


def hubs_of(party: str, release: str, *, after: tuple[int, str] | None = None, limit: int | None = None) -> Select[Any]:
    """A party's hubs in a release, in the order of GUIDs, a row for each of its roles: the columns of SEEN, and `role`.

    `after`: the GUID and role of the last row of the page before; pages stay quick however many there are.
    """
    mine = links_of(party, release, after=after, limit=limit)
    return with_hubs(mine)


def links_of(party: str, release: str, *, after: tuple[int, str] | None = None, limit: int | None = None) -> Subquery:
    """What `link` has of a party in a release, in the order of GUIDs: all of it, or a page.

    A page is cut here, before anything is joined to it, so that the database need not guess how far it has to read.
    """
    return _paged(select(link), party, release, after, limit)


def _paged(query: Select[Any], party: str, release: str, after: tuple[int, str] | None, limit: int | None) -> Subquery:
    query = query.where(link.c.party == party, link.c.release == release)
    if after is not None:
        guid, role = (
            literal(value, column.type) for value, column in zip(after, (link.c.guid, link.c.role), strict=True)
        )
        query = query.where(tuple_(link.c.guid, link.c.role) > tuple_(guid, role))
    if limit is not None:
        query = query.order_by(link.c.guid, link.c.role).limit(limit)
    return query.subquery("mine")


def links_apart(
    party: str, release: str, states: Sequence[str], *, after: tuple[int, str] | None = None, limit: int | None = None
) -> Subquery:
    """The same of those of its hubs that are listed in one of these states: see `stores.apart` for where they all are.

    A page is of one hub more than it has rows: that of the last row before it is there too.
    """
    listed = select(apart.c.release, apart.c.guid).where(
        apart.c.party == party, apart.c.release == release, apart.c.state.in_(states)
    )
    if after is not None:
        listed = listed.where(apart.c.guid >= literal(after[0], apart.c.guid.type))
    if limit is not None:
        listed = listed.order_by(apart.c.guid).limit(limit + 1)
    few = listed.subquery("few")
    return _paged(
        select(link).join(few, and_(link.c.release == few.c.release, link.c.guid == few.c.guid)),
        party,
        release,
        after,
        limit,
    )


def with_hubs(mine: Subquery) -> Select[Any]:
    """The hubs of these links: the columns of SEEN, and `role`."""
    return (
        select(*SEEN, mine.c.role)
        .join_from(mine, hub, (hub.c.release == mine.c.release) & (hub.c.guid == mine.c.guid))
        .order_by(mine.c.guid, mine.c.role)
    )
