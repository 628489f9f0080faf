"""What a columnar plan amounts to: its summary and findings, counted over slots, not over hubs."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import TypeVar

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.consent.model import ActivationBasis, Refusal
from chfw_core.engines.columnar.composed import NONE, Composed
from chfw_core.engines.columnar.place import Placed
from chfw_core.engines.columnar.plans import BASES
from chfw_core.engines.columnar.records import Part, distinct_columns
from chfw_core.engines.columnar.sayings import STATUSES, Cause, Sayings
from chfw_core.engines.columnar.timelines import day_of
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.engines.columnar.world import World
from chfw_core.planning.batches import BatchKey
from chfw_core.planning.capacity import Proof
from chfw_core.planning.findings import Counts, count_refusals, plan_findings
from chfw_core.planning.model import Finding, HubStatus
from chfw_core.planning.pilot import PilotResult
from chfw_core.planning.summary import Summary
from chfw_core.rules.model import BatchSpec

K = TypeVar("K")
Ints = NDArray[np.int64]
Configurations = Mapping[tuple[str | None, str, bool], int]


@define(kw_only=True)
class Tally:
    """Counts one plan; `hubs[slot]` is how many each slot has."""

    world: World
    composed: Composed
    placed: Placed
    sayings: Sayings
    threads: int
    _record: Ints = field(init=False)
    _hubs: Ints = field(init=False)

    def __attrs_post_init__(self) -> None:
        slots = self.placed.assignment.slots
        self._record = np.concatenate([slots.record, slots.record[self.placed.assignment.left_out_of]])
        self._hubs = self.placed.counts

    def summary(self, configurations: Configurations) -> Summary:
        """The plan in numbers."""
        places, pairs, said = self.world.places, self.world.pairs, self.sayings
        bases = (*BASES, None)
        outcomes = [(status, basis) for status in STATUSES for basis in bases]
        outcome = (said.status * len(bases) + said.basis % len(bases))[said.of]
        records = self.composed.records
        regions = list(dict.fromkeys(place.region for place in places))
        region = numbered([place.region for place in places])[records[:, Part.PLACE][self._record]]
        by_outcome: dict[tuple[HubStatus, ActivationBasis | None], int] = {}
        by_region: dict[tuple[str, HubStatus, ActivationBasis | None], int] = {}
        by_party: dict[tuple[str, HubStatus, ActivationBasis | None], int] = {}
        for (number, where), hubs in self._totals(outcome, region):
            _add(by_outcome, outcomes[number], hubs)
            _add(by_region, (regions[where], *outcomes[number]), hubs)
        for (number, pair), hubs in self._totals(outcome, records[:, Part.PAIR][self._record]):
            for party in pairs[pair].parties:
                _add(by_party, (party, *outcomes[number]), hubs)
        return Summary(
            hubs=int(self._hubs.sum()),
            by_outcome=by_outcome,
            by_region=by_region,
            by_region_day=self._by_day(),
            by_party=by_party,
            by_ineligible=self._ineligible(),
            by_configuration=configurations,
        )

    def _ineligible(self) -> dict[str, int]:
        """Ineligible hubs by reason."""
        found, said, total = dict[str, int](), self.sayings, self._said()
        for number in np.flatnonzero((said.cause == Cause.INELIGIBLE) & (total > 0)).tolist():
            _add(found, said.reason[number], int(total[number]))
        return found

    def _said(self) -> Ints:
        """Hubs of each saying."""
        return np.bincount(self.sayings.of, weights=self._hubs, minlength=len(self.sayings)).astype(np.int64)

    def _totals(self, *columns: NDArray[np.integer]) -> list[tuple[list[int], int]]:
        """Hubs per combination of the slots' numbers; combinations without hubs are left out."""
        sample, of = distinct_columns(columns, len(self._record))
        distinct = np.stack([column[sample] for column in columns], axis=1)
        hubs = np.bincount(of, weights=self._hubs, minlength=len(distinct)).astype(np.int64).tolist()
        return [(row, count) for row, count in zip(distinct.tolist(), hubs, strict=True) if count]

    def _by_day(self) -> dict[tuple[str, date, ActivationBasis], int]:
        placed, found = self.placed, dict[tuple[str, date, ActivationBasis], int]()
        bases = list(ActivationBasis)
        with ThreadPoolExecutor(self.threads) as pool:
            counts = sum(pool.map(lambda times: np.bincount(times, minlength=len(placed.day)), placed.times))
        for time, hubs in enumerate(np.asarray(counts).tolist()):
            if time and hubs:
                basis = bases[int(placed.time_basis[time])]
                _add(found, (placed.time_region[time], day_of(int(placed.day[time])), basis), hubs)
        return found

    def findings(
        self,
        refusals: Sequence[Refusal],
        pilots: Sequence[PilotResult],
        contradictions: int,
        private_flags: Mapping[str, frozenset[str]],
    ) -> tuple[Finding, ...]:
        """What a person should look at. `contradictions`: changes of Supplier that were not applied.

        `private_flags`: by Supplier, those that it alone knows of.
        """
        undecided, lost = self._about_decisions()
        over: dict[Proof, int] = {}
        blocked: dict[str, int] = {}
        no_day = 0
        said = self.sayings
        total = self._said()
        open_ones = np.flatnonzero((said.status == STATUSES.index(HubStatus.INFEASIBLE)) & (total > 0))
        for number, cause, hubs in zip(
            open_ones.tolist(), said.cause[open_ones].tolist(), total[open_ones].tolist(), strict=True
        ):
            if number in said.proofs:
                _add(over, said.proofs[number], hubs)
            elif cause == Cause.CSP_BLOCKED:
                _add(blocked, self.world.places[int(said.place[number])].region, hubs)
            elif cause == Cause.NO_DAY:
                no_day += hubs
        plans = self.composed.plans
        not_met = plans.of_settled([one.resolution.windows_disjoint for one in plans.settled_list])
        disjoint = not_met.astype(np.bool_)[self.composed.plan[self._record]]
        return plan_findings(
            self.world.inputs,
            Counts(
                refused=count_refusals(refusals),
                over_capacity=over,
                csp_blocked=blocked,
                ineligible=self._ineligible(),
                no_day=no_day,
                late_batch=self._late_batches(),
                undecided=undecided,
                windows_lost=lost,
                contradictions=contradictions,
                disjoint=int(self._hubs[disjoint].sum()),
                pilots=tuple(pilots),
            ),
            parties={party for pair in self.world.pairs for party in pair.parties},
            regions={place.region for place in self.world.places},
            flags=self.world.flags,
            private_flags=private_flags,
        )

    def _late_batches(self) -> dict[tuple[BatchKey, BatchSpec], int]:
        """Hubs whose batch comes too late, by what they are cut by."""
        assignment = self.placed.assignment
        slots = assignment.slots
        group = np.concatenate([slots.group, slots.group[assignment.left_out_of]])
        totals = self._totals(self.sayings.cause[self.sayings.of], group)
        return {(slots.keys[at], slots.specs[at]): hubs for (cause, at), hubs in totals if cause == Cause.LATE_BATCH}

    def _about_decisions(self) -> tuple[dict[tuple[str, datetime], int], dict[tuple[str, str], int]]:
        """Hubs for which a Supplier decided nothing, by its cut-off; and those whose rule's windows are lost."""
        composed = self.composed
        undecided, lost = dict[tuple[str, datetime], int](), dict[tuple[str, str], int]()
        terms = composed.terms[self._record]
        for side in (composed.first, composed.second):
            for (number, own_terms), hubs in self._totals(side[self._record], terms):
                if number == NONE:
                    continue
                decision = composed.decisions[number]
                if decision.undecided:
                    _add(undecided, (decision.party, composed.terms_list[own_terms].cutoff), hubs)
                if decision.windows_lost:
                    _add(lost, (decision.party, str(decision.rule)), hubs)
        return undecided, lost


def _add(counts: dict[K, int], key: K, hubs: int) -> None:
    counts[key] = counts.get(key, 0) + hubs
