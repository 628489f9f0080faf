"""A hub's plan before capacity: decisions, the DCC's terms and changes of Supplier, put together.

A function of a class of hubs, not of one hub: the reference engine calls it per hub, the columnar
engine once for all hubs that share the arguments.
"""

from datetime import date, datetime, timedelta

from attrs import evolve, frozen

from chfw_core.consent.model import ActivationBasis, Consent, Resolution
from chfw_core.consent.resolve import resolve_activation
from chfw_core.model.occurrences import DayRules, first_moment
from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period, format_instant, london_date, london_midnight
from chfw_core.model.windows import Windows
from chfw_core.planning.batch_terms import in_key, smallest_and_slowest
from chfw_core.planning.decision import Decision
from chfw_core.rules.model import BatchSpec


@frozen(kw_only=True)
class DccTerms:
    """What the DCC has decided for a hub. `held`: the reason why nothing may happen (I4), or None.

    `rule` is the `decide` rule that matched; `opens` and `closes` bound the default period where
    that rule instructs; `delay_until` is the latest known end of its holds.
    """

    automatic_at: datetime
    cutoff: datetime
    default: Resolution
    held: str | None = None
    rule: str | None = None
    batch: BatchSpec | None = None
    delay_until: datetime | None = None
    delay_rule: str | None = None


@frozen(kw_only=True)
class SupplierChange:
    """CS3: on London day `effective` the holder of `role` changes; who leaves and who joins, where it is said."""

    role: SupplierRole
    effective: date
    leaves: str | None = None
    joins: str | None = None


@frozen(kw_only=True)
class Freeze:
    """How many London days around a change of Supplier nothing is activated."""

    before: int
    after: int

    def days(self, changes: tuple[SupplierChange, ...]) -> frozenset[date]:
        """The frozen days of these changes."""
        return frozenset(
            change.effective + timedelta(days=offset)
            for change in changes
            for offset in range(-self.before, self.after + 1)
        )


@frozen(kw_only=True)
class HubPlan:
    """Everything but the day. `batch` None = no batches; `batch_key` names the group to be cut.

    `csp_blocked`: the CSP's windows leave nothing of what was possible. `first_day`: no earlier
    day, where a hold of the DCC outlasts the period (then no day at all is left). `decisions`:
    each Supplier's, as changes of Supplier left it. `protected`: CS4, the hub's own black-outs.
    """

    resolution: Resolution
    reason: str
    import_rule: str | None
    gas_rule: str | None
    frozen: frozenset[date] = frozenset()
    protected: tuple[Period, ...] = ()
    batch: BatchSpec | None = None
    batch_key: tuple[str, ...] = ()
    csp_blocked: bool = False
    first_day: date | None = None
    decisions: tuple[Decision, ...] = ()


def plan_hub(
    *,
    suppliers: ResponsibleSuppliers,
    decisions: tuple[Decision, ...],
    dcc: DccTerms,
    changes: tuple[SupplierChange, ...],
    freeze: Freeze,
    today: date,
    csp_windows: Windows,
    csp_batch: BatchSpec | None,
    closed: frozenset[date],
    protected: tuple[Period, ...] = (),
) -> HubPlan:
    """Resolve one hub (or a class of hubs): `decisions` has one entry per responsible Party."""
    decided = tuple(before_change(d, suppliers, changes, freeze, today) for d in decisions) if changes else decisions
    ends = [end for p in suppliers.parties if (end := _instruction_ends(p, suppliers, changes, freeze, today))]
    settled = settle(
        responsible=len(suppliers.parties),
        consents=tuple(d.consent for d in decided if d.consent is not None),
        dcc=dcc,
        end=min(ends, default=None),
        csp_windows=csp_windows,
        closed=closed,
    )
    plan = put_together(
        settled, suppliers=suppliers, decided=decided, dcc=dcc, csp_batch=csp_batch, frozen=freeze.days(changes)
    )
    return evolve(plan, protected=protected) if protected else plan


