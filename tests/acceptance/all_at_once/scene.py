"""The scene of a race: one release after the other, each with a dozen hubs in a region of its own, and too few places.

Every process knows it by heart, so that nothing but the ledger is shared between them.
"""

from datetime import date, timedelta

from attrs import evolve

from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.notice.commands import AddHubs, DraftRelease, HubClass, NotifyRelease, RecordCplEntry
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from tests.acceptance.people import FIRMWARE, OLD, SUPPLIERS, march

NOW = march(10) + timedelta(hours=2)
"""For everybody, throughout: what is raced for is the order, not the time."""
DAY = date(2026, 3, 10)
HUBS, PLACES = 12, 8
"""So many hubs at first, and so many of them can go on the day."""


def release_of(number: int) -> str:
    """The id of a round's release."""
    return f"CH-{number:04d}"


def region_of(number: int) -> str:
    """A CSP region that only this round has."""
    return f"Region {number}"


def csps_of(rounds: int) -> tuple[str, ...]:
    """To whom the work of so many rounds goes."""
    return tuple(f"CSP:{region_of(number)}" for number in range(rounds))


def hubs_of(number: int) -> tuple[Guid, ...]:
    """A round's hubs: those of the notice, and as many again that join while it runs."""
    return tuple(Guid(0x8873_8490_0000_0000 + (number << 8) + n) for n in range(2 * HUBS))


def own(number: int, party: Party) -> tuple[Guid, ...]:
    """A Supplier's hubs of a round; each hub has one Supplier."""
    return tuple(guid for guid in hubs_of(number) if SUPPLIERS[guid % len(SUPPLIERS)] == party)


def _classes(number: int, among: tuple[Guid, ...]) -> tuple[HubClass, ...]:
    found = []
    for party in SUPPLIERS:
        guids = GuidList(set(own(number, party)) & set(among))
        found.append(
            HubClass(
                region=region_of(number),
                import_supplier=party,
                gas_supplier=party,
                firmware_version=OLD,
                guids=guids,
            )
        )
    return tuple(found)


def opening(number: int) -> tuple[AnyCommand, ...]:
    """What brings a round's release to its mass roll-out."""
    name = release_of(number)
    firmware = evolve(FIRMWARE, id=name, capacity={region_of(number): PLACES})
    return (
        DraftRelease(by=DCC, release=name, key=f"{name} draft", firmware=firmware),
        RecordCplEntry(by=DCC, release=name, key=f"{name} cpl", entry="433100AC/1A020400"),
        NotifyRelease(by=DCC, release=name, key=f"{name} notify", classes=_classes(number, hubs_of(number)[:HUBS])),
        ApproveMass(by=DCC, release=name, key=f"{name} approve", approval="OA-2", without_pilot="urgent"),
        BeginMass(by=DCC, release=name, key=f"{name} begin"),
    )


def joining(number: int) -> AnyCommand:
    """Hubs that become eligible while everything else goes on."""
    name = release_of(number)
    return AddHubs(by=DCC, release=name, key=f"{name} join", classes=_classes(number, hubs_of(number)[HUBS:]))
