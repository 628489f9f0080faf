"""The plans of a composition as columns; one is put together as a value only when somebody asks for it.

Most hubs of a plan need no more of it than a reason, two rules and a batch, and those are looked up
by the column. What hubs share whoever their Suppliers are (`Settled`) is kept apart.
"""

from collections.abc import Sequence

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.planning.decision import Decision
from chfw_core.planning.hub_plan import DccTerms, HubPlan, Settled, batching, put_together
from chfw_core.rules.model import BatchSpec, RuleSet

Ints = NDArray[np.int64]
NONE = -1
BASES = tuple(ActivationBasis)


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

    def rules(self) -> tuple[list[str | None], list[str | None]]:
        """The Import and the Gas Supplier's rule of each plan."""
        names: list[str | None] = [*(decision.rule for decision in self.decisions), None]
        held = np.array([(p.import_supplier is not None, p.gas_supplier is not None, p.split) for p in self.pairs])
        imports, gases, split = held[self.pair].T if len(held) else np.zeros((3, len(self)), dtype=np.bool_)
        of_import = np.where(imports, self.first, NONE)
        of_gas = np.where(split, self.second, np.where(gases, self.first, NONE))
        return [names[at] for at in of_import.tolist()], [names[at] for at in of_gas.tolist()]

    def batches(self) -> list[tuple[int, tuple[str, ...], BatchSpec]]:
        """The plans whose hubs go in batches: number, key and batch."""
        has = np.array([*(decision.batch is not None for decision in self.decisions), False])
        by_dcc = np.array([terms.batch is not None for terms in self.terms_list], dtype=np.bool_)
        early = self.basis[:-1] != BASES.index(ActivationBasis.DCC_DEFAULT)
        wanted = np.where(early, has[self.first] | has[self.second], by_dcc[self.terms])
        changing = {number for number, _ in self._of_changing_hubs()}
        found = []
        for number in np.flatnonzero(wanted).tolist():
            if number in changing:
                continue
            spec, key = batching(
                self.pairs[int(self.pair[number])],
                self.decided(number),
                self.terms_list[int(self.terms[number])],
                self.csp_rules[int(self.csp[number])].region_batch,
                early=bool(early[number]),
            )
            if spec is not None:
                found.append((number, key, spec))
        found += [(n, plan.batch_key, plan.batch) for n, plan in self._of_changing_hubs() if plan.batch is not None]
        return sorted(found, key=lambda one: one[0])

    def _of_changing_hubs(self) -> list[tuple[int, HubPlan]]:
        return [(number, self.whole[number]) for number in self.changing]
