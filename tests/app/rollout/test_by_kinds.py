"""Hubs judged and changed by kinds fare as hubs one by one do: equal events, refusals, messages and rows.

Random worlds of a few dozen hubs on both databases: every command is judged by the service's way and, beside it,
hub by hub by the core; what the tables then hold is compared with the core's own `evolve`, hub for hub.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from attrs import define, evolve, field
from sqlalchemy import select

from chfw_app.rollout.judging import judged_by
from chfw_app.rollout.loading import load
from chfw_app.stores import hub_changes, hub_rows, rollout_codec
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.replay import as_it_was, differences
from chfw_app.stores.rollout_codec import CODEC, drafts_of, events_of, projections
from chfw_app.stores.rollout_projection import read_release
from chfw_app.stores.store import Store
from chfw_app.stores.tables import hub_count, owed
from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.model.parties import DCC, Party
from chfw_core.model.periods import Period, london_date
from chfw_core.rollout.alike import judge
from chfw_core.rollout.base import REGISTRATION, SMI, CommandRefused
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.entries import Stamp
from chfw_core.rollout.evolve import evolve_all
from chfw_core.rollout.handover import commands as handover
from chfw_core.rollout.instructing.commands import Instruct, SetExclusions, WithdrawInstructions
from chfw_core.rollout.notice import commands as notice
from chfw_core.rollout.outcomes import commands as outcomes
from chfw_core.rollout.pilot import commands as pilot
from chfw_core.rollout.records import Protection, RollOut, nothing_yet
from chfw_core.rollout.states import HubState
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
    OLD,
    SOUTH,
    START,
)

OURS, OTHER = "REL-1", "REL-2"
HUBS = [Guid(start + n) for start in (0x100, 2**63 - 8, 2**64 - 40) for n in range(16)]
UNKNOWN = [Guid(0x9000 + n) for n in range(3)]
PARTIES: tuple[Party, ...] = (ALPHA, BETA, GAMMA)


@define(kw_only=True)
class World:
    """A store, and beside it what the core makes of the same commands, hub by hub."""

    store: Store
    random: Random
    now: Any = START
    single: dict[str, RollOut] = field(factory=lambda: {of: nothing_yet(of) for of in (OURS, OTHER)})
    count: int = 0
    seen: Counter[str] = field(factory=Counter)

    def do(self, command: type[Any], by: str = DCC, release: str = OURS, **fields: Any) -> None:
        self.count += 1
        self.now += timedelta(minutes=self.random.choice((0, 1)))
        made: AnyCommand = command(by=by, key=f"k{self.count}", release=release, **fields)
        stamp = Stamp(at=self.now, by=by, release=release, key=made.key, digest=sha256(made.key.encode()).digest())
        with self.store.write() as transaction:
            loaded = load(transaction.connection, made)
            wanted = judge(loaded, made, self.now)
            met = judged_by(transaction.connection, made, self.now)
            assert met.judged == wanted
            knowing = projections(met.known if self.random.random() < 0.8 else None)
            receipt = transaction.append(stamp, drafts_of(met.judged.events).drafts, projections=knowing)
        self.single[release] = evolve_all(self.single[release], wanted.events)
        self.seen.update(type(event).__name__ for event in wanted.events)
        with self.store.read() as connection:
            kept = read_entries(connection, after=receipt.entries[0].seq - 1)
            assert tuple(event for entry in kept for event in events_of(entry)) == wanted.events
            assert hubs_of(connection, release, HUBS) == self.single[release].hubs
            assert read_release(connection, CODEC, release) == self.single[release].release

    def some(self, *, unknown: bool = True) -> GuidList:
        """A few hubs, or many, and now and then one that no release has."""
        names = self.random.sample(HUBS, self.random.choice((1, 3, 12, 30, len(HUBS))))
        return GuidList([*names, *(self.random.sample(UNKNOWN, 1) if unknown and self.random.random() < 0.3 else ())])

    def classes(self, hubs: list[Guid]) -> tuple[notice.HubClass, ...]:
        """Hubs dealt out to classes of all kinds."""
        pairs = [(ALPHA, ALPHA), (ALPHA, BETA), (None, BETA), (BETA, None), (GAMMA, ALPHA)]
        kinds = [(pair, region, version) for pair in pairs for region in (NORTH, SOUTH) for version in (OLD, OLD, NEW)]
        dealt: dict[int, list[Guid]] = {}
        for guid in hubs:
            dealt.setdefault(self.random.randrange(len(kinds)), []).append(guid)
        return tuple(
            notice.HubClass(
                region=kinds[n][1],
                import_supplier=kinds[n][0][0],
                gas_supplier=kinds[n][0][1],
                firmware_version=kinds[n][2],
                automatic_at=self.random.choice((None, None, AUTOMATIC + timedelta(days=2))),
                excluded_by_import=self.random.choice((None, None, ("rule", "fragile"))),
                guids=GuidList(guids),
            )
            for n, guids in sorted(dealt.items())
        )

    def planned(self) -> set[tuple[str, date]]:
        """Where and when hubs may be handed over."""
        hubs = self.single[OURS].hubs.values()
        return {(hub.region, hub.day) for hub in hubs if hub.day is not None and hub.state is HubState.PLANNED}

    def times(self, hubs: int) -> dict[str, Any]:
        """When it happened: to all at once, or to each at its own time, inside its window, outside, in the future."""
        if self.random.random() < 0.5 or not hubs:
            return {"occurred_at": self.now}
        spans = (timedelta(hours=-30), timedelta(hours=-1), timedelta(0), timedelta(0), timedelta(minutes=1))
        times = InstantList(self.now + self.random.choice(spans) for _ in range(hubs))
        return {"occurred_at": times.earliest(), "times": times}

    def rows(self, hubs: GuidList) -> tuple[handover.PlannedClass, ...]:
        """Rows of a plan, most of them such as a planner would write."""
        found = []
        names = list(hubs)
        self.random.shuffle(names)
        while names:
            guids, names = names[:9], names[9:]
            opens = max(AUTOMATIC, self.now) + timedelta(days=self.random.choice((3, 9)), hours=1)
            basis = ActivationBasis.DCC_DEFAULT
            if self.random.random() < 0.4:
                opens = AUTOMATIC - timedelta(days=40)
                basis = self.random.choice(list(ActivationBasis))
            found.append(
                handover.PlannedClass(
                    window_opens=opens,
                    window_closes=opens + timedelta(hours=4),
                    day=london_date(opens),
                    basis=basis,
                    batch_id=self.random.choice((None, "b/1")),
                    reason="planned",
                    guids=GuidList(guids),
                )
            )
        return tuple(found)


def _anything(world: World) -> None:
    """One command, drawn at random, of those that name hubs."""
    random, party = world.random, world.random.choice(PARTIES)
    role, region = random.choice((IMPORT, GAS)), random.choice((NORTH, SOUTH))
    hubs = world.single[OURS].hubs.values()
    planned = sorted(world.planned())
    handed = [hub.region for hub in hubs if hub.attempts]
    match random.randrange(18):
        case 0 | 1 | 2:
            opens = AUTOMATIC - timedelta(days=random.choice((30, 40, 41)))
            group = random.choice((None, None, InstructionGroup.PILOT))
            period: dict[str, Any] = {"opens": opens, "closes": opens + timedelta(days=3)}
            world.do(Instruct, party, role=role, group=group, guids=world.some(), **period)
        case 3:
            world.do(WithdrawInstructions, party, role=role, guids=world.some())
            rule = random.choice((None, "at-risk", "medical"))
            world.do(SetExclusions, party, role=role, rule=rule, reason="x", guids=world.some())
        case 4 | 5:
            world.do(handover.PublishPlan, classes=world.rows(world.some()))
        case 6 | 7 | 8:
            where, day = random.choice(planned or [(region, london_date(AUTOMATIC))])
            world.do(handover.HandOver, region=where, day=day, guids=world.some())
        case 9 | 10 | 16 | 17:
            kind = random.choice(list(outcomes.OutcomeKind))
            version = random.choice((NEW, NEW, OLD)) if kind is outcomes.OutcomeKind.ACTIVATED else None
            said: dict[str, Any] = {"firmware_version": version, "reason": "no answer", "guids": world.some()}
            world.do(
                outcomes.ReportOutcomes,
                f"CSP:{random.choice(handed or [region])}",
                outcome=kind,
                **said,
                **world.times(len(said["guids"])),
            )
        case 11:
            seen: dict[str, Any] = {"firmware_version": random.choice((NEW, OLD, "00000009")), "observed_at": world.now}
            seen["configuration_set"] = random.choice((None, "set 1"))
            world.do(outcomes.ObserveVersions, SMI, guids=world.some(), **seen)
        case 12:
            world.now += timedelta(days=random.choice((0, 3, 9)))
            world.do(outcomes.DeclareSilence, guids=world.some())
        case 13:
            what: dict[str, Any] = {
                "role": role,
                "leaves": random.choice((None, None, party)),
                "joins": random.choice((*PARTIES, None)),
            }
            what["effective"] = london_date(world.now)
            world.do(suppliers.AnnounceSupplierChange, REGISTRATION, guids=world.some(), **what)
            day = london_date(world.now)
            world.do(suppliers.CancelSupplierChange, REGISTRATION, role=role, effective=day, guids=world.some())
            world.do(suppliers.CompleteSupplierChange, REGISTRATION, guids=world.some(), **what)
        case 14:
            world.do(handover.HoldHubs, reason="defect", guids=world.some())
            world.do(handover.LetHubsGo, guids=world.some())
        case _:
            world.do(handover.ExcludeHubs, reason="gone", guids=GuidList(random.sample(HUBS, 2)))
            upload = Period(opens=AUTOMATIC, closes=AUTOMATIC + timedelta(days=1))
            world.do(handover.ProtectHubs, kind=Protection.DATA_UPLOAD, period=upload, guids=world.some())
            world.do(handover.LiftProtection, kind=Protection.DATA_UPLOAD, guids=world.some())


@pytest.fixture(params=["the GUIDs themselves", "a table of GUIDs"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How statements are given hubs, and how few events share an entry: each way is taken whatever the size."""
    if request.param == "a table of GUIDs":
        for module in (hub_rows, hub_changes):
            monkeypatch.setattr(module, "FEW", 0)
        monkeypatch.setattr(rollout_codec, "MANY", 2)
    return str(request.param)


