"""BR5.4: a Supplier's hubs that are free to move and have no instruction of its own that stands.

Releases' records do not know them (a hub is never written into a release), so whoever tells a Supplier that it owes an
instruction asks here first.
"""

from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from chfw_app.stores.tables import consent, hub
from chfw_app.stores.visible import guids_of
from chfw_core.rollout.states import WAITING


def uninstructed(connection: Connection, release: str, party: str) -> int:
    """How many they are."""
    found = _query(release, party).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def has_uninstructed(connection: Connection, release: str, party: str) -> bool:
    """Whether there is one."""
    return connection.execute(_query(release, party).limit(1)).first() is not None


def _query(release: str, party: str) -> Select[Any]:
    own = guids_of(party, release).subquery()
    stands = (consent.c.release == release, consent.c.guid == own.c.guid, consent.c.party == party)
    said = select(consent.c.guid).where(*stands, consent.c.opens.is_not(None)).exists()
    return (
        select(own.c.guid)
        .join(hub, and_(hub.c.release == release, hub.c.guid == own.c.guid))
        .where(hub.c.state.in_([state.value for state in WAITING]), ~said)
    )
