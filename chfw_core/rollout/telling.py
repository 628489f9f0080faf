"""How messages find their readers: every relevant Supplier and CSP, or the Suppliers of single hubs."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from chfw_core.consent.disclosure import disclose
from chfw_core.consent.model import ActivationBasis
from chfw_core.messages import HubsScheduled, Message, SecondSupplier
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import CSP_PREFIX, Party
from chfw_core.rollout.agreement import instructed
from chfw_core.rollout.records import HubRecord, ReleaseRecord, RollOut
from chfw_core.rollout.states import HubState

K = TypeVar("K")
_TOLD = frozenset(
    {
        HubState.ACTIVATED,
        HubState.VERIFIED,
        HubState.FAILED,
        HubState.HELD,
        HubState.EXCLUDED,
        HubState.SUPERSEDED,
    }
)
"""Where a hub's reason is no plan's: what a plan says is gone with the first report."""


def told_reason(hub: HubRecord) -> str | None:
    """What each Supplier of a hub may be told of why it is as it is, or None.

    The reason of a plan names the rules of both Suppliers: `basis` says all of it that either may know (BR4.4, NF7).
    """
    if hub.failed is not None:
        return f"{hub.reason} (it had failed: {hub.failed.reason})"  # BR2.4
    return hub.reason or None if hub.state in _TOLD else None


def told_day(hub: HubRecord | None) -> tuple[date, datetime, datetime, bool] | None:
    """What its Suppliers are told of the day that a plan gave the hub, None without one: the day, its window, and
    whether by agreement. Batches and reasons of a plan can name rules of either Supplier: not told (NF7)."""
    if hub is None or hub.state is not HubState.PLANNED or hub.day is None:
        return None
    assert hub.window_opens is not None
    assert hub.window_closes is not None
    return hub.day, hub.window_opens, hub.window_closes, hub.basis is not ActivationBasis.DCC_DEFAULT


def scheduled(party: Party, roll_out: RollOut, guids: GuidList) -> HubsScheduled:
    """The day of these hubs, told to one of their Suppliers. All have it, and the same."""
    said = told_day(roll_out.hubs[next(iter(guids))])
    assert said is not None
    day, opens, closes, agreed = said
    release = roll_out.release.id
    return HubsScheduled(
        to=party, release=release, day=day, window_opens=opens, window_closes=closes, by_agreement=agreed, guids=guids
    )


def everybody(record: ReleaseRecord) -> tuple[str, ...]:
    """BR1.1: every relevant Supplier, then every CSP, in order of name."""
    return (*sorted(record.suppliers), *csps(record))


def csps(record: ReleaseRecord) -> tuple[str, ...]:
    """The CSPs of the regions that have hubs in the release."""
    return tuple(f"{CSP_PREFIX}{region}" for region in sorted(record.regions))


def own_hubs(
    roll_out: RollOut, guids: Iterable[Guid], tell: Callable[[Party, GuidList], Message]
) -> tuple[Message, ...]:
    """One message to each Supplier about those of the hubs that are its own at this moment."""
    found: dict[Party, list[Guid]] = {}
    for guid in guids:
        if (hub := roll_out.hubs.get(guid)) is not None:
            for party in hub.suppliers.parties:
                found.setdefault(party, []).append(guid)
    return tuple(tell(party, GuidList(own)) for party, own in sorted(found.items()))


def grouped(guids: Iterable[Guid], key: Callable[[Guid], K]) -> list[tuple[K, GuidList]]:
    """The hubs by something that they share; groups in order of their first hub."""
    found: dict[K, list[Guid]] = {}
    for guid in guids:
        found.setdefault(key(guid), []).append(guid)
    return [(shared, GuidList(own)) for shared, own in found.items()]


def second_suppliers(
    before: RollOut, after: RollOut, guids: Iterable[Guid], giver: Party | None = None
) -> tuple[Message, ...]:
    """BR3.3, BR4.4: whoever is told something new about its second Supplier, hub by hub; and the giver in any case."""
    found: dict[tuple[Party, bool | None], list[Guid]] = {}
    for guid in guids:
        hub, former = after.hubs.get(guid), before.hubs.get(guid)
        if hub is None or former is None:
            continue
        for party in hub.suppliers.parties:
            now = _known(after.release, hub, party)
            if party == giver:
                if now is not None:
                    found.setdefault((party, now), []).append(guid)
            elif now != _known(after.release, former, party, lapsed=True):  # who was not responsible knew nothing
                found.setdefault((party, now), []).append(guid)
    return tuple(
        SecondSupplier(to=party, release=after.release.id, instructed=said, guids=GuidList(own))
        for (party, said), own in sorted(found.items(), key=lambda item: (item[0][0], str(item[0][1])))
    )


def _known(record: ReleaseRecord, hub: HubRecord, party: Party, *, lapsed: bool = False) -> bool | None:
    """`lapsed`: an instruction whose period is over counts too, since nobody was told that it lapsed."""
    assert record.last_at is not None  # an event has just happened
    disclosed = disclose(hub.suppliers, party, instructed(record, hub, None if lapsed else record.last_at))
    return None if disclosed is None else disclosed.second_instructed
