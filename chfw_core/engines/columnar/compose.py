"""From distinct matches to plans: the core's own functions, called once per class of hubs.

Four steps, each over fewer things than hubs: the DCC's terms per match; each Supplier's decision
per match and terms; what the consents come to (`settle`), per pair of consents whoever gave them;
the plan in words, per pair of decisions.
"""

from datetime import date

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.consent.standing import Standing
from chfw_core.engines.columnar.composed import NONE, Composed, Decided, Kept, Known
from chfw_core.engines.columnar.match import Matches
from chfw_core.engines.columnar.plans import Plans
from chfw_core.engines.columnar.records import Part, Records, distinct_columns, distinct_tuples
from chfw_core.engines.columnar.settling import Settler
from chfw_core.engines.columnar.sides import Side, Speaker
from chfw_core.engines.columnar.world import DateReader, Reader, World, reader
from chfw_core.model.guid import Guid
from chfw_core.model.parties import CSP_PREFIX
from chfw_core.planning.capacity import DEFAULT_PRIORITY
from chfw_core.planning.dcc import dcc_terms
from chfw_core.planning.decision import Decision, HoldState, Matched, as_agreed, decide_supplier, writer_of
from chfw_core.planning.holds import hold_fields, hold_state
from chfw_core.planning.hub_plan import (
    DccTerms,
    Settled,
    plan_hub,
)
from chfw_core.planning.release_state import freeze_of, today_of
from chfw_core.rules.meaning.evaluate import RuleContext
from chfw_core.rules.model import RuleSet

Ints = NDArray[np.int64]


