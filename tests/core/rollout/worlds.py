"""A small world to tell stories in: two Suppliers, a few hubs, one release, and a clock that the test moves.

`Story` keeps the roll-out and everything that happened; `do` gives a command and says what followed.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from attrs import define, field

from chfw_core.consent.model import ActivationBasis
from chfw_core.messages import Message
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.releases import FirmwareRelease, Participation, Priority, ReleaseKind, Severity
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI, CommandRefused, RollOutEvent
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.decide import decide
from chfw_core.rollout.evolve import evolve
from chfw_core.rollout.handover.commands import HandOver, PlannedClass, PublishPlan
from chfw_core.rollout.instructing.commands import Instruct
from chfw_core.rollout.notice.commands import DraftRelease, HubClass, NotifyRelease, RecordCplEntry
from chfw_core.rollout.pilot.commands import ApproveMass, ApprovePilot, BeginMass, BeginPilot
from chfw_core.rollout.react import react
from chfw_core.rollout.records import Figures, HubRecord, RollOut, nothing_yet
from chfw_core.rollout.states import HubState

R = "REL-1"
ALPHA, BETA, GAMMA = Party("ALPHA"), Party("BETA"), Party("GAMMA")
NORTH, SOUTH = "North", "South"
OLD, NEW = "00000001", "00000002"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
AUTOMATIC = datetime(2026, 7, 6, 0, tzinfo=UTC)
SOLE, SPLIT, FAR, GAS_ONLY = Guid(0x11), Guid(0x22), Guid(0x33), Guid(0x44)
IMPORT, GAS = SupplierRole.IMPORT, SupplierRole.GAS

FIRMWARE = FirmwareRelease(
    id=R,
    kind=ReleaseKind.PLANNED_MAINTENANCE,
    device_models=("433100AC",),
    firmware_version=NEW,
    notified_at=START,
    automatic_at=AUTOMATIC,
    mass_period_days=28,
    pilot_limit=2,
    severity=Severity.MEDIUM,
    priority=Priority.NORMAL,
    participation=Participation.VOLUNTARY,
    release_note="https://example.org/note",
    capacity={NORTH: 2, SOUTH: 2},
)
CLASSES = (
    HubClass(
        region=NORTH,
        import_supplier=ALPHA,
        gas_supplier=ALPHA,
        firmware_version=OLD,
        device_model="433100AC",
        configuration_set="SET-1",
        guids=GuidList([SOLE]),
    ),
    HubClass(region=NORTH, import_supplier=ALPHA, gas_supplier=BETA, firmware_version=OLD, guids=GuidList([SPLIT])),
    HubClass(region=SOUTH, import_supplier=ALPHA, gas_supplier=ALPHA, firmware_version=OLD, guids=GuidList([FAR])),
    HubClass(region=NORTH, gas_supplier=BETA, firmware_version=OLD, guids=GuidList([GAS_ONLY])),
)
E_ = TypeVar("E_", bound=RollOutEvent)


def some(*guids: Guid) -> GuidList:
    """A list of these."""
    return GuidList(guids)


@define(kw_only=True)
class Story:
    """What happened so far. `now` is only ever moved by the test."""

    roll_out: RollOut = field(factory=lambda: nothing_yet(R))
    now: datetime = START
    happened: list[RollOutEvent] = field(factory=list)
    sent: list[Message] = field(factory=list)
    count: int = 0

    def do(self, command: type[Any], by: str = DCC, **fields: Any) -> tuple[RollOutEvent, ...]:
        """Give a command now, and keep what follows from it."""
        self.count += 1
        made: AnyCommand = command(by=by, key=f"k{self.count}", release=self.roll_out.release.id, **fields)
        return self.give(made)

    def give(self, command: AnyCommand) -> tuple[RollOutEvent, ...]:
        """The same for a command that is there already."""
        found = decide(self.roll_out, command, self.now)
        assert found
        assert decide(self.roll_out, command, self.now) == found
        for event in found:
            before = self.roll_out
            self.roll_out = evolve(before, event)  # type: ignore[arg-type]
            self.sent += react(before, event, self.roll_out)  # type: ignore[arg-type]
        self.happened += found
        return found

    def refused(self, command: type[Any], by: str = DCC, **fields: Any) -> str:
        """Give a command that may not be; its code."""
        before = self.roll_out
        (event,) = self.do(command, by, **fields)
        assert isinstance(event, CommandRefused)
        assert event.reason
        assert event.cure
        assert self.roll_out == before
        return event.code

    def all_of(self, kind: type[E_]) -> list[E_]:
        """Everything of one kind that has happened."""
        return [event for event in self.happened if isinstance(event, kind)]

    def hub(self, guid: Guid) -> HubRecord:
        """A hub as it is now."""
        return self.roll_out.hubs[guid]

    def state(self, guid: Guid) -> HubState:
        """Its state."""
        return self.hub(guid).state

    def later(self, **span: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**span)

    def told(self, to: str) -> list[Message]:
        """What was sent to one party."""
        return [message for message in self.sent if message.to == to]


def notified(firmware: FirmwareRelease = FIRMWARE, figures: Figures | None = None) -> Story:
    """A story whose release is notified with the four hubs and is on the CPL."""
    story = Story()
    story.do(DraftRelease, firmware=firmware, figures=figures or Figures())
    story.do(RecordCplEntry, entry="CPL-77")
    story.do(NotifyRelease, classes=CLASSES)
    return story


def piloting() -> Story:
    """One whose pilot has begun."""
    story = notified()
    story.do(ApprovePilot, approval="OA-1")
    story.do(BeginPilot)
    return story


def rolling_out() -> Story:
    """One in the mass roll-out, without a pilot, on the automatic date."""
    story = notified()
    story.do(ApproveMass, approval="OA-2", without_pilot="an urgent fix")
    story.do(BeginMass)
    story.now = AUTOMATIC
    return story


def instruct(story: Story, by: Party, role: SupplierRole, *guids: Guid, day: int = 10) -> tuple[RollOutEvent, ...]:
    """Instruct for two March days from `day` on."""
    return story.do(
        Instruct,
        by,
        role=role,
        opens=datetime(2026, 3, day, tzinfo=UTC),
        closes=datetime(2026, 3, day + 2, tzinfo=UTC),
        guids=some(*guids),
    )


def row(
    *guids: Guid,
    day: date = date(2026, 7, 6),
    basis: ActivationBasis = ActivationBasis.DCC_DEFAULT,
    hours: tuple[int, int] = (1, 5),
) -> PlannedClass:
    """A row of a plan: some hours of a London day (given in UTC, so keep away from midnight)."""
    opens, closes = (datetime(day.year, day.month, day.day, hour, tzinfo=UTC) for hour in hours)
    return PlannedClass(
        window_opens=opens, window_closes=closes, day=day, basis=basis, reason="as planned", guids=some(*guids)
    )


def publish(story: Story, *rows: PlannedClass) -> tuple[RollOutEvent, ...]:
    """Publish these rows."""
    return story.do(PublishPlan, classes=rows)


def hand_over(
    story: Story, *guids: Guid, day: date = date(2026, 7, 6), region: str = NORTH
) -> tuple[RollOutEvent, ...]:
    """Hand them over."""
    return story.do(HandOver, region=region, day=day, guids=some(*guids))


def handed_over(*guids: Guid) -> Story:
    """A story in which these northern hubs are with their CSP on the automatic date."""
    story = rolling_out()
    publish(story, row(*guids))
    hand_over(story, *guids)
    assert all(story.state(guid) is HubState.HANDED_TO_CSP for guid in guids)
    return story


__all__ = ["DCC", "PANEL", "REGISTRATION", "SMI", "Story"]
