"""A roll-out under way, to report on: ALPHA's hubs, some of which it shares with another Supplier.

`OtherSupplier` is all that only that one knows or says: nothing of it may show in what ALPHA reads.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve, frozen

from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.base import SMI
from chfw_core.rollout.handover.commands import HandOver, HoldHubs, PlannedClass, PublishPlan
from chfw_core.rollout.incidents.commands import RaiseIncident
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import DraftRelease, HubClass, NotifyRelease, RecordCplEntry
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, ApprovePilot, BeginPilot, EndPilot, SubmitPilotList
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import ALPHA, BETA, FIRMWARE, GAS, IMPORT, NEW, NORTH, OLD, SOUTH

HIGH = 0xFFFF_FFFF_FFFF_0000
SOLE, SOUTHERN = Guid(0x11), Guid(0x12)
SPLIT, SECOND_SPLIT, WAITING = Guid(0x22), Guid(2**63), Guid(HIGH + 2)
FOREIGN, FOREIGN_TOO = Guid(0x33), Guid(HIGH + 3)
UNKNOWN = Guid(0x99)
OWN = [SOLE, SOUTHERN, SPLIT, SECOND_SPLIT, WAITING]
OPENS = datetime(2026, 3, 20, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=2)
DAY = OPENS.date()
SET_1, SET_2 = "SET-1", "SET-2"


@frozen(kw_only=True)
class OtherSupplier:
    """`hours_before`, `hours_after`: how much wider than ALPHA's its own period is; what is agreed is ALPHA's."""

    party: Party = BETA
    hours_before: int = 24
    hours_after: int = 0
    group: InstructionGroup | None = None
    rule: str | None = None
    excludes: tuple[str, str] | None = None
    incident: str = "meters lost"


BETA_SAYS = OtherSupplier()


def _classes(other: OtherSupplier) -> tuple[HubClass, ...]:
    common: dict[str, Any] = {"device_model": "433100AC", "configuration_set": SET_1}
    north = HubClass(region=NORTH, import_supplier=ALPHA, firmware_version=OLD, guids=GuidList([SPLIT]), **common)
    return (
        evolve(north, gas_supplier=ALPHA, guids=GuidList([SOLE])),
        evolve(north, gas_supplier=ALPHA, region=SOUTH, configuration_set=None, guids=GuidList([SOUTHERN])),
        evolve(north, gas_supplier=other.party, guids=GuidList([SPLIT, SECOND_SPLIT])),
        evolve(north, gas_supplier=other.party, excluded_by_gas=other.excludes, guids=GuidList([WAITING])),
        evolve(north, import_supplier=other.party, guids=GuidList([FOREIGN, FOREIGN_TOO])),
    )


def notified(told: Told, other: OtherSupplier = BETA_SAYS, *, pilot_limit: int = 2) -> None:
    """The release is notified."""
    told.taken(DraftRelease, firmware=evolve(FIRMWARE, pilot_limit=pilot_limit))
    told.taken(RecordCplEntry, entry="CPL-77")
    told.taken(NotifyRelease, classes=_classes(other))


def under_way(told: Told, other: OtherSupplier = BETA_SAYS) -> None:
    """One hub verified, one with its CSP in silence, one held, one that waits for the other Supplier, one for both."""
    notified(told, other)
    told.taken(SubmitPilotList, other.party, guids=GuidList([SPLIT, SECOND_SPLIT]))
    told.taken(ApprovePilot, approval="OA-1")
    told.taken(BeginPilot)
    _instruct(told, other)
    told.now = OPENS - timedelta(days=7)
    told.taken(EndPilot, succeeded=True, commentary="well")
    told.taken(ApproveMass, approval="OA-2")
    _hand_over(told, other)
    told.taken(HoldHubs, reason="defect in triage", guids=GuidList([SOUTHERN]))
    told.taken(RaiseIncident, other.party, incident="I1", description=other.incident)


def _instruct(told: Told, other: OtherSupplier) -> None:
    mine: dict[str, Any] = {"role": IMPORT, "opens": OPENS, "closes": CLOSES}
    told.taken(Instruct, ALPHA, guids=GuidList([SOLE, SPLIT, SECOND_SPLIT, WAITING]), **mine)
    opens, closes = OPENS - timedelta(hours=other.hours_before), CLOSES + timedelta(hours=other.hours_after)
    theirs: dict[str, Any] = {"opens": opens, "closes": closes, "group": other.group, "rule": other.rule}
    told.taken(Instruct, other.party, role=GAS, guids=GuidList([SPLIT, SECOND_SPLIT]), **theirs)
    told.taken(Instruct, other.party, role=IMPORT, guids=GuidList([FOREIGN]), **theirs)


def _hand_over(told: Told, other: OtherSupplier) -> None:
    split = PlannedClass(
        window_opens=OPENS + timedelta(hours=1),
        window_closes=OPENS + timedelta(hours=5),
        day=DAY,
        basis=ActivationBasis.BOTH_SUPPLIERS,
        batch_id=f"early+{other.rule}/1",
        reason=f"decided by ALPHA/early and {other.party}/{other.rule}",
        guids=GuidList([SPLIT]),
    )
    sole = evolve(split, basis=ActivationBasis.SOLE_SUPPLIER, reason="decided by ALPHA/early", guids=GuidList([SOLE]))
    told.taken(PublishPlan, classes=(split, sole))
    told.now = OPENS
    told.taken(HandOver, region=NORTH, day=DAY, guids=GuidList([SOLE, SPLIT]))
    told.now = OPENS + timedelta(hours=6)
    csp = f"CSP:{NORTH}"
    done: dict[str, Any] = {"outcome": OutcomeKind.ACTIVATED, "occurred_at": told.now, "firmware_version": NEW}
    told.taken(ReportOutcomes, csp, guids=GuidList([SOLE]), **done)
    seen: dict[str, Any] = {"firmware_version": NEW, "configuration_set": SET_2, "observed_at": told.now}
    told.taken(ObserveVersions, SMI, guids=GuidList([SOLE]), **seen)
