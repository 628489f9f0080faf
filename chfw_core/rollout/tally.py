"""What each CSP still owes, counted where hubs change (CS2): never by looking through them all."""

from collections import Counter
from datetime import date

from attrs import evolve

from chfw_core.rollout.outcomes.answers import SILENT
from chfw_core.rollout.records import HubRecord, ReleaseRecord, RollOut
from chfw_core.rollout.states import AT_CSP, HubState

PoolKey = tuple[str, date]


def recounted(before: RollOut, after: RollOut) -> ReleaseRecord:
    """The release with its pools' counts of what is outstanding and silent brought up to date."""
    if before.hubs is after.hubs:
        return after.release
    owed: Counter[PoolKey] = Counter()
    silent: Counter[PoolKey] = Counter()
    for guid, hub in after.hubs.items():
        former = before.hubs.get(guid)
        if former is hub:
            continue
        hubs = after.count((guid,))
        for one, sign in ((former, -hubs), (hub, hubs)):
            if one is not None and one.day is not None:
                key = (one.region, one.day)
                owed[key] += sign * owes(one)
                silent[key] += sign * is_silent(one)
    pools = dict(after.release.pools)
    for key in {key for counts in (owed, silent) for key, change in counts.items() if change}:
        pool = pools[key]
        pools[key] = evolve(pool, outstanding=pool.outstanding + owed[key], silent=pool.silent + silent[key])
    return evolve(after.release, pools=pools) if pools != after.release.pools else after.release


def owes(hub: HubRecord) -> bool:
    """Whether the CSP has yet to report an end."""
    return hub.state in AT_CSP


def is_silent(hub: HubRecord) -> bool:
    """Whether the deadline has passed in silence, and nothing has come since."""
    return hub.state is HubState.FAILED and hub.failure == SILENT
