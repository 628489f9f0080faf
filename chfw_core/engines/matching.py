"""Matching, hub by hub: which rules, holds and instructions of whom apply to a hub.

The columnar engine answers the same questions by the column. What follows from a match is not
decided here: `chfw_core.planning` and `chfw_core.consent` do that, once, for both engines.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, frozen

from chfw_core.consent.model import Instruction, Refusal
from chfw_core.consent.standing import HubFacts, Judged, judge_rows, kept_by
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.model.releases import Phase
from chfw_core.planning.capacity import DEFAULT_PRIORITY
from chfw_core.planning.dcc import dcc_terms
from chfw_core.planning.decision import (
    HoldState,
    Matched,
    ReadDate,
    Terms,
    rule_period,
    writer_of,
)
from chfw_core.planning.eligibility import UpgradeGraph, ineligible_reason, upgrade_graph
from chfw_core.planning.holds import hold_state
from chfw_core.planning.hub_plan import DccTerms, SupplierChange
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.pilot_reach import Barred
from chfw_core.planning.release_state import (
    ReleaseState,
    context_for,
    release_state,
    terms_for,
    today_of,
)
from chfw_core.planning.scope import Read
from chfw_core.planning.supplier_changes import changes_by_guid, without_contradictions
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds, date_value
from chfw_core.rules.model import DateExpr, DecideRule, PilotRule, RuleSet
from chfw_core.rules.vocabulary.fields import hub_reader


@frozen(kw_only=True)
class PartyMatch:
    """What applies to a hub of one Supplier's; `judged` is what became of its instructions."""

    matched: Matched
    judged: Judged
    read: Read
    read_date: ReadDate


@frozen(kw_only=True)
class HubMatch:
    """What applies to a hub. Of an ineligible one nothing but its refused instructions counts.

    `rows`: the instructions that bear its GUID.
    """

    hub: CommsHub
    ineligible: str | None
    facts: HubFacts
    terms: Terms
    dcc: DccTerms
    dcc_holds: tuple[HoldState, ...]
    context: RuleContext
    parties: tuple[PartyMatch, ...]
    refusals: tuple[Refusal, ...]
    priority: int
    rows: tuple[Instruction, ...] = ()


