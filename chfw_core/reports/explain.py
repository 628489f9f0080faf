"""NF1: why a hub goes when it goes, whose act is missing and by when, and what would change it.

The story follows the steps of `docs/reference/planning.md` with the reference engine's own parts.
For a Supplier it is told from that Supplier's side alone (BR3.3, I8, NF7): its rules and rows, the
outcome, and of the second Supplier only whether it has instructed. The conditions of the DCC's
rules may read who a hub's Suppliers are, so a Supplier is shown what they decided, not why.
"""

from collections.abc import Sequence

from attrs import evolve

from chfw_core.consent.disclosure import disclose
from chfw_core.consent.model import ActivationBasis, Instruction
from chfw_core.engines.matching import HubMatch, Matcher, PartyMatch
from chfw_core.engines.owned import Known
from chfw_core.model.guid import format_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.occurrences import possible_days
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.model.periods import Period, format_instant
from chfw_core.model.releases import Participation
from chfw_core.model.windows import holidays_for
from chfw_core.planning.capacity import intervals
from chfw_core.planning.decision import Decision, decide_supplier
from chfw_core.planning.eligibility import upgrade_path
from chfw_core.planning.hub_plan import HubPlan, day_rules, plan_hub
from chfw_core.planning.model import HubStatus, PlanInputs, ScheduledHub
from chfw_core.planning.release_state import (
    blackouts_in,
    earliest_day,
    freeze_of,
    today_of,
)
from chfw_core.reports.explain_rules import hold_lines, rule_lines
from chfw_core.reports.story import Explanation, Section
from chfw_core.reports.what_would_change import what_would_change
from chfw_core.rules.fields import hub_reader


def explain_hub(
    inputs: PlanInputs,
    hub: CommsHub,
    instructions: Sequence[Instruction],
    scheduled: ScheduledHub | None,
    party: str | None,
) -> Explanation:
    """The consent story of a hub. `instructions`: all rows, or those of this hub.

    `scheduled`: its row of the plan, which alone knows of pilots, batches and capacity; None tells
    the story without them. `party`: the Supplier for whom it is told; None or `DCC` = all of it.
    """
    reader = None if party in (None, DCC) else party
    guid = format_guid(hub.guid)
    if reader is not None and not hub.suppliers.roles_of(reader):
        said = (f"{reader} is not responsible for this hub",)
        return Explanation(guid=guid, party=reader, sections=(Section(title="responsible", lines=said),))
    matcher = Matcher(inputs)
    match = matcher.match(hub, [row for row in instructions if row.guid == hub.guid])
    decisions = {p.matched.party: _decision(matcher, match, p, scheduled) for p in match.parties}
    plan = _plan(matcher, match, tuple(decisions.values()))
    final = {decision.party: decision for decision in plan.decisions}
    leaving = {
        name for name, decision in decisions.items() if decision.consent is not None and final[name].consent is None
    }
    told = [p for p in match.parties if reader in (None, p.matched.party)]
    sections = [
        _outcome(scheduled, plan, reader),
        _eligibility(matcher, match),
        _dcc(matcher, match, reader),
        *(_supplier(matcher, match, p, decisions, scheduled) for p in told),
        _resolution(matcher, match, plan, final, reader),
        _missing(match, plan, final, leaving, reader),
        _changes(matcher, match, final, leaving, scheduled, reader),
    ]
    return Explanation(guid=guid, party=reader, sections=tuple(s for s in sections if s.lines))


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
    )


def _outcome(scheduled: ScheduledHub | None, plan: HubPlan, reader: str | None) -> Section:
    """The row of the plan. A Supplier is spared what names the other's rules."""
    if scheduled is None:
        return Section(title="outcome", lines=())
    lines = [f"status {scheduled.status}"]
    if scheduled.basis is not None:
        lines.append(f"basis {scheduled.basis}")
    if scheduled.window_opens is not None and scheduled.window_closes is not None:
        period = Period(opens=scheduled.window_opens, closes=scheduled.window_closes)
        lines.append(f"on {scheduled.day}, {_said(period)}")
    if reader is None:
        if scheduled.batch_id is not None:
            lines.append(f"batch {scheduled.batch_id}")
        lines.append(scheduled.reason)
    elif scheduled.status is HubStatus.INFEASIBLE:
        tail = f"; {plan.reason}"
        if scheduled.reason.endswith(tail):
            lines.append(scheduled.reason.removesuffix(tail))
    elif scheduled.status is not HubStatus.PLANNED:
        lines.append(scheduled.reason)
    return Section(title="outcome", lines=tuple(lines))


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


