"""Every state that a small world can reach: two hubs, two Suppliers, pilot and mass, a stop, a change of Supplier.

The clock knows four instants: before the agreed day, on it, on the automatic date, and after every deadline.
From each state every command is tried; what follows is checked against the invariants by name, and no state may
be left from which the release cannot come to an end.
"""

import sys
from collections import deque
from datetime import UTC, date, datetime, timedelta
from typing import Any

import networkx as nx
import pytest
from attrs import evolve as changed
from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.messages import Message
from chfw_core.rollout.agreement import suppliers_on
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI, RollOutEvent
from chfw_core.rollout.decide import decide
from chfw_core.rollout.evolve import evolve
from chfw_core.rollout.handover import commands as handover
from chfw_core.rollout.handover.events import HubsHandedOver
from chfw_core.rollout.incidents import commands as incidents
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing import commands as instructing
from chfw_core.rollout.outcomes import commands as outcomes
from chfw_core.rollout.pilot import commands as pilot
from chfw_core.rollout.pilot.decide import DONE
from chfw_core.rollout.react import react
from chfw_core.rollout.records import HubRecord, RollOut
from chfw_core.rollout.states import FINAL_STANDINGS, HubState, ReleaseStage, ReleaseStanding
from chfw_core.rollout.suppliers import commands as suppliers
from tests.core.rollout.worlds import (
    ALPHA,
    AUTOMATIC,
    BETA,
    FIRMWARE,
    GAMMA,
    GAS,
    IMPORT,
    NEW,
    NORTH,
    SOLE,
    SOUTH,
    SPLIT,
    notified,
    row,
    some,
)

AGREED_DAY = date(2026, 3, 10)
INSTANTS = (
    datetime(2026, 2, 1, tzinfo=UTC),
    datetime(2026, 3, 10, tzinfo=UTC),
    AUTOMATIC,
    AUTOMATIC + timedelta(days=30),
)
SOLE_BASIS, BOTH, DEFAULT = (
    ActivationBasis.SOLE_SUPPLIER,
    ActivationBasis.BOTH_SUPPLIERS,
    ActivationBasis.DCC_DEFAULT,
)
LATE_DAY = (AUTOMATIC + timedelta(days=40)).date()
OTHERS = ("BETA", "GAMMA")


Walked = tuple["nx.DiGraph[Any]", set[tuple[object, ...]]]


@frozen
class Place:
    """A roll-out at one of the instants."""

    roll_out: RollOut
    instant: int

    @property
    def key(self) -> tuple[object, ...]:
        """All that makes a difference: the times at which things happened do not."""
        record = self.roll_out.release
        pools = tuple(sorted((key, pool.handed) for key, pool in record.pools.items()))
        return self.instant, record.stage, record.standing, pools, *map(_of_hub, self.hubs)

    @property
    def hubs(self) -> tuple[HubRecord, ...]:
        """The two, in order."""
        return tuple(hub for _, hub in sorted(self.roll_out.hubs.items()))


def _of_hub(hub: HubRecord) -> tuple[object, ...]:
    said = tuple((consent.party, consent.period is None) for consent in hub.consents)
    return hub.state, said, hub.day, hub.basis, hub.suppliers, hub.failure, hub.attempts > 0