def _told(world: World) -> Iterator[None]:
    """A whole roll-out, with anything at all in between; halts after each step."""
    firmware = evolve(FIRMWARE, capacity={NORTH: 40, SOUTH: 40}, pilot_limit=20)
    world.do(notice.DraftRelease, firmware=firmware)
    world.do(notice.RecordCplEntry, entry="CPL-77")
    newer = evolve(firmware, id=OTHER, firmware_version="00000003", upgrade_from=(OLD,))
    world.do(notice.DraftRelease, release=OTHER, firmware=newer)
    world.do(notice.NotifyRelease, release=OTHER, classes=world.classes(world.random.sample(HUBS, 14)))
    some = world.random.sample(HUBS, 40)
    world.do(notice.NotifyRelease, classes=world.classes(some[:30]))
    yield
    world.do(notice.AddHubs, classes=world.classes(some[20:]))
    twice = world.classes(some[:3])
    world.do(notice.AddHubs, classes=(*twice, *twice))
    yield
    for party in PARTIES:
        world.do(pilot.SubmitPilotList, party, guids=GuidList(world.random.sample(HUBS, 6)))
    world.do(pilot.ApprovePilot, approval="OA-1")
    world.do(pilot.BeginPilot)
    yield
    world.do(pilot.EndPilot, succeeded=True, commentary="good")
    world.do(pilot.ApproveMass, approval="OA-2")
    world.do(pilot.BeginMass)
    world.now = AUTOMATIC - timedelta(days=40)
    yield
    world.now = AUTOMATIC
    for _ in range(2):
        world.do(handover.PublishPlan, classes=world.rows(GuidList(some)))
        for region, day in sorted(world.planned()):
            world.do(handover.HandOver, region=region, day=day, guids=GuidList(HUBS))
        yield
    for region in (NORTH, SOUTH):  # so that plans and hand-overs meet their limits
        world.do(handover.SetCapacity, region=region, day=london_date(AUTOMATIC), hubs=3)
    yield
    yield
    world.do(notice.SupersedeHubs, by_release=OTHER, guids=world.some())


