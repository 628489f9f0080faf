"""`rules diff`: the hubs that two versions of one owner's files decide differently.

Both versions are matched and judged over the same axes, read once; hubs whose decisions mean the
same are not told apart, however the rules that made them are written.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import evolve, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import PAIR_AXIS
from chfw_core.engines.columnar.judged import Judged, judge, own_rules
from chfw_core.engines.columnar.output import TEXT, TextColumn
from chfw_core.engines.columnar.own_estate import load_own
from chfw_core.engines.columnar.own_table import FIELDS, DecisionColumns, Roles
from chfw_core.engines.columnar.steps import Progress, quiet
from chfw_core.engines.columnar.world import gather_rules
from chfw_core.errors import UsageError
from chfw_core.model.guid import Guid
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import ASPECTS, OwnDecision
from chfw_core.ports import EstateSource

Ints = NDArray[np.int64]
EXAMPLES = 3
DIFF_SCHEMA = pa.schema(
    [
        ("guid", pa.uint64()),
        ("role", TEXT),
        ("differs_in", TEXT),
        *((f"{side}_{name}", kind) for side in ("old", "new") for name, kind in FIELDS),
    ]
)


@frozen(kw_only=True)
class Transition:
    """Hubs that go from one outcome and rule to another (NF2). `differs_in`: how many of them by outcome, rule,
    period, windows, batch or priority, in this order. `old_batch`, `new_batch`: the rule's batches, in words.
    """

    old_outcome: str
    old_rule: str | None
    old_batch: str | None
    new_outcome: str
    new_rule: str | None
    new_batch: str | None
    differs_in: Mapping[str, int]
    hubs: int
    examples: tuple[Guid, ...]


@frozen(kw_only=True)
class _Way:
    """From one decision to another, and in what the two differ: several ways make a transition."""

    old: tuple[str, str | None, str | None]
    new: tuple[str, str | None, str | None]
    differs_in: tuple[str, ...]


@frozen(kw_only=True, eq=False)
class Difference:
    """`transitions`: those with most hubs first."""

    owner: str
    hubs: int
    changed: int
    transitions: tuple[Transition, ...]
    duplicates: tuple[Guid, ...]
    pairs: "_Pairs"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The hubs decided differently, in the estate's order, by `DIFF_SCHEMA`."""
        pairs = self.pairs
        sides = [(judged, DecisionColumns.of(judged.labels)) for judged in (pairs.old, pairs.new)]
        roles = Roles.of(pairs.old, self.owner)
        aspects = [", ".join(way.differs_in) for way in pairs.ways]
        differs = TextColumn.of(aspects, np.arange(len(aspects), dtype=np.int64))
        for number, chunk in enumerate(pairs.old.world.estate.chunks):
            rows, ways = pairs.changed_in(number)
            arrays = [pa.array(chunk.guid[rows]), roles.take(chunk.axes[PAIR_AXIS][rows])]
            arrays.append(differs.take(ways.astype(np.int32)))
            for judged, columns in sides:
                labels = judged.labels_in(number)[rows]
                arrays += [columns.take(name, labels) for name, _ in FIELDS]
            yield pa.RecordBatch.from_arrays(arrays, schema=DIFF_SCHEMA)


def diff_columnar(
    old: PlanInputs,
    new: PlanInputs,
    estate: EstateSource,
    *,
    attributes: Mapping[str, pa.Table] | None = None,
    threads: int = 2,
    progress: Progress = quiet,
) -> Difference:
    """Compare the one rule set of `old` with that of `new`, all else alike.

    Raises UsageError for two owners, InputError where the owner has no hub.
    """
    owner = own_rules(old).owner
    if own_rules(new).owner != owner:
        raise UsageError("two versions of one owner's files are compared, not the files of two owners")
    both = [gather_rules(old), gather_rules(new)]
    fields = both[0].fields | both[1].fields
    shared = [evolve(rules, fields=fields, together=both[0].together + both[1].together) for rules in both]
    axes, duplicates = load_own(estate, owner, shared[0].layout, threads, progress)
    judged = [
        judge(inputs, rules, axes, attributes or {}, threads, progress)
        for inputs, rules in zip((old, new), shared, strict=True)
    ]
    progress("counting", 0.0)
    pairs = _Pairs.of(judged[0], judged[1])
    transitions = _counted(pairs)
    progress("counting", 1.0)
    return Difference(
        owner=owner,
        hubs=axes.rows,
        changed=sum(transition.hubs for transition in transitions),
        transitions=transitions,
        duplicates=duplicates,
        pairs=pairs,
    )


