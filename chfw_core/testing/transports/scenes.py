"""A small world to play on: four Suppliers, six homes, one release; and scenes, which are commands with their times."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from attrs import define, evolve, field, frozen

from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.events import Event
from chfw_core.model.guid import parse_guid
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.periods import london_date, london_midnight, london_time
from chfw_core.model.releases import FirmwareRelease, Participation, Priority, ReleaseKind, Severity
from chfw_core.rollout.base import SMI, region_of
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover.commands import HandOver, PlannedClass, PublishPlan
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, HubClass, NotifyRelease, RecordCplEntry
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, BeginMass
from chfw_core.testing.homes import Home, hubs_of, new_home

RELEASE: Final = "CH-2031-04"
BIRCH, CEDAR, MAPLE, ROWAN = Party("BIRCH"), Party("CEDAR"), Party("MAPLE"), Party("ROWAN")
SUPPLIERS: Final = (BIRCH, CEDAR, MAPLE, ROWAN)
"""ROWAN has no hub at first."""
IMPORT, GAS = SupplierRole.IMPORT, SupplierRole.GAS
NORTH, CENTRAL, SOUTH = "North", "Central", "South"
OLD, NEW = "2B010101", "2B010200"


CROFT = new_home("88-73-84-90-6A-20-00-01", NORTH, BIRCH, BIRCH)
TOWER = new_home("88-73-84-90-6A-20-00-02", NORTH, BIRCH, CEDAR)
LODGE = new_home("88-73-84-90-6A-20-00-03", NORTH, BIRCH, BIRCH)
FORGE = new_home("E4-FE-D9-00-51-30-00-10", CENTRAL, CEDAR, CEDAR)
WEIR = new_home("E4-FE-D9-00-51-30-00-11", CENTRAL, CEDAR, MAPLE)
BARN = new_home("FF-11-02-00-0F-40-00-01", SOUTH, BIRCH, None)
"""Its GUID is larger than a signed 64-bit number."""
HOMES: Final = (CROFT, TOWER, LODGE, FORGE, WEIR, BARN)
STRANGER: Final = evolve(CROFT, guid=parse_guid("00-90-5C-FF-FF-FF-FF-02"))
"""A hub that no notice has named."""

NOTIFIED: Final = london_midnight(date(2031, 1, 6))
AUTOMATIC: Final = london_midnight(date(2031, 7, 7))
CUT_OFF: Final = london_midnight(date(2031, 6, 7))
"""One calendar month before (BR3.4)."""
NIGHT: Final = date(2031, 3, 10)

FIRMWARE: Final = FirmwareRelease(
    id=RELEASE,
    kind=ReleaseKind.PLANNED_MAINTENANCE,
    device_models=("433100AC",),
    firmware_version=NEW,
    notified_at=NOTIFIED,
    automatic_at=AUTOMATIC,
    mass_period_days=28,
    pilot_limit=3,
    severity=Severity.HIGH,
    priority=Priority.NORMAL,
    participation=Participation.VOLUNTARY,
    release_note="https://notes.example.org/ch-2031-04",
    capacity={NORTH: 3, CENTRAL: 3, SOUTH: 3},
)


def hub_class(home: Home) -> HubClass:
    """The row of a notice for one home."""
    return HubClass(
        region=home.region,
        import_supplier=home.import_supplier,
        gas_supplier=home.gas_supplier,
        firmware_version=OLD,
        guids=hubs_of(home),
    )


def march(day: int) -> datetime:
    """00:00 on a London day of March 2031."""
    return london_midnight(date(2031, 3, day))


@frozen(kw_only=True)
class SaidEvents:
    """RU6: what a party says has happened, all at once."""

    by: str
    events: tuple[Event, ...]


@frozen(kw_only=True)
class HandedInRules:
    """RU7: a rule file of a party, by its name; without a text it takes the one of that name back.

    `together`: all its files as they are then.
    """

    by: str
    name: str
    text: str
    together: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Step:
    """A command and when it is given."""

    at: datetime
    command: AnyCommand


@frozen(kw_only=True)
class Saying:
    """What is no command, and when it is said."""

    at: datetime
    said: SaidEvents | HandedInRules


@define(kw_only=True)
class Scene:
    """Commands in their order; `now` moves only where the scene says so. The verbs return the scene."""

    now: datetime = NOTIFIED
    parts: list[Step | Saying] = field(factory=list)
    rules: dict[str, dict[str, str]] = field(factory=dict)

    @property
    def steps(self) -> list[Step]:
        """Its commands alone."""
        return [part for part in self.parts if isinstance(part, Step)]

    def says(self, by: str, command: type[Any], **fields: Any) -> "Scene":
        """Somebody gives a command."""
        said = {"by": by, "key": f"{by} {len(self.parts) + 1}", "release": RELEASE, **fields}
        self.parts.append(Step(at=self.now, command=command(**said)))
        return self

    def reports(self, by: str, *events: Event) -> "Scene":
        """Somebody says what has happened."""
        self.parts.append(Saying(at=self.now, said=SaidEvents(by=by, events=events)))
        return self

    def hands_in(self, by: str, name: str, text: str) -> "Scene":
        """Somebody hands in a rule file, or takes it back; one that is not good is not counted among its files."""
        files = {name: text, **{known: told for known, told in self.rules.get(by, {}).items() if known != name}}
        together = tuple((known, told) for known, told in files.items() if told)
        self.parts.append(Saying(at=self.now, said=HandedInRules(by=by, name=name, text=text, together=together)))
        return self

    def in_force(self, by: str, name: str, text: str) -> "Scene":
        """The same for a file that is good, and so is in force from then on."""
        self.hands_in(by, name, text)
        self.rules.setdefault(by, {}).pop(name, None)
        if text:
            self.rules[by][name] = text
        return self

    def again(self) -> "Scene":
        """The last of it once more, word for word."""
        self.parts.append(evolve(self.parts[-1], at=self.now))
        return self

    def on(self, when: datetime) -> "Scene":
        """It is then."""
        self.now = when
        return self

    def later(self, **span: float) -> "Scene":
        """Time passes."""
        return self.on(self.now + timedelta(**span))

    def notified(self) -> "Scene":
        """The release is drafted, on the CPL, and notified with all homes."""
        self.says(DCC, DraftRelease, firmware=FIRMWARE).says(DCC, RecordCplEntry, entry="433100AC/2B010200")
        return self.says(DCC, NotifyRelease, classes=tuple(map(hub_class, HOMES)))

    def mass_begun(self) -> "Scene":
        """The mass roll-out runs, without a pilot."""
        self.notified().says(DCC, ApproveMass, approval="OA-2", without_pilot="an urgent fix")
        return self.says(DCC, BeginMass)

    def instructs(
        self, party: Party, *homes: Home, days: tuple[int, int] = (10, 12), group: InstructionGroup | None = None
    ) -> "Scene":
        """A Supplier instructs London days of March, the second one excluded."""
        period = {"opens": march(days[0]), "closes": march(days[1])}
        return self.says(party, Instruct, role=homes[0].role_of(party), group=group, guids=hubs_of(*homes), **period)

    def withdraws(self, party: Party, *homes: Home) -> "Scene":
        """A Supplier takes its instruction back."""
        return self.says(party, WithdrawInstructions, role=homes[0].role_of(party), guids=hubs_of(*homes))

    def goes_to_csp(self, *homes: Home, basis: ActivationBasis = ActivationBasis.SOLE_SUPPLIER) -> "Scene":
        """The DCC publishes a night for these homes of one region, and hands them over on its day."""
        row = PlannedClass(
            window_opens=london_time(NIGHT, 60),
            window_closes=london_time(NIGHT, 300),
            day=NIGHT,
            basis=basis,
            reason="as instructed",
            guids=hubs_of(*homes),
        )
        self.says(DCC, PublishPlan, classes=(row,)).on(march(10))
        return self.says(DCC, HandOver, region=homes[0].region, day=NIGHT, guids=hubs_of(*homes))

    def csp_reports(self, csp: str, outcome: OutcomeKind, *homes: Home, reason: str = "") -> "Scene":
        """A CSP reports an outcome as of now."""
        assert region_of(csp)
        version = NEW if outcome is OutcomeKind.ACTIVATED else None
        return self.says(
            csp,
            ReportOutcomes,
            outcome=outcome,
            occurred_at=self.now,
            firmware_version=version,
            reason=reason,
            guids=hubs_of(*homes),
        )

    def smi_shows(self, version: str, *homes: Home) -> "Scene":
        """The Smart Metering Inventory shows this version as of now."""
        return self.says(SMI, ObserveVersions, firmware_version=version, observed_at=self.now, guids=hubs_of(*homes))


def today(scene: Scene) -> date:
    """The London day that it is in a scene."""
    return london_date(scene.now)
