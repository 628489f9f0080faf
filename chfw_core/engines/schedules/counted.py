"""From what to what the hubs go that differ, counted: by outcome and rule, by day, by region, by Supplier and role."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from chfw_core.engines.schedules.looked_up import Changed, Place
from chfw_core.engines.schedules.pairs import Pairs
from chfw_core.engines.schedules.steps import ASPECTS, Move, Outcome, Step, Steps
from chfw_core.model.guid import Guid

EXAMPLES = 3
SLICE = 1 << 20
"""So many hubs are looked at together."""

Tally: TypeAlias = Mapping[tuple[str, ...], Mapping[Move, int]]
"""Hubs by what becomes of their day, for each region (`(region,)`), or for each Supplier and role."""


@frozen(kw_only=True)
class Transition:
    """The hubs that go from one outcome to another; None = the schedule has no such hub.

    `differs_in`: how many of them by each of ASPECTS; what follows from another status, or moves with the
    day, goes unsaid. `days`: how many go by so many days. `examples`: the lowest GUIDs.
    """

    old: Outcome | None
    new: Outcome | None
    hubs: int
    differs_in: Mapping[str, int]
    days: Mapping[int, int]
    regions: Tally
    suppliers: Tally
    examples: tuple[Guid, ...]


@frozen(kw_only=True)
class Counted:
    """`transitions`: those with most hubs first. `days`, `regions`, `suppliers`: of all together."""

    transitions: tuple[Transition, ...]
    days: Mapping[int, int] = field(factory=dict)
    moves: Mapping[Move, int] = field(factory=dict)
    regions: Tally = field(factory=dict)
    suppliers: Tally = field(factory=dict)


def count(changed: Changed, steps: Steps) -> Counted:
    """Count the hubs of every step in every place, then put together what belongs together."""
    many = len(changed.places)
    cells, hubs = np.unique(steps.of * many + changed.place_of, return_counts=True)
    found = [
        (steps.steps[cell // many], changed.places[cell % many], number)
        for cell, number in zip(cells.tolist(), hubs.tolist(), strict=True)
    ]
    groups: dict[tuple[Outcome | None, Outcome | None], list[tuple[Step, Place, int]]] = {}
    for one in found:
        groups.setdefault((one[0].old, one[0].new), []).append(one)
    numbers = {pair: at for at, pair in enumerate(groups)}
    of = np.array([numbers[step.old, step.new] for step in steps.steps], dtype=np.int64)
    examples = _examples(changed.pairs, of[steps.of] if len(of) else steps.of, len(groups))
    transitions = [_transition(*pair, group, examples[numbers[pair]]) for pair, group in groups.items()]
    moves: Counter[Move] = Counter()
    for step, _, number in found:
        moves[step.move] += number
    return Counted(
        transitions=tuple(sorted(transitions, key=lambda one: (-one.hubs, _words(one.old), _words(one.new)))),
        days=_days(found),
        moves={move: moves[move] for move in Move if moves[move]},
        regions=_regions(found),
        suppliers=_suppliers(found),
    )


def _words(outcome: Outcome | None) -> str:
    return "" if outcome is None else outcome.words


def _transition(
    old: Outcome | None, new: Outcome | None, found: Sequence[tuple[Step, Place, int]], examples: Sequence[int]
) -> Transition:
    differs: Counter[str] = Counter()
    for step, _, hubs in found:
        for aspect in step.differs_in:
            differs[aspect] += hubs
    return Transition(
        old=old,
        new=new,
        hubs=sum(hubs for _, _, hubs in found),
        differs_in={aspect: differs[aspect] for aspect in ASPECTS if differs[aspect]},
        days=_days(found),
        regions=_regions(found),
        suppliers=_suppliers(found),
        examples=tuple(Guid(guid) for guid in examples),
    )


def _days(found: Sequence[tuple[Step, Place, int]]) -> Mapping[int, int]:
    days: Counter[int] = Counter()
    for step, _, hubs in found:
        if step.days:
            days[step.days] += hubs
    return dict(sorted(days.items()))


def _regions(found: Sequence[tuple[Step, Place, int]]) -> Tally:
    return _tally([((region,), step.move, hubs) for step, (region, _, _), hubs in found if region is not None])


def _suppliers(found: Sequence[tuple[Step, Place, int]]) -> Tally:
    """A hub counts for each of its Suppliers, and once where that is one in both roles."""
    cells = []
    for step, (_, one, other), hubs in found:
        roles: dict[str, list[str]] = {}
        for role, party in (("import", one), ("gas", other)):
            if party is not None:
                roles.setdefault(party, []).append(role)
        cells += [((party, "|".join(names)), step.move, hubs) for party, names in roles.items()]
    return _tally(cells)


def _tally(cells: Sequence[tuple[tuple[str, ...], Move, int]]) -> Tally:
    found: dict[tuple[str, ...], Counter[Move]] = {}
    for key, move, hubs in cells:
        found.setdefault(key, Counter())[move] += hubs
    return {key: {move: found[key][move] for move in Move if found[key][move]} for key in sorted(found)}


def _examples(pairs: Pairs, groups: NDArray[np.int64], count: int) -> list[list[int]]:
    """The lowest GUIDs of each group."""
    lowest: list[list[int]] = [[] for _ in range(count)]
    for start in range(0, len(groups), SLICE):
        own, guids = groups[start : start + SLICE], pairs.guids[start : start + SLICE]
        order = np.lexsort((guids, own))
        present, first = np.unique(own[order], return_index=True)
        ends = np.append(first[1:], len(order))
        for group, begin, end in zip(present.tolist(), first.tolist(), ends.tolist(), strict=True):
            few = guids[order[begin : min(end, begin + EXAMPLES)]].tolist()
            lowest[group] = sorted([*lowest[group], *few])[:EXAMPLES]
    return lowest