@frozen(kw_only=True, eq=False)
class _Pairs:
    """`meaning`: per version and class, the number of what its decision means. `known`, sorted: the pairs
    of meanings that differ, as old × `count` + new; `way_of` them in `ways`.
    """

    old: Judged
    new: Judged
    meaning: tuple[Ints, Ints]
    count: int
    known: Ints
    way_of: Ints
    ways: list[_Way]

    @classmethod
    def of(cls, old: Judged, new: Judged) -> "_Pairs":
        """Find the pairs that occur."""
        numbers: dict[tuple[object, ...], int] = {}
        decisions: list[OwnDecision] = []
        meaning = []
        for judged in (old, new):
            found = []
            for label in judged.labels:
                if numbers.setdefault(label.meaning, len(numbers)) == len(decisions):
                    decisions.append(label)
                found.append(numbers[label.meaning])
            meaning.append(np.array(found, dtype=np.int64)[judged.label_of])
        count = len(numbers)
        seen = [np.zeros(0, dtype=np.int64)]
        for one, other in zip(old.classes, new.classes, strict=True):
            keys = meaning[0][one] * count + meaning[1][other]
            seen.append(np.unique(keys[meaning[0][one] != meaning[1][other]]))
        known = np.unique(np.concatenate(seen))
        kinds: dict[_Way, int] = {}
        of = [
            kinds.setdefault(_way(decisions[key // count], decisions[key % count]), len(kinds))
            for key in known.tolist()
        ]
        return cls(
            old=old,
            new=new,
            meaning=(meaning[0], meaning[1]),
            count=count,
            known=known,
            way_of=np.array(of, dtype=np.int64),
            ways=list(kinds),
        )

    def changed_in(self, chunk: int) -> tuple[Ints, Ints]:
        """The rows of a chunk that are decided differently, and the way of each."""
        one, other = self.meaning[0][self.old.classes[chunk]], self.meaning[1][self.new.classes[chunk]]
        rows = np.flatnonzero(one != other)
        at = np.searchsorted(self.known, one[rows] * self.count + other[rows])
        return rows, self.way_of[at]


def _way(old: OwnDecision, new: OwnDecision) -> _Way:
    sides = [(decision.outcome.value, decision.rule, decision.batch_said) for decision in (old, new)]
    return _Way(old=sides[0], new=sides[1], differs_in=new.differs_in(old))


def _counted(pairs: _Pairs) -> tuple[Transition, ...]:
    """The transitions with their hubs, and the first GUIDs of each by number."""
    totals = np.zeros(len(pairs.ways), dtype=np.int64)
    examples: list[NDArray[Any]] = [np.zeros(0, dtype=np.uint64)] * len(totals)
    for number, chunk in enumerate(pairs.old.world.estate.chunks):
        rows, ways = pairs.changed_in(number)
        counts = np.bincount(ways, minlength=len(totals))
        totals += counts
        order = np.lexsort((chunk.guid[rows], ways))
        starts = np.cumsum(counts) - counts
        for at in np.flatnonzero(counts).tolist():
            first = order[starts[at] : starts[at] + min(int(counts[at]), EXAMPLES)]
            examples[at] = np.sort(np.concatenate([examples[at], chunk.guid[rows[first]]]))[:EXAMPLES]
    found = [_transition(pairs.ways, of, totals, examples) for of in _together(pairs.ways)]
    return tuple(sorted(found, key=_order))


def _order(one: Transition) -> tuple[object, ...]:
    return (-one.hubs, one.old_rule or "", one.new_rule or "", one.old_outcome, one.new_outcome)


def _together(ways: Sequence[_Way]) -> list[list[int]]:
    """The numbers of the ways that go from and to the same outcome and rule, whose batches are one then too."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, way in enumerate(ways):
        groups.setdefault((way.old, way.new), []).append(number)
    return list(groups.values())


def _transition(ways: Sequence[_Way], of: Sequence[int], totals: Ints, examples: Sequence[NDArray[Any]]) -> Transition:
    differs = {aspect: sum(int(totals[at]) for at in of if aspect in ways[at].differs_in) for aspect in ASPECTS}
    guids = np.sort(np.concatenate([examples[at] for at in of]))[:EXAMPLES]
    (old_outcome, old_rule, old_batch), (new_outcome, new_rule, new_batch) = ways[of[0]].old, ways[of[0]].new
    return Transition(
        old_outcome=old_outcome,
        old_rule=old_rule,
        old_batch=old_batch,
        new_outcome=new_outcome,
        new_rule=new_rule,
        new_batch=new_batch,
        differs_in={aspect: hubs for aspect, hubs in differs.items() if hubs},
        hubs=sum(int(totals[at]) for at in of),
        examples=tuple(Guid(guid) for guid in guids.tolist()),
    )
