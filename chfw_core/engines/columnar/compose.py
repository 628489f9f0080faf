"""From distinct matches to plans: the core's own functions, called once per class of hubs.

Three steps, each over fewer things than hubs: the DCC's terms per match; each Supplier's decision
per match and terms; the hub's plan per *shape*, a combination of decisions that differ in no more
than names. Names and reasons are put into a shape's text afterwards, through placeholders.
"""

from collections.abc import Mapping

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.consent.model import Consent
from chfw_core.consent.standing import Standing
from chfw_core.engines.columnar.records import Part, Records, distinct_rows
from chfw_core.engines.columnar.sides import Side, Speaker
from chfw_core.engines.columnar.world import DateReader, World, reader
from chfw_core.model.guid import Guid
from chfw_core.model.parties import CSP_PREFIX, Party, ResponsibleSuppliers
from chfw_core.model.windows import Windows, holidays_for
from chfw_core.planning.capacity import DEFAULT_PRIORITY
from chfw_core.planning.dcc import dcc_terms
from chfw_core.planning.decision import Decision, HoldState, Matched, decide_supplier
from chfw_core.planning.holds import hold_state
from chfw_core.planning.hub_plan import DccTerms, HubPlan, SupplierChange, plan_hub
from chfw_core.planning.release_state import freeze_of, terms_for, today_of
from chfw_core.rules.evaluate import RuleContext
from chfw_core.rules.model import RuleSet

Ints = NDArray[np.int64]
NONE = -1
PARTY, RULE, REASON = ("\ue000", "\ue003"), ("\ue001", "\ue004"), ("\ue002", "\ue005")
"""Private characters that stand for the first and the second Supplier's words in a shape."""


@define(kw_only=True)
class Known:
    """What is known of single hubs; entry 0 of each list is what most hubs have."""

    standings: list[Standing | None] = field(factory=lambda: [None])
    pilots: list[str | None] = field(factory=lambda: [None])
    changes: list[tuple[SupplierChange, ...]] = field(factory=lambda: [()])
    guids: list[Guid | None] = field(factory=lambda: [None])


@frozen(kw_only=True)
class Shape:
    """A plan in which placeholders stand for the Suppliers' names, rules and reasons."""

    plan: HubPlan
    closed: frozenset[object]


@define(kw_only=True)
class Composed:
    """Parallel arrays, one entry per record: numbers into the lists beside them, or -1.

    `terms`, `first`, `second` (decisions), `shape`, and the `priority` itself. Records of hubs
    that are ineligible or held have no decisions and no shape.
    """

    records: Records
    terms: Ints
    first: Ints
    second: Ints
    shape: Ints
    priority: Ints
    terms_list: list[DccTerms]
    decisions: list[Decision]
    shapes: list[HubPlan]