def _dcc(matcher: Matcher, match: HubMatch, reader: str | None) -> Section:
    """The release, the DCC's holds and dates; for the DCC itself its rules one by one."""
    dcc, inputs = match.dcc, matcher.inputs
    lines = [f"phase {matcher.state.phase}"]
    stopped = matcher.state.held(hub_reader(match.hub, DCC), match.hub.guid)
    if stopped:
        lines.append(stopped)
    if reader is None:
        base = matcher.context(inputs.release.automatic_at)
        read, rules = hub_reader(match.hub, DCC), matcher.rules(DCC)
        lines += hold_lines(rules.holds, match.dcc_holds, read, base)
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
    lines.append(f"the DCC's own period {_said(dcc.default.period)}")
    return Section(title="DCC", lines=tuple(lines))


def _supplier(
    matcher: Matcher,
    match: HubMatch,
    party: PartyMatch,
    decisions: dict[str, Decision],
    scheduled: ScheduledHub | None,
) -> Section:
    name = party.matched.party
    roles = " and ".join(role.value for role in match.hub.suppliers.roles_of(name))
    rules = matcher.rules(name)
    lines = rule_lines(rules, match, party, _chosen_pilot(match, party, scheduled))
    if rules == type(rules)(owner=name):
        lines.append("no rules")
    standing = party.judged.standing
    if standing is not None:
        wrote = f" (written by `{standing.rule}`)" if standing.rule else ""
        stands = _said(standing.period) if standing.period else "withdrawal"
        lines.append(f"standing instruction: {stands}{wrote}")
    lines += [
        f"instruction received at {format_instant(refusal.instruction.received_at)} refused: {refusal.reason}"
        for refusal in party.judged.refusals
    ]
    decision = decisions[name]
    lines.append(f"decision: {decision.reason}")
    live = match.ineligible is None and match.dcc.held is None
    if live and decision.undecided and matcher.inputs.release.participation is Participation.MANDATORY:
        owed = "was late with its decision, owed by" if match.terms.too_late else "owes a decision by"
        lines.append(f"{name} {owed} {format_instant(match.dcc.cutoff)}")
    if decision.consent is not None:
        lines.append(f"  it agrees to {_said(decision.consent.period)}")
    return Section(title=f"{name} ({roles})", lines=tuple(lines))


def _resolution(
    matcher: Matcher,
    match: HubMatch,
    plan: HubPlan,
    decisions: dict[str, Decision],
    reader: str | None,
) -> Section:
    if match.ineligible is not None or match.dcc.held is not None:
        return Section(title="resolution", lines=())
    lines: list[str] = []
    agreed = [name for name, decision in decisions.items() if decision.consent is not None]
    told = None if reader is None else disclose(match.hub.suppliers, reader, agreed)
    if told is not None:
        lines += told.lines()
    lines.append(f"basis {plan.resolution.basis}, period {_said(plan.resolution.period)}")
    if plan.resolution.windows_disjoint:
        lines.append("the windows of the two Suppliers do not meet: those of the later one apply")
    if plan.frozen:
        lines.append(f"frozen for a change of Supplier: {intervals(sorted(plan.frozen))}")
    lines.append(_possible(matcher, match, plan))
    return Section(title="resolution", lines=tuple(lines))


def _possible(matcher: Matcher, match: HubMatch, plan: HubPlan) -> str:
    inputs, hub = matcher.inputs, match.hub
    rules = day_rules(plan, earliest_day(inputs), blackouts_in(inputs, hub.csp_region))
    closed = holidays_for(hub.holiday_division, inputs.holidays)
    resolution = plan.resolution
    days = [day for day, _ in possible_days(resolution.period, resolution.windows, closed, rules)]
    if not days:
        return "no day is possible"
    return f"{len(days)} possible day{'s' if len(days) > 1 else ''}: {intervals(days)}"


