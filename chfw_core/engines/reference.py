"""The reference engine: a plan made hub by hub, written to be read. It is the specification.

`docs/reference/planning.md` says each step in words; the columnar engine gives the same answer
hub for hub (I14). Nothing depends on the order of the hubs (I7), except that of the rows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, field, frozen

from chfw_core.consent.model import Instruction, InstructionGroup, Refusal
from chfw_core.consent.standing import judge_rows
from chfw_core.engines.hub_form import in_standard_form
from chfw_core.engines.matching import HubMatch, Matcher
from chfw_core.model.guid import Guid, hash_key, keyed_hash
from chfw_core.model.hubs import CommsHub
from chfw_core.model.occurrences import possible_days
from chfw_core.model.parties import CSP_PREFIX, Party
from chfw_core.model.periods import Period
from chfw_core.model.windows import holidays_for
from chfw_core.planning import reasons
from chfw_core.planning.batches import BatchKey, batch_id, batch_number, batch_period, specs_by_key
from chfw_core.planning.capacity import DemandClass, Proof, assign_days, region_capacity
from chfw_core.planning.decision import Decision, as_agreed, decide_supplier
from chfw_core.planning.findings import Counts, count_refusals, plan_findings
from chfw_core.planning.flow import FlowSolver
from chfw_core.planning.hub_plan import HubPlan, day_rules, plan_hub
from chfw_core.planning.model import Finding, HubStatus, PlanInputs, ScheduledHub
from chfw_core.planning.pilot import (
    PilotAsk,
    PilotCandidate,
    PilotResult,
    select_pilots,
)
from chfw_core.planning.pilot_reach import PilotReach
from chfw_core.planning.release_state import (
    blackouts_in,
    earliest_day,
    freeze_of,
    today_of,
)
from chfw_core.rules.model import BatchSpec


@frozen(kw_only=True)
class HubTrace:
    """How one hub came to its row. `plan` and `days` are None where it was not resolved.

    `days`: every possible day with its occurrence. `batch`: its number, where it has one.
    `late`: it would have had a day in an earlier batch. `proof`: why capacity has no place for it.
    """

    match: HubMatch
    decisions: tuple[Decision, ...] = ()
    plan: HubPlan | None = None
    batch: int | None = None
    days: Mapping[date, Period] = field(factory=dict)
    late: bool = False
    proof: Proof | None = None

    @property
    def automatic_at(self) -> datetime:
        """The DCC's date for this hub (BR1.3): the release's, or the one to which the DCC's rules move it."""
        return self.match.dcc.automatic_at


@frozen(kw_only=True)
class ReferencePlan:
    """`rows` in the order of the hubs; `traces` how each came to its row.

    `own_instructions`: what the rules instructed in this plan.
    """

    rows: tuple[ScheduledHub, ...]
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]
    own_instructions: tuple[Instruction, ...]
    pilots: tuple[PilotResult, ...]
    traces: Mapping[Guid, HubTrace]


def plan_reference(
    inputs: PlanInputs,
    hubs: Iterable[CommsHub],
    instructions: Sequence[Instruction],
    solver: FlowSolver,
) -> ReferencePlan:
    """The plan of these hubs.

    Raises UsageError for two hubs with one GUID and for a hub that is not in standard form, as `read_hub` makes one;
    InputError where capacity is limited but a region of the hubs has no figure.
    """
    hubs = in_standard_form(hubs)
    matcher = Matcher(inputs)
    matches = _match_all(matcher, hubs, instructions)
    pilots = _pilots(matcher, matches.values())
    traces = {
        guid: HubTrace(match=match) if _settled(match) else _resolve(matcher, match, pilots)
        for guid, match in matches.items()
    }
    traces = _with_batches(inputs, traces)
    traces = {guid: _with_days(inputs, trace) for guid, trace in traces.items()}
    chosen, traces = _with_capacity(inputs, traces, solver)
    rows = tuple(_row(inputs, traces[hub.guid], chosen.get(hub.guid)) for hub in hubs)
    refusals = _refusals(inputs, matches, instructions)
    return ReferencePlan(
        rows=rows,
        findings=plan_findings(
            inputs,
            _count(traces, rows, refusals, pilots, sum(matcher.contradictions(hub) for hub in hubs)),
            parties={party for hub in hubs for party in hub.suppliers.parties},
            regions={hub.csp_region for hub in hubs},
            flags={flag for hub in hubs for flag in hub.flags},
            private_flags=_private_flags(hubs),
        ),
        refusals=refusals,
        own_instructions=tuple(row for hub in hubs for row in _own_instructions(inputs, traces[hub.guid])),
        pilots=pilots,
        traces=traces,
    )


