"""NF1: why a hub goes when it goes, whose act is missing and by when, and what would change it.

The story follows the steps of `docs/reference/planning.md` with the reference engine's own parts.
For a Supplier it is told from that Supplier's side alone (BR3.3, I8, NF7): its rules and rows, the
outcome, and of the second Supplier only whether it has instructed. The conditions of the DCC's
rules may read who a hub's Suppliers are, so a Supplier is shown what they decided, not why.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import evolve

from chfw_core.consent.model import Instruction
from chfw_core.engines.matching import HubMatch, Matcher, PartyMatch
from chfw_core.model.guid import format_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.occurrences import possible_days
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.model.periods import Period, format_instant
from chfw_core.model.windows import holidays_for
from chfw_core.planning.decision import Decision, as_agreed, decide_supplier
from chfw_core.planning.eligibility import upgrade_path
from chfw_core.planning.hub_plan import HubPlan, day_rules, plan_hub
from chfw_core.planning.model import HubStatus, PlanInputs, ScheduledHub
from chfw_core.planning.release_state import (
    blackouts_in,
    earliest_day,
    freeze_of,
    today_of,
)
from chfw_core.reports.batch_setters import setters_of
from chfw_core.reports.case import Case
from chfw_core.reports.explain_acts import changes_of, kept_back_on_purpose, missing_acts
from chfw_core.reports.explain_days import DayLoad, Loads, days_before, loads_told, why_this_day
from chfw_core.reports.explain_resolution import resolution_facts, resolution_section
from chfw_core.reports.explain_rules import holds_asked, holds_told
from chfw_core.reports.explain_supplier import said, supplier_part
from chfw_core.reports.hours import windows_told
from chfw_core.reports.obstacle import Obstacle, obstacle_of
from chfw_core.reports.of_other_inputs import differences
from chfw_core.reports.story import Explanation, Section
from chfw_core.reports.told import instant
from chfw_core.rules.vocabulary.fields import hub_reader

OF_OTHER_INPUTS = "this row is not what these inputs give"


def explain_hub(
    inputs: PlanInputs,
    hub: CommsHub,
    instructions: Sequence[Instruction],
    scheduled: ScheduledHub | None,
    party: str | None,
    count_loads: Loads | None = None,
) -> Explanation:
    """The consent story of a hub. `instructions`: all rows, or those of this hub.

    `scheduled`: its row of the plan, which alone knows of pilots, batches and capacity; None tells
    the story without them. `party`: the Supplier for whom it is told; None or `DCC` = all of it.
    `count_loads`: how full days are, which is told to the DCC alone (PR3).
    """
    reader = None if party in (None, DCC) else party
    guid = format_guid(hub.guid)
    if reader is not None and not hub.suppliers.roles_of(reader):
        said = f"{reader} is not responsible for this hub"
        section = Section(title="responsible", lines=(said,))
        return Explanation(guid=guid, party=reader, sections=(section,), facts={"responsible": False, "why": said})
    matcher = Matcher(inputs)
    match = matcher.match(hub, [row for row in instructions if row.guid == hub.guid])
    decided = as_agreed(tuple(_decision(matcher, match, p, scheduled) for p in match.parties))
    decisions = {decision.party: decision for decision in decided}
    plan = _plan(matcher, match, tuple(decisions.values()))
    final = {decision.party: decision for decision in plan.decisions}
    leaving = frozenset(
        name for name, decision in decisions.items() if decision.consent is not None and final[name].consent is None
    )
    told = [p for p in match.parties if reader in (None, p.matched.party)]
    pilots = {p.matched.party: _chosen_pilot(match, p, scheduled) for p in match.parties}
    suppliers = [
        supplier_part(matcher, match, p, decisions[p.matched.party], final[p.matched.party], pilots[p.matched.party])
        for p in told
    ]
    days = _possible_days(matcher, match, plan)
    case = Case(
        matcher=matcher,
        match=match,
        plan=plan,
        decisions=final,
        leaving=leaving,
        pilots=pilots,
        reader=reader,
        scheduled=scheduled,
        days=days,
    )
    obstacle = obstacle_of(case)
    acts, changes = tuple(missing_acts(case, obstacle)), tuple(changes_of(case, obstacle))
    on_purpose = kept_back_on_purpose(case)
    other = (
        ()
        if scheduled is None
        else tuple(differences(matcher, match, plan, scheduled=scheduled, days=days, pilots=pilots, reader=reader))
    )
    earlier = () if other or scheduled is None or scheduled.day is None else days_before(scheduled.day, days)
    loads = count_loads(hub.csp_region, earlier) if count_loads is not None and reader is None and earlier else {}
    sections = [
        _outcome(case, () if other or case.others_hours_count else days, obstacle, loads),
        Section(title=OF_OTHER_INPUTS, lines=other),
        _eligibility(matcher, match),
        _dcc(case),
        *(part.section for part in suppliers),
        resolution_section(case, obstacle),
        Section(title="missing acts", lines=(*(act.text for act in acts), *on_purpose)),
        Section(title="what would change it", lines=tuple(dict.fromkeys(change.text for change in changes))),
    ]
    facts = {
        "responsible": True,
        "outcome": _outcome_facts(case, days, loads),
        "of_other_inputs": list(other),
        "eligible": match.ineligible is None,
        "ineligible_because": match.ineligible,
        "dcc": _dcc_facts(case),
        "suppliers": [part.as_dict() for part in suppliers],
        "resolution": resolution_facts(case, obstacle),
        "missing_acts": [act.as_dict() for act in acts],
        "no_missing_act": "; ".join(on_purpose) or None,
        "changes": [change.as_dict() for change in changes],
    }
    return Explanation(
        guid=guid, party=reader, sections=tuple(s for s in sections if s.lines), facts=facts, other=other
    )


def _decision(matcher: Matcher, match: HubMatch, party: PartyMatch, scheduled: ScheduledHub | None) -> Decision:
    rules = matcher.rules(party.matched.party)
    chosen = _chosen_pilot(match, party, scheduled)
    pilot = next((rule for rule in rules.pilots if rule.id == chosen), None)
    return decide_supplier(evolve(party.matched, pilot=pilot), match.terms, party.read_date)


def _chosen_pilot(match: HubMatch, party: PartyMatch, scheduled: ScheduledHub | None) -> str | None:
    """The rule that the row names for this Party: a pilot's, where it is in one."""
    if scheduled is None:
        return None
    own = match.hub.import_supplier == party.matched.party
    return scheduled.import_rule if own else scheduled.gas_rule


