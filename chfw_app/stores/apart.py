"""Which hubs of each party are out of the ordinary course of a release, listed by state, so that few are found quickly.

The state of a hub stands in no index of `hub`, for every step changes it (0011). Hubs that were held, excluded, taken
back, overtaken or failed are most often few among a Supplier's many, and are what it asks for: the table `apart` lists
them. A step of the ordinary course never writes there. What takes more than `MOST` of a party's hubs at once is not
listed: it must be quick (an emergency hold), and they are many enough to be found by reading on. So the table lists no
hub wrongly and may lack some: it lacks none where it has as many as `hub_count`.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from chfw_app.stores.tables import apart, hub_count
from chfw_core.rollout.records import HubRecord
from chfw_core.rollout.states import HubState

APART = frozenset({HubState.HELD, HubState.EXCLUDED, HubState.WITHDRAWN, HubState.FAILED, HubState.SUPERSEDED})
MOST = 50_000
"""So many hubs of a party are listed at once, and found by the list."""

Listed = frozenset[tuple[str, str]]
"""Under which parties and states hubs are listed."""


def moves(changes: Iterable[tuple[HubRecord | None, HubRecord, int]]) -> list[tuple[Listed, Listed]]:
    """Per change where its hubs are listed no longer, and where they are from now on.

    `changes`: what hubs alike were, what they have become, and how many they are.
    """
    found = [(_places(before), _places(after), hubs) for before, after, hubs in changes]
    coming: Counter[tuple[str, str]] = Counter()
    for before, after, hubs in found:
        coming.update(dict.fromkeys(after - before, hubs))
    many = frozenset(place for place, hubs in coming.items() if hubs > MOST)
    return [(before - after, after - before - many) for before, after, _ in found]


def _places(record: HubRecord | None) -> Listed:
    if record is None or record.state not in APART:
        return frozenset()
    return frozenset((party, record.state.value) for party in record.suppliers.parties)


def lists_all(connection: Connection, party: str, release: str, states: Iterable[HubState]) -> bool:
    """Whether all of a party's hubs in these states are listed, and few enough to be found by that."""
    asked = frozenset(states)
    if not asked or not asked <= APART:
        return False
    names = sorted(state.value for state in asked)
    there = select(func.coalesce(func.sum(hub_count.c.hubs), 0)).where(
        hub_count.c.party == party, hub_count.c.release == release, hub_count.c.state.in_(names)
    )
    hubs = int(connection.execute(there).scalar_one())
    if hubs > MOST:
        return False
    mine = (apart.c.party == party, apart.c.release == release, apart.c.state.in_(names))
    listed = select(func.count()).select_from(apart).where(*mine)
    return int(connection.execute(listed).scalar_one()) == hubs
