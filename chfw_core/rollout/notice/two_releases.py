"""Two releases aimed at one hub: put in order by upgrade path, or else refused with the reason."""

from enum import StrEnum

from chfw_core.model.releases import FirmwareRelease
from chfw_core.rollout.records import InFlight
from chfw_core.rollout.states import AT_CSP, HubState


class Order(StrEnum):
    """How a release stands to another one that has the hub already."""

    NO_MATTER = "no_matter"  # the other is done with the hub
    AFTER = "after"  # the other one's version comes first; ours waits for it
    BEFORE = "before"  # ours comes first; the other one waits
    OVERTAKES = "overtakes"  # ours needs no other: the other release loses the hub
    CLASHES = "clashes"  # the CSP has the hub for the other release already


def order_of(ours: FirmwareRelease, other: InFlight) -> Order:
    """Asked once for hubs alike: of one other release, in one state there."""
    if other.state in (HubState.VERIFIED, HubState.SUPERSEDED, HubState.EXCLUDED):
        return Order.NO_MATTER
    if ours.upgrade_from is not None and other.firmware_version in ours.upgrade_from:
        return Order.AFTER
    if other.state in (*AT_CSP, HubState.ACTIVATED):
        return Order.CLASHES
    if other.upgrade_from is not None and ours.firmware_version in other.upgrade_from:
        return Order.BEFORE
    return Order.OVERTAKES