@define
class Composer:
    """Composes records; what was composed before is remembered, so later records cost little."""

    world: World
    known: Known
    _terms: dict[tuple[int, int, int], int] = field(factory=dict)
    _terms_list: list[DccTerms] = field(factory=list)
    _decided: dict[tuple[int, ...], int] = field(factory=dict)
    _decisions: list[Decision] = field(factory=list)
    _shaped: dict[tuple[int, ...], int] = field(factory=dict)
    _shapes: list[HubPlan] = field(factory=list)
    _consents: dict[Consent, int] = field(factory=dict)

    def compose(self, records: Records) -> Composed:
        """The terms, decisions, shape and priority of each record."""
        terms = self.terms_of(records)
        ineligible = np.array([place.ineligible is not None for place in self.world.places], dtype=np.bool_)
        held = np.array([terms.held is not None for terms in self._terms_list], dtype=np.bool_)
        live = ~(ineligible[records[:, Part.PLACE]] | held[terms])
        first = self._decide(records, terms, live, _FIRST)
        second = self._decide(records, terms, live & (records[:, Part.SECOND_ROW] > 0), _SECOND)
        shape = np.full(len(records), NONE, dtype=np.int64)
        shape[live] = self._shape(records[live], terms[live], first[live], second[live])
        return Composed(
            records=records,
            terms=terms,
            first=first,
            second=second,
            shape=shape,
            priority=self._priority(records),
            terms_list=self._terms_list,
            decisions=self._decisions,
            shapes=self._shapes,
        )

    @property
    def terms_list(self) -> list[DccTerms]:
        """What the numbers of `terms_of` mean."""
        return self._terms_list

    def terms_of(self, records: Records) -> Ints:
        """The number of the DCC's terms of each record."""
        distinct, of = distinct_rows(records[:, [Part.DCC_ROW, Part.DCC, Part.GUID]])
        return np.array([self._dcc(*row) for row in distinct.tolist()] or [0], dtype=np.int64)[of]

    # --- the DCC's terms ---

    def _dcc(self, row: int, match: int, guid: int) -> int:
        key = (row, match, guid)
        if key not in self._terms:
            self._terms[key] = len(self._terms_list)
            self._terms_list.append(self._dcc_terms(row, match, self.known.guids[guid]))
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
        read = reader(who, who.known, match)
        states = (
            hold_state(
                who.rules.rules.holds[number],
                owner=who.owner,
                hub_values=read,
                guid=guid,
                events_index=self.world.state.events,
                context=context,
            )
            for number in who.known.hold_numbers(match)
        )
        return tuple(state for state in states if state is not None)

    # --- each Supplier's decision ---

    def _decide(self, records: Records, terms: Ints, live: NDArray[np.bool_], parts: "Parts") -> Ints:
        found = np.full(len(records), NONE, dtype=np.int64)
        rows = np.flatnonzero(live & (records[:, parts.row] > 0))
        columns = [records[rows, part] for part in (parts.row, parts.match, parts.standing, parts.pilot, Part.GUID)]
        distinct, of = distinct_rows(np.stack([*columns, terms[rows]], axis=1))
        if len(distinct):
            found[rows] = np.array([self._decision(*row) for row in distinct.tolist()], dtype=np.int64)[of]
        return found

    def _decision(self, row: int, match: int, standing: int, pilot: int, guid: int, terms: int) -> int:
        key = (row, match, standing, pilot, guid, terms)
        if key not in self._decided:
            self._decided[key] = len(self._decisions)
            self._decisions.append(self._decision_of(*key))
        return self._decided[key]

    def _decision_of(self, row: int, match: int, standing: int, pilot: int, guid: int, terms: int) -> Decision:
        world, dcc = self.world, self._terms_list[terms]
        who = world.suppliers.speakers[row - 1]
        rules, known, context = who.rules.rules, who.known, world.context(dcc.automatic_at)
        exclude, decide = int(known.exclude[match]), int(known.decide[match])
        chosen = self.known.pilots[pilot]
        matched = Matched(
            party=who.owner,
            exclude=(rules.excludes[exclude].id, rules.excludes[exclude].because) if exclude >= 0 else None,
            holds=self.holds(who, match, self.known.guids[guid], context),
            standing=self.known.standings[standing],
            pilot=next((rule for rule in rules.pilots if rule.id == chosen), None),
            decide=rules.decides[decide] if decide >= 0 else None,
        )
        read_date = DateReader(reader(who, known, match), context)
        return decide_supplier(matched, terms_for(world.inputs, dcc.automatic_at), read_date)

    # --- the plan of a shape ---

    def _shape(self, records: Records, terms: Ints, first: Ints, second: Ints) -> Ints:
        if not len(records):
            return np.zeros(0, dtype=np.int64)
        consents = np.array([self._consent_number(d) for d in self._decisions] + [NONE], dtype=np.int64)
        batches, has_rule = self._traits()
        columns = [
            terms,
            self._kinds()[records[:, Part.PAIR]],
            *(trait[decision] for decision in (first, second) for trait in (consents, batches, has_rule)),
            records[:, Part.CSP_ROW],
            records[:, Part.CHANGES],
            self._divisions()[records[:, Part.PLACE]],
        ]
        stacked = np.stack([*columns, first, second, records[:, Part.PLACE]], axis=1)
        keys, of = distinct_rows(stacked[:, :-3])
        sample = np.zeros(len(keys), dtype=np.int64)
        sample[of[::-1]] = np.arange(len(of))[::-1]
        numbers = [
            self._shape_number(tuple(key), stacked[at].tolist())
            for key, at in zip(keys.tolist(), sample.tolist(), strict=True)
        ]
        return np.array(numbers, dtype=np.int64)[of]

    def _consent_number(self, decision: Decision) -> int:
        """Consents alike but for the names of their windows are one."""
        if decision.consent is None:
            return NONE
        return self._consents.setdefault(_plain(decision.consent), len(self._consents))

    def _traits(self) -> tuple[Ints, Ints]:
        """Per decision: the number of its batch or -1, and whether it names a rule."""
        numbers: dict[object, int] = {None: NONE}
        batches = [numbers.setdefault(d.batch and (d.batch.size, d.batch.pause), len(numbers)) for d in self._decisions]
        rules = [int(decision.rule is not None) for decision in self._decisions]
        return np.array([*batches, NONE], dtype=np.int64), np.array([*rules, 0], dtype=np.int64)

    def _kinds(self) -> Ints:
        """Per pair of Suppliers: which roles are held, and whether by one Party."""
        return np.array(
            [
                (pair.import_supplier is not None) + 2 * (pair.gas_supplier is not None) + 4 * pair.split
                for pair in self.world.pairs
            ],
            dtype=np.int64,
        )

    def _divisions(self) -> Ints:
        numbers: dict[str | None, int] = {}
        return np.array(
            [numbers.setdefault(place.division, len(numbers)) for place in self.world.places], dtype=np.int64
        )

    def _shape_number(self, key: tuple[int, ...], row: list[int]) -> int:
        if key not in self._shaped:
            self._shaped[key] = len(self._shapes)
            self._shapes.append(self._plan(key, *row[-3:]))
        return self._shaped[key]

    def _plan(self, key: tuple[int, ...], first: int, second: int, place: int) -> HubPlan:
        world, (terms, kind), (csp_row, changes) = self.world, key[:2], key[-3:-1]
        rules = world.csp.speakers[csp_row - 1].rules.rules if csp_row else RuleSet(owner=CSP_PREFIX)
        parties = [Party(mark) for mark in PARTY]
        holders = {0: (None, None), 1: (parties[0], None), 2: (None, parties[0]), 3: (parties[0], parties[0])}
        pair = holders.get(kind, (parties[0], parties[1]))
        decisions = [
            self._anonymous(self._decisions[number], at) for at, number in enumerate((first, second)) if number != NONE
        ]
        return plan_hub(
            suppliers=ResponsibleSuppliers(import_supplier=pair[0], gas_supplier=pair[1]),
            decisions=tuple(decisions),
            dcc=self._terms_list[terms],
            changes=self.known.changes[changes],
            freeze=freeze_of(world.inputs),
            today=today_of(world.inputs),
            csp_windows=rules.region_windows,
            csp_batch=rules.region_batch,
            closed=holidays_for(world.places[place].division, world.inputs.holidays),
        )

    def _anonymous(self, decision: Decision, at: int) -> Decision:
        return evolve(
            decision,
            party=PARTY[at],
            reason=REASON[at],
            rule=RULE[at] if decision.rule is not None else None,
            consent=_plain(decision.consent) if decision.consent is not None else None,
        )

    # --- priorities ---

    def _priority(self, records: Records) -> Ints:
        """The highest of all rules that match, of whichever owner; 50 where none does."""
        world = self.world
        sides: list[tuple[Side, Ints, Ints]] = [
            (world.suppliers, records[:, Part.FIRST_ROW], records[:, Part.FIRST_MATCH]),
            (world.suppliers, records[:, Part.SECOND_ROW], records[:, Part.SECOND_MATCH]),
            (world.csp, records[:, Part.CSP_ROW], records[:, Part.CSP]),
            (world.dcc, records[:, Part.DCC_ROW], records[:, Part.DCC]),
        ]
        highest = np.full(len(records), NONE, dtype=np.int64)
        for side, rows, matches in sides:
            starts = np.concatenate([[0, 1], 1 + np.cumsum(side.counts()[1:])])
            values = np.concatenate([[NONE], *(speaker.known.priority for speaker in side.speakers)])
            highest = np.maximum(highest, values[starts[rows] + matches * (rows > 0)])
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


def _plain(consent: Consent) -> Consent:
    """The consent without the names of its windows: only their hours make a difference (NF7)."""
    parts = sorted({evolve(part, name="", owner="") for part in consent.windows.parts}, key=lambda part: part.hours)
    return Consent(period=consent.period, windows=Windows(parts=tuple(parts)))


def spoken(text: str, words: Mapping[str, str]) -> str:
    """A shape's text with the words in place of the placeholders."""
    for mark, word in words.items():
        if mark in text:
            text = text.replace(mark, word)
    return text


def words_of(first: Decision | None, second: Decision | None) -> dict[str, str]:
    """What the placeholders stand for in the plan of these two decisions."""
    words: dict[str, str] = {}
    for at, decision in enumerate((first, second)):
        if decision is not None:
            words |= {REASON[at]: decision.reason, PARTY[at]: decision.party, RULE[at]: decision.rule or ""}
    return words
