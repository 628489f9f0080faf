"""One owner's own rules for all of its hubs: the plan's steps up to the decision, and no further.

Rules are compiled, matched and composed as in a plan in which nobody else has any; each distinct
decision is a *label*, and every hub has the number of one.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import EstateAxes
from chfw_core.engines.columnar.classify import Classifier
from chfw_core.engines.columnar.compose import Composer
from chfw_core.engines.columnar.composed import Composed, Known
from chfw_core.engines.columnar.pilots import PilotSelection, enter_pilots
from chfw_core.engines.columnar.records import Part, Records, distinct_tuples, with_more
from chfw_core.engines.columnar.sides import Side
from chfw_core.engines.columnar.sparse import Attributes
from chfw_core.engines.columnar.special import Special
from chfw_core.engines.columnar.steps import Progress
from chfw_core.engines.columnar.world import Rules, World, build_world, reader
from chfw_core.model.parties import DCC, Party, ResponsibleSuppliers, SupplierRole, is_supplier
from chfw_core.planning.hub_plan import before_change
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import (
    OwnDecision,
    csp_decision,
    dcc_decision,
    ineligible_decision,
    stopped_decision,
    supplier_decision,
)
from chfw_core.planning.pilot import PilotResult
from chfw_core.planning.release_state import freeze_of, today_of
from chfw_core.rules.model import RuleSet

ROLES = tuple(SupplierRole)
Ints = NDArray[np.int64]
Parts = NDArray[np.int32]


@frozen(kw_only=True, eq=False)
class Judged:
    """`classes[chunk][row]` is a number of `label_of`, and that one of `labels`; `records` stand beside
    `label_of`, and `composer` knows what their numbers mean. `base`: the side's speakers before single
    hubs were looked at; `special` tells which hubs those are.
    """

    world: World
    classes: list[Parts]
    labels: list[OwnDecision]
    label_of: Ints
    pilots: tuple[PilotResult, ...]
    special: Special
    base: int
    records: Records
    composer: Composer

    def labels_in(self, chunk: int) -> Ints:
        """The label of each hub of a chunk."""
        return np.take(self.label_of, self.classes[chunk], mode="clip")


def own_rules(inputs: PlanInputs) -> RuleSet:
    """The one owner's rules that these inputs hold."""
    (rules,) = inputs.rulesets
    return rules


def side_of(world: World, owner: str) -> tuple[Side, tuple[Part, ...], tuple[Part, ...]]:
    """The side that speaks for an owner; where records name its speaker, and its match."""
    if is_supplier(owner):
        return world.suppliers, (Part.FIRST_ROW, Part.SECOND_ROW), (Part.FIRST_MATCH, Part.SECOND_MATCH)
    if owner == DCC:
        return world.dcc, (Part.DCC_ROW,), (Part.DCC,)
    return world.csp, (Part.CSP_ROW,), (Part.CSP,)


def judge(
    inputs: PlanInputs,
    rules: Rules,
    estate: EstateAxes,
    attributes: Mapping[str, pa.Table],
    threads: int,
    progress: Progress,
) -> Judged:
    """The decision of every hub of the estate, which holds the owner's hubs alone."""
    owner = own_rules(inputs).owner
    world = build_world(inputs, rules, estate, threads)
    base = len(side_of(world, owner)[0].speakers)
    classes, records = Classifier(world, threads).run(lambda share: progress("matching rules", share))
    composer = Composer(world, Known())
    private = {party: Attributes.of(table) for party, table in attributes.items()}
    special = Special(world, composer, private, None)
    special.fill(classes, records)
    records = special.enter(classes, records)
    pilots = PilotSelection(world, composer, classes, records, threads)
    records = with_more(records, enter_pilots(pilots.select(), classes, records))
    labels = _Labels(world=world, composer=composer, composed=composer.compose(records), owner=owner)
    labels.enter(records)
    return Judged(
        world=world,
        classes=classes,
        labels=labels.found,
        label_of=labels.of,
        pilots=tuple(pilots.results),
        special=special,
        base=base,
        records=records,
        composer=composer,
    )


