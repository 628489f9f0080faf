"""BR2.4, CS2: a hold does not forget that a hub failed, in either database."""

from datetime import timedelta
from typing import Any

from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import projections
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.handover.commands import HandOver, HoldHubs, LetHubsGo, PublishPlan
from chfw_core.rollout.outcomes.commands import OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from chfw_core.rollout.records import HubRecord
from chfw_core.rollout.states import HubState
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import AUTOMATIC, FAR, NORTH, SOLE, SPLIT, R, row


def hubs(told: Told) -> dict[int, HubRecord]:
    with told.service.store.read() as connection:
        return {int(guid): record for guid, record in hubs_of(connection, R, (SOLE, SPLIT, FAR)).items()}


def test_a_hub_that_failed_has_failed_still_when_its_hold_ends(told: Told) -> None:
    told.notified()
    told.taken(ApproveMass, approval="OA-2", without_pilot="urgent")
    told.taken(BeginMass)
    told.now = AUTOMATIC
    told.taken(PublishPlan, classes=(row(SOLE, SPLIT),))
    told.taken(HandOver, region=NORTH, day=AUTOMATIC.date(), guids=GuidList([SOLE, SPLIT]))
    told.now += timedelta(days=1)
    for guid, reason in ((SOLE, "E-17"), (SPLIT, "E-18")):
        fields: dict[str, Any] = {"occurred_at": told.now, "reason": reason, "guids": GuidList([guid])}
        told.taken(ReportOutcomes, f"CSP:{NORTH}", outcome=OutcomeKind.FAILED, **fields)
    before = hubs(told)
    told.taken(HoldHubs, reason="two are no chance", guids=GuidList([SOLE, SPLIT, FAR]))
    held = hubs(told)
    assert {one.state for one in held.values()} == {HubState.HELD}
    assert [held[guid].failure for guid in (SOLE, SPLIT, FAR)] == ["reported", "reported", None]
    told.taken(LetHubsGo, guids=GuidList([SOLE, SPLIT, FAR]))
    assert hubs(told) == before
    with told.service.store.read() as connection, as_it_was(connection, projections()) as again, again.read() as there:
        assert list(differences(connection, there)) == []  # I11