def _moves(at: datetime) -> list[list[Any]]:
    """Every command that the walk tries at an instant; a stop is three of them in a row."""

    def made(kind: type[Any], by: str = "DCC", **fields: Any) -> Any:
        return kind(by=by, key="k", release="REL-1", **fields)

    period = {"opens": INSTANTS[1], "closes": INSTANTS[1] + timedelta(days=2)}
    found = [
        made(instructing.Instruct, ALPHA, role=IMPORT, guids=some(SOLE, SPLIT), **period),
        made(instructing.Instruct, BETA, role=GAS, guids=some(SPLIT), **period),
        made(instructing.WithdrawInstructions, ALPHA, role=IMPORT, guids=some(SOLE, SPLIT)),
        made(handover.HoldHubs, reason="a defect", guids=some(SPLIT)),
        made(handover.LetHubsGo, guids=some(SPLIT)),
        made(
            handover.PublishPlan,
            classes=(row(SOLE, day=AGREED_DAY, basis=SOLE_BASIS), row(SPLIT, day=AGREED_DAY, basis=BOTH)),
        ),
        made(incidents.SuspendRelease, reason="a defect"),
        made(incidents.ResumeRelease, reason="mended"),
        made(
            suppliers.CompleteSupplierChange,
            REGISTRATION,
            role=GAS,
            leaves=BETA,
            joins=GAMMA,
            effective=AGREED_DAY,
            guids=some(SPLIT),
        ),
        made(outcomes.DeclareSilence, guids=some(SOLE, SPLIT)),
        made(outcomes.ObserveVersions, SMI, firmware_version=NEW, observed_at=at, guids=some(SOLE, SPLIT)),
    ]
    day = {INSTANTS[1]: AGREED_DAY, INSTANTS[-1]: LATE_DAY}.get(at, AUTOMATIC.date())
    default = LATE_DAY if at is INSTANTS[-1] else AUTOMATIC.date()
    found.append(made(handover.PublishPlan, classes=(row(SOLE, SPLIT, day=default),)))
    found.append(made(handover.HandOver, region=NORTH, day=day, guids=some(SOLE, SPLIT)))
    reported = {"occurred_at": at, "guids": some(SPLIT)}
    activated, failed = outcomes.OutcomeKind.ACTIVATED, outcomes.OutcomeKind.FAILED
    report = outcomes.ReportOutcomes
    found.append(
        made(report, "CSP:North", outcome=activated, firmware_version=NEW, **{**reported, "guids": some(SOLE, SPLIT)})
    )
    found.append(made(report, "CSP:North", outcome=failed, reason="no image held", **reported))
    approve_mass, begin_mass = made(pilot.ApproveMass, approval="OA", without_pilot="urgent"), made(pilot.BeginMass)
    lines = [  # what the DCC does in one go
        [made(pilot.ApprovePilot, approval="OA"), made(pilot.BeginPilot)],
        [made(pilot.EndPilot, succeeded=True, commentary="as hoped"), approve_mass, begin_mass],
        [approve_mass, begin_mass],
    ]
    stop = [  # BR6: one move, from the report to the Panel's word
        made(incidents.RaiseIncident, BETA, incident="I", description="meters lost", emergency_stop=True),
        made(incidents.TriageIncident, incident="I", outcome=IncidentOutcome.STOP, reason="bad"),
        made(incidents.ConfirmDecision, PANEL, incident="I", confirmed=True, commentary="agreed"),
    ]
    # So that the walk stays short: nothing goes wrong before anything happens, nothing new is begun when all is late.
    left_out = {INSTANTS[0]: _NOT_AT_FIRST, INSTANTS[2]: (handover.HoldHubs,), INSTANTS[-1]: _NOT_AT_LAST}.get(at, ())
    tried = [command for command in found if not isinstance(command, left_out)]
    return [*([command] for command in tried), *lines, *([stop] if at in INSTANTS[1:3] else [])]


_NOT_AT_FIRST = (incidents.SuspendRelease, handover.HoldHubs, outcomes.ObserveVersions)
_NOT_AT_LAST = (
    instructing.Instruct,
    instructing.WithdrawInstructions,
    handover.HoldHubs,
    incidents.SuspendRelease,
    suppliers.CompleteSupplierChange,
    outcomes.ReportOutcomes,
)
MOVES = [_moves(at) for at in INSTANTS]


def _start() -> Place:
    story = notified(changed(FIRMWARE, pilot_limit=1, capacity={NORTH: 2, SOUTH: 2}))
    story.do(pilot.SubmitPilotList, ALPHA, guids=some(SPLIT))
    hubs = {guid: story.hub(guid) for guid in (SOLE, SPLIT)}
    return Place(changed(story.roll_out, hubs=hubs), 0)


