"""What a hub's Suppliers have agreed to, and what that makes of the hub (BR3, BR4).

The table itself is `chfw_core.consent`; here are only the records that go into it. While one Supplier of two
is missing the DCC's date stands (I2): a hub that a plan gave a day by that date keeps it.
"""

from datetime import date, datetime

from attrs import evolve

from chfw_core.consent.agreement import Act, lapses_at
from chfw_core.consent.model import ActivationBasis, Consent, Resolution
from chfw_core.consent.resolve import resolve_activation
from chfw_core.consent.standing import HubFacts
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period, add_months, add_wall_days, london_date
from chfw_core.model.releases import FirmwareRelease
from chfw_core.model.windows import Windows
from chfw_core.rollout.hours import hours_agreed
from chfw_core.rollout.records import HubRecord, Protection, ReleaseRecord
from chfw_core.rollout.states import FINAL_STATES, HUB_STATES, HubState, HubStep


def firmware_of(record: ReleaseRecord) -> FirmwareRelease:
    """The release's firmware; the gate has made sure that it is drafted."""
    assert record.firmware is not None
    return record.firmware


def automatic_at(record: ReleaseRecord, hub: HubRecord) -> datetime:
    """BR1.3: the hub's own automatic time where the DCC gave it one, else the release's."""
    return hub.automatic_at or firmware_of(record).automatic_at


def cutoff_of(record: ReleaseRecord, automatic: datetime) -> datetime:
    """BR3.4: the last moment at which an instruction counts."""
    return add_months(automatic, -record.figures.cutoff_before_months)


def facts_of(record: ReleaseRecord, hub: HubRecord) -> HubFacts:
    """What the validation of an instruction asks of the hub. What stood when the date was moved is recorded already."""
    at = automatic_at(record, hub)
    cutoff = cutoff_of(record, at)
    return HubFacts(
        suppliers=hub.suppliers,
        automatic_at=at,
        cutoff=cutoff,
        former_automatic_at=at,
        former_cutoff=cutoff,
        ineligible=hub.reason if hub.state in FINAL_STATES else None,
        excluded={str(party): rule for party, rule in hub.excluded.items()},
    )


def suppliers_on(hub: HubRecord, day: date) -> ResponsibleSuppliers:
    """CS3: who is responsible on a London day, as far as changes are announced."""
    held: dict[SupplierRole, Party | None] = {
        SupplierRole.IMPORT: hub.suppliers.import_supplier,
        SupplierRole.GAS: hub.suppliers.gas_supplier,
    }
    for change in sorted(hub.changes, key=lambda change: change.effective):
        if change.effective <= day:
            held[change.role] = change.joins
    return ResponsibleSuppliers(import_supplier=held[SupplierRole.IMPORT], gas_supplier=held[SupplierRole.GAS])


def consents_of(
    hub: HubRecord, suppliers: ResponsibleSuppliers, automatic: datetime, at: datetime | None
) -> dict[Party, Consent]:
    """What those who answer for the hub agree to, cut at the automatic time (I1); in the roles' order.

    Left out: what a rule of its Supplier keeps out (RU8), what has lapsed at `at` (None: whether it has is not asked),
    what the DCC's date has overtaken (BR1.3).
    """
    acts: dict[Party, Act] = {}
    for party in suppliers.parties:
        consent = hub.consent_of(party)
        if consent is not None and consent.period is not None and party not in hub.excluded:
            period = consent.period.cut(consent.period.opens, automatic)
            if period is not None:
                acts[party] = Act(period=period, received_at=consent.received_at)

    def stands(party: Party) -> bool:
        other = next((act for second, act in acts.items() if second != party), None)
        return at is None or lapses_at(acts[party], other) > at

    return {party: Consent(period=act.period) for party, act in acts.items() if stands(party)}


