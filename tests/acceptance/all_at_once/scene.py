"""The scene of a race: a thousand releases, each with the same few hubs in one region, on a day of little capacity.

Every process knows it by heart, so that nothing but the ledger is shared between them.
"""

from datetime import UTC, date, datetime, timedelta

from attrs import evolve

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.periods import london_time
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover.commands import PlannedClass, PublishPlan
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import DraftRelease, HubClass, NotifyRelease, RecordCplEntry
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from tests.acceptance.people import AUTOMATIC, FIRMWARE, NEW, NORTH, OLD

START = AUTOMATIC + timedelta(hours=1)
DAY = date(2026, 7, 6)
TOMORROW = date(2026, 7, 7)
PARTIES = tuple(Party(name) for name in ("NWND", "CLDR", "ELMS", "FROS"))
HUBS = tuple(Guid(0x8873_8490_6A10_0000 + n) for n in range(24))
PLACES = 20
"""Fewer than there are hubs: the last ones have to wait for another day."""


def release_of(number: int) -> str:
    """The id of a round's release."""
    return f"CH-{number:04d}"


def owner_of(guid: Guid) -> Party:
    """Whose hub it is; each has one Supplier."""
    return PARTIES[guid % len(PARTIES)]


def own(party: Party) -> GuidList:
    """A Supplier's hubs."""
    return GuidList(guid for guid in HUBS if owner_of(guid) == party)


def opening(number: int) -> tuple[AnyCommand, ...]:
    """What brings a round's release to its day: the mass roll-out runs, and all hubs have their night."""
    name = release_of(number)
    # A product of its own each: no release has anything to do with another one's hubs.
    firmware = evolve(
        FIRMWARE, id=name, firmware_version=NEW, capacity={NORTH: PLACES}, notified_at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    shared = {"by": DCC, "release": name}
    hubs = tuple(
        HubClass(region=f"{NORTH}", import_supplier=p, gas_supplier=p, firmware_version=OLD, guids=_of(number, own(p)))
        for p in PARTIES
    )
    row = PlannedClass(
        window_opens=london_time(DAY, 60),
        window_closes=london_time(DAY, 1_380),
        day=DAY,
        basis=ActivationBasis.DCC_DEFAULT,
        reason="at the DCC's date",
        guids=_of(number, GuidList(HUBS[:PLACES])),
    )
    return (
        DraftRelease(**shared, key=f"{name} draft", firmware=firmware),
        RecordCplEntry(**shared, key=f"{name} cpl", entry="433100AC/1A020400"),
        NotifyRelease(**shared, key=f"{name} notify", classes=hubs),
        ApproveMass(**shared, key=f"{name} approve", approval="OA-2", without_pilot="urgent"),
        BeginMass(**shared, key=f"{name} begin"),
        PublishPlan(**shared, key=f"{name} plan", classes=(row,)),
    )