def _plan(matcher: Matcher, match: HubMatch, decisions: tuple[Decision, ...]) -> HubPlan:
    hub, csp = match.hub, matcher.rules(CSP_PREFIX + match.hub.csp_region)
    return plan_hub(
        suppliers=hub.suppliers,
        decisions=decisions,
        dcc=match.dcc,
        changes=matcher.changes(hub),
        freeze=freeze_of(matcher.inputs),
        today=today_of(matcher.inputs),
        csp_windows=csp.region_windows,
        csp_batch=csp.region_batch,
        closed=holidays_for(hub.holiday_division, matcher.inputs.holidays),
        protected=matcher.inputs.protected.get(hub.guid, ()),
    )


def _outcome(case: Case, days: Sequence[date], obstacle: Obstacle | None, loads: Mapping[date, DayLoad]) -> Section:
    """The row of the plan. A Supplier is spared what names the other's rules."""
    scheduled = case.scheduled
    if scheduled is None:
        return Section(title="outcome", lines=())
    lines = [f"status {scheduled.status}"]
    if scheduled.basis is not None:
        lines.append(f"basis {scheduled.basis}")
    if scheduled.window_opens is not None and scheduled.window_closes is not None:
        period = Period(opens=scheduled.window_opens, closes=scheduled.window_closes)
        lines.append(f"on {scheduled.day}, {said(period)}")
        lines += why_this_day(scheduled.day, days, loads)
    if case.reader is None:
        if scheduled.batch_id is not None:
            lines.append(f"batch {scheduled.batch_id}")
            setters = setters_of(case)
            lines += [] if setters is None else [f"  {setters.text}"]
        lines.append(scheduled.reason)
    elif scheduled.status is HubStatus.INFEASIBLE:
        lines += [] if obstacle is None else [obstacle.text]
    elif scheduled.status is not HubStatus.PLANNED:
        lines.append(scheduled.reason)
    return Section(title="outcome", lines=tuple(lines))


def _outcome_facts(case: Case, days: Sequence[date], loads: Mapping[date, DayLoad]) -> dict[str, object] | None:
    """The row of the plan. Its reason and its batch may name the other Supplier's rules: they are the DCC's to read."""
    scheduled, reader = case.scheduled, case.reader
    if scheduled is None:
        return None
    found: dict[str, object] = {
        "status": scheduled.status.value,
        "basis": None if scheduled.basis is None else scheduled.basis.value,
        "window_opens": instant(scheduled.window_opens),
        "window_closes": instant(scheduled.window_closes),
        "day": None if scheduled.day is None else scheduled.day.isoformat(),
        "earlier_days": None
        if scheduled.day is None or case.others_hours_count
        else len(days_before(scheduled.day, days)),
    }
    if reader is None:
        setters = setters_of(case) if scheduled.batch_id is not None else None
        found |= {"batch_id": scheduled.batch_id, "batch_set_by": None if setters is None else setters.as_dict()}
        found |= {"reason": scheduled.reason, "earlier_loads": loads_told(loads)}
    return found