def instructed(record: ReleaseRecord, hub: HubRecord, at: datetime | None) -> frozenset[Party]:
    """Which of the responsible Suppliers have an instruction that stands (BR3.3); with None, also one that lapsed."""
    return frozenset(consents_of(hub, hub.suppliers, automatic_at(record, hub), at))


def resolution(
    record: ReleaseRecord, hub: HubRecord, at: datetime, suppliers: ResponsibleSuppliers | None = None
) -> Resolution:
    """The hub's period and its basis at an instant, for those who are responsible now, or for these."""
    who = suppliers or hub.suppliers
    automatic = automatic_at(record, hub)
    days = firmware_of(record).mass_period_days
    default = Resolution(
        basis=ActivationBasis.DCC_DEFAULT,
        period=Period(opens=automatic, closes=add_wall_days(automatic, days)),
        windows=Windows(),
    )
    consents = tuple(consents_of(hub, who, automatic, at).values())
    return resolve_activation(responsible=len(who.parties), consents=consents, default=default, closed=frozenset())


def _step(record: ReleaseRecord, hub: HubRecord, at: datetime) -> HubStep:
    agreed = instructed(record, hub, at)
    if agreed:
        return HubStep.AGREE if len(agreed) == len(hub.suppliers.parties) else HubStep.AGREE_IN_PART
    taken_back = any(
        consent is not None and consent.period is None for consent in map(hub.consent_of, hub.suppliers.parties)
    )
    return HubStep.TAKE_BACK if taken_back else HubStep.FALL_BACK


def left_to_the_dcc(hub: HubRecord, at: datetime) -> bool:
    """Whether a Supplier's trigger holds the hub: a plan leaves it to the DCC's date then, whatever was agreed (RU6).

    What was agreed to stands all the same, and counts again when the hold ends.
    """
    return any(
        one.kind is Protection.SUPPLIER_HOLD and one.period.opens <= at < one.period.closes for one in hub.protected
    )


def settle(record: ReleaseRecord, before: HubRecord, hub: HubRecord, at: datetime) -> HubRecord:
    """The hub after its instructions or its Suppliers changed: `before` became `hub`.

    A day that a plan gave stays where nothing changed that it rests on; else the hub waits for the next plan.
    """
    step = _step(record, hub, at)
    state = HUB_STATES.get((hub.state, step))
    if state is None or hub.state in (HubState.HELD, HubState.FAILED):
        return hub
    if hub.state is HubState.PLANNED and hub.day is not None:
        rests_on = resolution(record, hub, at)
        held = hub.basis is ActivationBasis.DCC_DEFAULT and left_to_the_dcc(hub, at)
        same = rests_on == resolution(record, before, at) and hours_agreed(hub) == hours_agreed(before)
        if (rests_on.basis is hub.basis or held) and same:
            return hub
    now = resolution(record, hub, at)
    agreed = now.basis is not ActivationBasis.DCC_DEFAULT
    return evolve(
        hub,
        state=state,
        window_opens=now.period.opens if agreed else None,
        window_closes=now.period.closes if agreed else None,
        basis=now.basis if agreed else None,
        day=None,
        batch_id=None,
        reason="",
    )


def frozen_on(record: ReleaseRecord, hub: HubRecord, day: date) -> bool:
    """CS3: whether the day lies in the freeze around a change that is announced."""
    figures = record.figures
    return any(
        -figures.freeze_days_before <= (day - change.effective).days <= figures.freeze_days_after
        for change in hub.changes
    )


def clash_of(record: ReleaseRecord, hub: HubRecord, window: Period) -> str | None:
    """CS3, CS4: the code for which the hub is left alone then, or None."""
    if frozen_on(record, hub, london_date(window.opens)):
        return "frozen"
    if any(protected.period.cut(window.opens, window.closes) for protected in hub.protected):
        return "protected"
    for blackout in firmware_of(record).blackouts:
        concerned = blackout.regions is None or hub.region in blackout.regions
        if concerned and window.cut(blackout.opens, blackout.closes):
            return "blackout"
    return None
