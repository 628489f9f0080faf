"""The estate, the rules and the release brought together: who speaks for which hub.

Everything here is worked out once per plan, over values and pairs of Suppliers, never over hubs.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.apart import PRIVATE_FLAGS
from chfw_core.engines.columnar.axes import PAIR_AXIS, EstateAxes, Layout, blocks, layout_for
from chfw_core.engines.columnar.match import Matches
from chfw_core.engines.columnar.owner import OwnerRules
from chfw_core.engines.columnar.phased import by_phase
from chfw_core.engines.columnar.records import distinct_tuples
from chfw_core.engines.columnar.sides import Lookup, Side, Speaker, speaker
from chfw_core.engines.columnar.views import AxisView, FieldValues, pairs_of, view_of, with_role, with_split
from chfw_core.engines.columnar.vocabulary import numbered_values
from chfw_core.model.hubs import SmiStatus
from chfw_core.model.parties import CSP_PREFIX, DCC, ResponsibleSuppliers
from chfw_core.planning.dcc import dcc_terms
from chfw_core.planning.decision import Terms
from chfw_core.planning.eligibility import ineligible_reason, upgrade_graph
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.release_state import ReleaseState, context_for, release_state, terms_for
from chfw_core.rules.meaning.evaluate import RuleContext, date_value
from chfw_core.rules.model import DateExpr, RuleSet
from chfw_core.rules.own_reads import FLAGS, reads_flags

GUID_OF_NOBODY = -1


@frozen
class Place:
    """What of a hub's small fields the plan needs beyond the rules."""

    ineligible: str | None
    region: str
    division: str | None


@define(kw_only=True)
class World:
    """One plan's estate and speakers. `places[place_of[a]]` belongs to number a of the first axis."""

    inputs: PlanInputs
    state: ReleaseState
    estate: EstateAxes
    views: list[AxisView]
    pairs: list[ResponsibleSuppliers]
    places: list[Place]
    place_of: NDArray[np.int32]
    dcc: Side
    dcc_lookup: Lookup
    csp: Side
    suppliers: Side
    contexts: dict[datetime, RuleContext]
    variant_of_dcc: NDArray[np.int32]
    told_apart: bool
    csp_row: NDArray[np.int32]
    csp_row_of_place: NDArray[np.int32]
    first_row: NDArray[np.int32]
    second_row: NDArray[np.int32]
    constants: Mapping[str, object] = field(factory=dict)
    _terms: dict[datetime, Terms] = field(factory=dict)

    @property
    def flags(self) -> frozenset[str]:
        """Every flag that some hub bears publicly; none where nobody's rules read any."""
        found: set[str] = set()
        for view in self.views:
            if FLAGS in view.fields:
                found |= flags_in(view.fields[FLAGS])
        return frozenset(found)

    def terms(self, automatic_at: datetime) -> Terms:
        """What dates are measured against, for hubs with this automatic time."""
        if automatic_at not in self._terms:
            self._terms[automatic_at] = terms_for(self.inputs, automatic_at)
        return self._terms[automatic_at]

    def context(self, automatic_at: datetime) -> RuleContext:
        """What rules may know of the release, for hubs with this automatic time."""
        if automatic_at not in self.contexts:
            self.contexts[automatic_at] = context_for(self.inputs, self.state.phases.for_all, automatic_at)
        return self.contexts[automatic_at]


@frozen
class Reader:
    """The field values of the hub that stands for a match."""

    who: Speaker
    sample: NDArray[np.int64]

    def __call__(self, name: str) -> object:
        value = self._value(name)
        if name == "flags" and PRIVATE_FLAGS in self.who.axis_of:
            return as_flags(value) | as_flags(self._value(PRIVATE_FLAGS))
        return value

    def _value(self, name: str) -> object:
        axis = self.who.axis_of.get(name)
        return None if axis is None else self.who.views[axis].value(name, int(self.sample[axis]))


def flags_in(column: FieldValues) -> frozenset[str]:
    """All flags of those sets of a field that occur."""
    seen = np.zeros(len(column.values), dtype=np.bool_)
    seen[column.codes] = True
    return frozenset().union(*(as_flags(column.values[code]) for code in np.flatnonzero(seen).tolist()))


def as_flags(value: object) -> frozenset[str]:
    """The value of a set field, as a set."""
    return value if isinstance(value, frozenset) else frozenset()


