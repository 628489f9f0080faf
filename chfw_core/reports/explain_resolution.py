"""What the decisions of a hub come to: its period, the hours and days in it, and what is told of a second Supplier."""

from chfw_core.consent.disclosure import Disclosure, disclose
from chfw_core.planning.capacity import intervals
from chfw_core.reports.case import Case
from chfw_core.reports.explain_supplier import said
from chfw_core.reports.hours import csp_windows, cutting_blackouts, windows_told
from chfw_core.reports.obstacle import Obstacle
from chfw_core.reports.story import Section
from chfw_core.reports.told import instant


def resolution_section(case: Case, obstacle: Obstacle | None) -> Section:
    """As text; empty where neither Suppliers nor the calendar have a say."""
    if case.settled:
        return Section(title="resolution", lines=())
    plan, days, told = case.plan, case.days, _disclosed(case)
    lines = [] if told is None else list(told.lines())
    lines.append(f"basis {plan.resolution.basis}, period {said(plan.resolution.period)}")
    if plan.resolution.windows_disjoint and not case.others_hours_count:
        lines.append("the windows of the two Suppliers do not meet: those of the later one apply")
    lines += [f"{case.csp}'s {told.text}" for told in windows_told(csp_windows(case))]
    lines += [f"black-out {said(period)}" for period in cutting_blackouts(case)]
    if plan.frozen:
        lines.append(f"frozen for a change of Supplier: {intervals(sorted(plan.frozen))}")
    lines += [f"left alone: {said(period)}" for period in plan.protected]
    possible = f"{len(days):,} possible day{'s' if len(days) > 1 else ''}: {intervals(days)}"
    if case.others_hours_count:
        possible = "which of its days are possible hangs on both Suppliers' hours, and neither is told the other's"
    lines.append(possible if days else "no day is possible")
    if case.scheduled is None and obstacle is not None:  # else it stands with the row
        lines.append(f"  {obstacle.text}")
    return Section(title="resolution", lines=tuple(lines))


def _disclosed(case: Case) -> Disclosure | None:
    """BR3.3: what a Supplier may know of the second one; None for the DCC, which knows them both."""
    if case.reader is None:
        return None
    suppliers = case.match.hub.suppliers
    agreed = [name for name, decision in case.decisions.items() if decision.consent is not None]
    on_record = any(party.read("other_supplier_instructed") for party in case.parties)
    others = [party for party in suppliers.parties if party != case.reader]
    return disclose(suppliers, case.reader, agreed, others if on_record else ())


def resolution_facts(case: Case, obstacle: Obstacle | None) -> dict[str, object] | None:
    """As an object."""
    if case.settled:
        return None
    told, resolution = _disclosed(case), case.plan.resolution
    return {
        "basis": resolution.basis.value,
        "opens": instant(resolution.period.opens),
        "closes": instant(resolution.period.closes),
        "windows_disjoint": None if case.others_hours_count else resolution.windows_disjoint,
        "csp_windows": [one.as_dict() for one in windows_told(csp_windows(case))],
        "blackouts": [{"opens": instant(one.opens), "closes": instant(one.closes)} for one in cutting_blackouts(case)],
        "frozen": [day.isoformat() for day in sorted(case.plan.frozen)],
        "second_supplier_instructed": None if told is None else told.second_instructed,
        "second_supplier_on_record": None if told is None else told.on_record,
        "no_day_because": None if obstacle is None else obstacle.as_dict(),
    }
