"""What is known of a release and of each hub in it: the projection of the events.

`RollOut` is what `decide` is given: the release's record, and the records of those hubs only that the command
names. Nothing here ever holds an estate.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from attrs import field, frozen

from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period
from chfw_core.model.releases import FirmwareRelease
from chfw_core.rollout.incidents.model import Incident
from chfw_core.rollout.states import HubState, ReleaseStage, ReleaseStanding


class Mode(StrEnum):
    """How the release is run."""

    FULL = "full"
    DCC_ONLY = "dcc_only"  # G9: by the DCC alone; no new instructions of Suppliers
    ALERTS_ONLY = "alerts_only"  # BR5.7: SMI observations in, activation alerts out, nothing else


@frozen(kw_only=True)
class Figures:
    """The dated parameters that the roll-out needs, as they were when the release was drafted."""

    cutoff_before_months: int = 1  # BR3.4
    outcome_due_days: int = 5  # CS2: from the planned day to the CSP's report
    verification_due_days: int = 3  # from the report to the SMI showing it
    release_note_due_days: int = 5  # BR1.5: of a Maintenance Release, from its notice
    triage_due_hours: int = 24  # BR6.2
    confirmation_due_days: int = 10  # BR6.3
    freeze_days_before: int = 5  # CS3
    freeze_days_after: int = 1


@frozen(kw_only=True)
class ReleaseNote:
    """BR1.5: where the note is, and which version of it."""

    url: str
    version: str


@frozen(kw_only=True)
class PilotList:
    """BR2.3: the hubs that one Supplier chose for the pilot."""

    guids: GuidList
    submitted_at: datetime


class Opinion(StrEnum):
    """What a Supplier makes of the pilot (BR2.10)."""

    PROCEED = "proceed"
    PROCEED_WITH_CARE = "proceed_with_care"
    DO_NOT_PROCEED = "do_not_proceed"


@frozen(kw_only=True)
class Verdict:
    """BR2.10: a Supplier's findings on the pilot."""

    opinion: Opinion
    findings: str
    given_at: datetime


@frozen(kw_only=True)
class Pool:
    """What one CSP region has been handed for one London day: capacity counts here (I5), and so does lateness (CS2)."""

    region: str
    day: date
    handed: int = 0
    outstanding: int = 0  # of which the CSP has reported no end yet
    silent: int = 0  # of which nothing was heard by the deadline, nor since
    since: datetime
    due: datetime


@frozen(kw_only=True)
class HubConsent:
    """The instruction of one Party that stands for a hub, as in `Instruct`. `period` None: it was withdrawn."""

    party: Party
    role: SupplierRole
    period: Period | None
    received_at: datetime
    group: InstructionGroup | None = None
    rule: str | None = None
    window: str | None = None


@frozen(kw_only=True)
class SupplierChanging:
    """CS3: on London day `effective` the holder of `role` changes. None: nobody, or not said."""

    role: SupplierRole
    effective: date
    leaves: Party | None = None
    joins: Party | None = None


class Protection(StrEnum):
    """CS4: what a hub is left alone for."""

    PRICE_CHANGE = "price_change"
    DEVICE_FIRMWARE = "device_firmware"
    DATA_UPLOAD = "data_upload"
    PREPAYMENT_TOP_UP = "prepayment_top_up"
    SUPPLIER_HOLD = "supplier_hold"  # RU6: a Supplier's trigger holds it; never past the DCC's date


@frozen(kw_only=True)
class ProtectedPeriod:
    """CS4: a period in which the hub is not activated, and why."""

    kind: Protection
    period: Period


@frozen(kw_only=True)
class InFlight:
    """Another release that has this hub: its id, version, the versions it may follow, and how far it is."""

    release: str
    firmware_version: str
    upgrade_from: tuple[str, ...] | None
    state: HubState


@frozen(kw_only=True)
class FailedAttempt:
    """What a hub that failed bore when it was held: so it is again when it is let go (BR2.4, CS2)."""

    reason: str
    window_opens: datetime | None = None
    window_closes: datetime | None = None
    day: date | None = None
    basis: ActivationBasis | None = None
    batch_id: str | None = None
    handed_at: datetime | None = None


