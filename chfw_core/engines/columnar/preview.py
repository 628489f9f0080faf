"""`rules preview`: what one owner's files do to its own hubs today, counted in one pass.

The decision of each hub is `judged`; how many hubs a rule's condition holds for, decided by it or
not, is `reach`. Only rows of the owner's own hubs are ever looked at.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import PAIR_AXIS
from chfw_core.engines.columnar.held import HoldCounts, idle_holds
from chfw_core.engines.columnar.judged import Judged, count_labels, judge, own_rules
from chfw_core.engines.columnar.output import TEXT
from chfw_core.engines.columnar.own_estate import load_own
from chfw_core.engines.columnar.own_table import FIELDS, DecisionColumns, Roles
from chfw_core.engines.columnar.reach import Reach, reach_of
from chfw_core.engines.columnar.steps import Progress, quiet
from chfw_core.engines.columnar.world import gather_rules
from chfw_core.model.guid import Guid
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Idle, Outcome, rules_in_order
from chfw_core.planning.pilot import PilotResult
from chfw_core.ports import EstateSource
from chfw_core.rules.model import RuleSet

SET = "configuration_set"
PREVIEW_SCHEMA = pa.schema([("guid", pa.uint64()), ("role", TEXT), *FIELDS])


@frozen(kw_only=True)
class RuleCount:
    """`matches`: eligible hubs for which its condition holds. `decides`: those that it determines;
    for `prioritise`, those whose priority it gives. `delays`: those whose opening it moves. `idle_for`:
    of a hold, the others, by why it does nothing to them.
    """

    block: str
    rule: str
    matches: int
    decides: int
    delays: int = 0
    idle_for: Mapping[Idle, int] = field(factory=dict)

    @property
    def idle(self) -> bool:
        """No hub at all today."""
        return self.matches == 0

    @property
    def hidden(self) -> bool:
        """Its condition holds for some hubs, but other rules decide all of them."""
        return self.matches > 0 and self.decides == 0 and self.delays == 0


@frozen(kw_only=True, eq=False)
class Preview:
    """Counts of hubs. `sets` by (configuration set, outcome); `duplicates` were left out."""

    owner: str
    hubs: int
    rules: tuple[RuleCount, ...]
    outcomes: Mapping[Outcome, int]
    sets: Mapping[tuple[str | None, Outcome], int]
    pilots: tuple[PilotResult, ...]
    duplicates: tuple[Guid, ...]
    judged: Judged

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The decision of each hub, in the estate's order, by `PREVIEW_SCHEMA`."""
        columns, roles = DecisionColumns.of(self.judged.labels), Roles.of(self.judged, self.owner)
        for number, chunk in enumerate(self.judged.world.estate.chunks):
            labels = self.judged.labels_in(number)
            arrays = [pa.array(chunk.guid), roles.take(chunk.axes[PAIR_AXIS])]
            arrays += [columns.take(name, labels) for name, _ in FIELDS]
            yield pa.RecordBatch.from_arrays(arrays, schema=PREVIEW_SCHEMA)


def preview_columnar(
    inputs: PlanInputs,
    estate: EstateSource,
    *,
    attributes: Mapping[str, pa.Table] | None = None,
    threads: int = 2,
    progress: Progress = quiet,
) -> Preview:
    """Preview the one rule set of the inputs. Raises InputError where the owner has no hub."""
    ruleset = own_rules(inputs)
    rules = gather_rules(inputs, also={SET})
    axes, duplicates = load_own(estate, ruleset.owner, rules.layout, threads, progress)
    judged = judge(inputs, rules, axes, attributes or {}, threads, progress)
    progress("counting", 0.0)
    per_label = count_labels(judged, range(len(axes.chunks)))
    outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
    for label, count in zip(judged.labels, per_label.tolist(), strict=True):
        outcomes[label.outcome] += count
    found = Preview(
        owner=ruleset.owner,
        hubs=axes.rows,
        rules=_with_holds(_rule_counts(ruleset, judged, per_label, reach_of(judged, threads)), idle_holds(judged)),
        outcomes={outcome: count for outcome, count in outcomes.items() if count},
        sets=_per_set(judged),
        pilots=judged.pilots,
        duplicates=duplicates,
        judged=judged,
    )
    progress("counting", 1.0)
    return found


def _rule_counts(ruleset: RuleSet, judged: Judged, per_label: NDArray[np.int64], reach: Reach) -> tuple[RuleCount, ...]:
    decides: dict[str | None, int] = {}
    delays: dict[str | None, int] = {}
    for label, count in zip(judged.labels, per_label.tolist(), strict=True):
        decides[label.rule] = decides.get(label.rule, 0) + count
        delays[label.delayed_by] = delays.get(label.delayed_by, 0) + count
    # Conditions are numbered excludes, holds, decides, pilots, prefers, priorities.
    blocks = {"exclude": ruleset.excludes, "hold": ruleset.holds, "decide": ruleset.decides, "pilot": ruleset.pilots}
    matches = iter(reach.holds.tolist())
    known = {(block, rule.id): next(matches) for block, found in blocks.items() for rule in found}
    ranked = [name for name in rules_in_order(ruleset) if name[0] == "prioritise"]
    known.update(zip(ranked, reach.holds[len(reach.holds) - len(ranked) :].tolist(), strict=True))
    highest = dict(zip(ranked, reach.ranked.tolist(), strict=True))
    return tuple(
        RuleCount(
            block=block,
            rule=rule,
            matches=known[block, rule],
            decides=highest.get((block, rule), decides.get(rule, 0)),
            delays=delays.get(rule, 0) if block == "hold" else 0,
        )
        for block, rule in rules_in_order(ruleset)
    )


def _with_holds(counts: tuple[RuleCount, ...], idle: HoldCounts) -> tuple[RuleCount, ...]:
    """The holds with what they do nothing to; what no other cause was found for is excluded before."""
    found = []
    for count in counts:
        if count.block == "hold":
            causes = idle[count.rule]
            left = count.matches - count.decides - count.delays - causes.total()
            causes[Idle.EXCLUDED] += left
            count = evolve(count, idle_for={cause: causes[cause] for cause in Idle if causes[cause]})
        found.append(count)
    return tuple(found)


def _per_set(judged: Judged) -> dict[tuple[str | None, Outcome], int]:
    """Hubs by configuration set and outcome."""
    world = judged.world
    axis = world.estate.layout.axis_of(SET)
    sets = world.views[axis].fields[SET]
    code_of = np.zeros(world.views[axis].size, dtype=np.int64)
    code_of[world.views[axis].numbers] = sets.codes
    order = list(Outcome)
    outcome_of = np.array([order.index(label.outcome) for label in judged.labels], dtype=np.int64)[judged.label_of]
    total = np.zeros(len(sets.values) * len(order), dtype=np.int64)
    for chunk, classes in zip(world.estate.chunks, judged.classes, strict=True):
        total += np.bincount(code_of[chunk.axes[axis]] * len(order) + outcome_of[classes], minlength=len(total))
    counts = total.reshape(len(sets.values), len(order))
    return {
        (None if sets.values[at] is None else str(sets.values[at]), order[outcome]): int(counts[at, outcome])
        for at, outcome in zip(*(index.tolist() for index in np.nonzero(counts)), strict=True)
    }
