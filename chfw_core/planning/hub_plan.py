"""A hub's plan before capacity: decisions, the DCC's terms and changes of Supplier, put together.

A function of a class of hubs, not of one hub: the reference engine calls it per hub, the columnar
engine once for all hubs that share the arguments.
"""

from datetime import date, datetime, timedelta
from typing import assert_never

from attrs import evolve, frozen

from chfw_core.consent.model import ActivationBasis, Consent, Resolution
from chfw_core.consent.resolve import resolve_activation
from chfw_core.model.occurrences import DayRules, first_moment
from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole
from chfw_core.model.periods import Period, format_instant, london_date, london_midnight
from chfw_core.model.windows import Windows
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
    """CS3: on London day `effective` the holder of `role` changes."""

    role: SupplierRole
    effective: date


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
    each Supplier's, as changes of Supplier left it.
    """

    resolution: Resolution
    reason: str
    import_rule: str | None
    gas_rule: str | None
    frozen: frozenset[date] = frozenset()
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
) -> HubPlan:
    """Resolve one hub (or a class of hubs): `decisions` has one entry per responsible Party."""
    decided = tuple(_before_change(d, suppliers, changes, freeze, today) for d in decisions)
    consents = tuple(d.consent for d in decided if d.consent is not None)
    resolution = resolve_activation(
        responsible=len(suppliers.parties),
        consents=consents,
        default=dcc.default,
        closed=closed,
    )
    if resolution.basis is not ActivationBasis.DCC_DEFAULT:
        ends = [end for p in suppliers.parties if (end := _instruction_ends(p, suppliers, changes, freeze, today))]
        resolution = _ended(resolution, min(ends, default=None), dcc.default)
    reason = _reason(decided, dcc, resolution)
    resolution, first_day = _delayed(resolution, dcc)
    early = resolution.basis is not ActivationBasis.DCC_DEFAULT
    batch, batch_key = _batching(suppliers, decided, dcc, csp_batch, early=early)
    windows = resolution.windows.merged(csp_windows)
    return HubPlan(
        resolution=evolve(resolution, windows=windows),
        reason=reason,
        import_rule=_rule_of(suppliers.import_supplier, decided),
        gas_rule=_rule_of(suppliers.gas_supplier, decided),
        frozen=freeze.days(changes),
        batch=batch,
        batch_key=batch_key,
        csp_blocked=bool(csp_windows.parts)
        and first_moment(resolution.period, windows, closed) is None
        and first_moment(resolution.period, resolution.windows, closed) is not None,
        first_day=first_day,
        decisions=decided,
    )


def day_rules(plan: HubPlan, earliest: date, blackouts: tuple[Period, ...]) -> DayRules:
    """What forbids days for this plan, for `possible_days`."""
    first = earliest if plan.first_day is None else max(earliest, plan.first_day)
    return DayRules(earliest=first, blackouts=blackouts, frozen=plan.frozen)


def _before_change(
    decision: Decision,
    suppliers: ResponsibleSuppliers,
    changes: tuple[SupplierChange, ...],
    freeze: Freeze,
    today: date,
) -> Decision:
    """CS3: an instruction ends with the responsibility of the Supplier that gave it."""
    end = _instruction_ends(decision.party, suppliers, changes, freeze, today)
    if decision.consent is None or end is None:
        return decision
    period = decision.consent.period.cut(decision.consent.period.opens, end)
    note = f"{decision.party}'s responsibility ends on {london_date(end) + timedelta(days=freeze.before)}"
    if period is None:
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


def _ended(resolution: Resolution, end: datetime | None, default: Resolution) -> Resolution:
    """CS3: nothing is planned early for a time at which an agreeing Supplier has lost the hub.

    The resolved period can reach past the end of the one that opens earlier.
    """
    if end is None or resolution.period.closes <= end:
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


def _batching(
    suppliers: ResponsibleSuppliers,
    decided: tuple[Decision, ...],
    dcc: DccTerms,
    csp_batch: BatchSpec | None,
    *,
    early: bool,
) -> tuple[BatchSpec | None, tuple[str, ...]]:
    own = [d.batch for d in decided if d.batch is not None] if early else [dcc.batch]
    asked = [batch for batch in own if batch is not None]
    if not asked:
        return None, ()
    limits = [batch for batch in (dcc.batch, csp_batch) if batch is not None]
    spec = smallest_and_slowest((*asked, *limits))
    if not early:
        return spec, (f"DCC.{dcc.rule}",)
    sides = {d.party: f"{d.party}.{d.rule}" if d.rule else d.party for d in decided}
    holders = (suppliers.import_supplier, suppliers.gas_supplier)
    return spec, tuple(dict.fromkeys(sides[p] for p in holders if p is not None))


def smallest_and_slowest(batches: tuple[BatchSpec, ...]) -> BatchSpec:
    """BR3.7: where several say, the smallest size and the longest pause."""
    # One day and 24 hours are as long: the day counts, whoever says it (I3).
    pause = max((b.pause for b in batches), key=lambda p: (p.days * 86_400 + p.seconds, p.days))
    return BatchSpec(size=min(b.size for b in batches), pause=pause)


def _rule_of(party: str | None, decided: tuple[Decision, ...]) -> str | None:
    return next((d.rule for d in decided if d.party == party), None)


def _reason(decided: tuple[Decision, ...], dcc: DccTerms, resolution: Resolution) -> str:
    """What decided, in words that name the rules and the missing act (NF1)."""
    parts = [d.reason for d in decided] or ["no Supplier is responsible"]
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
        case _:
            assert_never(resolution.basis)
    if dcc.delay_until is not None and dcc.delay_until > resolution.period.opens:
        head += f", not before {format_instant(dcc.delay_until)} (the DCC's hold `{dcc.delay_rule}`)"
    return f"{head}: {'; '.join(parts)}"