@frozen(kw_only=True)
class Settled:
    """What the agreements come to, whoever gave them: the same for all hubs with the same consents.

    `head`: the first words of the reason. `csp_blocked`, `first_day`, `frozen`, `protected`: as in HubPlan.
    """

    resolution: Resolution
    head: str
    csp_blocked: bool = False
    first_day: date | None = None
    frozen: frozenset[date] = frozenset()
    protected: tuple[Period, ...] = ()


def settle(
    *,
    responsible: int,
    consents: tuple[Consent, ...],
    dcc: DccTerms,
    end: datetime | None,
    csp_windows: Windows,
    closed: frozenset[date],
) -> Settled:
    """Resolve the consents of `responsible` Suppliers. `end`: when one of them loses the hub (CS3)."""
    resolution = resolve_activation(responsible=responsible, consents=consents, default=dcc.default, closed=closed)
    if end is not None and resolution.basis is not ActivationBasis.DCC_DEFAULT:
        resolution = _ended(resolution, end, dcc.default)
    head = _head(dcc, resolution)
    resolution, first_day = _delayed(resolution, dcc)
    if not csp_windows.parts:
        return Settled(resolution=resolution, head=head, first_day=first_day)
    windows = resolution.windows.merged(csp_windows)
    blocked = (
        first_moment(resolution.period, windows, closed) is None
        and first_moment(resolution.period, resolution.windows, closed) is not None
    )
    narrowed = evolve(resolution, windows=windows)
    return Settled(resolution=narrowed, head=head, first_day=first_day, csp_blocked=blocked)


def put_together(
    settled: Settled,
    *,
    suppliers: ResponsibleSuppliers,
    decided: tuple[Decision, ...],
    dcc: DccTerms,
    csp_batch: BatchSpec | None,
    frozen: frozenset[date] = frozenset(),
) -> HubPlan:
    """The plan of hubs of these Suppliers, in words that name them."""
    early = settled.resolution.basis is not ActivationBasis.DCC_DEFAULT
    batch, batch_key = batching(suppliers, decided, dcc, csp_batch, early=early)
    parts = [d.reason for d in decided] or ["no Supplier is responsible"]
    rules: dict[str | None, str | None] = {d.party: d.rule for d in decided}
    return HubPlan(
        resolution=settled.resolution,
        reason=f"{settled.head}: {'; '.join(parts)}",
        import_rule=rules.get(suppliers.import_supplier),
        gas_rule=rules.get(suppliers.gas_supplier),
        frozen=frozen,
        batch=batch,
        batch_key=batch_key,
        csp_blocked=settled.csp_blocked,
        first_day=settled.first_day,
        decisions=decided,
    )


def day_rules(plan: HubPlan | Settled, earliest: date, blackouts: tuple[Period, ...]) -> DayRules:
    """What forbids days for this plan, for `possible_days`."""
    first = earliest if plan.first_day is None else max(earliest, plan.first_day)
    return DayRules(earliest=first, blackouts=(*blackouts, *plan.protected), frozen=plan.frozen)


def before_change(
    decision: Decision,
    suppliers: ResponsibleSuppliers,
    changes: tuple[SupplierChange, ...],
    freeze: Freeze,
    today: date,
) -> Decision:
    """CS3: an instruction ends with the responsibility of the Supplier that gave it.

    Of `suppliers` and `changes` only the roles that this Supplier has count, never who has the others (NF7).
    """
    end = _instruction_ends(decision.party, suppliers, changes, freeze, today)
    if decision.consent is None or end is None:
        return decision
    opens, begins = decision.consent.period.opens, london_date(end)
    effective = begins + timedelta(days=freeze.before)
    period = decision.consent.period.cut(opens, end)
    note = f"{decision.party}'s responsibility ends on {effective}"
    if period is None:
        if opens < london_midnight(effective):
            freeze_begins = f"the freeze from {begins} on, for its change of Supplier on {effective}"
            return evolve(decision, consent=None, reason=f"{decision.party}'s period opens in {freeze_begins}")
        return evolve(decision, consent=None, reason=f"{note}, before its period opens")
    consent = Consent(period=period, windows=decision.consent.windows)
    if period == decision.consent.period:
        return decision
    return evolve(decision, consent=consent, reason=f"{decision.reason}; {note}")