class Matcher:
    """Matches the hubs of one plan. `match` is a function of the hub and of its instructions."""

    def __init__(self, inputs: PlanInputs, graph: UpgradeGraph | None = None) -> None:
        self.inputs = inputs
        self.state: ReleaseState = release_state(inputs)
        self.graph: UpgradeGraph = upgrade_graph(inputs.release, inputs.cpl) if graph is None else graph
        self._rules = {rules.owner: rules for rules in inputs.rulesets}
        self._changes: Mapping[int, tuple[SupplierChange, ...]] = changes_by_guid(self.state.events)
        self._contexts: dict[tuple[datetime, Phase], RuleContext] = {}

    def rules(self, owner: str) -> RuleSet:
        """The owner's rules; an owner without a file has none."""
        return self._rules.get(owner) or RuleSet(owner=owner)

    def phase(self, hub: CommsHub) -> Phase:
        """The phase that is open for the hub."""
        return self.state.phases.of(hub_reader(hub, DCC), hub.guid)

    def context(self, automatic_at: datetime, hub: CommsHub) -> RuleContext:
        """What rules may know of the release, for hubs with this automatic time that are in this one's phase."""
        phase = self.phase(hub)
        if (automatic_at, phase) not in self._contexts:
            self._contexts[automatic_at, phase] = context_for(self.inputs, phase, automatic_at)
        return self._contexts[automatic_at, phase]

    def changes(self, hub: CommsHub) -> tuple[SupplierChange, ...]:
        """The changes of Supplier of the hub that agree with who holds its roles (CS3)."""
        announced = self._changes.get(hub.guid, ())
        return without_contradictions(announced, hub.suppliers, today_of(self.inputs)) if announced else ()

    def contradictions(self, hub: CommsHub) -> int:
        """How many of its changes do not."""
        return len(self._changes.get(hub.guid, ())) - len(self.changes(hub))

    def ineligible(self, hub: CommsHub) -> str | None:
        """Why the release is not for the hub, or None."""
        return ineligible_reason(
            hub.device_model,
            hub.firmware_version,
            hub.smi_status,
            self.inputs.release,
            self.inputs.cpl,
            self.graph,
        )

    def match(self, hub: CommsHub, instructions: Sequence[Instruction]) -> HubMatch:
        """Everything that applies to the hub. `instructions`: the rows that bear its GUID."""
        dcc_holds, dcc = self.dcc(hub)
        context = self.context(dcc.automatic_at, hub)
        terms = terms_for(self.inputs, dcc.automatic_at)
        facts = self._facts(hub, dcc.automatic_at)
        instructed = self._instructed(hub, facts, terms, instructions, context)
        heard = [
            self._party(hub, party, facts, instructions, context, other_instructed=bool(instructed - {party}))
            for party in hub.suppliers.parties
        ]
        parties = tuple(self._beside(own, heard, terms) for own in heard)
        return HubMatch(
            hub=hub,
            ineligible=facts.ineligible,
            facts=facts,
            terms=terms,
            dcc=dcc,
            dcc_holds=dcc_holds,
            context=context,
            parties=parties,
            refusals=(
                *(refusal for party in parties for refusal in party.judged.refusals),
                *self._from_others(facts, instructions),
            ),
            priority=self._priority(hub, parties, context),
            rows=tuple(instructions),
        )

    def pilot_candidate(self, match: HubMatch, party: PartyMatch, pilot: PilotRule) -> bool:
        """Whether a pilot may choose the hub (G2, I10)."""
        return self.pilot_asks(match, party, pilot) and self.pilot_bar(match, party, pilot) is None

    def pilot_asks(self, match: HubMatch, party: PartyMatch, pilot: PilotRule) -> bool:
        """Whether no exclude of the Supplier keeps the hub out, and the pilot's condition holds for it."""
        return party.matched.exclude is None and condition_holds(pilot.when, party.read, match.context)

    def pilot_bar(self, match: HubMatch, party: PartyMatch, pilot: PilotRule) -> Barred | None:
        """What keeps a hub that a pilot asks for out of it; None where it may be chosen (G2, I10)."""
        if match.ineligible is not None:
            return Barred.INELIGIBLE
        if match.dcc.held is not None:
            return Barred.STOPPED
        if party.matched.holds:
            return Barred.HELD
        if party.matched.standing is not None:
            return Barred.INSTRUCTED
        if isinstance(rule_period(pilot.at, match.terms, party.read_date), str):
            return Barred.NO_TIME
        return None

    def prefers(self, match: HubMatch, party: PartyMatch, pilot: PilotRule) -> bool:
        """Whether a pilot would rather have this hub than another of its stratum."""
        return pilot.prefer is not None and condition_holds(pilot.prefer, party.read, match.context)

    def party(
        self,
        hub: CommsHub,
        party: str,
        rows: Sequence[Instruction],
        automatic_at: datetime,
        *,
        other_instructed: bool,
    ) -> PartyMatch:
        """What applies of one Supplier's alone, whatever the DCC and the second Supplier have said.

        `rows`: those that bear the hub's GUID. `other_instructed`: what its rules may know of the other.
        """
        facts, context = self._facts(hub, automatic_at), self.context(automatic_at, hub)
        return self._party(hub, party, facts, rows, context, other_instructed=other_instructed)

    def _facts(self, hub: CommsHub, automatic_at: datetime) -> HubFacts:
        return HubFacts(
            suppliers=hub.suppliers,
            automatic_at=automatic_at,
            cutoff=self.context(automatic_at, hub).cutoff,
            former_automatic_at=self.inputs.release.automatic_at,
            former_cutoff=self.context(self.inputs.release.automatic_at, hub).cutoff,
            ineligible=self.ineligible(hub),
        )

    def dcc(self, hub: CommsHub) -> tuple[tuple[HoldState, ...], DccTerms]:
        """The DCC's holds and terms. Its rules are read at the release's own automatic time: they move it."""
        read, rules = hub_reader(hub, DCC), self.rules(DCC)
        context = self.context(self.inputs.release.automatic_at, hub)
        holds = self._holds(rules, read, hub, context)
        return holds, dcc_terms(
            release_held=self.state.held(read, hub.guid),
            holds=holds,
            decide=self._decide(rules, read, context),
            inputs=self.inputs,
            read_date=_date_reader(read, context),
        )

    def _instructed(
        self,
        hub: CommsHub,
        facts: HubFacts,
        terms: Terms,
        rows: Sequence[Instruction],
        context: RuleContext,
    ) -> frozenset[str]:
        """The Suppliers with a valid instruction, as the respective other one's rules may know it.

        Judged with excludes that read `other_supplier_instructed` as false.
        """
        if not rows or not hub.suppliers.split:
            return frozenset()
        judged = {}
        for party in hub.suppliers.parties:
            exclude = self._exclude(self.rules(party), hub_reader(hub, party), context)
            judged[party] = _judge(rows, party, facts, exclude, self.inputs.as_of)
        first = terms.first_moment
        standing = {
            party: kept_by(own, other, first).standing
            for party, own in judged.items()
            for second, other in judged.items()
            if second != party
        }
        return frozenset(party for party, row in standing.items() if row is not None and row.instructs(first))

    def _beside(self, own: PartyMatch, heard: Sequence[PartyMatch], terms: Terms) -> PartyMatch:
        """What applies of one Supplier, with what both agreed to."""
        other = next((one for one in heard if one is not own), None)
        judged = own.judged if other is None else kept_by(own.judged, other.judged, terms.first_moment)
        if judged is own.judged:
            return own
        matched = evolve(
            own.matched,
            standing=judged.standing,
            kept=judged.kept,
            writer=writer_of(self.rules(own.matched.party), judged.standing or judged.kept),
            refused=judged.refused,
        )
        return evolve(own, matched=matched, judged=judged)

    def _party(
        self,
        hub: CommsHub,
        party: str,
        facts: HubFacts,
        rows: Sequence[Instruction],
        context: RuleContext,
        *,
        other_instructed: bool,
    ) -> PartyMatch:
        rules = self.rules(party)
        read = hub_reader(hub, party, other_supplier_instructed=other_instructed)
        exclude = self._exclude(rules, read, context)
        judged = _judge(rows, party, facts, exclude, self.inputs.as_of)
        matched = Matched(
            party=party,
            exclude=exclude,
            holds=self._holds(rules, read, hub, context),
            standing=judged.standing,
            writer=writer_of(rules, judged.standing),
            refused=judged.refused,
            decide=self._decide(rules, read, context),
        )
        return PartyMatch(matched=matched, judged=judged, read=read, read_date=_date_reader(read, context))

    def _from_others(self, facts: HubFacts, rows: Iterable[Instruction]) -> tuple[Refusal, ...]:
        """Rows of Parties that are not responsible for the hub: refused, each with its reason."""
        others = [row for row in rows if row.party not in facts.suppliers.parties]
        return judge_rows(others, facts, self.inputs.as_of).refusals

    def _exclude(self, rules: RuleSet, read: Read, context: RuleContext) -> tuple[str, str] | None:
        matching = (r for r in rules.excludes if condition_holds(r.when, read, context))
        return next(((rule.id, rule.because) for rule in matching), None)

    def _holds(self, rules: RuleSet, read: Read, hub: CommsHub, context: RuleContext) -> tuple[HoldState, ...]:
        states = (
            hold_state(
                rule,
                owner=rules.owner,
                hub_values=read,
                guid=hub.guid,
                events_index=self.state.events,
                context=context,
            )
            for rule in rules.holds
            if condition_holds(rule.when, read, context)
        )
        return tuple(state for state in states if state is not None)

    def _decide(self, rules: RuleSet, read: Read, context: RuleContext) -> DecideRule | None:
        return next((r for r in rules.decides if condition_holds(r.when, read, context)), None)

    def _priority(self, hub: CommsHub, parties: Iterable[PartyMatch], context: RuleContext) -> int:
        """The highest of all rules that match; the DCC's are read at the release's own date."""
        csp = CSP_PREFIX + hub.csp_region
        base = self.context(self.inputs.release.automatic_at, hub)
        readers = [(p.matched.party, p.read, context) for p in parties]
        readers += [(DCC, hub_reader(hub, DCC), base), (csp, hub_reader(hub, csp), context)]
        return max(
            (
                rule.priority
                for owner, read, known in readers
                for rule in self.rules(owner).priorities
                if condition_holds(rule.when, read, known)
            ),
            default=DEFAULT_PRIORITY,
        )


def _judge(
    rows: Iterable[Instruction],
    party: str,
    facts: HubFacts,
    exclude: tuple[str, str] | None,
    as_of: datetime,
) -> Judged:
    if exclude is not None:
        facts = evolve(facts, excluded={party: exclude})
    return judge_rows([row for row in rows if row.party == party], facts, as_of)


def _date_reader(read: Read, context: RuleContext) -> ReadDate:
    def read_date(expr: DateExpr) -> date | datetime | None:
        return date_value(expr, read, context)

    return read_date