@define(kw_only=True)
class _Labels:
    """The decisions of records, each distinct case once."""

    world: World
    composer: Composer
    composed: Composed
    owner: str
    found: list[OwnDecision] = field(factory=list)
    of: Ints = field(factory=lambda: np.zeros(0, dtype=np.int64))

    def enter(self, records: Records) -> None:
        """Set `of`: the number in `found` of each record's decision."""
        decide, columns = self._supplier, [*self._own_decisions(records), *self._changing(records)]
        if self.owner == DCC:
            decide = self._dcc
            columns = [records[:, Part.DCC_ROW], records[:, Part.DCC], records[:, Part.GUID]]
        elif not is_supplier(self.owner):
            decide, columns = self._csp, [records[:, Part.CSP_ROW], records[:, Part.CSP]]
        reasons = {reason: at for at, reason in enumerate(dict.fromkeys(p.ineligible for p in self.world.places))}
        texts = list(reasons)
        ineligible = np.array([reasons[place.ineligible] for place in self.world.places], dtype=np.int64)
        whose = [ineligible[records[:, Part.PLACE]], self.composed.terms, self.composed.priority]
        distinct, self.of = distinct_tuples([*whose, *columns])
        for reason, terms, priority, *rest in distinct.tolist():
            text = texts[reason]
            self.found.append(ineligible_decision(text) if text is not None else decide(terms, priority, *rest))

    def _own_decisions(self, records: Records) -> list[NDArray[np.integer]]:
        """Of a hub's two Suppliers' decisions the owner's."""
        first = np.array([pair.parties[:1] == (self.owner,) for pair in self.world.pairs], dtype=np.bool_)
        return [np.where(first[records[:, Part.PAIR]], self.composed.first, self.composed.second)]

    def _changing(self, records: Records) -> list[NDArray[np.integer]]:
        """CS3: the changes of Supplier of each hub, and where it has some which of its roles are the owner's."""
        own = (pair.roles_of(self.owner) for pair in self.world.pairs)
        of_pair = [sum(1 << ROLES.index(role) for role in roles) for roles in own]
        changing = records[:, Part.CHANGES]
        roles = np.array(of_pair, dtype=np.int64)[records[:, Part.PAIR]]
        return [changing, np.where(changing > 0, roles, 0)]

    def _supplier(self, terms: int, priority: int, *rest: int) -> OwnDecision:
        number, changing, roles = rest
        held, inputs = self.composed.terms_list[terms].held, self.world.inputs
        if held is not None:
            return stopped_decision(held)
        decided = self.composed.decisions[number]
        if changes := self.composer.known.changes[changing].changes:
            decided = before_change(decided, self._alone(roles), changes, freeze_of(inputs), today_of(inputs))
        return supplier_decision(own_rules(inputs), decided, priority)

    def _alone(self, roles: int) -> ResponsibleSuppliers:
        """The owner in its roles: who has the other one makes no difference."""
        own = {role: Party(self.owner) for at, role in enumerate(ROLES) if roles >> at & 1}
        return ResponsibleSuppliers(
            import_supplier=own.get(SupplierRole.IMPORT), gas_supplier=own.get(SupplierRole.GAS)
        )

    def _csp(self, terms: int, priority: int, *rest: int) -> OwnDecision:
        held, (row, match) = self.composed.terms_list[terms].held, rest
        if held is not None:
            return stopped_decision(held)
        who = self.world.csp.speakers[row - 1]
        number = int(who.known.ranked[match])
        return csp_decision(who.rules.priorities[number] if number >= 0 else None)

    def _dcc(self, terms: int, priority: int, *rest: int) -> OwnDecision:
        row, match, number = rest
        who, guid = self.world.dcc.speakers[row - 1], self.composer.known.guids[number]
        stopped = self.world.state.held(reader(who, who.known, match), guid)
        if stopped is not None:
            return stopped_decision(stopped)
        holds = self.composer.holds(who, match, guid, who.context)
        decide = int(who.known.decide[match])
        rule = who.rules.rules.decides[decide] if decide >= 0 else None
        return dcc_decision(self.composed.terms_list[terms], holds, rule, priority)


def count_labels(judged: Judged, chunks: Sequence[int]) -> Ints:
    """How many hubs have each label, in these chunks."""
    total = np.zeros(len(judged.label_of), dtype=np.int64)
    for chunk in chunks:
        total += np.bincount(judged.classes[chunk], minlength=len(total))
    return np.bincount(judged.label_of, weights=total, minlength=len(judged.labels)).astype(np.int64)