def _private_flags(hubs: Iterable[CommsHub]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for hub in hubs:
        for owner, known in hub.private.items():
            found.setdefault(owner, set()).update(known.flags)
    return found


def _match_all(matcher: Matcher, hubs: Sequence[CommsHub], instructions: Sequence[Instruction]) -> dict[Guid, HubMatch]:
    rows: dict[Guid, list[Instruction]] = {}
    for row in instructions:
        rows.setdefault(row.guid, []).append(row)
    return {hub.guid: matcher.match(hub, rows.get(hub.guid, [])) for hub in hubs}


def _settled(match: HubMatch) -> bool:
    """Ineligible or held: neither the Suppliers nor the calendar have a say."""
    return match.ineligible is not None or match.dcc.held is not None


def _pilots(matcher: Matcher, matches: Iterable[HubMatch]) -> tuple[PilotResult, ...]:
    """Section 11: the pilot groups of all Suppliers, in order of owner and file."""
    matches = tuple(matches)
    asks = []
    for rules in sorted(matcher.inputs.rulesets, key=lambda rules: rules.owner):
        own = [(m, p) for m in matches for p in m.parties if p.matched.party == rules.owner]
        excluded = sum(party.matched.exclude is not None for _, party in own)
        for pilot in rules.pilots:
            asked = [(match, party) for match, party in own if matcher.pilot_asks(match, party, pilot)]
            bars = [matcher.pilot_bar(match, party, pilot) for match, party in asked]
            candidates = tuple(
                PilotCandidate(
                    guid=match.hub.guid,
                    stratum=tuple(party.read(name) for name in pilot.spread_by),
                    preferred=matcher.prefers(match, party, pilot),
                )
                for (match, party), bar in zip(asked, bars, strict=True)
                if bar is None
            )
            barred = Counter(bar for bar in bars if bar is not None)
            reach = PilotReach(hubs=len(own), excluded=excluded, met=len(asked), barred=barred, taken=0)
            asks.append(PilotAsk(party=rules.owner, rule=pilot, candidates=candidates, reach=reach))
    return select_pilots(asks, matcher.inputs.release.pilot_limit)


def _resolve(matcher: Matcher, match: HubMatch, pilots: Sequence[PilotResult]) -> HubTrace:
    """Sections 4 to 7: each Supplier's decision, then the hub's period."""
    inputs, hub = matcher.inputs, match.hub
    decisions = []
    for party in match.parties:
        owner = party.matched.party
        chosen = {p.rule for p in pilots if p.party == owner and hub.guid in p.group.guids}
        pilot = next((r for r in matcher.rules(owner).pilots if r.id in chosen), None)
        matched = evolve(party.matched, pilot=pilot)
        decisions.append(decide_supplier(matched, match.terms, party.read_date))
    csp = matcher.rules(CSP_PREFIX + hub.csp_region)
    agreed = as_agreed(tuple(decisions))
    plan = plan_hub(
        suppliers=hub.suppliers,
        decisions=agreed,
        dcc=match.dcc,
        changes=matcher.changes(hub),
        freeze=freeze_of(inputs),
        today=today_of(inputs),
        csp_windows=csp.region_windows,
        csp_batch=csp.region_batch,
        closed=holidays_for(hub.holiday_division, inputs.holidays),
        protected=inputs.protected.get(hub.guid, ()),
    )
    return HubTrace(match=match, decisions=agreed, plan=plan)


def _with_batches(inputs: PlanInputs, traces: Mapping[Guid, HubTrace]) -> dict[Guid, HubTrace]:
    """Section 9: hubs of one key in hash order, so many at a time."""
    order = hash_key(inputs.release.id)
    batched = sorted(
        ((guid, t.plan) for guid, t in traces.items() if t.plan is not None and t.plan.batch),
        key=lambda pair: keyed_hash(pair[0], order),
    )
    specs = specs_by_key((plan.batch_key, plan.batch) for _, plan in batched if plan.batch)
    places = dict.fromkeys(specs, 0)
    result = dict(traces)
    for guid, plan in batched:
        spec, place = specs[plan.batch_key], places[plan.batch_key]
        places[plan.batch_key] = place + 1
        number = batch_number(place, spec.size)
        result[guid] = evolve(traces[guid], plan=evolve(plan, batch=spec), batch=number)
    return result


def _with_days(inputs: PlanInputs, trace: HubTrace) -> HubTrace:
    """Section 8: the days on which the hub can go; in a batch, those from its opening on."""
    plan, hub = trace.plan, trace.match.hub
    if plan is None or plan.csp_blocked:
        return trace
    if not trace.batch or plan.batch is None:
        return evolve(trace, days=_days(inputs, hub, plan, plan.resolution.period))
    period = batch_period(plan.resolution.period, trace.batch, plan.batch.pause)
    days = {} if period is None else _days(inputs, hub, plan, period)
    late = not days and bool(_days(inputs, hub, plan, plan.resolution.period))
    return evolve(trace, days=days, late=late)


def _days(inputs: PlanInputs, hub: CommsHub, plan: HubPlan, period: Period) -> Mapping[date, Period]:
    rules = day_rules(plan, earliest_day(inputs), blackouts_in(inputs, hub.csp_region))
    closed = holidays_for(hub.holiday_division, inputs.holidays)
    return dict(possible_days(period, plan.resolution.windows, closed, rules))


def _with_capacity(
    inputs: PlanInputs, traces: Mapping[Guid, HubTrace], solver: FlowSolver
) -> tuple[Mapping[Guid, date], dict[Guid, HubTrace]]:
    """Section 10: region by region, classes of hubs onto days; within a class in hash order."""
    order = hash_key(inputs.release.id)
    regions: dict[str, dict[tuple[tuple[date, ...], int], list[Guid]]] = {}
    for trace in traces.values():
        hub = trace.match.hub
        region_capacity(inputs, hub.csp_region, ())  # a region of the estate without a figure
        if trace.days:
            key = (tuple(trace.days), trace.match.priority)
            regions.setdefault(hub.csp_region, {}).setdefault(key, []).append(hub.guid)
    chosen: dict[Guid, date] = {}
    result = dict(traces)
    for region, members in sorted(regions.items()):
        classes = [
            DemandClass(days=days, priority=priority, count=len(guids)) for (days, priority), guids in members.items()
        ]
        every_day = sorted({day for c in classes for day in c.days})
        capacity = region_capacity(inputs, region, every_day)
        assigned = assign_days(region, classes, capacity, solver)
        for at, guids in enumerate(members.values()):
            waiting = sorted(guids, key=lambda guid: keyed_hash(guid, order))
            days = [day for day, hubs in assigned.placed[at] for _ in range(hubs)]
            chosen.update(zip(waiting, days, strict=False))
            for guid in waiting[len(days) :]:
                result[guid] = evolve(result[guid], proof=assigned.proofs[at])
    return chosen, result


def _row(inputs: PlanInputs, trace: HubTrace, day: date | None) -> ScheduledHub:
    match, plan, guid = trace.match, trace.plan, trace.match.hub.guid
    if match.ineligible is not None:
        return ScheduledHub(guid=guid, status=HubStatus.INELIGIBLE, reason=match.ineligible)
    if plan is None:
        return ScheduledHub(guid=guid, status=HubStatus.HELD, reason=reasons.held(match.dcc))
    row = ScheduledHub(
        guid=guid,
        status=HubStatus.PLANNED,
        reason=reasons.planned(plan),
        import_rule=plan.import_rule,
        gas_rule=plan.gas_rule,
    )
    if day is None:
        return evolve(row, status=HubStatus.INFEASIBLE, reason=_infeasible(inputs, trace, plan))
    return evolve(
        row,
        basis=plan.resolution.basis,
        window_opens=trace.days[day].opens,
        window_closes=trace.days[day].closes,
        day=day,
        batch_id=None if trace.batch is None else batch_id(plan.batch_key, trace.batch),
    )


def _infeasible(inputs: PlanInputs, trace: HubTrace, plan: HubPlan) -> str:
    hub = trace.match.hub
    if plan.csp_blocked:
        return reasons.csp_blocked(plan, hub.csp_region)
    if trace.proof is not None:
        return reasons.over_capacity(plan, trace.proof.sentence())
    if trace.late and trace.batch is not None:
        return reasons.no_day_for_batch(plan, trace.batch)
    closed = holidays_for(hub.holiday_division, inputs.holidays)
    return reasons.no_day(plan, earliest_day(inputs), blackouts_in(inputs, hub.csp_region), closed)


def _refusals(
    inputs: PlanInputs,
    matches: Mapping[Guid, HubMatch],
    instructions: Sequence[Instruction],
) -> tuple[Refusal, ...]:
    """BR5.2: every refused row with its reason, in the order of the rows."""
    strangers = [row for row in instructions if row.guid not in matches]
    found = list(judge_rows(strangers, None, inputs.as_of).refusals)
    found += [refusal for match in matches.values() for refusal in match.refusals]
    place = {id(row): at for at, row in enumerate(instructions)}
    return tuple(sorted(found, key=lambda refusal: place[id(refusal.instruction)]))


def _own_instructions(inputs: PlanInputs, trace: HubTrace) -> list[Instruction]:
    """What the rules instructed, as rows received at `as_of`."""
    hub = trace.match.hub
    return [
        Instruction(
            guid=hub.guid,
            party=Party(decision.party),
            role=hub.suppliers.roles_of(decision.party)[0],
            opens=decision.consent.period.opens,
            closes=decision.consent.period.closes,
            received_at=inputs.as_of,
            group=InstructionGroup.PILOT if decision.pilot else InstructionGroup.SAFE_LAUNCH,
            rule=decision.rule,
        )
        for decision in trace.decisions
        if decision.consent is not None and not decision.explicit
    ]


def _count(
    traces: Mapping[Guid, HubTrace],
    rows: Sequence[ScheduledHub],
    refusals: Sequence[Refusal],
    pilots: tuple[PilotResult, ...],
    contradictions: int,
) -> Counts:
    over: dict[Proof, int] = {}
    blocked: dict[str, int] = {}
    undecided: dict[tuple[str, datetime], int] = {}
    lost: dict[tuple[str, str], int] = {}
    ineligible: dict[str, int] = {}
    late: dict[tuple[BatchKey, BatchSpec], int] = {}
    no_day = 0
    for row in rows:
        trace = traces[row.guid]
        for decision in trace.decisions:
            if decision.undecided:
                owed = (decision.party, trace.match.dcc.cutoff)
                undecided[owed] = undecided.get(owed, 0) + 1
            if decision.windows_lost:
                wrote = (decision.party, str(decision.rule))
                lost[wrote] = lost.get(wrote, 0) + 1
        if row.status is HubStatus.INELIGIBLE:
            ineligible[row.reason] = ineligible.get(row.reason, 0) + 1
        if row.status is not HubStatus.INFEASIBLE or trace.plan is None:
            continue
        if trace.plan.csp_blocked:
            region = trace.match.hub.csp_region
            blocked[region] = blocked.get(region, 0) + 1
        elif trace.proof is not None:
            over[trace.proof] = over.get(trace.proof, 0) + 1
        elif trace.late and trace.plan.batch is not None:
            group = (trace.plan.batch_key, trace.plan.batch)
            late[group] = late.get(group, 0) + 1
        else:
            no_day += 1
    return Counts(
        refused=count_refusals(refusals),
        over_capacity=over,
        csp_blocked=blocked,
        ineligible=ineligible,
        no_day=no_day,
        late_batch=late,
        undecided=undecided,
        windows_lost=lost,
        contradictions=contradictions,
        disjoint=sum(1 for t in traces.values() if t.plan is not None and t.plan.resolution.windows_disjoint),
        pilots=pilots,
    )