@frozen
class DateReader:
    """A date expression's value for a class of hubs."""

    read: Reader
    context: RuleContext

    def __call__(self, expr: DateExpr) -> date | datetime | None:
        return date_value(expr, self.read, self.context)


def reader(who: Speaker, matches: Matches, match: int) -> Reader:
    """Reads fields of the hub that stands for a match."""
    return Reader(who, matches.samples[match])


def read_codes(
    who: Speaker, matches: Matches, asked: NDArray[np.int64], names: Sequence[str]
) -> list[NDArray[np.int32]]:
    """Columns that are equal for matches of which `reader` reads the same values of these fields."""
    wanted = (*names, PRIVATE_FLAGS) if "flags" in names else names
    return [
        view.fields[name].codes[matches.samples[asked, axis]]
        for name in wanted
        for axis, view in enumerate(who.views)
        if name in view.fields
    ]


@define(kw_only=True)
class Rules:
    """The rules of all owners, and what of the estate they ask for.

    `fields`: the columns that are read; `together`: those that one condition compares.
    """

    dcc: OwnerRules
    csps: dict[str, OwnerRules]
    suppliers: dict[str, OwnerRules]
    state: ReleaseState
    fields: frozenset[str]
    together: tuple[tuple[str, ...], ...]
    constants: Mapping[str, object]

    @property
    def layout(self) -> Layout:
        """How the estate is to be read."""
        return layout_for(self.fields, self.together)


def gather_rules(inputs: PlanInputs, also: Set[str] = frozenset()) -> Rules:
    """Sort the rule sets by kind of owner, and decide which columns are read; `also`: some more."""
    dcc = OwnerRules(rules=RuleSet(owner=DCC))
    csps: dict[str, OwnerRules] = {}
    suppliers: dict[str, OwnerRules] = {}
    state = release_state(inputs)
    for rules in (by_phase(rules, state.phases) for rules in inputs.rulesets):
        if rules.owner == DCC:
            dcc = OwnerRules(rules=rules)
        elif rules.owner.startswith(CSP_PREFIX):
            csps[rules.owner.removeprefix(CSP_PREFIX)] = OwnerRules(rules=rules)
        else:
            suppliers[rules.owner] = OwnerRules(rules=rules)
    dcc.told_apart = state.fields
    everyone = [dcc, *csps.values(), *suppliers.values()]
    fields = {name for owner in everyone for name in owner.fields(state.events)} | set(state.fields) | also
    if any(reads_flags(rules) for rules in inputs.rulesets):
        fields.add(FLAGS)  # also where only triggers read them: what they cannot hear of is a finding
    if any(_reads_holidays(owner.rules) for owner in everyone):
        fields.add("holiday_division")
    sparse = {name for name in fields if name in SPARSE or name.startswith("my.")}
    compared = [group for owner in everyone for group in owner.compared()]
    together = tuple(group for group in compared if not sparse.intersection(group))
    return Rules(
        dcc=dcc,
        csps=csps,
        suppliers=suppliers,
        state=state,
        fields=frozenset(fields - sparse),
        together=together,
        constants={name: SPARSE.get(name) for name in sparse},
    )


SPARSE: Mapping[str, object] = {"guid": GUID_OF_NOBODY, "other_supplier_instructed": False}
"""Fields that most hubs share one value of; hubs with another are handled in `special`."""


def _reads_holidays(rules: RuleSet) -> bool:
    ats = [*(rule.at for rule in rules.decides if rule.at is not None), *(rule.at for rule in rules.pilots)]
    windows = [*(at.windows for at in ats), rules.region_windows]
    return any(part.not_on_bank_holidays for w in windows for part in w.parts)