def _check(before: RollOut, event: RollOutEvent, after: RollOut, sent: tuple[Message, ...]) -> None:
    if isinstance(event, HubsHandedOver):
        assert before.release.standing is ReleaseStanding.ACTIVE  # I4
        for guid in event.guids:
            _check_agreed(before.hubs[guid])
    for pool in after.release.pools.values():
        assert pool.handed <= 2  # I5
        assert 0 <= pool.outstanding <= pool.handed
    assert set(after.hubs) == {SOLE, SPLIT}  # I6: every hub, once, and what went wrong with its reason
    for hub in after.hubs.values():
        assert hub.reason or hub.state not in (HubState.FAILED, HubState.HELD)
        assert (hub.failure is not None) == (hub.state is HubState.FAILED or hub.failed is not None)
        assert hub.failed is None or hub.state is HubState.HELD
    assert sum(len(chosen.guids) for chosen in after.release.pilots.values()) <= 1  # I10
    for message in sent:
        if message.to == ALPHA:
            assert not any(other in repr(message) for other in OTHERS)  # I8


def _check_agreed(hub: HubRecord) -> None:
    assert hub.day is not None
    assert hub.window_opens is not None
    who = suppliers_on(hub, hub.day)
    given = [consent for party in who.parties if (consent := hub.consent_of(party)) is not None and consent.period]
    if hub.basis is DEFAULT:
        assert hub.window_opens >= AUTOMATIC  # I1: the DCC's own date
        return
    assert len(given) == len(who.parties)  # I2
    assert all(consent.period is not None and hub.window_opens >= consent.period.opens for consent in given)  # I1


def _walk(limit: int) -> Walked:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    start = _start()
    ends = set[tuple[object, ...]]()
    waiting, seen = deque([start]), {start.key}
    while waiting:
        place = waiting.popleft()
        if _ended(place):
            ends.add(place.key)
        following = _next(place)  # checked, also after a stop; but how the end goes on is of no interest
        for there in () if place.roll_out.release.standing in FINAL_STANDINGS else following:
            graph.add_edge(place.key, there.key)
            if there.key not in seen:
                assert len(seen) < limit
                seen.add(there.key)
                waiting.append(there)
    return graph, ends


def _ended(place: Place) -> bool:
    done = all(hub.state in DONE for hub in place.hubs)
    standing, stage = place.roll_out.release.standing, place.roll_out.release.stage
    return standing in FINAL_STANDINGS or (done and stage is ReleaseStage.ROLLING_OUT)


def _next(place: Place) -> list[Place]:
    found = []
    if place.instant + 1 < len(INSTANTS):
        found.append(Place(place.roll_out, place.instant + 1))
    for commands in MOVES[place.instant]:
        now = place.roll_out
        for command in commands:
            for event in decide(now, command, INSTANTS[place.instant]):
                after = evolve(now, event)  # type: ignore[arg-type]
                if after is not now:
                    _check(now, event, after, react(now, event, after))  # type: ignore[arg-type]
                now = after
        if now is not place.roll_out:
            found.append(Place(now, place.instant))
    return found


@pytest.fixture(scope="module")
def walked() -> Walked:
    return _walk(limit=60_000)


def test_no_state_is_a_dead_end(walked: Walked, capsys: pytest.CaptureFixture[str]) -> None:
    """From every state the release can come to an end: every hub with an outcome, or stopped for good."""
    graph, ends = walked
    backwards = graph.reverse(copy=False)
    able = set(nx.multi_source_dijkstra_path_length(backwards, ends, weight=None)) if ends else set()
    stuck = [key for key in graph if key not in able]
    assert stuck == []
    said = f"the walk: {graph.number_of_nodes()} states, {graph.number_of_edges()} steps, {len(ends)} ends"
    with capsys.disabled():
        sys.stdout.write(f"\n  {said}\n")


def test_the_walk_has_been_everywhere(walked: Walked) -> None:
    """Or else its silence would mean little."""
    graph, _ = walked
    places = list(graph)
    assert {key[1] for key in places} == {"notified", "piloting", "pilot_ended", "rolling_out"}
    assert {key[2] for key in places} == {"active", "suspended", "stopped"}
    split = {key[-1][0] for key in places}
    assert split == set(HubState) - {HubState.IMAGE_AT_HUB, HubState.EXCLUDED, HubState.SUPERSEDED}
    assert {key[-1][3] for key in places} >= {None, BOTH, DEFAULT}
