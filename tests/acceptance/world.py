"""A world to tell scenarios in: the service on a real database, a clock that the scenario moves, and short words.

`given_…` bring the release to where the scenario begins; verbs give one command as somebody would (`instructs`,
`hands_over`, `csp_reports`); questions ask what became of it (`state`, `told`, `release`). What a party was told is
read from the outbox, as the JSON that is sent.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

from attrs import define, field
from sqlalchemy import select

from chfw_app.reports.duties import actions
from chfw_app.reports.flights import flights
from chfw_app.reports.reading import Sight, looking
from chfw_app.reports.statuses import statuses
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.ledger import read_entries
from chfw_app.stores.rollout_codec import events_of
from chfw_app.stores.tables import PROJECTIONS, outbox
from chfw_core.consent.model import ActivationBasis, InstructionGroup
from chfw_core.model.guid import format_guid
from chfw_core.model.parties import DCC, Party, SupplierRole
from chfw_core.model.periods import london_date, london_time
from chfw_core.model.releases import FirmwareRelease
from chfw_core.reports.progress.actions import Actions
from chfw_core.reports.progress.readers import reader_named
from chfw_core.reports.progress.status import HubStatus
from chfw_core.rollout.base import PANEL, REGISTRATION, SMI
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.handover.commands import HandOver, PlannedClass, PublishPlan
from chfw_core.rollout.incidents.commands import ConfirmDecision, RaiseIncident, TriageIncident
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rollout.notice.commands import DraftRelease, NotifyRelease, RecordCplEntry
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.pilot.commands import ApproveMass, ApprovePilot, BeginMass, BeginPilot
from chfw_core.rollout.records import HubRecord, ReleaseRecord
from chfw_core.rollout.states import HubState
from chfw_core.rollout.suppliers.commands import CompleteSupplierChange
from chfw_core.transport.receipts import Receipt
from tests.acceptance.people import (
    AUTOMATIC,
    FIRMWARE,
    HOMES,
    NEW,
    NORTH,
    NOTIFIED,
    RELEASE,
    RULES,
    Home,
    hub_class,
    march,
    some,
)

BOTH, SOLE, DEFAULT = (
    ActivationBasis.BOTH_SUPPLIERS,
    ActivationBasis.SOLE_SUPPLIER,
    ActivationBasis.DCC_DEFAULT,
)
MARCH_10, DCCS_DAY = date(2026, 3, 10), date(2026, 7, 6)
PLAN_REASON = "; ".join(f"{party} instructs by `{rule}`" for party, rule in RULES.items())
"""As a plan writes it, with everybody's names and rules: the DCC's alone to read (NF7)."""


@define(kw_only=True)
class World:
    """`now` moves only where the scenario says so."""

    service: RollOutService
    now: datetime = NOTIFIED
    count: int = field(default=0)
    given: list[AnyCommand] = field(factory=list)
    expects_a_leak: bool = False
    """For the one scenario that lets a name out on purpose."""

    # --- giving commands ---

    def when(self, by: str, command: type[Any], *, release: Any = RELEASE, **fields: Any) -> Receipt:
        """Somebody gives a command, which may be refused."""
        self.count += 1
        self.given.append(command(by=by, key=f"{by} {self.count}", release=release, **fields))
        return self.service.submit(self.given[-1])

    def done(self, by: str, command: type[Any], *, release: Any = RELEASE, **fields: Any) -> Receipt:
        """The same for a command that is taken in full, or the scenario tells of something else than it says."""
        receipt = self.when(by, command, release=release, **fields)
        assert receipt.refused is None, receipt.refused
        assert receipt.refused_hubs == (), receipt.refused_hubs
        return receipt

    def refused(self, by: str, command: type[Any], *, release: Any = RELEASE, **fields: Any) -> str:
        """The same for a command that may not be: the code, with a reason and a cure, and nothing but the refusal."""
        before, sent = self.tables(), len(self.sent())
        receipt = self.when(by, command, release=release, **fields)
        assert receipt.refused is not None
        assert receipt.refused.reason
        assert receipt.refused.cure
        assert receipt.first_seq == receipt.last_seq
        assert self.tables() == before
        assert [(to, told["type"]) for to, told in self.sent()[sent:]] == ([(by, "answer")] if by else [])
        return receipt.refused.code

    def later(self, **span: float) -> None:
        """Time passes."""
        self.now += timedelta(**span)

    def on(self, when: datetime) -> None:
        """It is then."""
        assert when >= self.now, "no scenario goes back"
        self.now = when

    # --- given ---

    def given_a_draft(self, firmware: FirmwareRelease = FIRMWARE, **fields: Any) -> None:
        """The release is prepared and on the CPL; nobody has been told."""
        self.done(DCC, DraftRelease, release=firmware.id, firmware=firmware, **fields)
        self.done(DCC, RecordCplEntry, release=firmware.id, entry="433100AC/1A020400")

    def given_notice(self, homes: Sequence[Home] = HOMES, firmware: FirmwareRelease = FIRMWARE) -> None:
        """The release is notified with these homes."""
        self.given_a_draft(firmware)
        self.done(DCC, NotifyRelease, release=firmware.id, classes=tuple(map(hub_class, homes)))

    def given_pilot_begun(self) -> None:
        """The pilot has its operational approval and runs."""
        self.given_notice()
        self.done(DCC, ApprovePilot, approval="OA-2026-01")
        self.done(DCC, BeginPilot)

    def given_mass_begun(self) -> None:
        """The mass roll-out runs, without a pilot, and the DCC's day has come."""
        self.given_notice()
        self.done(DCC, ApproveMass, approval="OA-2026-02", without_pilot="an urgent fix")
        self.done(DCC, BeginMass)
        self.on(AUTOMATIC)

    def given_with_csp(self, *homes: Home) -> None:
        """These homes (at most two of the North) are with their CSP on the DCC's day."""
        self.given_mass_begun()
        self.publishes(*homes)
        self.hands_over(*homes)

    # --- what people do ---

    def instructs(
        self,
        party: Party,
        *homes: Home,
        days: tuple[int, int] = (10, 12),
        role: SupplierRole | None = None,
        group: InstructionGroup | None = None,
    ) -> Receipt:
        """A Supplier asks for some days of March, from the first to before the second."""
        period = {"opens": march(days[0]), "closes": march(days[1])}
        role = role or homes[0].role_of(party)
        return self.when(party, Instruct, role=role, group=group, rule=RULES[party], guids=some(*homes), **period)

    def withdraws(self, party: Party, *homes: Home) -> Receipt:
        """A Supplier takes its instruction back."""
        return self.when(party, WithdrawInstructions, role=homes[0].role_of(party), guids=some(*homes))

    def publishes(
        self, *homes: Home, day: date = DCCS_DAY, basis: ActivationBasis = DEFAULT, batch_id: str | None = None
    ) -> Receipt:
        """The DCC publishes a night for these homes: from one to five of that London day."""
        row = PlannedClass(
            window_opens=london_time(day, 60),
            window_closes=london_time(day, 300),
            day=day,
            basis=basis,
            batch_id=batch_id or "+".join(RULES.values()) + "/1",
            reason=PLAN_REASON,
            guids=some(*homes),
        )
        return self.when(DCC, PublishPlan, classes=(row,))

    def hands_over(self, *homes: Home, day: date | None = None) -> Receipt:
        """The DCC gives these homes of one region to its CSP, for that day or for today."""
        return self.when(DCC, HandOver, region=homes[0].region, day=day or london_date(self.now), guids=some(*homes))

    def csp_reports(
        self,
        outcome: OutcomeKind,
        *homes: Home,
        version: str | None = None,
        reason: str = "",
        region: str | None = None,
        at: datetime | None = None,
    ) -> Receipt:
        """The CSP of the first home's region (or of another) reports an outcome as of now, or of an instant before."""
        if outcome is OutcomeKind.ACTIVATED and version is None:
            version = NEW
        return self.when(
            f"CSP:{region or homes[0].region}",
            ReportOutcomes,
            outcome=outcome,
            occurred_at=at or self.now,
            firmware_version=version,
            reason=reason,
            guids=some(*homes),
        )

    def smi_shows(self, version: str, *homes: Home) -> Receipt:
        """The Smart Metering Inventory shows this version for these homes as of now."""
        return self.when(SMI, ObserveVersions, firmware_version=version, observed_at=self.now, guids=some(*homes))

    def raises_incident(self, party: Party, incident: str = "INC-1", **fields: Any) -> Receipt:
        """A Supplier raises an incident."""
        return self.when(party, RaiseIncident, incident=incident, description="meters lose their hub", **fields)

    def decided(self, outcome: IncidentOutcome, incident: str = "INC-1", automatic_at: datetime | None = None) -> None:
        """The DCC proposes an outcome and the Panel confirms it."""
        fields = {"outcome": outcome, "automatic_at": automatic_at, "reason": "as found by triage"}
        self.done(DCC, TriageIncident, incident=incident, **fields)
        self.done(PANEL, ConfirmDecision, incident=incident, confirmed=True, commentary="confirmed")

    def supplier_changes(self, home: Home, role: SupplierRole, leaves: Party | None, joins: Party | None) -> Receipt:
        """The registration systems say that a role has passed on today."""
        fields = {"role": role, "leaves": leaves, "joins": joins, "effective": london_date(self.now)}
        return self.when(REGISTRATION, CompleteSupplierChange, guids=some(home), **fields)

    # --- what has become of it ---

    def hub(self, home: Home, release: str = RELEASE) -> HubRecord:
        """A home's hub as it stands."""
        with self.service.store.read() as connection:
            return hubs_of(connection, release, [home.guid])[home.guid]

    def state(self, home: Home, release: str = RELEASE) -> HubState:
        """Its state."""
        return self.hub(home, release).state

    def release(self, of: str = RELEASE) -> ReleaseRecord:
        """The release as it stands."""
        return self.service.release(of)

    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """Everything that was sent, in order: to whom, and what."""
        query = select(outbox.c.to_party, outbox.c.payload).order_by(outbox.c.seq, outbox.c.nth)
        with self.service.store.read() as connection:
            return [(to, json.loads(payload)) for to, payload in connection.execute(query)]

    def told(self, to: str, kind: str | None = None) -> list[dict[str, Any]]:
        """What one party was sent, or of that only one kind."""
        return [said for reader, said in self.sent() if reader == to and kind in (None, said["type"])]

    def readers_of(self, kind: str) -> set[str]:
        """Who was sent something of that kind."""
        return {to for to, said in self.sent() if said["type"] == kind}

    def sees(self, party: Party) -> dict[str, HubStatus]:
        """What a Supplier is shown when it asks for its hubs, by GUID."""
        with self.looks(party) as sight:
            return {format_guid(hub.guid): hub for hub in statuses(sight)}

    def duties(self, who: str) -> Actions:
        """What an actor's list says that it has to do now, and what it says of the others."""
        with self.looks(who) as sight:
            return actions(sight, self.now)

    def in_flight(self, who: str) -> dict[str, dict[str, int]]:
        """By release in flight how many hubs an actor is shown in each state."""
        with self.looks(who) as sight:
            return {one.release: {str(state): n for state, n in one.hubs.items() if n} for one in flights(sight)}

    def looks(self, who: str) -> AbstractContextManager[Sight]:
        """A look at the store with somebody's rights."""
        return looking(self.service.store, reader_named(who))

    def happened(self) -> list[AnyEvent]:
        """Every event in the ledger."""
        with self.service.store.read() as connection:
            return [event for entry in read_entries(connection) for event in events_of(entry)]

    def tables(self) -> list[Sequence[Any]]:
        """Everything that follows from the ledger, but which keys were answered."""
        with self.service.store.read() as connection:
            return [connection.execute(select(table)).all() for table in _FOLLOWING]


_FOLLOWING = [table for table in PROJECTIONS if table.name != "answer"]


def refused_for(receipt: Receipt) -> dict[str, list[str]]:
    """The hubs of a command that were refused, by code."""
    return {one.code: [format_guid(guid) for guid in one.guids] for one in receipt.refused_hubs}


def kinds(said: Iterable[dict[str, Any]]) -> list[str]:
    """What kinds of messages these are."""
    return [one["type"] for one in said]


__all__ = ["BOTH", "DEFAULT", "NORTH", "SOLE", "World", "kinds", "refused_for"]