def _eligibility(matcher: Matcher, match: HubMatch) -> Section:
    hub, release = match.hub, matcher.inputs.release
    lines = [f"device model {hub.device_model}, version {hub.firmware_version}, {hub.smi_status}"]
    lines.append(match.ineligible or f"eligible for {release.id} ({release.firmware_version})")
    if hub.device_model in release.device_models and hub.firmware_version != release.firmware_version:
        path = upgrade_path(matcher.graph, hub.device_model, hub.firmware_version)
        lines.append(f"upgrade path: {' > '.join(path)}" if path else "no upgrade path is known")
    if matcher.inputs.cpl is None:
        lines.append("no CPL was given: whether it is Current there was not checked")
    return Section(title="eligibility", lines=tuple(lines))


def _dcc(case: Case) -> Section:
    """The release, the DCC's holds and dates; for the DCC itself its rules one by one."""
    matcher, match, reader = case.matcher, case.match, case.reader
    dcc, inputs = match.dcc, matcher.inputs
    lines = [f"phase {matcher.phase(match.hub)}"]
    stopped = matcher.state.held(hub_reader(match.hub, DCC), match.hub.guid)
    if stopped:
        lines.append(stopped)
    if reader is None:
        base = matcher.context(inputs.release.automatic_at, match.hub)
        read, rules = hub_reader(match.hub, DCC), matcher.rules(DCC)
        holds = holds_told(matcher, rules, match.hub, read, base)
        lines += [line for rule in holds_asked(rules, read, base, holds) for line in rule.lines()]
        if dcc.rule is not None:
            lines.append(f"decide `{dcc.rule}` is the first that matches")
    elif dcc.held and not stopped:
        lines.append(dcc.held)
    if dcc.delay_until is not None:
        lines.append(f"not before {format_instant(dcc.delay_until)}: held by `{dcc.delay_rule}`")
    lines.append(f"automatic time {format_instant(dcc.automatic_at)}")
    if dcc.automatic_at != inputs.release.automatic_at:
        lines.append(f"  moved from {format_instant(inputs.release.automatic_at)}")
    lines.append(f"cut-off {format_instant(dcc.cutoff)}")
    lines.append(f"the DCC's own period {said(dcc.default.period)}")
    if reader is None:
        lines += [f"  in its {told.text}" for told in windows_told(dcc.default.windows)]
    return Section(title="DCC", lines=tuple(lines))


def _dcc_facts(case: Case) -> dict[str, object]:
    """The DCC's times and what it holds; its holds one by one and its windows to itself alone."""
    matcher, match, dcc, reader = case.matcher, case.match, case.match.dcc, case.reader
    found: dict[str, object] = {
        "phase": matcher.phase(match.hub).value,
        "held": dcc.held,
        "rule": dcc.rule if reader is None else None,
        "not_before": instant(dcc.delay_until),
        "not_before_by": dcc.delay_rule,
        "automatic_at": instant(dcc.automatic_at),
        "cutoff": instant(dcc.cutoff),
        "opens": instant(dcc.default.period.opens),
        "closes": instant(dcc.default.period.closes),
    }
    if reader is None:
        base = matcher.context(matcher.inputs.release.automatic_at, match.hub)
        holds = holds_told(matcher, matcher.rules(DCC), match.hub, hub_reader(match.hub, DCC), base)
        found["windows"] = [told.as_dict() for told in windows_told(dcc.default.windows)]
        found["holds"] = [hold.as_dict() for hold in holds]
    return found


def _possible_days(matcher: Matcher, match: HubMatch, plan: HubPlan) -> tuple[date, ...]:
    """In order, its batch and capacity apart; none of a hub that is held or not eligible."""
    if match.ineligible is not None or match.dcc.held is not None:
        return ()
    inputs, hub = matcher.inputs, match.hub
    rules = day_rules(plan, earliest_day(inputs), blackouts_in(inputs, hub.csp_region))
    closed = holidays_for(hub.holiday_division, inputs.holidays)
    resolution = plan.resolution
    return tuple(day for day, _ in possible_days(resolution.period, resolution.windows, closed, rules))
