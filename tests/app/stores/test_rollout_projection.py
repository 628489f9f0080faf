"""After every event the tables say what the core's `evolve` says of the whole roll-out, hub for hub (I11).

A story of the core is told over classes of several hubs each; beside it every event goes through the ledger.
"""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

import pytest
from attrs import define, evolve
from sqlalchemy import select

from chfw_app.stores.apart import APART
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import CODEC, draft_of, event_of, projections
from chfw_app.stores.rollout_projection import read_release
from chfw_app.stores.store import Store
from chfw_app.stores.tables import apart, incident, link, release
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI, CommandRefused, RollOutEvent
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.entries import Stamp
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.handover.commands import ExcludeHubs, HandOver, HoldHubs, LetHubsGo
from chfw_core.rollout.incidents.commands import ConfirmDecision, RaiseIncident, SuspendRelease, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry, SupersedeHubs
from chfw_core.rollout.outcomes.commands import DeclareSilence, ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import (
    ApproveMass,
    ApprovePilot,
    BeginMass,
    BeginPilot,
    EndPilot,
    SubmitPilotList,
)
from chfw_core.rollout.records import Figures, HubRecord
from chfw_core.rollout.states import HubState, ReleaseStanding
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    CLASSES,
    FIRMWARE,
    GAMMA,
    GAS,
    IMPORT,
    NEW,
    NORTH,
    SOUTH,
    R,
    Story,
    hand_over,
    instruct,
    publish,
    row,
)

SOLE, SPLIT, FAR, GAS_ONLY = (
    [Guid(start + n) for n in range(6)] for start in (0x100, 2**63 - 2, 0x300, 0xFFFF_FFFF_FFFF_FF00)
)
EVERY = [*SOLE, *SPLIT, *FAR, *GAS_ONLY]


PROJECTIONS = projections()


def listed_of(hubs: Iterable[HubRecord]) -> set[tuple[str, str, str, int]]:
    """BR5.3: what is to be listed of hubs that are out of the ordinary course."""
    return {(party, R, hub.state, hub.guid) for hub in hubs if hub.state in APART for party in hub.suppliers.parties}


@define(kw_only=True)
class StoredStory(Story):
    """A story of which every command goes into a store as well, and is compared with it."""

    store: Store

    def give(self, command: AnyCommand) -> tuple[RollOutEvent, ...]:
        found = super().give(command)
        stamp = Stamp(
            at=self.now,
            by=command.by,
            release=command.release,
            key=command.key,
            digest=sha256(command.key.encode()).digest(),
        )
        drafts = [draft_of(cast(AnyEvent, event)) for event in found]
        with self.store.write() as transaction:
            receipt = transaction.append(stamp, drafts)
        with self.store.read() as connection:
            assert hubs_of(connection, R, EVERY) == self.roll_out.hubs
            assert read_release(connection, CODEC, R) == self.roll_out.release
            assert set(connection.execute(select(apart))) == listed_of(self.roll_out.hubs.values())
            kept = read_entries(connection, after=receipt.entries[0].seq - 1)
            assert [event_of(entry) for entry in kept] == list(found)
        return found

    def acted(self, command: type[Any], by: str = "DCC", **fields: Any) -> None:
        """A command that must not be refused, or the story tells of nothing."""
        assert not any(isinstance(event, CommandRefused) for event in self.do(command, by, **fields))


@pytest.fixture
def story(store: Store) -> StoredStory:
    """The core's small world, six hubs for each of its hubs, notified."""
    store.projections = PROJECTIONS
    told = StoredStory(store=store)
    told.acted(DraftRelease, firmware=evolve(FIRMWARE, capacity={NORTH: 50, SOUTH: 50}), figures=Figures())
    told.acted(RecordCplEntry, entry="CPL-77")
    classes = [
        evolve(one, guids=GuidList(guids)) for one, guids in zip(CLASSES, (SOLE, SPLIT, FAR, GAS_ONLY), strict=True)
    ]
    told.acted(NotifyRelease, classes=tuple(classes))
    return told


def report(story: Story, kind: OutcomeKind, guids: Iterable[Guid], by: str = f"CSP:{NORTH}") -> None:
    story.do(
        ReportOutcomes,
        by,
        outcome=kind,
        occurred_at=story.now,
        firmware_version=NEW if kind is OutcomeKind.ACTIVATED else None,
        reason="no image held" if kind is OutcomeKind.FAILED else "",
        guids=GuidList(guids),
    )


def states(story: Story) -> set[HubState]:
    return {found.state for found in story.roll_out.hubs.values()}