def _instruction_ends(
    party: str,
    suppliers: ResponsibleSuppliers,
    changes: tuple[SupplierChange, ...],
    freeze: Freeze,
    today: date,
) -> datetime | None:
    """When a Supplier's instruction ends because it loses a role; None while it keeps them."""
    roles = suppliers.roles_of(party)
    lost = [change.effective for change in changes if change.role in roles and change.effective > today]
    return london_midnight(min(lost) - timedelta(days=freeze.before)) if lost else None


def _ended(resolution: Resolution, end: datetime, default: Resolution) -> Resolution:
    """CS3: nothing is planned early for a time at which an agreeing Supplier has lost the hub.

    The resolved period can reach past the end of the one that opens earlier.
    """
    if resolution.period.closes <= end:
        return resolution
    left = resolution.period.cut(resolution.period.opens, end)
    return default if left is None else evolve(resolution, period=left)


def _delayed(resolution: Resolution, dcc: DccTerms) -> tuple[Resolution, date | None]:
    """A DCC hold with a known date is an opening like any other, of early and default periods.

    Where it outlasts the period, the first day is one after everything: the hub is infeasible.
    """
    period, until = resolution.period, dcc.delay_until
    if until is None or until <= period.opens:
        return resolution, None
    left = period.cut(until, period.closes)
    if left is None:
        return resolution, london_date(until) + timedelta(days=1)
    return evolve(resolution, period=left), None


def batching(
    suppliers: ResponsibleSuppliers,
    decided: tuple[Decision, ...],
    dcc: DccTerms,
    csp_batch: BatchSpec | None,
    *,
    early: bool,
) -> tuple[BatchSpec | None, tuple[str, ...]]:
    """BR3.7: the batch that binds hubs of these Suppliers, and the key of the hubs that are cut together."""
    own = [d.batch for d in decided] if early else [dcc.batch]
    asked = [batch for batch in own if batch is not None]
    if not asked:
        return None, ()
    limits = [batch for batch in (dcc.batch, csp_batch) if batch is not None]
    spec = smallest_and_slowest((*asked, *limits))
    if not early:
        return spec, (f"DCC.{dcc.rule}",)
    if suppliers.split:  # NF7: the key names neither of the two, and strangers with such rules are bound by their own
        rules: dict[str | None, str] = {d.party: d.rule or "" for d in decided}
        return spec, (rules[suppliers.import_supplier], f"{rules[suppliers.gas_supplier]}@{in_key(spec)}")
    return spec, tuple(f"{d.party}.{d.rule}" if d.rule else d.party for d in decided)


def _head(dcc: DccTerms, resolution: Resolution) -> str:
    """What decided, in words that name the DCC's rules (NF1); whose acts are missing comes after it."""
    match resolution.basis:
        case ActivationBasis.BOTH_SUPPLIERS:
            head = "both Suppliers agree; the later period applies"
            if resolution.windows_disjoint:
                head += "; their windows do not meet, so those of the later one apply"
        case ActivationBasis.SOLE_SUPPLIER:
            head = "the sole Supplier agrees"
        case ActivationBasis.DCC_DEFAULT:
            head = "the DCC's date"
            if dcc.rule is not None:
                head += f" (`{dcc.rule}`)"
    if dcc.delay_until is not None and dcc.delay_until > resolution.period.opens:
        head += f", not before {format_instant(dcc.delay_until)} (the DCC's hold `{dcc.delay_rule}`)"
    return head