@frozen(kw_only=True)
class HubRecord:
    """One hub in one release. `firmware_version`: as the SMI shows it. `day`: London.

    `window_opens`, `window_closes`, `basis`: what was agreed or planned; `day` and `batch_id` only from a plan.
    `version_before`: what it ran when it was handed over. `attempts`: how often it was handed over.
    `device_model`, `configuration_set`: of the inventory, None where it has not said.
    `version_at`: when the SMI last showed its version. `failure`: the code of a failed hub's reason; a hub that is held
    after it failed keeps it, and the attempt in `failed`.
    `automatic_at`: where the DCC's rules moved this hub's date, else that of the release.
    `excluded`: per Party the rule and its reason that keep the hub out of that Party's early instructions and pilot.
    """

    guid: Guid
    state: HubState
    region: str
    suppliers: ResponsibleSuppliers
    firmware_version: str
    device_model: str | None = None
    configuration_set: str | None = None
    consents: tuple[HubConsent, ...] = ()
    window_opens: datetime | None = None
    window_closes: datetime | None = None
    day: date | None = None
    basis: ActivationBasis | None = None
    batch_id: str | None = None
    reason: str = ""
    handed_at: datetime | None = None
    outcome_due_at: datetime | None = None
    version_before: str | None = None
    attempts: int = 0
    version_at: datetime | None = None
    failure: str | None = None
    failed: FailedAttempt | None = None
    automatic_at: datetime | None = None
    excluded: Mapping[Party, tuple[str, str]] = field(factory=dict)
    changes: tuple[SupplierChanging, ...] = ()
    protected: tuple[ProtectedPeriod, ...] = ()

    def consent_of(self, party: str) -> HubConsent | None:
        """What stands for that Party, a withdrawal included."""
        return next((consent for consent in self.consents if consent.party == party), None)

    def has_instructed(self, party: str) -> bool:
        """BR3.3: whether an instruction of that Party is there that it has neither withdrawn nor excluded by a rule."""
        consent = self.consent_of(party)
        return consent is not None and consent.period is not None and party not in self.excluded


@frozen(kw_only=True)
class ReleaseRecord:
    """A release and everything about it that is not about single hubs.

    `firmware` None: not drafted yet. `suppliers`, `regions`: who is relevant (BR1.1). `date_before`: the automatic
    date before it was last moved (BR1.3). `capacity`: single days in place of the release's figures. `paused_for`: the
    incident that was decided to pause it, until it is resumed (BR6.2). `suspended_by_hand`: while no incident was open.
    """

    id: str
    stage: ReleaseStage = ReleaseStage.DRAFTED
    standing: ReleaseStanding = ReleaseStanding.ACTIVE
    mode: Mode = Mode.FULL
    firmware: FirmwareRelease | None = None
    figures: Figures = field(factory=Figures)
    last_at: datetime | None = None
    note: ReleaseNote | None = None
    date_before: datetime | None = None
    consultation: str | None = None  # G9
    cpl_entry: str | None = None  # G6: the entry that is Current, None where none is
    suppliers: frozenset[Party] = frozenset()
    regions: frozenset[str] = frozenset()
    pilots: Mapping[Party, PilotList] = field(factory=dict)
    pilot_phases: tuple[str, ...] = ()
    verdicts: Mapping[Party, Verdict] = field(factory=dict)
    incidents: tuple[Incident, ...] = ()
    pools: Mapping[tuple[str, date], Pool] = field(factory=dict)
    capacity: Mapping[tuple[str, date], int] = field(factory=dict)
    stage_since: datetime | None = None
    standing_because: str = ""
    paused_for: str | None = field(default=None, metadata=LEFT_OUT)
    suspended_by_hand: bool | None = field(default=None, metadata=LEFT_OUT)


@frozen(kw_only=True)
class RollOut:
    """What a command is judged against. `hubs`: those that it names and the release has.

    `in_flight`: of the hubs that a notice names, those that another release has. `handed_elsewhere`: per pool
    what other releases have handed over (I5). `tallies`: per relevant Supplier how many of its hubs are in each
    state; `hub_count`: of all hubs, in each state. All three are looked up by whoever loads the roll-out.
    `standing_for`: how many hubs one of `hubs` stands for, where hubs alike are judged by one of them (see `alike`).
    """

    release: ReleaseRecord
    hubs: Mapping[Guid, HubRecord] = field(factory=dict)
    in_flight: Mapping[Guid, InFlight] = field(factory=dict)
    handed_elsewhere: Mapping[tuple[str, date], int] = field(factory=dict)
    tallies: Mapping[Party, Mapping[HubState, int]] = field(factory=dict)
    hub_count: Mapping[HubState, int] = field(factory=dict)
    standing_for: Mapping[Guid, int] = field(factory=dict)

    def count(self, guids: Iterable[Guid]) -> int:
        """How many hubs these are, with all that they stand for."""
        return sum(self.standing_for.get(guid, 1) for guid in guids)


def nothing_yet(release: str) -> RollOut:
    """Before the first command."""
    return RollOut(release=ReleaseRecord(id=release))