def _missing(
    match: HubMatch, plan: HubPlan, decisions: dict[str, Decision], leaving: set[str], reader: str | None
) -> Section:
    """Whose act is missing for an earlier date, and by when (BR5.4)."""
    lines: list[str] = []
    late = match.terms.too_late
    match_of = {party.matched.party: party for party in match.parties}
    if match.ineligible is None and match.dcc.held is not None:
        lines.append("the DCC: nothing happens before it lets the hub go")
    elif match.ineligible is None:
        for name, decision in decisions.items():
            if decision.consent is not None:
                continue
            who = name if reader in (None, name) else "the second Supplier"
            when = format_instant(match.dcc.cutoff)
            excluded = match_of[name].matched.exclude
            if name in leaving:
                lines.append(f"whoever takes over from {who}: an instruction by {when}")
            elif late:
                lines.append(f"{who} did not instruct by {when}")
            elif excluded is not None and who == name:
                lines.append(f"{who}: to lift its exclude rule `{excluded[0]}` by {when}")
            else:
                lines.append(f"{who}: an instruction by {when}")
        agreed = bool(decisions) and all(decision.consent is not None for decision in decisions.values())
        if agreed and plan.resolution.basis is ActivationBasis.DCC_DEFAULT:  # CS3: nothing of the period is left
            lines.append(
                f"whoever takes over from a Supplier that leaves: an instruction by {format_instant(match.dcc.cutoff)}"
            )
    return Section(title="missing acts", lines=tuple(lines))


def _changes(
    matcher: Matcher,
    match: HubMatch,
    decisions: dict[str, Decision],
    leaving: set[str],
    scheduled: ScheduledHub | None,
    reader: str | None,
) -> Section:
    """What would change the outcome: the condition in the way, then each single fact that would, as tried."""
    if match.ineligible is not None:
        lines = [f"the hub becomes eligible: now it {_now(match.ineligible)}"]
    elif match.dcc.held is not None:
        lines = ["the end of the stop, pause or hold of the DCC"]
    else:
        lines = [
            f"{p.matched.party}: a change of Supplier on another day, or none"
            if p.matched.party in leaving
            else _own_change(match, p, decisions[p.matched.party])
            for p in match.parties
            if decisions[p.matched.party].consent is None and reader in (None, p.matched.party)
        ]
        if all(decision.consent is not None for decision in decisions.values()) and decisions:
            lines.append("a withdrawal before the hub is handed over: then the DCC's date applies")
        for party in match.parties:
            if reader in (None, party.matched.party):
                lines += _single_facts(matcher, match, party, scheduled)
    return Section(title="what would change it", lines=tuple(dict.fromkeys(lines)))


def _single_facts(matcher: Matcher, match: HubMatch, party: PartyMatch, scheduled: ScheduledHub | None) -> list[str]:
    """What one Supplier's own rules would decide if one thing were otherwise; the other's are not read."""
    name = party.matched.party
    known = Known(
        automatic_at=match.terms.automatic_at,
        rows=match.rows,
        other_instructed=bool(party.read("other_supplier_instructed")),
        pilot=_chosen_pilot(match, party, scheduled),
    )
    return [f"{name}: {change.text}" for change in what_would_change(matcher, name, match.hub, known)]


def _now(reason: str) -> str:
    return reason if reason.startswith(("needs", "already")) else f"is not, since {reason}"


def _own_change(match: HubMatch, party: PartyMatch, decision: Decision) -> str:
    name, matched = party.matched.party, party.matched
    if match.terms.too_late and matched.standing is None:
        return "nothing of a Supplier's after the cut-off; the DCC can move its date"
    if matched.exclude is not None:
        return f"{name}: the exclude rule `{matched.exclude[0]}` no longer applies"
    if any(hold.rule == decision.rule for hold in matched.holds):
        return f"{name}: the hold `{decision.rule}` ends earlier"
    return f"{name}: an instruction received by {format_instant(match.dcc.cutoff)}"


def _said(period: Period) -> str:
    return f"{format_instant(period.opens)} to {format_instant(period.closes)}"