@define
class Composer:
    """Composes records; what was composed before is remembered, so later records cost little."""

    world: World
    known: Known
    _terms: dict[tuple[int, int, int], int] = field(factory=dict)
    _terms_list: list[DccTerms] = field(factory=list)
    _decided: dict[tuple[int, ...], int] = field(factory=dict)
    _decisions: list[Decision] = field(factory=list)
    _alike: dict[tuple[object, ...], int] = field(factory=dict)
    _hold_fields: dict[tuple[str, int], tuple[str, ...]] = field(factory=dict)
    _hold_states: dict[tuple[object, ...], HoldState | None] = field(factory=dict)
    _settler: Settler = field(init=False)
    _plans: Plans = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._settler = Settler(self.world, self._terms_list)
        self._plans = Plans(
            settled_list=self._settler.settled,
            decisions=self._decisions,
            terms_list=self._terms_list,
            pairs=self.world.pairs,
        )

    def look_ahead(self, dcc: int) -> None:
        """Ask what each Supplier decides of its hubs for which the DCC's rules come to this match.

        That depends on matches alone, which are known before any hub has its record.
        """
        if self.world.told_apart:
            return  # the DCC's match says which of an owner's speakers is heard
        terms = self._dcc(1, dcc, 0)
        if self._terms_list[terms].held is not None:
            return
        for row, who in enumerate(self.world.suppliers.speakers, 1):
            for match in np.unique(who.known.deciding).tolist():
                self._decision(row, 0, 0, 0, match, terms)

    def compose(self, records: Records) -> Composed:
        """The terms, decisions, plan and priority of each record."""
        return self.plan(self.decide(records))

    def decide(self, records: Records) -> Decided:
        """What the DCC and the Suppliers say to each record."""
        terms = self.terms_of(records)
        ineligible = np.array([place.ineligible is not None for place in self.world.places], dtype=np.bool_)
        held = np.array([terms.held is not None for terms in self._terms_list], dtype=np.bool_)
        no_hub = ineligible[records[:, Part.PLACE]]
        live = ~(no_hub | held[terms])
        first = self._decide(records, terms, live, _FIRST)
        second = self._decide(records, terms, live & (records[:, Part.SECOND_ROW] > 0), _SECOND)
        self._as_agreed(first, second)
        return Decided(
            records=records,
            terms=terms,
            first=first,
            second=second,
            ineligible=no_hub,
            held=held[terms] & ~no_hub,
            priority=self._priority(records),
        )

    def plan(self, decided: Decided) -> Composed:
        """What follows from it."""
        records, live = decided.records, decided.live
        plan = np.full(len(records), NONE, dtype=np.int64)
        at = np.flatnonzero(live)
        plan[at] = self._plan(records, at, decided.terms[at], decided.first[at], decided.second[at])
        return Composed(
            records=records,
            terms=decided.terms,
            first=decided.first,
            second=decided.second,
            plan=plan,
            priority=decided.priority,
            terms_list=self._terms_list,
            decisions=self._decisions,
            plans=self._plans,
            calendar=np.array(self._settler.calendar_of, dtype=np.int64)[self._plans.settled],
        )

    @property
    def terms_list(self) -> list[DccTerms]:
        """What the numbers of `terms_of` mean."""
        return self._terms_list

    def terms_of(self, records: Records) -> Ints:
        """The number of the DCC's terms of each record."""
        distinct, of = distinct_tuples([records[:, part] for part in (Part.DCC_ROW, Part.DCC, Part.GUID)])
        return np.array([self._dcc(*row) for row in distinct.tolist()] or [0], dtype=np.int64)[of]

    # --- the DCC's terms ---

    def _dcc(self, row: int, match: int, guid: int) -> int:
        key = (row, match, guid)
        if key not in self._terms:
            terms = self._dcc_terms(row, match, self.known.guids[guid])
            if terms not in self._terms_list:
                self._terms_list.append(terms)
            self._terms[key] = self._terms_list.index(terms)
        return self._terms[key]

    def _dcc_terms(self, row: int, match: int, guid: Guid | None) -> DccTerms:
        world = self.world
        dcc = world.dcc.speakers[row - 1]
        read, rules = reader(dcc, dcc.known, match), dcc.rules.rules
        number = int(dcc.known.decide[match])
        return dcc_terms(
            release_held=world.state.held(read, guid),
            holds=self.holds(dcc, match, guid, dcc.context),
            decide=rules.decides[number] if number >= 0 else None,
            inputs=world.inputs,
            read_date=DateReader(read, dcc.context),
        )

    def holds(self, who: Speaker, match: int, guid: Guid | None, context: RuleContext) -> tuple[HoldState, ...]:
        """The holds of a match that are not over."""
        numbers = who.known.hold_numbers(match)
        if not numbers:
            return ()
        read = reader(who, who.known, match)
        states = (self._hold(who, number, read, guid, context) for number in numbers)
        return tuple(state for state in states if state is not None)

    def _hold(
        self, who: Speaker, number: int, read: Reader, guid: Guid | None, context: RuleContext
    ) -> HoldState | None:
        """One hold of an owner, asked once for all hubs that it cannot tell apart."""
        rule, events = who.rules.rules.holds[number], self.world.state.events
        if (who.owner, number) not in self._hold_fields:
            self._hold_fields[who.owner, number] = hold_fields(rule, events)
        values = tuple(read(name) for name in self._hold_fields[who.owner, number])
        key = (who.owner, number, values, guid, context.automatic_at)
        if key not in self._hold_states:
            self._hold_states[key] = hold_state(
                rule, owner=who.owner, hub_values=read, guid=guid, events_index=events, context=context
            )
        return self._hold_states[key]

    # --- each Supplier's decision ---

    def _decide(self, records: Records, terms: Ints, live: NDArray[np.bool_], parts: "Parts") -> Ints:
        found = np.full(len(records), NONE, dtype=np.int64)
        rows = np.flatnonzero(live & (records[:, parts.row] > 0))
        match = records[rows, parts.match]
        in_no_pilot = records[rows, parts.pilot] == 0
        match[in_no_pilot] = self.world.suppliers.look_up(
            _deciding, records[rows[in_no_pilot], parts.row], match[in_no_pilot]
        )
        columns = [records[rows, part] for part in (parts.row, parts.standing, parts.pilot, Part.GUID)]
        distinct, of = distinct_tuples([*columns, match, terms[rows]])
        if len(distinct):
            found[rows] = np.array([self._decision(*row) for row in distinct.tolist()], dtype=np.int64)[of]
        return found

    def _decision(self, row: int, standing: int, pilot: int, guid: int, match: int, terms: int) -> int:
        key = (row, match, standing, pilot, guid, terms)
        if key not in self._decided:
            decision = self._decision_of(*key)
            self._decided[key] = self._entered(decision)
        return self._decided[key]

    def _entered(self, decision: Decision) -> int:
        """The number of a decision among those alike."""
        batch = decision.batch and (decision.batch.size, decision.batch.pause)
        said = (decision.party, decision.rule, decision.reason, decision.consent, batch, decision.kept_until)
        number = self._alike.setdefault((*said, decision.explicit, decision.pilot), len(self._decisions))
        if number == len(self._decisions):
            self._decisions.append(decision)
        return number

    def _as_agreed(self, first: Ints, second: Ints) -> None:
        """What is over stands for what both agreed to alone: the pairs of decisions of which one is so."""
        kept = np.array([*(one.kept_until is not None for one in self._decisions), False], dtype=np.bool_)
        rows = np.flatnonzero((kept[first] | kept[second]) & (first != NONE) & (second != NONE))
        if not len(rows):
            return
        distinct, of = distinct_tuples([first[rows], second[rows]])
        pairs = [as_agreed((self._decisions[one], self._decisions[other])) for one, other in distinct.tolist()]
        numbers = np.array([[self._entered(decision) for decision in pair] for pair in pairs], dtype=np.int64)
        first[rows], second[rows] = numbers[of, 0], numbers[of, 1]

    def _decision_of(self, row: int, match: int, standing: int, pilot: int, guid: int, terms: int) -> Decision:
        world, dcc = self.world, self._terms_list[terms]
        who = world.suppliers.speakers[row - 1]
        rules, known, context = who.rules.rules, who.known, world.context(dcc.automatic_at)
        exclude, decide = int(known.exclude[match]), int(known.decide[match])
        chosen = self.known.pilots[pilot]
        said = self.known.standings[standing]
        stands = said if isinstance(said, Standing) else None
        kept = said.row if isinstance(said, Kept) else None
        matched = Matched(
            party=who.owner,
            exclude=(rules.excludes[exclude].id, rules.excludes[exclude].because) if exclude >= 0 else None,
            holds=self.holds(who, match, self.known.guids[guid], context),
            standing=stands,
            kept=kept,
            writer=writer_of(rules, stands or kept),
            refused=said if isinstance(said, str) else "",
            pilot=next((rule for rule in rules.pilots if rule.id == chosen), None),
            decide=rules.decides[decide] if decide >= 0 else None,
        )
        read_date = DateReader(reader(who, known, match), context)
        return decide_supplier(matched, world.terms(dcc.automatic_at), read_date)

    # --- the plan ---

    def _plan(self, records: Records, at: Ints, terms: Ints, first: Ints, second: Ints) -> Ints:
        """The plan of each of the records `at`, whose terms and decisions stand beside it."""
        if not len(at):
            return np.zeros(0, dtype=np.int64)
        place, pair, csp, changes = (
            np.take(records[:, part], at) for part in (Part.PLACE, Part.PAIR, Part.CSP_ROW, Part.CHANGES)
        )
        columns: list[NDArray[np.integer]] = [
            terms,
            first,
            second,
            self._kinds()[pair],
            csp,
            np.where(self._mind_holidays(terms, first, second, csp), self._divisions()[place], NONE),
            changes,
        ]
        sample, of = distinct_columns(columns, len(at))
        distinct = np.stack([column[sample] for column in columns], axis=1)
        pairs, places = pair[sample], place[sample].tolist()
        self._plans.csp_rules = [_NO_CSP, *(speaker.rules.rules for speaker in self.world.csp.speakers)]
        own_terms, one, other, _, csp_row, division, changing = distinct.T
        self._settler.csp_windows = [rules.region_windows for rules in self._plans.csp_rules]
        decided = [decision.consent for decision in self._decisions]
        settled = self._settler.settle(
            consents=decided,
            terms=own_terms,
            first=one,
            second=other,
            csp=csp_row,
            division=division,
            places=places,
        )
        start = len(self._plans)
        self._plans.append(
            settled=settled, terms=own_terms, first=one, second=other, pair=pairs.astype(np.int64), csp=csp_row
        )
        for number in np.flatnonzero(changing).tolist():
            closed = self._settler.closed(int(division[number]), places[number])
            self._add_changing(start + number, int(changing[number]), closed)
        return start + of

    def _add_changing(self, number: int, changes: int, closed: frozenset[date]) -> None:
        """A plan of hubs whose Supplier changes, or that are left alone at some time: it depends on who that is."""
        plans = self._plans
        rules = plans.csp_rules[int(plans.csp[number])]
        plan = plan_hub(
            suppliers=plans.pairs[int(plans.pair[number])],
            decisions=plans.decided(number),
            dcc=self._terms_list[int(plans.terms[number])],
            changes=self.known.changes[changes].changes,
            freeze=freeze_of(self.world.inputs),
            today=today_of(self.world.inputs),
            csp_windows=rules.region_windows,
            csp_batch=rules.region_batch,
            closed=closed,
            protected=self.known.changes[changes].protected,
        )
        own = Settled(
            resolution=plan.resolution,
            head="",
            csp_blocked=plan.csp_blocked,
            first_day=plan.first_day,
            frozen=plan.frozen,
            protected=plan.protected,
        )
        plans.settled[number] = self._settler.add(own, closed)
        plans.replace(number, plan)

    def _kinds(self) -> Ints:
        """Per pair of Suppliers: which roles are held, and whether by one Party."""
        return np.array(
            [
                (pair.import_supplier is not None) + 2 * (pair.gas_supplier is not None) + 4 * pair.split
                for pair in self.world.pairs
            ],
            dtype=np.int64,
        )

    def _mind_holidays(self, terms: Ints, first: Ints, second: Ints, csp: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether bank holidays can make a difference to a plan: most windows do not mind them."""
        decided = [d.consent is not None and d.consent.windows.mind_holidays for d in self._decisions]
        of_decision = np.array([*decided, False], dtype=np.bool_)
        of_terms = np.array([dcc.default.windows.mind_holidays for dcc in self._terms_list], dtype=np.bool_)
        of_csp = np.array([False, *(s.rules.rules.region_windows.mind_holidays for s in self.world.csp.speakers)])
        minds = of_decision[first] | of_decision[second] | of_terms[terms] | of_csp[csp]
        return np.asarray(minds, dtype=np.bool_)

    def _divisions(self) -> Ints:
        numbers: dict[str | None, int] = {}
        return np.array(
            [numbers.setdefault(place.division, len(numbers)) for place in self.world.places], dtype=np.int64
        )

    # --- priorities ---

    def _priority(self, records: Records) -> Ints:
        """The highest of all rules that match, of whichever owner; 50 where none does."""
        world = self.world
        sides: list[tuple[Side, NDArray[np.integer], NDArray[np.integer]]] = [
            (world.suppliers, records[:, Part.FIRST_ROW], records[:, Part.FIRST_MATCH]),
            (world.suppliers, records[:, Part.SECOND_ROW], records[:, Part.SECOND_MATCH]),
            (world.csp, records[:, Part.CSP_ROW], records[:, Part.CSP]),
            (world.dcc, records[:, Part.DCC_ROW], records[:, Part.DCC]),
        ]
        highest = np.full(len(records), NONE, dtype=np.int64)
        for side, rows, matches in sides:
            highest = np.maximum(highest, side.look_up(_priority, rows, matches, NONE))
        return np.where(highest < 0, DEFAULT_PRIORITY, highest)


@frozen
class Parts:
    """The columns of a record that belong to one of the two Suppliers."""

    row: Part
    match: Part
    standing: Part
    pilot: Part


_FIRST = Parts(Part.FIRST_ROW, Part.FIRST_MATCH, Part.FIRST_STANDING, Part.FIRST_PILOT)
_SECOND = Parts(Part.SECOND_ROW, Part.SECOND_MATCH, Part.SECOND_STANDING, Part.SECOND_PILOT)


def _deciding(known: Matches) -> Ints:
    return known.deciding


def _priority(known: Matches) -> Ints:
    return known.priority


_NO_CSP = RuleSet(owner=CSP_PREFIX)
