"""The plans of a composition as columns; one is put together as a value only when somebody asks for it.

Most hubs of a plan need no more of it than a reason, two rules and a batch, and those are looked up
by the column. What hubs share whoever their Suppliers are (`Settled`) is kept apart.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.consent.model import ActivationBasis
from chfw_core.engines.columnar.records import distinct_columns
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.planning.batches import BatchKey, specs_by_key
from chfw_core.planning.decision import Decision
from chfw_core.planning.hub_plan import DccTerms, HubPlan, Settled, batching, put_together
from chfw_core.rules.model import BatchSpec, RuleSet

Ints = NDArray[np.int64]
NONE = -1
BASES = tuple(ActivationBasis)


def _numbers(values: Sequence[Hashable]) -> Ints:
    """The number of each value; at the end, for -1, that of None."""
    return numbered((*values, None))


def _bounds(batch: BatchSpec) -> Hashable:
    return batch.size, batch.pause


def _empty() -> Ints:
    return np.zeros(0, dtype=np.int64)


@define(kw_only=True)
class Plans:
    """Parallel arrays, one entry per plan: numbers into the lists beside them, or -1.

    `settled` of each, its `terms`, its Suppliers' decisions (`first`, `second`), its `pair` and its
    CSP's rules. `whole` has the plans that exist as values already.
    """

    settled_list: Sequence[Settled]
    decisions: Sequence[Decision]
    terms_list: Sequence[DccTerms]
    pairs: Sequence[ResponsibleSuppliers]
    csp_rules: Sequence[RuleSet] = ()
    settled: Ints = field(factory=_empty)
    terms: Ints = field(factory=_empty)
    first: Ints = field(factory=_empty)
    second: Ints = field(factory=_empty)
    pair: Ints = field(factory=_empty)
    csp: Ints = field(factory=_empty)
    whole: dict[int, HubPlan] = field(factory=dict)
    changing: list[int] = field(factory=list)

    def append(self, **columns: Ints) -> None:
        """More plans, given by all their columns."""
        for name, column in columns.items():
            setattr(self, name, np.concatenate([getattr(self, name), column]))

    def replace(self, number: int, plan: HubPlan) -> None:
        """A plan that is a value already: of hubs whose Supplier changes."""
        self.whole[number] = plan
        self.changing.append(number)

    def __len__(self) -> int:
        return len(self.settled)

    def __getitem__(self, number: int) -> HubPlan:
        if number not in self.whole:
            self.whole[number] = put_together(
                self.settled_list[int(self.settled[number])],
                suppliers=self.pairs[int(self.pair[number])],
                decided=self.decided(number),
                dcc=self.terms_list[int(self.terms[number])],
                csp_batch=self.csp_rules[int(self.csp[number])].region_batch,
            )
        return self.whole[number]

    def settled_of(self, number: int) -> Settled | None:
        """What a plan's consents came to; None for a hub without a plan."""
        return None if number == NONE else self.settled_list[int(self.settled[number])]

    def decided(self, number: int) -> tuple[Decision, ...]:
        """The decisions of the plan's Suppliers."""
        both = (int(self.first[number]), int(self.second[number]))
        return tuple(self.decisions[at] for at in both if at != NONE)

    def of_settled(self, values: Sequence[bool | int]) -> NDArray[np.generic]:
        """A value per settled thing, as a column over plans; the last entry is for hubs without a plan."""
        column = np.array([*values, 0])
        return np.asarray(column[np.append(self.settled, NONE)])

    @property
    def basis(self) -> Ints:
        """The number of each plan's basis among `BASES`; -1 at the end."""
        numbers = self.of_settled([BASES.index(one.resolution.basis) for one in self.settled_list]).astype(np.int64)
        numbers[-1] = NONE
        return numbers

    def reasons(self) -> list[str]:
        """The reason of each plan, as `put_together` has it."""
        heads = [f"{one.head}: " for one in self.settled_list]
        said = [decision.reason for decision in self.decisions]
        found = [
            f"{heads[head]}{said[one]}; {said[other]}"
            if other != NONE
            else heads[head] + (said[one] if one != NONE else "no Supplier is responsible")
            for head, one, other in zip(self.settled.tolist(), self.first.tolist(), self.second.tolist(), strict=True)
        ]
        for number, plan in self._of_changing_hubs():
            found[number] = plan.reason
        return found

    def rules(self) -> tuple[list[str | None], Ints, Ints]:
        """The names of rules, and by plan the number of the Import and the Gas Supplier's; at the end that of none."""
        names: list[str | None] = [decision.rule for decision in self.decisions]
        held = np.array([(p.import_supplier is not None, p.gas_supplier is not None, p.split) for p in self.pairs])
        imports, gases, split = held[self.pair].T if len(held) else np.zeros((3, len(self)), dtype=np.bool_)
        of_import = np.where(imports, self.first, NONE)
        of_gas = np.where(split, self.second, np.where(gases, self.first, NONE))
        return names, np.append(of_import, NONE), np.append(of_gas, NONE)

    def batches(self) -> tuple[Ints, Mapping[BatchKey, BatchSpec]]:
        """BR3.7: by plan the number of its hubs' key, or -1; and the batches of each key, in order of the numbers."""
        columns = self._batch_columns()
        sample, of = distinct_columns(columns, len(self))
        found = [self._batching(at) for at in sample.tolist()]
        specs = [(key, spec) for spec, key in found if spec is not None]
        changing = self._of_changing_hubs()
        specs += [(plan.batch_key, plan.batch) for _, plan in changing if plan.batch is not None]
        by_key = specs_by_key(specs)
        number = {key: at for at, key in enumerate(by_key)}
        keys = np.array([number[key] if spec is not None else NONE for spec, key in found] or [NONE], dtype=np.int64)[
            of
        ]
        for at, plan in changing:
            keys[at] = NONE if plan.batch is None else number[plan.batch_key]
        return keys, by_key

    def _batch_columns(self) -> list[Ints]:
        """Columns that are equal for plans whose hubs go in the same batches."""
        asked = _numbers([decision.batch and _bounds(decision.batch) for decision in self.decisions])
        split = np.array([pair.split for pair in self.pairs], dtype=np.bool_)[self.pair]
        rules = _numbers([decision.rule for decision in self.decisions])
        owned = _numbers([(decision.party, decision.rule) for decision in self.decisions])
        by_dcc = _numbers([(terms.batch and _bounds(terms.batch), terms.rule) for terms in self.terms_list])
        early = self.basis[:-1] != BASES.index(ActivationBasis.DCC_DEFAULT)
        first, second = asked[self.first], asked[self.second]
        unasked = asked[NONE]
        wanted = early & ((first != unasked) | (second != unasked))
        whose = [np.where(split, rules[self.first], owned[self.first]), np.where(split, rules[self.second], NONE)]
        named = [np.where(wanted, column, NONE) for column in (first, second, *whose, split.astype(np.int64))]
        csp = np.where(wanted | ~early, self.csp, NONE)
        return [np.where(early, 1 + wanted, 0), *named, np.where(wanted | ~early, by_dcc[self.terms], NONE), csp]

    def _batching(self, number: int) -> tuple[BatchSpec | None, BatchKey]:
        settled = self.settled_list[int(self.settled[number])]
        return batching(
            self.pairs[int(self.pair[number])],
            self.decided(number),
            self.terms_list[int(self.terms[number])],
            self.csp_rules[int(self.csp[number])].region_batch,
            early=settled.resolution.basis is not ActivationBasis.DCC_DEFAULT,
        )

    def _of_changing_hubs(self) -> list[tuple[int, HubPlan]]:
        return [(number, self.whole[number]) for number in self.changing]