def _commands(seed: int, store: Store) -> World:
    store.projections = projections()
    world = World(store=store, random=Random(seed))
    for _ in _told(world):
        for _ in range(8):
            _anything(world)
    return world


@pytest.mark.parametrize("seed", [4, 5, 7])
def test_kinds_fare_as_single_hubs_do(rollouts: Store, way: str, seed: int) -> None:
    world = _commands(seed, rollouts)
    assert len(world.seen) > 24, "the story is too poor to prove anything"
    assert {"HubsPlanned", "HubsHandedOver"} < set(world.seen)
    assert {"ImagesDelivered", "HubsActivated", "HubsFailed"} & set(world.seen)
    assert world.seen[CommandRefused.__name__] >= 1
    counted: Counter[tuple[object, ...]] = Counter()
    owing: Counter[tuple[object, ...]] = Counter()
    for of, single in world.single.items():
        for hub in single.hubs.values():
            day = "" if hub.day is None else hub.day.isoformat()
            for party in ("", *hub.suppliers.parties):
                counted[party, of, hub.state.value, hub.region, day] += 1
            if hub.outcome_due_at is not None:
                owing[of, hub.region, day, hub.outcome_due_at] += 1
    with rollouts.read() as connection:
        assert {tuple(row)[:-1]: row.hubs for row in connection.execute(select(hub_count))} == counted
        assert {tuple(row)[:-1]: row.hubs for row in connection.execute(select(owed))} == owing
    with rollouts.read() as here, as_it_was(here, projections()) as again, again.read() as there:
        assert list(differences(here, there)) == []  # I11
