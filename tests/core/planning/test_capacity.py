"""G5, I5: days under capacity against networkx's flows, and proofs that can be recounted."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import networkx as nx
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.flow import solve_flow
from chfw_core.errors import InputError, UsageError
from chfw_core.planning.capacity import (
    Assignment,
    DemandClass,
    Proof,
    assign_days,
    intervals,
    region_capacity,
)
from chfw_core.planning.flow import FlowProblem, Placement
from chfw_core.testing.worlds import inputs, release

FIRST = date(2026, 5, 1)
DAYS = tuple(FIRST + timedelta(days=at) for at in range(6))


def no_solver(problem: FlowProblem, /) -> Placement:
    raise AssertionError("the solver was not needed")


def some_days(*places: int) -> tuple[date, ...]:
    return tuple(DAYS[place] for place in places)


@st.composite
def problems(draw: st.DrawFn) -> tuple[tuple[DemandClass, ...], dict[date, int]]:
    keys = draw(
        st.lists(
            st.tuples(
                st.sets(st.integers(0, 5), min_size=1).map(lambda s: some_days(*sorted(s))),
                st.integers(1, 3).map(lambda p: p * 20),
            ),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    classes = tuple(DemandClass(days=days, priority=priority, count=draw(st.integers(0, 5))) for days, priority in keys)
    capacity = {day: draw(st.integers(0, 4)) for day in DAYS if draw(st.integers(0, 9))}
    return classes, capacity


def graph_of(classes: Sequence[DemandClass], capacity: Mapping[date, int], weights: Mapping[int, int]) -> Any:
    graph: Any = nx.DiGraph()
    total = sum(c.count for c in classes)
    graph.add_node("source", demand=-total)
    graph.add_node("sink", demand=total)
    for at, c in enumerate(classes):
        graph.add_edge("source", at, capacity=c.count, weight=0)
        graph.add_edge(at, "sink", capacity=c.count, weight=10_000 * weights[c.priority])
        for day in c.days:
            graph.add_edge(at, day, weight=(day - c.days[0]).days * weights[c.priority])
            graph.add_edge(day, "sink", capacity=capacity.get(day, total), weight=0)
    return graph


def cost(classes: Sequence[DemandClass], found: Assignment, weights: Mapping[int, int]) -> int:
    total = 0
    for c, placed, left in zip(classes, found.placed, found.unplaced, strict=True):
        total += 10_000 * weights[c.priority] * left
        total += sum(n * (day - c.days[0]).days * weights[c.priority] for day, n in placed)
    return total


@given(problems())
def test_the_plan_is_an_optimum_and_never_over_capacity(
    problem: tuple[tuple[DemandClass, ...], dict[date, int]],
) -> None:
    """I5; as many as possible, higher priority first, as early as possible: networkx agrees."""
    classes, capacity = problem
    found = assign_days("North", classes, capacity, solve_flow)
    load: dict[date, int] = {}
    for c, placed, left in zip(classes, found.placed, found.unplaced, strict=True):
        assert sum(n for _, n in placed) + left == c.count
        assert [day for day, _ in placed] == sorted({day for day, _ in placed} & set(c.days))
        assert all(n > 0 for _, n in placed)
        for day, n in placed:
            load[day] = load.get(day, 0) + n
    assert all(n <= capacity.get(day, n) for day, n in load.items())
    weights = {p: at for at, p in enumerate(sorted({c.priority for c in classes}), start=1)}
    graph = graph_of(classes, capacity, weights)
    assert cost(classes, found, weights) == nx.min_cost_flow_cost(graph)
    graph.remove_edges_from([(at, "sink") for at in range(len(classes))])
    most = nx.maximum_flow_value(graph, "source", "sink")
    assert sum(c.count for c in classes) - sum(found.unplaced) == most


@given(problems())
def test_a_proof_can_be_recounted_and_is_a_minimum_cut(
    problem: tuple[tuple[DemandClass, ...], dict[date, int]],
) -> None:
    """NF4: the hubs that can go on no other day are more than the days carry."""
    classes, capacity = problem
    found = assign_days("North", classes, capacity, solve_flow)
    total = sum(c.count for c in classes)
    short = {}
    for c, left, proof in zip(classes, found.unplaced, found.proofs, strict=True):
        assert (proof is None) == (left == 0)
        if proof is None:
            continue
        days = set(proof.days)
        assert set(c.days) <= days
        assert proof.demand == sum(k.count for k in classes if set(k.days) <= days)
        assert proof.capacity == sum(min(capacity.get(day, total), total) for day in days)
        assert proof.short == proof.demand - proof.capacity > 0
        assert f"{proof.short} too many" in proof.sentence()
        short[proof.days] = proof.short
    # No set of days can prove more than is left out, and one that is not part of another proves it.
    assert all(n <= sum(found.unplaced) for n in short.values())
    assert bool(short) == bool(sum(found.unplaced))


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_classes_makes_no_difference(
    problem: tuple[tuple[DemandClass, ...], dict[date, int]], random: Any
) -> None:
    """I7."""
    classes, capacity = problem
    order = list(range(len(classes)))
    random.shuffle(order)
    one = assign_days("North", classes, capacity, solve_flow)
    other = assign_days("North", [classes[at] for at in order], capacity, solve_flow)
    assert [one.placed[at] for at in order] == list(other.placed)
    assert [one.proofs[at] for at in order] == list(other.proofs)


def test_what_fits_at_once_or_has_no_limit_needs_no_solver() -> None:
    classes = [
        DemandClass(days=some_days(0, 1), priority=50, count=3),
        DemandClass(days=some_days(1), priority=50, count=0),
    ]
    for capacity in (None, {}, {DAYS[0]: 3, DAYS[1]: 0}):
        found = assign_days("North", classes, capacity, no_solver)
        assert found.placed == (((DAYS[0], 3),), ())
        assert found.unplaced == (0, 0)


@given(problems())
def test_the_fast_path_is_what_the_solver_would_say(
    problem: tuple[tuple[DemandClass, ...], dict[date, int]],
) -> None:
    """Everybody on the first possible day costs nothing, and nothing else does."""
    classes, _ = problem
    plenty = dict.fromkeys(DAYS, 1_000)
    fast = assign_days("North", classes, plenty, no_solver)
    order = sorted(range(len(classes)), key=lambda at: (classes[at].days, -classes[at].priority))
    ordered = [classes[at] for at in order]
    problem_ = FlowProblem(
        hubs=tuple(c.count for c in ordered),
        columns=tuple(tuple(DAYS.index(day) for day in c.days) for c in ordered),
        delay_cost=(1,) * len(ordered),
        left_out_cost=(1_000,) * len(ordered),
        days=tuple(range(6)),
        capacity=(1_000,) * 6,
    )
    slow = solve_flow(problem_)
    assert [fast.placed[at] for at in order] == [tuple((DAYS[column], n) for column, n in placed) for placed in slow]


def test_higher_priority_is_placed_first_and_earlier() -> None:
    classes = [DemandClass(days=some_days(0, 1), priority=priority, count=2) for priority in (50, 60, 70)]
    found = assign_days("North", classes, {DAYS[0]: 2, DAYS[1]: 2}, solve_flow)
    assert found.placed == ((), ((DAYS[1], 2),), ((DAYS[0], 2),))
    assert found.unplaced == (2, 0, 0)


def test_a_place_is_never_traded_for_priority_or_earliness() -> None:
    """One hub more outweighs any priority: the low one goes where only it can."""
    classes = [
        DemandClass(days=some_days(0, 5), priority=99, count=1),
        DemandClass(days=some_days(0), priority=1, count=1),
    ]
    found = assign_days("North", classes, {DAYS[0]: 1, DAYS[5]: 1}, solve_flow)
    assert found.placed == (((DAYS[5], 1),), ((DAYS[0], 1),))


def test_the_sentence_says_what_a_person_can_count() -> None:
    proof = Proof(region="North", days=some_days(0, 1, 2, 4), demand=12, capacity=8)
    assert proof.sentence() == (
        "capacity: 12 hubs of North can go on 2026-05-01 to 2026-05-03, 2026-05-05 only "
        "(4 days with room for 8): 4 too many"
    )
    single = Proof(region="North", days=some_days(3), demand=1, capacity=0)
    assert single.sentence() == (
        "capacity: 1 hub of North can go on 2026-05-04 only (1 day with room for 0): 1 too many"
    )


def test_intervals_leave_no_day_out() -> None:
    for size in range(1, 7):
        for days in combinations(DAYS, size):
            spelled: list[date] = []
            for run in intervals(days).split(", "):
                ends = [date.fromisoformat(text) for text in run.split(" to ")]
                spelled += [ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1)]
            assert tuple(spelled) == days


def test_classes_are_distinct() -> None:
    twice = [DemandClass(days=DAYS, priority=50, count=2)] * 2
    with pytest.raises(UsageError):
        assign_days("North", twice, {DAYS[0]: 1}, solve_flow)


def test_the_figures_of_a_region() -> None:
    """A single day overrides the release's figure; a region without one is an error."""
    days = DAYS[:2]
    limited = inputs(release=release(capacity={"North": 5}))
    assert region_capacity(inputs(), "North", days) is None
    assert region_capacity(limited, "North", days) == {days[0]: 5, days[1]: 5}
    override = {("North", days[1]): 0, ("South", days[0]): 3}
    assert region_capacity(inputs(capacity_overrides=override), "North", days) == {days[1]: 0}
    limited = evolve(limited, capacity_overrides=override)
    assert region_capacity(limited, "North", days) == {days[0]: 5, days[1]: 0}
    with pytest.raises(InputError, match="South"):
        region_capacity(limited, "South", days)


def test_every_small_problem_of_two_classes_is_as_early_as_it_can_be() -> None:
    """Enumerated: no placement of two classes on three days beats the one found."""
    subsets = [some_days(*p) for n in (1, 2, 3) for p in combinations(range(3), n)]
    for one, other in product(subsets, repeat=2):
        if one == other:
            continue
        classes = [
            DemandClass(days=one, priority=50, count=2),
            DemandClass(days=other, priority=50, count=1),
        ]
        found = assign_days("North", classes, dict.fromkeys(DAYS[:3], 1), solve_flow)
        best = min(
            (
                sum(day is None for day in choice),
                sum((day - first).days for day, first in zip(choice, starts, strict=True) if day),
            )
            for starts in [(one[0], one[0], other[0])]
            for choice in product((*one, None), (*one, None), (*other, None))
            if all(choice.count(day) <= 1 for day in DAYS[:3])
        )
        delay = sum(
            n * (day - c.days[0]).days for c, placed in zip(classes, found.placed, strict=True) for day, n in placed
        )
        assert (sum(found.unplaced), delay) == best