def replays_alike(store: Store) -> None:
    with store.read() as here, as_it_was(here, PROJECTIONS) as again, again.read() as there:
        assert list(differences(here, there)) == []


def test_instructions_withdrawals_pilots_and_changes_of_supplier(story: StoredStory) -> None:
    instruct(story, ALPHA, IMPORT, *SOLE[:4], *SPLIT[:4], *GAS_ONLY[:1])
    assert states(story) == {HubState.ELIGIBLE, HubState.PLANNED, HubState.AWAITING_OTHER_SUPPLIER}
    instruct(story, BETA, GAS, *SPLIT[2:], *GAS_ONLY, day=12)
    story.later(days=1)
    story.acted(WithdrawInstructions, ALPHA, role=IMPORT, guids=GuidList([*SOLE[:2], *SPLIT[:3]]))
    assert HubState.WITHDRAWN in states(story)
    story.acted(HoldHubs, reason="defect", guids=GuidList([*SOLE[3:], *SPLIT[3:5]]))
    story.acted(LetHubsGo, guids=GuidList([*SOLE[4:], *SPLIT[3:4]]))
    story.acted(ExcludeHubs, reason="vulnerable", guids=GuidList(FAR[:2]))
    story.acted(SubmitPilotList, BETA, guids=GuidList([SPLIT[5], GAS_ONLY[2]]))
    change = {"role": GAS, "leaves": BETA, "joins": GAMMA, "effective": story.now.date()}
    story.acted(CompleteSupplierChange, REGISTRATION, guids=GuidList([*SPLIT[1:], *GAS_ONLY[2:]]), **change)
    with story.store.read() as connection:
        gammas = set(connection.execute(select(link.c.guid).where(link.c.party == GAMMA)).scalars())
    assert gammas == {*SPLIT[1:], *GAS_ONLY[2:]}
    replays_alike(story.store)


def test_plans_hand_overs_outcomes_silence_and_verification(story: StoredStory) -> None:
    story.acted(ApprovePilot, approval="OA-1")
    story.acted(BeginPilot)
    story.acted(EndPilot, succeeded=True, commentary="good")
    story.acted(ApproveMass, approval="OA-2")
    story.acted(BeginMass)
    story.now = AUTOMATIC
    publish(story, row(*SOLE, *SPLIT, *FAR))
    hand_over(story, *SOLE, *SPLIT[:3])
    hand_over(story, *FAR, region=SOUTH)
    pools = story.roll_out.release.pools
    assert sorted(pool.outstanding for pool in pools.values()) == [6, 9]  # counted for each hub of a class
    story.later(hours=3)
    report(story, OutcomeKind.IMAGE_DELIVERED, SOLE[:5])
    report(story, OutcomeKind.ACTIVATED, SOLE[:3])
    report(story, OutcomeKind.FAILED, [SOLE[3], *SPLIT[:2]])
    story.later(hours=1)
    observed = {"firmware_version": NEW, "observed_at": story.now}
    story.acted(ObserveVersions, SMI, guids=GuidList([*SOLE[:2], *FAR[:1]]), **observed)
    story.later(days=8)
    story.acted(DeclareSilence, guids=GuidList([*SOLE[4:], *FAR]))
    assert {HubState.VERIFIED, HubState.ACTIVATED, HubState.FAILED} <= states(story)
    assert max(pool.silent for pool in story.roll_out.release.pools.values()) > 1
    story.acted(SupersedeHubs, by_release="REL-2", guids=GuidList(GAS_ONLY))
    replays_alike(story.store)


def test_an_incident_that_stops_the_release_touches_no_hub(story: StoredStory) -> None:
    story.acted(RaiseIncident, ALPHA, incident="I1", description="meters lost", emergency_stop=True)
    story.acted(SuspendRelease, reason="at once")
    story.acted(TriageIncident, incident="I1", outcome=IncidentOutcome.STOP, reason="as found")
    before = dict(story.roll_out.hubs)
    story.acted(ConfirmDecision, PANEL, incident="I1", confirmed=True, commentary="agreed")
    assert story.roll_out.hubs == before
    with story.store.read() as connection:
        assert connection.execute(select(release.c.standing)).scalar_one() == ReleaseStanding.STOPPED
        assert connection.execute(select(incident.c.status)).scalar_one() == "decided"
    assert story.refused(HandOver, region=NORTH, day=story.now.date() + timedelta(days=1), guids=GuidList(SOLE))
    replays_alike(story.store)