def build_world(inputs: PlanInputs, rules: Rules, estate: EstateAxes, threads: int = 1) -> World:
    """Fold all axes for all owners."""
    views = [view_of(axis, estate.chunks, number) for number, axis in enumerate(estate.axes)]
    pairs = pairs_of(views[PAIR_AXIS])
    views[PAIR_AXIS] = with_split(views[PAIR_AXIS], pairs)
    places, place_of = _places(inputs, views[0])
    events, phase = rules.state.events, rules.state.phases.for_all
    base = context_for(inputs, phase, inputs.release.automatic_at)
    public = [*views[:PAIR_AXIS], with_role(views[PAIR_AXIS], pairs, DCC), *views[PAIR_AXIS + 1 :]]
    dcc = Side([speaker(DCC, rules.dcc, public, base, events, rules.constants)])
    dcc_lookup = Lookup(dcc)  # its matches come first: they say in what context all other rules are read
    dcc_lookup.note(
        ((number, start), axes) for number, chunk in enumerate(estate.chunks) for start, axes in blocks(chunk)
    )
    dcc_automatic = _automatic_times(inputs, dcc.speakers[0], base)
    contexts = {at: context_for(inputs, phase, at) for at in sorted({*dcc_automatic, inputs.release.automatic_at})}
    told_apart = any(o.reads_automatic_date for o in (*rules.suppliers.values(), *rules.csps.values()))
    variants = list(contexts) if told_apart else [inputs.release.automatic_at]
    variant_of = [variants.index(at) if told_apart else 0 for at in dcc_automatic]

    def speak(owner: str, own: OwnerRules, own_views: Sequence[AxisView]) -> list[Speaker]:
        return [speaker(owner, own, own_views, contexts[at], events, rules.constants) for at in variants]

    parties = sorted({party for pair in pairs for party in pair.parties})
    supplier_rows = [
        row
        for party in parties
        for row in speak(
            party,
            rules.suppliers.get(party) or OwnerRules(rules=RuleSet(owner=party)),
            [*views[:PAIR_AXIS], with_role(views[PAIR_AXIS], pairs, party), *views[PAIR_AXIS + 1 :]],
        )
    ]
    regions = sorted(rules.csps)
    csp_rows = [row for region in regions for row in speak(CSP_PREFIX + region, rules.csps[region], public)]
    first = {party: 1 + at * len(variants) for at, party in enumerate(parties)}
    csp_first = {region: 1 + at * len(variants) for at, region in enumerate(regions)}
    csp_row_of_place = np.array([csp_first.get(place.region, 0) for place in places], dtype=np.int32)
    return World(
        inputs=inputs,
        state=rules.state,
        estate=estate,
        views=views,
        pairs=pairs,
        places=places,
        place_of=place_of,
        dcc=dcc,
        dcc_lookup=dcc_lookup,
        csp=Side(csp_rows, threads),
        suppliers=Side(supplier_rows, threads),
        contexts=contexts,
        variant_of_dcc=np.array(variant_of, dtype=np.int32),
        told_apart=told_apart,
        csp_row=csp_row_of_place[place_of],
        csp_row_of_place=csp_row_of_place,
        first_row=np.array([first.get(p.parties[0], 0) if p.parties else 0 for p in pairs], dtype=np.int32),
        second_row=np.array([first[p.parties[1]] if p.split else 0 for p in pairs], dtype=np.int32),
        constants=rules.constants,
    )


def _automatic_times(inputs: PlanInputs, dcc: Speaker, context: RuleContext) -> list[datetime]:
    """BR1.3: the automatic time of each match of the DCC's rules."""
    matches = dcc.known
    times = []
    for match, number in enumerate(matches.decide.tolist()):
        rule = dcc.rules.rules.decides[number] if number >= 0 else None
        read = DateReader(reader(dcc, matches, match), context)
        terms = dcc_terms(release_held=None, holds=(), decide=rule, inputs=inputs, read_date=read)
        times.append(terms.automatic_at)
    return times


def _places(inputs: PlanInputs, view: AxisView) -> tuple[list[Place], NDArray[np.int32]]:
    """Eligibility, region and division of each number of the first axis (design 2)."""
    graph = upgrade_graph(inputs.release, inputs.cpl)
    columns = [view.fields[name] for name in ("device_model", "firmware_version", "smi_status")]
    kinds, kind_of = distinct_tuples([column.codes for column in columns])
    reasons = []
    for row in kinds.tolist():
        model, version, status = (str(column.values[code]) for column, code in zip(columns, row, strict=True))
        reasons.append(ineligible_reason(model, version, SmiStatus(status), inputs.release, inputs.cpl, graph))
    why, texts = numbered_values(reasons)
    where = [view.fields[name] for name in ("csp_region", "holiday_division") if name in view.fields]
    distinct, of = distinct_tuples([why[kind_of], *(column.codes for column in where)])
    places = []
    for row in distinct.tolist():
        region, *division = (column.values[code] for column, code in zip(where, row[1:], strict=True))
        own = str(division[0]) if division and division[0] is not None else None
        places.append(Place(texts[row[0]], str(region), own))
    return places, of.astype(np.int32)
